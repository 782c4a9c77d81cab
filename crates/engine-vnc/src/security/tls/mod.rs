//! TLS around the rest of the connection.

mod anonymous;

pub(super) use anonymous::anonymous;

use crate::{VncError, wire::Wire};
use patchbay_tls::TlsError;
use std::io;

/// TLS with a certificate, which the person or the records have to judge before anything else is sent. Gives its chain,
/// the server's own first and never none, and the version of TLS for people.
pub(crate) async fn certificate(
    wire: &mut Wire,
    address: &str,
) -> Result<(Vec<Vec<u8>>, String), VncError> {
    let stream = wire.take();
    let connecting = async {
        match patchbay_tls::connect(stream, address).await {
            Err(TlsError::BrokeOff) => Err(io::ErrorKind::UnexpectedEof.into()),
            done => Ok(done),
        }
    };
    let secured = wire
        .in_time(connecting)
        .await?
        .map_err(|error| VncError::Tls { reason: error.to_string() })?;
    let version = secured.version().to_owned();
    wire.put(secured.stream);
    Ok((secured.chain, version))
}
