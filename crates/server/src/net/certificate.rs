//! The server's certificate: its own, kept beside the data, or one from files that are read again when they change.

use data_encoding::HEXLOWER;
use patchbay_core::sync;
use patchbay_model::Secret;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use sha2::{Digest as _, Sha256};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::{fs, io};
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

/// The file of the server's own certificate and its key, within the data folder.
const OWN: &str = "certificate.pem";
/// How long the server's own is good for: whoever pins it should not have to again.
const YEARS: i64 = 20;
/// Nobody's certificates are longer.
const LONGEST: u64 = 1024 * 1024;

/// Why there is no certificate. Each says what to do.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// The file cannot be read or written.
    #[error("{path} cannot be used: {error}. Check that it is there and that this user may use it.", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file is something else.
    #[error("{path} has no {what} in PEM form. Give a file that has \"-----BEGIN\" in it.", path = path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// What is missing.
        what: &'static str,
    },
    /// They do not belong together, or are of a kind that is not known.
    #[error(
        "The certificate and its key cannot be used together: {0}. Give the key that the certificate was made for, and the certificate with the ones that signed it below."
    )]
    Pair(rustls::Error),
    /// None could be made.
    #[error("No certificate could be made: {0}. Check the names given with --name.")]
    Make(#[from] rcgen::Error),
}

/// What has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reloaded {
    /// Nothing.
    Same,
    /// A new certificate is shown from now on.
    New,
}

#[derive(Debug)]
enum Source {
    Own,
    Files { certificate: PathBuf, key: PathBuf },
}

/// What the server shows to clients.
#[derive(Debug)]
pub struct Certificate {
    source: Source,
    shown: Arc<Shown>,
    config: Arc<ServerConfig>,
}

#[derive(Debug)]
struct Shown(RwLock<(Arc<CertifiedKey>, [u8; 32])>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&sync::read(&self.0).0))
    }
}

impl Certificate {
    /// The server's own from its data folder; made at the first start, for these names and addresses.
    ///
    /// # Errors
    /// If it cannot be read, or made and kept.
    pub fn own(folder: &Path, names: &[String]) -> Result<Self, CertificateError> {
        let path = folder.join(OWN);
        if !path.try_exists().map_err(|error| file(&path, error))? {
            make(&path, names)?;
        }
        Self::new(Source::Own, &path, &path)
    }

    /// One from files: the server's own certificate first, then the ones that signed it.
    ///
    /// # Errors
    /// If they cannot be read, or do not belong together.
    pub fn files(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let source = Source::Files { certificate: certificate.to_owned(), key: key.to_owned() };
        Self::new(source, certificate, key)
    }

    fn new(source: Source, certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let shown = Arc::new(Shown(RwLock::new(read(certificate, key)?)));
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(CertificateError::Pair)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { source, shown, config: Arc::new(config) })
    }

    /// Reads the files again. A pair that cannot be used, half written perhaps, leaves the old one in place.
    ///
    /// # Errors
    /// If the files cannot be used.
    pub fn reload(&self) -> Result<Reloaded, CertificateError> {
        let Source::Files { certificate, key } = &self.source else { return Ok(Reloaded::Same) };
        let read = read(certificate, key)?;
        let mut shown = sync::write(&self.shown.0);
        if shown.1 == read.1 {
            return Ok(Reloaded::Same);
        }
        *shown = read;
        Ok(Reloaded::New)
    }

    /// Whether the server made it itself, so that clients have to pin it.
    #[must_use]
    pub const fn is_own(&self) -> bool {
        matches!(self.source, Source::Own)
    }

    /// SHA-256 of the certificate, as clients show it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let shown = sync::read(&self.shown.0);
        let der = shown.0.cert.first().map_or(&[][..], |first| first.as_ref());
        format!("SHA256:{}", HEXLOWER.encode(&Sha256::digest(der)))
    }

    /// TLS 1.2 and 1.3 with it.
    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}

fn file(path: &Path, error: io::Error) -> CertificateError {
    CertificateError::File { path: path.to_owned(), error }
}

/// The pair, and a digest of both files.
fn read(certificate: &Path, key: &Path) -> Result<(Arc<CertifiedKey>, [u8; 32]), CertificateError> {
    let (chain_pem, key_pem) = (contents(certificate)?, contents(key)?);
    let no = |path: &Path, what| CertificateError::Pem { path: path.to_owned(), what };
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&chain_pem)
        .collect::<Result<_, _>>()
        .map_err(|_| no(certificate, "certificate"))?;
    if chain.is_empty() {
        return Err(no(certificate, "certificate"));
    }
    let der = PrivateKeyDer::from_pem_slice(&key_pem).map_err(|_| no(key, "private key"))?;
    let provider: CryptoProvider = ring::default_provider();
    let pair = CertifiedKey::from_der(chain, der, &provider).map_err(CertificateError::Pair)?;
    let digest = Sha256::new().chain_update(&*chain_pem).chain_update([0]).chain_update(&*key_pem);
    Ok((Arc::new(pair), digest.finalize().into()))
}

fn contents(path: &Path) -> Result<Zeroizing<Vec<u8>>, CertificateError> {
    let length = fs::metadata(path).map_err(|error| file(path, error))?.len();
    if length > LONGEST {
        return Err(file(path, io::Error::other("it is larger than a certificate can be")));
    }
    fs::read(path).map(Zeroizing::new).map_err(|error| file(path, error))
}

fn make(path: &Path, names: &[String]) -> Result<(), CertificateError> {
    let key = rcgen::KeyPair::generate()?;
    let mut wanted = rcgen::CertificateParams::new(names.to_vec())?;
    wanted.distinguished_name.push(rcgen::DnType::CommonName, "Patchbay server");
    wanted.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let now = OffsetDateTime::now_utc();
    // Clocks of clients may be behind.
    wanted.not_before = now - Duration::days(1);
    wanted.not_after = now + Duration::days(365 * YEARS);
    let certificate = wanted.self_signed(&key)?;
    let key = Secret::new(key.serialize_pem());
    let text = Zeroizing::new(format!("{}{}", certificate.pem(), key.expose_secret()));
    keep(path, text.as_bytes()).map_err(|error| file(path, error))
}

/// Whole or not at all, and for this user alone.
fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut new = options.open(&beside)?;
    new.write_all(bytes)?;
    new.sync_all()?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names() -> Vec<String> {
        ["localhost", "192.0.2.1", "::1"].map(str::to_owned).into()
    }

    #[test]
    fn the_own_certificate_is_made_once_and_for_this_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let made = Certificate::own(folder.path(), &names()).unwrap();
        let again = Certificate::own(folder.path(), &[]).unwrap();
        assert_eq!(made.fingerprint(), again.fingerprint());
        assert!(made.fingerprint().starts_with("SHA256:") && made.is_own());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join(OWN)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn files_are_read_again_and_a_bad_pair_changes_nothing() {
        let [one, two] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        Certificate::own(one.path(), &names()).unwrap();
        Certificate::own(two.path(), &names()).unwrap();
        let [one, two] = [one, two].map(|folder| fs::read(folder.path().join(OWN)).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
        fs::write(&certificate, &one).unwrap();
        fs::write(&key, &one).unwrap();
        let shown = Certificate::files(&certificate, &key).unwrap();
        let first = shown.fingerprint();
        assert_eq!(shown.reload().unwrap(), Reloaded::Same);
        fs::write(&certificate, &two).unwrap();
        assert!(matches!(shown.reload(), Err(CertificateError::Pair(_))));
        assert_eq!(shown.fingerprint(), first);
        fs::write(&key, &two).unwrap();
        assert_eq!(shown.reload().unwrap(), Reloaded::New);
        assert_ne!(shown.fingerprint(), first);
        fs::write(&key, b"nonsense").unwrap();
        assert!(matches!(shown.reload(), Err(CertificateError::Pem { .. })));
        fs::remove_file(&key).unwrap();
        assert!(matches!(shown.reload(), Err(CertificateError::File { .. })));
    }
}
