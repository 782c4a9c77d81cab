//! The agent's Unix socket: in a folder nobody else can enter, for programs of the same user only.

use super::{AgentState, client, program::program};
use std::{
    fs,
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{UnixListener, UnixStream},
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;

/// Opens the socket and serves it until `stop`.
pub(super) fn listen(
    at: &Path,
    state: &Arc<AgentState>,
    stop: &CancellationToken,
) -> io::Result<()> {
    let listener = bind(at)?;
    let (at, stop, state) = (at.to_path_buf(), stop.clone(), Arc::downgrade(state));
    tokio::spawn(async move {
        let room = Arc::new(Semaphore::new(client::MOST_CLIENTS));
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stop.cancelled() => break,
            };
            let Ok((stream, _)) = accepted else {
                // No file descriptors are left: some will be.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let (Some(state), Ok(place)) = (state.upgrade(), room.clone().try_acquire_owned())
            else {
                continue;
            };
            let Some(pid) = peer(&stream) else { continue };
            let stop = stop.clone();
            tokio::spawn(async move {
                let _place = place;
                tokio::select! {
                    () = client::serve(state, stream, program(pid)) => {}
                    () = stop.cancelled() => {}
                }
            });
        }
        // Nobody may wait at a socket that is served no more.
        let _gone = fs::remove_file(&at);
    });
    Ok(())
}

/// The process at the other end, if the system tells; `None` if it is another user's.
#[expect(clippy::option_option, reason = "not ours, ours and unknown, ours and known")]
fn peer(stream: &UnixStream) -> Option<Option<u32>> {
    let who = stream.peer_cred().ok()?;
    let ours = who.uid() == rustix::process::geteuid().as_raw();
    ours.then(|| who.pid().and_then(|pid| u32::try_from(pid).ok()))
}

fn bind(at: &Path) -> io::Result<UnixListener> {
    let folder = at.parent().ok_or(ErrorKind::InvalidInput)?;
    private(folder)?;
    match fs::symlink_metadata(at) {
        Ok(found) if found.file_type().is_socket() => {
            if std::os::unix::net::UnixStream::connect(at).is_ok() {
                return Err(ErrorKind::AddrInUse.into());
            }
            // One that was killed left it.
            fs::remove_file(at)?;
        }
        Ok(_) => return Err(ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(at)?;
    fs::set_permissions(at, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Makes the folder, or makes sure that it is ours and nobody else can enter it.
fn private(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let found = fs::symlink_metadata(folder)?;
    if !found.is_dir() || found.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::new(
            ErrorKind::PermissionDenied,
            "its folder belongs to somebody else",
        ));
    }
    if found.mode() & 0o077 != 0 {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Whether the socket could be opened.
#[cfg(test)]
pub(super) fn listen_for_test(at: &Path) -> bool {
    bind(at).is_ok()
}
