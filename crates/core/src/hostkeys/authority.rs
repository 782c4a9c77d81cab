//! Authorities of hosts: keys whose certificates are believed for the addresses they are on record for.

use super::{HostKeys, kept, stored::Stored};
use crate::{Authorized, CoreError, WholeVault};
use patchbay_engine_ssh::hostkey;
use patchbay_model::{HostKeyId, HostKeyRecord};

/// More is no list a person wrote.
const LONGEST_PATTERNS: usize = 4096;

impl HostKeys<'_> {
    /// Puts an authority on record: its public key, and the hosts it speaks for, as patterns with `*` and `?`. The key may
    /// be a whole `@cert-authority` line of a `known_hosts` file; its patterns count if none are given.
    pub async fn add_authority(
        &self,
        _vault: &Authorized<WholeVault>,
        patterns: &str,
        public_key: &str,
    ) -> Result<HostKeyRecord, CoreError> {
        let (written, key) = parts(public_key);
        let patterns = checked(if patterns.trim().is_empty() { written } else { patterns })?;
        let key = key_line(key)?;
        let own = self.own().await?;
        if own.iter().any(|(_, old)| old.authority && old.key == key && old.host == patterns) {
            return Err(CoreError::invalid(
                "publicKey",
                "This authority is on record for these hosts already.",
                "Nothing has to be done.",
            ));
        }
        let now = self.0.clock().wall();
        let (id, authority) = (
            HostKeyId::new(),
            Stored {
                host: patterns,
                key,
                first_seen: now,
                last_seen: now,
                times: 0,
                authority: true,
                certificate: None,
            },
        );
        self.apply(vec![kept(id, &authority)?]).await?;
        Ok(authority.shown(id))
    }
}

/// The patterns and the key of a `@cert-authority` line; no patterns and the text itself for anything else.
fn parts(text: &str) -> (&str, &str) {
    let text = text.trim();
    let line = text.strip_prefix("@cert-authority").map(str::trim_start);
    line.and_then(|line| line.split_once(|c: char| c.is_ascii_whitespace())).unwrap_or(("", text))
}

fn key_line(text: &str) -> Result<String, CoreError> {
    let problem = |message: String| {
        let next = "Paste the line of the authority's .pub file: ssh-ed25519 AAAA… .";
        CoreError::invalid("publicKey", message, next)
    };
    if text.contains("PRIVATE KEY") {
        return Err(problem("This is a private key. Only the authority itself needs that.".into()));
    }
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .ok_or_else(|| problem("There is no public key.".into()))?;
    let algorithm = hostkey::algorithm(line)
        .map_err(|_| problem("This is not a public key OpenSSH could read.".into()))?;
    if algorithm.contains("-cert-") {
        return Err(problem(
            "This is a certificate. What is needed is the key that signed it.".into(),
        ));
    }
    if !hostkey::is_whole(line) {
        return Err(problem(format!(
            "The key is damaged, or of a kind Patchbay does not know ({algorithm})."
        )));
    }
    hostkey::plain(line).map_err(|error| problem(error.to_string()))
}

/// As `known_hosts` has them: with commas in between and no blanks.
fn checked(text: &str) -> Result<String, CoreError> {
    let problem = |message: String| {
        let next = "Give host names with * and ?, such as *.example.net, separated by commas.";
        CoreError::invalid("patterns", message, next)
    };
    let split = |c: char| c == ',' || c.is_whitespace();
    let patterns: Vec<String> =
        text.split(split).filter(|one| !one.is_empty()).map(str::to_lowercase).collect();
    if patterns.is_empty() {
        return Err(problem("Say for which hosts the authority speaks.".into()));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || "*?.-_:[]!%".contains(c);
    if let Some(wrong) = patterns.iter().find(|one| !one.chars().all(fits)) {
        return Err(problem(format!(
            "“{}” is not a pattern for hosts.",
            crate::tree::shown(wrong)
        )));
    }
    if patterns.iter().all(|one| one.starts_with('!')) {
        return Err(problem("Patterns that only leave out hosts name none.".into()));
    }
    let joined = patterns.join(",");
    if joined.len() > LONGEST_PATTERNS {
        return Err(problem("These are too many patterns.".into()));
    }
    Ok(joined)
}
