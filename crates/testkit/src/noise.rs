//! Bytes to copy.

/// So many bytes of which no two pieces are the same, the same ones for each seed: nothing compresses them, and no block of them can
/// stand in for another unnoticed.
#[must_use]
pub fn noise(length: usize, seed: u64) -> Vec<u8> {
    // Xorshift stands still at zero.
    let mut state = seed | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
