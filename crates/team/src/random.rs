//! Random bytes from the operating system.

use crate::TeamError;

pub(crate) fn array<const N: usize>() -> Result<[u8; N], TeamError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| TeamError::Random(e.to_string()))?;
    Ok(bytes)
}
