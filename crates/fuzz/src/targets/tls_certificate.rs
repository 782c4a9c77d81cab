//! The certificate of a desktop (`core::hostkeys::describe`).

use super::acts;
use patchbay_model::Timestamp;

/// What is said of it is short and nothing in it acts on a screen, and there is always a reason not to rely on it.
pub(crate) fn run(data: &[u8]) -> bool {
    let Some(said) = patchbay_core::hostkeys::describe(data, "host.example.net", Timestamp(0))
    else {
        return false;
    };
    assert!(!said.fault.is_empty(), "{said:?}");
    assert!(said.names.len() <= 20, "{said:?}");
    for text in said.names.iter().chain([&said.subject, &said.issuer]) {
        assert!(text.chars().count() <= 200 && !text.contains(acts), "{text:?}");
    }
    true
}
