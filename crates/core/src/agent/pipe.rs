//! The agent's named pipe on Windows. Remote clients are refused, and nobody else can have opened the name before. Who is at
//! the other end is not told: the system says so only through calls that are not safe code.

use super::{AgentState, client, program::program};
use std::{io, path::Path, sync::Arc, time::Duration};
use tokio::{
    net::windows::named_pipe::{NamedPipeServer, ServerOptions},
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;

/// Opens the pipe and serves it until `stop`.
pub(super) fn listen(
    at: &Path,
    state: &Arc<AgentState>,
    stop: &CancellationToken,
) -> io::Result<()> {
    let mut next = open(at, true)?;
    let (at, stop, state) = (at.to_path_buf(), stop.clone(), Arc::downgrade(state));
    tokio::spawn(async move {
        let room = Arc::new(Semaphore::new(client::MOST_CLIENTS));
        loop {
            let connected = tokio::select! {
                connected = next.connect() => connected,
                () = stop.cancelled() => return,
            };
            let pipe = match open(&at, false) {
                Ok(fresh) => std::mem::replace(&mut next, fresh),
                Err(error) => {
                    tracing::warn!(%error, "the agent's pipe could not be opened again");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let (Some(state), Ok(place)) = (state.upgrade(), room.clone().try_acquire_owned())
            else {
                continue;
            };
            if connected.is_err() {
                continue;
            }
            let stop = stop.clone();
            tokio::spawn(async move {
                let _place = place;
                tokio::select! {
                    () = client::serve(state, pipe, program(None)) => {}
                    () = stop.cancelled() => {}
                }
            });
        }
    });
    Ok(())
}

fn open(at: &Path, first: bool) -> io::Result<NamedPipeServer> {
    ServerOptions::new().first_pipe_instance(first).reject_remote_clients(true).create(at)
}
