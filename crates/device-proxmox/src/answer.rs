//! What an answer means: data, or why there is none.
//!
//! The server says why in the status line's reason, and newer ones also in the body; some bodies are empty. Some of what
//! is told apart here has no status of its own and is known by its words, which have stood in the server's sources for
//! years; where they do not fit, the words themselves are shown.

use crate::{ProxmoxError, call::Call};
use patchbay_session::text;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;

/// No more of the server's words is shown.
const LONGEST: usize = 300;
/// No more fields are named.
const MOST_FIELDS: usize = 10;

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The status line's own words, where they are not the usual ones.
    pub(crate) reason: Option<Vec<u8>>,
    pub(crate) body: Vec<u8>,
}

/// Why there is no data.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Nobody, or nobody any more, is signed in (401); in the server's words.
    SignIn(String),
    /// Everything else.
    Other(ProxmoxError),
}

impl From<ProxmoxError> for Refusal {
    fn from(error: ProxmoxError) -> Self {
        Self::Other(error)
    }
}

#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

#[derive(Deserialize, Default)]
struct Problem {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    errors: Option<BTreeMap<String, Value>>,
}

/// What the server says, on one line and short enough, to stand inside a sentence.
pub(crate) fn words(said: &str) -> String {
    let line: String = text::on_one_line(said).take(LONGEST).collect();
    text::inside_sentence(&line).to_owned()
}

impl Answer {
    /// The data.
    pub(crate) fn data<T: DeserializeOwned>(&self, call: &Call, at: &str) -> Result<T, Refusal> {
        if (200..300).contains(&self.status) {
            let data = serde_json::from_slice::<Data<T>>(&self.body);
            return data.map(|data| data.data).map_err(|error| {
                tracing::debug!(%error, path = call.path, "an answer of a cluster is not understood");
                self.strange(at).into()
            });
        }
        Err(self.refusal(call, at))
    }

    fn refusal(&self, call: &Call, at: &str) -> Refusal {
        let problem: Problem = serde_json::from_slice(&self.body).unwrap_or_default();
        let reason = self.reason.as_deref().map(String::from_utf8_lossy);
        let why = words(problem.message.as_deref().or(reason.as_deref()).unwrap_or_default());
        let why = if why.is_empty() { format!("status {}", self.status) } else { why };
        let node = || call.node().to_owned();
        let error = match self.status {
            401 => return Refusal::SignIn(why),
            403 => ProxmoxError::NotAllowed { why },
            400 => match fields(problem.errors) {
                fields if fields.is_empty() => ProxmoxError::Refused { status: 400, why },
                fields => ProxmoxError::Parameters { fields },
            },
            404 => ProxmoxError::Gone { why },
            412 => ProxmoxError::ChangedMeanwhile,
            501 => {
                ProxmoxError::UnknownRequest { request: format!("{} {}", call.method, call.path) }
            }
            595..=599 => ProxmoxError::NodeUnreachable { node: node(), why },
            500 if why.starts_with("hostname lookup '") => {
                ProxmoxError::UnknownNode { node: node() }
            }
            500 if is_gone(&why) => ProxmoxError::Gone { why },
            500 if is_changed(&why) => ProxmoxError::ChangedMeanwhile,
            500..=599 if self.is_proxmox() => ProxmoxError::Refused { status: self.status, why },
            _ => self.strange(at),
        };
        error.into()
    }

    fn strange(&self, at: &str) -> ProxmoxError {
        ProxmoxError::Strange { at: at.to_owned(), status: self.status }
    }

    /// Whether it is the server's own: JSON, or nothing but a reason of its own.
    fn is_proxmox(&self) -> bool {
        let json = || serde_json::from_slice::<BTreeMap<String, Value>>(&self.body).is_ok();
        if self.body.is_empty() { self.reason.is_some() } else { json() }
    }
}

fn fields(errors: Option<BTreeMap<String, Value>>) -> Vec<(String, String)> {
    let said = |value: &Value| value.as_str().map(words).unwrap_or_default();
    let all = errors.unwrap_or_default();
    all.iter().take(MOST_FIELDS).map(|(name, why)| (words(name), said(why))).collect()
}

/// A guest's file is not on that node: it was moved or deleted.
fn is_gone(why: &str) -> bool {
    why.starts_with("Configuration file '") && why.contains("does not exist")
}

/// The digest that was sent along is not that of the file.
pub(crate) fn is_changed(why: &str) -> bool {
    why.contains("detected modified configuration") || why.contains("file change by other user")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn refused(status: u16, reason: Option<&str>, body: &str) -> Refusal {
        let reason = reason.map(|reason| reason.as_bytes().to_vec());
        let answer = Answer { status, reason, body: body.as_bytes().to_vec() };
        let call = Call::get(&["nodes", "pve9", "status"]);
        answer.data::<Value>(&call, "lab:8006").unwrap_err()
    }

    fn said(status: u16, reason: Option<&str>, body: &str) -> String {
        match refused(status, reason, body) {
            Refusal::SignIn(why) => format!("sign in: {why}"),
            Refusal::Other(error) => error.to_string(),
        }
    }

    #[test]
    fn an_empty_body_says_why_in_its_reason() {
        assert_eq!(
            said(401, Some("authentication failure"), ""),
            "sign in: authentication failure"
        );
        assert_eq!(said(401, None, ""), "sign in: status 401");
    }

    #[test]
    fn each_refusal_is_put_to_people() {
        let null = r#"{"data":null}"#;
        for (status, reason, body, words) in [
            (
                403,
                Some("Permission check failed (/vms/100, VM.PowerMgmt)"),
                null,
                "The cluster does not allow that: Permission check failed (/vms/100, VM.PowerMgmt).",
            ),
            (
                400,
                Some("Parameter verification failed."),
                r#"{"errors":{"cores":"value must have a minimum value of 1\n","vmid":"x"},"data":null}"#,
                "The cluster does not take cores (value must have a minimum value of 1), vmid (x).",
            ),
            (
                501,
                Some("Method 'GET /x' not implemented"),
                null,
                "The server knows no GET /nodes/pve9/status.",
            ),
            (
                500,
                Some(
                    "hostname lookup 'pve9' failed - failed to get address info for: pve9: Name or service not known",
                ),
                null,
                "The cluster has no node pve9.",
            ),
            (
                500,
                Some("Configuration file 'nodes/pve9/qemu-server/100.conf' does not exist"),
                null,
                "That is not there any more: Configuration file 'nodes/pve9/qemu-server/100.conf' does not exist.",
            ),
            (
                595,
                Some("No route to host"),
                null,
                "The node pve9 cannot be reached by the cluster: No route to host.",
            ),
            (596, None, "", "The node pve9 cannot be reached by the cluster: status 596."),
            (
                500,
                Some("detected modified configuration - file changed by other user? Try again."),
                null,
                "Somebody else has changed the configuration meanwhile.",
            ),
            (
                500,
                None,
                r#"{"data":null,"message":"VM is locked (backup)\n"}"#,
                "The cluster refused: VM is locked (backup).",
            ),
            (
                502,
                Some("Bad Gateway"),
                "<html>",
                "What answers at lab:8006 is no Proxmox VE, or something in between: status 502.",
            ),
            (
                302,
                None,
                "",
                "What answers at lab:8006 is no Proxmox VE, or something in between: status 302.",
            ),
            (
                200,
                None,
                "<html>",
                "What answers at lab:8006 is no Proxmox VE, or something in between: status 200.",
            ),
            (
                200,
                None,
                "{}",
                "What answers at lab:8006 is no Proxmox VE, or something in between: status 200.",
            ),
        ] {
            assert_eq!(said(status, reason, body), words);
        }
    }

    #[test]
    fn hostile_words_are_cut_and_cannot_act() {
        let said = said(500, Some(&format!("\u{1b}[2J{}", "x".repeat(9_000))), r#"{"data":null}"#);
        assert!(said.len() < 400 && !said.contains('\u{1b}'), "{said}");
    }
}
