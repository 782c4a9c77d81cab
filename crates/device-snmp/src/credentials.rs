//! What an agent is asked with: a community, or a user of the user-based security model (RFC 3414).

use crate::{Asked, SnmpError};
use async_snmp::{Auth, MasterKeys, UsmConfig};
use patchbay_model::Secret;

/// How an agent is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Credentials {
    /// Version 1 (RFC 1157): no bulk requests, no 64-bit counters, nothing is secret.
    V1 {
        /// The community, which travels in clear text.
        community: Secret<String>,
    },
    /// Version 2c (RFC 3416 with the communities of RFC 1901): nothing is secret.
    V2c {
        /// The community, which travels in clear text.
        community: Secret<String>,
    },
    /// Version 3 (RFC 3414).
    V3(User),
}

/// A user of version 3. Privacy needs authentication, so it is inside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// Its name, 1 to 32 bytes.
    pub name: String,
    /// How messages are signed; `None` sends them unsigned.
    pub authentication: Option<Authentication>,
    /// The context that is asked for (RFC 3411 §3.3.1); empty is the usual one.
    pub context: String,
}

/// How messages of a user are signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authentication {
    /// The hash.
    pub protocol: AuthenticationProtocol,
    /// Eight bytes or more.
    pub password: Secret<String>,
    /// How messages are encrypted; `None` sends them readable.
    pub privacy: Option<Privacy>,
}

/// How messages of a user are encrypted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Privacy {
    /// The cipher.
    pub protocol: PrivacyProtocol,
    /// Eight bytes or more.
    pub password: Secret<String>,
}

/// A hash that signs messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuthenticationProtocol {
    /// HMAC-MD5-96 (RFC 3414 §6).
    Md5,
    /// HMAC-SHA-96 (RFC 3414 §7).
    Sha1,
    /// HMAC-128-SHA-224 (RFC 7860).
    Sha224,
    /// HMAC-192-SHA-256 (RFC 7860).
    Sha256,
    /// HMAC-256-SHA-384 (RFC 7860).
    Sha384,
    /// HMAC-384-SHA-512 (RFC 7860).
    Sha512,
}

/// A cipher. Where a key is longer than the hash, makers lengthen it in two ways that do not understand each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PrivacyProtocol {
    /// DES-CBC (RFC 3414 §8).
    Des,
    /// AES-128-CFB (RFC 3826).
    Aes128,
    /// AES-192-CFB, its key lengthened as draft-blumenthal-aes-usm-04 says.
    Aes192,
    /// AES-192-CFB, its key lengthened as draft-reeder-snmpv3-usm-3desede-00 says; Cisco and others.
    Aes192Cisco,
    /// AES-256-CFB, its key lengthened as draft-blumenthal-aes-usm-04 says.
    Aes256,
    /// AES-256-CFB, its key lengthened as draft-reeder-snmpv3-usm-3desede-00 says; Cisco and others.
    Aes256Cisco,
}

/// Credentials made ready for any number of agents: making keys of a password takes a megabyte of hashing each (RFC 3414 §A.2).
#[derive(Clone)]
pub struct Access {
    pub(crate) auth: Auth,
    pub(crate) asked: Asked,
    pub(crate) bulk: bool,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Access(…)")
    }
}

impl Access {
    /// Makes them ready.
    ///
    /// # Errors
    /// When a name or password has a length that the security model does not allow.
    pub fn new(credentials: &Credentials) -> Result<Self, SnmpError> {
        Ok(match credentials {
            Credentials::V1 { community } => Self {
                auth: Auth::v1(community.expose_secret().as_bytes()),
                asked: Asked::Community,
                bulk: false,
            },
            Credentials::V2c { community } => Self {
                auth: Auth::v2c(community.expose_secret().as_bytes()),
                asked: Asked::Community,
                bulk: true,
            },
            Credentials::V3(user) => {
                let sealed = user.authentication.as_ref().is_some_and(|a| a.privacy.is_some());
                let asked = if sealed { Asked::Sealed } else { Asked::User };
                Self { auth: Auth::Usm(usm(user)?), asked, bulk: true }
            }
        })
    }
}

fn usm(user: &User) -> Result<UsmConfig, SnmpError> {
    if !(1..=32).contains(&user.name.len()) {
        return Err(SnmpError::UserName);
    }
    let config = UsmConfig::new(user.name.clone()).context_name(user.context.clone());
    let Some(authentication) = &user.authentication else { return Ok(config) };
    // RFC 3414 §11.2: shorter passwords must be refused.
    let short = |password: &Secret<String>| password.expose_secret().len() < 8;
    let privacy = authentication.privacy.as_ref();
    if short(&authentication.password) || privacy.is_some_and(|p| short(&p.password)) {
        return Err(SnmpError::ShortPassword);
    }
    let unsupported = |_| SnmpError::Unsupported;
    let password = authentication.password.expose_secret().as_bytes();
    let mut keys =
        MasterKeys::new(authentication.protocol.into(), password).map_err(unsupported)?;
    if let Some(privacy) = privacy {
        let password = privacy.password.expose_secret().as_bytes();
        keys = keys.with_privacy(privacy.protocol.into(), password).map_err(unsupported)?;
    }
    config.with_master_keys(keys).map_err(unsupported)
}

impl From<AuthenticationProtocol> for async_snmp::AuthProtocol {
    fn from(protocol: AuthenticationProtocol) -> Self {
        match protocol {
            AuthenticationProtocol::Md5 => Self::Md5,
            AuthenticationProtocol::Sha1 => Self::Sha1,
            AuthenticationProtocol::Sha224 => Self::Sha224,
            AuthenticationProtocol::Sha256 => Self::Sha256,
            AuthenticationProtocol::Sha384 => Self::Sha384,
            AuthenticationProtocol::Sha512 => Self::Sha512,
        }
    }
}

impl From<PrivacyProtocol> for async_snmp::PrivProtocol {
    fn from(protocol: PrivacyProtocol) -> Self {
        match protocol {
            PrivacyProtocol::Des => Self::Des,
            PrivacyProtocol::Aes128 => Self::Aes128,
            PrivacyProtocol::Aes192 => Self::Aes192Blumenthal,
            PrivacyProtocol::Aes192Cisco => Self::Aes192Reeder,
            PrivacyProtocol::Aes256 => Self::Aes256Blumenthal,
            PrivacyProtocol::Aes256Cisco => Self::Aes256Reeder,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn user(name: &str, password: &str) -> Credentials {
        Credentials::V3(User {
            name: name.to_owned(),
            authentication: Some(Authentication {
                protocol: AuthenticationProtocol::Sha256,
                password: Secret::new(password.to_owned()),
                privacy: None,
            }),
            context: String::new(),
        })
    }

    #[test]
    fn lengths_that_the_security_model_does_not_allow_are_named() {
        assert!(matches!(Access::new(&user("ada", "short")), Err(SnmpError::ShortPassword)));
        assert!(matches!(Access::new(&user("", "long enough")), Err(SnmpError::UserName)));
        let name = "n".repeat(33);
        assert!(matches!(Access::new(&user(&name, "long enough")), Err(SnmpError::UserName)));
        assert!(Access::new(&user("ada", "8 bytes!")).is_ok());
    }

    #[test]
    fn nothing_secret_is_in_what_is_written_down() {
        let credentials = user("ada", "hunter2hunter2");
        let access = Access::new(&credentials).unwrap();
        assert!(!format!("{credentials:?}{access:?}").contains("hunter2"));
    }
}
