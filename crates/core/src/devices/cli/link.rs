//! From a machine to the bytes of its prompt.

use super::Problem;
use crate::{
    Core, CoreError,
    runs::Nobody,
    sessions::{Dial, Sessions},
    sync,
    tree::ResolvedHop,
};
use futures_util::future::BoxFuture;
use patchbay_device_switch::cli::Patience;
use patchbay_model::Secret;
use patchbay_session::{
    Ask, HostKeyCheck, HostKeyVerdict, Interaction, Progress, Terminal, TerminalEvent,
    TerminalInput,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex, split};

/// How long a switch may take to say something.
pub(super) const PATIENCE: Patience = Patience {
    quiet: Duration::from_secs(1),
    silence: Duration::from_secs(90),
    whole: Duration::from_secs(300),
};
/// Bytes on their way in either direction.
const PIPE: usize = 64 << 10;
const PIECE: usize = 4 << 10;

/// What it takes to connect, also after the vault was locked.
pub(super) struct Link {
    dial: Dial,
    nobody: Arc<Nobody>,
    pins: Arc<Pins>,
}

impl Link {
    pub(super) async fn new(
        core: &Core,
        route: &[ResolvedHop],
        nobody: Arc<Nobody>,
    ) -> Result<Self, CoreError> {
        let dial = Sessions(core).dial_route(route, Arc::clone(&nobody) as _).await?;
        let pins = Pins { core: core.weak(), gate: dial.interaction(), seen: Mutex::default() };
        Ok(Self { dial, nobody, pins: Arc::new(pins) })
    }

    /// Connects, and gives what is shown and typed.
    pub(super) async fn open(&self) -> Result<DuplexStream, Problem> {
        let opened = self.dial.terminal(Arc::clone(&self.pins) as _).await;
        let terminal = opened.map_err(|error| match self.nobody.question() {
            Some(question) => Problem::Question(Box::new(question)),
            None => Problem::Reach(Box::new(match self.nobody.asked() {
                Some((_, asked)) => asked,
                None => error.into(),
            })),
        })?;
        let (ours, theirs) = duplex(PIPE);
        tokio::spawn(carry(terminal, theirs));
        Ok(ours)
    }
}

/// Carries bytes until one of them goes. The connection ends with that.
async fn carry(terminal: Terminal, stream: DuplexStream) {
    let Terminal { mut events, input, cancel } = terminal;
    let _ends = cancel.drop_guard();
    let (mut read, mut write) = split(stream);
    let shown = async {
        while let Some(event) = events.recv().await {
            let gone = match event {
                TerminalEvent::Output(bytes) => write.write_all(&bytes).await.is_err(),
                TerminalEvent::Latency(_) => false,
                TerminalEvent::Closed(_) => true,
            };
            if gone {
                return;
            }
        }
    };
    let typed = async {
        let mut piece = vec![0; PIECE];
        while let Ok(count @ 1..) = read.read(&mut piece).await {
            let bytes = piece.get(..count).unwrap_or_default().to_vec();
            if input.send(TerminalInput::Bytes(bytes.into())).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = shown => {}
        () = typed => {}
    }
}

/// The records judge host keys while the vault is open; then those count that were trusted before.
struct Pins {
    core: Weak<Core>,
    gate: Arc<dyn Interaction>,
    seen: Mutex<HashMap<(String, u16), String>>,
}

impl Interaction for Pins {
    fn progress(&self, progress: Progress) {
        self.gate.progress(progress);
    }

    fn ask(&self, ask: Ask) -> BoxFuture<'_, Option<Vec<Secret<String>>>> {
        self.gate.ask(ask)
    }

    fn check_host_key(&self, check: HostKeyCheck) -> BoxFuture<'_, HostKeyVerdict> {
        Box::pin(async move {
            let place = (check.address.clone(), check.port);
            let open = self.core.upgrade().is_some_and(|core| core.vault().unlocked().is_ok());
            if !open {
                return match sync::lock(&self.seen).get(&place) {
                    Some(seen) if *seen == check.openssh => HostKeyVerdict::Trusted,
                    _ => HostKeyVerdict::Refused { reason: "the vault is locked".to_owned() },
                };
            }
            let shown = check.openssh.clone();
            let verdict = self.gate.check_host_key(check).await;
            if verdict == HostKeyVerdict::Trusted {
                sync::lock(&self.seen).insert(place, shown);
            }
            verdict
        })
    }
}
