//! Power units: outlets and what they carry.
//!
//! Which family a unit is of is said by its way, or found out once: by its maker's number in `sysObjectID`, then by whose
//! table of outlets has rows. Deliberately absent: the families' facts (`patchbay-device-snmp`).

mod outlet;

use super::{
    Devices,
    guard::confirmed,
    reach::{Asked, Trouble, Way},
    snmp::{Reached, about, told},
};
use crate::{Authorized, CoreError, sync};
use outlet::{Switched, Switching};
use patchbay_device_snmp::{
    Agent, Oid, Patience, SnmpError, System,
    columns::{Cells, Index},
    pdu::{self, FAMILIES, Family, Load, Outlet},
};
use patchbay_model::{
    ApiError, ErrorCode, ManagementKind, ManagementWay, NodeId, OutletAction, OutletLoad,
    OutletState, Pdu, PduOutlet, PowerAction, PowerGuard, PowerState, PowerTaken, Timestamp,
};
use std::{sync::Arc, time::Duration};

/// While a unit's family is looked for: one that answered a moment ago answers soon.
const SHORT: Patience =
    Patience { answer: Duration::from_secs(1), repeats: 1, table: Duration::from_secs(10) };

/// A power unit as it was read.
pub(super) struct Unit {
    read: Timestamp,
    system: System,
    family: &'static Family,
    outlets: Vec<Outlet>,
    load: Load,
}

impl Devices<'_> {
    /// A power unit with its outlets.
    pub async fn pdu_get(
        &self,
        entry: &Authorized<NodeId>,
        refresh: bool,
    ) -> Result<Pdu, CoreError> {
        let way = self.way_of(entry, ManagementKind::Snmp)?;
        let reached = self.snmp(&way).await?;
        let unit = Box::pin(self.unit(&way, &reached, refresh)).await?;
        self.shown_unit(&way, &unit)
    }

    /// What is to be known before an outlet is switched.
    pub async fn outlet_guard(
        &self,
        entry: &Authorized<NodeId>,
        outlet: &str,
        action: OutletAction,
    ) -> Result<PowerGuard, CoreError> {
        let way = self.way_of(entry, ManagementKind::Snmp)?;
        let reached = self.snmp(&way).await?;
        let name = self.outlet_name(&way, &reached, outlet).await?;
        self.guard_outlet(way.entry, (outlet.trim(), &name), action).await
    }

    /// Switches an outlet.
    pub async fn outlet_do(
        &self,
        entry: &Authorized<NodeId>,
        outlet: &str,
        action: OutletAction,
        typed: Option<String>,
    ) -> Result<Pdu, CoreError> {
        let guard = self.outlet_guard(entry, outlet, action).await?;
        confirmed(&guard, typed.as_deref())?;
        let way = self.way_of(entry, ManagementKind::Snmp)?;
        let switched = Box::pin(self.switch_outlet(&way, outlet, action)).await;
        self.note_outlet(&way, outlet, action, &switched, None).await;
        if let Switched::Unknown(lost) = switched? {
            return Err(lost);
        }
        self.pdu_get(entry, true).await
    }

    /// Whether an outlet that feeds a machine is on.
    pub(super) async fn outlet_status(&self, way: &Way) -> Result<Asked, Trouble> {
        let (unit, outlet) = self.unit_of(way)?;
        let reached = self.snmp(&unit).await?;
        let index = index(&outlet)?;
        let family = Box::pin(self.family(&unit, &reached)).await?;
        let state = reached.agent.outlet(family, &index).await;
        let power = match state.map_err(|error| told(&unit, &error))? {
            pdu::OutletState::On => PowerState::On,
            pdu::OutletState::Off => PowerState::Off,
            pdu::OutletState::Pending => PowerState::Changing,
            pdu::OutletState::Unknown => PowerState::Unknown,
        };
        let offers = vec![PowerAction::On, PowerAction::Off, PowerAction::Cycle];
        Ok(Asked { power, offers, about: format!("{}, {}", unit.machine(), family.title) })
    }

    /// Switches an outlet that feeds a machine. Nothing is sent twice; what was sent and is not seen is unknown.
    pub(super) async fn outlet_power(
        &self,
        way: &Way,
        action: PowerAction,
    ) -> Result<PowerTaken, Trouble> {
        let action = match action {
            PowerAction::On => OutletAction::On,
            PowerAction::Off => OutletAction::Off,
            PowerAction::Cycle => OutletAction::Cycle,
            _ => {
                let message = "An outlet can be turned on, off and cycled, and nothing else.";
                let error = ApiError::new(ErrorCode::Invalid, message);
                return Err(Trouble::Error(error.next("Choose one of these, or another way.")));
            }
        };
        let (unit, outlet) = self.unit_of(way)?;
        let switched = Box::pin(self.switch_outlet(&unit, &outlet, action)).await;
        // Whoever asks notes it for the machine itself.
        self.note_outlet(&unit, &outlet, action, &switched, Some(way.entry)).await;
        Ok(match switched? {
            Switched::NotNeeded => PowerTaken::NotNeeded,
            Switched::Done => PowerTaken::Done,
            Switched::Unknown(_) => PowerTaken::Unknown,
        })
    }

    /// The unit of an outlet that feeds a machine, and which outlet it is.
    fn unit_of(&self, way: &Way) -> Result<(Way, String), CoreError> {
        let ManagementWay::Outlet { outlet, .. } = &way.management.way else {
            return Err(CoreError::NotFound("outlet"));
        };
        Ok((self.other(way, ManagementKind::Snmp)?, outlet.clone()))
    }

    async fn switch_outlet(
        &self,
        way: &Way,
        outlet: &str,
        action: OutletAction,
    ) -> Result<Switched, CoreError> {
        let index = index(outlet)?;
        let reached = self.snmp(way).await?;
        let family = self.family(way, &reached).await?;
        let switching = Switching {
            way: way.clone(),
            agent: reached.agent.clone(),
            clock: Arc::clone(&self.0.config().clock),
            family,
            index,
        };
        reached.kept.unit.forget();
        // Whoever waits for it may go away, and an outlet that was turned off to be turned on again must not stay off.
        let done = tokio::spawn(switching.run(action)).await;
        reached.kept.unit.forget();
        done.map_err(|_| CoreError::Internal("an outlet was not switched to the end".into()))?
    }

    /// Notes it for the unit and for all machines that the outlet feeds, but not for the one that is left out.
    async fn note_outlet(
        &self,
        way: &Way,
        outlet: &str,
        action: OutletAction,
        switched: &Result<Switched, CoreError>,
        without: Option<NodeId>,
    ) {
        let word = match action {
            OutletAction::On => "on",
            OutletAction::Off => "off",
            OutletAction::Cycle => "off and on again",
        };
        let failed = match switched {
            Ok(Switched::NotNeeded | Switched::Done) => None,
            Ok(Switched::Unknown(error)) | Err(error) => Some(error.to_string()),
        };
        let what = format!("Outlet {} {word}", outlet.trim());
        self.note(way.entry, &what, "SNMP", failed.as_deref()).await;
        let by = format!("outlet {} of {}", outlet.trim(), way.machine());
        let parts = self.parts_of(way.entry).unwrap_or_default();
        for part in parts.iter().filter(|part| part.is_outlet(outlet)) {
            if Some(part.entry) != without {
                self.note(part.entry, &what, &by, failed.as_deref()).await;
            }
        }
    }

    async fn outlet_name(
        &self,
        way: &Way,
        reached: &Reached,
        outlet: &str,
    ) -> Result<String, CoreError> {
        let index = index(outlet)?;
        let unit = Box::pin(self.unit(way, reached, false)).await?;
        let found = unit.outlets.iter().find(|outlet| outlet.index == index);
        let found = found.ok_or_else(|| {
            let message = format!("{} has no outlet {}.", way.machine(), outlet.trim());
            CoreError::invalid("outlet", message, "Choose one that is on the unit's page.")
        })?;
        Ok(found.name.clone())
    }

    async fn unit(
        &self,
        way: &Way,
        reached: &Reached,
        refresh: bool,
    ) -> Result<Arc<Unit>, CoreError> {
        let now = self.0.clock().now();
        if let Some(unit) = reached.kept.unit.fresh(now).filter(|_| !refresh) {
            return Ok(unit);
        }
        let failed = |error| told(way, &error);
        let agent = &reached.agent;
        let system = agent.system().await.map_err(failed)?;
        let family = self.family_of(way, reached, &system).await?;
        let outlets = agent.outlets(family).await.map_err(failed)?;
        let load = agent.load(family).await.map_err(failed)?;
        let read = self.0.clock().wall();
        Ok(reached.kept.unit.keep(now, Unit { read, system, family, outlets, load }))
    }

    async fn family(&self, way: &Way, reached: &Reached) -> Result<&'static Family, CoreError> {
        if let Some(family) = *sync::lock(&reached.kept.family) {
            return Ok(family);
        }
        let system = reached.agent.system().await.map_err(|error| told(way, &error))?;
        self.family_of(way, reached, &system).await
    }

    /// The family of a unit: the one its way names, the one it was found to be of, or the one that it is found to be of now.
    async fn family_of(
        &self,
        way: &Way,
        reached: &Reached,
        system: &System,
    ) -> Result<&'static Family, CoreError> {
        let known = *sync::lock(&reached.kept.family);
        if let Some(family) = known {
            return Ok(family);
        }
        let family = match &way.management.way {
            ManagementWay::Snmp { family: Some(key), .. } => pdu::family(key).ok_or_else(|| {
                CoreError::invalid(
                    "management",
                    format!(
                        "{} is said to be of “{key}”, which is no family of power units.",
                        way.machine()
                    ),
                    "Edit the machine and choose one of the list.",
                )
            })?,
            _ => {
                let agent = self.snmp_with(way, SHORT).await?.agent;
                let found = detected(&agent, system).await;
                found.map_err(|error| told(way, &error))?
            }
        };
        *sync::lock(&reached.kept.family) = Some(family);
        Ok(family)
    }

    fn shown_unit(&self, way: &Way, unit: &Unit) -> Result<Pdu, CoreError> {
        let parts = self.parts_of(way.entry)?;
        let outlet = |outlet: &Outlet| {
            let id = outlet.index.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
            let fed = parts.iter().filter(|part| part.is_outlet(&id));
            PduOutlet {
                feeds: fed.map(|part| (part.entry, part.draft.name.clone())).collect(),
                id,
                name: outlet.name.clone(),
                state: match outlet.state {
                    pdu::OutletState::On => OutletState::On,
                    pdu::OutletState::Off => OutletState::Off,
                    pdu::OutletState::Pending => OutletState::Pending,
                    pdu::OutletState::Unknown => OutletState::Unknown,
                },
                load: load(outlet.load),
            }
        };
        Ok(Pdu {
            read: unit.read,
            family: unit.family.title.to_owned(),
            family_key: unit.family.key.to_owned(),
            about: about(&unit.system),
            cycles: unit.family.commands.cycle.is_some(),
            load: load(unit.load),
            outlets: unit.outlets.iter().map(outlet).collect(),
        })
    }
}

const fn load(load: Load) -> OutletLoad {
    let Load { amperes, volts, watts, kilowatt_hours } = load;
    OutletLoad { amperes, volts, watts, kilowatt_hours }
}

/// An outlet's place, `7` or `1.7`.
fn index(outlet: &str) -> Result<Index, CoreError> {
    let numbers = outlet.trim().split('.').map(|number| number.parse().ok());
    numbers.collect::<Option<Index>>().ok_or_else(|| {
        let message = format!("“{}” is no outlet.", outlet.trim());
        CoreError::invalid("outlet", message, "Write its number, as 7 or 1.7.")
    })
}

/// The first family with outlets there: those of the unit's maker, then the others, since some units go by the number of
/// whoever wrote their agent.
async fn detected(agent: &Agent, system: &System) -> Result<&'static Family, SnmpError> {
    // 1.3.6.1.4.1 and the maker's number.
    let maker = system.object.arcs().get(..7).unwrap_or_default();
    let own = |family: &&Family| !maker.is_empty() && family.state.starts_with(maker);
    let (near, far): (Vec<&Family>, Vec<&Family>) = FAMILIES.iter().partition(own);
    for families in [near, far] {
        let columns: Vec<Oid> = families.iter().map(|f| Oid::from_slice(f.state)).collect();
        let cells = agent.columns(&columns).await?;
        let has_rows = |cells: &Cells| !cells.is_empty();
        if let Some((family, _)) =
            families.into_iter().zip(&cells).find(|(_, cells)| has_rows(cells))
        {
            return Ok(family);
        }
    }
    let what = "outlets that any family of power units would have".to_owned();
    Err(SnmpError::Missing { machine: agent.machine().to_owned(), what })
}
