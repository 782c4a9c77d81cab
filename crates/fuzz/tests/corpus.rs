//! The targets over their seeds, and over what a fixed number of changes makes of each.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use patchbay_fuzz::{TARGETS, Target};
use std::{
    collections::BTreeMap,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

/// Changed inputs per seed.
const CHANGES: u64 = 64;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The seeds of a target by file name, in that order.
fn seeds(target: &str) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(corpus().join(target)).unwrap();
    files
        .map(|file| {
            let file = file.unwrap();
            (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())
        })
        .collect()
}

/// Numbers that are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}

/// One to four changes: a bit, a byte, a cut, a piece repeated, or a piece of another seed put in.
fn changed(seed: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    const BYTES: &[u8] = b"\0\x01\x7f\x80\xff\x1b\n \t\"'{}[]:,@%*!#/=0129a-";
    let mut data = seed.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(data.len() + 1);
        let length = numbers.below(32);
        match numbers.below(6) {
            0 if at < data.len() => data[at] ^= 1 << numbers.below(8),
            1 if at < data.len() => data[at] = BYTES[numbers.below(BYTES.len())],
            2 => data.truncate(at),
            3 => drop(data.drain(at..(at + length).min(data.len()))),
            4 => {
                let piece = data[at..(at + length).min(data.len())].to_vec();
                data.splice(at..at, piece);
            }
            _ => {
                let from = numbers.below(other.len() + 1);
                let piece = &other[from..(from + length).min(other.len())];
                data.splice(at..at, piece.iter().copied());
            }
        }
    }
    data
}

/// What the target says, or `None` if it breaks a promise.
fn says(target: Target, data: &[u8]) -> Option<bool> {
    catch_unwind(AssertUnwindSafe(|| target(data))).ok()
}

#[test]
fn every_target_has_seeds_and_every_seed_a_target() {
    let mut folders: Vec<String> = fs::read_dir(corpus())
        .unwrap()
        .map(|item| item.unwrap())
        .filter(|item| item.file_type().unwrap().is_dir())
        .map(|item| item.file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

#[test]
fn good_seeds_are_understood_and_bad_ones_refused() {
    let mut wrong = Vec::new();
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        for kind in ["good-", "bad-"] {
            assert!(seeds.keys().any(|file| file.starts_with(kind)), "{name} has no {kind} seed");
        }
        for (file, data) in &seeds {
            let good = file.starts_with("good-");
            assert!(good || file.starts_with("bad-"), "{name}/{file} is neither good nor bad");
            if says(*target, data) != Some(good) {
                wrong.push(format!("{name}/{file}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn changed_seeds_break_no_promise() {
    let mut broken = Vec::new();
    for (name, target) in TARGETS {
        let seeds: Vec<_> = seeds(name).into_iter().collect();
        let started = std::time::Instant::now();
        let mut numbers = Numbers(0);
        for (file, seed) in &seeds {
            for change in 0..CHANGES {
                let other = &seeds[numbers.below(seeds.len())].1;
                let data = changed(seed, other, &mut numbers);
                if says(*target, &data).is_none() {
                    let kept = format!("patchbay-fuzz-{name}-{file}-{change}");
                    fs::write(std::env::temp_dir().join(&kept), &data).unwrap();
                    broken.push(kept);
                }
            }
        }
        println!("{name}: {} seeds, {} ms", seeds.len(), started.elapsed().as_millis());
    }
    assert_eq!(broken, [""; 0], "kept in {}", std::env::temp_dir().display());
}
