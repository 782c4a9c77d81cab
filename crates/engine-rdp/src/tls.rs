//! TLS whose certificate the judge looks at, before anything of the person is sent.

use crate::{RdpError, Waiting, text::phrase};
use patchbay_session::{CertificateCheck, HostKeyVerdict, Interaction};
use patchbay_tls::{TlsError, TlsStream};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use x509_cert::{Certificate, der::Decode};

const HANDSHAKE: Duration = Duration::from_secs(20);

/// A stream that is encrypted, to the holder of a certificate that is trusted once [judged](judge).
pub(crate) struct Secured<S> {
    pub(crate) stream: TlsStream<S>,
    /// Its certificates, the server's own first.
    pub(crate) chain: Vec<Vec<u8>>,
    /// The certificate's public key: NLA proves with it that nobody is in between.
    pub(crate) public_key: Vec<u8>,
    /// "TLS 1.3, TLS13_AES_256_GCM_SHA384".
    pub(crate) agreed: String,
}

/// Encrypts the stream.
pub(crate) async fn secure<S>(stream: S, address: &str) -> Result<Secured<S>, RdpError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let connecting = patchbay_tls::connect(stream, address);
    let secured = match tokio::time::timeout(HANDSHAKE, connecting).await {
        Ok(Ok(secured)) => secured,
        Ok(Err(TlsError::BrokeOff)) => return Err(RdpError::BrokeOff { waiting: Waiting::Tls }),
        Ok(Err(error)) => return Err(RdpError::Tls { reason: phrase(&error.to_string()) }),
        Err(_) => return Err(RdpError::TimedOut { waiting: Waiting::Tls, after: HANDSHAKE }),
    };
    let suite = secured.stream.get_ref().1.negotiated_cipher_suite();
    let suite = suite.map(|suite| format!(", {:?}", suite.suite()));
    let agreed = format!("{}{}", secured.version(), suite.unwrap_or_default());
    let public_key = secured.chain.first().and_then(|own| public_key(own));
    let public_key = public_key
        .ok_or_else(|| RdpError::Tls { reason: "its certificate cannot be read".to_owned() })?;
    Ok(Secured { stream: secured.stream, chain: secured.chain, public_key, agreed })
}

/// Has the certificate judged.
pub(crate) async fn judge(
    chain: Vec<Vec<u8>>,
    (machine, address, port): (&str, &str, u16),
    interaction: &dyn Interaction,
) -> Result<(), RdpError> {
    let (machine, address) = (machine.to_owned(), address.to_owned());
    let check = CertificateCheck { machine, address, port, chain };
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
