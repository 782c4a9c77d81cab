//! What a switch is changed by: its own command line if the machine has a way to it, else SNMP.
//!
//! The command line wins, since most switches have a timer there that takes a change back by itself, also when this computer is
//! gone by then, and since addresses of VLANs can be changed by nothing else.

use crate::{
    Authorized, CoreError,
    devices::{
        Devices,
        cli::{self, Cli},
        reach::Way,
        snmp,
    },
};
use patchbay_device_snmp::{Agent, SnmpError, change::steps};
use patchbay_device_switch::{Config, Device, Plan, cli::CliError};
use patchbay_model::{ManagementKind, NodeId, SwitchChangeId};
use std::{sync::Arc, time::Duration};

/// A switch by one of its ways.
#[derive(Clone)]
pub(super) enum Driver {
    Snmp(Agent),
    Cli(Arc<Cli>),
}

/// What goes wrong with it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Snmp(#[from] SnmpError),
    #[error(transparent)]
    Cli(#[from] cli::Problem),
}

impl Trouble {
    /// As a sentence about the machine, with what to do next.
    pub(super) fn told(self, way: &Way) -> CoreError {
        match self {
            Self::Snmp(error) => snmp::told(way, &error),
            Self::Cli(problem) => cli::told(way, problem),
        }
    }
}

impl Driver {
    /// What is typed for a plan; nothing for SNMP.
    pub(super) fn commands(&self, plan: &Plan) -> Result<Vec<String>, CliError> {
        match self {
            Self::Snmp(_) => Ok(Vec::new()),
            Self::Cli(cli) => cli.commands(plan),
        }
    }

    /// How many steps a plan has.
    pub(super) fn steps(&self, plan: &Plan) -> usize {
        match self {
            Self::Snmp(_) => steps(plan.before(), plan.after()).len(),
            Self::Cli(cli) => cli.steps(plan),
        }
    }

    /// Whether the switch takes a change back by itself, as it was read last.
    pub(super) fn own_timer(&self) -> bool {
        match self {
            Self::Snmp(_) => false,
            Self::Cli(cli) => cli.own_timer(),
        }
    }

    /// By what, in the history.
    pub(super) const fn title(&self) -> &'static str {
        match self {
            Self::Snmp(_) => "SNMP",
            Self::Cli(_) => "its command line",
        }
    }
}

impl Device for Driver {
    type Error = Trouble;

    async fn config(&self) -> Result<Config, Trouble> {
        Ok(match self {
            Self::Snmp(agent) => agent.config().await?,
            Self::Cli(cli) => cli.config().await?,
        })
    }

    fn unanswered(error: &Trouble) -> bool {
        match error {
            Trouble::Snmp(error) => error.unanswered(),
            Trouble::Cli(problem) => problem.unanswered(),
        }
    }

    async fn apply(
        &self,
        plan: &Plan,
        within: Duration,
        go_on: &mut (dyn FnMut(usize) -> Result<(), String> + Send),
    ) -> Result<(), String> {
        match self {
            Self::Snmp(agent) => agent.apply(plan, within, go_on).await,
            Self::Cli(cli) => cli.apply(plan, within, go_on).await,
        }
    }

    async fn put_back(&self, back: &Plan) -> Result<(), Trouble> {
        match self {
            Self::Snmp(agent) => agent.put_back(back).await?,
            Self::Cli(cli) => cli.put_back(back).await?,
        }
        Ok(())
    }

    async fn keep(&self, plan: &Plan) -> Result<(), String> {
        match self {
            Self::Snmp(agent) => agent.keep(plan).await,
            Self::Cli(cli) => cli.keep(plan).await,
        }
    }

    async fn withdraw(&self) -> Result<(), Trouble> {
        match self {
            Self::Snmp(agent) => agent.withdraw().await?,
            Self::Cli(cli) => cli.withdraw().await?,
        }
        Ok(())
    }
}

impl Devices<'_> {
    /// The way that a switch is changed by.
    pub(super) fn changing(&self, entry: &Authorized<NodeId>) -> Result<Way, CoreError> {
        let cli = self.way_of(entry, ManagementKind::Cli);
        cli.or_else(|_| self.way_of(entry, ManagementKind::Snmp))
    }

    /// What is at the other end of a way, for a plan or a change of this id. Nothing is sent yet.
    pub(super) async fn driver(&self, way: &Way, id: SwitchChangeId) -> Result<Driver, CoreError> {
        Ok(match way.management.way.kind() {
            ManagementKind::Cli => {
                let id = id.to_string();
                // The end of an id is what is random about it.
                let end = id.get(id.len().saturating_sub(8)..).unwrap_or_default();
                Driver::Cli(self.cli(way, &format!("patchbay-{end}")).await?)
            }
            _ => Driver::Snmp(Box::pin(self.snmp(way)).await?.agent),
        })
    }
}
