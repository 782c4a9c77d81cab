//! Passkeys, as they are told and sent. Bytes are base64url without padding, as browsers have them.

use super::{Id, Time};
use data_encoding::BASE64URL_NOPAD;
use patchbay_model::{PasskeyId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// Bytes as text.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub(in crate::api) struct Base64(#[schemars(with = "String")] pub(in crate::api) Vec<u8>);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes());
        bytes.map(Self).map_err(|_| serde::de::Error::custom("it is no base64url"))
    }
}

/// A passkey of an account.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct PasskeyInfo {
    #[schemars(with = "Id")]
    pub(in crate::api) id: PasskeyId,
    pub(in crate::api) name: String,
    #[schemars(with = "Time")]
    pub(in crate::api) created: Timestamp,
    #[schemars(with = "Option<Time>")]
    pub(in crate::api) last_used: Option<Timestamp>,
}

/// What a device is asked to make: as `PublicKeyCredentialCreationOptionsJSON`, as far as it is used.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct PasskeyMake {
    pub(in crate::api) ticket: String,
    pub(in crate::api) challenge: String,
    /// The name that the passkey is for.
    pub(in crate::api) rp_id: String,
    pub(in crate::api) rp_name: String,
    pub(in crate::api) user_id: String,
    pub(in crate::api) user_name: String,
    pub(in crate::api) user_display: String,
    /// COSE algorithms, the best first.
    pub(in crate::api) algorithms: Vec<i64>,
    /// Passkeys that the account has: a device has one only.
    pub(in crate::api) have: Vec<String>,
    /// Milliseconds.
    pub(in crate::api) timeout: i64,
}

/// What a device has made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::api) struct PasskeyMade {
    pub(in crate::api) ticket: String,
    pub(in crate::api) name: String,
    pub(in crate::api) client_data: Base64,
    pub(in crate::api) attestation: Base64,
}

/// What a device is asked to sign.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct PasskeyAsk {
    pub(in crate::api) ticket: String,
    pub(in crate::api) challenge: String,
    pub(in crate::api) rp_id: String,
    /// Milliseconds.
    pub(in crate::api) timeout: i64,
}

/// What a device has signed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::api) struct PasskeySigned {
    pub(in crate::api) ticket: String,
    pub(in crate::api) credential: Base64,
    pub(in crate::api) client_data: Base64,
    pub(in crate::api) authenticator_data: Base64,
    pub(in crate::api) signature: Base64,
    /// Whom the device says it is for.
    #[serde(default)]
    pub(in crate::api) user: Option<Base64>,
}

/// What a passkey is to be called.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct PasskeyName {
    pub(in crate::api) name: String,
}
