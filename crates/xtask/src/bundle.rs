//! Installers. The bundler is Tauri's own command line; it is big and wanted here only, so it is not among the UI's packages.

use crate::{
    packages,
    step::{self, Outcome, say},
    ui,
};

const BUNDLER: &str = "target/bundler/node_modules/.bin/tauri";

/// Builds deb and rpm packages and says where they are.
pub(crate) fn all() -> Outcome {
    packages::install(packages::Need::Build)?;
    ui::build()?;
    step::unless_fresh("bundler", &["tauri.conf.json"], BUNDLER, || {
        step::timed("getting Tauri's bundler", "seconds", || {
            step::run(
                "npm",
                &["install", "--silent", "--prefix", "target/bundler", "@tauri-apps/cli@2"],
            )
        })
    })?;
    step::timed("building installers", "about 10 min the first time", || {
        // What follows `--` is cargo's: the whole workspace is the shape every build here has, and packs `patchbay-cli` too.
        let build = ["build", "--bundles", "deb,rpm", "--features", "custom-protocol"];
        step::run(BUNDLER, &[&build[..], &["--", "--workspace"]].concat())
    })?;
    say(
        "installers are in target/release/bundle/deb and target/release/bundle/rpm; Windows, macOS and AppImage ones come from the release workflow",
    );
    Ok(())
}
