//! Writes `ui/src/lib/host/bindings.ts`.

use std::{error::Error, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/lib/host/bindings.ts");
    std::fs::write(&path, patchbay_commands::typescript()?)?;
    println!("Wrote {}", path.canonicalize()?.display());
    Ok(())
}
