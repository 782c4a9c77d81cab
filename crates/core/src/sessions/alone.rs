//! Files of a machine for a task, which goes on when its tab is closed and when its connection is lost.
//!
//! As long as the session it was asked for in is there, that one is connected again, and whoever sits at its tab may
//! answer. Otherwise the task has a connection of its own, in which nobody answers anything.

use super::{
    OpenTarget, Plan,
    life::no_files,
    person::{Answer, Gate, Person},
    typed::Memory,
};
use crate::{Core, CoreError, Ctx, Right, files::shell::Shell, workspaces};
use patchbay_model::{
    ApiError, CloseReason, ErrorCode, HostKeyAnswer, HostKeyQuestion, NodeId, Secret, SessionId,
    SessionState, TerminalSize,
};
use patchbay_session::{Ask, Progress};
use patchbay_sftp::{Client, Options};
use std::sync::{Arc, Weak};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// For a session that shows no terminal.
const SIZE: TerminalSize = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };

/// Files that can be reached.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    pub(crate) client: Client,
    /// Beside them.
    pub(crate) shell: Shell,
    /// What the machine is called.
    pub(crate) called: Arc<str>,
}

/// Reaches the files of a machine: over the session if it is still there. What a person has ended is left alone, unless
/// one has `asked` for it just now.
///
/// # Errors
/// Why they cannot be reached; [`ErrorCode::Cancelled`] if a person is needed.
pub(crate) async fn files_again(
    core: &Weak<Core>,
    node: NodeId,
    session: Option<SessionId>,
    asked: bool,
) -> Result<Reached, CoreError> {
    if let Some(session) = session
        && let Some(reached) = over_session(core, session, asked).await?
    {
        return Ok(reached);
    }
    by_itself(core, node).await
}

/// Over a session; nothing if it is gone.
async fn over_session(
    weak: &Weak<Core>,
    id: SessionId,
    asked: bool,
) -> Result<Option<Reached>, CoreError> {
    let mut events = upgraded(weak)?.events();
    let mut begun = false;
    loop {
        {
            let core = upgraded(weak)?;
            let Some(info) = core.sessions().wherever(id) else { return Ok(None) };
            match info.state {
                SessionState::Open => {
                    if let Some(there) = info.workspace {
                        let reached = core.workspaces().files(there, &info).await;
                        return still_there(reached);
                    }
                    if let Ok(reached) = core.sessions().files(id)
                        && !reached.client.is_closed()
                    {
                        return Ok(Some(reached));
                    }
                }
                SessionState::Closed { reason } if begun => return Err(why(&info.title, reason)),
                SessionState::Closed { reason: CloseReason::ByPerson } if !asked => {
                    return Err(why(&info.title, CloseReason::ByPerson));
                }
                SessionState::Closed { .. } => {
                    begun = true;
                    if let Some(there) = info.workspace {
                        let again = core.workspaces().again(there, id, SIZE).await;
                        if still_there(again)?.is_none() {
                            return Ok(None);
                        }
                    } else {
                        let ctx = Ctx::person(Arc::clone(&core));
                        core.sessions().reconnect(&ctx, id, SIZE).await?;
                    }
                }
                // On the way, or somebody is asked.
                _ => {}
            }
        }
        if matches!(events.recv().await, Err(RecvError::Closed)) {
            return Err(closing());
        }
    }
}

/// What a workspace says of a session; nothing if it is gone there, which is heard a moment later.
fn still_there<T>(said: Result<T, CoreError>) -> Result<Option<T>, CoreError> {
    match said {
        Err(CoreError::Api(error)) if error.code == ErrorCode::NotFound => Ok(None),
        said => said.map(Some),
    }
}

fn why(machine: &str, reason: CloseReason) -> CoreError {
    let error = match reason {
        CloseReason::Failed { error } => error,
        CloseReason::ByPerson => {
            ApiError::new(ErrorCode::Cancelled, format!("The connection to {machine} was ended."))
                .next("Resume to connect again.")
        }
        CloseReason::Exited { .. } | CloseReason::Signalled { .. } => ApiError::new(
            ErrorCode::Disconnected,
            format!("{machine} ended the access to its files."),
        )
        .next("Connect again.")
        .retry(),
    };
    CoreError::Api(Box::new(error))
}

/// Over a connection that ends with the last clone of the client.
async fn by_itself(weak: &Weak<Core>, node: NodeId) -> Result<Reached, CoreError> {
    if let Some(workspace) = upgraded(weak)?.workspaces().owner(*node.as_bytes()) {
        return workspaces::files::by_itself(weak, workspace, node, SIZE).await;
    }
    let (target, title) = {
        let core = upgraded(weak)?;
        let machine = Ctx::person(Arc::clone(&core)).authorize(node, Right::Use)?;
        match core.sessions().plan(&OpenTarget::Files(machine)).await? {
            (Plan::Files(target), _, names) => (*target, names.title),
            _ => return Err(CoreError::Internal("files are no terminal".to_owned())),
        }
    };
    let memory = Some(Memory::new(weak.clone(), node));
    let gate =
        Arc::new(Gate { core: weak.clone(), person: Arc::new(Nobody), memory, handed: None });
    let cancel = CancellationToken::new();
    // Giving up drops the future, and with it what it has opened.
    let opened = patchbay_engine_ssh::files(target, gate, cancel.clone()).await;
    let (channel, mut link) =
        opened.map_err(|error| nobody_there(&title, error.api_error(&title)))?;
    let (reader, writer) = tokio::io::split(channel);
    let client = Client::start(reader, writer, Options::default())
        .await
        .map_err(|error| CoreError::Api(Box::new(no_files(&title, &error))))?;
    let shell = Shell::new(link.commands());
    let closed = client.closed();
    tokio::spawn(async move {
        let gone = async {
            let _why = closed.await;
        };
        let _reason = link.hold(gone, cancel, |_| ()).await;
    });
    Ok(Reached { client, shell, called: title.into() })
}

/// A question that nobody answers is no reason to give up for good.
fn nobody_there(machine: &str, error: ApiError) -> CoreError {
    let error = match error.code {
        ErrorCode::Cancelled | ErrorCode::HostKey | ErrorCode::AuthFailed => ApiError::new(
            ErrorCode::Cancelled,
            format!("{machine} could not be signed in to without you. {}", error.message),
        )
        .next(format!("Open the files of {machine}, then resume.")),
        _ => error,
    };
    CoreError::Api(Box::new(error))
}

fn upgraded(core: &Weak<Core>) -> Result<Arc<Core>, CoreError> {
    core.upgrade().ok_or_else(closing)
}

pub(crate) fn closing() -> CoreError {
    CoreError::Internal("Patchbay is closing".to_owned())
}

/// Answers nothing.
struct Nobody;

impl Person for Nobody {
    fn progress(&self, _: Progress) {}

    fn ask(&self, _: Ask) -> Answer<'_, Option<Vec<Secret<String>>>> {
        Box::pin(async { None })
    }

    fn decide(&self, _: HostKeyQuestion) -> Answer<'_, HostKeyAnswer> {
        Box::pin(async { HostKeyAnswer::Refuse })
    }
}
