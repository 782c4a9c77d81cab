//! Damaged recordings of real servers: nothing panics, and nothing takes more memory than the picture.

use patchbay_session::desktop::Screen;
use std::{fs, path::Path};

const CHANGES: usize = 10_000;
/// What decoding may take besides, in KiB.
const MOST_MEMORY: u64 = 64 * 1024;

/// Numbers that are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}

/// The most memory this process ever took, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

#[test]
fn damaged_recordings_do_no_harm() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/vnc_stream");
    let mut seeds: Vec<_> = fs::read_dir(corpus)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("good-"))
        .collect();
    seeds.sort();
    // The beginning of each, to be quick.
    let start = |path| fs::read(path).unwrap().into_iter().take(8_000).collect();
    let seeds: Vec<Vec<u8>> = seeds.iter().map(start).collect();
    assert!(seeds.len() > 10);
    let mut numbers = Numbers(0);
    let mut refused = 0;
    let mut run = |seed: &[u8], numbers: &mut Numbers| {
        let mut data = seed.to_vec();
        for _ in 0..=numbers.below(3) {
            // The size of the desktop stays: its picture is not what is measured.
            let at = 24 + numbers.below(data.len() - 24);
            match numbers.below(4) {
                0 => data[at] ^= 1 << numbers.below(8),
                1 => data[at] = [0, 1, 0x7f, 0x80, 0xff][numbers.below(5)],
                2 => drop(data.drain(at..(at + numbers.below(40)).min(data.len()))),
                _ => {
                    let piece = data[at..(at + numbers.below(40)).min(data.len())].to_vec();
                    data.splice(at..at, piece);
                }
            }
        }
        refused += usize::from(patchbay_engine_vnc::replay(&data, &Screen::new()).is_err());
    };
    let before = peak();
    for n in 0..CHANGES {
        run(&seeds[n % seeds.len()], &mut numbers);
    }
    let took = peak() - before;
    assert!(took < MOST_MEMORY, "{took} KiB");
    // Otherwise nothing was damaged.
    assert!(refused > CHANGES / 20, "{refused} were refused");
}
