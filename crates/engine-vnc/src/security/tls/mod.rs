//! TLS around the rest of the connection.

mod anonymous;

pub(super) use anonymous::anonymous;

use crate::{VncError, wire::Wire};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
        client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        crypto::{self, CryptoProvider},
        pki_types::{CertificateDer, ServerName, UnixTime},
    },
};

/// TLS with a certificate, which the person or the records have to judge before anything else is sent. Gives its chain,
/// the machine's own first and never none, and the version of TLS for people.
pub(crate) async fn certificate(
    wire: &mut Wire,
    address: &str,
) -> Result<(Vec<Vec<u8>>, String), VncError> {
    let failed = |error: &dyn std::fmt::Display| VncError::Tls { reason: error.to_string() };
    let provider = Arc::new(crypto::ring::default_provider());
    let seen = Arc::new(Seen { provider: Arc::clone(&provider), chain: Mutex::default() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&seen) as _)
        .with_no_client_auth();
    let name = ServerName::try_from(address.to_owned())
        .or_else(|_| ServerName::try_from("vnc.invalid"))
        .map_err(|error| failed(&error))?;
    let connector = TlsConnector::from(Arc::new(config));
    let stream = wire.take();
    let connected = wire.in_time(connector.connect(name, stream)).await;
    let connected = connected.map_err(|error| match error {
        VncError::BrokeOff { reason: Some(reason), .. } => VncError::Tls { reason },
        other => other,
    })?;
    let session = connected.get_ref().1;
    let version = session.protocol_version().and_then(|version| version.as_str()).unwrap_or("TLS");
    let protection = version.replace("TLSv1_", "TLS 1.");
    wire.put(connected);
    let chain = std::mem::take(&mut *seen.chain.lock().unwrap_or_else(PoisonError::into_inner));
    if chain.is_empty() {
        return Err(VncError::Tls { reason: "the server shows no certificate".into() });
    }
    Ok((chain, protection))
}

/// Keeps the certificates for whoever judges them. That the server holds the key is checked here.
#[derive(Debug)]
struct Seen {
    provider: Arc<CryptoProvider>,
    chain: Mutex<Vec<Vec<u8>>>,
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let all = std::iter::once(end_entity).chain(intermediates);
        let chain = all.map(|certificate| certificate.to_vec()).collect();
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        crypto::verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        crypto::verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
