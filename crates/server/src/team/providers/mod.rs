//! Places outside of this server that know who people are: asking them, and what their word comes to here.
//!
//! An account is linked to what a provider calls somebody for good, never to a name or an address for mail. What goes wrong
//! with a provider is told in words to those who run this server; whoever stands at the door is told that it did not work.

mod ldap;
mod oidc;
mod settings;
mod vouched;

pub(crate) use oidc::{Descriptions, Returned};
pub(crate) use settings::{Settings, Whole};

use super::{
    Team, Visitor, Welcome,
    alter::{Altered, about, conflict, invalid, saying},
    not_found,
    rights::{must_operate, own},
};
use crate::Caller;
use ldap::{Asked, LdapError};
use oidc::{Begun, Oidc, OidcError, SIGN_IN_WITHIN};
use patchbay_model::{AccountId, ApiError, ErrorCode, LinkId, ProviderId, Secret, Timestamp};
use patchbay_team::{
    audit,
    directory::Place,
    entity::{Change, Link, Provider, ProviderKind},
    throttle::Try,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use vouched::{Vouched, open_provider};

/// The most providers of a server.
const MOST: usize = 50;
/// Under which names the settings of providers, and the state of sign-ins, are sealed.
const BEGUN: &str = "oidc-begun";
const HALFWAY: &str = "halfway";
/// How long somebody has for a one-time password, in milliseconds.
const CODE_WITHIN: i64 = 5 * 60 * 1000;
/// The longest ticket that is looked at, in characters.
const LONGEST_TICKET: usize = 16 * 1024;

/// What became of somebody at the door.
#[derive(Debug)]
pub(crate) enum Entered {
    In(Welcome),
    /// A one-time password is asked for besides: this says for whom.
    Halfway(String),
}

/// Somebody a provider vouches for who has not shown a one-time password yet.
#[derive(Serialize, Deserialize)]
struct Halfway {
    vouched: Vouched,
    at: Timestamp,
}

/// What trying a provider came to.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) says: Vec<String>,
    /// What went wrong in the end, if anything.
    pub(crate) problem: Option<String>,
}

/// A provider as it is wanted; the secret that is kept stays if none is given.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) disabled: bool,
    pub(crate) whole: Whole,
}

impl Settings {
    /// Whether the provider's word stands for a one-time password too.
    const fn trusted(&self) -> bool {
        match self {
            Self::Oidc(one) => one.trusted_second_factor,
            Self::Ldap(_) => false,
        }
    }
}

impl Team {
    /// A provider's settings, opened.
    pub(crate) fn provider(&self, id: ProviderId) -> Result<Whole, ApiError> {
        let directory = self.known.directory();
        let provider = directory.provider(id).ok_or_else(|| not_found("provider"))?;
        let bytes = self.open_named(&sealed_name(id), &provider.settings)?;
        Whole::read(&bytes).map_err(|error| {
            ApiError::new(ErrorCode::VaultDamaged, "The settings of a provider cannot be read.")
                .next(format!("Save them again. ({error})"))
        })
    }

    /// Makes a provider, or changes one.
    pub(crate) async fn put_provider(
        &self,
        caller: &Caller,
        id: Option<ProviderId>,
        wanted: Wanted,
        entry: audit::Entry,
    ) -> Result<ProviderId, ApiError> {
        let Wanted { name, disabled, mut whole } = wanted;
        whole.settings.check(self.plain_loopback)?;
        self.check_creates(&whole.settings)?;
        let new = id.is_none();
        let id = id.unwrap_or_else(ProviderId::new);
        if !new {
            let old = self.provider(id)?;
            if self.known.directory().count_links(id) > 0 && means(&old) != means(&whole) {
                let message = "Accounts are linked to it by what it calls people: it cannot become another provider.";
                return Err(conflict(message)
                    .next("Add the other one beside it, and delete this one when nobody needs it any more."));
            }
            whole.secret = whole.secret.or(old.secret);
        }
        // An empty one takes away the one that was kept.
        whole.secret = whole.secret.filter(|secret| !secret.expose_secret().is_empty());
        let bytes =
            whole.bytes().map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        let settings = self.seal_named(&sealed_name(id), &bytes)?;
        self.alter(|directory| {
            must_operate(directory, caller)?;
            let old = directory.provider(id);
            if new && directory.providers().count() >= MOST {
                return Err(conflict(format!("There are {MOST} providers already.")));
            }
            let provider = Provider {
                id,
                kind: whole.settings.kind(),
                name: name.trim().to_owned(),
                settings: settings.clone(),
                disabled,
                created: old.map_or(self.now(), |old| old.created),
            };
            let entry = saying(about(&entry, "provider", id), &provider.name);
            Ok(Altered::by(vec![Change::PutProvider(provider)], entry))
        })
        .await?;
        Ok(id)
    }

    fn check_creates(&self, settings: &Settings) -> Result<(), ApiError> {
        let Some(creates) = settings.creates() else { return Ok(()) };
        let directory = self.known.directory();
        if directory.organisation(creates.organisation).is_none() {
            return Err(invalid("creates", "There is no such organisation."));
        }
        let mut roles = directory.roles(creates.organisation);
        if creates.role.is_some_and(|role| !roles.any(|one| one.id == role)) {
            return Err(invalid("creates", "There is no such role in that organisation."));
        }
        Ok(())
    }

    /// Deletes a provider with all links to it. Accounts stay.
    pub(crate) async fn delete_provider(
        &self,
        caller: &Caller,
        id: ProviderId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            must_operate(directory, caller)?;
            let provider = directory.provider(id).ok_or_else(|| not_found("provider"))?;
            let entry = saying(about(&entry, "provider", id), &provider.name);
            Ok(Altered::by(vec![Change::DeleteProvider(id)], entry))
        })
        .await
    }

    /// Asks a provider as far as that goes without anybody who signs in, and says in words how far that is.
    pub(crate) async fn try_provider(
        &self,
        id: Option<ProviderId>,
        mut whole: Whole,
        origin: &str,
        typed: Option<(&str, &Secret<String>)>,
    ) -> Result<Trial, ApiError> {
        whole.settings.check(self.plain_loopback)?;
        if let Some(id) = id
            && whole.secret.is_none()
        {
            let old = self.provider(id)?;
            // The secret that is kept is shown to nobody but whom it is for.
            if place(&old) == place(&whole) {
                whole.secret = old.secret;
            }
        }
        let mut says = Vec::new();
        let id = id.unwrap_or_else(ProviderId::new);
        let secret = whole.secret.as_ref();
        let problem = match &whole.settings {
            Settings::Oidc(settings) => {
                let asking = settings.asking(self.plain_loopback);
                let oidc = Oidc { id, settings, secret, asking, now: self.now() };
                match oidc.discover().await {
                    Ok(metadata) => {
                        let keys = metadata.jwks().keys().len();
                        says.push(format!("{} answers, and has {keys} keys.", settings.issuer));
                        says.push(format!(
                            "It has to know this address for coming back: {origin}/sign-in/back"
                        ));
                        None
                    }
                    Err(error) => Some(error.to_string()),
                }
            }
            Settings::Ldap(settings) => {
                let asked = Asked { id, settings, secret };
                asked.trial(typed, &mut says).await.err().map(|error| error.to_string())
            }
        };
        Ok(Trial { says, problem })
    }

    /// Where a browser goes to sign in at a provider, and what it has to bring back here.
    pub(crate) async fn begin_oidc(
        &self,
        id: ProviderId,
        origin: &str,
        account: Option<AccountId>,
    ) -> Result<(String, String), ApiError> {
        open_provider(&self.known.directory(), id)?;
        let whole = self.provider(id)?;
        let oidc = self.oidc(id, &whole)?;
        let begun = oidc.begin(&self.descriptions, origin, account).await;
        let (address, begun) = begun.map_err(|error| self.failed(id, &error))?;
        Ok((address, self.ticket(BEGUN, &begun)?))
    }

    /// Lets somebody in who comes back from a provider.
    pub(crate) async fn end_oidc(
        &self,
        ticket: &str,
        returned: Returned,
        visitor: &Visitor,
    ) -> Result<Entered, ApiError> {
        let begun: Begun = self.open_ticket(BEGUN, ticket)?;
        if begun.account.is_some() || self.now().0 - begun.at.0 > SIGN_IN_WITHIN {
            return Err(too_late());
        }
        let name = self.provider_name(begun.provider);
        // Counted by where they come from alone: nobody can make others wait at a provider.
        let at = format!("a provider, from {}", visitor.address);
        let charge = self.count(&at, visitor.address, Place::Stranger)?;
        let vouched = match self.whose_return(&begun, returned).await {
            Ok(vouched) => vouched,
            Err(error) => return self.conclude(charge, Err(error), (&name, DOOR), visitor).await,
        };
        match self.let_in(&vouched, None, visitor, DOOR).await {
            Err(error) if error.code == ErrorCode::NeedsCode => {
                self.throttle().undecided(charge);
                Ok(Entered::Halfway(self.ticket(HALFWAY, &Halfway { vouched, at: self.now() })?))
            }
            done => {
                let who = format!("{} ({name})", vouched.label);
                self.conclude(charge, done, (&who, DOOR), visitor).await.map(Entered::In)
            }
        }
    }

    /// Lets somebody in whom a provider vouched for, with a one-time password.
    pub(crate) async fn second_step(
        &self,
        ticket: &str,
        code: &Secret<String>,
        visitor: &Visitor,
    ) -> Result<Welcome, ApiError> {
        let Halfway { vouched, at } = self.open_ticket(HALFWAY, ticket)?;
        if self.now().0 - at.0 > CODE_WITHIN {
            return Err(too_late());
        }
        let directory = self.known.directory();
        let account = directory.linked(vouched.provider, &vouched.subject).ok_or_else(too_late)?;
        let place = directory.place(account.id, visitor.address, visitor.device.as_ref());
        let charge = self.count(&account.name, visitor.address, place)?;
        let done = self.let_in(&vouched, Some(code), visitor, DOOR).await;
        self.conclude(charge, done, (&account.name, DOOR), visitor).await
    }

    /// Asks the directories whose name and password these are. Nobody, if they all say so.
    pub(crate) async fn ask_directories(
        &self,
        name: &str,
        password: &Secret<String>,
    ) -> Result<Option<Vouched>, ApiError> {
        let directory = self.known.directory();
        let mut away = None;
        let is_one = |one: &&Provider| one.kind == ProviderKind::Ldap && !one.disabled;
        for provider in directory.providers().filter(is_one) {
            let whole = self.provider(provider.id)?;
            let Settings::Ldap(settings) = &whole.settings else { continue };
            let asked = Asked { id: provider.id, settings, secret: whole.secret.as_ref() };
            match asked.who(name, password).await {
                Ok(Some(vouched)) => return Ok(Some(vouched)),
                Ok(None) => {}
                // They are known there, and may not come in: no other directory is asked about them.
                Err(error @ (LdapError::Required(..) | LdapError::NoId(..) | LdapError::Many)) => {
                    tracing::warn!(provider = provider.name, %error, "somebody was not let in");
                }
                Err(error) => {
                    tracing::warn!(provider = provider.name, %error, "a directory could not be asked");
                    away = away.or(Some(provider.name.clone()));
                }
            }
        }
        match away {
            None => Ok(None),
            Some(name) => Err(ApiError::new(
                ErrorCode::Unreachable,
                format!("The name and password are not known here, and {name} could not be asked."),
            )
            .next("Try again in a moment, or ask whoever runs this server.")
            .retry()),
        }
    }

    /// Lets in whom a directory vouches for.
    pub(crate) async fn let_in_from_directory(
        &self,
        vouched: &Vouched,
        code: Option<&Secret<String>>,
        visitor: &Visitor,
    ) -> Result<Welcome, ApiError> {
        self.let_in(vouched, code, visitor, DOOR).await
    }

    /// Links the caller's account with whom a provider says they are.
    pub(crate) async fn link_oidc(
        &self,
        caller: &Caller,
        ticket: &str,
        returned: Returned,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        let begun: Begun = self.open_ticket(BEGUN, ticket)?;
        if begun.account != Some(caller.account) || self.now().0 - begun.at.0 > SIGN_IN_WITHIN {
            return Err(too_late());
        }
        let vouched = self.whose_return(&begun, returned).await?;
        self.put_link(caller, &vouched, entry).await
    }

    /// Links the caller's account with an entry of a directory.
    pub(crate) async fn link_ldap(
        &self,
        caller: &Caller,
        id: ProviderId,
        (name, password): (&str, &Secret<String>),
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        let account = own(&self.known.directory(), caller)?.clone();
        open_provider(&self.known.directory(), id)?;
        let whole = self.provider(id)?;
        let Settings::Ldap(settings) = &whole.settings else { return Err(not_found("provider")) };
        let charge = self.try_by(caller, &account)?;
        let asked = Asked { id, settings, secret: whole.secret.as_ref() };
        match asked.who(name, password).await {
            Ok(Some(vouched)) => {
                self.throttle().succeeded(charge);
                self.put_link(caller, &vouched, entry).await
            }
            Ok(None) => {
                let wrong = ApiError::new(
                    ErrorCode::AuthFailed,
                    "The name or the password is wrong there.",
                )
                .next("Type what you sign in with there.")
                .on("password");
                self.note_wrong(entry, &wrong).await?;
                Err(wrong)
            }
            Err(error) => {
                self.throttle().undecided(charge);
                tracing::warn!(%error, "a directory could not be asked");
                Err(ApiError::new(ErrorCode::Unreachable, "The directory could not be asked.")
                    .next("Try again in a moment, or ask whoever runs this server."))
            }
        }
    }

    async fn put_link(
        &self,
        caller: &Caller,
        vouched: &Vouched,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            let own = own(directory, caller)?;
            let provider = open_provider(directory, vouched.provider)?;
            if let Some(other) = directory.linked(provider.id, &vouched.subject) {
                return Err(if other.id == own.id {
                    conflict("It is linked with your account already.")
                } else {
                    conflict(format!(
                        "{} knows you as somebody who is linked with another account here.",
                        provider.name
                    ))
                    .next("Sign in as that account, and unlink it there first.")
                });
            }
            let entry = saying(about(&entry, "provider", provider.id), &vouched.label);
            Ok(Altered::by(vec![Change::PutLink(self.link(own.id, vouched))], entry))
        })
        .await
    }

    /// Takes a link from the caller's account, unless nothing else lets them in.
    pub(crate) async fn unlink(
        &self,
        caller: &Caller,
        id: LinkId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            let own = own(directory, caller)?;
            let is_own = |one: &&Link| one.account == own.id;
            let link = directory.link(id).filter(is_own).ok_or_else(|| not_found("link"))?;
            let others = directory.links_of(own.id).count() > 1
                || directory.passkeys_of(own.id).next().is_some();
            if own.password.is_none() && !others {
                return Err(conflict("Nothing else lets you in.")
                    .next("Link another provider first, or let somebody who runs this server set a password."));
            }
            let entry = saying(about(&entry, "provider", link.provider), &link.label);
            Ok(Altered::by(vec![Change::DeleteLink(id)], entry))
        })
        .await
    }

    fn oidc<'a>(&self, id: ProviderId, whole: &'a Whole) -> Result<Oidc<'a>, ApiError> {
        let Settings::Oidc(settings) = &whole.settings else { return Err(not_found("provider")) };
        let asking = settings.asking(self.plain_loopback);
        Ok(Oidc { id, settings, secret: whole.secret.as_ref(), asking, now: self.now() })
    }

    async fn whose_return(&self, begun: &Begun, returned: Returned) -> Result<Vouched, ApiError> {
        open_provider(&self.known.directory(), begun.provider)?;
        let whole = self.provider(begun.provider)?;
        let ended =
            self.oidc(begun.provider, &whole)?.end(&self.descriptions, begun, returned).await;
        ended.map_err(|error| self.failed(begun.provider, &error))
    }

    /// What those at the door are told; those who run the server find the rest in the log.
    fn failed(&self, id: ProviderId, error: &OidcError) -> ApiError {
        let name = self.provider_name(id);
        tracing::warn!(provider = name, %error, "a provider let nobody in");
        match error {
            OidcError::Outbound(_) | OidcError::Description(_) => {
                ApiError::new(ErrorCode::Unreachable, format!("{name} could not be asked."))
                    .next("Try again in a moment, or ask whoever runs this server.")
                    .retry()
            }
            OidcError::Required(_) => ApiError::new(
                ErrorCode::AuthFailed,
                format!("{name} knows you, and not as one of those who may sign in here."),
            )
            .next("Ask whoever runs this server."),
            OidcError::Mismatch => too_late(),
            OidcError::Refused(_) | OidcError::Claims(_) => ApiError::new(
                ErrorCode::AuthFailed,
                format!("{name} did not say who you are."),
            )
            .next(
                "Begin anew. If it happens again, ask whoever runs this server: its log says why.",
            ),
        }
    }

    fn provider_name(&self, id: ProviderId) -> String {
        let directory = self.known.directory();
        directory.provider(id).map_or_else(|| "The provider".to_owned(), |one| one.name.clone())
    }

    /// Counts a try.
    pub(super) fn count(
        &self,
        name: &str,
        address: IpAddr,
        place: Place,
    ) -> Result<patchbay_team::throttle::Charge, ApiError> {
        let asks = Try { name, address, place };
        self.throttle().begin(&asks, self.now()).map_err(|error| error.api_error())
    }

    /// Something that a page keeps for this server and cannot read.
    pub(super) fn ticket(&self, name: &str, what: &impl Serialize) -> Result<String, ApiError> {
        let json = serde_json::to_vec(what)
            .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        let sealed = self.seal_named(name, &zeroize::Zeroizing::new(json))?;
        Ok(data_encoding::BASE64URL_NOPAD.encode(&sealed))
    }

    pub(super) fn open_ticket<T: for<'de> Deserialize<'de>>(
        &self,
        name: &str,
        ticket: &str,
    ) -> Result<T, ApiError> {
        if ticket.len() > LONGEST_TICKET {
            return Err(too_late());
        }
        let sealed = data_encoding::BASE64URL_NOPAD.decode(ticket.as_bytes());
        let sealed = sealed.map_err(|_| too_late())?;
        let json = self.open_named(name, &sealed).map_err(|_| too_late())?;
        serde_json::from_slice(&json).map_err(|_| too_late())
    }
}

/// What signing in is called in the audit log.
const DOOR: &str = "account.sign_in";

fn sealed_name(id: ProviderId) -> String {
    format!("provider/{id}")
}

/// What names of people mean at a provider: with another of these they are others.
fn means(whole: &Whole) -> (ProviderKind, String) {
    let by = match &whole.settings {
        Settings::Oidc(one) => one.issuer.clone(),
        Settings::Ldap(one) => one.id_attribute.to_lowercase(),
    };
    (whole.settings.kind(), by)
}

/// Whom a provider's secret is for.
fn place(whole: &Whole) -> (ProviderKind, &str, Option<&str>, Option<&str>) {
    match &whole.settings {
        Settings::Oidc(one) => (ProviderKind::Oidc, &one.issuer, one.authority.as_deref(), None),
        Settings::Ldap(one) => {
            (ProviderKind::Ldap, &one.address, one.authority.as_deref(), one.pin.as_deref())
        }
    }
}

pub(crate) fn too_late() -> ApiError {
    ApiError::new(ErrorCode::Invalid, "This sign-in was not begun here, or too long ago.")
        .next("Begin anew.")
}
