//! Coming in and going out: setting up, joining, signing in and out, and who has which token.

use super::{
    Team,
    alter::{Altered, about},
    not_found,
};
use crate::{Acting, Caller, Proof};
use patchbay_core::sync::lock;
use patchbay_model::{
    AccountId, ApiError, ErrorCode, OrganisationId, Secret, SignInId, Timestamp, TokenId,
};
use patchbay_team::{
    TeamError,
    audit::{self, Actor, Outcome},
    directory::{self, Place},
    entity::{Account, Change, Grant, Invitation, Organisation, Policy, SignIn, Subject},
    password, recovery,
    throttle::{Charge, Try},
    token::{self, TokenKind},
    totp,
};
use patchbay_team_store::Use;
use std::{collections::BTreeSet, net::IpAddr};
use tokio::sync::Semaphore;

/// How long a sign-in is good, in milliseconds.
pub(crate) const SIGN_IN_LASTS: i64 = 30 * 24 * 60 * 60 * 1000;
/// How long the link is good that sets a new server up, in milliseconds.
const SET_UP_LASTS: i64 = 24 * 60 * 60 * 1000;

/// From where somebody comes, and with what.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) address: IpAddr,
    /// As the client calls itself.
    pub(crate) client: String,
    /// The hash of an earlier sign-in's token, if one is shown.
    pub(crate) device: Option<[u8; 32]>,
}

/// Somebody who wants to be a member.
#[derive(Debug)]
pub(crate) struct Newcomer {
    pub(crate) name: String,
    pub(crate) display: String,
    pub(crate) password: Secret<String>,
}

/// What somebody shows to be let in.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) name: String,
    pub(crate) password: Secret<String>,
    /// A one-time password or a recovery code.
    pub(crate) code: Option<Secret<String>>,
}

/// Somebody was let in.
#[derive(Debug)]
pub(crate) struct Welcome {
    pub(crate) account: AccountId,
    pub(crate) sign_in: SignInId,
    pub(crate) token: Secret<String>,
}

impl Team {
    /// Makes the link that sets up a new server; earlier ones are worthless. Nothing if there is an account already.
    pub async fn set_up_token(&self) -> Result<Option<Secret<String>>, ApiError> {
        let turn = self.turn().await;
        let directory = self.known.directory();
        if directory.accounts().next().is_some() {
            return Ok(None);
        }
        let (token, hash) =
            token::generate(TokenKind::Invitation).map_err(|error| error.api_error())?;
        let mut changes: Vec<Change> =
            directory.invitations(None).map(|old| Change::DeleteInvitation(old.id)).collect();
        changes.push(Change::PutInvitation(Invitation {
            id: patchbay_model::InvitationId::new(),
            organisation: None,
            hash,
            role: None,
            by: None,
            expires: Timestamp(self.now().0 + SET_UP_LASTS),
        }));
        let entry = self.server_entry("server.set_up_link");
        self.commit(&turn, changes, Vec::new(), vec![entry]).await?;
        Ok(Some(token))
    }

    /// Makes the first account, which runs the server, and its organisation.
    pub(crate) async fn set_up(
        &self,
        token: &str,
        newcomer: Newcomer,
        organisation: &str,
        visitor: &Visitor,
    ) -> Result<Welcome, ApiError> {
        // Nobody without the link makes the server work.
        self.set_up_invitation(token)?;
        let hashed = self.hashed(&newcomer).await?;
        let turn = self.turn().await;
        let invitation = self.set_up_invitation(token)?;
        let account = Account { operator: true, ..self.account(&newcomer, hashed)? };
        let organisation = Organisation {
            id: OrganisationId::new(),
            name: organisation.trim().to_owned(),
            members: BTreeSet::from([account.id]),
            created: self.now(),
            policy: Policy::default(),
        };
        let grant = self.grant(organisation.id, Subject::Account(account.id), directory::OWNER);
        let mut changes = vec![
            Change::DeleteInvitation(invitation.id),
            Change::PutAccount(account.clone()),
            Change::PutOrganisation(organisation),
            Change::PutGrant(grant),
        ];
        let (welcome, sign_in) = self.welcome(account.id, visitor)?;
        changes.push(sign_in);
        let entry = self.visit(account.id, "server.set_up", visitor);
        self.commit(&turn, changes, Vec::new(), vec![entry]).await?;
        Ok(welcome)
    }

    /// Makes an account for somebody who was invited.
    pub(crate) async fn join(
        &self,
        token: &str,
        newcomer: Newcomer,
        visitor: &Visitor,
    ) -> Result<Welcome, ApiError> {
        // Nobody without a link makes the server work.
        self.invitation(token)?;
        let hashed = self.hashed(&newcomer).await?;
        let account = self.account(&newcomer, hashed)?;
        let (welcome, sign_in) = self.welcome(account.id, visitor)?;
        let entry = self.visit(account.id, "organisation.join", visitor);
        self.alter(|_| {
            let invitation = self.invitation(token)?;
            let mut changes = vec![Change::PutAccount(account.clone())];
            changes.extend(self.belong(account.id, &invitation)?);
            changes.push(sign_in.clone());
            let organisation = invitation.organisation;
            Ok(Altered::by(changes, audit::Entry { organisation, ..entry.clone() }))
        })
        .await?;
        Ok(welcome)
    }

    /// Brings an account into a further organisation.
    pub(crate) async fn join_with(&self, caller: &Caller, token: &str) -> Result<(), ApiError> {
        let entry = self.note(caller, "organisation.join");
        self.alter(|_| {
            let invitation = self.invitation(token)?;
            let changes = self.belong(caller.account, &invitation)?;
            let organisation = invitation.organisation;
            Ok(Altered::by(changes, audit::Entry { organisation, ..entry.clone() }))
        })
        .await
    }

    /// An invitation that is still good.
    pub(crate) fn invitation(&self, token: &str) -> Result<Invitation, ApiError> {
        let hash = token::hash(token);
        let directory = self.known.directory();
        directory.open_invitation(&hash, self.now()).cloned().ok_or_else(no_invitation)
    }

    fn set_up_invitation(&self, token: &str) -> Result<Invitation, ApiError> {
        let invitation = self.invitation(token)?;
        if invitation.organisation.is_some() { Err(no_invitation()) } else { Ok(invitation) }
    }

    fn belong(&self, account: AccountId, invitation: &Invitation) -> Result<Vec<Change>, ApiError> {
        let directory = self.known.directory();
        let organisation = invitation.organisation.and_then(|id| directory.organisation(id));
        let mut organisation = organisation.cloned().ok_or_else(no_invitation)?;
        if !organisation.members.insert(account) {
            return Err(ApiError::new(
                ErrorCode::Conflict,
                format!("You belong to “{}” already.", organisation.name),
            ));
        }
        let grant = invitation
            .role
            .map(|role| self.grant(organisation.id, Subject::Account(account), role))
            .map(Change::PutGrant);
        let mut changes =
            vec![Change::DeleteInvitation(invitation.id), Change::PutOrganisation(organisation)];
        changes.extend(grant);
        Ok(changes)
    }

    pub(crate) fn grant(
        &self,
        organisation: OrganisationId,
        subject: Subject,
        role: patchbay_model::RoleId,
    ) -> Grant {
        let id = patchbay_model::GrantId::new();
        Grant { id, organisation, subject, node: None, role, created: self.now() }
    }

    fn account(&self, newcomer: &Newcomer, password: String) -> Result<Account, ApiError> {
        let name = directory::account_name(&newcomer.name).map_err(|error| error.api_error())?;
        let display = newcomer.display.trim();
        let display = if display.is_empty() { name.clone() } else { display.to_owned() };
        Ok(Account {
            id: AccountId::new(),
            name,
            display,
            password: Some(password),
            totp: None,
            totp_step: 0,
            operator: false,
            suspended: false,
            created: self.now(),
        })
    }

    /// The hash of a newcomer's password, which takes a moment.
    async fn hashed(&self, newcomer: &Newcomer) -> Result<String, ApiError> {
        self.hash_password(&newcomer.password, &[&newcomer.name, &newcomer.display]).await
    }

    /// The hash of a password that is good enough.
    pub(crate) async fn hash_password(
        &self,
        chosen: &Secret<String>,
        names: &[&str],
    ) -> Result<String, ApiError> {
        password::check_strength(chosen, names).map_err(|error| error.api_error())?;
        let (chosen, cheap) = (chosen.clone(), self.cheap);
        let hashed = blocking(move || password::hash(&chosen, cheap)).await?;
        hashed.map_err(|error| error.api_error())
    }

    /// Whether a password is the account's.
    pub(crate) async fn knows_password(
        &self,
        account: &Account,
        typed: &Secret<String>,
    ) -> Result<bool, ApiError> {
        let (kept, typed, cheap) = (account.password.clone(), typed.clone(), self.cheap);
        blocking(move || password::verify_or_pretend(kept.as_deref(), &typed, cheap)).await
    }

    /// Lets somebody in who shows what it takes.
    pub(crate) async fn sign_in(
        &self,
        shown: Credentials,
        visitor: &Visitor,
    ) -> Result<Welcome, ApiError> {
        let name = shown.name.trim().to_lowercase();
        let found = self.known.directory().account_named(&name).cloned();
        let place = match &found {
            Some(account) => {
                self.known.directory().place(account.id, visitor.address, visitor.device.as_ref())
            }
            None => Place::Stranger,
        };
        let asks = Try { name: &name, address: visitor.address, place };
        let charge = self.throttle().begin(&asks, self.now()).map_err(|error| error.api_error())?;
        let (kept, typed, cheap) = (
            found.as_ref().and_then(|one| one.password.clone()),
            shown.password.clone(),
            self.cheap,
        );
        let right =
            blocking(move || password::verify_or_pretend(kept.as_deref(), &typed, cheap)).await?;
        let account = found.filter(|account| right && !account.suspended);
        let Some(account) = account else {
            return self.sign_in_elsewhere(&name, &shown, charge, visitor).await;
        };
        let (welcome, sign_in) = self.welcome(account.id, visitor)?;
        let entry = self.visit(account.id, "account.sign_in", visitor);
        let let_in = self.alter(|directory| {
            // Not with what has been changed while the password was looked at.
            let same = directory.account(account.id);
            if same.is_none_or(|one| one.suspended || one.password != account.password) {
                return Err(wrong());
            }
            let mut changes = self.second_factor(account.id, shown.code.as_ref())?;
            changes.push(sign_in.clone());
            changes.extend(self.expired(account.id));
            Ok(Altered::by(changes, entry.clone()))
        });
        match let_in.await {
            Ok(()) => {
                self.throttle().succeeded(charge);
                Ok(welcome)
            }
            Err(error) => {
                if error.code == ErrorCode::AuthFailed {
                    self.refused(&name, visitor).await?;
                } else {
                    self.throttle().undecided(charge);
                }
                Err(error)
            }
        }
    }

    /// Not by a password that is kept here; perhaps by one of a directory.
    async fn sign_in_elsewhere(
        &self,
        name: &str,
        shown: &Credentials,
        charge: Charge,
        visitor: &Visitor,
    ) -> Result<Welcome, ApiError> {
        let vouched = match self.ask_directories(name, &shown.password).await {
            Ok(Some(vouched)) => vouched,
            Ok(None) => {
                self.refused(name, visitor).await?;
                return Err(wrong());
            }
            // The password is not the one that is kept here: this stays a wrong try.
            Err(away) => {
                self.refused(name, visitor).await?;
                return Err(away);
            }
        };
        let done = self.let_in_from_directory(&vouched, shown.code.as_ref(), visitor).await;
        self.conclude(charge, done, (name, "account.sign_in"), visitor).await
    }

    /// What a right code changes; nothing if the account asks for none.
    pub(crate) fn second_factor(
        &self,
        account: AccountId,
        code: Option<&Secret<String>>,
    ) -> Result<Vec<Change>, ApiError> {
        let directory = self.known.directory();
        let account = directory.account(account).ok_or_else(|| not_found("account"))?;
        let Some(sealed) = &account.totp else { return Ok(Vec::new()) };
        let code = code.ok_or_else(needs_code)?;
        let key = self.open_named(&totp_name(account.id), sealed)?;
        let key =
            totp::TotpKey::from_slice(&key).ok_or_else(|| TeamError::KeysDamaged.api_error())?;
        if let Some(step) = key.check(code.expose_secret(), self.now(), account.totp_step) {
            return Ok(vec![Change::PutAccount(Account { totp_step: step, ..account.clone() })]);
        }
        let kept = directory.recovery_codes_of(account.id);
        match recovery::find(account.id, code.expose_secret(), kept) {
            Some(used) => Ok(vec![Change::DeleteRecoveryCode(used)]),
            None => Err(wrong_code()),
        }
    }

    pub(super) fn welcome(
        &self,
        account: AccountId,
        visitor: &Visitor,
    ) -> Result<(Welcome, Change), ApiError> {
        let (token, hash) =
            token::generate(TokenKind::SignIn).map_err(|error| error.api_error())?;
        let now = self.now();
        let sign_in = SignIn {
            id: SignInId::new(),
            account,
            hash,
            created: now,
            last_used: now,
            expires: Timestamp(now.0 + SIGN_IN_LASTS),
            address: visitor.address.to_string(),
            client: visitor.client.chars().filter(|c| !c.is_control()).take(200).collect(),
            acting: None,
        };
        Ok((Welcome { account, sign_in: sign_in.id, token }, Change::PutSignIn(sign_in)))
    }

    /// Sign-ins of an account that are over.
    pub(super) fn expired(&self, account: AccountId) -> Vec<Change> {
        let (directory, now) = (self.known.directory(), self.now());
        let over = directory.sign_ins_of(account).filter(|one| one.expires <= now);
        over.map(|one| Change::DeleteSignIn(one.id)).collect()
    }

    /// Writes down that somebody was not let in.
    async fn refused(&self, name: &str, visitor: &Visitor) -> Result<(), ApiError> {
        let turn = self.turn().await;
        let entry = audit::Entry {
            actor: Actor::Nobody,
            object: Some(name.chars().take(100).collect()),
            outcome: Outcome::Refused,
            address: Some(visitor.address.to_string()),
            ..self.server_entry("account.sign_in")
        };
        self.commit(&turn, Vec::new(), Vec::new(), vec![entry]).await
    }

    /// Who has this token, of a sign-in or of a script.
    pub(crate) fn whose(
        &self,
        shown: &str,
        address: IpAddr,
    ) -> Result<(AccountId, Proof), ApiError> {
        let (directory, now, hash) = (self.known.directory(), self.now(), token::hash(shown));
        let found = match TokenKind::of(shown) {
            Some(TokenKind::SignIn | TokenKind::Acting) => {
                directory.signed_in(&hash, now).map(|(account, sign_in)| {
                    let used = Use::SignIn(sign_in.id, now);
                    self.was_used(*sign_in.id.as_bytes(), used, sign_in.last_used, address);
                    let acts = directory
                        .acts(sign_in)
                        .map(|operator| Acting { sign_in: sign_in.id, operator: operator.id });
                    (account.id, acts.map_or(Proof::SignIn(sign_in.id), Proof::Acting))
                })
            }
            Some(TokenKind::Api) => {
                directory.script(&hash, address, now).map(|(account, token)| {
                    let used = Use::Token(token.id, now, address.to_string());
                    let before = token.last_used.unwrap_or(token.created);
                    self.was_used(*token.id.as_bytes(), used, before, address);
                    (account.id, Proof::Token(token.id, token.permissions))
                })
            }
            Some(
                TokenKind::Invitation | TokenKind::Share | TokenKind::Guest | TokenKind::Handoff,
            )
            | None => None,
        };
        found.ok_or_else(|| match TokenKind::of(shown) {
            Some(TokenKind::Acting) => acts_no_longer(),
            _ => signed_out(),
        })
    }

    /// Ends a sign-in.
    pub(crate) async fn sign_out(&self, caller: &Caller, id: SignInId) -> Result<(), ApiError> {
        let turn = self.turn().await;
        let directory = self.known.directory();
        if directory.sign_in(id).is_none_or(|one| one.account != caller.account) {
            return Err(not_found("sign-in"));
        }
        let entry = about(&self.note(caller, "account.sign_out"), "sign-in", id);
        self.commit(&turn, vec![Change::DeleteSignIn(id)], Vec::new(), vec![entry]).await
    }

    /// Takes a script's token back.
    pub(crate) async fn revoke_token(&self, caller: &Caller, id: TokenId) -> Result<(), ApiError> {
        let turn = self.turn().await;
        let directory = self.known.directory();
        if directory.token(id).is_none_or(|one| one.account != caller.account) {
            return Err(not_found("token"));
        }
        let entry = about(&self.note(caller, "token.delete"), "token", id);
        self.commit(&turn, vec![Change::DeleteToken(id)], Vec::new(), vec![entry]).await
    }

    pub(crate) fn throttle(&self) -> std::sync::MutexGuard<'_, patchbay_team::throttle::Throttle> {
        lock(&self.throttle)
    }

    pub(super) fn visit(
        &self,
        account: AccountId,
        action: &str,
        visitor: &Visitor,
    ) -> audit::Entry {
        audit::Entry {
            actor: Actor::Account { account },
            address: Some(visitor.address.to_string()),
            ..self.server_entry(action)
        }
    }
}

/// Under which name the key of an account's one-time passwords is sealed.
pub(crate) fn totp_name(account: AccountId) -> String {
    format!("totp/{account}")
}

fn wrong() -> ApiError {
    ApiError::new(ErrorCode::AuthFailed, "The name or the password is wrong.")
        .next("Check Caps Lock and the keyboard layout, and try again.")
        .on("password")
}

fn needs_code() -> ApiError {
    ApiError::new(ErrorCode::NeedsCode, "This account asks for a one-time password besides.")
        .next("Type the one that your device shows, or a recovery code.")
        .on("code")
}

pub(crate) fn wrong_code() -> ApiError {
    ApiError::new(ErrorCode::AuthFailed, "The one-time password is wrong, or was used already.")
        .next("Wait for the next one, and check the clock of your device.")
        .on("code")
}

fn signed_out() -> ApiError {
    ApiError::new(ErrorCode::SignedOut, "You are not signed in, or not any more.").next("Sign in.")
}

/// A page tells it by its field from a sign-in that has ended.
fn acts_no_longer() -> ApiError {
    ApiError::new(ErrorCode::SignedOut, "You see this as somebody else no longer.")
        .next("Go on as yourself.")
        .on("acting")
}

fn no_invitation() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "This link is not good, or not any more.")
        .next("Ask for another one: each is good once, and not for ever.")
}

/// Each hash takes 64 MiB: however many try, no more than these are at work at a time.
static HASHING: Semaphore = Semaphore::const_new(4);

/// Passwords take long on purpose: that must not hold up others.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let permit = HASHING.acquire().await;
    // It is held until the work is done, also if nobody waits for it any more.
    let work = move || {
        let done = work();
        drop(permit);
        done
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|stopped| ApiError::new(ErrorCode::Internal, stopped.to_string()))
}
