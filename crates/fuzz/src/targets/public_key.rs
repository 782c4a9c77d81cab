//! Host keys and certificates in one line (`engine_ssh::hostkey`, `engine_ssh::keys`).

use super::{acts, assert_message, text};
use patchbay_engine_ssh::{hostkey, keys};

/// All that is said of a key is said of the same key, and what a certificate says of itself is harmless.
pub(crate) fn run(data: &[u8]) -> bool {
    let text = text(data);
    let certificate = certificate(&text);
    let line = text.lines().next().unwrap_or_default();
    let plain = match hostkey::plain(line) {
        Ok(plain) => plain,
        Err(error) => {
            assert_message(&error.to_string());
            assert!(hostkey::fingerprint(line).is_err() && hostkey::picture(line).is_err());
            return certificate;
        }
    };
    assert!(hostkey::algorithm(line).is_ok());
    assert_eq!(hostkey::plain(&plain).ok().as_ref(), Some(&plain), "not the key inside");
    let fingerprint = hostkey::fingerprint(line).unwrap_or_default();
    assert!(fingerprint.starts_with("SHA256:") && fingerprint.len() == 50, "{fingerprint}");
    assert_eq!(hostkey::fingerprint(&plain).ok(), Some(fingerprint));
    let picture = hostkey::picture(line).unwrap_or_default();
    assert_eq!(picture.lines().count(), 11, "{picture}");
    assert!(picture.lines().all(|line| line.len() == 19), "{picture}");
    true
}

fn certificate(text: &str) -> bool {
    match keys::inspect_certificate(text) {
        Ok(info) => {
            assert!(!info.key_id.contains(acts), "{info:?}");
            assert!(!info.principals.iter().any(|name| name.contains(acts)), "{info:?}");
            assert!(info.authority.starts_with("SHA256:"), "{info:?}");
            for time in [&info.valid_from, &info.valid_until].into_iter().flatten() {
                assert_eq!(time.len(), "2000-01-01T00:00:00Z".len(), "{time}");
            }
            true
        }
        Err(error) => {
            assert_message(&error.to_string());
            false
        }
    }
}
