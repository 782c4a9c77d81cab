//! From a way to manage a machine to what it takes to ask it: an address, a sign-in, and a certificate that is trusted.

use super::Devices;
use crate::{Authorized, CoreError, Right, identities::Secrets, sync, tree::ResolvedHop};
use patchbay_engine_line::conserver::{ConserverError, Talk};
use patchbay_engine_ssh::known_hosts::name_of;
use patchbay_model::{
    ApiError, EntryDraft, ErrorCode, HostKeyQuestion, IdentityId, IdentityKind, Management,
    ManagementId, ManagementKind, ManagementWay, NodeId, PowerAction, PowerState, Secret,
};
use patchbay_session::CertificateCheck;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

/// How long a certificate is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A way to manage a machine, with the machine as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) entry: NodeId,
    pub(super) draft: EntryDraft,
    pub(super) management: Management,
    /// The machine and those on the way to it, after inheritance; never empty.
    pub(super) route: Vec<ResolvedHop>,
    /// The machine's own identities, after inheritance.
    identities: Vec<IdentityId>,
}

/// What a way said.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Asked {
    /// Whether the machine is on.
    pub(super) power: PowerState,
    /// What can be done with its power by this way.
    pub(super) offers: Vec<PowerAction>,
    /// What it is, in a line.
    pub(super) about: String,
}

/// A machine that has a way which is part of another one.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) entry: NodeId,
    pub(super) draft: EntryDraft,
    pub(super) management: Management,
}

impl Part {
    /// Whether it is this outlet.
    pub(super) fn is_outlet(&self, outlet: &str) -> bool {
        matches!(&self.management.way, ManagementWay::Outlet { outlet: its, .. } if its.trim() == outlet.trim())
    }

    /// Whether it is this guest.
    pub(super) fn is_guest(&self, guest: u32) -> bool {
        matches!(&self.management.way, ManagementWay::Guest { guest: its, .. } if *its == guest)
    }
}

/// Who signs in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Login {
    /// Empty where nobody says.
    pub(super) user: String,
    pub(super) password: Secret<String>,
}

/// Why a device could not be asked.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Its certificate or host key has to be looked at first.
    Question(Box<HostKeyQuestion>),
    /// Anything else.
    Error(ApiError),
}

impl From<CoreError> for Trouble {
    fn from(error: CoreError) -> Self {
        Self::Error(error.into())
    }
}

impl From<Trouble> for CoreError {
    fn from(trouble: Trouble) -> Self {
        let error = match trouble {
            Trouble::Error(error) => error,
            Trouble::Question(question) => {
                let what =
                    if question.presented.tls.is_some() { "certificate" } else { "host key" };
                let message = format!(
                    "The {what} of {} at {} is not trusted yet.",
                    question.machine, question.host
                );
                ApiError::new(ErrorCode::HostKey, message)
                    .next("Look at it on the machine's Power page, and put it on record.")
            }
        };
        Self::Api(Box::new(error))
    }
}

impl Way {
    /// A way of the machine that a route ends at.
    fn of(route: Vec<ResolvedHop>, management: Management) -> Result<Self, CoreError> {
        let machine = route.last().ok_or(CoreError::NotFound("machine"))?;
        let (entry, draft) = (machine.entry.id, machine.entry.draft.clone());
        let identities = machine.settings.identities.value.clone();
        Ok(Self { entry, draft, management, route, identities })
    }

    /// What the machine is called.
    pub(super) fn machine(&self) -> &str {
        &self.draft.name
    }

    /// The address to ask: its own, or the machine's.
    pub(super) fn address(&self) -> Result<&str, CoreError> {
        let own = match &self.management.way {
            ManagementWay::Bmc { address, .. }
            | ManagementWay::Proxmox { address, .. }
            | ManagementWay::Snmp { address, .. } => address.as_str(),
            _ => "",
        };
        let address = if own.is_empty() { self.draft.address.as_str() } else { own };
        if address.is_empty() {
            return Err(CoreError::invalid(
                "management",
                format!("{} has no address to manage it at.", self.machine()),
                "Edit the machine and fill it in.",
            ));
        }
        Ok(address)
    }
}

impl Devices<'_> {
    /// All ways of a machine.
    pub(super) fn ways(&self, entry: &Authorized<NodeId>) -> Result<Vec<Way>, CoreError> {
        self.0.own_computer("manage machines below their operating system")?;
        let route = self.0.tree().route(entry)?;
        let machine = route.last().ok_or(CoreError::NotFound("machine"))?;
        let all = machine.entry.draft.management.clone().into_iter();
        all.map(|management| Way::of(route.clone(), management)).collect()
    }

    /// Another machine in place of the one that has a way, with its address and identities.
    pub(super) fn machine_as_way(
        &self,
        other: &Authorized<NodeId>,
        management: &Management,
    ) -> Result<Way, CoreError> {
        self.0.own_computer("manage machines below their operating system")?;
        Way::of(self.0.tree().route(other)?, management.clone())
    }

    /// One way of a machine.
    pub(super) fn way(
        &self,
        entry: &Authorized<NodeId>,
        id: ManagementId,
    ) -> Result<Way, CoreError> {
        let mut ways = self.ways(entry)?.into_iter();
        ways.find(|way| way.management.id == id).ok_or(CoreError::NotFound("way to manage it"))
    }

    /// The first way of a kind, as a switch has one to its own SNMP agent.
    pub(super) fn way_of(
        &self,
        entry: &Authorized<NodeId>,
        kind: ManagementKind,
    ) -> Result<Way, CoreError> {
        let mut ways = self.ways(entry)?.into_iter();
        ways.find(|way| way.management.way.kind() == kind).ok_or_else(|| {
            let what = match kind {
                ManagementKind::Bmc => "management controller",
                ManagementKind::Proxmox => "way to a Proxmox VE cluster",
                ManagementKind::Snmp => "way to be asked by SNMP",
                ManagementKind::Cli => "way to its command line",
                _ => "way of this kind",
            };
            CoreError::invalid(
                "entry",
                format!("This machine has no {what}."),
                "Edit the machine and add it under Management.",
            )
        })
    }

    /// The ways of machines that are part of this one: outlets of a unit, ports of a switch, guests of a cluster. By name.
    pub(super) fn parts_of(&self, other: NodeId) -> Result<Vec<Part>, CoreError> {
        let of_it = |one: &Management| one.way.other() == Some(other);
        let mut found = self.0.tree().managed(of_it)?;
        found.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        let part = |(entry, draft): (NodeId, EntryDraft)| {
            let ways = draft.management.clone().into_iter();
            ways.filter(of_it)
                .map(|management| Part { entry, draft: draft.clone(), management })
                .collect::<Vec<_>>()
        };
        Ok(found.into_iter().flat_map(part).collect())
    }

    /// The way of another machine that a way is part of: the cluster of a guest, the unit of an outlet.
    pub(super) fn other(&self, way: &Way, kind: ManagementKind) -> Result<Way, CoreError> {
        let other = way.management.way.other().ok_or(CoreError::NotFound("machine"))?;
        self.0.tree().require(other)?;
        self.0.may_node(other, Right::Use)?;
        self.way_of(&Authorized::new(other, Right::Use), kind)
    }

    /// A way as it stands in the editor.
    pub(super) fn way_of_draft(
        &self,
        folder: &Authorized<Option<NodeId>>,
        id: Option<NodeId>,
        draft: EntryDraft,
        way: ManagementId,
    ) -> Result<Way, CoreError> {
        self.0.own_computer("manage machines below their operating system")?;
        let route = self.0.tree().route_of_draft(folder, id, draft)?;
        let machine = route.last().ok_or(CoreError::NotFound("machine"))?;
        let mut all = machine.entry.draft.management.iter();
        let management = all.find(|one| one.id == way).cloned();
        Way::of(route, management.ok_or(CoreError::NotFound("way to manage it"))?)
    }

    /// The name and password of the identity a way names, or of the machine's first with a password. None if there is none.
    pub(super) async fn login(
        &self,
        way: &Way,
        named: Option<IdentityId>,
    ) -> Result<Option<Login>, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let candidates = named.map_or_else(|| way.identities.clone(), |id| vec![id]);
        for id in candidates {
            let Some(stored) = sync::read(unlocked.identities()).get(&id).cloned() else {
                continue;
            };
            if stored.kind != IdentityKind::Password {
                continue;
            }
            let secrets = Secrets::load(&unlocked, id).await?;
            let user = stored.user.unwrap_or_default();
            match secrets.password {
                Some(password) => return Ok(Some(Login { user, password })),
                None if named.is_some() => {
                    return Ok(Some(Login { user, password: Secret::new(String::new()) }));
                }
                None => {}
            }
        }
        Ok(None)
    }

    /// The same, where there has to be one.
    pub(super) async fn required_login(
        &self,
        way: &Way,
        named: Option<IdentityId>,
    ) -> Result<Login, CoreError> {
        self.login(way, named).await?.ok_or_else(|| {
            CoreError::invalid(
                "management",
                format!("There is no name and password to manage {} with.", way.machine()),
                "Edit the machine and choose an identity with a password.",
            )
        })
    }

    /// The addresses of a name, as far as they may be dialled.
    pub(super) async fn resolve(&self, host: &str, port: u16) -> Result<SocketAddr, CoreError> {
        let problem = |message: String| {
            let next = "Check the name, and that this computer's name server knows it.";
            CoreError::Api(Box::new(ApiError::new(ErrorCode::UnknownHost, message).next(next)))
        };
        let found = timeout(PATIENCE, lookup_host((host, port))).await;
        let found = found
            .map_err(|_| problem(format!("Looking {host} up took too long.")))?
            .map_err(|error| problem(format!("{host} cannot be found: {error}.")))?;
        let reach = self.0.reach();
        let mut allowed = found.filter(|address| reach.allows(address.ip()));
        allowed.next().ok_or_else(|| problem(format!("{host} has no address to use.")))
    }

    /// The fingerprint (`SHA256:` and 64 hexadecimal digits) on record for a place; what is to be asked where there is none.
    pub(super) async fn pinned(&self, way: &Way, host: &str, port: u16) -> Result<String, Trouble> {
        let known = self.0.hostkeys().certificate_of(&name_of(host, port)).await?;
        match known {
            Some(fingerprint) => Ok(fingerprint),
            None => Err(self.question(way, host, port).await?),
        }
    }

    /// Looks at the certificate there, and asks about it. To be called as well when it is not the one on record.
    pub(super) async fn question(
        &self,
        way: &Way,
        host: &str,
        port: u16,
    ) -> Result<Trouble, CoreError> {
        let check = self.look(way, host, port).await?;
        let judged = self.0.hostkeys().judge_certificate(&check).await?;
        match judged {
            crate::hostkeys::Judgement::Ask(question) => Ok(Trouble::Question(question)),
            // It was changed back, or put on record in this moment.
            crate::hostkeys::Judgement::Trusted { .. } => Ok(Trouble::Error(
                ApiError::new(
                    ErrorCode::Disconnected,
                    format!("{} showed another certificate for a moment.", way.machine()),
                )
                .next("Try again.")
                .retry(),
            )),
        }
    }

    /// Puts the certificate that is shown on record, if it is the one that was looked at.
    pub(super) async fn keep_shown(
        &self,
        way: &Way,
        (host, port): (&str, u16),
        fingerprint: &str,
        replace: bool,
    ) -> Result<(), CoreError> {
        let check = self.look(way, host, port).await?;
        let shown = check.chain.first().map(|der| patchbay_tls::fingerprint(der));
        if shown.as_deref() != Some(fingerprint) {
            return Err(CoreError::invalid(
                "fingerprint",
                format!("{} shows another certificate by now.", way.machine()),
                "Look at it again.",
            ));
        }
        self.0.hostkeys().keep_certificate(&check, replace).await
    }

    async fn look(&self, way: &Way, host: &str, port: u16) -> Result<CertificateCheck, CoreError> {
        let address = self.resolve(host, port).await?;
        let failed = |code: ErrorCode, why: String| {
            let message = format!("{} does not answer at {address}: {why}.", way.machine());
            let next = "Check the address and the port, and that HTTPS is switched on there.";
            CoreError::Api(Box::new(ApiError::new(code, message).next(next).retry()))
        };
        let shown = |chain: Vec<Vec<u8>>| CertificateCheck {
            machine: way.machine().to_owned(),
            address: host.to_owned(),
            port,
            chain,
        };
        let slow = || failed(ErrorCode::TimedOut, format!("nothing came within {PATIENCE:?}"));
        let tcp = timeout(PATIENCE, TcpStream::connect(address)).await.map_err(|_| slow())?;
        let mut tcp = tcp.map_err(|error| failed(ErrorCode::Unreachable, error.to_string()))?;
        if matches!(way.management.way, ManagementWay::Conserver { .. }) {
            // It encrypts once it was asked to.
            let told =
                |error: ConserverError| CoreError::Api(Box::new(error.api_error(way.machine())));
            tcp = Talk::begin(tcp).await.map_err(told)?.secure().await.map_err(told)?;
            let secured = timeout(PATIENCE, patchbay_tls::connect(tcp, host)).await;
            let secured =
                secured.map_err(|_| slow())?.map_err(|_| told(ConserverError::NoEncryption))?;
            return Ok(shown(secured.chain));
        }
        let securing = timeout(PATIENCE, patchbay_tls::connect(tcp, host)).await;
        let secured = securing
            .map_err(|_| slow())?
            .map_err(|error| failed(ErrorCode::Protocol, error.to_string()))?;
        Ok(shown(secured.chain))
    }
}
