//! The families: object identifiers, numbers and scales, each from the maker's module that is named beside it.
//!
//! A family whose module could not be read is not here, whatever others say of its objects.

use super::{Commands, Family, Kind, Meter, Meters, States};

const NOTHING: Meters = Meters { amperes: None, volts: None, watts: None, kilowatt_hours: None };

/// All families.
pub const FAMILIES: &[Family] = &[
    // PowerNet-MIB: rPDUOutletStatusOutletName, …OutletState, rPDUOutletControlOutletCommand, rPDUOutletStatusLoad (tenths of
    // amperes). Of the whole: rPDULoadStatusLoad has phases and their banks, which would count twice, so only
    // rPDUIdentDevicePowerWatts.
    Family {
        key: "apc",
        title: "APC switched rack PDUs",
        mib: "PowerNet-MIB",
        name: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 12, 3, 5, 1, 1, 2],
        state: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 12, 3, 5, 1, 1, 4],
        states: States::Listed { on: &[1], off: &[2], pending: &[] },
        command: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 12, 3, 3, 1, 1, 4],
        commands: Commands { on: 1, off: 2, cycle: Some(3) },
        kind: Kind::Integer,
        outlet: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 12, 3, 5, 1, 1, 7],
                per_unit: 10.0,
            }),
            volts: None,
            watts: None,
            kilowatt_hours: None,
        },
        whole: Meters {
            amperes: None,
            volts: None,
            watts: Some(Meter { column: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 12, 1, 16], per_unit: 1.0 }),
            kilowatt_hours: None,
        },
    },
    // CPDU-MIB: pduOutletSwitchedStatusName, …State, pduOutletSwitchedControlCommand, pduOutletMeteredStatusCurrent (hundredths
    // of amperes), …ActivePower, …ResettableEnergy (tenths of kilowatt-hours); pduUnitStatusActivePower, …Energy.
    Family {
        key: "apcCpdu",
        title: "APC Easy Rack PDUs",
        mib: "CPDU-MIB",
        name: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 32, 5, 4, 1, 3],
        state: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 32, 5, 4, 1, 4],
        states: States::Listed { on: &[1], off: &[0], pending: &[] },
        command: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 32, 5, 5, 1, 4],
        commands: Commands { on: 2, off: 1, cycle: Some(5) },
        kind: Kind::Integer,
        outlet: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 32, 5, 9, 1, 5],
                per_unit: 100.0,
            }),
            volts: None,
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 32, 5, 9, 1, 6],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 32, 5, 9, 1, 11],
                per_unit: 10.0,
            }),
        },
        whole: Meters {
            amperes: None,
            volts: None,
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 32, 2, 4, 1, 4],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 318, 1, 1, 32, 2, 4, 1, 9],
                per_unit: 10.0,
            }),
        },
    },
    // ES-RACKTIVITY-MIB, the table of power modules: pPortName, pStatePortCur (whose even numbers are all off, whose odd ones
    // all on), pPortState, pCurrent (thousandths), pPower, pActiveEnergy (thousandths of kilowatt-hours), pTotalRealPower.
    Family {
        key: "racktivityEnergySwitch",
        title: "Racktivity EnergySwitch",
        mib: "ES-RACKTIVITY-MIB",
        name: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 10034],
        state: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 8],
        states: States::OddIsOn,
        command: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 10035],
        commands: Commands { on: 1, off: 0, cycle: Some(2) },
        kind: Kind::Unsigned,
        outlet: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 6],
                per_unit: 1000.0,
            }),
            volts: None,
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 7],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 9],
                per_unit: 1000.0,
            }),
        },
        whole: Meters {
            amperes: None,
            volts: None,
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 18],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 20],
                per_unit: 1000.0,
            }),
        },
    },
    // As the EnergySwitch: one module describes both.
    Family {
        key: "racktivityPowerManager",
        title: "Racktivity PowerManager",
        mib: "ES-RACKTIVITY-MIB",
        name: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 10034],
        state: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 8],
        states: States::OddIsOn,
        command: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 10035],
        commands: Commands { on: 1, off: 0, cycle: Some(2) },
        kind: Kind::Unsigned,
        outlet: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 6],
                per_unit: 1000.0,
            }),
            volts: None,
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 7],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 9],
                per_unit: 1000.0,
            }),
        },
        whole: Meters {
            amperes: None,
            volts: None,
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 18],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 34097, 9, 80, 1, 1, 20],
                per_unit: 1000.0,
            }),
        },
    },
    // CPS-MIB: atsOutletStatusOutletName, …OutletState, atsOutletCtrlCommand. Of the whole: atsLoadStatusPhaseLoad (tenths of
    // amperes), …PhasePower.
    Family {
        key: "cyberpowerAts",
        title: "CyberPower transfer switches",
        mib: "CPS-MIB",
        name: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 5, 6, 3, 1, 2],
        state: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 5, 6, 3, 1, 3],
        states: States::Listed { on: &[1], off: &[2], pending: &[] },
        command: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 5, 6, 5, 1, 3],
        commands: Commands { on: 2, off: 3, cycle: Some(4) },
        kind: Kind::Integer,
        outlet: NOTHING,
        whole: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 5, 5, 2, 2, 1, 3],
                per_unit: 10.0,
            }),
            volts: None,
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 5, 5, 2, 2, 1, 5],
                per_unit: 1.0,
            }),
            kilowatt_hours: None,
        },
    },
    // CPS-MIB: ePDU2OutletSwitchedStatusName, …State, ePDU2OutletSwitchedControlCommand, ePDU2OutletMeteredStatusLoad (tenths of
    // amperes), …ActivePower, …Energy (tenths of kilowatt-hours); ePDU2DeviceStatusCurrentLoad, …PowerLoad, …Energy.
    Family {
        key: "cyberpowerEpdu2",
        title: "CyberPower PDUs",
        mib: "CPS-MIB",
        name: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 6, 6, 1, 4, 1, 4],
        state: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 6, 6, 1, 4, 1, 5],
        states: States::Listed { on: &[1], off: &[2], pending: &[] },
        command: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 6, 6, 1, 5, 1, 5],
        commands: Commands { on: 1, off: 2, cycle: Some(3) },
        kind: Kind::Integer,
        outlet: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 6, 6, 2, 4, 1, 6],
                per_unit: 10.0,
            }),
            volts: None,
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 6, 6, 2, 4, 1, 7],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 6, 6, 2, 4, 1, 11],
                per_unit: 10.0,
            }),
        },
        whole: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 6, 3, 4, 1, 5],
                per_unit: 10.0,
            }),
            volts: None,
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 6, 3, 4, 1, 18],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 3808, 1, 1, 6, 3, 4, 1, 9],
                per_unit: 10.0,
            }),
        },
    },
    // DellrPDU-MIB: rPDUOutletSwitchedStatusName, …State, rPDUOutletSwitchedControlCmd. Its metered outlets have no scale that
    // two models agree on and are left out. Of the whole: rPDUPhaseStatusCurrent (tenths of amperes), …Voltage,
    // rPDUDeviceStatusPower (hundredths of kilowatts), …Energy (tenths of kilowatt-hours).
    Family {
        key: "dellrPdu",
        title: "Dell rack PDUs",
        mib: "DellrPDU-MIB",
        name: &[1, 3, 6, 1, 4, 1, 674, 10903, 200, 2, 200, 130, 1, 2, 1, 3],
        state: &[1, 3, 6, 1, 4, 1, 674, 10903, 200, 2, 200, 130, 1, 2, 1, 4],
        states: States::Listed { on: &[1], off: &[2], pending: &[] },
        command: &[1, 3, 6, 1, 4, 1, 674, 10903, 200, 2, 200, 130, 1, 4, 1, 4],
        commands: Commands { on: 1, off: 2, cycle: Some(3) },
        kind: Kind::Integer,
        outlet: NOTHING,
        whole: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 674, 10903, 200, 2, 200, 120, 2, 1, 4],
                per_unit: 10.0,
            }),
            volts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 674, 10903, 200, 2, 200, 120, 2, 1, 5],
                per_unit: 1.0,
            }),
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 674, 10903, 200, 2, 200, 110, 2, 1, 3],
                per_unit: 0.1,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 674, 10903, 200, 2, 200, 110, 2, 1, 4],
                per_unit: 10.0,
            }),
        },
    },
    // ENLOGIC-PDU-MIB: pduOutletSwitchedStatusName, …State, pduOutletSwitchedControlCommand, pduOutletMeteredStatusCurrent
    // (hundredths of amperes), …ActivePower, …ResettableEnergy (tenths of kilowatt-hours); pduUnitStatusActivePower, …Energy.
    Family {
        key: "enlogicv1",
        title: "Enlogic PDUs",
        mib: "ENLOGIC-PDU-MIB",
        name: &[1, 3, 6, 1, 4, 1, 38446, 1, 5, 4, 1, 3],
        state: &[1, 3, 6, 1, 4, 1, 38446, 1, 5, 4, 1, 4],
        states: States::Listed { on: &[1], off: &[0], pending: &[] },
        command: &[1, 3, 6, 1, 4, 1, 38446, 1, 5, 5, 1, 4],
        commands: Commands { on: 2, off: 1, cycle: Some(5) },
        kind: Kind::Integer,
        outlet: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 38446, 1, 5, 9, 1, 5],
                per_unit: 100.0,
            }),
            volts: None,
            watts: Some(Meter { column: &[1, 3, 6, 1, 4, 1, 38446, 1, 5, 9, 1, 6], per_unit: 1.0 }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 38446, 1, 5, 9, 1, 11],
                per_unit: 10.0,
            }),
        },
        whole: Meters {
            amperes: None,
            volts: None,
            watts: Some(Meter { column: &[1, 3, 6, 1, 4, 1, 38446, 1, 2, 4, 1, 4], per_unit: 1.0 }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 38446, 1, 2, 4, 1, 9],
                per_unit: 10.0,
            }),
        },
    },
    // VERTIV-V5-MIB: pduOutletSwitchLabel, …State (on2off, off2on, rebootOn and rebootOff are on their way), …Control,
    // pduOutletMeterCurrent (hundredths of amperes), …Voltage (tenths), …RealPower, …Energy (watt-hours); pduPhaseVoltage,
    // pduPhaseCurrent, pduTotalRealPower, pduTotalEnergy.
    Family {
        key: "geistV5",
        title: "Geist and Vertiv PDUs, version 5",
        mib: "VERTIV-V5-MIB",
        name: &[1, 3, 6, 1, 4, 1, 21239, 5, 2, 3, 5, 1, 3],
        state: &[1, 3, 6, 1, 4, 1, 21239, 5, 2, 3, 5, 1, 4],
        states: States::Listed { on: &[1], off: &[2], pending: &[3, 4, 5, 6] },
        command: &[1, 3, 6, 1, 4, 1, 21239, 5, 2, 3, 5, 1, 6],
        commands: Commands { on: 2, off: 4, cycle: Some(6) },
        kind: Kind::Integer,
        outlet: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 21239, 5, 2, 3, 6, 1, 8],
                per_unit: 100.0,
            }),
            volts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 21239, 5, 2, 3, 6, 1, 4],
                per_unit: 10.0,
            }),
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 21239, 5, 2, 3, 6, 1, 12],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 21239, 5, 2, 3, 6, 1, 15],
                per_unit: 1000.0,
            }),
        },
        whole: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 21239, 5, 2, 3, 2, 1, 8],
                per_unit: 100.0,
            }),
            volts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 21239, 5, 2, 3, 2, 1, 4],
                per_unit: 10.0,
            }),
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 21239, 5, 2, 3, 1, 1, 9],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 21239, 5, 2, 3, 1, 1, 12],
                per_unit: 1000.0,
            }),
        },
    },
    // PDU-MIB: outletLabel, outletOperationalState (also its command), outletCurrent (thousandths), outletVoltage (thousandths),
    // outletActivePower, outletWattHours; inletCurrent, inletVoltage, inletActivePower, inletActiveEnergy (watt-hours).
    Family {
        key: "raritanDominionPduMib1",
        title: "Raritan Dominion PX",
        mib: "PDU-MIB",
        name: &[1, 3, 6, 1, 4, 1, 13742, 4, 1, 2, 2, 1, 2],
        state: &[1, 3, 6, 1, 4, 1, 13742, 4, 1, 2, 2, 1, 3],
        states: States::Listed { on: &[1], off: &[0], pending: &[2] },
        command: &[1, 3, 6, 1, 4, 1, 13742, 4, 1, 2, 2, 1, 3],
        commands: Commands { on: 1, off: 0, cycle: Some(2) },
        kind: Kind::Integer,
        outlet: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 13742, 4, 1, 2, 2, 1, 4],
                per_unit: 1000.0,
            }),
            volts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 13742, 4, 1, 2, 2, 1, 6],
                per_unit: 1000.0,
            }),
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 13742, 4, 1, 2, 2, 1, 7],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 13742, 4, 1, 2, 2, 1, 31],
                per_unit: 1000.0,
            }),
        },
        whole: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 13742, 4, 1, 20, 2, 1, 7],
                per_unit: 1000.0,
            }),
            volts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 13742, 4, 1, 20, 2, 1, 8],
                per_unit: 1000.0,
            }),
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 13742, 4, 1, 20, 2, 1, 9],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 13742, 4, 1, 20, 2, 1, 12],
                per_unit: 1000.0,
            }),
        },
    },
    // Sentry4-MIB: st4OutletName, st4OutletState, st4OutletControlAction, st4OutletCurrent (hundredths), st4OutletVoltage
    // (tenths), st4OutletActivePower, st4OutletEnergy (watt-hours), by unit, cord and outlet; st4LineCurrent,
    // st4InputCordActivePower, st4InputCordEnergy (tenths of kilowatt-hours).
    Family {
        key: "sentry4",
        title: "Server Technology Sentry, version 4",
        mib: "Sentry4-MIB",
        name: &[1, 3, 6, 1, 4, 1, 1718, 4, 1, 8, 2, 1, 3],
        state: &[1, 3, 6, 1, 4, 1, 1718, 4, 1, 8, 3, 1, 1],
        states: States::Listed { on: &[1], off: &[2], pending: &[] },
        command: &[1, 3, 6, 1, 4, 1, 1718, 4, 1, 8, 5, 1, 2],
        commands: Commands { on: 1, off: 2, cycle: Some(3) },
        kind: Kind::Integer,
        outlet: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 4, 1, 8, 3, 1, 3],
                per_unit: 100.0,
            }),
            volts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 4, 1, 8, 3, 1, 6],
                per_unit: 10.0,
            }),
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 4, 1, 8, 3, 1, 7],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 4, 1, 8, 3, 1, 14],
                per_unit: 1000.0,
            }),
        },
        whole: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 4, 1, 4, 3, 1, 3],
                per_unit: 100.0,
            }),
            volts: None,
            watts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 4, 1, 3, 3, 1, 3],
                per_unit: 1.0,
            }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 4, 1, 3, 3, 1, 10],
                per_unit: 10.0,
            }),
        },
    },
    // Sentry3-MIB: outletName, outletStatus (offWait and onWait are on their way), outletControlAction, outletLoadValue
    // (hundredths of amperes), outletVoltage (tenths), outletPower, outletEnergy (watt-hours), by tower, feed and outlet;
    // infeedLoadValue, infeedVoltage, infeedPower, infeedEnergy (tenths of kilowatt-hours).
    Family {
        key: "sentry3",
        title: "Server Technology Sentry, version 3",
        mib: "Sentry3-MIB",
        name: &[1, 3, 6, 1, 4, 1, 1718, 3, 2, 3, 1, 3],
        state: &[1, 3, 6, 1, 4, 1, 1718, 3, 2, 3, 1, 5],
        states: States::Listed { on: &[1], off: &[0], pending: &[2, 3] },
        command: &[1, 3, 6, 1, 4, 1, 1718, 3, 2, 3, 1, 11],
        commands: Commands { on: 1, off: 2, cycle: Some(3) },
        kind: Kind::Integer,
        outlet: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 3, 2, 3, 1, 7],
                per_unit: 100.0,
            }),
            volts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 3, 2, 3, 1, 13],
                per_unit: 10.0,
            }),
            watts: Some(Meter { column: &[1, 3, 6, 1, 4, 1, 1718, 3, 2, 3, 1, 14], per_unit: 1.0 }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 3, 2, 3, 1, 18],
                per_unit: 1000.0,
            }),
        },
        whole: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 3, 2, 2, 1, 7],
                per_unit: 100.0,
            }),
            volts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 3, 2, 2, 1, 11],
                per_unit: 10.0,
            }),
            watts: Some(Meter { column: &[1, 3, 6, 1, 4, 1, 1718, 3, 2, 2, 1, 12], per_unit: 1.0 }),
            kilowatt_hours: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 1718, 3, 2, 2, 1, 16],
                per_unit: 10.0,
            }),
        },
    },
    // IPOMANII-MIB: outletConfigDesc, outletStatusStatus, outletControlControl, outletStatusCurrent (thousandths); inletStatusVoltage
    // (tenths), inletStatusCurrent (thousandths). Its columns of power are described as energy and are left out.
    Family {
        key: "ipoman",
        title: "Ingrasys iPoMan II",
        mib: "IPOMANII-MIB",
        name: &[1, 3, 6, 1, 4, 1, 2468, 1, 4, 2, 1, 3, 2, 2, 1, 2],
        state: &[1, 3, 6, 1, 4, 1, 2468, 1, 4, 2, 1, 3, 2, 3, 1, 2],
        states: States::Listed { on: &[3], off: &[2], pending: &[4, 5, 6] },
        command: &[1, 3, 6, 1, 4, 1, 2468, 1, 4, 2, 1, 3, 2, 4, 1, 2],
        commands: Commands { on: 3, off: 4, cycle: Some(5) },
        kind: Kind::Integer,
        outlet: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 2468, 1, 4, 2, 1, 3, 2, 3, 1, 3],
                per_unit: 1000.0,
            }),
            volts: None,
            watts: None,
            kilowatt_hours: None,
        },
        whole: Meters {
            amperes: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 2468, 1, 4, 2, 1, 3, 1, 3, 1, 3],
                per_unit: 1000.0,
            }),
            volts: Some(Meter {
                column: &[1, 3, 6, 1, 4, 1, 2468, 1, 4, 2, 1, 3, 1, 3, 1, 2],
                per_unit: 10.0,
            }),
            watts: None,
            kilowatt_hours: None,
        },
    },
];
