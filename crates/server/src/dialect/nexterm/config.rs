//! The config of an entry: what of it is settings of a machine, and what is kept beside.

use super::{
    refusal::Refusal,
    wish::{self, whole},
};
use patchbay_model::{EntryDraft, Protocol};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The address of an entry of a hypervisor that has none. The name never resolves (RFC 2606 section 2), so who opens it is told that
/// there is no such host and nothing is dialled.
const NOWHERE: &str = "proxmox-console.invalid";
/// The most that is kept with an entry, in bytes.
const MOST_KEPT: usize = 64 * 1024;

/// What is kept with an entry because a machine has no place for it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// None is `server`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) renderer: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    config: Map<String, Value>,
}

impl Kept {
    /// What was kept, or what a machine that was made in the window stands for: a hardware address is there to be used.
    pub(super) fn read(annex: Option<&[u8]>, draft: &EntryDraft) -> Self {
        let read = annex.and_then(|bytes| serde_json::from_slice(bytes).ok());
        read.unwrap_or_else(|| {
            let mut kept = Self::default();
            if draft.mac.is_some() {
                kept.config.insert("wakeOnLanEnabled".to_owned(), true.into());
            }
            kept
        })
    }

    pub(super) fn written(&self) -> Result<Vec<u8>, Refusal> {
        match serde_json::to_vec(self) {
            Ok(bytes) if bytes.len() <= MOST_KEPT => Ok(bytes),
            _ => Err(Refusal::malformed(format!("config is larger than {MOST_KEPT} bytes"))),
        }
    }

    pub(super) fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or("server")
    }

    pub(super) fn wakes(&self) -> bool {
        self.config.get("wakeOnLanEnabled") == Some(&Value::Bool(true))
    }

    /// What draws it, if nobody chose.
    pub(super) fn renderer(&self, draft: &EntryDraft) -> &str {
        self.renderer.as_deref().unwrap_or(match (self.is_files(), draft.protocol) {
            (true, Protocol::Ssh) => "sftp",
            (_, Protocol::Vnc | Protocol::Rdp) => "guac",
            _ => "terminal",
        })
    }

    /// An entry for files alone is a machine that takes SSH.
    fn is_files(&self) -> bool {
        self.config.get("protocol").is_some_and(|protocol| protocol == "sftp")
    }

    /// The protocol as this API names it.
    pub(super) fn protocol(&self, draft: &EntryDraft) -> &'static str {
        match draft.protocol {
            Protocol::Ssh if self.is_files() => "sftp",
            Protocol::Ssh => "ssh",
            Protocol::Telnet => "telnet",
            Protocol::Raw => "raw",
            Protocol::Serial => "serial",
            Protocol::Vnc => "vnc",
            Protocol::Rdp => "rdp",
        }
    }

    /// The config of a machine. `port` is the one that counts, `jumps` the number of the machine it is reached through.
    pub(super) fn config(
        &self,
        draft: &EntryDraft,
        port: Option<u16>,
        jump: Option<i64>,
    ) -> Map<String, Value> {
        let mut config = self.config.clone();
        let mut put = |key: &str, value: Value| config.insert(key.to_owned(), value);
        put("protocol", self.protocol(draft).into());
        if draft.address != NOWHERE {
            put("ip", draft.address.as_str().into());
        }
        if let Some(port) = port {
            put("port", port.into());
        }
        if let Some(mac) = &draft.mac {
            put("macAddress", mac.as_str().into());
        }
        if !draft.notes.is_empty() {
            put("notes", draft.notes.as_str().into());
        }
        if let Some(jump) = jump {
            put("jumpHosts", json!([jump]));
        }
        config
    }

    /// Takes over what a client wants of a config: key by key, `null` takes a key away. `jumpHosts` is not looked at.
    pub(super) fn take(
        &mut self,
        draft: &mut EntryDraft,
        config: Map<String, Value>,
    ) -> Result<(), Refusal> {
        let whole_config = Value::Object(config);
        let text = |key: &str| wish::text(&whole_config, key).map_err(Refusal::in_config);
        if let Some(protocol) = text("protocol")? {
            self.take_protocol(draft, protocol.as_deref().unwrap_or("ssh"))?;
        }
        if let Some(ip) = text("ip")? {
            draft.address = ip.unwrap_or_default();
        }
        if let Some(mac) = text("macAddress")? {
            draft.mac = mac.filter(|mac| !mac.trim().is_empty());
        }
        if let Some(notes) = text("notes")? {
            draft.notes = notes.unwrap_or_default();
        }
        if let Some(port) = whole_config.get("port") {
            draft.settings.port = port_of(port)?;
        }
        let Value::Object(config) = whole_config else { return Ok(()) };
        for (key, value) in config {
            match key.as_str() {
                "protocol" | "ip" | "macAddress" | "notes" | "port" | "jumpHosts" => {}
                "wakeOnLanEnabled" if !matches!(value, Value::Bool(_) | Value::Null) => {
                    return Err(Refusal::malformed("config.wakeOnLanEnabled must be a boolean"));
                }
                _ if value.is_null() => drop(self.config.remove(&key)),
                _ => drop(self.config.insert(key, value)),
            }
        }
        if draft.address.trim().is_empty() && self.kind().starts_with("pve-") {
            NOWHERE.clone_into(&mut draft.address);
        }
        Ok(())
    }

    fn take_protocol(&mut self, draft: &mut EntryDraft, name: &str) -> Result<(), Refusal> {
        self.config.remove("protocol");
        draft.protocol = match name {
            "ssh" => Protocol::Ssh,
            "sftp" => {
                self.config.insert("protocol".to_owned(), name.into());
                Protocol::Ssh
            }
            "telnet" => Protocol::Telnet,
            "raw" => Protocol::Raw,
            "serial" => Protocol::Serial,
            "vnc" => Protocol::Vnc,
            "rdp" => Protocol::Rdp,
            _ => {
                return Err(Refusal::malformed(
                    "config.protocol must be one of ssh, sftp, telnet, rdp, vnc, raw, serial",
                ));
            }
        };
        Ok(())
    }
}

fn port_of(value: &Value) -> Result<Option<u16>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    let port = whole(value).and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
    port.map(Some).ok_or_else(|| Refusal::malformed("config.port must be a number from 1 to 65535"))
}
