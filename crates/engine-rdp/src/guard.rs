//! What is looked at in each frame before the decoders see it: that nothing grows without bound, and what they pass over.
//!
//! Deliberately absent: whether a frame is right otherwise; that is the decoders' to say.

use ironrdp_pdu::{
    mcs::decode_send_data_indication,
    rdp::{
        headers::{ShareControlPdu, ShareDataPdu, decode_share_control},
        server_error_info::{ErrorInfo, ServerSetErrorInfoPdu},
    },
};
use patchbay_session::desktop::Leds;

/// The most bytes of one message of a channel: a clipboard of the largest size in UTF-16, and a little.
pub const MOST_MESSAGE: u32 = 34 * 1024 * 1024;
/// The most bytes of one drawing that comes in pieces (fragmentation, MS-RDPBCGR section 2.2.9.1.2.1).
pub const MOST_DRAWING: usize = 64 * 1024 * 1024;
/// Messages to be looked into are shorter than this.
const SHORT: usize = 128;
/// `CHANNEL_FLAG_FIRST` and `CHANNEL_PACKET_COMPRESSED` (MS-RDPBCGR section 2.2.6.1.1).
const FIRST: u32 = 0x01;
const COMPRESSED: u32 = 0x0020_0000;

/// Something was announced that is larger than it may be, or that was not agreed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// A message of a channel.
    #[error("a message of {0} bytes")]
    Message(u32),
    /// A compressed message of a channel, though that was not agreed on.
    #[error("a compressed message, which was not agreed on")]
    Compressed,
    /// The beginning of a message is too short to say how long the message is.
    #[error("a message that begins with too little")]
    Beginning,
    /// A drawing in pieces.
    #[error("a drawing of more than {MOST_DRAWING} bytes")]
    Drawing,
}

/// What a frame is besides something for the decoders.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// For the decoders.
    Frame,
    /// A beep (MS-RDPBCGR section 2.2.9.1.1.5).
    Bell,
    /// The lights of the keyboard there (section 2.2.8.2.1).
    Leds(Leds),
    /// Why the session is about to end; or that it is not (section 2.2.5.1).
    Error(ErrorInfo),
    /// Nothing that is of use here.
    Nothing,
}

/// Keeps account over the frames of one connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guard {
    io_channel: u16,
    message_channel: Option<u16>,
    dynamic_channels: Option<u16>,
    drawing: usize,
}

impl Guard {
    /// For a connection with these channels, by their MCS ids: of settings (the I/O channel), of messages about the link
    /// (MS-RDPBCGR section 2.2.1.4.5), and of dynamic channels (MS-RDPEDYC).
    #[must_use]
    pub const fn new(
        io_channel: u16,
        message_channel: Option<u16>,
        dynamic_channels: Option<u16>,
    ) -> Self {
        Self { io_channel, message_channel, dynamic_channels, drawing: 0 }
    }

    /// Looks at a frame that came in TPKT (slow path and channels).
    ///
    /// # Errors
    /// If it must not reach the decoders.
    pub fn slow(&self, frame: &[u8]) -> Result<Found, Refused> {
        let Ok(data) = decode_send_data_indication(frame) else { return Ok(Found::Frame) };
        if data.channel_id == self.io_channel {
            return Ok(found(frame, data.user_data));
        }
        if Some(data.channel_id) != self.message_channel {
            self.channel(data.channel_id, data.user_data)?;
        }
        Ok(Found::Frame)
    }

    /// Whether the frame is for the channel of settings, where a desktop's size is agreed on anew.
    #[must_use]
    pub fn is_settings(&self, frame: &[u8]) -> bool {
        decode_send_data_indication(frame).is_ok_and(|data| data.channel_id == self.io_channel)
    }

    fn channel(&self, id: u16, data: &[u8]) -> Result<(), Refused> {
        // The decoder says that it is too short.
        let Some((length, rest)) = number(data) else { return Ok(()) };
        let Some((flags, rest)) = number(rest) else { return Ok(()) };
        if flags & COMPRESSED != 0 {
            return Err(Refused::Compressed);
        }
        if length > MOST_MESSAGE {
            return Err(Refused::Message(length));
        }
        if Some(id) == self.dynamic_channels && flags & FIRST != 0 {
            let wanted =
                usize::try_from(length).map_or(LONGEST_BEGINNING, |all| all.min(LONGEST_BEGINNING));
            if rest.len() < wanted {
                return Err(Refused::Beginning);
            }
            if let Some(length) = dynamic(rest).filter(|length| *length > MOST_MESSAGE) {
                return Err(Refused::Message(length));
            }
        }
        Ok(())
    }

    /// Looks at a frame of drawings (fast path, MS-RDPBCGR section 2.2.9.1.2).
    ///
    /// # Errors
    /// If it makes a drawing in pieces too large.
    pub fn fast(&mut self, frame: &[u8]) -> Result<(), Refused> {
        let header = if frame.get(1).is_some_and(|length| length & 0x80 != 0) { 3 } else { 2 };
        let mut rest = frame.get(header..).unwrap_or_default();
        while let Some((&first, after)) = rest.split_first() {
            let compressed = usize::from(first >> 6 == 2);
            let Some(sized) = after.get(compressed..) else { break };
            let (Some(&low), Some(&high)) = (sized.first(), sized.get(1)) else { break };
            let length = usize::from(u16::from_le_bytes([low, high]));
            match (first >> 4) & 3 {
                2 => self.drawing = length,
                3 | 1 => self.drawing += length,
                _ => self.drawing = 0,
            }
            if self.drawing > MOST_DRAWING {
                return Err(Refused::Drawing);
            }
            let Some(next) = sized.get(2 + length..) else { break };
            rest = next;
        }
        Ok(())
    }
}

/// The most bytes before the data of a dynamic channel's first piece: command, channel and length.
const LONGEST_BEGINNING: usize = 9;

/// How long a message of a dynamic channel says it is, in its first piece (MS-RDPEDYC section 2.2.3.1).
fn dynamic(data: &[u8]) -> Option<u32> {
    let (&first, rest) = data.split_first()?;
    if !matches!(first >> 4, 2 | 6) {
        return None;
    }
    let bytes = |code: u8| match code & 3 {
        0 => 1,
        1 => 2,
        _ => 4,
    };
    let length = rest.get(bytes(first)..)?.get(..bytes(first >> 2))?;
    Some(length.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

/// Whether a frame belongs to agreeing on a desktop, at first or on another size (MS-RDPBCGR sections 1.3.1.1 and 1.3.1.3).
/// Servers draw on while they do so, which the sequence would not take.
#[must_use]
pub fn settles(frame: &[u8]) -> bool {
    let control = decode_send_data_indication(frame).and_then(decode_share_control);
    let Ok(ShareControlPdu::Data(data)) = control.map(|control| control.pdu) else { return true };
    matches!(
        data.share_data_pdu,
        ShareDataPdu::Synchronize(_)
            | ShareDataPdu::Control(_)
            | ShareDataPdu::FontMap(_)
            | ShareDataPdu::MonitorLayout(_)
            | ShareDataPdu::ServerSetErrorInfo(_)
    )
}

/// What the server says is wrong, if that is what the frame is for (MS-RDPBCGR section 2.2.5.1.1). A frame that cannot be
/// read says nothing.
#[must_use]
pub fn error_info(frame: &[u8]) -> Option<ErrorInfo> {
    let data = decode_send_data_indication(frame).ok()?;
    match found(frame, data.user_data) {
        Found::Error(info) => Some(info),
        _ => None,
    }
}

fn found(frame: &[u8], data: &[u8]) -> Found {
    // Several in one are told apart by the decoder.
    let alone =
        number(data).is_some_and(|(word, _)| usize::try_from(word & 0xffff) == Ok(data.len()));
    if data.len() > SHORT || !alone {
        return Found::Frame;
    }
    let control = decode_send_data_indication(frame).and_then(decode_share_control);
    let Ok(ShareControlPdu::Data(data)) = control.map(|control| control.pdu) else {
        return Found::Frame;
    };
    match data.share_data_pdu {
        ShareDataPdu::ServerSetErrorInfo(ServerSetErrorInfoPdu(info)) => Found::Error(info),
        ShareDataPdu::SetKeyboardIndicators(bytes) => leds(&bytes),
        ShareDataPdu::PlaySound(_) => Found::Bell,
        ShareDataPdu::SetKeyboardImeStatus(_) | ShareDataPdu::StatusInfoPdu(_) => Found::Nothing,
        _ => Found::Frame,
    }
}

/// MS-RDPBCGR section 2.2.8.2.1.1.
fn leds(bytes: &[u8]) -> Found {
    let Some((word, _)) = number(bytes) else { return Found::Nothing };
    let lit = |bit: u32| word >> 16 & bit != 0;
    Found::Leds(Leds { scroll: lit(1), num: lit(2), caps: lit(4) })
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*word), rest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    const IO: u16 = 1003;
    const DYNAMIC: u16 = 1005;

    fn guard() -> Guard {
        Guard::new(IO, Some(1009), Some(DYNAMIC))
    }

    /// As the server sends it on a channel.
    fn frame(channel: u16, data: &[u8]) -> Vec<u8> {
        let [high, low] = channel.to_be_bytes();
        let length = u16::try_from(data.len()).unwrap() | 0x8000;
        let mut frame = vec![3, 0, 0, 0, 2, 0xf0, 0x80, 0x68, 0, 1, high, low, 0x70];
        frame.extend(length.to_be_bytes());
        frame.extend(data);
        let all = u16::try_from(frame.len()).unwrap().to_be_bytes();
        frame[2..4].copy_from_slice(&all);
        frame
    }

    fn chunk(length: u32, flags: u32, data: &[u8]) -> Vec<u8> {
        [&length.to_le_bytes()[..], &flags.to_le_bytes(), data].concat()
    }

    /// A share data message of this type.
    fn share(kind: u8, body: &[u8]) -> Vec<u8> {
        let total = u16::try_from(18 + body.len()).unwrap();
        let mut data = total.to_le_bytes().to_vec();
        data.extend([0x17, 0, 0xe9, 3, 1, 0, 1, 0, 0, 1]);
        data.extend(u16::try_from(body.len() + 4).unwrap().to_le_bytes());
        data.extend([kind, 0, 0, 0]);
        data.extend(body);
        data
    }

    #[test]
    fn messages_are_bounded() {
        let slow = |channel, data: &[u8]| guard().slow(&frame(channel, data));
        assert_eq!(slow(1004, &chunk(10, 3, b"0123456789")), Ok(Found::Frame));
        assert_eq!(slow(1004, &chunk(u32::MAX, 1, b"x")), Err(Refused::Message(u32::MAX)));
        assert_eq!(slow(1004, &chunk(10, 3 | COMPRESSED, b"x")), Err(Refused::Compressed));
        assert_eq!(slow(1004, b"short"), Ok(Found::Frame));
        // The channel of messages about the link has no such headers.
        assert_eq!(slow(1009, &chunk(u32::MAX, 1, b"x")), Ok(Found::Frame));
    }

    #[test]
    fn messages_of_dynamic_channels_are_bounded() {
        let slow = |data: &[u8]| guard().slow(&frame(DYNAMIC, data));
        // Command 2 with a channel of one byte and a length of four.
        let first = [0x28, 7, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3];
        assert_eq!(slow(&chunk(9, 3, &first)), Err(Refused::Message(0x7fff_ffff)));
        assert_eq!(slow(&chunk(9, 3, &[0x28, 7, 9, 0, 0, 0, 1, 2, 3])), Ok(Found::Frame));
        // Not hidden by cutting it up.
        assert_eq!(slow(&chunk(9, 1, &first[..3])), Err(Refused::Beginning));
        assert_eq!(slow(&chunk(3, 3, &first[..3])), Ok(Found::Frame));
    }

    #[test]
    fn drawings_in_pieces_are_bounded() {
        let piece = |fragmentation: u8| {
            let length = u16::MAX - 10;
            let mut frame = vec![0, 0xff, 0xff, fragmentation << 4];
            frame.extend(length.to_le_bytes());
            frame.resize(frame.len() + usize::from(length), 0);
            frame
        };
        let (mut guard, mut pieces) = (guard(), 1);
        guard.fast(&piece(2)).unwrap();
        while guard.fast(&piece(3)).is_ok() {
            pieces += 1;
        }
        assert_eq!(pieces, MOST_DRAWING / usize::from(u16::MAX - 10));
        guard.fast(&piece(0)).unwrap();
        guard.fast(&piece(3)).unwrap();
    }

    #[test]
    fn what_decoders_pass_over_is_found() {
        let slow = |data: &[u8]| guard().slow(&frame(IO, data)).unwrap();
        assert_eq!(slow(&share(0x22, &[0; 8])), Found::Bell);
        let lit = Leds { scroll: false, num: true, caps: true };
        assert_eq!(slow(&share(0x29, &[0, 0, 6, 0])), Found::Leds(lit));
        assert!(matches!(slow(&share(0x2f, &[5, 0, 0, 0])), Found::Error(_)));
        assert_eq!(slow(&share(0x25, &[])), Found::Frame);
        assert!(settles(&frame(IO, &share(0x1f, &[1, 0, 0, 0]))) && settles(b""));
        assert!(!settles(&frame(IO, &share(0x02, &[0; 8]))));
        assert!(error_info(&frame(IO, &share(0x2f, &[5, 0, 0, 0]))).is_some());
    }
}
