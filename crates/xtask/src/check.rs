//! Everything that reads the code without running it. Layering and bindings are tests of `tests/` and `crates/commands`,
//! run from here by name. Advisories need a database from the network: the release workflow checks them.

use crate::{
    build::SHAPE,
    licences, packages,
    step::{self, Outcome, say},
    ui,
};

/// All checks, the quick ones first.
pub(crate) fn all() -> Outcome {
    packages::install(packages::Need::Build)?;
    step::timed("format", "seconds", || step::run("cargo", &["fmt", "--all", "--check"]))?;
    step::timed("licences and bans", "seconds", licences::check)?;
    say(
        "security advisories: skipped here (they need a database from the network); the release workflow checks them",
    );
    ui::build()?;
    step::timed("UI: format, eslint, svelte-check, knip", "about 1 min", || {
        ["lint", "check", "knip"]
            .iter()
            .try_for_each(|script| ui::npm(&["run", "--silent", script]))
    })?;
    step::timed("clippy", "about 4 min the first time", || {
        step::run("cargo", &[&["clippy", "--quiet"], SHAPE, &["--", "-D", "warnings"]].concat())
    })?;
    step::timed("layering and bindings", "seconds after a build", || {
        let shape = [&["test", "--quiet"], SHAPE].concat();
        step::run("cargo", &[shape.as_slice(), &["--", "layering_", "bindings_"]].concat())
    })
}
