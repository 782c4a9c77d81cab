//! The recovery key as a person types it (`vault::RecoveryKey`).

use super::{assert_message, text};
use patchbay_vault::RecoveryKey;

/// A key that is understood is printed in one way only, and that is understood as the same key.
pub(crate) fn run(data: &[u8]) -> bool {
    let typed = text(data);
    match RecoveryKey::parse(&typed) {
        Ok(key) => {
            let printed = key.display();
            assert_eq!(printed.expose_secret().len(), 44);
            assert!(RecoveryKey::parse(printed.expose_secret()).is_ok_and(|again| again == key));
            let spaced =
                format!(" {} \n", printed.expose_secret().to_lowercase().replace('-', " "));
            assert!(RecoveryKey::parse(&spaced).is_ok_and(|again| again == key));
            true
        }
        Err(error) => {
            assert_message(&error.to_string());
            false
        }
    }
}
