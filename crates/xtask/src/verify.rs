//! Everything CI runs.

use crate::{
    build::{self, SHAPE},
    check, packages, peers,
    step::{self, Outcome, say},
    ui,
};

/// What a run writes at most, with half as much to spare, in KiB.
const ROOM: u64 = 30 * 1024 * 1024;

/// Checks, then tests. Real servers, a virtual display and a session bus are started by the tests that need them.
pub(crate) fn everything() -> Outcome {
    keep_dependencies_warm();
    packages::install(packages::Need::Test)?;
    peers::install()?;
    check::all()?;
    build::workspace(build::Profile::Debug)?;
    step::timed("UI tests", "about 1 min", || ui::npm(&["run", "--silent", "test"]))?;
    step::timed("Rust tests and the stories", "about 11 min", || {
        step::run("cargo", &[&["test"], SHAPE].concat())
    })
}

/// In CI every run has a fresh checkout: a target directory in the user's cache keeps the dependencies built.
fn keep_dependencies_warm() {
    let cache = std::env::var("XDG_CACHE_HOME")
        .or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cache")));
    if let (true, false, Ok(cache)) =
        (step::has_variable("CI"), step::has_variable("CARGO_TARGET_DIR"), cache)
    {
        let target = format!("{cache}/patchbay-ci/target");
        set("CARGO_TARGET_DIR", &target);
        // The next checkout has other paths: what would be kept for building parts again only fills the disk.
        set("CARGO_INCREMENTAL", "0");
        make_room(&target);
    }
}

/// Where the disk is nearly full, what earlier checkouts left in the cache goes; if that is not enough, all of it.
fn make_room(target: &str) {
    if free(target).is_none_or(|free| free >= ROOM) {
        return;
    }
    say("little room is left on the disk: what earlier checkouts have built is removed");
    let cleaned = step::run("cargo", &["clean", "--quiet", "--workspace"]);
    let emptied = remove(&format!("{target}/debug/incremental"));
    if cleaned.is_err() || emptied.is_err() || free(target).is_some_and(|free| free < ROOM / 2) {
        say("that was not enough: everything is built anew");
        if let Err(error) = remove(&format!("{target}/debug")) {
            say(&format!("{target}/debug cannot be removed: {error}"));
        }
    }
}

fn remove(folder: &str) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// KiB that are free where a folder is; nothing where that cannot be told.
fn free(folder: &str) -> Option<u64> {
    std::fs::create_dir_all(folder).ok()?;
    // POSIX's form of it: one line for each file system, the fourth word is what is available.
    let said = step::output("df", &["-Pk", folder])?;
    said.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

fn set(name: &str, value: &str) {
    #[expect(unsafe_code, reason = "edition 2024 marks set_var unsafe; no other thread exists yet")]
    // SAFETY: the process has one thread.
    unsafe {
        std::env::set_var(name, value);
    }
}
