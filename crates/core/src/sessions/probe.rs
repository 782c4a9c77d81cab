//! Whether a key alone lets in, tried beside a session that is open for files.

use super::{
    Reached, Sessions,
    person::{Answer, Gate, Person},
    tab::Tab,
    target,
};
use crate::{Authorized, CoreError, Right};
use patchbay_engine_ssh::Credential;
use patchbay_model::{HostKeyAnswer, HostKeyQuestion, NodeId, PromptKind, Secret, SessionId};
use patchbay_session::{Ask, Progress};
use patchbay_sftp::Client;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The account that a session for files is signed in to.
pub(crate) struct Account {
    pub(crate) client: Client,
    /// What the machine is called.
    pub(crate) title: Arc<str>,
    /// Its address with the user.
    pub(crate) subtitle: String,
    machine: NodeId,
    person: Arc<dyn Person>,
}

impl Sessions<'_> {
    /// The account behind a session for files.
    pub(crate) fn account(&self, id: SessionId) -> Result<Account, CoreError> {
        let Reached { client, called: title, .. } = self.files(id)?;
        let session = self.get(id)?;
        let machine = session.machine().ok_or(CoreError::NotFound("machine"))?;
        let subtitle = session.info().subtitle;
        Ok(Account { client, title, subtitle, machine, person: Arc::new(Tab(session)) })
    }

    /// Signs in with this and nothing else. What jump hosts ask is asked in the session's tab.
    pub(crate) async fn signs_in(
        &self,
        account: &Account,
        credential: Credential,
    ) -> Result<(), CoreError> {
        // The session was opened by who may use the machine.
        let route = self.0.tree().route(&Authorized::new(account.machine, Right::Use))?;
        let mut target = target::build(self.0, &route).await?;
        let mut machine = String::new();
        if let Some(hop) = target.hops.last_mut() {
            hop.credentials = vec![credential];
            hop.name.clone_into(&mut machine);
        }
        let person = Arc::new(OnlyTheKey { machine, person: Arc::clone(&account.person) });
        let gate = Arc::new(Gate { core: self.0.weak(), person, memory: None, handed: None });
        // Files again: an account may have them and no shell.
        let signing_in = patchbay_engine_ssh::files(target, gate, CancellationToken::new());
        match signing_in.await {
            Ok(connection) => {
                drop(connection);
                Ok(())
            }
            Err(error) => Err(CoreError::Api(Box::new(error.api_error(&account.title)))),
        }
    }
}

/// Whoever answers for the session, but never with another way in to the machine itself.
struct OnlyTheKey {
    machine: String,
    person: Arc<dyn Person>,
}

impl Person for OnlyTheKey {
    fn progress(&self, _: Progress) {}

    fn ask(&self, ask: Ask) -> Answer<'_, Option<Vec<Secret<String>>>> {
        if ask.machine == self.machine && ask.kind != PromptKind::KeyPassphrase {
            return Box::pin(std::future::ready(None));
        }
        self.person.ask(ask)
    }

    fn decide(&self, question: HostKeyQuestion) -> Answer<'_, HostKeyAnswer> {
        self.person.decide(question)
    }
}
