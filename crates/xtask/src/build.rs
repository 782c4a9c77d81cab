//! Compiling the workspace, always in one shape: another set of features or packages would build hundreds of crates again.

use crate::step::{self, Outcome};

/// How to compile.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Fast to build; tests and the demo.
    Debug,
    /// What people get; figures are taken on it.
    Release,
}

/// The one shape of every build, test and lint.
pub(crate) const SHAPE: &[&str] =
    &["--workspace", "--all-targets", "--features", "custom-protocol"];

impl Profile {
    /// Path of a binary built so.
    pub(crate) fn binary(self, name: &str) -> String {
        let folder = if self == Self::Debug { "debug" } else { "release" };
        format!("{}/{folder}/{name}{}", target(), std::env::consts::EXE_SUFFIX)
    }
}

/// The target directory in force.
pub(crate) fn target() -> String {
    std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned())
}

/// Builds everything.
pub(crate) fn workspace(profile: Profile) -> Outcome {
    match profile {
        Profile::Debug => {
            step::timed("building", "about 6 min the first time, seconds later", || {
                step::run("cargo", &[&["build"], SHAPE].concat())
            })
        }
        // Tests and examples are not wanted here, and would double the time.
        Profile::Release => {
            step::timed("building for release", "about 10 min the first time", || {
                step::run(
                    "cargo",
                    &[
                        "build",
                        "--release",
                        "--workspace",
                        "--bins",
                        "--features",
                        "custom-protocol",
                    ],
                )
            })
        }
    }
}

/// Writes the UI's types of every command again.
pub(crate) fn bindings() -> Outcome {
    workspace(Profile::Debug)?;
    step::run(&Profile::Debug.binary("examples/bindings"), &[])
}
