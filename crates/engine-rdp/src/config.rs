//! What the server is told about this end (MS-RDPBCGR section 2.2.1.3).

use crate::RdpOptions;
use ironrdp_connector::{BitmapConfig, Config, Credentials, DesktopSize};
use ironrdp_pdu::{
    gcc::{ConnectionType, KeyboardType},
    rdp::{
        capability_sets::{
            BitmapCodecs, MajorPlatformType, RailSupportLevel, client_codecs_capabilities,
        },
        client_info::{PerformanceFlags, TimezoneInfo},
    },
};
use patchbay_session::desktop::Size;

/// The least and most a side of a desktop may have (MS-RDPEDISP section 2.2.2.2.1).
const SIDE: std::ops::RangeInclusive<u16> = 200..=8192;

/// The size a server can be asked for: widths are even.
pub(crate) fn allowed(size: Size) -> Size {
    let side = |pixels: u16| pixels.clamp(*SIDE.start(), *SIDE.end());
    Size::new(side(size.width) & !1, side(size.height))
}

/// How much larger things should be drawn: from 100 to 500 percent.
pub(crate) fn scale(options: &RdpOptions) -> u32 {
    u32::from(options.scale).clamp(100, 500)
}

/// Without anything of the person: that is added once the certificate is trusted.
pub(crate) fn config(options: &RdpOptions) -> Config {
    let size = allowed(options.size);
    Config {
        desktop_size: DesktopSize { width: size.width, height: size.height },
        monitor_layout: None,
        desktop_scale_factor: scale(options),
        desktop_physical_size: None,
        desktop_orientation: None,
        device_scale_factor: None,
        monitor_extended_layout: None,
        relative_mouse_input: false,
        enable_tls: options.allow_without_nla,
        enable_credssp: true,
        enable_standard_rdp_security: false,
        credentials: credentials(None, None),
        domain: None,
        client_build: 2600,
        client_name: crate::channels::COMPUTER.to_owned(),
        keyboard_type: KeyboardType::IBM_ENHANCED,
        keyboard_subtype: 0,
        keyboard_functional_keys_count: 12,
        keyboard_layout: options.keyboard_layout.unwrap_or(0),
        connection_type: ConnectionType::Lan,
        ime_file_name: String::new(),
        bitmap: Some(BitmapConfig { lossy_compression: true, color_depth: 32, codecs: codecs() }),
        dig_product_id: String::new(),
        client_dir: "C:\\Windows\\System32\\mstscax.dll".to_owned(),
        alternate_shell: String::new(),
        work_dir: String::new(),
        remote_application_mode: false,
        rail_support_level: RailSupportLevel::empty(),
        platform: MajorPlatformType::UNIX,
        hardware_id: None,
        request_data: None,
        autologon: false,
        enable_audio_playback: options.audio,
        enable_audio_capture: false,
        performance_flags: PerformanceFlags::DISABLE_FULLWINDOWDRAG
            | PerformanceFlags::DISABLE_MENUANIMATIONS
            | PerformanceFlags::ENABLE_FONT_SMOOTHING,
        license_cache: None,
        timezone_info: TimezoneInfo::default(),
        // Pictures are compressed already, and history buffers are one more thing to be attacked.
        compression_type: None,
        enable_server_pointer: true,
        pointer_software_rendering: false,
        multitransport_flags: None,
        support_dyn_vc_gfx_protocol: true,
    }
}

/// As whom, and with what.
pub(crate) fn credentials(user: Option<&str>, password: Option<&str>) -> Credentials {
    Credentials::UsernamePassword {
        username: user.unwrap_or_default().to_owned(),
        password: password.unwrap_or_default().to_owned(),
    }
}

/// RemoteFX, which is what the decoder knows.
fn codecs() -> BitmapCodecs {
    client_codecs_capabilities(&[]).unwrap_or(BitmapCodecs(Vec::new()))
}

/// Options of a test.
#[cfg(test)]
pub(crate) fn tests_options(size: Size) -> RdpOptions {
    RdpOptions {
        machine: "web-01".to_owned(),
        address: "web-01".to_owned(),
        port: 3389,
        user: None,
        domain: None,
        password: None,
        refused: false,
        size,
        scale: 100,
        keyboard_layout: None,
        clipboard: false,
        audio: false,
        drive: None,
        allow_without_nla: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_what_servers_take() {
        assert_eq!(allowed(Size::new(1, 1)), Size::new(200, 200));
        assert_eq!(allowed(Size::new(1367, 767)), Size::new(1366, 767));
        assert_eq!(allowed(Size::new(u16::MAX, u16::MAX)), Size::new(8192, 8192));
    }
}
