//! Sessions of our own services, without a window: opened, read and typed into.

use crate::{Error, world::World};
use patchbay_core::{
    Ctx, Right,
    sessions::{OpenTarget, SessionHandle},
};
use patchbay_model::{HostKeyAnswer, NodeId, SessionId, SessionState, TerminalSize};
use patchbay_session::{TerminalInput, ToViewer, Viewer};
use std::path::Path;

/// The machines of a world, in the order of the tree: the first leads to the first server, the second to the second.
pub(crate) fn machines(ctx: &Ctx) -> Result<Vec<NodeId>, Error> {
    let rows = ctx.core.tree().rows(&ctx.authorize_vault(Right::View)?)?;
    let nodes = rows.ids.iter().zip(&rows.folders);
    Ok(nodes.filter(|(_, folder)| **folder == 0).map(|(id, _)| *id).collect())
}

/// Opens a session and trusts whatever host key the world's servers show.
pub(crate) async fn open(ctx: &Ctx, target: OpenTarget) -> Result<SessionId, Error> {
    let mut events = ctx.core.events();
    let sessions = ctx.core.sessions();
    let size = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
    let id = sessions.open(target, size, None).await?.id;
    loop {
        match sessions.info(id)?.state {
            SessionState::Open => return Ok(id),
            SessionState::HostKey { .. } => sessions.answer_host_key(id, HostKeyAnswer::Trust)?,
            SessionState::Closed { reason } => return Err(format!("{reason:?}").into()),
            _ => {
                let _changed = events.recv().await;
            }
        }
    }
}

/// A terminal on a machine, with somebody who reads it at once.
pub(crate) struct Terminal {
    pub(crate) id: SessionId,
    handle: SessionHandle,
    viewer: Viewer,
    tail: Vec<u8>,
}

impl Terminal {
    pub(crate) async fn open(ctx: &Ctx, machine: NodeId) -> Result<Self, Error> {
        let id = open(ctx, OpenTarget::Entry(ctx.authorize(machine, Right::Use)?)).await?;
        let handle = ctx.core.sessions().handle(id)?;
        Ok(Self { id, viewer: handle.output.attach(0), handle, tail: Vec::new() })
    }

    pub(crate) async fn type_in(&self, text: &str) -> Result<(), Error> {
        let input = TerminalInput::Bytes(text.as_bytes().to_vec().into());
        self.handle.input.send(input).await.map_err(|_| "the session is gone".into())
    }

    /// Reads the next piece.
    pub(crate) async fn read(&mut self) -> Result<(), Error> {
        loop {
            match self.viewer.next().await.ok_or("the session is gone")? {
                ToViewer::Output { offset, bytes } => {
                    self.viewer.ack(offset + u64::try_from(bytes.len())?);
                    self.tail.extend_from_slice(&bytes);
                    let surplus = self.tail.len().saturating_sub(4096);
                    self.tail.drain(..surplus);
                    return Ok(());
                }
                ToViewer::End => return Err("the session ended".into()),
                ToViewer::Start { .. } | ToViewer::Live => {}
            }
        }
    }

    /// Reads until this came, and forgets everything.
    pub(crate) async fn until(&mut self, text: &str) -> Result<(), Error> {
        while !self.tail.windows(text.len()).any(|piece| piece == text.as_bytes()) {
            self.read().await?;
        }
        self.tail.clear();
        Ok(())
    }
}

/// The prompt of a world's shells ends like this.
pub(crate) const PROMPT: &str = "$ ";

/// A world and its services, with the vault open.
pub(crate) async fn world() -> Result<(World, Ctx), Error> {
    let world = World::with_machines().await?;
    let ctx = world.unlocked().await?;
    Ok((world, ctx))
}

/// A path as commands take it.
pub(crate) fn text(path: &Path) -> Result<String, Error> {
    Ok(path.to_str().ok_or("a path that is no text")?.to_owned())
}
