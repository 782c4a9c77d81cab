//! Who is signed in at which controller. A sign-in is used again until its way, name or password is another, the vault is
//! locked, nobody has used it for a while, or it failed.

use super::{
    failed::{Failed, Who},
    history::Histories,
    ipmi, redfish,
};
use crate::{
    Core, CoreError,
    devices::{
        Devices,
        reach::{Trouble, Way},
    },
    sync,
};
use patchbay_device_ipmi::Bmcs;
use patchbay_model::{ApiError, BmcProtocol, ErrorCode, ManagementId, ManagementWay, NodeId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

/// How long nobody uses a sign-in before it is given up: controllers have few.
const IDLE: Duration = Duration::from_secs(300);
/// How long a refused name or password is not tried again, so that a page that asks several things locks nobody's account.
const REFUSED: Duration = Duration::from_secs(5);

type Key = (NodeId, ManagementId);
type Slot = tokio::sync::Mutex<Option<Kept>>;

/// What is kept of controllers.
#[derive(Debug, Default)]
pub(in crate::devices) struct State {
    /// The sockets that all controllers are asked over by IPMI; made when the first is.
    sockets: Mutex<Option<Bmcs>>,
    slots: Mutex<HashMap<Key, Arc<Slot>>>,
    pub(super) histories: Mutex<Histories>,
}

/// What came of signing in.
#[derive(Debug)]
struct Kept {
    target: Target,
    came: Result<Client, ApiError>,
    /// By the clock of the services.
    used: Duration,
}

/// What it takes to sign in.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Target {
    Ipmi(ipmi::Target),
    Redfish(redfish::Target),
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(super) enum Client {
    Ipmi(Arc<ipmi::Session>),
    Redfish(Arc<redfish::Session>),
}

impl Client {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ipmi(one), Self::Ipmi(other)) => Arc::ptr_eq(one, other),
            (Self::Redfish(one), Self::Redfish(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl State {
    /// Signs out everywhere, because the vault is being locked.
    pub(in crate::devices) fn rest(&self) {
        sync::lock(&self.slots).clear();
    }

    /// Those who are signed in.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        sync::lock(&self.slots).len()
    }

    fn forget(&self, key: Key, slot: &Arc<Slot>) {
        let mut slots = sync::lock(&self.slots);
        if slots.get(&key).is_some_and(|there| Arc::ptr_eq(there, slot)) {
            slots.remove(&key);
        }
    }
}

/// What a way to a controller is spoken to in; none if it leads to something else.
pub(super) const fn protocol(way: &Way) -> Option<BmcProtocol> {
    match way.management.way {
        ManagementWay::Bmc { protocol, .. } => Some(protocol),
        _ => None,
    }
}

impl Devices<'_> {
    /// Has somebody who is signed in do something.
    pub(super) async fn ask_bmc<T, F>(
        &self,
        way: &Way,
        work: impl FnOnce(Client) -> F,
    ) -> Result<T, Trouble>
    where
        F: Future<Output = Result<T, Failed>>,
    {
        let client = self.bmc_client(way).await?;
        match work(client.clone()).await {
            Ok(done) => Ok(done),
            Err(failed) => {
                if failed.ends_session() {
                    self.forget_failed(way, &client).await;
                }
                Err(self.told(way, failed).await?)
            }
        }
    }

    /// What is told of a failure; a certificate that is another one by now is asked about.
    async fn told(&self, way: &Way, failed: Failed) -> Result<Trouble, CoreError> {
        let host = way.address()?;
        if failed.is_certificate() {
            return self.question(way, host, port(way)).await;
        }
        Ok(Trouble::Error(failed.api_error(Who { machine: way.machine(), host })))
    }

    /// Signs in, unless somebody is.
    async fn bmc_client(&self, way: &Way) -> Result<Client, Trouble> {
        let target = self.target(way).await?;
        let slot = self.slot(way);
        let mut slot = slot.lock().await;
        let now = self.0.clock().now();
        match slot.as_mut().filter(|kept| kept.target == target) {
            Some(Kept { came: Ok(client), used, .. }) => {
                *used = now;
                return Ok(client.clone());
            }
            Some(Kept { came: Err(refused), used, .. }) if now.saturating_sub(*used) < REFUSED => {
                return Err(Trouble::Error(refused.clone()));
            }
            _ => {}
        }
        // Signed out first: controllers have few places.
        *slot = None;
        match self.sign_in(&target).await {
            Ok(client) => {
                *slot = Some(Kept { target, came: Ok(client.clone()), used: now });
                Ok(client)
            }
            Err(failed) => {
                let trouble = self.told(way, failed).await?;
                if let Trouble::Error(error) = &trouble
                    && error.code == ErrorCode::AuthFailed
                {
                    let used = self.0.clock().now();
                    *slot = Some(Kept { target, came: Err(error.clone()), used });
                }
                Err(trouble)
            }
        }
    }

    async fn sign_in(&self, target: &Target) -> Result<Client, Failed> {
        Ok(match target {
            Target::Ipmi(target) => Client::Ipmi(Arc::new(target.sign_in(&self.sockets()?).await?)),
            Target::Redfish(target) => Client::Redfish(Arc::new(target.sign_in().await?)),
        })
    }

    fn slot(&self, way: &Way) -> Arc<Slot> {
        let key = (way.entry, way.management.id);
        let mut slots = sync::lock(&self.bmc_state().slots);
        let slot = slots.entry(key).or_insert_with(|| {
            let slot = Arc::default();
            tokio::spawn(give_up_when_idle(self.0.weak(), key, Arc::downgrade(&slot)));
            slot
        });
        Arc::clone(slot)
    }

    /// Signs out at a controller.
    pub(super) fn forget_client(&self, way: &Way) {
        sync::lock(&self.bmc_state().slots).remove(&(way.entry, way.management.id));
    }

    /// The same, if this is who failed.
    async fn forget_failed(&self, way: &Way, failed: &Client) {
        let slot = self.slot(way);
        let mut slot = slot.lock().await;
        let is_it = |kept: &Kept| kept.came.as_ref().is_ok_and(|client| client.is(failed));
        if slot.as_ref().is_some_and(is_it) {
            *slot = None;
        }
    }

    async fn target(&self, way: &Way) -> Result<Target, Trouble> {
        Ok(match protocol(way) {
            Some(BmcProtocol::Ipmi) => Target::Ipmi(self.ipmi_target(way).await?),
            Some(BmcProtocol::Redfish) => Target::Redfish(self.redfish_target(way).await?),
            None => return Err(CoreError::NotFound("management controller").into()),
        })
    }

    /// What it takes to sign in by IPMI.
    pub(super) async fn ipmi_target(&self, way: &Way) -> Result<ipmi::Target, CoreError> {
        let ManagementWay::Bmc { identity, suite, unprotected, .. } = &way.management.way else {
            return Err(CoreError::NotFound("management controller"));
        };
        let suite = suite.map(ipmi::suite).transpose()?;
        let login = if *unprotected {
            self.login(way, *identity).await?
        } else {
            Some(self.required_login(way, *identity).await?)
        };
        Ok(ipmi::Target {
            address: self.resolve(way.address()?, port(way)).await?,
            user: login.as_ref().map(|login| login.user.clone()).unwrap_or_default(),
            password: login.map(|login| login.password).unwrap_or_default(),
            suite,
            unprotected: *unprotected,
        })
    }

    async fn redfish_target(&self, way: &Way) -> Result<redfish::Target, Trouble> {
        let ManagementWay::Bmc { identity, system, .. } = &way.management.way else {
            return Err(CoreError::NotFound("management controller").into());
        };
        let (host, port) = (way.address()?, port(way));
        let login = self.required_login(way, *identity).await?;
        // For a plain message where there is no such name.
        self.resolve(host, port).await?;
        Ok(redfish::Target {
            host: host.to_owned(),
            port,
            fingerprint: self.pinned(way, host, port).await?,
            user: login.user,
            password: login.password,
            system: system.clone().filter(|system| !system.is_empty()),
        })
    }

    /// The sockets for IPMI.
    pub(super) fn sockets(&self) -> Result<Bmcs, CoreError> {
        let mut sockets = sync::lock(&self.bmc_state().sockets);
        if let Some(sockets) = &*sockets {
            return Ok(sockets.clone());
        }
        let new = Bmcs::new().map_err(|error| CoreError::Internal(error.to_string()))?;
        Ok(sockets.insert(new).clone())
    }
}

/// The port that a controller is asked at.
pub(super) fn port(way: &Way) -> u16 {
    match way.management.way {
        ManagementWay::Bmc { port: Some(port), .. } => port,
        ManagementWay::Bmc { protocol: BmcProtocol::Ipmi, .. } => 623,
        _ => 443,
    }
}

/// Signs out once nobody has used it for a while.
async fn give_up_when_idle(core: Weak<Core>, key: Key, slot: Weak<Slot>) {
    let mut wait = IDLE;
    loop {
        let Some(until) = core.upgrade().map(|core| {
            let at = core.clock().now() + wait;
            core.clock().until(at)
        }) else {
            return;
        };
        until.await;
        let (Some(core), Some(slot)) = (core.upgrade(), slot.upgrade()) else { return };
        wait = IDLE;
        // One that is locked is in use.
        let Ok(kept) = slot.try_lock() else { continue };
        let unused =
            kept.as_ref().map_or(IDLE, |kept| core.clock().now().saturating_sub(kept.used));
        drop(kept);
        if unused >= IDLE {
            core.devices().bmc_state().forget(key, &slot);
            return;
        }
        wait = IDLE.saturating_sub(unused);
    }
}
