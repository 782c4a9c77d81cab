//! One program at the agent. What it sends is bounded, and it can do nothing but look and ask for signatures.

use super::AgentState;
use crate::identities::Offered;
use patchbay_engine_ssh::agent_server::{self, LONGEST_MESSAGE, Request};
use patchbay_model::AgentProgram;
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// Programs at the same time.
pub(super) const MOST_CLIENTS: usize = 64;
/// A message that was begun comes whole, and an answer is taken, within this time.
const SLOWEST: Duration = Duration::from_secs(30);

/// A program, with a byte of its next message that may have come while it waited for an answer.
struct Line<S> {
    stream: S,
    early: Option<u8>,
}

/// Serves one program until it hangs up or sends something that is no message.
pub(super) async fn serve<S>(state: Arc<AgentState>, stream: S, program: AgentProgram)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut line = Line { stream, early: None };
    // How it ended concerns nobody: a program may go at any time.
    while let Ok(Some(message)) = line.message().await {
        let Some(request) = Request::parse(&message) else { return };
        let answer = tokio::select! {
            answer = answer(&state, &program, request) => answer,
            // Whoever does not wait for the answer any more is not asked about.
            () = line.hung_up() => return,
        };
        match timeout(SLOWEST, line.stream.write_all(&answer)).await {
            Ok(Ok(())) => {}
            _ => return,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    /// The next message; `None` at the end, or if it is longer than any real one.
    async fn message(&mut self) -> io::Result<Option<Vec<u8>>> {
        let first = match self.early.take() {
            Some(byte) => byte,
            None => self.stream.read_u8().await?,
        };
        let rest = async {
            let mut length = [first, 0, 0, 0];
            let [_, others @ ..] = &mut length;
            self.stream.read_exact(others).await?;
            let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
            if length == 0 || length > LONGEST_MESSAGE {
                return Ok(None);
            }
            let mut message = vec![0; length];
            self.stream.read_exact(&mut message).await?;
            Ok(Some(message))
        };
        timeout(SLOWEST, rest).await.unwrap_or(Ok(None))
    }

    /// Ends when the program has gone. One that only sends on is not gone.
    async fn hung_up(&mut self) {
        if self.early.is_none() {
            match self.stream.read_u8().await {
                Ok(byte) => self.early = Some(byte),
                Err(_) => return,
            }
        }
        std::future::pending().await
    }
}

async fn answer(state: &Arc<AgentState>, program: &AgentProgram, request: Request) -> Vec<u8> {
    match request {
        Request::Identities => {
            let keys = offered(state);
            let list = keys
                .iter()
                .flat_map(|key| key.blobs.iter().map(|blob| (blob.as_slice(), key.name.as_str())));
            agent_server::identities(list)
        }
        Request::Sign { key, data, flags } => {
            sign(state, program, &key, data, flags).await.unwrap_or_else(agent_server::failure)
        }
        Request::Other { .. } => agent_server::failure(),
    }
}

fn offered(state: &AgentState) -> Vec<Offered> {
    state.core.upgrade().map(|core| core.identities().offered()).unwrap_or_default()
}

async fn sign(
    state: &Arc<AgentState>,
    program: &AgentProgram,
    blob: &[u8],
    data: Vec<u8>,
    flags: u32,
) -> Option<Vec<u8>> {
    let wanted = |key: &Offered| key.blobs.iter().any(|one| one == blob);
    let key = offered(state).into_iter().find(wanted)?;
    let purpose = agent_server::purpose(&data);
    if key.ask && !state.ask(&key, program, &purpose).await {
        state.used(&key, program, &purpose, false);
        return None;
    }
    let core = state.core.upgrade()?;
    let signed = core.identities().sign(key.id, data, flags).await;
    match signed {
        Ok(signature) => {
            state.used(&key, program, &purpose, true);
            Some(agent_server::signed(&signature))
        }
        Err(error) => {
            tracing::warn!(%error, program = program.name, "a program's request to sign failed");
            None
        }
    }
}
