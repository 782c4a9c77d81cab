//! What a switch would be changed to, kept until somebody wants it.

use super::{Devices, driver::Driver, read::is_called};
use crate::{
    Authorized, CoreError,
    devices::{cli, guard, reach::Way},
    sync,
};
use patchbay_device_switch::{Config, Device as _, Line, Plan, PortConfig, Wish};
use patchbay_model::{
    ManagementKind, NodeId, PlanLine, PowerGuard, SwitchChangeId, SwitchPlan, SwitchWish,
};
use std::time::Duration;

/// How long a plan is good for.
const GOOD: Duration = Duration::from_secs(10 * 60);
/// Wishes of one plan at most.
const WISHES: usize = 1000;

/// A plan that somebody may want.
#[derive(Clone)]
pub(super) struct Planned {
    pub(super) way: Way,
    pub(super) plan: Plan,
    pub(super) guard: PowerGuard,
    made: Duration,
}

impl Devices<'_> {
    /// What a switch would be changed to: read, planned and compared, and nothing done.
    pub async fn switch_plan(
        &self,
        entry: &Authorized<NodeId>,
        wishes: Vec<SwitchWish>,
    ) -> Result<SwitchPlan, CoreError> {
        self.planned(entry, wishes, None).await
    }

    /// The same, with this guard instead of the one that comes of the plan.
    pub(in crate::devices) async fn planned(
        &self,
        entry: &Authorized<NodeId>,
        wishes: Vec<SwitchWish>,
        guard: Option<PowerGuard>,
    ) -> Result<SwitchPlan, CoreError> {
        let (way, id) = (self.changing(entry)?, SwitchChangeId::new());
        let driver = self.driver(&way, id).await?;
        let plan = Box::pin(self.wished(entry, &way, &driver, wishes)).await?;
        let commands = driver.commands(&plan).map_err(|error| cli::refused(&way, &error))?;
        let risks = risks(&plan);
        let guard = match guard {
            Some(guard) => guard,
            None if risks.is_empty() => without_risk(&way, &plan),
            None => self.guard_ports(way.entry, &risks).await?,
        };
        let (diff, own_timer) = (lines(plan.diff()), driver.own_timer());
        let made = self.0.clock().now();
        let mut plans = sync::lock(&self.0.devices.snmp.changes.plans);
        plans.retain(|_, planned| planned.is_good(made));
        plans.insert(id, Planned { way, plan, guard: guard.clone(), made });
        drop(plans);
        Ok(SwitchPlan { id, diff, commands, own_timer, guard })
    }

    async fn wished(
        &self,
        entry: &Authorized<NodeId>,
        way: &Way,
        driver: &Driver,
        mut wishes: Vec<SwitchWish>,
    ) -> Result<Plan, CoreError> {
        if wishes.len() > WISHES {
            return Err(CoreError::invalid(
                "wishes",
                format!("These are {} changes, and {WISHES} fit into one plan.", wishes.len()),
                "Make several plans of them.",
            ));
        }
        let before = driver.config().await.map_err(|error| error.told(way))?;
        let platform = match driver {
            Driver::Snmp(_) => None,
            Driver::Cli(cli) => {
                self.by_name(entry, &before, &mut wishes).await?;
                Some(cli.platform())
            }
        };
        let named = |wish| match platform {
            Some(platform) => platform.named(wish),
            None => wish,
        };
        let wishes: Vec<Wish> = wishes.into_iter().map(|one| named(wish(one))).collect();
        Plan::new(before, &wishes).map_err(|error| {
            let message = format!("This cannot be planned for {}: {error}.", way.machine());
            CoreError::invalid("wishes", message, "Change what you want, and plan again.")
        })
    }

    /// Where ports are shown by SNMP, wishes name them by its numbers: they are those of the same names.
    async fn by_name(
        &self,
        entry: &Authorized<NodeId>,
        config: &Config,
        wishes: &mut [SwitchWish],
    ) -> Result<(), CoreError> {
        let Ok(way) = self.way_of(entry, ManagementKind::Snmp) else { return Ok(()) };
        let mut ports = wishes.iter_mut().filter_map(port_of).peekable();
        if ports.peek().is_none() {
            return Ok(());
        }
        let reached = self.snmp(&way).await?;
        let reading = match reached.kept.switch.last() {
            Some(reading) => reading,
            None => Box::pin(self.read_switch(&way, &reached)).await?,
        };
        for port in ports {
            let shown = reading.ports().get(port);
            let found = config
                .ports
                .iter()
                .find(|(_, config)| shown.is_some_and(|shown| is_called(shown, &config.name)));
            let Some((at, _)) = found else {
                let name = shown.map_or_else(|| port.to_string(), |shown| shown.name.clone());
                let message = format!("The command line of {} has no port {name}.", way.machine());
                let next = "Change it at the switch itself.";
                return Err(CoreError::invalid("wishes", message, next));
            };
            *port = *at;
        }
        Ok(())
    }

    /// A plan that is still good.
    pub(super) fn plan(&self, entry: NodeId, id: SwitchChangeId) -> Result<Planned, CoreError> {
        let now = self.0.clock().now();
        let plans = sync::lock(&self.0.devices.snmp.changes.plans);
        let found = plans.get(&id).filter(|p| p.way.entry == entry && p.is_good(now));
        found.cloned().ok_or_else(|| {
            CoreError::invalid(
                "plan",
                "This plan is older than ten minutes, or was used.",
                "Plan again.",
            )
        })
    }
}

impl Planned {
    fn is_good(&self, now: Duration) -> bool {
        now.saturating_sub(self.made) < GOOD
    }
}

pub(super) fn lines(lines: Vec<Line>) -> Vec<PlanLine> {
    lines.into_iter().map(|Line { new, text }| PlanLine { new, text }).collect()
}

fn wish(wish: SwitchWish) -> Wish {
    match wish {
        SwitchWish::Up { port, up } => Wish::Up { port, up },
        SwitchWish::Alias { port, alias } => Wish::Alias { port, alias },
        SwitchWish::Access { port, vlan } => Wish::Access { port, vlan },
        SwitchWish::Trunk { port, native, tagged } => {
            Wish::Trunk { port, native, tagged: tagged.into_iter().collect() }
        }
        SwitchWish::Create { vlan, name } => Wish::Create { vlan, name },
        SwitchWish::Rename { vlan, name } => Wish::Rename { vlan, name },
        SwitchWish::Remove { vlan } => Wish::Remove { vlan },
        SwitchWish::Addresses { vlan, addresses } => Wish::Addresses { vlan, addresses },
    }
}

/// The port that a wish is about.
const fn port_of(wish: &mut SwitchWish) -> Option<&mut u32> {
    match wish {
        SwitchWish::Up { port, .. }
        | SwitchWish::Alias { port, .. }
        | SwitchWish::Access { port, .. }
        | SwitchWish::Trunk { port, .. } => Some(port),
        SwitchWish::Create { .. }
        | SwitchWish::Rename { .. }
        | SwitchWish::Remove { .. }
        | SwitchWish::Addresses { .. } => None,
    }
}

/// The names of ports that go down, or lose a VLAN that they are in or have it otherwise than before.
pub(super) fn risks(plan: &Plan) -> Vec<String> {
    let (before, after) = (plan.before(), plan.after());
    let ports = before.ports.iter().filter(|(_, port)| port.up);
    let risky = ports.filter(|(index, port)| {
        let Some(wanted) = after.ports.get(index) else { return true };
        !wanted.up || port.pvid != wanted.pvid || loses(port, before, after)
    });
    risky.map(|(_, port)| port.name.clone()).collect()
}

fn loses(port: &PortConfig, before: &Config, after: &Config) -> bool {
    let Some(at) = port.bridge_port else { return false };
    before.vlans.iter().filter(|(_, vlan)| vlan.egress.contains(&at)).any(|(id, vlan)| {
        after.vlans.get(id).is_none_or(|wanted| {
            let same = wanted.untagged.contains(&at) == vlan.untagged.contains(&at);
            !(wanted.egress.contains(&at) && same)
        })
    })
}

fn without_risk(way: &Way, plan: &Plan) -> PowerGuard {
    let after = &plan.after().vlans;
    let loses = plan.before().vlans.iter().find(|(id, vlan)| {
        let kept = after.get(id).map(|vlan| vlan.addresses.as_slice()).unwrap_or_default();
        vlan.addresses.iter().any(|address| !kept.contains(address))
    });
    let meaning = match loses {
        _ if plan.is_empty() => "All is so already: there is nothing to do.".to_owned(),
        None => "No port goes down, and none leaves a VLAN.".to_owned(),
        Some((id, _)) => format!(
            "No port goes down. VLAN {id} loses an address: what is routed or managed by it may not be reached any more."
        ),
    };
    guard::harmless(format!("Change {}?", way.machine()), meaning)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::risks;
    use patchbay_device_switch::{Config, Plan, PortConfig, VlanConfig, Wish};
    use std::collections::{BTreeMap, BTreeSet};

    fn config() -> Config {
        let port = |n: u32| PortConfig {
            name: format!("p{n}"),
            up: n != 4,
            bridge_port: (n != 5).then_some(n),
            pvid: (n != 5).then_some(1),
            ..PortConfig::default()
        };
        let all: BTreeSet<u32> = (1..=4).collect();
        let default =
            VlanConfig { egress: all.clone(), untagged: all, width: 1, ..VlanConfig::default() };
        let other = VlanConfig { egress: [3].into(), width: 1, ..VlanConfig::default() };
        Config {
            ports: (1..=5).map(|n| (n, port(n))).collect(),
            vlans: BTreeMap::from([(1, default), (20, other)]),
            ..Config::default()
        }
    }

    #[test]
    fn what_goes_down_or_leaves_a_vlan_is_named_and_nothing_else_is() {
        let of = |wishes: &[Wish]| risks(&Plan::new(config(), wishes).unwrap());
        let tagged = |vlans: &[u16]| vlans.iter().copied().collect::<BTreeSet<u16>>();
        let none: [&str; 0] = [];
        assert_eq!(of(&[]), none);
        assert_eq!(of(&[Wish::Alias { port: 1, alias: "x".into() }]), none);
        assert_eq!(of(&[Wish::Trunk { port: 1, native: Some(1), tagged: tagged(&[20]) }]), none);
        assert_eq!(of(&[Wish::Up { port: 4, up: true }]), none);
        assert_eq!(of(&[Wish::Access { port: 4, vlan: 20 }]), none, "it is down");
        assert_eq!(of(&[Wish::Up { port: 5, up: false }]), ["p5"]);
        assert_eq!(of(&[Wish::Access { port: 2, vlan: 20 }]), ["p2"]);
        assert_eq!(of(&[Wish::Trunk { port: 1, native: None, tagged: tagged(&[1]) }]), ["p1"]);
        assert_eq!(of(&[Wish::Remove { vlan: 20 }]), ["p3"]);
    }
}
