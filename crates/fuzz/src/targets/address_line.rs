//! A machine in one line (`core::tree::quick`).

use super::{acts, assert_message, text};
use patchbay_core::tree::quick;
use patchbay_model::Protocol;

/// What comes of a line is an address one can connect to, and is understood again when it is written out.
pub(crate) fn run(data: &[u8]) -> bool {
    let line = text(data);
    let draft = match quick::parse(&line) {
        Ok(draft) => draft,
        Err(error) => {
            assert_message(&error.to_string());
            return false;
        }
    };
    let scheme = match draft.protocol {
        Protocol::Ssh => "ssh",
        Protocol::Telnet => "telnet",
        Protocol::Raw => "tcp",
        Protocol::Vnc => "vnc",
        Protocol::Rdp => "rdp",
        Protocol::Serial => {
            assert!(!draft.address.is_empty() && !draft.address.contains(acts), "{draft:?}");
            assert!(draft.address.len() <= 1024 && draft.settings.port.is_none(), "{draft:?}");
            return true;
        }
    };
    if !draft.has_port() {
        // The path of a socket or the URI of a WebSocket, each in the one way it is written.
        assert!(draft.address.len() <= 3 * 1024 && !draft.address.contains(acts), "{draft:?}");
        assert!(draft.name.chars().count() <= 255 && draft.settings.port.is_none(), "{draft:?}");
        let path = draft.address.starts_with('/');
        let written = if path { format!("unix:{}", draft.address) } else { draft.address.clone() };
        assert_eq!(quick::parse(&written).ok().as_ref(), Some(&draft), "{written:?}");
        return true;
    }
    assert!(!draft.address.is_empty() && draft.address.len() <= 253 + 1, "{draft:?}");
    assert!(draft.address.bytes().all(|b| b.is_ascii_graphic()), "{draft:?}");
    assert!(draft.name == draft.address && draft.settings.port != Some(0), "{draft:?}");
    if let Some(user) = &draft.settings.user {
        assert!(!user.is_empty() && user.chars().count() <= 255, "{user:?}");
        // One with a character that acts on a screen could look like another.
        assert!(!user.contains(acts), "{user:?}");
    }
    let user = draft.settings.user.as_ref().map_or_else(String::new, |user| format!("{user}@"));
    let port = draft.settings.port.map_or_else(String::new, |port| format!(":{port}"));
    // A user name with a blank, a colon or the like came by another way than before an @.
    if !user.contains(|c: char| c.is_whitespace() || ";:/?#[]".contains(c)) {
        let written = format!("{scheme}://{user}[{}]{port}", draft.address);
        assert_eq!(quick::parse(&written).ok().as_ref(), Some(&draft), "{written:?}");
    }
    true
}
