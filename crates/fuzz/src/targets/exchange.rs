//! Files of other programs (`patchbay-exchange`): the format is recognized, and every other one is tried as well.

use super::assert_message;
use patchbay_exchange::{File, Folder, Format, Found, JumpTo, Options, detect, read};

/// As much key derivation as does not slow a run down.
const ROUNDS: u64 = 5_000;

/// Whatever is found is bounded and refers only to what is there.
pub(crate) fn run(data: &[u8]) -> bool {
    // The first line may name the file, for formats of which a folder is read.
    let (name, bytes) = match data.strip_prefix(b"name:") {
        Some(rest) => {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let (name, bytes) = rest.split_at(end);
            (String::from_utf8_lossy(name).into_owned(), bytes.get(1..).unwrap_or_default())
        }
        None => ("file".to_owned(), data),
    };
    let files = [File { name, bytes: bytes.to_vec() }];
    let options =
        Options { password: Some("geheim".to_owned().into()), columns: None, most_rounds: ROUNDS };
    for format in Format::ALL {
        if let Ok(found) = read(format, &files, &options) {
            holds(&found, data.len());
        }
    }
    let Some(format) = detect(&files) else { return false };
    match read(format, &files, &options) {
        Ok(found) => !found.machines.is_empty() || !found.host_keys.is_empty(),
        Err(error) => {
            assert_message(&error.to_string().replace(|c: char| c.is_control(), ""));
            false
        }
    }
}

fn holds(found: &Found, length: usize) {
    let Found { folders, machines, sign_ins, host_keys, .. } = found;
    assert!(machines.len() <= 50_000 && host_keys.len() <= 50_000 && folders.len() <= 20_000);
    assert!(machines.len() + host_keys.len() <= length + 1, "more than there are bytes");
    for (at, Folder { parent, .. }) in folders.iter().enumerate() {
        assert!(parent.is_none_or(|parent| parent < at), "a folder before the one it is in");
    }
    for machine in machines {
        assert!(machine.folder.is_none_or(|folder| folder < folders.len()));
        assert!(machine.sign_ins.iter().flatten().all(|at| *at < sign_ins.len()));
        assert!(!matches!(machine.jump, Some(JumpTo::Machine(at)) if at >= machines.len()));
        assert_ne!(machine.draft.settings.port, Some(0));
    }
}
