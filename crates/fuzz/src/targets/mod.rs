//! One file per decoder, and what several of them check.

pub(crate) mod address_line;
pub(crate) mod agent_request;
pub(crate) mod asciicast;
pub(crate) mod audit_entry;
pub(crate) mod audit_head;
pub(crate) mod codec;
pub(crate) mod command_args;
pub(crate) mod conserver;
pub(crate) mod data_keys;
pub(crate) mod desktop_codec;
pub(crate) mod desktop_recording;
pub(crate) mod exchange;
pub(crate) mod ipmi_fru;
pub(crate) mod ipmi_packet;
pub(crate) mod ipmi_sdr;
pub(crate) mod ipmi_sel;
pub(crate) mod ipmi_sol;
pub(crate) mod key_block;
pub(crate) mod key_text;
pub(crate) mod known_hosts;
pub(crate) mod mac;
pub(crate) mod passkey;
pub(crate) mod picture;
pub(crate) mod ppk_body;
pub(crate) mod proxmox_frame;
pub(crate) mod proxmox_property;
pub(crate) mod proxmox_upid;
pub(crate) mod public_key;
pub(crate) mod rdp_frame;
pub(crate) mod rdp_picture;
pub(crate) mod recovery_key;
pub(crate) mod redfish_answer;
pub(crate) mod redfish_link;
pub(crate) mod run_output;
pub(crate) mod sealed;
pub(crate) mod server_text;
pub(crate) mod settings_file;
pub(crate) mod sftp_reply;
pub(crate) mod snippet_text;
pub(crate) mod snmp_addresses;
pub(crate) mod snmp_lldp;
pub(crate) mod snmp_port_list;
pub(crate) mod snmp_rate;
pub(crate) mod snmp_walk;
pub(crate) mod socks_request;
pub(crate) mod ssh_config;
pub(crate) mod switch_cli;
pub(crate) mod team_address;
pub(crate) mod team_events;
pub(crate) mod telnet;
pub(crate) mod tls_certificate;
pub(crate) mod vault_file;
pub(crate) mod vault_wrap;
pub(crate) mod vnc_handshake;
pub(crate) mod vnc_stream;
pub(crate) mod vnc_websocket;
pub(crate) mod x11_setup;
pub(crate) mod xauthority;

use std::{borrow::Cow, io, path::Path};
use tempfile::TempDir;

/// The input as text, as the product reads files.
fn text(data: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(data)
}

/// A folder for a decoder that reads files: in memory where the system offers that, since waiting for a disk finds nothing.
fn folder() -> io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }
}

/// Whether a character acts on a screen: a control character, or one that turns the direction of writing round
/// (Unicode's property Bidi_Control).
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A message to a person: of bounded length, and with nothing in it that acts on a screen.
fn assert_message(message: &str) {
    assert!(!message.contains(acts), "acts on a screen: {message:?}");
    assert!(message.chars().count() <= 1_000, "too long: {message}");
}

/// The first two bytes as a length, then so many bytes, then the rest; what is missing is empty.
fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    let Some((length, rest)) = data.split_first_chunk::<2>() else { return (data, &[]) };
    let length = usize::from(u16::from_be_bytes(*length));
    rest.split_at_checked(length).unwrap_or((rest, &[]))
}
