//! What a machine that is not reached by SSH may hold.

use super::check::{line, shown};
use crate::CoreError;
use patchbay_model::{
    DesktopSize, EntryDraft, LineEnding, LocalEcho, Protocol, SerialFrame, Settings,
};

const LONGEST_PORT_NAME: usize = 1024;
/// Faster than any port there is.
const FASTEST: u32 = 20_000_000;
/// What RDP can be told (MS-RDPEDISP 2.2.2.2.1), and a desktop can be seen of.
const DESKTOP_SIDES: std::ops::RangeInclusive<u16> = 200..=8192;

/// The name of a serial port, as `/dev/ttyUSB0` or `COM3`.
pub(crate) fn port_name(text: &str) -> Result<String, CoreError> {
    let text = text.trim();
    let step = "Type a name such as /dev/ttyUSB0 or COM3.";
    if text.is_empty() {
        return Err(CoreError::invalid("address", "The serial port is empty.", step));
    }
    if text.len() > LONGEST_PORT_NAME {
        return Err(CoreError::invalid("address", "The serial port's name is too long.", step));
    }
    line("address", "The name of the serial port", text)?;
    Ok(text.to_owned())
}

/// Speed and frame of a serial line.
pub(crate) fn serial(own: &Settings) -> Result<(), CoreError> {
    if let Some(baud) = own.baud
        && !(1..=FASTEST).contains(&baud)
    {
        return Err(CoreError::invalid(
            "baud",
            format!("{baud} is not the speed of a serial line."),
            "Common ones are 9600 and 115200.",
        ));
    }
    if let Some(SerialFrame { data_bits, stop_bits, .. }) = own.frame
        && !((5..=8).contains(&data_bits) && (1..=2).contains(&stop_bits))
    {
        return Err(CoreError::invalid(
            "frame",
            format!("{data_bits} data bits and {stop_bits} stop bits do not exist."),
            "There are 5 to 8 data bits and 1 or 2 stop bits.",
        ));
    }
    Ok(())
}

/// The size of a desktop, and the folder that it may use.
pub(crate) fn desktop(own: &mut Settings) -> Result<(), CoreError> {
    if let Some(DesktopSize::Fixed { width, height }) = own.desktop_size
        && !(DESKTOP_SIDES.contains(&width) && DESKTOP_SIDES.contains(&height))
    {
        return Err(CoreError::invalid(
            "desktopSize",
            format!("A desktop of {width} by {height} pixels cannot be had."),
            "Each side has 200 to 8192 pixels.",
        ));
    }
    for (field, what, text) in [
        ("domain", "The domain", &mut own.domain),
        ("drive", "The name of the folder", &mut own.drive),
    ] {
        *text = text.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        if let Some(text) = text {
            line(field, what, text)?;
            if text.len() > LONGEST_PORT_NAME {
                return Err(CoreError::invalid(
                    field,
                    format!("{what} is too long."),
                    "Shorten it.",
                ));
            }
        }
    }
    if let Some(folder) = &own.drive
        && !std::path::Path::new(folder).is_absolute()
    {
        return Err(CoreError::invalid(
            "drive",
            format!("“{}” is not the whole path of a folder.", shown(folder)),
            "Give it from the root on, as /home/me/shared.",
        ));
    }
    Ok(())
}

/// The draft without what its protocol has no use for: an identity that a machine does not use is not used by it.
pub(crate) fn only_what_applies(mut draft: EntryDraft) -> Result<EntryDraft, CoreError> {
    if draft.protocol == Protocol::Serial {
        draft.mac = None;
    }
    if draft.protocol != Protocol::Ssh {
        draft.tunnels.clear();
    }
    let has_port = draft.has_port();
    draft.settings = settings(draft.protocol, draft.settings);
    draft.settings.port = draft.settings.port.filter(|_| has_port);
    if draft.protocol == Protocol::Raw && draft.settings.port.is_none() {
        return Err(CoreError::invalid(
            "port",
            "A raw TCP connection has no usual port.",
            "Say which port to connect to.",
        ));
    }
    Ok(draft)
}

fn settings(protocol: Protocol, own: Settings) -> Settings {
    let Settings {
        port,
        baud,
        frame,
        flow_control,
        enter,
        local_echo,
        user,
        identities,
        jump,
        connect_timeout,
        keep_alive,
        legacy_algorithms,
        compression,
        forward_agent,
        forward_x11,
        terminal_type,
        start_command,
        record,
        domain,
        shared,
        view_only,
        quality,
        desktop_size,
        keyboard_layout,
        share_clipboard,
        audio,
        drive,
        drive_writable,
        weak_sign_in,
    } = own;
    let ssh = protocol == Protocol::Ssh;
    let serial = protocol == Protocol::Serial;
    let (vnc, rdp) = (protocol == Protocol::Vnc, protocol == Protocol::Rdp);
    let desktop = vnc || rdp;
    let line = ssh || protocol == Protocol::Telnet;
    Settings {
        port,
        baud: baud.filter(|_| serial),
        frame: frame.filter(|_| serial),
        flow_control: flow_control.filter(|_| serial),
        enter: enter.filter(|_: &LineEnding| !ssh && !desktop),
        local_echo: local_echo.filter(|_: &LocalEcho| !ssh && !desktop),
        user: user.filter(|_| line || desktop),
        identities: identities.filter(|_| ssh || desktop),
        jump: jump.filter(|_| !serial),
        connect_timeout: connect_timeout.filter(|_| !serial),
        keep_alive: keep_alive.filter(|_| line),
        legacy_algorithms: legacy_algorithms.filter(|_| ssh),
        compression: compression.filter(|_| ssh),
        forward_agent: forward_agent.filter(|_| ssh),
        forward_x11: forward_x11.filter(|_| ssh),
        terminal_type: terminal_type.filter(|_| line),
        start_command: start_command.filter(|_| ssh),
        record,
        domain: domain.filter(|_| rdp),
        shared: shared.filter(|_| vnc),
        view_only: view_only.filter(|_| desktop),
        quality: quality.filter(|_| vnc),
        desktop_size: desktop_size.filter(|_| desktop),
        keyboard_layout: keyboard_layout.filter(|_| rdp),
        share_clipboard: share_clipboard.filter(|_| desktop),
        audio: audio.filter(|_| rdp),
        drive: drive.filter(|_| rdp),
        drive_writable: drive_writable.filter(|_| rdp),
        weak_sign_in: weak_sign_in.filter(|_| desktop),
    }
}

/// Refuses to go through a machine that cannot forward.
pub(crate) fn refuse_as_jump(name: &str, protocol: Protocol) -> Result<(), CoreError> {
    if protocol == Protocol::Ssh {
        return Ok(());
    }
    Err(CoreError::invalid(
        "jump",
        format!(
            "“{}” is reached by {}: only an SSH machine can be gone through.",
            shown(name),
            protocol.name()
        ),
        "Choose an SSH machine, or connect directly.",
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::super::check;
    use crate::testing::field;
    use patchbay_model::{
        DesktopSize, EntryDraft, IdentityId, LineEnding, LocalEcho, Protocol, SerialFrame, Settings,
    };

    fn draft(protocol: Protocol, address: &str, settings: Settings) -> EntryDraft {
        EntryDraft {
            name: "x".into(),
            address: address.into(),
            protocol,
            mac: Some("aa:bb:cc:dd:ee:ff".into()),
            settings,
            ..EntryDraft::default()
        }
    }

    fn everything() -> Settings {
        Settings {
            port: Some(2001),
            baud: Some(9600),
            frame: Some(SerialFrame::default()),
            enter: Some(LineEnding::Lf),
            local_echo: Some(LocalEcho::On),
            user: Some("ops".into()),
            identities: Some(vec![IdentityId::new()]),
            compression: Some(true),
            forward_agent: Some(true),
            forward_x11: Some(true),
            keep_alive: Some(5),
            connect_timeout: Some(5),
            terminal_type: Some("vt100".into()),
            start_command: Some("top".into()),
            domain: Some("LAB".into()),
            shared: Some(false),
            audio: Some(true),
            share_clipboard: Some(true),
            record: Some(patchbay_model::RecordMode::Output),
            ..Settings::default()
        }
    }

    #[test]
    fn each_protocol_keeps_what_it_uses() {
        let kept =
            |protocol, address| check::entry(draft(protocol, address, everything())).unwrap();
        let ssh = kept(Protocol::Ssh, "host").settings;
        assert!(ssh.identities.is_some() && ssh.baud.is_none() && ssh.enter.is_none());
        let telnet = kept(Protocol::Telnet, "host").settings;
        assert!(telnet.identities.is_none() && telnet.compression.is_none());
        assert_eq!((telnet.port, telnet.user.as_deref()), (Some(2001), Some("ops")));
        assert_eq!(telnet.terminal_type.as_deref(), Some("vt100"));
        let raw = kept(Protocol::Raw, "host").settings;
        assert!(raw.user.is_none() && raw.terminal_type.is_none() && raw.port.is_some());
        let serial = kept(Protocol::Serial, "/dev/ttyUSB0");
        assert_eq!((serial.mac, serial.settings.port), (None, None));
        assert_eq!(serial.settings.baud, Some(9600));
        assert_eq!(serial.settings.enter, Some(LineEnding::Lf));
        assert!(serial.settings.connect_timeout.is_none() && serial.settings.user.is_none());
        assert!(ssh.domain.is_none() && ssh.share_clipboard.is_none() && ssh.record.is_some());
        let vnc = kept(Protocol::Vnc, "host").settings;
        assert!(vnc.identities.is_some() && vnc.record.is_some() && vnc.keep_alive.is_none());
        assert!(vnc.domain.is_none() && vnc.audio.is_none() && vnc.enter.is_none());
        assert_eq!((vnc.shared, vnc.share_clipboard), (Some(false), Some(true)));
        let rdp = kept(Protocol::Rdp, "host").settings;
        assert_eq!((rdp.domain.as_deref(), rdp.audio, rdp.shared), (Some("LAB"), Some(true), None));
    }

    #[test]
    fn what_makes_no_sense_is_refused_at_its_field() {
        let of =
            |protocol, address, settings| field(check::entry(draft(protocol, address, settings)));
        assert_eq!(of(Protocol::Raw, "host", Settings::default()), "port");
        assert_eq!(of(Protocol::Serial, " ", Settings::default()), "address");
        assert_eq!(of(Protocol::Serial, "/dev/\u{202E}x", Settings::default()), "address");
        assert_eq!(of(Protocol::Telnet, "/dev/ttyS0", Settings::default()), "address");
        let fast = Settings { baud: Some(0), ..Settings::default() };
        assert_eq!(of(Protocol::Serial, "COM3", fast), "baud");
        let frame = SerialFrame { data_bits: 9, ..SerialFrame::default() };
        let odd = Settings { frame: Some(frame), ..Settings::default() };
        assert_eq!(of(Protocol::Serial, "COM3", odd), "frame");
        let tiny = Some(DesktopSize::Fixed { width: 10, height: 600 });
        let tiny = Settings { desktop_size: tiny, ..Settings::default() };
        assert_eq!(of(Protocol::Rdp, "host", tiny), "desktopSize");
        let part = Settings { drive: Some("shared".into()), ..Settings::default() };
        assert_eq!(of(Protocol::Rdp, "host", part), "drive");
    }
}
