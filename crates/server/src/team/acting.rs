//! Those who run the server see it as another person does, for a while and in the audit log: who began, as whom and why, what was done,
//! and when it ended.
//!
//! It is a sign-in of the other person's that hangs on the operator's own (`Directory::stands`). What such a sign-in may not do is
//! decided where every sign-in is looked at: `inside::ceiling` (no secret is shown), `known::Eyes` (the person's own space is left out)
//! and `api/policy.rs` (nothing about the person's own account).

use super::{
    Team, Visitor, Welcome, accounts,
    alter::{Altered, about, conflict, forbidden, invalid, saying},
    rights::own,
};
use crate::{Caller, Proof};
use patchbay_model::{AccountId, ApiError, ErrorCode, Secret, SignInId, Timestamp};
use patchbay_team::{
    audit::{self, Actor},
    directory::Directory,
    entity::{Account, Change, SignIn},
    token::{self, TokenKind},
};

/// How long it is good, in milliseconds.
const LASTS: i64 = 30 * 60 * 1000;
/// The longest reason, in characters.
const LONGEST: usize = 500;
const END: &str = "account.act_as_end";

/// What an operator shows and says to act as somebody.
#[derive(Debug)]
pub(crate) struct Asking {
    pub(crate) reason: String,
    /// The operator's own; empty if the account has none.
    pub(crate) password: Secret<String>,
    /// A one-time password of the operator's, if their account asks for one.
    pub(crate) code: Option<Secret<String>>,
}

impl Team {
    /// Begins to act as an account. What the caller began before by the same sign-in ends.
    pub(crate) async fn act_as(
        &self,
        caller: &Caller,
        id: AccountId,
        asking: &Asking,
        visitor: &Visitor,
        entry: audit::Entry,
    ) -> Result<Welcome, ApiError> {
        let Proof::SignIn(by) = caller.proof else {
            return Err(forbidden("This is for people who have signed in, and not for tokens.")
                .next("Sign in."));
        };
        let directory = self.known.directory();
        subject(&directory, caller, id)?;
        let reason = reason(&asking.reason)?;
        let entry = audit::Entry { reason: Some(reason), ..about(&entry, "account", id) };
        let known = own(&directory, caller)?.clone();
        let charge = self.try_by(caller, &known)?;
        let begun = match self.knows_own(&known, asking).await {
            Ok(()) => self.begin_acting(caller, (by, id), (&known, asking), visitor, &entry).await,
            Err(error) => Err(error),
        };
        match begun {
            Ok(welcome) => {
                self.throttle().succeeded(charge);
                Ok(welcome)
            }
            Err(wrong) if wrong.code == ErrorCode::AuthFailed => {
                self.note_wrong(entry, &wrong).await?;
                Err(wrong)
            }
            Err(error) => {
                self.throttle().undecided(charge);
                Err(error)
            }
        }
    }

    async fn begin_acting(
        &self,
        caller: &Caller,
        (by, id): (SignInId, AccountId),
        (known, asking): (&Account, &Asking),
        visitor: &Visitor,
        entry: &audit::Entry,
    ) -> Result<Welcome, ApiError> {
        let (token, hash) =
            token::generate(TokenKind::Acting).map_err(|error| error.api_error())?;
        let (sign_in, now) = (SignInId::new(), self.now());
        let client = visitor.client.chars().filter(|c| !c.is_control()).take(200).collect();
        let begun = SignIn {
            id: sign_in,
            account: id,
            hash,
            created: now,
            last_used: now,
            expires: Timestamp(now.0 + LASTS),
            address: visitor.address.to_string(),
            client,
            acting: Some(by),
        };
        self.alter(|directory| {
            subject(directory, caller, id)?;
            // Not with what has been changed while the password was looked at.
            let now = own(directory, caller)?;
            if now.password != known.password {
                return Err(wrong_password());
            }
            must_have_code(now, asking)?;
            let mut changes = self.second_factor(caller.account, asking.code.as_ref())?;
            changes.extend(directory.acting_by(by).map(|one| Change::DeleteSignIn(one.id)));
            changes.push(Change::PutSignIn(begun.clone()));
            let entry = audit::Entry { acting_as: Some(id), ..entry.clone() };
            Ok(Altered::by(changes, saying(entry, "for 30 minutes")))
        })
        .await?;
        Ok(Welcome { account: id, sign_in, token })
    }

    /// Whether it is the operator who asks, by what it takes to sign in. A one-time password is looked at where it counts.
    async fn knows_own(&self, known: &Account, asking: &Asking) -> Result<(), ApiError> {
        if known.password.is_none() && known.totp.is_none() {
            return Err(conflict("Your account has neither a password nor one-time passwords.")
                .next("Turn on one-time passwords in “Your account”, then try again."));
        }
        if known.password.is_some() && !self.knows_password(known, &asking.password).await? {
            return Err(wrong_password());
        }
        must_have_code(known, asking)
    }

    /// Ends what this token began; nothing if it has ended already.
    pub(crate) async fn end_acting(&self, hash: &[u8; 32], from: &Visitor) -> Result<(), ApiError> {
        let known = self.known.directory();
        let Some(sign_in) = known.sign_in_by_hash(hash) else { return Ok(()) };
        let Some(operator) = known.acts(sign_in) else { return Ok(()) };
        let acting_as = Some(sign_in.account);
        let entry = audit::Entry { acting_as, ..self.visit(operator.id, END, from) };
        let entry = about(&entry, "account", sign_in.account);
        let ended =
            self.alter(|_| Ok(Altered::by(vec![Change::DeleteSignIn(sign_in.id)], entry.clone())));
        match ended.await {
            // Somebody was faster.
            Err(gone) if gone.code == ErrorCode::NotFound => Ok(()),
            ended => ended,
        }
    }

    /// Ends what is good no longer.
    pub(crate) async fn end_what_acts_no_longer(&self) -> Result<(), ApiError> {
        if over(&self.known.directory(), self.now()).is_empty() {
            return Ok(());
        }
        let end = |directory: &Directory| {
            let changes = over(directory, self.now());
            Ok(Altered { changes, entries: Vec::new(), answer: () })
        };
        self.alter(end).await
    }

    /// Entries about those who act no longer after a write, for whatever it was that ended it: their own sign-in may have ended, or that
    /// person. `entries` are those of the write itself.
    pub(super) fn endings(&self, after: &Directory, entries: &[audit::Entry]) -> Vec<audit::Entry> {
        let before = self.known.directory();
        let gone = before.acting().filter(|one| after.sign_in(one.id).is_none());
        let ending = |one: &SignIn| {
            let operator = before.acts(one)?;
            let entry = about(&self.server_entry(END), "account", one.account);
            let said = |said: &audit::Entry| said.action == END && said.object == entry.object;
            if entries.iter().any(said) {
                return None;
            }
            let by = entries.first().filter(|_| before.stands(one, self.now()));
            let actor = by.map_or(Actor::Server, |by| by.actor);
            let is_own = actor == Actor::Account { account: operator.id };
            Some(audit::Entry {
                actor,
                acting_as: is_own.then_some(one.account),
                address: by.and_then(|by| by.address.clone()),
                ..saying(entry, format!("{} acted", operator.display))
            })
        };
        gone.filter_map(ending).collect()
    }
}

/// What ends those who act and may not any more.
pub(super) fn over(directory: &Directory, now: Timestamp) -> Vec<Change> {
    let over = directory.acting().filter(|one| !directory.stands(one, now));
    over.map(|one| Change::DeleteSignIn(one.id)).collect()
}

/// Somebody whom the caller may act as.
fn subject<'a>(
    directory: &'a Directory,
    caller: &Caller,
    id: AccountId,
) -> Result<&'a Account, ApiError> {
    let account = accounts::account(directory, caller, id)?;
    if id == caller.account {
        return Err(conflict("This is your own account: you see it as yourself already."));
    }
    if account.operator {
        let message = format!("{} runs this server, too.", account.display);
        return Err(forbidden(message).next("Ask them to show you what does not work."));
    }
    if account.suspended {
        let message = format!("{} is suspended and sees nothing here.", account.display);
        return Err(conflict(message).next("Let them sign in again first."));
    }
    Ok(account)
}

fn must_have_code(account: &Account, asking: &Asking) -> Result<(), ApiError> {
    if account.totp.is_none() || asking.code.is_some() {
        return Ok(());
    }
    Err(invalid("code", "Your account asks for a one-time password besides.")
        .next("Type the one that your device shows, or a recovery code."))
}

fn wrong_password() -> ApiError {
    ApiError::new(ErrorCode::AuthFailed, "This is not your password.")
        .next("Check Caps Lock and the keyboard layout, and try again.")
        .on("password")
}

/// The reason as it is kept.
fn reason(given: &str) -> Result<String, ApiError> {
    let given = given.trim();
    match given.chars().count() {
        0 => Err(invalid("reason", "Say why you want to see it as somebody else.")
            .next("It is written into the audit log.")),
        1..=LONGEST => Ok(given.to_owned()),
        _ => Err(invalid("reason", format!("A reason has {LONGEST} characters at most."))),
    }
}
