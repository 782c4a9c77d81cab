//! Where a provider is and how it is asked. No secret is in here: that one is kept beside it, and never told again.

use crate::{
    outbound::{Asking, OutboundError, Trust, parse_pin},
    team::alter::invalid,
};
use patchbay_model::{ApiError, GroupId, OrganisationId, RoleId, Secret};
use patchbay_team::entity::ProviderKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest text of a setting, and the longest list of authorities, in bytes.
const LONGEST: usize = 1024;
const LONGEST_PEM: usize = 64 * 1024;
/// The most groups that are followed.
const MOST_GROUPS: usize = 200;

/// Accounts are made for people who sign in the first time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Creates {
    /// They belong to this organisation.
    #[schemars(with = "String")]
    pub(crate) organisation: OrganisationId,
    /// With this role on all of it; none if nothing is given.
    #[schemars(with = "Option<String>")]
    pub(crate) role: Option<RoleId>,
}

/// What a provider has to say of somebody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Required {
    /// Name of the claim or attribute.
    pub(crate) claim: String,
    /// It is this, or is a list with this in it.
    pub(crate) value: String,
}

/// A provider that speaks OpenID Connect.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct OidcSettings {
    /// `https://id.example.org`, as the provider spells it.
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    /// What is asked for besides `openid`.
    pub(crate) scopes: Vec<String>,
    /// Certificates (PEM) of who signed the provider's; those that the system trusts if null.
    pub(crate) authority: Option<String>,
    /// One-time passwords of this server are not asked for: the provider asks for its own.
    pub(crate) trusted_second_factor: bool,
    /// Only those of whom the provider says this may sign in.
    pub(crate) requires: Option<Required>,
    pub(crate) creates: Option<Creates>,
}

/// A directory that speaks LDAP.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct LdapSettings {
    /// `ldaps://host:port`, or `ldap://host:port`, where TLS is begun before anything else is said.
    pub(crate) address: String,
    /// Certificates (PEM) of who signed the directory's; those that the system trusts if null.
    pub(crate) authority: Option<String>,
    /// SHA-256 of the directory's certificate, in place of `authority`.
    pub(crate) pin: Option<String>,
    /// Who looks people up; nobody if empty.
    pub(crate) bind_dn: String,
    /// Where people are.
    pub(crate) base: String,
    /// Which of them somebody is: `{name}` stands for what was typed, escaped.
    pub(crate) filter: String,
    /// What never changes: `entryUUID`, or `objectGUID` of Active Directory.
    pub(crate) id_attribute: String,
    /// What a new account is named by.
    pub(crate) name_attribute: String,
    /// What others call the person.
    pub(crate) display_attribute: String,
    /// Members of these groups, by their DN in the attribute `memberOf`, belong to groups here: at every sign-in.
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) groups: BTreeMap<String, GroupId>,
    pub(crate) requires: Option<Required>,
    pub(crate) creates: Option<Creates>,
}

/// Where a provider is and how it is asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum Settings {
    Oidc(OidcSettings),
    Ldap(LdapSettings),
}

impl Settings {
    pub(crate) const fn kind(&self) -> ProviderKind {
        match self {
            Self::Oidc(_) => ProviderKind::Oidc,
            Self::Ldap(_) => ProviderKind::Ldap,
        }
    }

    pub(crate) const fn creates(&self) -> Option<&Creates> {
        match self {
            Self::Oidc(one) => one.creates.as_ref(),
            Self::Ldap(one) => one.creates.as_ref(),
        }
    }

    /// Whether it can be asked at all, without asking it.
    pub(crate) fn check(&self, plain_loopback: bool) -> Result<(), ApiError> {
        match self {
            Self::Oidc(one) => one.check(plain_loopback),
            Self::Ldap(one) => one.check(),
        }
    }
}

impl OidcSettings {
    pub(crate) fn asking(&self, plain_loopback: bool) -> Asking {
        let trust = self.authority.clone().map_or(Trust::System, Trust::Authority);
        Asking { trust, plain_loopback }
    }

    fn check(&self, plain_loopback: bool) -> Result<(), ApiError> {
        bounded("issuer", &self.issuer)?;
        let asking = self.asking(plain_loopback);
        asking.allows(&self.issuer).map_err(|error| match error {
            OutboundError::Plain(_) => {
                invalid("issuer", "The issuer does not begin with https://.")
                    .next("Write it as the provider does, as https://id.example.org.")
            }
            _ => invalid("issuer", "The issuer is no address.")
                .next("Write it as the provider does, as https://id.example.org."),
        })?;
        if self.issuer.contains(['?', '#', '@']) {
            return Err(invalid("issuer", "An issuer has no “?”, “#” or “@” in it.")
                .next("Write it as the provider does, as https://id.example.org."));
        }
        bounded("clientId", &self.client_id)?;
        if self.client_id.trim().is_empty() {
            return Err(invalid("clientId", "The client id is empty.")
                .next("The provider tells it when this server is registered there."));
        }
        let is_scope = |scope: &String| {
            !scope.is_empty()
                && scope.len() <= 100
                && scope
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
        };
        if self.scopes.len() > 20 || !self.scopes.iter().all(is_scope) {
            return Err(invalid("scopes", "These are no scopes.")
                .next("Write words with spaces between, as: profile email."));
        }
        check_trust(self.authority.as_deref())?;
        check_required(self.requires.as_ref())
    }
}

impl LdapSettings {
    pub(crate) fn trust(&self) -> Trust {
        let pin = self.pin.as_deref().and_then(parse_pin).map(Trust::Pin);
        pin.unwrap_or_else(|| self.authority.clone().map_or(Trust::System, Trust::Authority))
    }

    /// Whether TLS is begun inside of a connection that began without.
    pub(crate) fn starts_tls(&self) -> bool {
        self.address.starts_with("ldap://")
    }

    fn check(&self) -> Result<(), ApiError> {
        let address = |message: &str| {
            invalid("address", message)
                .next("Write ldaps://ldap.example.org, or ldap://ldap.example.org for StartTLS.")
        };
        bounded("address", &self.address)?;
        let rest = self.address.strip_prefix("ldaps://");
        let rest = rest.or_else(|| self.address.strip_prefix("ldap://"));
        let rest =
            rest.ok_or_else(|| address("The address begins with neither ldaps:// nor ldap://."))?;
        let authority: Result<axum::http::uri::Authority, _> = rest.trim_end_matches('/').parse();
        if !authority.is_ok_and(|one| !one.host().is_empty() && !one.as_str().contains('@')) {
            return Err(address("There is no host in the address."));
        }
        for (field, text) in [
            ("bindDn", &self.bind_dn),
            ("base", &self.base),
            ("filter", &self.filter),
            ("idAttribute", &self.id_attribute),
            ("nameAttribute", &self.name_attribute),
            ("displayAttribute", &self.display_attribute),
        ] {
            bounded(field, text)?;
        }
        if !self.filter.contains("{name}") {
            return Err(invalid("filter", "The filter does not say where the name goes.")
                .next("Write {name} there, as (uid={name})."));
        }
        if ldap3::parse_filter(self.filter.replace("{name}", "x")).is_err() {
            return Err(invalid("filter", "This is no filter that a directory understands.")
                .next("Write it in parentheses, as (uid={name})."));
        }
        let is_attribute = |name: &String| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        for (field, name) in [
            ("idAttribute", &self.id_attribute),
            ("nameAttribute", &self.name_attribute),
            ("displayAttribute", &self.display_attribute),
        ] {
            if !is_attribute(name) {
                return Err(invalid(field, "This is no name of an attribute.")
                    .next("Letters, digits and -, beginning with a letter."));
            }
        }
        if self.pin.as_deref().is_some_and(|pin| parse_pin(pin).is_none()) {
            return Err(invalid("pin", "This is no SHA-256 of a certificate.")
                .next("Write 64 hexadecimal digits, with or without colons."));
        }
        if self.groups.len() > MOST_GROUPS {
            return Err(invalid("groups", "These are too many groups."));
        }
        check_trust(self.authority.as_deref())?;
        check_required(self.requires.as_ref())
    }
}

fn check_trust(authority: Option<&str>) -> Result<(), ApiError> {
    let Some(pem) = authority else { return Ok(()) };
    let good = pem.len() <= LONGEST_PEM && Trust::Authority(pem.to_owned()).config().is_ok();
    if good {
        return Ok(());
    }
    Err(invalid("authority", "There is no certificate in PEM form in this.")
        .next("Paste all from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----."))
}

fn check_required(required: Option<&Required>) -> Result<(), ApiError> {
    let Some(Required { claim, value }) = required else { return Ok(()) };
    bounded("requires", claim)?;
    bounded("requires", value)?;
    if claim.trim().is_empty() || value.is_empty() {
        return Err(invalid("requires", "What has to be said of somebody is not whole.")
            .next("Name both the claim and its value, or neither."));
    }
    Ok(())
}

fn bounded(field: &str, text: &str) -> Result<(), ApiError> {
    if text.len() > LONGEST || text.contains(char::is_control) {
        return Err(invalid(field, "This is too long, or more than one line."));
    }
    Ok(())
}

/// Settings with the secret that goes with them, as they are sealed.
#[derive(Clone, Debug)]
pub(crate) struct Whole {
    pub(crate) settings: Settings,
    pub(crate) secret: Option<Secret<String>>,
}

#[derive(Serialize)]
struct Out<'a> {
    settings: &'a Settings,
    secret: Option<&'a str>,
}

#[derive(Deserialize)]
struct In {
    settings: Settings,
    secret: Option<Secret<String>>,
}

impl Whole {
    pub(crate) fn bytes(&self) -> serde_json::Result<zeroize::Zeroizing<Vec<u8>>> {
        let secret = self.secret.as_ref().map(|secret| secret.expose_secret().as_str());
        serde_json::to_vec(&Out { settings: &self.settings, secret }).map(zeroize::Zeroizing::new)
    }

    pub(crate) fn read(bytes: &[u8]) -> serde_json::Result<Self> {
        let In { settings, secret } = serde_json::from_slice(bytes)?;
        Ok(Self { settings, secret })
    }
}
