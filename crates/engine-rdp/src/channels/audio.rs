//! Sound that is played there (MS-RDPEA), as samples.
//!
//! Deliberately absent: compressed formats (the server is told of none) and recording.

use super::{Outbox, Wish};
use bytes::Bytes;
use ironrdp_rdpsnd::{
    client::{Rdpsnd, RdpsndClientHandler},
    pdu::{AudioFormat, PitchPdu, VolumePdu, WaveFormat},
};
use patchbay_session::desktop::{Audio, DesktopEvent};
use std::borrow::Cow;

/// The most bytes of one piece: three seconds and more of anything that is taken.
const MOST_PIECE: usize = 1024 * 1024;
/// No more formats than this are agreed on.
const MOST_FORMATS: usize = 8;

/// The channel.
pub(crate) fn channel(outbox: &Outbox) -> Rdpsnd {
    Rdpsnd::new(Box::new(Speaker { outbox: outbox.clone() }))
}

#[derive(Debug)]
struct Speaker {
    outbox: Outbox,
}

impl RdpsndClientHandler for Speaker {
    fn get_formats(&self) -> &[AudioFormat] {
        &[]
    }

    fn choose_formats(&self, offered: &[AudioFormat]) -> Vec<AudioFormat> {
        offered.iter().filter(|format| playable(format)).take(MOST_FORMATS).cloned().collect()
    }

    fn wave(&mut self, format: &AudioFormat, _: u32, data: Cow<'_, [u8]>) {
        let frame = usize::from(format.n_channels) * 2;
        if !playable(format) || data.len() > MOST_PIECE {
            return;
        }
        let whole = data.len() - data.len() % frame;
        let samples = Bytes::copy_from_slice(data.get(..whole).unwrap_or_default());
        let channels = u8::try_from(format.n_channels).unwrap_or(2);
        let audio = Audio { rate: format.n_samples_per_sec, channels, samples };
        self.outbox.put(Wish::Tell(DesktopEvent::Audio(audio)));
    }

    fn set_volume(&mut self, _: VolumePdu) {}

    fn set_pitch(&mut self, _: PitchPdu) {}

    fn close(&mut self) {}
}

/// Whether it is what viewers play: 16-bit samples of one or two channels.
fn playable(format: &AudioFormat) -> bool {
    format.format == WaveFormat::PCM
        && format.bits_per_sample == 16
        && matches!(format.n_channels, 1 | 2)
        && (8_000..=192_000).contains(&format.n_samples_per_sec)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(channels: u16, rate: u32, bits: u16) -> AudioFormat {
        AudioFormat {
            format: WaveFormat::PCM,
            n_channels: channels,
            n_samples_per_sec: rate,
            n_avg_bytes_per_sec: 0,
            n_block_align: 0,
            bits_per_sample: bits,
            data: None,
        }
    }

    #[test]
    fn only_what_can_be_played_is_agreed_on() {
        let outbox = Outbox::default();
        let mut speaker = Speaker { outbox: outbox.clone() };
        let good = format(2, 44_100, 16);
        let bad =
            [format(6, 44_100, 16), format(2, 1, 16), format(2, 44_100, 8), format(0, 44_100, 16)];
        let offered: Vec<_> = bad.iter().cloned().chain([good.clone()]).collect();
        assert_eq!(speaker.choose_formats(&offered), std::slice::from_ref(&good));
        for format in &bad {
            speaker.wave(format, 0, vec![0; 8].into());
        }
        speaker.wave(&good, 0, vec![0; MOST_PIECE + 1].into());
        assert!(outbox.take().is_none());
        speaker.wave(&good, 0, vec![1; 9].into());
        let Some(Wish::Tell(DesktopEvent::Audio(audio))) = outbox.take() else { unreachable!() };
        assert_eq!((audio.rate, audio.channels, audio.samples.len()), (44_100, 2, 8));
    }
}
