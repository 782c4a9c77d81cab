//! TLS whose certificate the judge looks at, before anything of the person is sent.

use crate::{RdpError, Waiting};
use patchbay_session::{CertificateCheck, HostKeyVerdict, Interaction};
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::{sync::Arc, time::Duration};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsConnector, client::TlsStream};
use x509_cert::{Certificate, der::Decode};

const HANDSHAKE: Duration = Duration::from_secs(20);
/// The most certificates a server may send along.
const MOST_CERTIFICATES: usize = 16;

/// A stream that is encrypted, to the holder of a certificate that is trusted.
pub(crate) struct Secured<S> {
    pub(crate) stream: TlsStream<S>,
    /// The certificate's public key: NLA proves with it that nobody is in between.
    pub(crate) public_key: Vec<u8>,
    /// "TLS 1.3, TLS13_AES_256_GCM_SHA384".
    pub(crate) agreed: String,
}

/// Encrypts the stream. The certificate's signature over the handshake is checked here, whom it belongs to by [`judge`].
pub(crate) async fn secure<S>(stream: S, address: &str) -> Result<Secured<S>, RdpError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(AnyCertificate(Arc::clone(&provider)));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| RdpError::Tls { reason: error.to_string() })?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    // A name that is none (an underscore, a scope) cannot be told to the server; it is judged all the same.
    let name = ServerName::try_from(address.to_owned())
        .or_else(|_| ServerName::try_from("desktop"))
        .map_err(|error| RdpError::Tls { reason: error.to_string() })?;
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let stream = match tokio::time::timeout(HANDSHAKE, connecting).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(RdpError::tls(&error)),
        Err(_) => return Err(RdpError::TimedOut { waiting: Waiting::Tls, after: HANDSHAKE }),
    };
    let (_, session) = stream.get_ref();
    let version = match session.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "TLS 1.2",
    };
    let suite = session.negotiated_cipher_suite().map(|suite| format!(", {:?}", suite.suite()));
    let agreed = format!("{version}{}", suite.unwrap_or_default());
    let leaf = session.peer_certificates().and_then(<[_]>::first);
    let public_key = leaf
        .and_then(|leaf| public_key(leaf))
        .ok_or_else(|| RdpError::Tls { reason: "its certificate cannot be read".to_owned() })?;
    Ok(Secured { stream, public_key, agreed })
}

/// Has the certificate judged.
pub(crate) async fn judge<S>(
    secured: &Secured<S>,
    (machine, address, port): (&str, &str, u16),
    interaction: &dyn Interaction,
) -> Result<(), RdpError> {
    let (_, session) = secured.stream.get_ref();
    let chain = session.peer_certificates().unwrap_or_default();
    let check = CertificateCheck {
        machine: machine.to_owned(),
        address: address.to_owned(),
        port,
        chain: chain.iter().take(MOST_CERTIFICATES).map(|one| one.to_vec()).collect(),
    };
    match interaction.check_certificate(check).await {
        HostKeyVerdict::Trusted => Ok(()),
        HostKeyVerdict::Refused { reason } => Err(RdpError::CertificateRefused { reason }),
        HostKeyVerdict::NotSaved { reason } => Err(RdpError::CertificateNotSaved { reason }),
    }
}

fn public_key(certificate: &[u8]) -> Option<Vec<u8>> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let info = certificate.tbs_certificate().subject_public_key_info();
    info.subject_public_key.as_bytes().map(<[u8]>::to_vec)
}

/// Takes whatever certificate there is, if its holder signed the handshake: the judge is asked afterwards.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
