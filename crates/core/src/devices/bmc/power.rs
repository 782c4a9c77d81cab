//! What the power of machines asks of controllers: their state, and a command that is sent once.

use super::kept::Client;
use crate::devices::{
    Devices,
    reach::{Asked, Trouble, Way},
};
use patchbay_model::{PowerAction, PowerTaken};

impl Devices<'_> {
    /// Whether a machine is on, by its controller: one request by IPMI, at most three by Redfish, and those of signing in.
    pub(in crate::devices) async fn bmc_status(&self, way: &Way) -> Result<Asked, Trouble> {
        let asked = self.ask_bmc(way, |client| async move {
            match client {
                Client::Ipmi(bmc) => bmc.status().await,
                Client::Redfish(bmc) => bmc.status().await,
            }
        });
        asked.await
    }

    /// Does something with a machine's power by its controller. Nothing is sent where the machine is in that state already, and
    /// nothing is sent twice: once a command went out, it is [`PowerTaken::Unknown`] unless the controller says what became of it.
    pub(in crate::devices) async fn bmc_power(
        &self,
        way: &Way,
        action: PowerAction,
    ) -> Result<PowerTaken, Trouble> {
        let taken = self.ask_bmc(way, |client| async move {
            match client {
                Client::Ipmi(bmc) => bmc.power(action).await,
                Client::Redfish(bmc) => bmc.power(action).await,
            }
        });
        taken.await
    }
}
