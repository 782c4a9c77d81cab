//! Installers. The bundler is Tauri's own command line, from the UI's packages.

use crate::{
    packages,
    step::{self, Outcome, say},
    ui,
};

/// Builds deb and rpm packages and says where they are.
pub(crate) fn all() -> Outcome {
    packages::install(packages::Need::Build)?;
    ui::build()?;
    step::timed("building installers", "about 10 min the first time", || {
        step::run(
            "ui/node_modules/.bin/tauri",
            &["build", "--bundles", "deb,rpm", "--features", "custom-protocol"],
        )
    })?;
    say(
        "installers are in target/release/bundle/deb and target/release/bundle/rpm; Windows, macOS and AppImage ones come from the release workflow",
    );
    Ok(())
}
