//! Who answers during a run: nobody. What would have been asked is remembered, so that the person can be told.

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
pub(super) struct Nobody(Mutex<Option<(RunAttention, ApiError)>>);

impl Nobody {
    /// The last thing that was asked.
    pub(super) fn asked(&self) -> Option<(RunAttention, ApiError)> {
        sync::lock(&self.0).take()
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
        *sync::lock(&self.0) = Some((RunAttention::Question, error));
        Box::pin(std::future::ready(None))
    }

    fn decide(&self, question: HostKeyQuestion) -> Answer<'_, HostKeyAnswer> {
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
        *sync::lock(&self.0) = Some((what, error));
        Box::pin(std::future::ready(HostKeyAnswer::Refuse))
    }
}
