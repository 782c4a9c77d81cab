//! Files of machines, one at a time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file that is read.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::api) struct FileAt {
    /// From the home folder, unless it begins with `/`.
    pub(in crate::api) path: String,
}

/// A file that is written.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::api) struct FileTo {
    /// From the home folder, unless it begins with `/`. Its folder has to be there.
    pub(in crate::api) path: String,
    /// It takes the place of what is there.
    #[serde(default)]
    pub(in crate::api) replace: bool,
}

/// A file that was written.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Written {
    /// Bytes.
    pub(in crate::api) size: f64,
}
