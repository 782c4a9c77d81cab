//! The ways to manage a machine, as they are kept with it: what may be in them, and whether what they name is there.

use super::{
    check,
    forest::{Body, Forest, Node},
};
use crate::{CoreError, sync, vault::Unlocked};
use patchbay_model::{BmcProtocol, IdentityId, Management, ManagementWay, NodeId};
use std::collections::HashSet;

/// More than any machine has.
const MOST: usize = 32;
/// Cipher suites of IPMI that are spoken (IPMI 2.0 table 22-20).
const SUITES: [u8; 4] = [0, 3, 8, 17];
/// Highest number of a guest of Proxmox VE.
const LAST_GUEST: u32 = 999_999_999;
const LONGEST_PLACE: usize = 64;
const LONGEST_CONSOLE: usize = 255;

/// What may be kept.
pub(super) fn checked(ways: Vec<Management>) -> Result<Vec<Management>, CoreError> {
    if ways.len() > MOST {
        let message = format!("A machine has at most {MOST} ways to manage it.");
        return Err(CoreError::invalid("management", message, "Remove some."));
    }
    let mut seen = HashSet::new();
    ways.into_iter()
        .map(|one| {
            if !seen.insert(one.id) {
                return Err(CoreError::Internal("two ways have one id".into()));
            }
            way(one)
        })
        .collect()
}

/// One of them.
pub(crate) fn way(mut one: Management) -> Result<Management, CoreError> {
    one.name = one.name.trim().to_owned();
    check::line("management", "The name", &one.name)?;
    if one.name.chars().count() > check::LONGEST_NAME {
        return Err(invalid("The name of a way to manage it is too long.", "Shorten it."));
    }
    match &mut one.way {
        ManagementWay::Bmc { protocol, address, port, system, suite, .. } => {
            reached(address, *port)?;
            *system = system.take().filter(|_| *protocol == BmcProtocol::Redfish);
            *suite = suite.filter(|_| *protocol == BmcProtocol::Ipmi);
            if let Some(system) = system {
                place(system, "The system's id")?;
            }
            if suite.is_some_and(|suite| !SUITES.contains(&suite)) {
                return Err(invalid(
                    "Only the cipher suites 17, 8, 3 and 0 of IPMI are spoken.",
                    "Choose one of them, or the best that both have.",
                ));
            }
        }
        ManagementWay::Proxmox { address, port, .. }
        | ManagementWay::Snmp { address, port, .. } => {
            reached(address, *port)?;
        }
        ManagementWay::Guest { guest, .. } if !(100..=LAST_GUEST).contains(guest) => {
            return Err(invalid("Guests have numbers from 100 on.", "Choose a guest."));
        }
        ManagementWay::Port { port, .. } => place(port, "The port")?,
        ManagementWay::Outlet { outlet, .. } => {
            place(outlet, "The outlet")?;
            if !outlet.split('.').all(|part| part.parse::<u32>().is_ok()) {
                return Err(invalid("An outlet is a number, as 7 or 1.7.", "Choose an outlet."));
            }
        }
        ManagementWay::Conserver { console, port, .. } => {
            reached(&mut String::new(), *port)?;
            *console = console.trim().to_owned();
            check::line("management", "The console's name", console)?;
            if console.len() > LONGEST_CONSOLE || console.contains(char::is_whitespace) {
                let message = "The console's name is too long, or has spaces in it.";
                return Err(invalid(message, "Type it as it is in conserver.cf."));
            }
        }
        ManagementWay::Console { port: Some(0), .. } => {
            return Err(invalid("Ports of console servers count from 1.", "Correct the port."));
        }
        ManagementWay::Cli { .. } | ManagementWay::Guest { .. } | ManagementWay::Console { .. } => {
        }
    }
    Ok(one)
}

fn reached(address: &mut String, port: Option<u16>) -> Result<(), CoreError> {
    if address.trim().is_empty() {
        address.clear();
    } else {
        *address = check::address(address)?;
    }
    if port == Some(0) {
        return Err(invalid("0 is no port.", "Type a number from 1 to 65535, or leave it empty."));
    }
    Ok(())
}

fn place(text: &mut String, what: &str) -> Result<(), CoreError> {
    *text = text.trim().to_owned();
    check::line("management", what, text)?;
    if text.is_empty() || text.len() > LONGEST_PLACE {
        let message = format!("{what} is empty, or too long.");
        return Err(CoreError::invalid("management", message, "Choose one."));
    }
    Ok(())
}

fn invalid(message: &str, next: &str) -> CoreError {
    CoreError::invalid("management", message, next)
}

/// Whether everything is there that new ways name. Those that were there before stay as they are: what they name may be gone.
pub(super) fn check_named(
    forest: &Forest,
    unlocked: &Unlocked,
    me: NodeId,
    ways: &[Management],
    before: &[Management],
) -> Result<(), CoreError> {
    let known = sync::read(unlocked.identities());
    for one in ways.iter().filter(|one| !before.contains(one)) {
        if one.way.identities().any(|id| !known.contains_key(&id)) {
            return Err(invalid(
                "One of the identities is not there any more.",
                "Choose another one.",
            ));
        }
        let Some(other) = one.way.other() else { continue };
        let itself = other == me;
        match forest.get(other) {
            // What is a cluster may be a machine of itself: a single node is both.
            Some(Node { body: Body::Entry(_), .. })
                if !itself
                    || matches!(
                        one.way,
                        ManagementWay::Guest { .. } | ManagementWay::Conserver { .. }
                    ) => {}
            Some(Node { body: Body::Entry(_), .. }) => {
                return Err(invalid(
                    "A machine cannot be its own switch, power unit or console.",
                    "Choose another machine.",
                ));
            }
            _ => {
                return Err(invalid(
                    "The machine that it is a part of is not there any more.",
                    "Choose another one.",
                ));
            }
        }
    }
    Ok(())
}

impl Node {
    /// The ways to manage it; a folder has none.
    pub(crate) fn management(&self) -> &[Management] {
        match &self.body {
            Body::Entry(draft) => &draft.management,
            Body::Folder(_) => &[],
        }
    }

    pub(crate) fn management_mut(&mut self) -> &mut [Management] {
        match &mut self.body {
            Body::Entry(draft) => &mut draft.management,
            Body::Folder(_) => &mut [],
        }
    }

    /// Identities that it names itself, in settings and in ways to manage it.
    pub(crate) fn named_identities(&self) -> impl Iterator<Item = IdentityId> {
        let ways = self.management().iter().flat_map(|one| one.way.identities());
        self.settings().identities.iter().flatten().copied().chain(ways)
    }

    /// Takes an identity out of the ways to manage it: they then use the machine's.
    pub(crate) fn forget_managing_identity(&mut self, gone: IdentityId) {
        let Body::Entry(draft) = &mut self.body else { return };
        for one in &mut draft.management {
            for named in one.way.identities_mut() {
                *named = named.filter(|id| *id != gone);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use patchbay_model::{ApiError, ManagementId};

    fn of(way: ManagementWay) -> Management {
        Management { id: ManagementId::new(), name: " BMC ".into(), way }
    }

    fn bmc(address: &str, suite: Option<u8>) -> Management {
        of(ManagementWay::Bmc {
            protocol: BmcProtocol::Ipmi,
            address: address.into(),
            port: None,
            identity: None,
            system: Some("1".into()),
            suite,
            unprotected: false,
        })
    }

    #[test]
    fn what_is_kept_is_tidy() {
        let kept = way(bmc(" 198.51.100.7 ", Some(17))).unwrap();
        assert_eq!(kept.name, "BMC");
        let ManagementWay::Bmc { address, system, .. } = kept.way else { return };
        assert_eq!((address.as_str(), system), ("198.51.100.7", None));
        assert!(way(bmc("", None)).is_ok(), "the machine's own address");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let pdu = NodeId::new();
        let outlet = |outlet: &str| of(ManagementWay::Outlet { pdu, outlet: outlet.into() });
        assert!(way(outlet("1.7")).is_ok());
        for bad in [
            bmc("two words", None),
            bmc("host", Some(1)),
            outlet(""),
            outlet("seven"),
            of(ManagementWay::Guest { cluster: pdu, guest: 7 }),
        ] {
            assert!(ApiError::from(way(bad).unwrap_err()).field.is_some());
        }
        let twice = outlet("1");
        assert!(checked(vec![twice.clone(), twice]).is_err());
    }
}
