//! Why a session is over.

use crate::{RdpError, error::deepest, text::phrase};
use ironrdp_pdu::rdp::server_error_info::{ErrorInfo, ProtocolIndependentCode as Code};
use ironrdp_session::GracefulDisconnectReason;
use patchbay_model::CloseReason;

/// Why it is over.
#[derive(Debug)]
pub(super) enum End {
    ByPerson,
    /// Signed out there.
    SignedOut,
    Failed(RdpError),
}

impl End {
    pub(super) fn reason(self, machine: &str) -> CloseReason {
        match self {
            Self::ByPerson => CloseReason::ByPerson,
            Self::SignedOut => CloseReason::Exited { code: None },
            Self::Failed(error) => CloseReason::Failed { error: error.api_error(machine) },
        }
    }
}

impl From<RdpError> for End {
    fn from(error: RdpError) -> Self {
        Self::Failed(error)
    }
}

pub(super) fn decoding(error: impl std::error::Error + 'static) -> End {
    End::Failed(RdpError::Protocol { detail: deepest(&error) })
}

pub(super) fn lost(error: &std::io::Error) -> End {
    let reason = match error.kind() {
        std::io::ErrorKind::UnexpectedEof => None,
        std::io::ErrorKind::InvalidData => return decoding_text(error),
        _ => Some(phrase(&error.to_string())),
    };
    End::Failed(RdpError::Lost { reason })
}

pub(super) fn decoding_text(error: &std::io::Error) -> End {
    End::Failed(RdpError::Protocol { detail: phrase(&error.to_string()) })
}

/// What the server's last words mean; nothing if they are none.
pub(super) fn over(info: ErrorInfo) -> Option<End> {
    if let ErrorInfo::ProtocolIndependentCode(
        Code::LogoffByUser | Code::RpcInitiatedDisconnectByuser,
    ) = info
    {
        return Some(End::SignedOut);
    }
    RdpError::ended(info).map(End::Failed)
}

pub(super) fn terminated(reason: GracefulDisconnectReason) -> End {
    match reason {
        GracefulDisconnectReason::UserInitiated | GracefulDisconnectReason::ServerInitiated => {
            End::SignedOut
        }
        GracefulDisconnectReason::Other(reason) => End::Failed(RdpError::Ended {
            reason: phrase(&reason),
            next: "Connect again; if it persists, the server's log says why.".to_owned(),
            again: true,
        }),
    }
}
