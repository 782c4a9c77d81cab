//! The SSH agent (draft-miller-ssh-agent): OpenSSH's over a Unix socket or a Windows named pipe, or Pageant.

use crate::{SshError, hostkey, keys, report::Report};
use patchbay_model::{PublicKeyInfo, Stage};
use russh::keys::{
    Algorithm, Error,
    agent::{
        AgentIdentity, AgentSessionBinding,
        client::{AgentClient, AgentStream},
    },
};
use std::{
    future::Future,
    path::{Path, PathBuf},
    time::Duration,
};

/// An agent that takes longer to list its keys hangs.
const LISTING: Duration = Duration::from_secs(5);
/// Signing may wait for a touch or a confirmation.
const SIGNING: Duration = Duration::from_secs(90);

/// The detail of signing in while the agent waits for a touch: front ends tell the person by it.
pub const TOUCH: &str = "touch your security key";

pub(crate) type Agent = AgentClient<Box<dyn AgentStream + Send + Unpin>>;

/// The keys the agent holds. `socket` is as in [`Target::agent`](crate::Target::agent).
///
/// # Errors
/// When no agent answers, or it is locked or empty.
pub async fn agent_keys(socket: Option<&Path>) -> Result<Vec<PublicKeyInfo>, SshError> {
    let mut agent = open(socket).await?;
    let mut known: Vec<PublicKeyInfo> = Vec::new();
    for identity in identities(&mut agent).await? {
        let mut key = identity.public_key().into_owned();
        key.set_comment(identity.comment());
        let info = keys::describe(&key)?;
        if !known.iter().any(|k| k.fingerprint == info.fingerprint) {
            known.push(info);
        }
    }
    Ok(known)
}

/// The agent's identities, or only those of the key with this fingerprint.
pub(crate) async fn wanted(
    agent: &mut Agent,
    fingerprint: Option<&str>,
) -> Result<Vec<AgentIdentity>, SshError> {
    let mut found = identities(agent).await?;
    if let Some(wanted) = fingerprint {
        found
            .retain(|identity| hostkey::fingerprint_of(identity.public_key().key_data()) == wanted);
        if found.is_empty() {
            return Err(SshError::AgentEmpty { fingerprint: Some(wanted.to_owned()) });
        }
    }
    Ok(found)
}

async fn identities(agent: &mut Agent) -> Result<Vec<AgentIdentity>, SshError> {
    let found = within(LISTING, agent.request_identities()).await?;
    if found.is_empty() { Err(SshError::AgentEmpty { fingerprint: None }) } else { Ok(found) }
}

/// Connects.
pub(crate) async fn open(socket: Option<&Path>) -> Result<Agent, SshError> {
    match tokio::time::timeout(LISTING, dial(socket)).await {
        Ok(agent) => agent,
        Err(_) => Err(SshError::AgentMissing { reason: "it accepts no connection".into() }),
    }
}

#[cfg(unix)]
async fn dial(socket: Option<&Path>) -> Result<Agent, SshError> {
    let path = match socket {
        Some(path) => path.to_owned(),
        None => std::env::var_os("SSH_AUTH_SOCK")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
            .ok_or_else(|| SshError::AgentMissing { reason: "SSH_AUTH_SOCK is not set".into() })?,
    };
    match AgentClient::connect_uds(&path).await {
        Ok(agent) => Ok(agent.dynamic()),
        Err(error) => {
            Err(SshError::AgentMissing { reason: format!("{}: {}", path.display(), plain(&error)) })
        }
    }
}

#[cfg(windows)]
async fn dial(socket: Option<&Path>) -> Result<Agent, SshError> {
    if let Some(pipe) = socket {
        return match AgentClient::connect_named_pipe(pipe).await {
            Ok(agent) => Ok(agent.dynamic()),
            Err(error) => Err(SshError::AgentMissing {
                reason: format!("{}: {}", pipe.display(), plain(&error)),
            }),
        };
    }
    let pipe = PathBuf::from(
        std::env::var_os("SSH_AUTH_SOCK").unwrap_or_else(|| r"\\.\pipe\openssh-ssh-agent".into()),
    );
    if let Ok(agent) = AgentClient::connect_named_pipe(&pipe).await {
        return Ok(agent.dynamic());
    }
    match AgentClient::connect_pageant().await {
        Ok(agent) => Ok(agent.dynamic()),
        Err(_) => Err(SshError::AgentMissing {
            reason: "neither OpenSSH's agent nor Pageant is running".into(),
        }),
    }
}

/// Tells the agent which server it is about to sign for, so that it can honour destination constraints. Older agents do
/// not know this and say no. `forwarded` says that the server itself will ask, for whoever uses it.
pub(crate) async fn bind(agent: &mut Agent, binding: &AgentSessionBinding, forwarded: bool) {
    let _ = tokio::time::timeout(LISTING, agent.bind_session(binding, forwarded)).await;
}

/// Runs one request with a limit.
async fn within<T>(
    limit: Duration,
    request: impl Future<Output = Result<T, Error>>,
) -> Result<T, SshError> {
    match tokio::time::timeout(limit, request).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(SshError::AgentRefused { reason: plain(&error) }),
        Err(_) => Err(SshError::AgentRefused { reason: "it did not answer in time".into() }),
    }
}

/// Lets the agent sign sign-in requests, and remembers why it would not.
pub(crate) struct AgentSigner {
    pub agent: Agent,
    pub refusal: Option<SshError>,
    pub report: Report,
}

impl russh::Signer for AgentSigner {
    type Error = russh::AgentAuthError;

    async fn auth_sign(
        &mut self,
        key: &AgentIdentity,
        hash_alg: Option<russh::keys::HashAlg>,
        to_sign: Vec<u8>,
    ) -> Result<Vec<u8>, Self::Error> {
        let algorithm = key.public_key().algorithm();
        if matches!(algorithm, Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256) {
            self.report.began(Stage::SignIn, TOUCH);
        }
        match within(SIGNING, self.agent.sign_request(key, hash_alg, to_sign)).await {
            Ok(signed) => Ok(signed),
            Err(refusal) => {
                self.refusal = Some(refusal);
                Err(Error::AgentFailure.into())
            }
        }
    }
}

fn plain(error: &Error) -> String {
    match error {
        Error::AgentFailure => "it said no".into(),
        Error::AgentProtocolError => "what it says is not understood".into(),
        Error::BadAuthSock => "no agent is there".into(),
        Error::IO(error) => match error.kind() {
            std::io::ErrorKind::NotFound => "no agent is there".into(),
            std::io::ErrorKind::PermissionDenied => "this user may not use it".into(),
            std::io::ErrorKind::ConnectionRefused => "the agent has ended".into(),
            std::io::ErrorKind::UnexpectedEof => "it hung up".into(),
            kind => kind.to_string(),
        },
        other => crate::text::phrase(&other.to_string()),
    }
}
