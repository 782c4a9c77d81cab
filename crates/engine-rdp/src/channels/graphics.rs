//! The graphics pipeline (MS-RDPEGFX): the decoders compose the desktop themselves; here it is said what they can do.

use super::{Outbox, Wish};
use ironrdp_egfx::{
    client::{BitmapUpdate, GraphicsPipelineClient, GraphicsPipelineHandler},
    decode::H264Decoder,
    pdu::{
        CapabilitiesV8Flags, CapabilitiesV10Flags, CapabilitiesV81Flags, CapabilitiesV104Flags,
        CapabilitiesV107Flags, CapabilitySet, Codec1Type,
    },
};
use patchbay_session::desktop::DesktopEvent;

/// The channel.
pub(crate) fn channel(outbox: &Outbox) -> GraphicsPipelineClient {
    let decoder = decoder();
    let h264 = decoder.is_some();
    let outbox = outbox.clone();
    let pipeline = Pipeline { outbox, h264, version: "", codec: None };
    GraphicsPipelineClient::new(Box::new(pipeline), decoder)
}

#[cfg(feature = "h264")]
fn decoder() -> Option<Box<dyn H264Decoder>> {
    let decoder = ironrdp_egfx::decode::OpenH264Decoder::new().ok()?;
    Some(Box::new(decoder))
}

#[cfg(not(feature = "h264"))]
const fn decoder() -> Option<Box<dyn H264Decoder>> {
    None
}

struct Pipeline {
    outbox: Outbox,
    h264: bool,
    /// What was agreed on.
    version: &'static str,
    /// How H.264 came last, if it did.
    codec: Option<&'static str>,
}

impl Pipeline {
    fn tell(&self) {
        let codec = self.codec.map(|codec| format!(", H.264 ({codec})")).unwrap_or_default();
        let quality = format!("Graphics pipeline {}{codec}", self.version);
        self.outbox.put(Wish::Tell(DesktopEvent::Quality(quality)));
    }
}

impl GraphicsPipelineHandler for Pipeline {
    fn capabilities(&self) -> Vec<CapabilitySet> {
        let (mut newest, mut newer, mut new) = (
            CapabilitiesV107Flags::SMALL_CACHE,
            CapabilitiesV104Flags::SMALL_CACHE,
            CapabilitiesV10Flags::SMALL_CACHE,
        );
        let mut old = CapabilitiesV81Flags::SMALL_CACHE;
        if self.h264 {
            old |= CapabilitiesV81Flags::AVC420_ENABLED;
        } else {
            newest |= CapabilitiesV107Flags::AVC_DISABLED;
            newer |= CapabilitiesV104Flags::AVC_DISABLED;
            new |= CapabilitiesV10Flags::AVC_DISABLED;
        }
        vec![
            CapabilitySet::V10_7 { flags: newest },
            CapabilitySet::V10_6 { flags: newer },
            CapabilitySet::V10_5 { flags: newer },
            CapabilitySet::V10_4 { flags: newer },
            CapabilitySet::V10_2 { flags: new },
            CapabilitySet::V10 { flags: new },
            CapabilitySet::V8_1 { flags: old },
            CapabilitySet::V8 { flags: CapabilitiesV8Flags::SMALL_CACHE },
        ]
    }

    fn on_capabilities_confirmed(&mut self, agreed: &CapabilitySet) {
        self.version = match agreed {
            CapabilitySet::V8 { .. } => "8",
            CapabilitySet::V8_1 { .. } => "8.1",
            _ => "10",
        };
        self.codec = None;
        self.tell();
    }

    fn on_bitmap_updated(&mut self, update: &BitmapUpdate) {
        let codec = match update.codec_id {
            Codec1Type::Avc420 => "AVC420",
            Codec1Type::Avc444 | Codec1Type::Avc444v2 => "AVC444",
            _ => return,
        };
        // Nothing was decoded, so nothing is said of it.
        if !update.data.is_empty() && self.codec.replace(codec) != Some(codec) {
            self.tell();
        }
    }
}
