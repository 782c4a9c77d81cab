//! TLS around the rest of the connection.

mod anonymous;

pub(super) use anonymous::anonymous;

use crate::{VncError, ask::Person, wire::Wire};
use patchbay_tls::TlsError;
use std::io;

/// TLS with a certificate, which the person or the records judge before anything else is sent. Gives its version, for
/// people.
pub(super) async fn certificate(wire: &mut Wire, person: &Person) -> Result<String, VncError> {
    let stream = wire.take();
    let connecting = async {
        match patchbay_tls::connect(stream, &person.options.address).await {
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
    person.judge(secured.chain).await?;
    Ok(version)
}
