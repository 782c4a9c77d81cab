//! What the person is told and asked while a desktop is opened.

use crate::{VncError, VncOptions};
use patchbay_model::{PromptKind, Question, Secret, Stage, VncPlace};
use patchbay_session::{Ask, CertificateCheck, HostKeyVerdict, Interaction, Progress};
use std::sync::Arc;

/// Who is to be connected to, and how the person is reached.
pub(crate) struct Person {
    pub(crate) options: VncOptions,
    pub(crate) interaction: Arc<dyn Interaction>,
}

impl Person {
    pub(crate) fn began(&self, stage: Stage, detail: impl Into<String>) {
        let machine = self.options.machine.clone();
        self.interaction.progress(Progress::Began { stage, machine, detail: detail.into() });
    }

    pub(crate) fn done(&self, stage: Stage, detail: impl Into<String>) {
        self.interaction.progress(Progress::Done { stage, detail: detail.into() });
    }

    /// What keeps others out of the stream whatever VNC itself does, for people; nothing if nothing does.
    pub(crate) const fn shielded(&self) -> Option<&'static str> {
        match &self.options.place {
            VncPlace::WebSocket(place) if place.encrypted => Some("over TLS"),
            // Behind jump hosts it is SSH up to the socket.
            VncPlace::Socket { .. } => Some("over a Unix socket"),
            VncPlace::WebSocket(_) | VncPlace::Tcp => None,
        }
    }

    /// Whether security types will do that neither encrypt nor check who is there.
    pub(crate) const fn allows_plain(&self) -> bool {
        self.options.allow_anonymous_plain || self.shielded().is_some()
    }

    /// The password that is stored, or what the person types.
    pub(crate) async fn password(&self) -> Result<Secret<String>, VncError> {
        self.password_of("the desktop").await
    }

    /// The user name and the password, asked for where they are not stored.
    pub(crate) async fn user_and_password(&self) -> Result<(String, Secret<String>), VncError> {
        let user = match self.options.user.as_deref().filter(|user| !user.is_empty()) {
            Some(user) => user.to_owned(),
            None => {
                let user = self.ask(PromptKind::User, "User name", true, "user").await?;
                user.expose_secret().trim().to_owned()
            }
        };
        let password = self.password_of(&user).await?;
        Ok((user, password))
    }

    async fn password_of(&self, whose: &str) -> Result<Secret<String>, VncError> {
        match &self.options.password {
            Some(password) => Ok(password.clone()),
            None => {
                let what = format!("password of {whose}");
                self.ask(PromptKind::Password, "Password", false, &what).await
            }
        }
    }

    async fn ask(
        &self,
        kind: PromptKind,
        label: &str,
        echo: bool,
        what: &str,
    ) -> Result<Secret<String>, VncError> {
        let ask = Ask {
            kind,
            machine: self.options.machine.clone(),
            title: String::new(),
            instructions: String::new(),
            questions: vec![Question { label: label.to_owned(), echo }],
            again: self.options.refused,
            lasting: Some(format!("{what} at vnc {}:{}", self.options.address, self.options.port)),
        };
        let answers = self.interaction.ask(ask).await.ok_or(VncError::Cancelled)?;
        answers.into_iter().next().ok_or(VncError::Cancelled)
    }

    /// Has a certificate judged; nothing secret may be sent before.
    pub(crate) async fn judge(
        &self,
        chain: Vec<Vec<u8>>,
        address: &str,
        port: u16,
    ) -> Result<(), VncError> {
        self.began(Stage::HostKey, "");
        let check = CertificateCheck {
            machine: self.options.machine.clone(),
            address: address.to_owned(),
            port,
            chain,
        };
        match self.interaction.check_certificate(check).await {
            HostKeyVerdict::Trusted => {
                self.done(Stage::HostKey, "");
                Ok(())
            }
            HostKeyVerdict::Refused { reason } => Err(VncError::CertificateRefused { reason }),
            HostKeyVerdict::NotSaved { reason } => Err(VncError::CertificateNotSaved { reason }),
        }
    }
}
