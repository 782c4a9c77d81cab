//! What a device says of a passkey that it has made (`team::passkey`).

/// Nothing that a device can say does more than be refused.
pub(crate) fn run(data: &[u8]) -> bool {
    patchbay_team::passkey::reads(data)
}
