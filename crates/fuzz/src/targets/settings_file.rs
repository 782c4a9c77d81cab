//! `settings.json` (`core::settings`), through the services that read it at the start.

use super::folder;
use patchbay_core::{Core, CoreConfig, ManualClock};
use patchbay_model::AppSettings;
use std::{fs, io, path::Path, sync::Arc};

/// Whatever the file holds, Patchbay starts with settings that could have been chosen, and keeps them when it writes.
pub(crate) fn run(data: &[u8]) -> bool {
    try_run(data).unwrap_or_else(|error| unreachable!("no room to work in: {error}"))
}

fn try_run(data: &[u8]) -> io::Result<bool> {
    let folder = folder()?;
    let file = folder.path().join("settings.json");
    fs::write(&file, data)?;
    let core = core(folder.path());
    let settings = core.settings().app();
    let terminal = &settings.terminal;
    assert!((8..=32).contains(&terminal.font_size), "{terminal:?}");
    assert!((1.0..=2.0).contains(&terminal.line_height), "{terminal:?}");
    assert!(terminal.scrollback <= 200_000 && terminal.font.len() <= 200, "{terminal:?}");

    // What cannot be read is kept beside, byte for byte.
    let aside = folder.path().join("settings.json.unreadable");
    let understood = file.exists();
    assert_ne!(understood, aside.exists());
    assert!(fs::read(if understood { &file } else { &aside })? == data, "the file was changed");

    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let kept = runtime.block_on(core.settings().set_app(settings.clone()));
    assert_eq!(kept.ok().as_ref(), Some(&settings), "they could not be chosen");
    assert_eq!(reread(folder.path()), settings);
    Ok(understood)
}

fn reread(folder: &Path) -> AppSettings {
    core(folder).settings().app()
}

fn core(folder: &Path) -> Arc<Core> {
    Core::new(CoreConfig {
        served: None,
        data_dir: folder.to_owned(),
        config_dir: folder.to_owned(),
        vault_path: None,
        home: folder.to_owned(),
        user_name: "me".to_owned(),
        host_name: "here".to_owned(),
        shell: None,
        version: "1.0.0".to_owned(),
        cheap_key_derivation: true,
        clock: Arc::new(ManualClock::default()),
    })
}
