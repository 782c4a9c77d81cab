//! The UI's packages and its build.

use crate::step::{self, Outcome};
use std::path::Path;

const SOURCES: &[&str] = &[
    "ui/src",
    "ui/index.html",
    "ui/package-lock.json",
    "ui/vite.config.ts",
    "ui/svelte.config.js",
    "ui/tsconfig.json",
];

/// Installs the packages the lock file names; instant when they are there.
pub(crate) fn install() -> Outcome {
    node_is_new_enough()?;
    step::unless_fresh("npm", &["ui/package-lock.json"], "ui/node_modules", || {
        step::timed("installing the UI's packages", "about 1 min", || {
            npm(&["ci", "--no-audit", "--no-fund"])
        })
    })
}

/// Builds `ui/dist`; instant when nothing changed.
pub(crate) fn build() -> Outcome {
    install()?;
    step::unless_fresh("ui", SOURCES, "ui/dist/index.html", || {
        step::timed("building the UI", "about 20 s", || npm(&["run", "build"]))
    })
}

/// Runs npm in `ui/`.
pub(crate) fn npm(arguments: &[&str]) -> Outcome {
    step::run_in(Path::new("ui"), if cfg!(windows) { "npm.cmd" } else { "npm" }, arguments, &[])
}

fn node_is_new_enough() -> Outcome {
    let version = step::output("node", &["--version"])
        .ok_or("Node is missing: install Node 20.19 or newer")?;
    let mut parts = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < (20, 19) {
        return Err(format!("Node {} is too old: install Node 20.19 or newer", version.trim()));
    }
    Ok(())
}
