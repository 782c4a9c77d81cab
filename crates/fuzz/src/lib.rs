//! Fuzz targets: the decoders that meet bytes we did not write, and what holds whatever the bytes are.
//!
//! The same targets run as plain tests over `corpus/` (`tests/corpus.rs`) and under libFuzzer (`src/main.rs`).
//! Deliberately absent: decoders of what is sealed by ourselves, since nobody without the key can write that.

mod targets;

/// Runs a decoder over an input, and fails an assertion where a promise is broken.
///
/// Says whether the input was understood, so that a seed cannot silently stop being a good one.
pub type Target = fn(&[u8]) -> bool;

/// All targets by name. The seeds of each are in `corpus/<name>/`.
pub const TARGETS: &[(&str, Target)] = &[
    ("address_line", targets::address_line::run),
    ("agent_request", targets::agent_request::run),
    ("asciicast", targets::asciicast::run),
    ("audit_entry", targets::audit_entry::run),
    ("audit_head", targets::audit_head::run),
    ("codec", targets::codec::run),
    ("command_args", targets::command_args::run),
    ("conserver", targets::conserver::run),
    ("data_keys", targets::data_keys::run),
    ("desktop_codec", targets::desktop_codec::run),
    ("desktop_recording", targets::desktop_recording::run),
    ("exchange", targets::exchange::run),
    ("ipmi_fru", targets::ipmi_fru::run),
    ("ipmi_packet", targets::ipmi_packet::run),
    ("ipmi_sdr", targets::ipmi_sdr::run),
    ("ipmi_sel", targets::ipmi_sel::run),
    ("ipmi_sol", targets::ipmi_sol::run),
    ("key_block", targets::key_block::run),
    ("key_text", targets::key_text::run),
    ("known_hosts", targets::known_hosts::run),
    ("mac", targets::mac::run),
    ("passkey", targets::passkey::run),
    ("picture", targets::picture::run),
    ("ppk_body", targets::ppk_body::run),
    ("proxmox_frame", targets::proxmox_frame::run),
    ("proxmox_property", targets::proxmox_property::run),
    ("proxmox_upid", targets::proxmox_upid::run),
    ("public_key", targets::public_key::run),
    ("rdp_frame", targets::rdp_frame::run),
    ("rdp_picture", targets::rdp_picture::run),
    ("recovery_key", targets::recovery_key::run),
    ("redfish_answer", targets::redfish_answer::run),
    ("redfish_link", targets::redfish_link::run),
    ("run_output", targets::run_output::run),
    ("sealed", targets::sealed::run),
    ("server_text", targets::server_text::run),
    ("settings_file", targets::settings_file::run),
    ("sftp_reply", targets::sftp_reply::run),
    ("snippet_text", targets::snippet_text::run),
    ("snmp_addresses", targets::snmp_addresses::run),
    ("snmp_lldp", targets::snmp_lldp::run),
    ("snmp_port_list", targets::snmp_port_list::run),
    ("snmp_rate", targets::snmp_rate::run),
    ("snmp_walk", targets::snmp_walk::run),
    ("socks_request", targets::socks_request::run),
    ("ssh_config", targets::ssh_config::run),
    ("switch_cli", targets::switch_cli::run),
    ("team_address", targets::team_address::run),
    ("team_events", targets::team_events::run),
    ("telnet", targets::telnet::run),
    ("tls_certificate", targets::tls_certificate::run),
    ("vault_file", targets::vault_file::run),
    ("vault_wrap", targets::vault_wrap::run),
    ("vnc_handshake", targets::vnc_handshake::run),
    ("vnc_stream", targets::vnc_stream::run),
    ("vnc_websocket", targets::vnc_websocket::run),
    ("x11_setup", targets::x11_setup::run),
    ("xauthority", targets::xauthority::run),
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}
