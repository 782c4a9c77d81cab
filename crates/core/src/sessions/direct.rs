//! Direct sessions: this computer dials a machine of a team server, with what the server hands out for it.
//!
//! What was handed out is in memory alone and goes with the session: connecting again asks the server again. It is the server's machine
//! and not this vault's, so nothing of this computer is lent to it whatever its settings say, its host keys are judged by what the
//! server has on record, and nothing of it is written down here. Deliberately absent: asking the server, and hearing that a right is
//! gone (`workspaces`).

use super::{
    Sessions,
    life::{Errand, Purpose},
    target,
};
use crate::{
    Authorized, CoreError, Right,
    hostkeys::HandedKeys,
    identities::SignIn,
    tree::{Handed, MOST_JUMPS, ResolvedHop, is_of_the_dialler},
};
use patchbay_engine_ssh::Credential;
use patchbay_model::{
    ApiError, DirectCredential, DirectHop, DirectWay, Entry, EntryDraft, ErrorCode, HandedSecret,
    NodeId, RecordMode, SessionId, SessionInfo, SessionTarget, TerminalSize, WorkspaceId,
};
use std::{collections::HashSet, sync::Arc};

impl Sessions<'_> {
    /// What it takes to dial a machine from another computer, where the person may have all of it.
    ///
    /// # Errors
    /// If this is no team server, or something of it does not leave the server.
    pub async fn hand_out(&self, machine: &Authorized<NodeId>) -> Result<DirectWay, CoreError> {
        self.0.tree().may_be_dialled_elsewhere(machine)?;
        let route = self.0.tree().route(machine)?;
        let mut hops = Vec::with_capacity(route.len());
        for hop in &route {
            let sign_in = target::sign_in(self.0, hop).await?;
            let EntryDraft { name, protocol, address, .. } = hop.entry.draft.clone();
            hops.push(DirectHop {
                id: hop.entry.id,
                machine: EntryDraft { name, protocol, address, ..EntryDraft::default() },
                settings: hop.settings.clone(),
                user: sign_in.user,
                credentials: sign_in.credentials.into_iter().map(written).collect(),
            });
        }
        let addresses: Vec<_> =
            route.iter().map(|hop| (hop.entry.draft.address.clone(), port(hop))).collect();
        let keys = self.0.hostkeys().of_addresses(&addresses).await?;
        // Not being listed among the recent ones is worth no failed connection.
        if let Err(error) = self.0.recents().touch(machine).await {
            tracing::warn!(%error, "the list of recent machines could not be changed");
        }
        Ok(DirectWay { hops, keys })
    }

    /// Opens a session by a way that a team server has handed out.
    pub(crate) async fn open_direct(
        &self,
        from: WorkspaceId,
        way: DirectWay,
        size: TerminalSize,
        attempt: Option<String>,
    ) -> Result<SessionInfo, CoreError> {
        let (route, keys) = resolved(way)?;
        let id = route.last().map(|machine| machine.entry.id).ok_or_else(no_way)?;
        let errand = self.errand(&route, keys).await?;
        let shown = (SessionTarget::Entry { id }, Some(from));
        self.start(errand, shown, target::names(&route), size, attempt)
    }

    /// Connects a closed one again, by a way that was handed out anew.
    pub(crate) async fn reconnect_direct(
        &self,
        id: SessionId,
        way: DirectWay,
        size: TerminalSize,
    ) -> Result<SessionInfo, CoreError> {
        let session = self.get(id)?;
        let (route, keys) = resolved(way)?;
        let errand = self.errand(&route, keys).await?;
        self.again(&session, errand, target::names(&route), size).await
    }

    /// One that needs no way: it is open, on its way, or waits to be tried again and is tried now.
    pub(crate) fn going(&self, id: SessionId) -> Result<Option<SessionInfo>, CoreError> {
        let session = self.get(id)?;
        let going = session.hurry() || session.running();
        Ok(going.then(|| session.info()))
    }

    /// The session that was opened by this attempt.
    pub(crate) fn opened_by(&self, attempt: Option<&String>) -> Option<SessionInfo> {
        Some(self.of_attempt(attempt?)?.info())
    }

    /// Ends and forgets direct sessions, but those that may go on.
    pub(crate) fn end_direct(&self, may_go_on: impl Fn(WorkspaceId, NodeId) -> bool) {
        for session in self.list() {
            let (Some(from), SessionTarget::Entry { id }) = (session.direct, &session.target)
            else {
                continue;
            };
            if !may_go_on(from, *id) {
                // It is gone already if somebody else was faster.
                let _gone = self.close(session.id);
            }
        }
    }

    async fn errand(
        &self,
        route: &[ResolvedHop],
        keys: Arc<HandedKeys>,
    ) -> Result<Errand, CoreError> {
        let plan = self.machine(route).await?;
        // The vault's own wish to record is about the vault's own machines.
        let purpose = Purpose::Work(RecordMode::Off);
        Ok(Errand { plan, purpose, handed: Some(keys) })
    }
}

/// What a way that was handed out means on this computer.
fn resolved(way: DirectWay) -> Result<(Vec<ResolvedHop>, Arc<HandedKeys>), CoreError> {
    let DirectWay { hops, keys } = way;
    let machines: HashSet<NodeId> = hops.iter().map(|hop| hop.id).collect();
    if hops.is_empty() || hops.len() > MOST_JUMPS + 1 || machines.len() != hops.len() {
        return Err(no_way());
    }
    let keys = HandedKeys::new(keys);
    let behind_another = hops.len() > 1;
    let route: Result<Vec<_>, _> =
        hops.into_iter().map(|hop| resolved_hop(hop, behind_another, &keys)).collect();
    Ok((route?, Arc::new(keys)))
}

fn resolved_hop(
    hop: DirectHop,
    behind_another: bool,
    keys: &HandedKeys,
) -> Result<ResolvedHop, CoreError> {
    let DirectHop { id, machine, mut settings, user, credentials } = hop;
    if is_of_the_dialler(&machine, behind_another) {
        let message = format!(
            "“{}” leads to a port or socket of this computer, which a team server does not choose.",
            machine.name
        );
        return Err(CoreError::Api(Box::new(ApiError::new(ErrorCode::NotAllowed, message))));
    }
    // Who looks after the server's machines does not decide what of this computer they may use.
    settings.forward_agent.value = false;
    settings.forward_x11.value = false;
    settings.drive.value = None;
    let identities = Authorized::new(settings.identities.value.clone(), Right::Use);
    let entry = Entry { id, parent: None, draft: machine };
    let mut hop = ResolvedHop { entry, settings, identities, handed: None };
    let host_keys = keys.hints(&hop.entry.draft.address, port(&hop));
    hop.handed = Some(Handed { user, credentials, host_keys });
    Ok(hop)
}

fn port(hop: &ResolvedHop) -> u16 {
    hop.settings.port_to(&hop.entry.draft).unwrap_or_default()
}

fn no_way() -> CoreError {
    let message = "The team server handed out a way that leads nowhere.";
    let error = ApiError::new(ErrorCode::Protocol, message);
    CoreError::Api(Box::new(error.next("Connect through the team server.")))
}

fn written(credential: Credential) -> DirectCredential {
    match credential {
        Credential::Password(password) => {
            DirectCredential::Password { password: HandedSecret(password) }
        }
        Credential::Key { text, passphrase, certificate } => DirectCredential::Key {
            text: HandedSecret(text),
            passphrase: passphrase.map(HandedSecret),
            certificate,
        },
        Credential::Agent { fingerprint } => DirectCredential::Agent { fingerprint },
    }
}

/// How to sign in with what was handed out.
pub(super) fn sign_in(handed: &Handed) -> SignIn {
    let credentials = handed.credentials.iter().cloned().map(|credential| match credential {
        DirectCredential::Password { password } => Credential::Password(password.0),
        DirectCredential::Key { text, passphrase, certificate } => Credential::Key {
            text: text.0,
            passphrase: passphrase.map(|passphrase| passphrase.0),
            certificate,
        },
        DirectCredential::Agent { fingerprint } => Credential::Agent { fingerprint },
    });
    SignIn { user: handed.user.clone(), credentials: credentials.collect() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::testing::{Fixture, secret};
    use patchbay_model::{Protocol, Settings};

    /// What a server that wants a lot would hand out for a machine.
    async fn greedy(fixture: &Fixture, protocol: Protocol, address: &str) -> DirectHop {
        let settings =
            Settings { forward_agent: Some(true), forward_x11: Some(true), ..Settings::default() };
        let draft = EntryDraft {
            name: "greedy".into(),
            address: "192.0.2.1".into(),
            settings,
            ..EntryDraft::default()
        };
        let id =
            fixture.core.tree().add_entry(&fixture.folder(None), draft.clone()).await.unwrap().id;
        let mut settings =
            fixture.core.tree().route(&fixture.node(id)).unwrap().pop().unwrap().settings;
        settings.drive.value = Some("/home".into());
        let password = HandedSecret(secret("hunter2"));
        DirectHop {
            id,
            machine: EntryDraft {
                protocol,
                address: address.into(),
                settings: Settings::default(),
                ..draft
            },
            settings,
            user: Some("admin".into()),
            credentials: vec![DirectCredential::Password { password }],
        }
    }

    fn way(hops: Vec<DirectHop>) -> DirectWay {
        DirectWay { hops, keys: Vec::new() }
    }

    #[tokio::test]
    async fn nothing_of_this_computer_is_lent_whatever_the_server_says() {
        let fixture = Fixture::open().await;
        let hop = greedy(&fixture, Protocol::Ssh, "192.0.2.1").await;
        assert!(hop.settings.forward_agent.value && hop.settings.forward_x11.value);
        let (route, _) = resolved(way(vec![hop.clone()])).unwrap();
        let target = target::build(&fixture.core, &route).await.unwrap();
        let [dialled] = target.hops.as_slice() else { panic!("{target:?}") };
        assert!(!dialled.forward_agent && !dialled.forward_x11);
        assert_eq!(route.first().unwrap().settings.drive.value, None);
        assert_eq!(dialled.user.as_deref(), Some("admin"));
        assert!(
            matches!(dialled.credentials.first(), Some(Credential::Password(password)) if *password == secret("hunter2"))
        );

        // Ports and sockets of this computer, ways in a circle, and no way at all.
        let serial = greedy(&fixture, Protocol::Serial, "/dev/ttyS0").await;
        assert!(resolved(way(vec![serial])).is_err());
        let socket = greedy(&fixture, Protocol::Vnc, "/run/user/1000/agent").await;
        assert!(resolved(way(vec![socket.clone()])).is_err());
        assert!(resolved(way(vec![hop.clone(), socket])).is_ok(), "it is the jump host's");
        assert!(resolved(way(vec![hop.clone(), hop])).is_err());
        assert!(resolved(way(Vec::new())).is_err());
    }

    #[tokio::test]
    async fn a_vault_of_ones_own_hands_nothing_out() {
        let fixture = Fixture::open().await;
        let machine = fixture.add(None, "web").await;
        let refused = fixture.core.sessions().hand_out(&fixture.node(machine)).await.unwrap_err();
        assert_eq!(ApiError::from(refused).code, ErrorCode::NotAllowed);
    }
}
