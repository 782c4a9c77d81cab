//! The person in front of a tab: what an engine reports and asks, as changes of the session.

use super::{
    person::{Answer, Person},
    session::{Pending, Session},
};
use crate::tell::Tells as _;
use patchbay_model::{
    HostKeyAnswer, HostKeyQuestion, Prompt, PromptId, Secret, SessionInfo, SessionState, Use,
};
use patchbay_session::{Ask, Forwarded, Progress};
use std::sync::Arc;
use tokio::sync::oneshot;

/// What is kept of the texts a server sends before signing in.
const MOST_BANNER: usize = 64 * 1024;

/// The person in front of the tab.
pub(super) struct Tab(pub(super) Arc<Session>);

impl Person for Tab {
    fn progress(&self, progress: Progress) {
        let (now, wall) = (self.0.clock.now(), self.0.clock.wall());
        self.0.change(false, |live| match progress {
            Progress::Began { stage, machine, detail } => {
                live.journal.began(now, stage, &machine, &detail);
                if matches!(live.info.state, SessionState::Connecting { .. }) {
                    live.info.state = SessionState::Connecting { stage, machine };
                }
            }
            Progress::Done { stage, detail } => live.journal.done(now, stage, &detail),
            Progress::Forwards(what) => {
                live.journal.note(now, &format!("It may use your {}", called(what)));
                *place(&mut live.info, what) = Some(Use::default());
            }
            Progress::Used(what) => {
                live.journal.note(now, &format!("The machine uses your {}", called(what)));
                let used = place(&mut live.info, what).get_or_insert_default();
                used.times = used.times.saturating_add(1);
                used.last = Some(wall);
            }
            Progress::Note(text) => live.journal.note(now, &text),
            Progress::Banner(text) => {
                for line in text.lines().take(20) {
                    live.journal.note(now, &format!("The server says: {line}"));
                }
                let text = text.trim_end().replace('\n', "\r\n") + "\r\n";
                if live.banner.len() + text.len() <= MOST_BANNER {
                    live.banner.extend_from_slice(text.as_bytes());
                }
            }
        });
    }

    fn ask(&self, ask: Ask) -> Answer<'_, Option<Vec<Secret<String>>>> {
        Box::pin(async move {
            let _turn = self.0.asking.lock().await;
            let Ask { kind, machine, title, instructions, questions, again, lasting: _ } = ask;
            let id = PromptId::new();
            let (sender, answer) = oneshot::channel();
            let pending = Pending::Prompt(id, questions.len(), sender);
            let prompt = Prompt { id, kind, machine, title, instructions, questions, again };
            self.0.wait(SessionState::Asking { prompt }, pending, answer).await.flatten()
        })
    }

    fn decide(&self, question: HostKeyQuestion) -> Answer<'_, HostKeyAnswer> {
        Box::pin(async move {
            let _turn = self.0.asking.lock().await;
            let (sender, answer) = oneshot::channel();
            let pending = Pending::HostKey(Box::new(question.clone()), sender);
            self.0
                .wait(SessionState::HostKey { question }, pending, answer)
                .await
                .unwrap_or(HostKeyAnswer::Refuse)
        })
    }
}

fn place(info: &mut SessionInfo, what: Forwarded) -> &mut Option<Use> {
    match what {
        Forwarded::Agent => &mut info.agent,
        Forwarded::X11 => &mut info.x11,
    }
}

const fn called(what: Forwarded) -> &'static str {
    match what {
        Forwarded::Agent => "SSH agent",
        Forwarded::X11 => "X server",
    }
}
