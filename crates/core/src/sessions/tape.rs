//! A session and its recording.

use super::session::Session;
use crate::{
    CoreError, RecordingRule,
    recordings::{About, DesktopRecorder, Look, Recorder},
    sync,
    tell::Tells as _,
};
use patchbay_model::{ApiError, RecordMode, SessionRecording, SessionState, SessionTarget};
use std::sync::{Arc, Mutex};

/// What records a session, if anything does.
#[derive(Default)]
pub(super) struct Tape {
    recorder: Mutex<Option<Recording>>,
    /// Held while it starts or stops.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
enum Recording {
    Terminal(Arc<Recorder>),
    Desktop(Arc<DesktopRecorder>),
}

impl Tape {
    /// Tell it what happens, as long as it is there.
    pub(super) fn recorder(&self) -> Option<Arc<Recorder>> {
        match &*sync::lock(&self.recorder) {
            Some(Recording::Terminal(recorder)) => Some(Arc::clone(recorder)),
            _ => None,
        }
    }

    /// The same for a desktop.
    pub(super) fn of_desktop(&self) -> Option<Arc<DesktopRecorder>> {
        match &*sync::lock(&self.recorder) {
            Some(Recording::Desktop(recorder)) => Some(Arc::clone(recorder)),
            _ => None,
        }
    }
}

impl Recording {
    async fn finish(self, status: Option<i32>) {
        match self {
            Self::Terminal(recorder) => recorder.finish(status).await,
            Self::Desktop(recorder) => recorder.finish().await,
        }
    }
}

impl Session {
    /// As the machine's settings want it, or a rule. That it cannot be recorded keeps nobody from connecting, but it is said.
    ///
    /// # Errors
    /// A rule wants it recorded, and it cannot be.
    pub(super) async fn record_from_the_start(
        self: &Arc<Self>,
        record: RecordMode,
    ) -> Result<(), ApiError> {
        let ruled = self.rule().is_some();
        if record == RecordMode::Off && !ruled {
            return Ok(());
        }
        let keys = record == RecordMode::OutputAndKeys;
        let _turn = self.tape.turn.lock().await;
        if let Err(error) = self.begin_recording(keys).await {
            let error = ApiError::from(error);
            if ruled {
                let message =
                    format!("The session has to be recorded, and cannot be. {}", error.message);
                return Err(ApiError { message, ..error });
            }
            let problem = format!("This session is not recorded. {}", error.message);
            let since = self.clock.wall();
            self.change(true, |live| {
                live.info.recording = Some(SessionRecording {
                    id: None,
                    since,
                    keys,
                    problem: Some(problem),
                    rule: None,
                });
            });
        }
        Ok(())
    }

    /// The rule by which it is recorded.
    fn rule(&self) -> Option<RecordingRule> {
        let info = self.info();
        let SessionTarget::Entry { id } = info.target else { return None };
        self.core.upgrade()?.recording_rule(id, info.desktop.is_some())
    }

    /// Because a person wants it.
    pub(super) async fn record(self: &Arc<Self>, keys: bool) -> Result<(), CoreError> {
        let info = self.info();
        if info.state != SessionState::Open || matches!(info.target, SessionTarget::Files { .. }) {
            return Err(CoreError::invalid(
                "id",
                format!("{} shows no terminal or desktop that is open.", info.title),
                "Connect, then start recording.",
            ));
        }
        let _turn = self.tape.turn.lock().await;
        let held = sync::lock(&self.tape.recorder).is_some();
        if held && info.recording.is_some_and(|now| now.problem.is_none()) {
            return Ok(());
        }
        self.begin_recording(keys).await
    }

    /// Waits until everything is written. Not recorded at all is fine.
    pub(super) async fn stop_recording(self: &Arc<Self>, status: Option<i32>) {
        let _turn = self.tape.turn.lock().await;
        let recorder = sync::lock(&self.tape.recorder).take();
        if let Some(recorder) = recorder {
            recorder.finish(status).await;
        }
        if self.info().recording.is_some() {
            self.change(true, |live| live.info.recording = None);
        }
    }

    async fn begin_recording(self: &Arc<Self>, keys: bool) -> Result<(), CoreError> {
        let core = self.core.upgrade().ok_or(CoreError::NotFound("session"))?;
        let info = self.info();
        let machine = match info.target {
            SessionTarget::Entry { id } => Some(id),
            _ => None,
        };
        let desktop = info.desktop.is_some();
        // What is typed into a desktop is never recorded.
        let keys = keys && !desktop;
        let screen = if desktop { self.hub.screen() } else { None };
        let (cols, rows) = screen.as_ref().map_or_else(
            || (self.size().cols, self.size().rows),
            |screen| (screen.size().width, screen.size().height),
        );
        let about = About {
            title: info.title,
            subtitle: info.subtitle,
            machine,
            desktop,
            cols: cols.max(1),
            rows: rows.max(1),
            keys,
            rule: self.rule(),
        };
        let rule = about.rule.as_ref().map(|rule| rule.name.clone());
        let ruled = rule.is_some();
        let me = Arc::downgrade(self);
        let failed = move |problem: String| {
            let Some(me) = me.upgrade() else { return };
            tracing::warn!(%problem, "a recording stopped");
            me.change(true, |live| {
                if let Some(recording) = &mut live.info.recording {
                    recording.problem = Some(problem);
                }
            });
            // Nothing is done there that is not recorded.
            if ruled {
                me.disconnect();
            }
        };
        let (id, since, recorder) = if desktop {
            let screen = screen.ok_or(CoreError::NotFound("desktop"))?;
            let look = Look { screen, cursor: self.hub.cursor() };
            let recorder = core.recordings().begin_desktop(about, look, failed).await?;
            (recorder.id(), recorder.since(), Recording::Desktop(recorder))
        } else {
            let recorder = core.recordings().begin(about, failed).await?;
            (recorder.id(), recorder.since(), Recording::Terminal(recorder))
        };
        let recording = SessionRecording { id: Some(id), since, keys, problem: None, rule };
        *sync::lock(&self.tape.recorder) = Some(recorder);
        self.change(true, |live| live.info.recording = Some(recording));
        // Whoever ended the session meanwhile did not know of it.
        if !matches!(self.info().state, SessionState::Open | SessionState::Connecting { .. }) {
            let ended = sync::lock(&self.tape.recorder).take();
            if let Some(recorder) = ended {
                recorder.finish(None).await;
            }
            self.change(true, |live| live.info.recording = None);
        }
        Ok(())
    }
}
