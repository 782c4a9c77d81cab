//! Sensor types, states and events in words (tables 42-1 to 42-3).

/// By sensor type.
const TYPES: [&str; 0x2d] = [
    "Reserved",
    "Temperature",
    "Voltage",
    "Current",
    "Fan",
    "Physical Security",
    "Platform Security",
    "Processor",
    "Power Supply",
    "Power Unit",
    "Cooling Device",
    "Other",
    "Memory",
    "Drive Slot / Bay",
    "POST Memory Resize",
    "System Firmwares",
    "Event Logging Disabled",
    "Watchdog1",
    "System Event",
    "Critical Interrupt",
    "Button",
    "Module / Board",
    "Microcontroller",
    "Add-in Card",
    "Chassis",
    "Chip Set",
    "Other FRU",
    "Cable / Interconnect",
    "Terminator",
    "System Boot Initiated",
    "Boot Error",
    "OS Boot",
    "OS Critical Stop",
    "Slot / Connector",
    "System ACPI Power State",
    "Watchdog2",
    "Platform Alert",
    "Entity Presence",
    "Monitor ASIC",
    "LAN",
    "Management Subsys Health",
    "Battery",
    "Session Audit",
    "Version Change",
    "FRU State",
];

/// What a sensor of this type is for.
pub(crate) const fn sensor_type(kind: u8) -> &'static str {
    if (kind as usize) < TYPES.len() {
        #[expect(clippy::indexing_slicing, reason = "just compared")]
        TYPES[kind as usize]
    } else if kind >= 0xc0 {
        "OEM"
    } else {
        "Unknown"
    }
}

/// States of the reading types 1 to 12.
const fn generic(reading: u8) -> &'static [&'static str] {
    match reading {
        1 => &[
            "Lower Non-critical going low",
            "Lower Non-critical going high",
            "Lower Critical going low",
            "Lower Critical going high",
            "Lower Non-recoverable going low",
            "Lower Non-recoverable going high",
            "Upper Non-critical going low",
            "Upper Non-critical going high",
            "Upper Critical going low",
            "Upper Critical going high",
            "Upper Non-recoverable going low",
            "Upper Non-recoverable going high",
        ],
        2 => &["Transition to Idle", "Transition to Active", "Transition to Busy"],
        3 => &["State Deasserted", "State Asserted"],
        4 => &["Predictive Failure Deasserted", "Predictive Failure Asserted"],
        5 => &["Limit Not Exceeded", "Limit Exceeded"],
        6 => &["Performance Met", "Performance Lags"],
        7 => &[
            "Transition to OK",
            "Transition to Non-critical from OK",
            "Transition to Critical from less severe",
            "Transition to Non-recoverable from less severe",
            "Transition to Non-critical from more severe",
            "Transition to Critical from Non-recoverable",
            "Transition to Non-recoverable",
            "Monitor",
            "Informational",
        ],
        8 => &["Device Absent", "Device Present"],
        9 => &["Device Disabled", "Device Enabled"],
        10 => &[
            "Transition to Running",
            "Transition to In Test",
            "Transition to Power Off",
            "Transition to On Line",
            "Transition to Off Line",
            "Transition to Off Duty",
            "Transition to Degraded",
            "Transition to Power Save",
            "Install Error",
        ],
        11 => &[
            "Fully Redundant",
            "Redundancy Lost",
            "Redundancy Degraded",
            "Non-Redundant: Sufficient from Redundant",
            "Non-Redundant: Sufficient from Insufficient",
            "Non-Redundant: Insufficient Resources",
            "Redundancy Degraded from Fully Redundant",
            "Redundancy Degraded from Non-Redundant",
        ],
        12 => &["D0 Power State", "D1 Power State", "D2 Power State", "D3 Power State"],
        _ => &[],
    }
}

/// States that only sensors of one type have.
const fn specific(kind: u8) -> &'static [&'static str] {
    match kind {
        0x05 => &[
            "General Chassis intrusion",
            "Drive Bay intrusion",
            "I/O Card area intrusion",
            "Processor area intrusion",
            "System unplugged from LAN",
            "Unauthorized dock",
            "FAN area intrusion",
        ],
        0x06 => &[
            "Front Panel Lockout violation attempted",
            "Pre-boot password violation - user password",
            "Pre-boot password violation - setup password",
            "Pre-boot password violation - network boot password",
            "Other pre-boot password violation",
            "Out-of-band access password violation",
        ],
        0x07 => &[
            "IERR",
            "Thermal Trip",
            "FRB1/BIST failure",
            "FRB2/Hang in POST failure",
            "FRB3/Processor startup/init failure",
            "Configuration Error",
            "SM BIOS Uncorrectable CPU-complex Error",
            "Presence detected",
            "Disabled",
            "Terminator presence detected",
            "Throttled",
            "Uncorrectable machine check exception",
            "Correctable machine check error",
        ],
        0x08 => &[
            "Presence detected",
            "Failure detected",
            "Predictive failure",
            "Power Supply AC lost",
            "AC lost or out-of-range",
            "AC out-of-range, but present",
            "Config Error",
            "Power Supply Inactive",
        ],
        0x09 => &[
            "Power off/down",
            "Power cycle",
            "240VA power down",
            "Interlock power down",
            "AC lost",
            "Soft-power control failure",
            "Failure detected",
            "Predictive failure",
        ],
        0x0c => &[
            "Correctable ECC",
            "Uncorrectable ECC",
            "Parity",
            "Memory Scrub Failed",
            "Memory Device Disabled",
            "Correctable ECC logging limit reached",
            "Presence Detected",
            "Configuration Error",
            "Spare",
            "Throttled",
            "Critical Overtemperature",
        ],
        0x0d => &[
            "Drive Present",
            "Drive Fault",
            "Predictive Failure",
            "Hot Spare",
            "Parity Check In Progress",
            "In Critical Array",
            "In Failed Array",
            "Rebuild In Progress",
            "Rebuild Aborted",
        ],
        0x0f => &["Error", "Hang", "Progress"],
        0x10 => &[
            "Correctable memory error logging disabled",
            "Event logging disabled",
            "Log area reset/cleared",
            "All event logging disabled",
            "Log full",
            "Log almost full",
            "Correctable machine check error logging disabled",
        ],
        0x11 => &[
            "BIOS Reset",
            "OS Reset",
            "OS Shut Down",
            "OS Power Down",
            "OS Power Cycle",
            "OS NMI/Diag Interrupt",
            "OS Expired",
            "OS pre-timeout Interrupt",
        ],
        0x12 => &[
            "System Reconfigured",
            "OEM System boot event",
            "Undetermined system hardware failure",
            "Entry added to auxiliary log",
            "PEF Action",
            "Timestamp Clock Sync",
        ],
        0x13 => &[
            "NMI/Diag Interrupt",
            "Bus Timeout",
            "I/O Channel check NMI",
            "Software NMI",
            "PCI PERR",
            "PCI SERR",
            "EISA failsafe timeout",
            "Bus Correctable error",
            "Bus Uncorrectable error",
            "Fatal NMI",
            "Bus Fatal Error",
            "Bus Degraded",
        ],
        0x14 => &[
            "Power Button pressed",
            "Sleep Button pressed",
            "Reset Button pressed",
            "FRU Latch",
            "FRU Service",
        ],
        0x19 => &["Soft Power Control Failure", "Thermal Trip"],
        0x1b => &["Connected", "Config Error"],
        0x1d => &[
            "Initiated by power up",
            "Initiated by hard reset",
            "Initiated by warm reset",
            "User requested PXE boot",
            "Automatic boot to diagnostic",
            "OS initiated hard reset",
            "OS initiated warm reset",
            "System Restart",
        ],
        0x1e => &[
            "No bootable media",
            "Non-bootable disk in drive",
            "PXE server not found",
            "Invalid boot sector",
            "Timeout waiting for selection",
        ],
        0x1f => &[
            "A: boot completed",
            "C: boot completed",
            "PXE boot completed",
            "Diagnostic boot completed",
            "CD-ROM boot completed",
            "ROM boot completed",
            "boot completed - device not specified",
            "Installation started",
            "Installation completed",
            "Installation aborted",
            "Installation failed",
        ],
        0x20 => &[
            "Error during system startup",
            "Run-time critical stop",
            "OS graceful stop",
            "OS graceful shutdown",
            "PEF initiated soft shutdown",
            "Agent not responding",
        ],
        0x21 => &[
            "Fault Status",
            "Identify Status",
            "Device Installed",
            "Ready for Device Installation",
            "Ready for Device Removal",
            "Slot Power is Off",
            "Device Removal Request",
            "Interlock",
            "Slot is Disabled",
            "Spare Device",
        ],
        0x22 => &[
            "S0/G0: working",
            "S1: sleeping with system hw & processor context maintained",
            "S2: sleeping, processor context lost",
            "S3: sleeping, processor & hw context lost, memory retained",
            "S4: non-volatile sleep/suspend-to-disk",
            "S5/G2: soft-off",
            "S4/S5: soft-off",
            "G3: mechanical off",
            "Sleeping in S1/S2/S3 state",
            "G1: sleeping",
            "S5: entered by override",
            "Legacy ON state",
            "Legacy OFF state",
            "Unknown",
        ],
        0x23 => &[
            "Timer expired",
            "Hard reset",
            "Power down",
            "Power cycle",
            "",
            "",
            "",
            "",
            "Timer interrupt",
        ],
        0x24 => &[
            "Platform generated page",
            "Platform generated LAN alert",
            "Platform Event Trap generated",
            "Platform generated SNMP trap, OEM format",
        ],
        0x25 => &["Present", "Absent", "Disabled"],
        0x27 => &["Heartbeat Lost", "Heartbeat"],
        0x28 => &[
            "Sensor access degraded or unavailable",
            "Controller access degraded or unavailable",
            "Management controller off-line",
            "Management controller unavailable",
            "Sensor failure",
            "FRU failure",
        ],
        0x29 => &["Low", "Failed", "Presence Detected"],
        0x2a => &[
            "Activated",
            "Deactivated",
            "Invalid username or password",
            "Invalid password disable",
        ],
        0x2b => &[
            "Hardware change detected",
            "Firmware or software change detected",
            "Hardware incompatibility detected",
            "Firmware or software incompatibility detected",
            "Invalid or unsupported hardware version",
            "Invalid or unsupported firmware or software version",
            "Hardware change success",
            "Firmware or software change success",
        ],
        0x2c => &[
            "Not Installed",
            "Inactive",
            "Activation Requested",
            "Activation in Progress",
            "Active",
            "Deactivation Requested",
            "Deactivation in Progress",
            "Communication lost",
        ],
        _ => &[],
    }
}

/// The states of a sensor by its reading type and type.
const fn states(reading: u8, kind: u8) -> &'static [&'static str] {
    if reading == 0x6f { specific(kind) } else { generic(reading) }
}

/// A state in words; "state n" where only the vendor knows.
pub(crate) fn state(reading: u8, kind: u8, offset: u8) -> &'static str {
    const NUMBERED: [&str; 16] = [
        "state 0", "state 1", "state 2", "state 3", "state 4", "state 5", "state 6", "state 7",
        "state 8", "state 9", "state 10", "state 11", "state 12", "state 13", "state 14",
        "state 15",
    ];
    let at = usize::from(offset & 0xf);
    let known = states(reading, kind).get(at).copied().filter(|name| !name.is_empty());
    known.or_else(|| NUMBERED.get(at).copied()).unwrap_or_default()
}

/// The states that hold, by their bits.
pub(crate) fn holding(reading: u8, kind: u8, bits: u16) -> Vec<&'static str> {
    (0..15).filter(|bit| bits & (1 << bit) != 0).map(|bit| state(reading, kind, bit)).collect()
}

#[cfg(test)]
mod tests {
    use super::{holding, sensor_type, state};

    #[test]
    fn words() {
        assert_eq!((sensor_type(0x2c), sensor_type(0x23)), ("FRU State", "Watchdog2"));
        assert_eq!((sensor_type(0x2d), sensor_type(0xc3)), ("Unknown", "OEM"));
        assert_eq!(state(1, 1, 9), "Upper Critical going high");
        assert_eq!(state(0x6f, 0x0c, 1), "Uncorrectable ECC");
        assert_eq!(state(0x6f, 0x23, 8), "Timer interrupt");
        assert_eq!(holding(0x6f, 0x23, 0x11), ["Timer expired", "state 4"]);
        assert_eq!(holding(0x70, 0xc0, 0x8002), ["state 1"], "bit 15 is reserved");
    }
}
