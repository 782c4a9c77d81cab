//! What Telnet, raw TCP and serial lines have that SSH has not.

use serde::{Deserialize, Serialize};
use specta::Type;
use std::fmt;

/// The check bit of a character on a serial line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Parity {
    /// There is none.
    #[default]
    None,
    /// It makes the number of ones odd.
    Odd,
    /// It makes the number of ones even.
    Even,
}

/// How a character stands on a serial line: 8N1 if nobody says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SerialFrame {
    /// 5 to 8.
    pub data_bits: u8,
    /// The check bit.
    pub parity: Parity,
    /// 1 or 2.
    pub stop_bits: u8,
}

impl Default for SerialFrame {
    fn default() -> Self {
        Self { data_bits: 8, parity: Parity::None, stop_bits: 1 }
    }
}

/// As it is written everywhere: `8N1`, `7E1`.
impl fmt::Display for SerialFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parity = match self.parity {
            Parity::None => 'N',
            Parity::Odd => 'O',
            Parity::Even => 'E',
        };
        write!(f, "{}{parity}{}", self.data_bits, self.stop_bits)
    }
}

/// How one end of a serial line tells the other to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FlowControl {
    /// It does not.
    #[default]
    None,
    /// By the wires RTS and CTS.
    RtsCts,
    /// By the characters XON and XOFF.
    XonXoff,
}

/// What the Enter key sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LineEnding {
    /// Carriage return, as a terminal does; in Telnet with the NUL that belongs to it (RFC 854).
    Cr,
    /// Line feed.
    Lf,
    /// Both.
    CrLf,
}

/// Whether what is typed is shown by Patchbay or left to the far end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LocalEcho {
    /// In Telnet whenever the far end does not echo (RFC 857), elsewhere never.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// What a line can be told besides bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LineSignal {
    /// A break: on a serial line for a quarter of a second, in Telnet as the command BRK.
    Break,
    /// Asks a Telnet server for a sign of life (AYT).
    AreYouThere,
    /// Raises the wire DTR of a serial line.
    DtrOn,
    /// Drops it.
    DtrOff,
    /// Raises the wire RTS of a serial line.
    RtsOn,
    /// Drops it.
    RtsOff,
}

/// A serial port of this computer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SerialPortInfo {
    /// `/dev/ttyUSB0`, `COM3`: the address of a machine on it.
    pub path: String,
    /// What is plugged in, as it calls itself; empty where that is not known.
    pub description: String,
}

#[cfg(test)]
mod tests {
    use super::{Parity, SerialFrame};

    #[test]
    fn frames_are_written_as_everywhere() {
        assert_eq!(SerialFrame::default().to_string(), "8N1");
        let old = SerialFrame { data_bits: 7, parity: Parity::Even, stop_bits: 2 };
        assert_eq!(old.to_string(), "7E2");
    }
}
