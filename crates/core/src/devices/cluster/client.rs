//! Clusters that are signed in to: opened once, and dropped when their address or login has changed, when they are of no
//! use any more, and when the vault is locked. A second factor is asked for once: the ticket is renewed until then.

use super::super::{
    Devices,
    reach::{Login, Trouble, Way},
};
use super::Place;
use crate::{CoreError, sync};
use patchbay_device_proxmox::{Client, Fingerprint, PORT, ProxmoxError, SignIn, Site};
use patchbay_model::{ApiError, AppEvent, IdentityId, ManagementKind, ManagementWay, Secret};
use std::sync::Arc;
use tokio::sync::MutexGuard;

/// Who is signed in at a cluster.
#[derive(Debug, Default)]
pub(super) enum Held {
    #[default]
    Nobody,
    /// Somebody.
    In(Client, As),
    /// The cluster asks for a second factor: nothing is sent there until somebody types it, and no code twice.
    Waiting(ApiError, As),
}

/// Where and with what somebody signs in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct As {
    site: Site,
    login: Login,
}

impl Way {
    /// Host, port and whose login; none if it does not lead to a cluster.
    pub(super) fn cluster(&self) -> Result<(&str, u16, Option<IdentityId>), CoreError> {
        let ManagementWay::Proxmox { port, identity, .. } = &self.management.way else {
            return Err(CoreError::NotFound("way to a cluster"));
        };
        Ok((self.address()?, port.unwrap_or(PORT), *identity))
    }
}

impl Devices<'_> {
    /// What is kept about a cluster.
    pub(super) fn place(&self, way: &Way) -> Arc<Place> {
        let mut places = sync::lock(&self.0.devices.cluster.places);
        Arc::clone(places.entry((way.entry, way.management.id)).or_default())
    }

    /// Asks a cluster, signed in.
    pub(super) async fn ask_cluster<T, F: Future<Output = Result<T, ProxmoxError>>>(
        &self,
        way: &Way,
        what: impl FnOnce(Client) -> F,
    ) -> Result<T, Trouble> {
        let client = self.cluster_client(way).await?;
        match what(client).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.trouble(way, error).await),
        }
    }

    /// Somebody signed in at a cluster.
    pub(super) async fn cluster_client(&self, way: &Way) -> Result<Client, Trouble> {
        let asked = self.cluster_as(way).await?;
        let place = self.place(way);
        // Whoever comes meanwhile waits, and signs in no second time.
        let held = place.client.lock().await;
        match &*held {
            Held::In(client, before) if *before == asked => return Ok(client.clone()),
            Held::Waiting(error, before) if *before == asked => {
                return Err(Trouble::Error(error.clone()));
            }
            _ => {}
        }
        self.cluster_enter(way, held, asked, None).await
    }

    /// Signs in at the cluster of a way, or of the guest that it leads to, with what the second factor shows. It is sent once.
    pub(in super::super) async fn cluster_sign_in(
        &self,
        way: &Way,
        code: Secret<String>,
    ) -> Result<(), CoreError> {
        let other;
        let way = match &way.management.way {
            ManagementWay::Guest { .. } => {
                other = self.other(way, ManagementKind::Proxmox)?;
                &other
            }
            _ => way,
        };
        if code.expose_secret().trim().is_empty() {
            let what = "There is no code yet.";
            return Err(CoreError::invalid("code", what, "Type what the authenticator app shows."));
        }
        let asked = self.cluster_as(way).await?;
        let place = self.place(way);
        let held = place.client.lock().await;
        self.cluster_enter(way, held, asked, Some(code)).await?;
        // What shows the cluster reads it now.
        self.0.emit(AppEvent::Cluster { entry: way.entry });
        Ok(())
    }

    /// Where a way leads, and with whose name and password.
    async fn cluster_as(&self, way: &Way) -> Result<As, Trouble> {
        let (host, port, identity) = way.cluster()?;
        let login = self.required_login(way, identity).await?;
        let pinned = self.pinned(way, host, port).await?;
        let pinned: Fingerprint =
            pinned.parse().map_err(|why: &str| CoreError::Internal(why.to_owned()))?;
        let site = Site { host: host.trim_matches(['[', ']']).to_owned(), port, pinned };
        Ok(As { site, login })
    }

    async fn cluster_enter(
        &self,
        way: &Way,
        mut held: MutexGuard<'_, Held>,
        asked: As,
        code: Option<Secret<String>>,
    ) -> Result<Client, Trouble> {
        *held = Held::Nobody;
        match Client::open(asked.site.clone(), sign_in(&asked.login, code)).await {
            Ok(client) => {
                *held = Held::In(client.clone(), asked);
                Ok(client)
            }
            Err(error @ ProxmoxError::NeedsCode { .. }) => {
                let error = waits(way, error);
                *held = Held::Waiting(error.clone(), asked);
                Err(Trouble::Error(error))
            }
            Err(error @ ProxmoxError::WrongCode { .. }) => {
                // Whoever only looks later is asked for a code, and not told that one was wrong.
                let user = asked.login.user.clone();
                *held = Held::Waiting(waits(way, ProxmoxError::NeedsCode { user }), asked);
                Err(Trouble::Error(error.into()))
            }
            Err(error) => {
                drop(held);
                Err(self.trouble(way, error).await)
            }
        }
    }

    /// What went wrong, put to people. Whoever is signed in no more is forgotten, and a certificate that has changed is
    /// asked about.
    pub(super) async fn trouble(&self, way: &Way, error: ProxmoxError) -> Trouble {
        use ProxmoxError as E;
        match error {
            E::CertificateChanged { .. } => {
                *self.place(way).client.lock().await = Held::Nobody;
                let asked = match way.cluster() {
                    Ok((host, port, _)) => self.question(way, host, port).await,
                    Err(error) => Err(error),
                };
                asked.unwrap_or_else(Trouble::from)
            }
            E::SignedOut { .. } | E::WrongPassword { .. } => {
                *self.place(way).client.lock().await = Held::Nobody;
                Trouble::Error(error.into())
            }
            E::NeedsCode { .. } => {
                let place = self.place(way);
                let mut held = place.client.lock().await;
                let error = waits(way, error);
                // Somebody may have typed one meanwhile.
                if let Held::In(client, asked) = &*held
                    && !client.is_signed_in().await
                {
                    *held = Held::Waiting(error.clone(), asked.clone());
                    // What shows the cluster asks for the code now.
                    self.0.emit(AppEvent::Cluster { entry: way.entry });
                }
                Trouble::Error(error)
            }
            error => Trouble::Error(error.into()),
        }
    }
}

/// The cluster waits for a code: where to type it.
fn waits(way: &Way, error: ProxmoxError) -> ApiError {
    let place = way.machine();
    ApiError::from(error).next(format!(
        "Type what the authenticator app shows, or a recovery key, on the Guests page of {place}."
    ))
}

/// A name with an exclamation mark is that of an API token (`user@realm!name`).
fn sign_in(login: &Login, code: Option<Secret<String>>) -> SignIn {
    let Login { user, password } = login.clone();
    match user.contains('!') {
        true => SignIn::Token { id: user, secret: password },
        false => SignIn::Password { user, password, code },
    }
}

/// Whether the answer to a change was lost: nobody knows whether it was done.
pub(super) const fn is_lost(error: &ProxmoxError) -> bool {
    use ProxmoxError as E;
    matches!(
        error,
        E::Unreachable { .. } | E::NodeUnreachable { .. } | E::Strange { .. } | E::TooLarge { .. }
    )
}
