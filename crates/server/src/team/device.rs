//! Programs without a browser ask to be let in, and a person who is signed in elsewhere says who it is (RFC 8628).
//!
//! What is asked for lies in the database, so the program may ask one node and the person may answer at another. A request
//! becomes one sign-in at most: taking it deletes it in the write that makes the sign-in.

use super::{
    Team, Visitor, Welcome,
    alter::{Altered, about, saying},
    not_found,
};
use crate::Caller;
use patchbay_core::sync::lock;
use patchbay_model::{ApiError, ErrorCode, HandoffId, Secret, Timestamp};
use patchbay_team::{
    audit::{self, Outcome},
    directory::Directory,
    entity::{Answer, Change, Handoff},
    token::{self, TokenKind},
};
use std::{collections::HashMap, sync::Mutex};

/// How long a request is good, in milliseconds.
pub(crate) const LASTS: i64 = 10 * 60 * 1000;
/// How often a program is told to ask, in seconds.
pub(crate) const INTERVAL: u32 = 3;
/// Who asks sooner than so many milliseconds after the last time is told to slow down.
const SOONEST: i64 = 1_000;
/// The most requests at a time, from one address and in all.
const MOST_FROM_ONE: usize = 10;
const MOST: usize = 2_000;
/// Letters of codes: none that looks like another, none that makes words (RFC 8628 section 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Letters of a code.
const LENGTH: usize = 8;
/// The longest name of a program.
const LONGEST_CLIENT: usize = 100;

/// When each program asked last.
#[derive(Default)]
pub(crate) struct Pace(Mutex<HashMap<HandoffId, Timestamp>>);

/// A request that has begun.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) secret: Secret<String>,
    pub(crate) code: String,
    pub(crate) expires: Timestamp,
}

/// What a program is told.
#[derive(Debug)]
pub(crate) enum Polled {
    Waiting,
    Denied,
    In(Welcome),
}

impl Pace {
    /// Whether a program may ask now.
    fn takes(&self, id: HandoffId, now: Timestamp) -> bool {
        let mut asked = lock(&self.0);
        asked.retain(|_, at| (now.0 - LASTS..=now.0).contains(&at.0));
        let may = asked.get(&id).is_none_or(|last| now.0 - last.0 >= SOONEST);
        if may {
            asked.insert(id, now);
        }
        may
    }
}

impl Team {
    /// Somebody's program begins to ask.
    pub(crate) async fn begin_handoff(&self, visitor: &Visitor) -> Result<Begun, ApiError> {
        let (secret, hash) =
            token::generate(TokenKind::Handoff).map_err(|error| error.api_error())?;
        let id = HandoffId::new();
        let client = visitor.client.chars().filter(|c| !c.is_control());
        let client: String = client.take(LONGEST_CLIENT).collect();
        let (code, expires) = self
            .alter(|directory| {
                let now = self.now();
                let over = directory.handoffs().filter(|one| one.expires <= now);
                let mut changes: Vec<Change> =
                    over.map(|one| Change::DeleteHandoff(one.id)).collect();
                let left = directory.handoffs().count() - changes.len();
                if left >= MOST || directory.handoffs_from(visitor.address) >= MOST_FROM_ONE {
                    return Err(ApiError::new(
                        ErrorCode::Throttled,
                        "Too many programs ask to be let in at this moment.",
                    )
                    .next("Answer those that ask, or wait ten minutes.")
                    .retry());
                }
                let code = code(directory)?;
                let expires = Timestamp(now.0 + LASTS);
                changes.push(Change::PutHandoff(Handoff {
                    id,
                    hash,
                    code: code.clone(),
                    address: visitor.address.to_string(),
                    client: client.clone(),
                    created: now,
                    expires,
                    answer: Answer::Waiting,
                }));
                // Who only asks does nothing yet that is worth a record.
                Ok(Altered { changes, entries: Vec::new(), answer: (code, expires) })
            })
            .await?;
        Ok(Begun { secret, code, expires })
    }

    /// A program asks whether it is let in. It is told so once.
    pub(crate) async fn poll_handoff(
        &self,
        secret: &str,
        visitor: &Visitor,
    ) -> Result<Polled, ApiError> {
        let hash = token::hash(secret);
        let good = |directory: &Directory| {
            directory.open_handoff(&hash, self.now()).cloned().ok_or_else(over)
        };
        let found = good(&self.known.directory())?;
        if !self.pace.takes(found.id, self.now()) {
            let message = "The program asks more often than it may.";
            let next = format!("Ask again in {INTERVAL} seconds.");
            return Err(ApiError::new(ErrorCode::Throttled, message).next(next).retry());
        }
        match found.answer {
            Answer::Waiting => return Ok(Polled::Waiting),
            Answer::Denied => {
                let turn = self.turn().await;
                let changes = vec![Change::DeleteHandoff(found.id)];
                self.commit(&turn, changes, Vec::new(), Vec::new()).await?;
                return Ok(Polled::Denied);
            }
            Answer::Allowed(_) => {}
        }
        let client = Visitor { client: found.client.clone(), ..visitor.clone() };
        self.alter(|directory| {
            let found = good(directory)?;
            let Answer::Allowed(account) = found.answer else { return Err(over()) };
            if directory.account(account).is_none_or(|account| account.suspended) {
                return Err(over());
            }
            let (welcome, sign_in) = self.welcome(account, &client)?;
            let mut changes = vec![Change::DeleteHandoff(found.id), sign_in];
            changes.extend(self.expired(account));
            let entry = self.visit(account, "account.sign_in", visitor);
            let entry = saying(about(&entry, "device", found.id), "handed over from a browser");
            Ok(Altered::by(changes, entry).and((welcome.account, welcome.sign_in, welcome.token)))
        })
        .await
        .map(|(account, sign_in, token)| Polled::In(Welcome { account, sign_in, token }))
    }

    /// A program asks no more. Nobody lets it in from then on, and an answer that it did not hear yet counts for nothing.
    pub(crate) async fn withdraw_handoff(&self, secret: &str) -> Result<(), ApiError> {
        let hash = token::hash(secret);
        self.alter(|directory| {
            let found = directory.open_handoff(&hash, self.now()).ok_or_else(over)?;
            let changes = vec![Change::DeleteHandoff(found.id)];
            Ok(Altered { changes, entries: Vec::new(), answer: () })
        })
        .await
    }

    /// Which program waits under a code. A code that nothing waits under counts as a wrong try.
    pub(crate) async fn look_at_handoff(
        &self,
        caller: &Caller,
        code: &str,
        entry: audit::Entry,
    ) -> Result<Handoff, ApiError> {
        let directory = self.known.directory();
        let own = directory.account(caller.account).ok_or_else(|| not_found("account"))?;
        let charge = self.try_by(caller, own)?;
        let found = canonical(code).and_then(|code| directory.waiting_handoff(&code, self.now()));
        let Some(found) = found else {
            let wrong = nobody_waits();
            self.note_wrong(entry, &wrong).await?;
            return Err(wrong);
        };
        // Not a success: whoever guesses codes must not be able to start afresh with one of their own.
        self.throttle().undecided(charge);
        Ok(found.clone())
    }

    /// Says whether it is the caller who asks.
    pub(crate) async fn answer_handoff(
        &self,
        caller: &Caller,
        code: &str,
        allow: bool,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        let found = self.look_at_handoff(caller, code, entry.clone()).await?;
        let answer = if allow { Answer::Allowed(caller.account) } else { Answer::Denied };
        let outcome = if allow { Outcome::Done } else { Outcome::Refused };
        self.alter(|directory| {
            let waits = |one: &&Handoff| {
                one.id == found.id && one.answer == Answer::Waiting && self.now() < one.expires
            };
            let asked = directory.handoff(found.id).filter(waits).ok_or_else(nobody_waits)?;
            let from = format!("{} at {}", asked.client, asked.address);
            let entry = saying(about(&entry, "device", asked.id), from);
            let change = Change::PutHandoff(Handoff { answer, ..asked.clone() });
            Ok(Altered::by(vec![change], audit::Entry { outcome, ..entry }))
        })
        .await
    }
}

/// A code that nothing waits under.
fn code(directory: &Directory) -> Result<String, ApiError> {
    loop {
        let mut random = [0_u8; 64];
        getrandom::fill(&mut random)
            .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        // Each letter as likely as every other: bytes beyond a multiple of their number are left out.
        let even = random.iter().filter(|byte| **byte < 240);
        let letters = even.filter_map(|byte| LETTERS.get(usize::from(byte % 20)));
        let letters: String = letters.take(LENGTH).map(|byte| char::from(*byte)).collect();
        if let Some(code) = canonical(&letters)
            && directory.handoffs().all(|one| one.code != code)
        {
            return Ok(code);
        }
    }
}

/// A code as it is kept, however it was typed; none if it cannot be one.
fn canonical(typed: &str) -> Option<String> {
    if typed.len() > 4 * LENGTH {
        return None;
    }
    let letters: String =
        typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let is_one = letters.len() == LENGTH && letters.bytes().all(|byte| LETTERS.contains(&byte));
    let (first, second) = letters.split_at_checked(LENGTH / 2).filter(|_| is_one)?;
    Some(format!("{first}-{second}"))
}

fn over() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "This request to sign in is not good, or not any more.")
        .next("Begin anew.")
}

fn nobody_waits() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "No program waits under this code.")
        .next("Compare it with what the program shows. After ten minutes the program has to begin anew.")
        .on("userCode")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        for typed in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "B.C.D.F-G.H.J.K"] {
            assert_eq!(canonical(typed).as_deref(), Some("BCDF-GHJK"), "{typed}");
        }
        for wrong in
            ["", "BCDF-GHJ", "BCDF-GHJKL", "BCDF-GHJA", "BCDF-GHJ0", &"B ".repeat(40), "ÄÖÜ"]
        {
            assert_eq!(canonical(wrong), None, "{wrong}");
        }
        let new = code(&Directory::new()).unwrap();
        assert_eq!(canonical(&new), Some(new.clone()), "{new}");
    }

    #[test]
    fn who_asks_too_often_is_told_so() {
        let (pace, id) = (Pace::default(), HandoffId::new());
        assert!(pace.takes(id, Timestamp(10_000)));
        assert!(!pace.takes(id, Timestamp(10_999)));
        assert!(pace.takes(HandoffId::new(), Timestamp(10_999)));
        assert!(pace.takes(id, Timestamp(11_000)));
        assert!(pace.takes(HandoffId::new(), Timestamp(12_000 + 2 * LASTS)));
        assert_eq!(pace.0.lock().unwrap().len(), 1);
    }
}
