//! Telnet, raw TCP and serial lines: what is dialled for them, and the connection while it is used.

use super::{
    life::{Life, Opened},
    session::Session,
    target,
};
use crate::{Core, CoreError, tree::ResolvedHop};
use patchbay_engine_line::{Keys, SerialLine, TelnetOptions};
use patchbay_engine_ssh::{Destination, HeldLink, SshError, Target, dial_through};
use patchbay_model::{ApiError, CloseReason, ErrorCode, Protocol, Stage};
use patchbay_session::{Progress, Terminal};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Where a line leads.
pub(super) enum Line {
    /// Over TCP, through these jump hosts.
    Tcp { jumps: Box<Target>, to: Destination, speaks: Speaks },
    /// A port of this computer.
    Serial(SerialLine),
}

/// What is spoken over TCP.
pub(super) enum Speaks {
    Telnet(TelnetOptions, Option<Duration>),
    Raw(Keys),
}

/// The machine and those on the way to it. `None` if it is no line.
pub(super) async fn build(core: &Core, route: &[ResolvedHop]) -> Result<Option<Line>, CoreError> {
    let Some((machine, jumps)) = route.split_last() else { return Ok(None) };
    let (draft, settings) = (&machine.entry.draft, &machine.settings);
    let protocol = draft.protocol;
    let keys = Keys { enter: settings.enter_of(protocol), echo: settings.local_echo.value };
    let speaks = match protocol {
        Protocol::Ssh | Protocol::Vnc | Protocol::Rdp => return Ok(None),
        Protocol::Serial => {
            core.own_computer("use serial ports")?;
            return Ok(Some(Line::Serial(SerialLine {
                machine: draft.name.clone(),
                port: draft.address.clone(),
                baud: settings.baud.value,
                frame: settings.frame.value,
                flow_control: settings.flow_control.value,
                keys,
            })));
        }
        Protocol::Telnet => {
            let options = TelnetOptions {
                terminal_type: settings.terminal_type.value.clone(),
                user: settings.user.value.clone(),
                keys,
            };
            let every = settings.keep_alive.value;
            let every = (every > 0).then(|| Duration::from_secs(u64::from(every)));
            Speaks::Telnet(options, every)
        }
        Protocol::Raw => Speaks::Raw(keys),
    };
    let address = target::address(draft)?.to_owned();
    let port = settings.port_of(protocol).ok_or_else(|| {
        let message = format!("{} has no port.", draft.name);
        CoreError::invalid("port", message, "Edit the machine and fill it in.")
    })?;
    let connect_timeout = Duration::from_secs(u64::from(settings.connect_timeout.value.max(1)));
    let to =
        Destination { name: draft.name.clone(), address, port, connect_timeout, silence: None };
    Ok(Some(Line::Tcp { jumps: Box::new(target::jumps(core, jumps).await?), to, speaks }))
}

impl Life {
    /// Opens a line.
    pub(super) async fn line(
        &mut self,
        line: Line,
        cancel: &CancellationToken,
    ) -> Result<Opened, ApiError> {
        match line {
            Line::Tcp { jumps, to, speaks } => self.dial(*jumps, to, speaks, cancel).await,
            Line::Serial(line) => self.serial(line, cancel).await,
        }
    }

    async fn dial(
        &mut self,
        jumps: Target,
        to: Destination,
        speaks: Speaks,
        cancel: &CancellationToken,
    ) -> Result<Opened, ApiError> {
        let machine = to.name.clone();
        let what = match speaks {
            Speaks::Telnet(..) => "Telnet",
            Speaks::Raw(_) => "connections",
        };
        let (gate, stop) = (self.gate(), cancel.clone());
        let name = machine.clone();
        let dialling = async move {
            dial_through(jumps, to, gate, stop).await.map_err(|error| explain(&error, &name, what))
        };
        let (stream, link) = self.wait_for(dialling, cancel).await?;
        let (size, engine) = (self.session.size(), cancel.child_token());
        let terminal = match speaks {
            Speaks::Telnet(options, every) => {
                patchbay_engine_line::telnet(&machine, stream, options, every, size, engine)
            }
            Speaks::Raw(keys) => patchbay_engine_line::raw(&machine, stream, keys, engine),
        };
        Ok(Opened { terminal, link: Some(link) })
    }

    async fn serial(
        &mut self,
        line: SerialLine,
        cancel: &CancellationToken,
    ) -> Result<Opened, ApiError> {
        let gate = self.gate();
        let (machine, engine) = (line.machine.clone(), cancel.child_token());
        let opening = async move {
            let detail = format!("{}, {} {}", line.port, line.baud, line.frame);
            let stage = Stage::Connect;
            gate.progress(Progress::Began {
                stage,
                machine: machine.clone(),
                detail: detail.clone(),
            });
            let opened = patchbay_engine_line::serial(line, engine).await;
            let terminal = opened.map_err(|error| error.api_error(&machine))?;
            gate.progress(Progress::Done { stage, detail });
            Ok(terminal)
        };
        let terminal = self.wait_for(opening, cancel).await?;
        Ok(Opened { terminal, link: None })
    }

    /// Passes bytes while the connections below are held up; whichever ends first says why.
    pub(super) async fn pass_over(
        &mut self,
        terminal: Terminal,
        link: HeldLink,
        cancel: &CancellationToken,
    ) -> CloseReason {
        let session: Arc<Session> = Arc::clone(&self.session);
        let over = CancellationToken::new();
        let holding = link
            .hold_plain(over.clone().cancelled_owned(), cancel.clone(), |ms| session.latency(ms));
        tokio::pin!(holding);
        tokio::select! {
            held = &mut holding => held,
            passed = self.pass(terminal, cancel) => {
                over.cancel();
                match holding.await {
                    // A jump host that is gone is why the stream has ended.
                    fault @ CloseReason::Failed { .. } => fault,
                    _ => passed,
                }
            }
        }
    }
}

/// In the words for SSH, but for what is about SSH.
pub(super) fn explain(error: &SshError, machine: &str, what: &str) -> ApiError {
    match error {
        SshError::Refused { address } => ApiError::new(
            ErrorCode::Refused,
            format!("{machine} refused the connection: nothing accepts {what} at {address}."),
        )
        .next("Check the port, and that the server is running there.")
        .on("port")
        .retry(),
        error => error.api_error(machine),
    }
}
