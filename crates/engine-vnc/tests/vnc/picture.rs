//! Pictures in which every kind of tile occurs: one colour, few, some, many, and none twice.

use std::{fs, path::Path};

/// Writes one in PPM.
pub fn write(at: &Path, width: u16, height: u16, seed: u32) {
    let mut file = format!("P6\n{width} {height}\n255\n").into_bytes();
    let mut noise = seed.wrapping_mul(2_654_435_761) | 1;
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            let [a, b, c, d] = noise.to_le_bytes();
            file.extend(match (x / 96 + y / 80 + seed) % 8 {
                0 => [200, 30, 40],
                1 => [[0, 0, 0], [255, 255, 255]][usize::from(a & 1)],
                2 => [[250, 250, 250], [1, 2, 3]][usize::from((x / 3 + y / 5) % 7 == 0)],
                3 => [a & 0xc0, 7, 9],
                4 => [u8::try_from(x % 256).unwrap(), u8::try_from(y % 256).unwrap(), 99],
                5 => [a, b, c],
                6 => [d & 0x70, d & 0x30, 50],
                _ => {
                    let grey = u8::try_from((x + y) / 4 % 256).unwrap();
                    [grey, grey, grey]
                }
            });
        }
    }
    fs::write(at, file).unwrap();
}
