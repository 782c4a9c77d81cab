//! Who answers where nobody looks: nobody. What would have been asked is remembered, so that the person can be told.

use crate::sessions::{Answer, Person};
use crate::sync;
use patchbay_model::{
    ApiError, ErrorCode, HostKeyAnswer, HostKeyQuestion, HostKeyStanding, PromptKind, RunAttention,
    Secret,
};
use patchbay_session::{Ask, Progress};
use std::sync::Mutex;

/// Refuses, and remembers what.
#[derive(Default)]
pub(crate) struct Nobody {
    asked: Mutex<Option<(RunAttention, ApiError)>>,
    question: Mutex<Option<HostKeyQuestion>>,
    /// The fingerprint of a host key that somebody has looked at, and whether it replaces what is on record.
    trusts: Option<(String, bool)>,
}

impl Nobody {
    /// Trusts this host key, which somebody has looked at before, and none else.
    pub(crate) fn trusting(fingerprint: &str, replace: bool) -> Self {
        Self { trusts: Some((fingerprint.to_owned(), replace)), ..Self::default() }
    }

    /// The last thing that was asked.
    pub(crate) fn asked(&self) -> Option<(RunAttention, ApiError)> {
        sync::lock(&self.asked).take()
    }

    /// The host key that was refused last.
    pub(crate) fn question(&self) -> Option<HostKeyQuestion> {
        sync::lock(&self.question).take()
    }

    /// What is said to a host key that somebody looked at.
    fn looked_at(&self, question: &HostKeyQuestion) -> Option<HostKeyAnswer> {
        let (fingerprint, replace) = self.trusts.as_ref()?;
        if *fingerprint != question.presented.fingerprint {
            return None;
        }
        match question.standing {
            HostKeyStanding::Unknown => Some(HostKeyAnswer::Trust),
            HostKeyStanding::Changed if *replace => {
                let start = fingerprint.char_indices().rev().nth(7).map_or(0, |(at, _)| at);
                let last_eight = fingerprint.get(start..).unwrap_or_default().to_owned();
                Some(HostKeyAnswer::Replace { last_eight })
            }
            HostKeyStanding::Changed | HostKeyStanding::Revoked => None,
        }
    }
}

impl Person for Nobody {
    fn progress(&self, _: Progress) {}

    fn ask(&self, ask: Ask) -> Answer<'_, Option<Vec<Secret<String>>>> {
        let what = match ask.kind {
            PromptKind::Password => "a password",
            PromptKind::KeyboardInteractive => "something only you can answer",
            PromptKind::KeyPassphrase => "the passphrase of a key",
            PromptKind::User => "a user name",
        };
        let error = ApiError::new(
            ErrorCode::AuthFailed,
            format!("{} asks for {what}.", ask.machine),
        )
        .next(
            "Open a session to it and answer there, or give it an identity that needs no answer.",
        );
        *sync::lock(&self.asked) = Some((RunAttention::Question, error));
        Box::pin(std::future::ready(None))
    }

    fn decide(&self, question: HostKeyQuestion) -> Answer<'_, HostKeyAnswer> {
        if let Some(answer) = self.looked_at(&question) {
            return Box::pin(std::future::ready(answer));
        }
        *sync::lock(&self.question) = Some(question.clone());
        let HostKeyQuestion { machine, presented, standing, .. } = question;
        let print = presented.fingerprint;
        let (what, message, next) = match standing {
            HostKeyStanding::Unknown => (
                RunAttention::HostKeyUnknown,
                format!("The host key of {machine} is not on record: {print}."),
                "Open a session to it, and compare the key with what you were told by whoever runs it.",
            ),
            HostKeyStanding::Changed => (
                RunAttention::HostKeyChanged,
                format!("The host key of {machine} is not the one on record: {print}."),
                "Ask whoever runs the machine before you connect to it.",
            ),
            HostKeyStanding::Revoked => (
                RunAttention::HostKeyChanged,
                format!("The host key of {machine} is revoked: {print}."),
                "Do not connect, and ask whoever runs the machine.",
            ),
        };
        let error = ApiError::new(ErrorCode::HostKey, message).next(next);
        *sync::lock(&self.asked) = Some((what, error));
        Box::pin(std::future::ready(HostKeyAnswer::Refuse))
    }
}
