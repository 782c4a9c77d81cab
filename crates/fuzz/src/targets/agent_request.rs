//! What programs send to Patchbay's own agent (`engine_ssh::agent_server`).

use super::acts;
use patchbay_engine_ssh::agent_server::{Request, failure, identities, purpose, signed};

/// A request is read whole or not at all, and what is said of the data to be signed is harmless.
pub(crate) fn run(data: &[u8]) -> bool {
    let Some(request) = Request::parse(data) else { return false };
    if let Request::Sign { key, data: text, .. } = &request {
        assert_eq!(key.len() + text.len() + 13, data.len(), "something was left over");
        let said = purpose(text);
        assert!(!said.contains(acts) && said.chars().count() <= 300, "{said:?}");
        for answer in [signed(text), identities([(key.as_slice(), "comment")]), failure()] {
            let (length, rest) = answer.split_at(4);
            assert_eq!(length, u32::try_from(rest.len()).unwrap_or(0).to_be_bytes());
        }
    }
    true
}
