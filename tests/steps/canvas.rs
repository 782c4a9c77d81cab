//! What a canvas of the page holds, compared with what a server shows.

use patchbay_testkit::Window;

/// Red, green and blue of each pixel, summed up by the hash of [`sum`]; nothing where there is no such canvas.
const SUM: &str = "const c = document.querySelector(arguments[0]);
    if (!c) return null;
    const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
    let sum = 0x811c9dc5;
    for (let at = 0; at < data.length; at += 1)
        if (at % 4 !== 3) sum = Math.imul(sum ^ data[at], 0x01000193) >>> 0;
    return sum";

/// FNV-1a, 32 bits.
fn sum(rgb: &[u8]) -> u64 {
    let hash = |sum: u32, byte: &u8| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    u64::from(rgb.iter().fold(0x811c_9dc5, hash))
}

/// Whether the canvas shows this picture, given as red, green and blue of each pixel.
pub async fn shows(window: &Window, canvas: &str, picture: impl FnOnce() -> Vec<u8>) -> bool {
    let shown = window.run(SUM, vec![canvas.into()]).await.unwrap().as_u64();
    shown == Some(sum(&picture()))
}
