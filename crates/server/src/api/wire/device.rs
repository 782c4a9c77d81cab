//! What programs without a browser, and the people who let them in, are told and send.

use super::{Me, Password, Time};
use patchbay_model::{Secret, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A program begins to ask.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct DeviceBegin {
    /// What it calls itself; by its `User-Agent` if it says nothing.
    #[serde(default)]
    pub(in crate::api) client: Option<String>,
}

/// What a program asks with, and what its person does.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct DeviceBegun {
    /// The program asks with it, and shows it to nobody.
    pub(in crate::api) device_code: String,
    /// The person compares it, or types it.
    pub(in crate::api) user_code: String,
    /// The person opens it in a browser. The code is in it, behind `#`.
    pub(in crate::api) link: String,
    #[schemars(with = "Time")]
    pub(in crate::api) expires: Timestamp,
    /// The same in seconds from now, for programs whose clock is another.
    pub(in crate::api) expires_in: u32,
    /// Seconds between two questions.
    pub(in crate::api) interval: u32,
}

/// A program asks whether it is let in, or asks no more.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::api) struct DevicePoll {
    #[schemars(with = "Password")]
    pub(in crate::api) device_code: Secret<String>,
}

/// How it stands.
#[derive(Serialize, JsonSchema, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) enum DeviceState {
    /// Nothing was said yet: ask again.
    Waiting,
    /// The person said no.
    Denied,
    /// It is let in.
    SignedIn,
}

/// What a program is told.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct DevicePolled {
    pub(in crate::api) state: DeviceState,
    /// Told once; null until it is let in.
    pub(in crate::api) token: Option<String>,
    pub(in crate::api) account: Option<Me>,
}

/// A code that somebody reads off a program.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::api) struct UserCode {
    pub(in crate::api) user_code: String,
}

/// Somebody says whether it is them who ask.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::api) struct DeviceAnswer {
    pub(in crate::api) user_code: String,
    pub(in crate::api) allow: bool,
}

/// A program that waits.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct DeviceLook {
    /// As it is shown by the program.
    pub(in crate::api) user_code: String,
    /// What it calls itself.
    pub(in crate::api) client: String,
    pub(in crate::api) address: String,
    /// Whether it asks from the address that this request comes from.
    pub(in crate::api) same_address: bool,
    #[schemars(with = "Time")]
    pub(in crate::api) created: Timestamp,
    #[schemars(with = "Time")]
    pub(in crate::api) expires: Timestamp,
}
