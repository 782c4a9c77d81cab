//! Clusters that are signed in to: opened once, and dropped when their address or login has changed, when they are of no
//! use any more, and when the vault is locked.

use super::super::{
    Devices,
    reach::{Login, Trouble, Way},
};
use super::Place;
use crate::{CoreError, sync};
use patchbay_device_proxmox::{Client, Fingerprint, PORT, ProxmoxError, SignIn, Site};
use patchbay_model::{ApiError, IdentityId, ManagementWay};
use std::sync::Arc;

/// Somebody signed in, and what it was done with.
#[derive(Debug)]
pub(super) struct Kept {
    client: Client,
    site: Site,
    login: Login,
}

impl Kept {
    fn fits(&self, site: &Site, login: &Login) -> bool {
        self.login == *login && self.site == *site
    }
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
        let (host, port, identity) = way.cluster()?;
        let login = self.required_login(way, identity).await?;
        let pinned = self.pinned(way, host, port).await?;
        let pinned: Fingerprint =
            pinned.parse().map_err(|why: &str| CoreError::Internal(why.to_owned()))?;
        let site = Site { host: host.trim_matches(['[', ']']).to_owned(), port, pinned };
        let place = self.place(way);
        // Whoever comes meanwhile waits, and signs in no second time.
        let mut kept = place.client.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.fits(&site, &login)) {
            return Ok(kept.client.clone());
        }
        *kept = None;
        match Client::open(site.clone(), sign_in(&login)).await {
            Ok(client) => Ok(kept.insert(Kept { client, site, login }).client.clone()),
            Err(error) => {
                drop(kept);
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
                *self.place(way).client.lock().await = None;
                let asked = match way.cluster() {
                    Ok((host, port, _)) => self.question(way, host, port).await,
                    Err(error) => Err(error),
                };
                asked.unwrap_or_else(Trouble::from)
            }
            E::SignedOut { .. } | E::WrongPassword { .. } => {
                *self.place(way).client.lock().await = None;
                Trouble::Error(error.into())
            }
            // Nobody can be asked here: what is kept has to do.
            E::NeedsCode { .. } | E::WrongCode { .. } => Trouble::Error(
                ApiError::from(error)
                    .next("Make an API token for it in the cluster, and use that."),
            ),
            error => Trouble::Error(error.into()),
        }
    }
}

/// A name with an exclamation mark is that of an API token (`user@realm!name`).
fn sign_in(login: &Login) -> SignIn {
    let Login { user, password } = login.clone();
    match user.contains('!') {
        true => SignIn::Token { id: user, secret: password },
        false => SignIn::Password { user, password, code: None },
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
