//! Changes of what is kept about people. Each is worked out from the directory as it is in its turn, and anew if another node
//! was faster: nothing that the other node did is undone by it.

use super::Team;
use crate::{
    Caller,
    inside::{acting_as, actor},
};
use patchbay_model::{ApiError, ErrorCode, OrganisationId};
use patchbay_team::{
    audit::{self, Actor, Outcome},
    directory::Directory,
    entity::Change,
};
use std::fmt::Display;

/// What a change comes to.
pub(crate) struct Altered<T> {
    pub(crate) changes: Vec<Change>,
    pub(crate) entries: Vec<audit::Entry>,
    pub(crate) answer: T,
}

impl Altered<()> {
    /// Changes of which nothing is told.
    pub(crate) fn by(changes: Vec<Change>, entry: audit::Entry) -> Self {
        Self { changes, entries: vec![entry], answer: () }
    }
}

impl<T> Altered<T> {
    pub(crate) fn and<U>(self, answer: U) -> Altered<U> {
        Altered { changes: self.changes, entries: self.entries, answer }
    }
}

impl Team {
    /// Makes the changes that `work` comes to, which checks whether they may be made.
    pub(crate) async fn alter<T>(
        &self,
        work: impl Fn(&Directory) -> Result<Altered<T>, ApiError>,
    ) -> Result<T, ApiError> {
        let turn = self.turn().await;
        self.settle(&turn, &[], work).await
    }

    /// An entry of the audit log about what the server does by itself.
    pub(crate) fn server_entry(&self, action: &str) -> audit::Entry {
        audit::Entry {
            at: self.now(),
            actor: Actor::Server,
            action: action.to_owned(),
            object: None,
            address: None,
            reason: None,
            outcome: Outcome::Done,
            detail: None,
            organisation: None,
            acting_as: None,
        }
    }

    /// An entry of the audit log about what a caller does.
    pub(crate) fn note(&self, caller: &Caller, action: &str) -> audit::Entry {
        audit::Entry {
            actor: actor(caller),
            acting_as: acting_as(caller),
            address: Some(caller.address.to_string()),
            ..self.server_entry(action)
        }
    }

    /// Writes an entry of the audit log, and nothing else.
    pub(crate) async fn write_entry(&self, entry: audit::Entry) -> Result<(), ApiError> {
        let turn = self.turn().await;
        self.commit(&turn, Vec::new(), Vec::new(), vec![entry]).await
    }

    /// Writes down that a caller was refused something.
    pub(crate) async fn note_refused(
        &self,
        caller: &Caller,
        action: &str,
        organisation: Option<OrganisationId>,
        why: &ApiError,
    ) -> Result<(), ApiError> {
        let entry = audit::Entry {
            outcome: Outcome::Refused,
            detail: Some(why.message.clone()),
            organisation,
            ..self.note(caller, action)
        };
        self.write_down(vec![entry]).await
    }

    /// Writes into the audit log, and nothing else.
    pub(crate) async fn write_down(&self, entries: Vec<audit::Entry>) -> Result<(), ApiError> {
        let turn = self.turn().await;
        self.commit(&turn, Vec::new(), Vec::new(), entries).await
    }
}

/// An entry with what it is about.
pub(crate) fn about(entry: &audit::Entry, kind: &str, id: impl Display) -> audit::Entry {
    audit::Entry { object: Some(format!("{kind}:{id}")), ..entry.clone() }
}

/// An entry with what else is worth knowing.
pub(crate) fn saying(entry: audit::Entry, detail: impl Into<String>) -> audit::Entry {
    audit::Entry { detail: Some(detail.into()), ..entry }
}

pub(crate) fn forbidden(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::NotAllowed, message)
}

pub(crate) fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::Conflict, message)
}

pub(crate) fn invalid(field: &str, message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::Invalid, message).on(field)
}
