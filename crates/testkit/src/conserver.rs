//! A throwaway console server: conserver on a free port of 127.0.0.1, with consoles that run programs.

use crate::{
    TestkitError,
    daemon::{Daemon, free_port, run},
};
use std::{fs, net::TcpStream, path::Path, process::Command, time::Duration};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(10);
const PROGRAM: &str = "/usr/sbin/conserver";

/// The server; ends when it is dropped.
#[derive(Debug)]
pub struct Conserver {
    port: u16,
    // Before the folder.
    _daemon: Daemon,
    dir: TempDir,
}

impl Conserver {
    /// Who may type everywhere but at the console `look`, where nobody may but [`Self::OTHER`].
    pub const USER: &str = "ops";
    /// Another one who may type everywhere.
    pub const OTHER: &str = "eva";
    /// The password of both.
    pub const PASSWORD: &str = "pass";

    /// Starts it with these consoles, each a name and a shell script. Only with a certificate can it be encrypted by clients
    /// that do without anonymous keys; it lets people in without encryption as well.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(consoles: &[(&str, &str)], certified: bool) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::write(&path, text).map_err(|e| TestkitError::file(format!("write {name}"), e))
        };
        let mut hash = Command::new("openssl");
        hash.args(["passwd", "-6", Self::PASSWORD]);
        let hash = hash.output().map_err(|e| TestkitError::start("openssl", e))?.stdout;
        let hash = String::from_utf8_lossy(&hash).trim().to_owned();
        write("passwd", &format!("{}:{hash}\n{}:{hash}\n", Self::USER, Self::OTHER))?;
        if certified {
            certificate(dir.path())?;
        }
        let mut text = config(dir.path(), certified);
        for (at, (name, script)) in consoles.iter().enumerate() {
            let program = dir.path().join(format!("program-{at}"));
            write(&format!("program-{at}"), script)?;
            let may = if *name == "look" { Self::OTHER } else { "*" };
            text.push_str(&format!(
                "console {name} {{ type exec; exec \"/bin/sh {}\"; rw {may}; ro *; }}\n",
                program.display()
            ));
        }
        write("conserver.cf", &text)?;
        let port = free_port()?;
        let mut command = Command::new(PROGRAM);
        command.arg("-C").arg(dir.path().join("conserver.cf")).args(["-M", "127.0.0.1", "-O", "0"]);
        // Its keepers of consoles listen wherever there is room.
        command.args(["-p", &port.to_string(), "-b", "0"]);
        let mut daemon = Daemon::start(command, &dir.path().join("log"))?;
        let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        daemon.until("conserver", LIMIT, listens).await?;
        Ok(Self { port, _daemon: daemon, dir })
    }

    /// Where its master listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}

fn config(dir: &Path, certified: bool) -> String {
    let dir = dir.display();
    let credentials =
        if certified { format!("sslcredentials {dir}/conserver.pem;") } else { String::new() };
    format!(
        "config * {{ defaultaccess rejected; passwdfile {dir}/passwd; sslrequired no; {credentials} }}\n\
         default * {{ master 127.0.0.1; logfile {dir}/console-&.log; }}\n\
         access * {{ allowed 127.0.0.1; }}\n"
    )
}

/// Key and certificate in one file, as it wants them.
fn certificate(dir: &Path) -> Result<(), TestkitError> {
    let (key, certificate) = (dir.join("key.pem"), dir.join("certificate.pem"));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    openssl.args(["-nodes", "-days", "2", "-subj", "/CN=conserver"]);
    run(openssl.arg("-keyout").arg(&key).arg("-out").arg(&certificate), None)?;
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|e| TestkitError::file("read a certificate", e))
    };
    let both = read(&key)? + &read(&certificate)?;
    fs::write(dir.join("conserver.pem"), both)
        .map_err(|e| TestkitError::file("write a certificate", e))
}

/// Whether it can be started; if not, prints that `what` was skipped and why.
#[must_use]
pub fn conserver_or_skip(what: &str) -> bool {
    let there = Path::new(PROGRAM).exists();
    if !there {
        eprintln!("skipped: {what} (conserver is not there: `cargo xtask test` installs it)");
    }
    there
}
