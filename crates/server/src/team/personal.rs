//! What people do with their own accounts: names, passwords, one-time passwords, tokens.

use super::{
    Team,
    alter::{Altered, about, conflict, invalid, saying},
    rights::own,
    totp_name, wrong_code,
};
use crate::{Caller, Proof};
use patchbay_model::{
    AccountId, ApiError, ErrorCode, PassphraseStrength, Secret, SignInId, Timestamp, TokenId,
};
use patchbay_team::{
    audit::{self, Outcome},
    directory::Directory,
    entity::{Account, ApiToken, Change},
    password,
    permission::Permissions,
    recovery,
    throttle::{Charge, Try},
    token::{self, TokenKind},
    totp::TotpKey,
};
use zeroize::Zeroizing;

/// How long somebody has to confirm one-time passwords, in milliseconds.
const CONFIRM_WITHIN: i64 = 15 * 60 * 1000;
/// The most tokens of an account.
const MOST_TOKENS: usize = 200;
/// The most networks of a token.
const MOST_NETWORKS: usize = 100;
/// The longest one-time password or recovery code, however it is spaced.
const LONGEST_CODE: usize = 64;

/// A token that is wanted.
#[derive(Debug)]
pub(crate) struct NewToken {
    pub(crate) name: String,
    pub(crate) permissions: Permissions,
    pub(crate) networks: Vec<String>,
    pub(crate) expires: Option<Timestamp>,
}

impl Team {
    pub(crate) async fn set_display(
        &self,
        caller: &Caller,
        display: &str,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            let display = display.trim().to_owned();
            let entry = saying(about(&entry, "account", caller.account), &display);
            let account = Account { display, ..own(directory, caller)?.clone() };
            Ok(Altered::by(vec![Change::PutAccount(account)], entry))
        })
        .await
    }

    /// Changes the own password, and ends all other sign-ins. How many is what it gives.
    pub(crate) async fn change_password(
        &self,
        caller: &Caller,
        here: SignInId,
        (current, new): (&Secret<String>, &Secret<String>),
        entry: audit::Entry,
    ) -> Result<usize, ApiError> {
        let account = own(&self.known.directory(), caller)?.clone();
        let charge = self.try_by(caller, &account)?;
        if !self.knows_password(&account, current).await? {
            let wrong = ApiError::new(ErrorCode::AuthFailed, "The current password is wrong.")
                .next("Check Caps Lock and the keyboard layout, and try again.")
                .on("current");
            self.note_wrong(entry, &wrong).await?;
            return Err(wrong);
        }
        self.throttle().succeeded(charge);
        let names = [account.name.as_str(), account.display.as_str()];
        let hashed = self.hash_password(new, &names).await.map_err(|error| {
            if error.field.as_deref() == Some("password") { error.on("new") } else { error }
        })?;
        self.alter(|directory| {
            let account = own(directory, caller)?;
            let mut changes = others(directory, caller.account, Some(here));
            let ended = changes.len();
            let password = Some(hashed.clone());
            changes.push(Change::PutAccount(Account { password, ..account.clone() }));
            Ok(Altered::by(changes, about(&entry, "account", caller.account)).and(ended))
        })
        .await
    }

    /// Ends all sign-ins of the caller's but one.
    pub(crate) async fn end_other_sign_ins(
        &self,
        caller: &Caller,
        here: SignInId,
        entry: audit::Entry,
    ) -> Result<usize, ApiError> {
        self.alter(|directory| {
            let changes = others(directory, caller.account, Some(here));
            let ended = changes.len();
            Ok(Altered::by(changes, about(&entry, "account", caller.account)).and(ended))
        })
        .await
    }

    /// A key for one-time passwords, not asked for yet.
    pub(crate) async fn begin_totp(&self, caller: &Caller) -> Result<TotpKey, ApiError> {
        if own(&self.known.directory(), caller)?.totp.is_some() {
            return Err(conflict("One-time passwords are asked for already.")
                .next("Turn them off first, to use another device."));
        }
        let key = TotpKey::generate().map_err(|error| error.api_error())?;
        let mut begun = Zeroizing::new(self.now().0.to_be_bytes().to_vec());
        begun.extend_from_slice(key.expose_secret());
        let name = begun_name(caller.account);
        let sealed = self.seal_named(&name, &begun)?;
        let kept = self.store.set_setting(&name, &sealed).await;
        kept.map_err(|error| error.api_error())?;
        Ok(key)
    }

    /// Asks for one-time passwords from now on, if the device shows the right one.
    pub(crate) async fn confirm_totp(
        &self,
        caller: &Caller,
        code: &Secret<String>,
        entry: audit::Entry,
    ) -> Result<Vec<Secret<String>>, ApiError> {
        let account = own(&self.known.directory(), caller)?.clone();
        if account.totp.is_some() {
            return Err(conflict("One-time passwords are asked for already."));
        }
        let key = self.begun_totp(caller.account).await?;
        let charge = self.try_by(caller, &account)?;
        let Some(step) = key.check(bounded(code)?, self.now(), 0) else {
            let wrong = wrong_code();
            self.note_wrong(entry, &wrong).await?;
            return Err(wrong);
        };
        self.throttle().succeeded(charge);
        let sealed = self.seal_named(&totp_name(caller.account), key.expose_secret())?;
        let (shown, kept) =
            recovery::generate(caller.account).map_err(|error| error.api_error())?;
        self.alter(|directory| {
            let old = own(directory, caller)?;
            if old.totp.is_some() {
                return Err(conflict("One-time passwords are asked for already."));
            }
            let totp = Some(sealed.clone());
            let account = Account { totp, totp_step: step, ..old.clone() };
            let codes = Change::PutRecoveryCodes(caller.account, kept.clone());
            let entry = about(&entry, "account", caller.account);
            Ok(Altered::by(vec![Change::PutAccount(account), codes], entry))
        })
        .await?;
        let kept = self.store.set_setting(&begun_name(caller.account), &[]).await;
        kept.map_err(|error| error.api_error())?;
        Ok(shown)
    }

    async fn begun_totp(&self, account: AccountId) -> Result<TotpKey, ApiError> {
        let nothing = || {
            conflict("There is nothing to confirm, or it was begun too long ago.")
                .next("Begin anew.")
        };
        let name = begun_name(account);
        let kept = self.store.setting(&name).await.map_err(|error| error.api_error())?;
        let kept = kept.filter(|sealed| !sealed.is_empty()).ok_or_else(nothing)?;
        let begun = self.open_named(&name, &kept)?;
        let (at, key) = begun.split_first_chunk::<8>().ok_or_else(nothing)?;
        if self.now().0 - i64::from_be_bytes(*at) > CONFIRM_WITHIN {
            return Err(nothing());
        }
        TotpKey::from_slice(key).ok_or_else(nothing)
    }

    /// Asks for one-time passwords no more.
    pub(crate) async fn end_totp(
        &self,
        caller: &Caller,
        code: &Secret<String>,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.with_code(caller, code, &entry, |mut changes, account| {
            changes.push(Change::PutAccount(Account { totp: None, ..account }));
            changes.push(Change::PutRecoveryCodes(caller.account, Vec::new()));
            Altered::by(changes, about(&entry, "account", caller.account))
        })
        .await
    }

    /// Recovery codes in place of those there were.
    pub(crate) async fn renew_recovery_codes(
        &self,
        caller: &Caller,
        code: &Secret<String>,
        entry: audit::Entry,
    ) -> Result<Vec<Secret<String>>, ApiError> {
        let (shown, kept) =
            recovery::generate(caller.account).map_err(|error| error.api_error())?;
        self.with_code(caller, code, &entry, |mut changes, _| {
            changes.push(Change::PutRecoveryCodes(caller.account, kept.clone()));
            Altered::by(changes, about(&entry, "account", caller.account))
        })
        .await?;
        Ok(shown)
    }

    /// Makes a change that asks for a one-time password or a recovery code.
    async fn with_code(
        &self,
        caller: &Caller,
        code: &Secret<String>,
        entry: &audit::Entry,
        then: impl Fn(Vec<Change>, Account) -> Altered<()>,
    ) -> Result<(), ApiError> {
        let account = own(&self.known.directory(), caller)?.clone();
        if account.totp.is_none() {
            return Err(conflict("One-time passwords are not asked for.")
                .next("Load the page again: they were turned off meanwhile."));
        }
        bounded(code)?;
        let charge = self.try_by(caller, &account)?;
        let done = self.alter(|directory| {
            let changes = self.second_factor(caller.account, Some(code))?;
            let taken = changes.iter().find_map(|change| match change {
                Change::PutAccount(account) => Some(account.clone()),
                _ => None,
            });
            let account = taken.unwrap_or(own(directory, caller)?.clone());
            Ok(then(changes, account))
        });
        match done.await {
            Ok(()) => {
                self.throttle().succeeded(charge);
                Ok(())
            }
            Err(error) if error.code == ErrorCode::AuthFailed => {
                self.note_wrong(entry.clone(), &error).await?;
                Err(error)
            }
            Err(error) => {
                self.throttle().undecided(charge);
                Err(error)
            }
        }
    }

    /// Makes a token for scripts, which is told this once.
    pub(crate) async fn create_token(
        &self,
        caller: &Caller,
        wanted: &NewToken,
        entry: audit::Entry,
    ) -> Result<(Secret<String>, ApiToken), ApiError> {
        if wanted.permissions == Permissions::NONE {
            return Err(invalid("permissions", "A token may do at least one thing."));
        }
        if wanted.expires.is_some_and(|expires| expires <= self.now()) {
            return Err(invalid("expires", "This time is over.").next("Choose a later one."));
        }
        if wanted.networks.len() > MOST_NETWORKS
            || wanted.networks.iter().any(|network| network.len() > LONGEST_CODE)
        {
            return Err(invalid("networks", "These are too many networks, or no networks."));
        }
        let (token, hash) = token::generate(TokenKind::Api).map_err(|error| error.api_error())?;
        let id = TokenId::new();
        let kept = self
            .alter(|directory| {
                let own = own(directory, caller)?;
                if directory.tokens_of(own.id).count() >= MOST_TOKENS {
                    return Err(conflict(format!("You have {MOST_TOKENS} tokens already."))
                        .next("Delete those that nothing uses."));
                }
                let kept = ApiToken {
                    id,
                    account: own.id,
                    name: wanted.name.trim().to_owned(),
                    hash,
                    permissions: wanted.permissions,
                    networks: wanted.networks.iter().map(|one| one.trim().to_owned()).collect(),
                    created: self.now(),
                    expires: wanted.expires,
                    last_used: None,
                    last_address: None,
                };
                let entry = saying(about(&entry, "token", id), &kept.name);
                Ok(Altered::by(vec![Change::PutToken(kept.clone())], entry).and(kept))
            })
            .await?;
        Ok((token, kept))
    }

    /// A try to show something that is known only to the caller. As at the door it costs time after some wrong ones.
    pub(super) fn try_by(&self, caller: &Caller, account: &Account) -> Result<Charge, ApiError> {
        let directory = self.known.directory();
        let device = match caller.proof {
            Proof::SignIn(id) => directory.sign_in(id).map(|sign_in| sign_in.hash),
            Proof::Token(..) | Proof::Acting(_) => None,
        };
        let place = directory.place(account.id, caller.address, device.as_ref());
        let asks = Try { name: &account.name, address: caller.address, place };
        self.throttle().begin(&asks, self.now()).map_err(|error| error.api_error())
    }

    pub(super) async fn note_wrong(
        &self,
        entry: audit::Entry,
        why: &ApiError,
    ) -> Result<(), ApiError> {
        let entry = audit::Entry { outcome: Outcome::Refused, ..saying(entry, &why.message) };
        let turn = self.turn().await;
        self.commit(&turn, Vec::new(), Vec::new(), vec![entry]).await
    }
}

/// The changes that end the sign-ins of an account, but one.
pub(crate) fn others(
    directory: &Directory,
    account: AccountId,
    but: Option<SignInId>,
) -> Vec<Change> {
    let sign_ins = directory.sign_ins_of(account).filter(|one| Some(one.id) != but);
    sign_ins.map(|one| Change::DeleteSignIn(one.id)).collect()
}

fn begun_name(account: AccountId) -> String {
    format!("totp-begun/{account}")
}

fn bounded(code: &Secret<String>) -> Result<&str, ApiError> {
    let code = code.expose_secret();
    if code.len() > LONGEST_CODE { Err(wrong_code()) } else { Ok(code) }
}

impl Team {
    /// How good a password would be for somebody of this name, by as much of it as is looked at.
    pub(crate) fn judge(&self, chosen: &str, name: &str, most: usize) -> PassphraseStrength {
        let chosen: String = chosen.chars().take(most).collect();
        let name: String = name.chars().take(most).collect();
        let mut judged = patchbay_vault::strength(&chosen);
        let checked = password::check_strength(&Secret::new(chosen), &[&name]);
        if let Err(weak) = checked {
            judged.score = judged.score.min(1);
            "Weak".clone_into(&mut judged.label);
            judged.hint = weak.api_error().next_step;
        }
        judged
    }
}
