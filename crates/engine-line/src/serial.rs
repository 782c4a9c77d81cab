//! A serial port, opened, set, and kept from others.

#[cfg(unix)]
#[path = "serial/unix.rs"]
mod hold;
#[cfg(not(unix))]
#[path = "serial/windows.rs"]
mod hold;

use crate::{
    Keys,
    encode::Plain,
    ports,
    pump::{self, Line, Pin, Wires},
};
use patchbay_model::{ApiError, CloseReason, ErrorCode, FlowControl, Parity, SerialFrame};
use patchbay_session::Terminal;
use serial2_tokio::{CharSize, SerialPort, Settings, StopBits};
use std::{io, path::PathBuf, time::Duration};
use tokio_util::sync::CancellationToken;

/// Opening waits for nothing; a driver that hangs is given up on after this.
const LIMIT: Duration = Duration::from_secs(10);

/// A serial port and how the line is set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SerialLine {
    /// What people call the machine at the other end.
    pub machine: String,
    /// `/dev/ttyUSB0`, `ttyUSB0`, `COM3`.
    pub port: String,
    /// Bits per second.
    pub baud: u32,
    /// Data bits, parity, stop bits.
    pub frame: SerialFrame,
    /// How one end tells the other to wait.
    pub flow_control: FlowControl,
    /// How keys become bytes.
    pub keys: Keys,
}

/// Why a serial port did not open.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SerialError {
    /// There is no such port.
    #[error("{port} does not exist")]
    Missing {
        /// Its path.
        port: String,
    },
    /// What is there is no serial port.
    #[error("{port} is no serial port")]
    NoPort {
        /// Its path.
        port: String,
    },
    /// This account may not open it.
    #[error("{port} may not be opened by this account")]
    Denied {
        /// Its path.
        port: String,
        /// The group that may.
        group: Option<String>,
    },
    /// Another program has it.
    #[error("{port} is in use")]
    Busy {
        /// Its path.
        port: String,
    },
    /// It does not take the settings.
    #[error("{port} cannot be set to {settings}: {reason}")]
    Settings {
        /// Its path.
        port: String,
        /// `115200 8N1`.
        settings: String,
        /// What the system said.
        reason: String,
    },
    /// Something else.
    #[error("{port}: {reason}")]
    Other {
        /// Its path.
        port: String,
        /// What the system said.
        reason: String,
    },
}

impl SerialError {
    /// What people and programs are told.
    #[must_use]
    pub fn api_error(&self, machine: &str) -> ApiError {
        let error = |message: String, step: String| {
            ApiError::new(ErrorCode::SerialPort, message).next(step).retry()
        };
        match self {
            Self::Missing { port } => error(
                format!("The serial port {port} of {machine} is not there."),
                "Plug the adapter in, or choose another port.".to_owned(),
            )
            .on("address"),
            Self::NoPort { port } => error(
                format!("{port} is no serial port."),
                format!("Edit {machine} and choose its port."),
            )
            .on("address"),
            Self::Denied { port, group: Some(group) } => error(
                format!("Your account may not open {port}: that takes the group {group}."),
                format!("Run “sudo usermod -aG {group} $USER”, then sign out and in again."),
            ),
            Self::Denied { port, group: None } => error(
                format!("Your account may not open {port}."),
                "Ask the administrator of this computer for access to it.".to_owned(),
            ),
            Self::Busy { port } => error(
                format!("The serial port {port} is in use by another program."),
                "Close it there, also in other tabs, then connect again.".to_owned(),
            ),
            Self::Settings { port, settings, reason } => error(
                format!("{port} cannot be set to {settings}: {reason}."),
                format!("Edit {machine} and choose a speed and frame that the port can do."),
            )
            .on("baud"),
            Self::Other { port, reason } => error(
                format!("The serial port {port} of {machine} could not be opened: {reason}."),
                "Unplug the adapter and plug it in again.".to_owned(),
            ),
        }
    }
}

/// Opens a port. Must be called within a Tokio runtime.
///
/// # Errors
/// Why it did not open.
pub async fn serial(line: SerialLine, cancel: CancellationToken) -> Result<Terminal, SerialError> {
    let path = ports::device(&line.port);
    let shown = path.display().to_string();
    let other =
        |reason: &str| SerialError::Other { port: shown.clone(), reason: reason.to_owned() };
    let opening = {
        let (path, line) = (path.clone(), line.clone());
        tokio::task::spawn_blocking(move || open(&path, &line))
    };
    let (port, held) = match tokio::time::timeout(LIMIT, opening).await {
        Ok(Ok(opened)) => opened?,
        Ok(Err(_)) => return Err(other("it stopped inside Patchbay")),
        Err(_) => return Err(other("its driver does not answer")),
    };
    // A second handle to the same port: its wires are set while the first one reads.
    let wires = port.try_clone().map_err(|error| other(&error.to_string()))?;
    let (reader, writer) = tokio::io::split(port);
    let line = Line {
        machine: line.machine,
        speaks: Plain(line.keys),
        keep_alive: None,
        wires: SerialWires { port: wires, path, _held: held },
    };
    Ok(pump::start(reader, writer, line, cancel))
}

fn open(
    path: &std::path::Path,
    line: &SerialLine,
) -> Result<(SerialPort, hold::Held), SerialError> {
    let name = path.display().to_string();
    if !path.exists() && cfg!(unix) {
        return Err(SerialError::Missing { port: name });
    }
    if cfg!(unix) && !ports::is_device(path) {
        return Err(SerialError::NoPort { port: name });
    }
    // First of all nobody else must have it: setting a line somebody uses would break theirs.
    let held = hold::hold(path).map_err(|error| hold::explain(path, &error))?;
    let mut port = SerialPort::open(path, serial2_tokio::KeepSettings)
        .map_err(|error| hold::explain(path, &error))?;
    held.exclude();
    let wanted = port.get_configuration().and_then(|now| settings(now, line));
    wanted.and_then(|wanted| port.set_configuration(&wanted)).map_err(|error| {
        let settings = format!("{} {}", line.baud, line.frame);
        SerialError::Settings { port: name, settings, reason: error.to_string() }
    })?;
    if let Err(error) = port.discard_input_buffer() {
        tracing::debug!(%error, "what came before the line was set could not be dropped");
    }
    Ok((port, held))
}

fn settings(mut settings: Settings, line: &SerialLine) -> io::Result<Settings> {
    settings.set_raw();
    hold::ignore_carrier(&mut settings);
    settings.set_baud_rate(line.baud)?;
    settings.set_char_size(match line.frame.data_bits {
        5 => CharSize::Bits5,
        6 => CharSize::Bits6,
        7 => CharSize::Bits7,
        _ => CharSize::Bits8,
    });
    settings.set_parity(match line.frame.parity {
        Parity::None => serial2_tokio::Parity::None,
        Parity::Odd => serial2_tokio::Parity::Odd,
        Parity::Even => serial2_tokio::Parity::Even,
    });
    settings.set_stop_bits(if line.frame.stop_bits == 2 { StopBits::Two } else { StopBits::One });
    settings.set_flow_control(match line.flow_control {
        FlowControl::None => serial2_tokio::FlowControl::None,
        FlowControl::RtsCts => serial2_tokio::FlowControl::RtsCts,
        FlowControl::XonXoff => serial2_tokio::FlowControl::XonXoff,
    });
    Ok(settings)
}

struct SerialWires {
    port: SerialPort,
    path: PathBuf,
    /// Nobody else gets the port while this is kept.
    _held: hold::Held,
}

impl Wires for SerialWires {
    fn set(&mut self, pin: Pin, on: bool) -> Result<(), String> {
        let done = match pin {
            Pin::Dtr => self.port.set_dtr(on),
            Pin::Rts => self.port.set_rts(on),
            Pin::Break => self.port.set_break(on),
        };
        done.map_err(|error| format!("the port cannot do it ({error})"))
    }

    fn ended(&self, machine: &str, error: Option<&io::Error>) -> CloseReason {
        let port = self.path.display();
        let gone = !ports::is_device(&self.path);
        let message = match error {
            _ if gone => format!("The serial port {port} of {machine} was unplugged."),
            // Without an error, or with the one a driver gives for a device that has gone, the line was hung up.
            None => format!("The serial port {port} of {machine} hung up."),
            Some(error) => format!("The serial port {port} of {machine} failed: {error}."),
        };
        let step = if gone { "Plug it in again, then connect again." } else { "Connect again." };
        let error = ApiError::new(ErrorCode::SerialPort, message).next(step).retry();
        CloseReason::Failed { error }
    }
}
