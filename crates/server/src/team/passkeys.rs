//! Passkeys: making them, signing in by them, and what people call them.
//!
//! What is asked of a device lies sealed with the page that asks, so that any node can check the answer. A challenge counts once:
//! each passkey remembers when the last one was made that it answered.

use super::{
    Team, Visitor, Welcome,
    alter::{Altered, about, conflict, invalid, saying},
    not_found,
    providers::too_late,
    rights::own,
};
use crate::Caller;
use data_encoding::BASE64URL_NOPAD;
use patchbay_model::{AccountId, ApiError, ErrorCode, PasskeyId, Timestamp};
use patchbay_team::{
    audit,
    directory::{Directory, Place},
    entity::{Change, Passkey},
    passkey::{Asked, PasskeyError},
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// How long somebody has for their device, in milliseconds.
pub(crate) const DEVICE_WITHIN: i64 = 5 * 60 * 1000;
/// The most passkeys of an account.
const MOST: usize = 20;
/// Under which names challenges are sealed.
const TO_MAKE: &str = "passkey-make";
const TO_SIGN: &str = "passkey-sign";

/// What a device is asked, to be kept by the page.
#[derive(Serialize, Deserialize)]
struct Begun {
    challenge: [u8; 32],
    at: Timestamp,
    /// Whose passkey it will be; nobody's to sign in.
    account: Option<AccountId>,
}

/// A challenge, and what the page keeps until the device has answered.
#[derive(Debug)]
pub(crate) struct Challenge {
    pub(crate) challenge: String,
    pub(crate) ticket: String,
}

/// A page, as a device knows it.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) origin: String,
    /// The name that passkeys are for.
    pub(crate) server: String,
}

/// What a device has signed.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) ticket: String,
    pub(crate) credential: Vec<u8>,
    pub(crate) client: Vec<u8>,
    pub(crate) data: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    /// Whom the device says it is for.
    pub(crate) user: Option<Vec<u8>>,
}

impl Page {
    /// Of a page at `https://host:port`; none where devices make no passkeys: for addresses, and without TLS.
    pub(crate) fn of(origin: &str) -> Option<Self> {
        let host = origin.strip_prefix("https://")?;
        let authority: axum::http::uri::Authority = host.parse().ok()?;
        let server = authority.host();
        let is_address = server.starts_with('[') || server.parse::<IpAddr>().is_ok();
        // Browsers leave out the port that goes without saying.
        let origin = origin.strip_suffix(":443").unwrap_or(origin).to_owned();
        (!is_address).then(|| Self { origin, server: server.to_owned() })
    }

    pub(crate) fn needed(origin: &str) -> Result<Self, ApiError> {
        Self::of(origin).ok_or_else(|| {
            ApiError::new(
                ErrorCode::Invalid,
                "Devices make passkeys for names only, not for addresses.",
            )
            .next("Open this server by its name. Whoever runs it can add one with --name.")
        })
    }

    fn asked<'a>(&'a self, challenge: &'a [u8]) -> Asked<'a> {
        Asked { challenge, origin: &self.origin, server: &self.server }
    }
}

impl Team {
    /// What a device signs to become a passkey of the caller's, or to sign somebody in.
    pub(crate) fn challenge(&self, account: Option<AccountId>) -> Result<Challenge, ApiError> {
        let mut challenge = [0; 32];
        getrandom::fill(&mut challenge)
            .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        let name = if account.is_some() { TO_MAKE } else { TO_SIGN };
        let ticket = self.ticket(name, &Begun { challenge, at: self.now(), account })?;
        Ok(Challenge { challenge: BASE64URL_NOPAD.encode(&challenge), ticket })
    }

    fn begun(
        &self,
        name: &str,
        ticket: &str,
        account: Option<AccountId>,
    ) -> Result<Begun, ApiError> {
        let begun: Begun = self.open_ticket(name, ticket)?;
        let age = self.now().0 - begun.at.0;
        if begun.account != account || age > DEVICE_WITHIN { Err(too_late()) } else { Ok(begun) }
    }

    /// Keeps a passkey that the caller's device has made.
    pub(crate) async fn add_passkey(
        &self,
        caller: &Caller,
        page: &Page,
        (ticket, name): (&str, &str),
        (client, attestation): (&[u8], &[u8]),
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        let begun = self.begun(TO_MAKE, ticket, Some(caller.account))?;
        let made = page.asked(&begun.challenge).made(client, attestation);
        let made = made.map_err(|error| {
            invalid("attestation", format!("The passkey is not taken: {error}."))
                .next("Try again, or use another device.")
        })?;
        let id = PasskeyId::new();
        self.alter(|directory| {
            let own = own(directory, caller)?;
            if directory.passkeys_of(own.id).count() >= MOST {
                return Err(conflict(format!("You have {MOST} passkeys already."))
                    .next("Remove those you do not use."));
            }
            let passkey = Passkey {
                id,
                account: own.id,
                name: name.trim().to_owned(),
                credential: made.credential.clone(),
                key: made.key.clone(),
                counter: made.counter.into(),
                challenge: begun.at,
                created: self.now(),
                last_used: None,
            };
            let entry = saying(about(&entry, "passkey", id), &passkey.name);
            Ok(Altered::by(vec![Change::PutPasskey(passkey)], entry))
        })
        .await
    }

    /// Lets in whose passkey has signed.
    pub(crate) async fn sign_in_by_passkey(
        &self,
        page: &Page,
        signed: &Signed,
        visitor: &Visitor,
    ) -> Result<Welcome, ApiError> {
        let begun = self.begun(TO_SIGN, &signed.ticket, None)?;
        // By where they come from alone: whose it is is not known before it is right.
        let charge = self.count(
            &format!("a passkey, from {}", visitor.address),
            visitor.address,
            Place::Stranger,
        )?;
        let whose = |directory: &Directory| {
            directory
                .passkey_called(&signed.credential)
                .and_then(|one| directory.account(one.account))
                .map_or_else(|| "a passkey".to_owned(), |account| account.name.clone())
        };
        let who = whose(&self.known.directory());
        let done = self
            .alter(|directory| {
                let (passkey, counter) = self.checked(directory, page, &begun, signed)?;
                let (welcome, sign_in) = self.welcome(passkey.account, visitor)?;
                let used = Passkey {
                    counter: counter.into(),
                    challenge: begun.at,
                    last_used: Some(self.now()),
                    ..passkey.clone()
                };
                let mut changes = vec![Change::PutPasskey(used), sign_in];
                changes.extend(self.expired(passkey.account));
                let entry = self.visit(passkey.account, "account.sign_in", visitor);
                let entry = saying(about(&entry, "passkey", passkey.id), &passkey.name);
                let answer = (welcome.account, welcome.sign_in, welcome.token);
                Ok(Altered::by(changes, entry).and(answer))
            })
            .await;
        let done = done.map(|(account, sign_in, token)| Welcome { account, sign_in, token });
        self.conclude(charge, done, (&who, "account.sign_in"), visitor).await
    }

    /// The passkey that has signed, and how often it has by now. Whatever is wrong is told in the same words.
    fn checked<'d>(
        &self,
        directory: &'d Directory,
        page: &Page,
        begun: &Begun,
        signed: &Signed,
    ) -> Result<(&'d Passkey, u32), ApiError> {
        let passkey = directory.passkey_called(&signed.credential).ok_or_else(not_known)?;
        let account = directory.account(passkey.account).filter(|account| !account.suspended);
        let account = account.ok_or_else(not_known)?;
        let for_other = signed.user.as_ref().is_some_and(|user| user != account.id.as_bytes());
        // Signed before, or an older challenge than the last.
        if for_other || begun.at <= passkey.challenge {
            return Err(not_known());
        }
        let kept = u32::try_from(passkey.counter).unwrap_or(u32::MAX);
        let what = (&*signed.client, &*signed.data, &*signed.signature);
        match page.asked(&begun.challenge).signed(&passkey.key, kept, what) {
            Ok(counter) => Ok((passkey, counter)),
            Err(error) => {
                if error == PasskeyError::Copied {
                    tracing::warn!(passkey = %passkey.id, "a passkey counts backwards: there may be a copy of it");
                }
                Err(not_known())
            }
        }
    }

    /// Calls a passkey something else.
    pub(crate) async fn rename_passkey(
        &self,
        caller: &Caller,
        id: PasskeyId,
        name: &str,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            let passkey =
                Passkey { name: name.trim().to_owned(), ..mine(directory, caller, id)?.clone() };
            let entry = saying(about(&entry, "passkey", id), &passkey.name);
            Ok(Altered::by(vec![Change::PutPasskey(passkey)], entry))
        })
        .await
    }

    /// Removes a passkey, unless nothing else lets its person in.
    pub(crate) async fn remove_passkey(
        &self,
        caller: &Caller,
        id: PasskeyId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            let own = own(directory, caller)?;
            let passkey = mine(directory, caller, id)?;
            let others = directory.passkeys_of(own.id).count() > 1
                || directory.links_of(own.id).next().is_some();
            if own.password.is_none() && !others {
                return Err(conflict("Nothing else lets you in.")
                    .next("Make another passkey first, or let somebody who runs this server set a password."));
            }
            let entry = saying(about(&entry, "passkey", id), &passkey.name);
            Ok(Altered::by(vec![Change::DeletePasskey(id)], entry))
        })
        .await
    }
}

fn mine<'d>(
    directory: &'d Directory,
    caller: &Caller,
    id: PasskeyId,
) -> Result<&'d Passkey, ApiError> {
    let is_own = |one: &&Passkey| one.account == caller.account;
    directory.passkey(id).filter(is_own).ok_or_else(|| not_found("passkey"))
}

fn not_known() -> ApiError {
    ApiError::new(ErrorCode::AuthFailed, "This passkey does not let anybody in here.")
        .next("Try again, or sign in with your name and password.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Page;

    #[test]
    fn passkeys_are_for_names() {
        let page = Page::of("https://team.example.org:7443").unwrap();
        assert_eq!(
            (&*page.server, &*page.origin),
            ("team.example.org", "https://team.example.org:7443")
        );
        assert_eq!(
            Page::of("https://team.example.org:443").unwrap().origin,
            "https://team.example.org"
        );
        assert_eq!(Page::of("https://localhost:7443").unwrap().server, "localhost");
        for wrong in
            ["http://team.example.org", "https://192.0.2.1:7443", "https://[::1]:7443", "x"]
        {
            assert!(Page::of(wrong).is_none(), "{wrong}");
        }
    }
}
