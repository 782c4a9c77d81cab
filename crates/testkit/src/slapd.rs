//! A throwaway directory: OpenLDAP's slapd on free ports of 127.0.0.1, with TLS on one and StartTLS on the other.

use crate::{
    TestkitError,
    daemon::{Daemon, free_port, run},
};
use std::{fs, net::TcpStream, path::Path, process::Command, time::Duration};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(30);
/// Where everything is.
const SUFFIX: &str = "dc=example,dc=org";
/// The password of [`Slapd::READER`].
const READER_PASSWORD: &str = "reader-pass";

/// The directory; ends when it is dropped.
#[derive(Debug)]
pub struct Slapd {
    secure: u16,
    plain: u16,
    authority: String,
    // Before the folder.
    daemon: Option<Daemon>,
    dir: TempDir,
}

impl Slapd {
    /// Who may look people up.
    pub const READER: &str = "cn=reader,dc=example,dc=org";
    /// Its password.
    pub const READER_PASSWORD: &str = READER_PASSWORD;
    /// Where people are.
    pub const PEOPLE: &str = "ou=people,dc=example,dc=org";
    /// A group; Ada is in it.
    pub const GROUP: &str = "cn=oncall,ou=groups,dc=example,dc=org";

    /// Starts it with the people of an LDIF beside its reader.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(people: &str) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let authority = certificate(dir.path())?;
        let write = |name: &str, text: String| {
            fs::write(dir.path().join(name), text)
                .map_err(|e| TestkitError::file(format!("write {name}"), e))
        };
        let data = dir.path().join("data");
        fs::create_dir(&data).map_err(|e| TestkitError::file("make a folder", e))?;
        write("slapd.conf", config(dir.path()))?;
        write("data.ldif", format!("{}\n{people}", base()))?;
        let mut add = Command::new("/usr/sbin/slapadd");
        add.arg("-q").arg("-f").arg(dir.path().join("slapd.conf"));
        run(add.arg("-l").arg(dir.path().join("data.ldif")), None)?;
        let (secure, plain) = (free_port()?, free_port()?);
        let mut new = Self { secure, plain, authority, daemon: None, dir };
        new.start_again().await?;
        Ok(new)
    }

    /// Starts it again, with what is in it, on the ports it had.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_again(&mut self) -> Result<(), TestkitError> {
        let mut command = Command::new("/usr/sbin/slapd");
        let urls = format!("ldaps://127.0.0.1:{} ldap://127.0.0.1:{}", self.secure, self.plain);
        command.arg("-f").arg(self.dir.path().join("slapd.conf")).args(["-h", &urls, "-d", "0"]);
        let mut daemon = Daemon::start(command, &self.dir.path().join("log"))?;
        let listens = || TcpStream::connect(("127.0.0.1", self.secure)).is_ok();
        daemon.until("slapd", LIMIT, listens).await?;
        self.daemon = Some(daemon);
        Ok(())
    }

    /// Stops it.
    pub fn stop(&mut self) {
        self.daemon = None;
    }

    /// `ldaps://127.0.0.1:port`.
    #[must_use]
    pub fn secure(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.secure)
    }

    /// `ldap://127.0.0.1:port`, where people may sign in after StartTLS only.
    #[must_use]
    pub fn plain(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.plain)
    }

    /// Its certificate (PEM).
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

fn config(dir: &Path) -> String {
    let dir = dir.display();
    let schema = ["core", "cosine", "inetorgperson"]
        .map(|name| format!("include /etc/ldap/schema/{name}.schema"))
        .join("\n");
    format!(
        r#"{schema}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {dir}/pid
TLSCertificateFile {dir}/directory.pem
TLSCertificateKeyFile {dir}/directory.key
security simple_bind=128
database mdb
suffix "{SUFFIX}"
directory {dir}/data
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"#,
        reader = Slapd::READER,
    )
}

fn base() -> String {
    format!(
        "dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: {people}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{SUFFIX}
objectClass: organizationalUnit
ou: groups

dn: {reader}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {READER_PASSWORD}
",
        people = Slapd::PEOPLE,
        reader = Slapd::READER,
    )
}

/// Makes a certificate for 127.0.0.1 that signs itself, and gives it (PEM).
fn certificate(dir: &Path) -> Result<String, TestkitError> {
    let path = dir.join("directory.pem");
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    openssl.args(["-nodes", "-days", "2", "-subj", "/CN=directory"]);
    openssl.args(["-addext", "subjectAltName=IP:127.0.0.1"]);
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    openssl.arg("-keyout").arg(dir.join("directory.key")).arg("-out").arg(&path);
    run(&mut openssl, None)?;
    fs::read_to_string(path).map_err(|e| TestkitError::file("read a certificate", e))
}

/// Whether it can be started; if not, prints that `what` was skipped and why.
#[must_use]
pub fn slapd_or_skip(what: &str) -> bool {
    let there = Path::new("/usr/sbin/slapd").exists();
    if !there {
        eprintln!("skipped: {what} (slapd is not installed)");
    }
    there
}
