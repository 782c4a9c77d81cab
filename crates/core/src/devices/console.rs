//! Consoles that machines are managed by: serial over LAN, those of a conserver, terminals of guests and shells of nodes.

use super::{Devices, bmc::SerialConsole, cluster::TerminalOf, conserver::SharedConsole};
use crate::{Authorized, CoreError};
use patchbay_model::{ApiError, NodeId, SessionTarget, TerminalSize};
use patchbay_session::Terminal;
use tokio_util::sync::CancellationToken;

/// A console, with what it takes to open it.
pub(crate) struct Console {
    /// What its tab is called.
    pub(crate) title: String,
    /// Where it is, in a few words.
    pub(crate) subtitle: String,
    kind: Kind,
}

/// Who gives it.
enum Kind {
    Serial(Box<SerialConsole>),
    Cluster(TerminalOf),
    Shared(Box<SharedConsole>),
}

impl Console {
    /// Opens it.
    pub(crate) async fn open(
        self,
        size: TerminalSize,
        cancel: CancellationToken,
    ) -> Result<Terminal, ApiError> {
        match self.kind {
            // A serial line knows no size.
            Kind::Serial(console) => console.open(cancel).await,
            Kind::Cluster(terminal) => terminal.open(size, cancel).await,
            Kind::Shared(console) => console.open(cancel).await,
        }
    }
}

impl Devices<'_> {
    /// What it takes to open a console.
    pub(crate) async fn console(
        &self,
        entry: &Authorized<NodeId>,
        target: &SessionTarget,
    ) -> Result<Console, CoreError> {
        let (title, subtitle, kind) = match target {
            SessionTarget::SerialOverLan { way, end_stale, .. } => {
                let way = self.way(entry, *way)?;
                let console = self.serial_console(&way, *end_stale).await?;
                let subtitle = format!("serial over LAN, {}", way.address()?);
                let kind = Kind::Serial(Box::new(console));
                return Ok(Console { title: way.machine().to_owned(), subtitle, kind });
            }
            SessionTarget::Conserver { way, force, .. } => {
                let way = self.way(entry, *way)?;
                let kind = Kind::Shared(Box::new(self.shared_console(&way, *force)?));
                let (title, subtitle) = (way.machine().to_owned(), self.called(&way));
                return Ok(Console { title, subtitle, kind });
            }
            SessionTarget::Guest { guest, .. } => self.guest_terminal(entry, *guest)?,
            SessionTarget::NodeShell { node, .. } => self.node_shell(entry, node)?,
            _ => return Err(CoreError::NotFound("console")),
        };
        Ok(Console { title, subtitle, kind: Kind::Cluster(kind) })
    }
}
