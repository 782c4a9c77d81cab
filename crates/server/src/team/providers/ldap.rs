//! Directories that speak LDAP: somebody is looked up, and their password is tried by binding as what was found.
//!
//! Deliberately absent: connections without TLS, referrals (they are not followed), and connections that are kept.

use super::{
    oidc::short,
    settings::{LdapSettings, Required},
    vouched::Vouched,
};
use crate::outbound::{TrustError, certificate_words};
use ldap3::{
    DerefAliases, Ldap, LdapConnAsync, LdapConnSettings, LdapError as Lib, Scope, SearchEntry,
    SearchOptions, ldap_escape,
};
use patchbay_model::{ProviderId, Secret};
use std::{io, time::Duration};
use thiserror::Error;

/// How long connecting, and each answer, may take.
const WITHIN: Duration = Duration::from_secs(5);
/// How long all of it may take.
const IN_ALL: Duration = Duration::from_secs(12);
/// The longest name that is looked for, in bytes.
const LONGEST_NAME: usize = 256;
/// Invalid credentials (RFC 4511 appendix A).
const WRONG: u32 = 49;

/// Why a directory does not say who somebody is. The messages are sentences for those who run this server.
#[derive(Debug, Error)]
pub(crate) enum LdapError {
    #[error("The directory at {0} does not answer: {1}.")]
    Unreachable(String, String),
    #[error("The certificate of the directory at {0} is not good: {1}.")]
    Certificate(String, &'static str),
    #[error(
        "The directory at {0} does not begin TLS: {1}. Use ldaps://, or let it offer StartTLS."
    )]
    NoTls(String, String),
    #[error("The directory at {0} took too long.")]
    Slow(String),
    #[error("TLS cannot be used: {0}.")]
    Trust(#[from] TrustError),
    #[error("The directory does not let “{0}” look people up: {1}. Check its DN and password.")]
    Searcher(String, String),
    #[error("The directory does not look people up below “{0}”: {1}.")]
    Search(String, String),
    #[error("More than one entry is found by this name: the filter has to be narrower.")]
    Many,
    #[error("The entry {0} has no attribute {1}, by which it would be known again.")]
    NoId(String, String),
    #[error("The directory does not say of {0} that “{required}” is “{value}”.", required = .1.claim, value = .1.value)]
    Required(String, Required),
    #[error("The connection to the directory broke off: {0}.")]
    Broken(String),
}

/// A person in a directory.
#[derive(Debug)]
pub(super) struct Found {
    dn: String,
    subject: Option<String>,
    name: String,
    display: String,
    groups: Vec<String>,
    fits: bool,
}

/// A directory, and how it is asked.
pub(super) struct Asked<'a> {
    pub(super) id: ProviderId,
    pub(super) settings: &'a LdapSettings,
    pub(super) secret: Option<&'a Secret<String>>,
}

impl Asked<'_> {
    /// Who it is that this name and password belong to; nobody if they do not belong together.
    pub(super) async fn who(
        &self,
        name: &str,
        password: &Secret<String>,
    ) -> Result<Option<Vouched>, LdapError> {
        // An empty password binds as nobody, and that succeeds (RFC 4513 section 5.1.2).
        if password.expose_secret().is_empty()
            || name.trim().is_empty()
            || name.len() > LONGEST_NAME
        {
            return Ok(None);
        }
        let asked = async {
            let mut ldap = self.connect().await?;
            self.bind(&mut ldap).await?;
            let found = self.find(&mut ldap, name).await;
            // Nobody is tried for nothing: that there is no such person takes as long as a wrong password.
            let dn = match &found {
                Ok(Some(found)) => found.dn.clone(),
                _ => format!("{}=nobody,{}", self.settings.name_attribute, self.settings.base),
            };
            let right = self.is_password(&mut ldap, &dn, password).await;
            let _ = ldap.unbind().await;
            match found? {
                Some(found) if right? => self.vouched(found).map(Some),
                _ => Ok(None),
            }
        };
        let late = |_| LdapError::Slow(self.settings.address.clone());
        tokio::time::timeout(IN_ALL, asked).await.map_err(late)?
    }

    pub(super) async fn connect(&self) -> Result<Ldap, LdapError> {
        let address = &self.settings.address;
        let settings = LdapConnSettings::new()
            .set_conn_timeout(WITHIN)
            .set_config(self.settings.trust().config()?)
            .set_starttls(self.settings.starts_tls());
        let connected = LdapConnAsync::with_settings(settings, address).await;
        let (connection, ldap) = connected.map_err(|error| match error {
            Lib::Io { source } => self.failed(&source),
            Lib::Timeout { .. } => LdapError::Slow(address.clone()),
            Lib::LdapResult { result } => {
                LdapError::NoTls(address.clone(), words(result.rc, &result.text))
            }
            other => LdapError::Unreachable(address.clone(), short(&other.to_string())),
        })?;
        ldap3::drive!(connection);
        Ok(ldap)
    }

    fn failed(&self, error: &io::Error) -> LdapError {
        let address = self.settings.address.clone();
        match certificate_words(error) {
            Some(words) => LdapError::Certificate(address, words),
            None => LdapError::Unreachable(address, short(&error.to_string())),
        }
    }

    /// As who looks people up.
    pub(super) async fn bind(&self, ldap: &mut Ldap) -> Result<(), LdapError> {
        let dn = &self.settings.bind_dn;
        if dn.is_empty() {
            return Ok(());
        }
        let refused = |why: String| LdapError::Searcher(dn.clone(), why);
        let Some(password) = self.secret.filter(|secret| !secret.expose_secret().is_empty()) else {
            return Err(refused("there is no password".to_owned()));
        };
        let bound = ldap.with_timeout(WITHIN).simple_bind(dn, password.expose_secret()).await;
        let bound = bound.map_err(|error| self.broke(&error))?;
        if bound.rc == 0 { Ok(()) } else { Err(refused(words(bound.rc, &bound.text))) }
    }

    /// The one entry of this name.
    pub(super) async fn find(
        &self,
        ldap: &mut Ldap,
        name: &str,
    ) -> Result<Option<Found>, LdapError> {
        let settings = self.settings;
        let filter = settings.filter.replace("{name}", &ldap_escape(name));
        let mut attributes = vec![
            settings.id_attribute.as_str(),
            settings.name_attribute.as_str(),
            settings.display_attribute.as_str(),
        ];
        if !settings.groups.is_empty() {
            attributes.push("memberOf");
        }
        attributes.extend(settings.requires.as_ref().map(|required| required.claim.as_str()));
        let options = SearchOptions::new().sizelimit(2).timelimit(5).deref(DerefAliases::Never);
        let found = ldap
            .with_search_options(options)
            .with_timeout(WITHIN)
            .search(&settings.base, Scope::Subtree, &filter, attributes)
            .await
            .map_err(|error| self.broke(&error))?;
        let refused = |rc, text: &str| LdapError::Search(settings.base.clone(), words(rc, text));
        match found.1.rc {
            0 => {}
            // Size limit exceeded.
            4 => return Err(LdapError::Many),
            rc => return Err(refused(rc, &found.1.text)),
        }
        // Referrals point elsewhere, where nobody said that people may be asked for.
        let mut entries = found.0.into_iter().filter(|one| !one.is_ref() && !one.is_intermediate());
        let Some(entry) = entries.next() else { return Ok(None) };
        if entries.next().is_some() {
            return Err(LdapError::Many);
        }
        Ok(Some(self.read(SearchEntry::construct(entry))))
    }

    fn read(&self, entry: SearchEntry) -> Found {
        let values = |name: &str| {
            let its = entry.attrs.iter().filter(|(its, _)| its.eq_ignore_ascii_case(name));
            its.flat_map(|(_, values)| values.clone()).collect::<Vec<_>>()
        };
        let binary = |name: &str| {
            let mut its = entry.bin_attrs.iter().filter(|(its, _)| its.eq_ignore_ascii_case(name));
            its.find_map(|(_, values)| values.first().cloned())
        };
        let first = |name: &str| values(name).into_iter().next();
        let settings = self.settings;
        // Marked by what it is, so that no text is taken for bytes.
        let subject = first(&settings.id_attribute).map(|id| format!("={id}"));
        let subject = subject.or_else(|| {
            let bytes = binary(&settings.id_attribute)?;
            Some(format!("#{}", data_encoding::HEXLOWER.encode(&bytes)))
        });
        let name = first(&settings.name_attribute).unwrap_or_default();
        let fits = settings.requires.as_ref().is_none_or(|required| {
            values(&required.claim).iter().any(|one| one.eq_ignore_ascii_case(&required.value))
        });
        Found {
            subject,
            display: first(&settings.display_attribute).map(|it| short(&it)).unwrap_or_default(),
            name: short(&name),
            groups: values("memberOf"),
            fits,
            dn: entry.dn,
        }
    }

    async fn is_password(
        &self,
        ldap: &mut Ldap,
        dn: &str,
        password: &Secret<String>,
    ) -> Result<bool, LdapError> {
        let bound = ldap.with_timeout(WITHIN).simple_bind(dn, password.expose_secret()).await;
        let bound = bound.map_err(|error| self.broke(&error))?;
        // Whatever else it says than yes: locked, expired, no password at all.
        Ok(bound.rc == 0)
    }

    pub(super) fn vouched(&self, found: Found) -> Result<Vouched, LdapError> {
        if let Some(required) = self.settings.requires.as_ref().filter(|_| !found.fits) {
            return Err(LdapError::Required(found.dn, required.clone()));
        }
        let attribute = self.settings.id_attribute.clone();
        let subject = found.subject.ok_or_else(|| LdapError::NoId(found.dn.clone(), attribute))?;
        Ok(Vouched {
            provider: self.id,
            subject,
            display: if found.display.is_empty() { found.name.clone() } else { found.display },
            name: found.name,
            label: short(&found.dn),
            groups: found.groups,
        })
    }

    /// Tries all of it, step by step, and says in words how far it comes.
    pub(super) async fn trial(
        &self,
        typed: Option<(&str, &Secret<String>)>,
        says: &mut Vec<String>,
    ) -> Result<(), LdapError> {
        let mut ldap = self.connect().await?;
        let how = if self.settings.starts_tls() { "StartTLS" } else { "TLS" };
        says.push(format!("The directory answers, and its certificate is good ({how})."));
        self.bind(&mut ldap).await?;
        says.push(match self.settings.bind_dn.as_str() {
            "" => "People are looked up without signing in.".to_owned(),
            dn => format!("“{dn}” may look people up."),
        });
        let Some((name, password)) = typed else {
            // That nobody is found is good enough: the base is there and may be searched.
            self.find(&mut ldap, "patchbay-tries-this-name").await?;
            says.push(format!("People are looked for below “{}”.", self.settings.base));
            return Ok(());
        };
        let Some(found) = self.find(&mut ldap, name).await? else {
            says.push(format!(
                "Nobody is found by the name “{}”: look at the base and the filter.",
                short(name)
            ));
            return Ok(());
        };
        says.push(format!("The name “{}” is that of {}.", short(name), found.dn));
        let dn = found.dn.clone();
        if !found.groups.is_empty() {
            says.push(format!("It is in {} groups there.", found.groups.len()));
        }
        let vouched = self.vouched(found)?;
        says.push(format!(
            "It is known again by {} {}.",
            self.settings.id_attribute,
            &vouched.subject.get(1..).unwrap_or_default()
        ));
        if !password.expose_secret().is_empty() {
            let right = self.is_password(&mut ldap, &dn, password).await?;
            says.push(
                if right { "The password is right." } else { "The password is not taken." }
                    .to_owned(),
            );
        }
        let _ = ldap.unbind().await;
        Ok(())
    }

    fn broke(&self, error: &Lib) -> LdapError {
        match error {
            Lib::Timeout { .. } => LdapError::Slow(self.settings.address.clone()),
            Lib::Io { source } => self.failed(source),
            other => LdapError::Broken(short(&other.to_string())),
        }
    }
}

/// What a result code says (RFC 4511 appendix A), with what the directory adds.
fn words(code: u32, text: &str) -> String {
    let words = match code {
        1 => "it cannot do that now",
        2 => "it does not understand the request",
        8 => "it asks for a stronger way to sign in",
        13 => "it asks for TLS first",
        32 => "there is no such entry",
        34 => "the DN is malformed",
        48 => "it does not let this entry sign in",
        WRONG => "the DN or the password is wrong",
        50 => "that is not allowed",
        51 => "it is busy",
        52 => "it is not available",
        53 => "it does not want to",
        _ => "it refuses",
    };
    let text = short(text);
    if text.is_empty() { format!("{words} ({code})") } else { format!("{words} ({code}: {text})") }
}
