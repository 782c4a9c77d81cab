//! Switches by their command lines, behind OpenSSH. What they say and keep is ours (`switch/cli.py`), since no real one can be
//! had in a test; connections, sign-in and host keys are OpenSSH's.

use crate::{KeyPair, Sshd, TestkitError};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};
use tempfile::TempDir;

/// A switch of six ports with a prompt; ends when it is dropped. Its first port carries the management: once that is down or in
/// other VLANs than at first, every session is dropped until it is as before.
#[derive(Debug)]
pub struct CliSwitch {
    sshd: Sshd,
    dir: TempDir,
}

impl CliSwitch {
    /// The platforms that it can be.
    pub const PLATFORMS: [&str; 5] = ["junos", "eos", "nxos", "iosxe", "os10"];

    /// Starts one of this platform, with these options beside it (`switch/cli.py` names them), which lets this key in.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(
        platform: &str,
        key: &KeyPair,
        options: &Value,
    ) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let path = dir.path().join("cli.py");
        fs::write(&path, include_str!("cli.py"))
            .map_err(|e| TestkitError::file("write cli.py", e))?;
        let command = format!("exec python3 {} {}", path.display(), dir.path().display());
        let sshd = Sshd::builder()
            .authorized_key(&key.public)
            .option(format!("ForceCommand {command}"))
            .start()
            .await?;
        let switch = Self { sshd, dir };
        let mut all = options.clone();
        if let Some(all) = all.as_object_mut() {
            all.insert("platform".to_owned(), json!(platform));
        }
        switch.set(&all)?;
        Ok(switch)
    }

    /// Other options from now on, the platform among them.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn set(&self, options: &Value) -> Result<(), TestkitError> {
        // At once, since it reads them at any moment.
        let (new, path) = (self.file("options.new"), self.file("options.json"));
        fs::write(&new, options.to_string())
            .and_then(|()| fs::rename(&new, &path))
            .map_err(|e| TestkitError::file("write options.json", e))
    }

    /// The server it is behind.
    #[must_use]
    pub const fn sshd(&self) -> &Sshd {
        &self.sshd
    }

    /// The same, to be stopped and started again.
    pub const fn sshd_mut(&mut self) -> &mut Sshd {
        &mut self.sshd
    }

    /// The lines that were typed since it was started.
    #[must_use]
    pub fn typed(&self) -> Vec<String> {
        let log = fs::read_to_string(self.file("log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// What it is: `running`, `pending` with its timer, and how many times it was `saved`. Null before the first session.
    #[must_use]
    pub fn state(&self) -> Value {
        let text = fs::read_to_string(self.file("state.json")).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}
