//! Everything CI runs.

use crate::{
    build::{self, SHAPE},
    check, packages, peers,
    step::{self, Outcome},
    ui,
};

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
        #[expect(
            unsafe_code,
            reason = "edition 2024 marks set_var unsafe; no other thread exists yet"
        )]
        // SAFETY: the process has one thread.
        unsafe {
            std::env::set_var("CARGO_TARGET_DIR", format!("{cache}/patchbay-ci/target"));
        }
    }
}
