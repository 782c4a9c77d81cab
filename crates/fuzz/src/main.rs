//! One target: under libFuzzer as `cargo fuzz run` builds it, or else over the files that are named, to see again what a
//! fuzzer found.

#![cfg_attr(fuzzing, no_main)]

#[cfg(not(fuzzing))]
use std::process::ExitCode;

#[cfg(not(fuzzing))]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(target) = arguments.next().and_then(|name| patchbay_fuzz::target(&name)) else {
        let names: Vec<_> = patchbay_fuzz::TARGETS.iter().map(|(name, _)| *name).collect();
        eprintln!("Usage: one TARGET FILE…\nTargets: {}", names.join(" "));
        return ExitCode::FAILURE;
    };
    for file in arguments {
        match std::fs::read(&file) {
            Ok(bytes) if target(&bytes) => println!("{file}: understood"),
            Ok(_) => println!("{file}: refused"),
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(
    init: {
        // libFuzzer's arguments are its own, so the target comes another way.
        if chosen().is_none() {
            eprintln!("FUZZ=… must name a target");
            std::process::exit(1);
        }
    },
    |data: &[u8]| {
        if let Some(target) = chosen() {
            target(data);
        }
    }
);

#[cfg(fuzzing)]
fn chosen() -> Option<patchbay_fuzz::Target> {
    static CHOSEN: std::sync::OnceLock<Option<patchbay_fuzz::Target>> = std::sync::OnceLock::new();
    *CHOSEN.get_or_init(|| patchbay_fuzz::target(&std::env::var("FUZZ").ok()?))
}
