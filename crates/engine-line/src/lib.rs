//! Telnet, raw TCP, serial lines and consoles of a conserver as sessions like any other.
//!
//! Telnet and raw TCP take a stream that is connected already, whatever carries it, so that they run through jump hosts
//! as well. A serial port is opened here. Deliberately absent: dialling (`patchbay-engine-ssh`), signing in, which is a
//! matter between the person and the far end (but for a conserver, which is told who asks), editing lines before they are sent (RFC 1184 and its kin), encryption of
//! Telnet (RFC 2946), and file transfer over lines.

pub mod conserver;
mod echo;
mod encode;
mod ports;
mod pump;
mod serial;
mod telnet;

pub use ports::{exists as serial_exists, list as serial_ports};
pub use serial::{SerialError, SerialLine, serial};
pub use telnet::{MOST_SUBNEGOTIATION, Telnet, TelnetOptions};

use encode::Plain;
use patchbay_model::{LineEnding, LocalEcho, TerminalSize};
use patchbay_session::Terminal;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

/// How keys become bytes, and whether they are shown here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keys {
    /// What Enter sends.
    pub enter: LineEnding,
    /// Whether what is typed is shown here.
    pub echo: LocalEcho,
}

/// A Telnet session over this stream. Must be called within a Tokio runtime.
///
/// `machine` is what people call the far end, `keep_alive` the time between NOPs.
pub fn telnet(
    machine: &str,
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    options: TelnetOptions,
    keep_alive: Option<Duration>,
    size: TerminalSize,
    cancel: CancellationToken,
) -> Terminal {
    let (reader, writer) = tokio::io::split(stream);
    let line = pump::Line {
        machine: machine.to_owned(),
        speaks: Telnet::new(options, size),
        keep_alive,
        wires: pump::NoWires,
    };
    pump::start(reader, writer, line, cancel)
}

/// The bytes of this stream as they are. Must be called within a Tokio runtime.
pub fn raw(
    machine: &str,
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    keys: Keys,
    cancel: CancellationToken,
) -> Terminal {
    let (reader, writer) = tokio::io::split(stream);
    let line = pump::Line {
        machine: machine.to_owned(),
        speaks: Plain(keys),
        keep_alive: None,
        wires: pump::NoWires,
    };
    pump::start(reader, writer, line, cancel)
}
