//! What a switch would be changed to, kept until somebody wants it.

use super::Devices;
use crate::{
    Authorized, CoreError,
    devices::{guard, reach::Way, snmp::told},
    sync,
};
use patchbay_device_snmp::change::{Config, Line, Plan, PortConfig, Wish};
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
        let way = self.way_of(entry, ManagementKind::Snmp)?;
        let plan = Box::pin(self.planned(&way, wishes)).await?;
        let risks = risks(&plan);
        let guard = if risks.is_empty() {
            without_risk(&way, &plan)
        } else {
            self.guard_ports(way.entry, &risks).await?
        };
        Ok(self.keep_plan(way, plan, guard))
    }

    pub(in crate::devices) async fn planned(
        &self,
        way: &Way,
        wishes: Vec<SwitchWish>,
    ) -> Result<Plan, CoreError> {
        if wishes.len() > WISHES {
            return Err(CoreError::invalid(
                "wishes",
                format!("These are {} changes, and {WISHES} fit into one plan.", wishes.len()),
                "Make several plans of them.",
            ));
        }
        let agent = self.snmp(way).await?.agent;
        let before = agent.config().await.map_err(|error| told(way, &error))?;
        let wishes: Vec<Wish> = wishes.into_iter().map(wish).collect();
        Plan::new(before, &wishes).map_err(|error| {
            let message = format!("This cannot be planned for {}: {error}.", way.machine());
            CoreError::invalid("wishes", message, "Change what you want, and plan again.")
        })
    }

    pub(in crate::devices) fn keep_plan(
        &self,
        way: Way,
        plan: Plan,
        guard: PowerGuard,
    ) -> SwitchPlan {
        let (id, now) = (SwitchChangeId::new(), self.0.clock().now());
        let shown = SwitchPlan { id, diff: lines(plan.diff()), guard: guard.clone() };
        let mut plans = sync::lock(&self.0.devices.snmp.changes.plans);
        plans.retain(|_, planned| planned.is_good(now));
        plans.insert(id, Planned { way, plan, guard, made: now });
        shown
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
    let meaning = if plan.is_empty() {
        "All is so already: there is nothing to do."
    } else {
        "No port goes down, and none leaves a VLAN."
    };
    guard::harmless(format!("Change {}?", way.machine()), meaning.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::risks;
    use patchbay_device_snmp::change::{Config, Plan, PortConfig, VlanConfig, Wish};
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
