//! Network level authentication: CredSSP (MS-CSSP) with NTLM, inside of TLS and before there is a desktop.

use crate::{RdpError, Waiting, wire::Wire};
use ironrdp_connector::{ClientConnector, ClientConnectorState, credssp::CredsspSequence, sspi};
use ironrdp_core::WriteBuf;
use sspi::generator::GeneratorState;
use tokio::io::{AsyncRead, AsyncWrite};

const WAITING: Waiting = Waiting::SignIn;

/// Signs in with what the connector's configuration holds.
pub(crate) async fn sign_in<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &mut Wire<S>,
    connector: &mut ClientConnector,
    address: &str,
    public_key: Vec<u8>,
    user: &str,
) -> Result<(), RdpError> {
    let ClientConnectorState::Credssp { selected_protocol } = connector.state else {
        return Err(RdpError::Internal("nobody asked who signs in".to_owned()));
    };
    let failed = |error: &_| RdpError::connector(error, WAITING, user);
    let (mut sequence, mut request) = CredsspSequence::init(
        connector.config.credentials.clone(),
        connector.config.domain.as_deref(),
        selected_protocol,
        address.into(),
        public_key,
        None,
    )
    .map_err(|error| failed(&error))?;
    let mut out = WriteBuf::new();
    loop {
        let state = {
            let mut generator = sequence.process_ts_request(request);
            match generator.start() {
                GeneratorState::Completed(Ok(state)) => state,
                GeneratorState::Completed(Err(error)) => {
                    let kind = ironrdp_connector::ConnectorErrorKind::Credssp(error);
                    return Err(failed(&ironrdp_connector::ConnectorError::new("CredSSP", kind)));
                }
                GeneratorState::Suspended(_) => {
                    return Err(RdpError::Unsupported { what: "Kerberos".to_owned() });
                }
            }
        };
        out.clear();
        let written =
            sequence.handle_process_result(state, &mut out).map_err(|error| failed(&error))?;
        if written.size().is_some() {
            wire.send(out.filled(), WAITING).await?;
        }
        let Some(hint) = sequence.next_pdu_hint() else { break };
        let answer = wire.answer(hint, WAITING).await?;
        match sequence.decode_server_message(&answer).map_err(|error| failed(&error))? {
            Some(next) => request = next,
            None => break,
        }
    }
    connector.mark_credssp_as_done();
    Ok(())
}
