//! The ways to a console of a machine, best first: SSH, serial over LAN, the hypervisor's console, a console server, a serial port.

use super::{Devices, reach::Way};
use crate::{Authorized, CoreError, Right};
use futures_util::future::join_all;
use patchbay_model::{
    ApiError, BmcProtocol, ConsoleRung, ErrorCode, GuestKind, ManagementWay, NodeId, PowerState,
    Protocol, Reachability, SessionTarget,
};
use tokio::time::Instant;

/// What is tried.
enum Rung {
    /// The machine itself, or another one of the tree.
    Machine(NodeId),
    Serial(Box<Way>),
    Guest(Box<Way>),
    Shared(Box<Way>),
}

impl Devices<'_> {
    /// Tries the ways to a console of a machine, best first.
    pub async fn console_ladder(
        &self,
        entry: &Authorized<NodeId>,
    ) -> Result<Vec<ConsoleRung>, CoreError> {
        let ways = self.ranked(entry)?;
        let route = self.0.tree().route(entry)?;
        let machine = route.last().ok_or(CoreError::NotFound("machine"))?;
        let (mut rungs, mut last) = (Vec::new(), Vec::new());
        if machine.entry.draft.protocol == Protocol::Ssh {
            let port = machine.settings.port_of(Protocol::Ssh).unwrap_or_default();
            let own = Rung::Machine(*entry.get());
            rungs.push((own, "SSH".to_owned(), format!("port {port}")));
        } else if !machine.entry.draft.protocol.is_desktop() {
            let what = machine.entry.draft.protocol.name().to_owned();
            last.push((Rung::Machine(*entry.get()), what, machine.entry.draft.address.clone()));
        }
        for way in ways {
            let called = self.called(&way);
            match &way.management.way {
                ManagementWay::Bmc { protocol: BmcProtocol::Ipmi, .. } => {
                    rungs.push((Rung::Serial(Box::new(way)), "Serial over LAN".to_owned(), called));
                }
                ManagementWay::Guest { .. } => {
                    rungs.push((Rung::Guest(Box::new(way)), "Guest console".to_owned(), called));
                }
                ManagementWay::Conserver { .. } => {
                    last.push((Rung::Shared(Box::new(way)), "Console server".to_owned(), called));
                }
                ManagementWay::Console { entry: other, .. } => {
                    let name = self.0.tree().name(*other).unwrap_or(called);
                    last.push((Rung::Machine(*other), "Serial port".to_owned(), name));
                }
                _ => {}
            }
        }
        rungs.extend(last);
        let trying = rungs.into_iter().map(|(rung, name, detail)| self.rung(rung, name, detail));
        Ok(join_all(trying).await)
    }

    async fn rung(&self, rung: Rung, name: String, detail: String) -> ConsoleRung {
        let began = Instant::now();
        let (target, came) = match rung {
            Rung::Machine(id) => (SessionTarget::Entry { id }, self.answers(id).await),
            Rung::Serial(way) => {
                let target = SessionTarget::SerialOverLan {
                    id: way.entry,
                    way: way.management.id,
                    end_stale: false,
                };
                (target, self.bmc_status(&way).await.map(drop).map_err(CoreError::from))
            }
            Rung::Guest(way) => self.guest_rung(&way).await,
            Rung::Shared(way) => {
                let target = SessionTarget::Conserver {
                    id: way.entry,
                    way: way.management.id,
                    force: false,
                };
                (target, self.shared_rung(&way).await)
            }
        };
        let problem = came.err().map(ApiError::from);
        // A console that somebody else has can be looked at.
        let shared = matches!(target, SessionTarget::Conserver { .. });
        let taken = problem.as_ref().is_some_and(|error| error.code == ErrorCode::Conflict);
        ConsoleRung {
            name,
            detail,
            target,
            ready: problem.is_none() || (shared && taken),
            ms: u32::try_from(began.elapsed().as_millis()).ok(),
            problem,
        }
    }

    /// Whether a machine's own port answers as it should.
    async fn answers(&self, id: NodeId) -> Result<(), CoreError> {
        self.0.tree().require(id)?;
        self.0.may_node(id, Right::Use)?;
        let report = self.0.status().look_at(&Authorized::new(id, Right::Use)).await?;
        // Behind a jump host nobody can tell without signing in: it is worth the try.
        if matches!(report.reachability, Reachability::Up | Reachability::Unknown) {
            return Ok(());
        }
        let error = ApiError::new(
            ErrorCode::Unreachable,
            format!("It does not answer: {}.", report.detail),
        );
        Err(CoreError::Api(Box::new(error.retry())))
    }

    async fn shared_rung(&self, way: &Way) -> Result<(), CoreError> {
        match self.conserver_info(way).await?.writer {
            None => Ok(()),
            Some(who) => {
                let message = format!("{who} has this console.");
                let error = ApiError::new(ErrorCode::Conflict, message);
                let next = "Open it to see what is done there, or take it over.";
                Err(CoreError::Api(Box::new(error.next(next))))
            }
        }
    }

    async fn guest_rung(&self, way: &Way) -> (SessionTarget, Result<(), CoreError>) {
        let ManagementWay::Guest { cluster, guest } = way.management.way else {
            return (SessionTarget::LocalShell, Err(CoreError::NotFound("guest")));
        };
        let screen = async {
            let status = self.guest_status(way).await.map_err(CoreError::from)?;
            if status.power == PowerState::Off {
                let error = ApiError::new(ErrorCode::Refused, "The guest does not run.");
                return Err(CoreError::Api(Box::new(error.next("Start it first."))));
            }
            let read = self.cluster_get(&Authorized::new(cluster, Right::Use), false).await?;
            let found = read.guests.iter().find(|one| one.id == guest);
            Ok(found.is_some_and(|one| one.kind == GuestKind::Vm))
        };
        match screen.await {
            Ok(screen) => (SessionTarget::Guest { id: cluster, guest, screen }, Ok(())),
            Err(error) => (SessionTarget::Guest { id: cluster, guest, screen: true }, Err(error)),
        }
    }
}
