//! Tunnels through a machine, for as long as this runs.

use crate::{
    app::App,
    ask,
    report::{Failure, print, print_json, say},
};
use patchbay_core::{Authorized, Right, tunnels::written};
use patchbay_model::{
    ApiError, AppEvent, ErrorCode, HostKeyAnswer, MachineTunnels, NodeId, SessionId, SessionState,
    Tunnel, TunnelId, TunnelInfo, TunnelKind, TunnelState,
};
use patchbay_session::Ask;
use std::collections::HashMap;
use tokio::sync::broadcast::error::RecvError;

/// What is to be forwarded, as it was written.
pub(crate) struct Wanted<'a> {
    pub(crate) local: &'a [String],
    pub(crate) remote: &'a [String],
    pub(crate) dynamic: &'a [String],
    /// Names of tunnels kept with the machine.
    pub(crate) names: &'a [String],
}

/// `forward MACHINE -L … -R … -D … NAME…`
pub(crate) async fn forward(app: &App, machine: &str, wanted: Wanted<'_>) -> Result<u8, Failure> {
    let written = written(&wanted)?;
    let machine = app.machine(machine).await?;
    let id = app.ctx.authorize(machine.id, Right::Use)?;
    let mut events = app.ctx.core.events();
    let ids = start(app, &id, written, wanted.names).await?;
    let mut run = Run { app, id: &id, ids, said: HashMap::new(), answered: None };
    let mut ended = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        if run.look()? {
            return Ok(0);
        }
        run.answer().await?;
        tokio::select! {
            event = events.recv() => match event {
                Ok(AppEvent::Session { .. } | AppEvent::Tunnels { .. }) | Err(RecvError::Lagged(_)) | Ok(_) => {}
                Err(RecvError::Closed) => return Ok(crate::report::NO_CONNECTION),
            },
            _ = &mut ended => {
                app.ctx.core.tunnels().stop_all(&id).await;
                return Ok(0);
            }
        }
    }
}

fn written(wanted: &Wanted<'_>) -> Result<Vec<Tunnel>, Failure> {
    let mut tunnels = Vec::new();
    for (kind, option, texts) in [
        (TunnelKind::Local, "-L", wanted.local),
        (TunnelKind::Remote, "-R", wanted.remote),
        (TunnelKind::Dynamic, "-D", wanted.dynamic),
    ] {
        for text in texts {
            tunnels.push(written::tunnel(kind, text).map_err(|problem| {
                let error = ApiError::new(ErrorCode::Invalid, format!("{option}: {problem}"));
                Failure::from(error.next("“patchbay-cli forward --help” shows examples."))
            })?);
        }
    }
    Ok(tunnels)
}

/// Starts them all; which they are.
async fn start(
    app: &App,
    id: &Authorized<NodeId>,
    written: Vec<Tunnel>,
    names: &[String],
) -> Result<Vec<TunnelId>, Failure> {
    let tunnels = app.ctx.core.tunnels();
    let kept: Vec<Tunnel> = tunnels.of(id).tunnels.into_iter().map(|info| info.tunnel).collect();
    let mut ids = Vec::new();
    for name in names {
        let tunnel = kept.iter().find(|tunnel| tunnel.name == *name).ok_or_else(|| {
            let known: Vec<&str> = kept
                .iter()
                .map(|tunnel| tunnel.name.as_str())
                .filter(|name| !name.is_empty())
                .collect();
            let error = ApiError::new(
                ErrorCode::NotFound,
                format!("The machine keeps no tunnel “{name}”."),
            );
            Failure::from(match known.as_slice() {
                [] => error.next("Write it out with -L, -R or -D."),
                known => error.next(format!("It keeps: {}.", known.join(", "))),
            })
        })?;
        tunnels.start(id, tunnel.id).await?;
        ids.push(tunnel.id);
    }
    for tunnel in written {
        ids.push(tunnel.id);
        tunnels.start_new(id, tunnel).await?;
    }
    if ids.is_empty() {
        let error = ApiError::new(ErrorCode::Invalid, "There is nothing to forward.");
        return Err(error
            .next("Use -L, -R or -D, or the name of a tunnel kept with the machine.")
            .into());
    }
    Ok(ids)
}

/// What was said of a tunnel already.
#[derive(Default)]
struct Said {
    listening: Vec<String>,
    away: bool,
    problem: Option<String>,
}

struct Run<'a> {
    app: &'a App,
    id: &'a Authorized<NodeId>,
    ids: Vec<TunnelId>,
    said: HashMap<TunnelId, Said>,
    /// The question that was answered last.
    answered: Option<String>,
}

impl Run<'_> {
    fn now(&self) -> MachineTunnels {
        self.app.ctx.core.tunnels().of(self.id)
    }

    /// Says what is new; true when somebody stopped them all.
    fn look(&mut self) -> Result<bool, Failure> {
        let now = self.now();
        let mine: Vec<&TunnelInfo> =
            now.tunnels.iter().filter(|info| self.ids.contains(&info.tunnel.id)).collect();
        for info in &mine {
            let said = self.said.entry(info.tunnel.id).or_default();
            if let TunnelState::Failed { error } = &info.state {
                return Err(match error.code {
                    ErrorCode::AddressTaken | ErrorCode::Invalid => Failure::from(error.clone()),
                    _ => Failure::connection(error.clone()),
                });
            }
            tell(info, said, self.app.options.json)?;
        }
        Ok(mine.iter().all(|info| info.state == TunnelState::Stopped))
    }

    /// Asks the person what the connection asks for.
    async fn answer(&mut self) -> Result<(), Failure> {
        let Some(session) = self.now().session else { return Ok(()) };
        let sessions = self.app.ctx.core.sessions();
        let Ok(info) = sessions.info(session) else { return Ok(()) };
        match info.state {
            SessionState::Asking { prompt } if self.is_new(session, &prompt.id.to_string()) => {
                let id = prompt.id;
                let ask = Ask {
                    kind: prompt.kind,
                    machine: prompt.machine,
                    title: prompt.title,
                    instructions: prompt.instructions,
                    questions: prompt.questions,
                    again: prompt.again,
                };
                let answers =
                    tokio::task::spawn_blocking(move || ask::prompt(&ask)).await.ok().flatten();
                // Withdrawn meanwhile, by a server that did not want to wait.
                let _withdrawn = sessions.answer(session, id, answers);
            }
            SessionState::HostKey { question } => {
                let answer = tokio::task::spawn_blocking(move || ask::host_key(&question)).await;
                let answer = answer.unwrap_or(HostKeyAnswer::Refuse);
                if let Err(error) = sessions.answer_host_key(session, answer) {
                    say(&ApiError::from(error).to_string());
                    return Box::pin(self.answer()).await;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn is_new(&mut self, session: SessionId, prompt: &str) -> bool {
        let name = format!("{session} {prompt}");
        let new = self.answered.as_ref() != Some(&name);
        self.answered = Some(name);
        new
    }
}

/// Where it listens goes to standard output, for scripts that wait for it; all else to standard error.
fn tell(info: &TunnelInfo, said: &mut Said, json: bool) -> Result<(), Failure> {
    let title = info.tunnel.title();
    match &info.state {
        TunnelState::Running => {
            if said.listening != info.listening {
                said.listening.clone_from(&info.listening);
                if json {
                    print_json(info)?;
                } else {
                    print(&line(info));
                }
            } else if said.away {
                say(&format!("{title}: connected again."));
            }
            said.away = false;
        }
        TunnelState::Reconnecting { error } if !said.away => {
            said.away = true;
            say(&format!("{title}: {} It is tried again.", error.message));
        }
        _ => {}
    }
    if said.problem != info.problem {
        said.problem.clone_from(&info.problem);
        if let Some(problem) = &info.problem {
            say(&format!("{title}: {problem}"));
        }
    }
    Ok(())
}

fn line(info: &TunnelInfo) -> String {
    let listening = info.listening.join(" and ");
    let to = info.tunnel.to.as_ref().map(ToString::to_string);
    match (info.tunnel.kind, to) {
        (TunnelKind::Remote, Some(to)) => format!("The machine listens at {listening}, for {to}\n"),
        (_, Some(to)) => format!("Listening at {listening}, for {to}\n"),
        (_, None) => format!("Listening at {listening}, for SOCKS 5\n"),
    }
}
