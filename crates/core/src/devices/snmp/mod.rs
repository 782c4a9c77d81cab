//! Switches, power units and console servers over SNMP: one socket for all of them, and what is kept of each between calls.
//!
//! Keys of SNMP version 3 are made once and kept until the way or its secrets change; whatever was read is good for fifteen
//! minutes. Locking the vault drops all of it. Deliberately absent: the protocol (`patchbay-device-snmp`), and traps.

mod errors;
#[cfg(all(test, unix))]
mod tests;

pub(super) use errors::told;

use super::{
    Devices, FRESH,
    consoles::Server,
    pdu::Unit,
    reach::{Asked, Trouble, Way},
    switch::{Changes, Reading, Traffic},
};
use crate::{CoreError, sync};
use patchbay_device_snmp::{
    Access, Agent, Authentication, AuthenticationProtocol, Credentials, Patience, Privacy,
    PrivacyProtocol, Socket, System, User, pdu::Family,
};
use patchbay_model::{
    ManagementId, ManagementWay, NodeId, PowerState, Secret, SnmpCipher, SnmpHash, SnmpVersion,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::OnceCell;

/// The usual port of agents.
const PORT: u16 = 161;
/// What agents are read with where nobody says.
const PUBLIC: &str = "public";

/// What is kept between calls.
#[derive(Default)]
pub(crate) struct State {
    socket: OnceCell<Socket>,
    kept: Mutex<HashMap<(NodeId, ManagementId), Arc<Kept>>>,
    pub(super) changes: Changes,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("kept", &sync::lock(&self.kept).len()).finish_non_exhaustive()
    }
}

impl State {
    /// The vault is locked: keys and readings go, and changes that nobody kept are taken back.
    pub(super) fn rest(&self) {
        sync::lock(&self.kept).clear();
        self.changes.rest();
    }

    /// Something was changed by the ways of this machine.
    pub(super) fn written(&self, entry: NodeId) {
        for (_, kept) in sync::lock(&self.kept).iter().filter(|((of, _), _)| *of == entry) {
            *sync::lock(&kept.writable) = Some(true);
        }
    }

    /// What was read of a machine is not so any more.
    pub(super) fn outdated(&self, entry: NodeId) {
        for (_, kept) in sync::lock(&self.kept).iter().filter(|((of, _), _)| *of == entry) {
            kept.switch.forget();
            kept.unit.forget();
        }
    }
}

/// Where a way leads, and with which secrets.
#[derive(PartialEq, Eq)]
struct Target {
    host: String,
    way: ManagementWay,
    credentials: Credentials,
}

/// What is kept of one way.
pub(super) struct Kept {
    /// Where it leads, and with which secrets: what is kept is of no use for another.
    target: Target,
    access: Access,
    /// The family of a power unit, once it is known.
    pub(super) family: Mutex<Option<&'static Family>>,
    pub(super) unit: Cached<Unit>,
    pub(super) consoles: Cached<Server>,
    pub(super) switch: Cached<Reading>,
    pub(super) traffic: tokio::sync::Mutex<Traffic>,
    /// Whether something could be changed with it.
    pub(super) writable: Mutex<Option<bool>>,
}

/// What was read, and when by our clock.
pub(super) struct Cached<T>(Mutex<Option<(Duration, Arc<T>)>>);

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Cached<T> {
    /// What is not too old.
    pub(super) fn fresh(&self, now: Duration) -> Option<Arc<T>> {
        let held = sync::lock(&self.0);
        let fresh = held.as_ref().filter(|(read, _)| now.saturating_sub(*read) < FRESH);
        fresh.map(|(_, value)| Arc::clone(value))
    }

    /// What there is, however old.
    pub(super) fn last(&self) -> Option<Arc<T>> {
        sync::lock(&self.0).as_ref().map(|(_, value)| Arc::clone(value))
    }

    pub(super) fn keep(&self, now: Duration, value: T) -> Arc<T> {
        let value = Arc::new(value);
        *sync::lock(&self.0) = Some((now, Arc::clone(&value)));
        value
    }

    pub(super) fn forget(&self) {
        *sync::lock(&self.0) = None;
    }
}

/// An agent, and what is kept of the way to it.
#[derive(Clone)]
pub(super) struct Reached {
    pub(super) agent: Agent,
    pub(super) kept: Arc<Kept>,
}

impl Devices<'_> {
    /// The agent at the other end of a way. Nothing is sent yet.
    pub(super) async fn snmp(&self, way: &Way) -> Result<Reached, CoreError> {
        Box::pin(self.snmp_with(way, Patience::default())).await
    }

    pub(super) async fn snmp_with(
        &self,
        way: &Way,
        patience: Patience,
    ) -> Result<Reached, CoreError> {
        let ManagementWay::Snmp { port, .. } = &way.management.way else {
            return Err(CoreError::NotFound("way to be asked by SNMP"));
        };
        let host = way.address()?;
        let kept = self.kept_access(way, host).await?;
        let address = self.resolve(host, port.unwrap_or(PORT)).await?;
        let failed = |error| told(way, &error);
        let socket = self.0.devices.snmp.socket.get_or_try_init(Socket::open).await;
        let socket = socket.map_err(failed)?;
        let name = way.machine().to_owned();
        let agent = socket.agent_at(address, name, &kept.access, patience).await.map_err(failed)?;
        Ok(Reached { agent, kept })
    }

    /// What is kept of a way, begun anew where it is not the same way any more.
    async fn kept_access(&self, way: &Way, host: &str) -> Result<Arc<Kept>, CoreError> {
        let credentials = self.credentials(way).await?;
        let target = Target { host: host.to_owned(), way: way.management.way.clone(), credentials };
        let key = (way.entry, way.management.id);
        let kept = &self.0.devices.snmp.kept;
        if let Some(kept) = sync::lock(kept).get(&key).filter(|kept| kept.target == target) {
            return Ok(Arc::clone(kept));
        }
        let access = Access::new(&target.credentials).map_err(|error| told(way, &error))?;
        let new = Arc::new(Kept {
            target,
            access,
            family: Mutex::default(),
            unit: Cached::default(),
            consoles: Cached::default(),
            switch: Cached::default(),
            traffic: tokio::sync::Mutex::default(),
            writable: Mutex::default(),
        });
        let mut kept = sync::lock(kept);
        // Not if it was locked meanwhile; locking clears them afterwards.
        self.0.vault().unlocked()?;
        kept.insert(key, Arc::clone(&new));
        Ok(new)
    }

    async fn credentials(&self, way: &Way) -> Result<Credentials, CoreError> {
        let ManagementWay::Snmp { version, identity, hash, cipher, privacy_identity, .. } =
            &way.management.way
        else {
            return Err(CoreError::NotFound("way to be asked by SNMP"));
        };
        if *version == SnmpVersion::V3 {
            return self.user(way, (*identity, *privacy_identity), (*hash, *cipher)).await;
        }
        // Communities travel in clear text: none of the machine's passwords is one unless somebody said so.
        let login = match identity {
            Some(_) => self.login(way, *identity).await?,
            None => None,
        };
        let community =
            login.map_or_else(|| Secret::new(PUBLIC.to_owned()), |login| login.password);
        Ok(match version {
            SnmpVersion::V1 => Credentials::V1 { community },
            _ => Credentials::V2c { community },
        })
    }

    async fn user(
        &self,
        way: &Way,
        (identity, privacy_identity): (
            Option<patchbay_model::IdentityId>,
            Option<patchbay_model::IdentityId>,
        ),
        (hash, cipher): (Option<SnmpHash>, Option<SnmpCipher>),
    ) -> Result<Credentials, CoreError> {
        let login = self.required_login(way, identity).await?;
        let Some(hash) = hash else {
            if cipher.is_some() {
                return Err(CoreError::invalid(
                    "management",
                    format!("SNMP encrypts nothing for {} that is not signed.", way.machine()),
                    "Edit the machine and choose how messages are signed.",
                ));
            }
            let name = login.user;
            return Ok(Credentials::V3(User {
                name,
                authentication: None,
                context: String::new(),
            }));
        };
        let privacy = match cipher {
            None => None,
            Some(cipher) => {
                let password = match privacy_identity {
                    Some(_) => self.required_login(way, privacy_identity).await?.password,
                    None => login.password.clone(),
                };
                Some(Privacy { protocol: cipher_of(cipher), password })
            }
        };
        let authentication =
            Authentication { protocol: hash_of(hash), password: login.password, privacy };
        Ok(Credentials::V3(User {
            name: login.user,
            authentication: Some(authentication),
            context: String::new(),
        }))
    }

    /// Who is there.
    pub(super) async fn snmp_status(&self, way: &Way) -> Result<Asked, Trouble> {
        let agent = self.snmp(way).await?.agent;
        let system = agent.system().await.map_err(|error| told(way, &error))?;
        Ok(Asked { power: PowerState::Unknown, offers: Vec::new(), about: about(&system) })
    }
}

/// Who an agent is, in a line.
pub(super) fn about(system: &System) -> String {
    let first = system.description.lines().map(str::trim).find(|line| !line.is_empty());
    let parts = [Some(system.name.trim()).filter(|name| !name.is_empty()), first];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

const fn hash_of(hash: SnmpHash) -> AuthenticationProtocol {
    match hash {
        SnmpHash::Md5 => AuthenticationProtocol::Md5,
        SnmpHash::Sha1 => AuthenticationProtocol::Sha1,
        SnmpHash::Sha224 => AuthenticationProtocol::Sha224,
        SnmpHash::Sha256 => AuthenticationProtocol::Sha256,
        SnmpHash::Sha384 => AuthenticationProtocol::Sha384,
        SnmpHash::Sha512 => AuthenticationProtocol::Sha512,
    }
}

const fn cipher_of(cipher: SnmpCipher) -> PrivacyProtocol {
    match cipher {
        SnmpCipher::Des => PrivacyProtocol::Des,
        SnmpCipher::Aes128 => PrivacyProtocol::Aes128,
        SnmpCipher::Aes192 => PrivacyProtocol::Aes192,
        SnmpCipher::Aes192Cisco => PrivacyProtocol::Aes192Cisco,
        SnmpCipher::Aes256 => PrivacyProtocol::Aes256,
        SnmpCipher::Aes256Cisco => PrivacyProtocol::Aes256Cisco,
    }
}
