//! Management controllers: sensors, logs, users and what a machine is made of.
//!
//! `ipmi` and `redfish` say the same things in two protocols; `kept` has who is signed in where, `failed` what is told of
//! refusals, `power` what the power of machines asks of controllers.

mod export;
mod failed;
mod history;
mod ipmi;
mod kept;
mod power;
mod redfish;
#[cfg(test)]
mod tests;

use super::{
    Devices,
    reach::{Trouble, Way},
};
use crate::{Authorized, CoreError, runs::write_private, sync};
use failed::Failed;
pub(super) use ipmi::SerialConsole;
use kept::Client;
pub(super) use kept::State;
use patchbay_model::{
    BmcBoot, BmcFacts, BmcLog, BmcProtocol, BmcSensors, BmcUserDraft, BmcUsers, ManagementId,
    NodeId,
};
use std::path::PathBuf;

/// Entries of a log that are shown.
const MOST_ENTRIES: usize = 2_000;

impl Devices<'_> {
    /// The sensors of a machine, read now.
    pub async fn bmc_sensors(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
    ) -> Result<BmcSensors, CoreError> {
        let way = self.way(entry, way)?;
        let (protocol, mut sensors) = self
            .ask_bmc(&way, |client| async move {
                match client {
                    Client::Ipmi(bmc) => Ok((BmcProtocol::Ipmi, bmc.read_sensors().await?)),
                    Client::Redfish(bmc) => Ok((BmcProtocol::Redfish, bmc.read_sensors().await?)),
                }
            })
            .await?;
        let read = self.0.clock().wall();
        sync::lock(&self.bmc_state().histories).note(&way, &mut sensors, read);
        Ok(BmcSensors { read, protocol, sensors })
    }

    /// The event log of a machine.
    pub async fn bmc_log(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
    ) -> Result<BmcLog, CoreError> {
        let way = self.way(entry, way)?;
        let log = self.ask_bmc(&way, |client| async move {
            match client {
                Client::Ipmi(bmc) => bmc.read_log().await,
                Client::Redfish(bmc) => bmc.read_log().await,
            }
        });
        Ok(log.await?)
    }

    /// Clears the event log of a machine.
    pub async fn bmc_clear_log(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
        confirmed: &str,
    ) -> Result<(), CoreError> {
        let way = self.way(entry, way)?;
        check_name(&way, confirmed, "Clearing the log loses all that is in it.")?;
        let done = self.ask_bmc(&way, |client| async move {
            match client {
                Client::Ipmi(bmc) => bmc.clear_log().await,
                Client::Redfish(bmc) => bmc.clear_log().await,
            }
        });
        let done = done.await;
        self.noted(&way, "cleared the event log", done).await
    }

    /// Writes the event log of a machine to a file as CSV.
    pub async fn bmc_export_log(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
        path: &str,
    ) -> Result<(), CoreError> {
        if path.trim().is_empty() {
            return Err(CoreError::invalid("path", "A file needs a name.", "Choose one."));
        }
        let log = self.bmc_log(entry, way).await?;
        let path = PathBuf::from(path);
        let written = move || write_private(&path, &export::csv(&log));
        tokio::task::spawn_blocking(written)
            .await
            .map_err(|error| CoreError::Internal(error.to_string()))?
    }

    /// What a machine and its management controller are.
    pub async fn bmc_facts(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
    ) -> Result<BmcFacts, CoreError> {
        let way = self.way(entry, way)?;
        let facts = self.ask_bmc(&way, |client| async move {
            match client {
                Client::Ipmi(bmc) => bmc.facts().await,
                Client::Redfish(bmc) => bmc.facts().await,
            }
        });
        Ok(facts.await?)
    }

    /// Switches a machine's locating light.
    pub async fn bmc_locate(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
        lit: bool,
    ) -> Result<(), CoreError> {
        let way = self.way(entry, way)?;
        let done = self.ask_bmc(&way, |client| async move {
            match client {
                Client::Ipmi(bmc) => bmc.locate(lit).await,
                Client::Redfish(bmc) => bmc.locate(lit).await,
            }
        });
        Ok(done.await?)
    }

    /// Says what a machine starts from.
    pub async fn bmc_boot(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
        boot: BmcBoot,
    ) -> Result<(), CoreError> {
        let way = self.way(entry, way)?;
        let done = self.ask_bmc(&way, |client| async move {
            match client {
                Client::Ipmi(bmc) => bmc.boot_from(boot).await,
                Client::Redfish(bmc) => bmc.boot_from(boot).await,
            }
        });
        let done = done.await;
        self.noted(&way, "set what it starts from", done).await
    }

    /// Starts a management controller anew; the machine runs on.
    pub async fn bmc_reset(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
    ) -> Result<(), CoreError> {
        let way = self.way(entry, way)?;
        let done = self.ask_bmc(&way, |client| async move {
            match client {
                Client::Ipmi(bmc) => bmc.reset().await,
                Client::Redfish(bmc) => bmc.reset().await,
            }
        });
        let done = done.await;
        self.forget_client(&way);
        self.noted(&way, "restarted the management controller", done).await
    }

    /// The users of a management controller.
    pub async fn bmc_users(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
    ) -> Result<BmcUsers, CoreError> {
        let way = self.way(entry, way)?;
        Ok(self.users_of(&way).await?)
    }

    /// Adds or changes a user of a management controller.
    pub async fn bmc_save_user(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
        draft: BmcUserDraft,
    ) -> Result<BmcUsers, CoreError> {
        let way = self.way(entry, way)?;
        if draft.name.trim().is_empty() {
            return Err(CoreError::invalid("name", "A user needs a name.", "Type one."));
        }
        if draft.id.is_none() && draft.password.is_none() {
            let message = "A new user needs a password.";
            return Err(CoreError::invalid("password", message, "Type one."));
        }
        let what = format!("saved the user {} of the management controller", draft.name);
        let done = self.ask_bmc(&way, |client| async move {
            match client {
                Client::Ipmi(bmc) => bmc.save_user(draft).await,
                Client::Redfish(bmc) => bmc.save_user(draft).await,
            }
        });
        let done = done.await;
        self.noted(&way, &what, done).await?;
        Ok(self.users_of(&way).await?)
    }

    /// Deletes a user of a management controller.
    pub async fn bmc_delete_user(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
        user: &str,
    ) -> Result<BmcUsers, CoreError> {
        let way = self.way(entry, way)?;
        let (id, what) = (user.to_owned(), format!("deleted user {user} of the controller"));
        let done = self.ask_bmc(&way, |client| async move {
            match client {
                Client::Ipmi(bmc) => bmc.remove_user(&id).await,
                Client::Redfish(bmc) => bmc.remove_user(&id).await,
            }
        });
        let done = done.await;
        self.noted(&way, &what, done).await?;
        Ok(self.users_of(&way).await?)
    }

    async fn users_of(&self, way: &Way) -> Result<BmcUsers, Trouble> {
        let users = self.ask_bmc(way, |client| async move {
            match client {
                Client::Ipmi(bmc) => bmc.list_users().await,
                Client::Redfish(bmc) => bmc.list_users().await,
            }
        });
        users.await
    }

    /// Puts an image into a virtual drive of a machine.
    pub async fn bmc_insert_media(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
        media: &str,
        image: &str,
    ) -> Result<(), CoreError> {
        let way = self.way(entry, way)?;
        if !image.contains("://") {
            return Err(CoreError::invalid(
                "image",
                "The management controller fetches the image itself, from a URL.",
                "Type one that begins with https://, http://, nfs:// or smb://.",
            ));
        }
        let (media, image) = (media.to_owned(), image.to_owned());
        let done = self.ask_bmc(&way, |client| async move {
            match client {
                Client::Ipmi(_) => Err(no_media()),
                Client::Redfish(bmc) => bmc.insert(&media, &image).await,
            }
        });
        Ok(done.await?)
    }

    /// Takes the image out of a virtual drive of a machine.
    pub async fn bmc_eject_media(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
        media: &str,
    ) -> Result<(), CoreError> {
        let way = self.way(entry, way)?;
        let media = media.to_owned();
        let done = self.ask_bmc(&way, |client| async move {
            match client {
                Client::Ipmi(_) => Err(no_media()),
                Client::Redfish(bmc) => bmc.eject(&media).await,
            }
        });
        Ok(done.await?)
    }

    /// Sends a raw command of IPMI: bytes in hexadecimal, the first two network function and command.
    pub async fn bmc_raw(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
        request: &str,
        confirmed: &str,
    ) -> Result<String, CoreError> {
        let way = self.way(entry, way)?;
        let command = ipmi::raw_command(request)?;
        check_name(&way, confirmed, "Nobody but its maker knows what a raw command does.")?;
        let done = self.ask_bmc(&way, |client| async move {
            match client {
                Client::Ipmi(bmc) => bmc.tell_raw(&command).await,
                Client::Redfish(_) => Err(CoreError::invalid(
                    "way",
                    "Redfish has no raw commands.",
                    "Choose a management controller that is asked by IPMI.",
                )
                .into()),
            }
        });
        let done = done.await;
        self.noted(&way, &format!("sent the raw command {}", request.trim()), done).await
    }

    /// Writes down what was done, or why it was not.
    async fn noted<T>(
        &self,
        way: &Way,
        what: &str,
        done: Result<T, Trouble>,
    ) -> Result<T, CoreError> {
        let done = done.map_err(CoreError::from);
        let problem = done.as_ref().err().map(ToString::to_string);
        self.note(way.entry, what, &self.called(way), problem.as_deref()).await;
        done
    }

    const fn bmc_state(&self) -> &State {
        &self.0.devices.bmc
    }
}

fn no_media() -> Failed {
    CoreError::invalid(
        "way",
        "IPMI has no virtual media.",
        "Add a management controller that is asked by Redfish.",
    )
    .into()
}

/// Fails unless the machine's name was typed.
fn check_name(way: &Way, typed: &str, meaning: &str) -> Result<(), CoreError> {
    if typed.trim() == way.machine() {
        return Ok(());
    }
    Err(CoreError::invalid(
        "confirmed",
        format!("{meaning} Nothing was done."),
        format!("Type {} to go on.", way.machine()),
    ))
}
