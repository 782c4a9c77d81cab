//! Against the server side of rustls, in memory, with certificates that openssl made.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use patchbay_tls::{Secured, TlsError, connect};
use std::{fs, path::Path, process::Command, sync::Arc};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig, SupportedProtocolVersion,
        crypto::ring::{default_provider, sign::any_supported_type},
        pki_types::{CertificateDer, PrivateKeyDer},
        server::{ClientHello, ResolvesServerCert},
        sign::CertifiedKey,
        version::{TLS12, TLS13},
    },
};

/// A certificate and its key, in DER.
struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

fn openssl(args: &[&str], dir: &Path) {
    let output = Command::new("openssl").args(args).current_dir(dir).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn identity(name: &str) -> Identity {
    let dir = TempDir::new().unwrap();
    let subject = format!("/CN={name}");
    let new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    let rest = ["-nodes", "-days", "2", "-subj", &subject, "-keyout", "k.pem"];
    openssl(&[&new[..], &rest[..], &["-outform", "DER", "-out", "c.der"]].concat(), dir.path());
    let key = ["pkcs8", "-topk8", "-nocrypt", "-in", "k.pem", "-outform", "DER", "-out", "k.der"];
    openssl(&key, dir.path());
    let read = |file: &str| fs::read(dir.path().join(file)).unwrap();
    Identity {
        certificate: CertificateDer::from(read("c.der")),
        key: PrivateKeyDer::try_from(read("k.der")).unwrap(),
    }
}

/// Shows these certificates, whatever they have to do with the key, and keeps the name it was asked for by.
#[derive(Debug)]
struct Shows {
    key: Arc<CertifiedKey>,
    asked: std::sync::Mutex<Option<String>>,
}

impl ResolvesServerCert for Shows {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        *self.asked.lock().unwrap() = hello.server_name().map(str::to_owned);
        Some(Arc::clone(&self.key))
    }
}

/// A server that says "secret" after the handshake. Gives its end of the stream, and the name it was asked for by later.
fn serve(
    chain: Vec<CertificateDer<'static>>,
    key: &PrivateKeyDer<'static>,
    version: &'static SupportedProtocolVersion,
) -> (DuplexStream, Arc<Shows>) {
    let key = Arc::new(CertifiedKey::new(chain, any_supported_type(key).unwrap()));
    let shows = Arc::new(Shows { key, asked: std::sync::Mutex::default() });
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::clone(&shows) as _);
    let (here, there) = duplex(64 * 1024);
    tokio::spawn(async move {
        if let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(there).await {
            stream.write_all(b"secret").await.ok();
            stream.shutdown().await.ok();
        }
    });
    (here, shows)
}

/// What comes of a server that answers the greeting with these bytes and leaves.
async fn answered(bytes: &[u8]) -> TlsError {
    let (here, mut there) = duplex(64 * 1024);
    there.write_all(bytes).await.unwrap();
    there.shutdown().await.unwrap();
    connect(here, "lab").await.expect_err("no TLS was spoken")
}

#[tokio::test]
async fn a_certificate_that_nobody_signed_is_handed_out_with_what_came_along() {
    for (version, name) in [(&TLS12, "TLS 1.2"), (&TLS13, "TLS 1.3")] {
        let (own, other) = (identity("lab"), identity("above"));
        let chain = vec![own.certificate.clone(), other.certificate.clone()];
        let (stream, _) = serve(chain, &own.key, version);
        let mut secured = connect(stream, "192.0.2.1").await.unwrap();
        assert_eq!(secured.version(), name);
        assert_eq!(secured.chain, [own.certificate.to_vec(), other.certificate.to_vec()]);
        let mut said = String::new();
        secured.stream.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "secret");
    }
}

#[tokio::test]
async fn who_shows_the_certificate_of_another_is_refused() {
    for version in [&TLS12, &TLS13] {
        let (shown, held) = (identity("lab"), identity("lab"));
        let (stream, _) = serve(vec![shown.certificate], &held.key, version);
        let refused = connect(stream, "lab").await.err();
        assert!(matches!(refused, Some(TlsError::Broken(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn a_name_is_told_and_what_is_none_is_not() {
    let own = identity("lab");
    for (address, told) in [
        ("lab.example", Some("lab.example")),
        ("192.0.2.1", None),
        ("fe80::1%eth0", None),
        ("/run/vnc.sock", None),
        ("", None),
    ] {
        let (stream, shows) = serve(vec![own.certificate.clone()], &own.key, &TLS13);
        let Secured { chain, .. } = connect(stream, address).await.unwrap();
        assert_eq!(chain, [own.certificate.to_vec()]);
        assert_eq!(shows.asked.lock().unwrap().as_deref(), told, "{address}");
    }
}

#[tokio::test]
async fn no_more_certificates_are_handed_out_than_a_judge_can_use() {
    let own = identity("lab");
    let (stream, _) = serve(vec![own.certificate.clone(); 40], &own.key, &TLS13);
    assert_eq!(connect(stream, "lab").await.unwrap().chain.len(), patchbay_tls::MOST_CERTIFICATES);
}

#[tokio::test]
async fn what_fails_is_told_apart() {
    assert!(matches!(answered(b"").await, TlsError::BrokeOff));
    assert!(matches!(answered(&[22, 3, 3]).await, TlsError::BrokeOff));
    assert!(matches!(answered(b"HTTP/1.1 400 Bad Request\r\n\r\n").await, TlsError::Broken(_)));
    let alert = answered(&[21, 3, 3, 0, 2, 2, 40]).await;
    assert_eq!(alert.to_string(), "it sent the alert HandshakeFailure");
    // A ServerHello of TLS 1.1 (RFC 4346 section 7.4.1.3).
    let hello = [&[22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2][..], &[7; 32], &[0, 0, 0x2f, 0]].concat();
    let old = answered(&hello).await;
    assert!(matches!(old, TlsError::NothingInCommon), "{old:?}");
}
