//! The file that says where an audit log ended (`team::audit::Head`): what `patchbay-server verify --head` is given.

use super::assert_message;
use patchbay_team::audit::Head;

/// What is read is written the same again, but for space around it.
pub(crate) fn run(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    match text.parse::<Head>() {
        Ok(head) => {
            assert!(head.seq >= 0);
            assert_eq!(head.to_string().parse(), Ok(head));
            true
        }
        Err(error) => {
            assert_message(&error.to_string());
            false
        }
    }
}
