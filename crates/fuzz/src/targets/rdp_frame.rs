//! What is looked at in each frame of an RDP server before the decoders see it (`engine_rdp::guard`).

use patchbay_engine_rdp::guard::{Found, Guard, error_info, settles};

/// The first byte says which kind of frame it is. Understood is a frame in which something was found or refused.
pub(crate) fn run(data: &[u8]) -> bool {
    let Some((kind, frame)) = data.split_first() else { return false };
    let mut guard = Guard::new(1003, Some(1009), Some(1005));
    if kind & 1 == 1 {
        let first = guard.fast(frame);
        // A frame has at most 64 KiB: many of them are needed to become too many.
        assert!(first.is_ok() || frame.len() > 65_536, "one frame was too much");
        return guard.fast(frame).is_ok() && frame.len() > 4;
    }
    let found = guard.slow(frame);
    let says_error = error_info(frame).is_some();
    if let Ok(Found::Error(_)) = found {
        assert!(says_error && settles(frame), "an error is one whoever asks");
    }
    !matches!(found, Ok(Found::Frame))
}
