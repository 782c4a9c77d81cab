//! Compiles the Tauri context; capabilities and permissions live beside the shell, not at the root.

use tauri_build::{AppManifest, Attributes};

fn main() {
    // With a manifest, a command is refused unless a capability allows it.
    let manifest = AppManifest::new().permissions_path_pattern("./src-tauri/permissions/**/*.toml");
    let attributes = Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
