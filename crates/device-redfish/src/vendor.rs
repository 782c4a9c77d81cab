//! Where machines differ in ways that they do not say themselves: one table.
//!
//! What a machine says (allowable values, actions, etags) or shows by refusing is taken from there, whoever made it.
//! Sources: [A] `plugins/module_utils/_redfish_utils.py` of ansible-collections/community.general; [S] `sushy/resources` of
//! openstack/sushy; [B] `redfish-core/lib/service_root.hpp` of openbmc/bmcweb.

use crate::json::{at, text};
use serde_json::Value;

/// Who made a management controller, as far as it makes a difference.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Vendor {
    /// iDRAC.
    Dell,
    /// iLO.
    Hpe,
    /// XClarity Controller.
    Lenovo,
    /// X11 and later.
    Supermicro,
    /// OpenStack's emulator.
    Sushy,
    /// Anybody else: as the schemas say.
    Other,
}

/// What is different there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Facts {
    /// Whose.
    pub vendor: Vendor,
    /// What the service root says of it: its `Vendor`, a key below its `Oem`, or its `Id`.
    pub names: &'static [&'static str],
    /// Accounts are slots: one without a name is filled, and emptied in place of being deleted. The first is reserved.
    pub account_slots: bool,
    /// A CD of virtual media boots as `UsbCd`, where that is offered.
    pub cd_is_usb: bool,
    /// Virtual media whose ids begin so take no image over the network.
    pub other_media: &'static [&'static str],
    /// Where this is known from.
    pub source: &'static str,
}

const PLAIN: Facts = Facts {
    vendor: Vendor::Other,
    names: &[],
    account_slots: false,
    cd_is_usb: false,
    other_media: &[],
    source: "the schemas; OpenBMC is here, whose root names nobody ([B])",
};

/// The table.
pub const FACTS: &[Facts] = &[
    Facts {
        vendor: Vendor::Dell,
        names: &["Dell"],
        account_slots: true,
        source: "[A] add_user_via_patch, _find_empty_account_slot, delete_user_via_patch",
        ..PLAIN
    },
    Facts {
        vendor: Vendor::Hpe,
        names: &["HPE", "Hpe", "Hp"],
        source: "[A] _get_vendor: iLO 4 says Hp; virtual_media_insert: it refuses Inserted and WriteProtected",
        ..PLAIN
    },
    Facts {
        vendor: Vendor::Lenovo,
        names: &["Lenovo"],
        other_media: &["RDOC", "Remote"],
        source: "[A] _find_empty_virt_media_slot; [S] insert_media: older ones take an image by PATCH only",
        ..PLAIN
    },
    Facts {
        vendor: Vendor::Supermicro,
        names: &["Supermicro"],
        cd_is_usb: true,
        source: "[S] set_system_boot_options; insert_media: X11 refuses Inserted and WriteProtected",
        ..PLAIN
    },
    Facts {
        vendor: Vendor::Sushy,
        names: &["RedvirtService"],
        source: "sushy-tools 2.2: no sessions, no accounts; power takes 1 to 11 s",
        ..PLAIN
    },
    PLAIN,
];

impl Vendor {
    /// Whose service root this is.
    #[must_use]
    pub fn of(root: &Value) -> Self {
        let vendor = text(root, &["Vendor"]);
        let id = text(root, &["Id"]);
        let oem = at(root, &["Oem"]);
        let is = |name: &&str| {
            let is = |said: &Option<String>| {
                said.as_deref().is_some_and(|said| said.eq_ignore_ascii_case(name))
            };
            is(&vendor) || is(&id) || oem.get(name).is_some()
        };
        let known = FACTS.iter().find(|facts| facts.names.iter().any(is));
        known.map_or(Self::Other, |facts| facts.vendor)
    }

    /// What is different there.
    #[must_use]
    pub fn facts(self) -> Facts {
        FACTS.iter().find(|facts| facts.vendor == self).copied().unwrap_or(PLAIN)
    }
}

#[cfg(test)]
mod tests {
    use super::Vendor;
    use serde_json::json;

    #[test]
    fn a_root_says_whose_it_is() {
        assert_eq!(Vendor::of(&json!({"Vendor": "Dell", "Oem": {"Dell": {}}})), Vendor::Dell);
        assert_eq!(Vendor::of(&json!({"Oem": {"Hp": {}}})), Vendor::Hpe);
        assert_eq!(Vendor::of(&json!({"Vendor": "SUPERMICRO"})), Vendor::Supermicro);
        assert_eq!(Vendor::of(&json!({"Id": "RedvirtService"})), Vendor::Sushy);
        assert_eq!(Vendor::of(&json!({"Vendor": 7, "Oem": []})), Vendor::Other);
        // As OpenBMC's.
        assert_eq!(Vendor::of(&json!({"Id": "RootService"})), Vendor::Other);
        assert!(Vendor::Dell.facts().account_slots && !Vendor::Other.facts().account_slots);
    }
}
