//! The serial console of a machine over the network.

use super::{LESSER, Target};
use crate::{
    CoreError,
    devices::{
        Devices,
        bmc::{
            failed::{Who, by_ipmi},
            kept::protocol,
        },
        reach::Way,
    },
};
use patchbay_device_ipmi::{Bmcs, Console, IpmiError, Privilege, Stale};
use patchbay_model::{ApiError, BmcProtocol};
use patchbay_session::Terminal;
use tokio_util::sync::CancellationToken;

/// What it takes to open a serial console.
pub(in crate::devices) struct SerialConsole {
    sockets: Bmcs,
    target: Target,
    console: Console,
    host: String,
}

impl SerialConsole {
    /// Opens it, over a session of its own, with the highest privilege that the account has.
    pub(in crate::devices) async fn open(
        self,
        cancel: CancellationToken,
    ) -> Result<Terminal, ApiError> {
        let mut opened = self.open_as(Privilege::Administrator, &cancel).await;
        for privilege in LESSER {
            if !matches!(opened, Err(IpmiError::Privilege(_))) {
                break;
            }
            opened = self.open_as(privilege, &cancel).await;
        }
        let who = Who { machine: &self.console.machine, host: &self.host };
        opened.map_err(|error| by_ipmi(&error, who))
    }

    async fn open_as(
        &self,
        privilege: Privilege,
        cancel: &CancellationToken,
    ) -> Result<Terminal, IpmiError> {
        let bmc = self.target.bmc(&self.sockets, privilege)?;
        bmc.console(self.console.clone(), cancel.clone()).await
    }
}

impl Devices<'_> {
    /// What it takes to open the serial console of a machine.
    pub(in crate::devices) async fn serial_console(
        &self,
        way: &Way,
        end_stale: bool,
    ) -> Result<SerialConsole, CoreError> {
        if protocol(way) != Some(BmcProtocol::Ipmi) {
            return Err(CoreError::invalid(
                "way",
                "Serial over LAN is spoken by IPMI, also where everything else is Redfish.",
                "Add the same management controller under Management once more, asked by IPMI.",
            ));
        }
        let stale = if end_stale { Stale::End } else { Stale::Keep };
        Ok(SerialConsole {
            sockets: self.sockets()?,
            target: self.ipmi_target(way).await?,
            console: Console { machine: way.machine().to_owned(), stale },
            host: way.address()?.to_owned(),
        })
    }
}
