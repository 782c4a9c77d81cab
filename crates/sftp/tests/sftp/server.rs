//! OpenSSH's `sftp-server`, run as a child over its standard streams in a folder of its own.

use patchbay_sftp::{Client, Options};
use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::Stdio,
};
use tempfile::TempDir;
use tokio::process::{Child, Command};

const PLACES: [&str; 4] = [
    "/usr/lib/openssh/sftp-server",
    "/usr/libexec/openssh/sftp-server",
    "/usr/lib/ssh/sftp-server",
    "/usr/libexec/sftp-server",
];

pub(crate) struct Server {
    pub(crate) client: Client,
    pub(crate) child: Child,
    pub(crate) folder: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With further arguments, in an empty folder in which it also starts.
    pub(crate) async fn with(arguments: &[&str]) -> Self {
        Self::over(TempDir::new().unwrap(), arguments).await
    }

    pub(crate) async fn over(folder: TempDir, arguments: &[&str]) -> Self {
        let program = PLACES.iter().find(|place| Path::new(place).exists());
        let program = program.expect("no sftp-server: install openssh-sftp-server");
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (reader, writer) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
        let client = Client::start(reader, writer, Options::default()).await.unwrap();
        Self { client, child, folder }
    }

    pub(crate) fn path(&self, name: &[u8]) -> PathBuf {
        self.folder.path().join(OsStr::from_bytes(name))
    }

    pub(crate) fn put(&self, name: &[u8], content: &[u8]) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn content(&self, name: &[u8]) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Stops it (`STOP`) or lets it go on (`CONT`).
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        let status = std::process::Command::new("kill").args(["-s", name, &pid]).status();
        assert!(status.unwrap().success());
    }

    /// How many files it holds open, streams included.
    pub(crate) fn open_files(&self) -> usize {
        let pid = self.child.id().unwrap();
        std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
    }
}

/// Bytes without a pattern that a swapped block could hide in.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
