//! How one attempt to connect went: a step for each stage, and lines for "Show details".

use patchbay_model::{ErrorCode, Protocol, Stage, Step, StepState};
use std::{fmt::Write as _, time::Duration};

const STAGES: &[Stage] =
    &[Stage::Name, Stage::Connect, Stage::Handshake, Stage::HostKey, Stage::SignIn, Stage::Shell];
/// Lines kept of a talkative server: the first ones and the last ones.
const FIRST_LINES: usize = 100;
const MOST_LINES: usize = 300;
const LONGEST_LINE: usize = 400;

/// The story of one attempt.
#[derive(Debug, Default)]
pub(super) struct Journal {
    started: Duration,
    /// The machine that is wanted, which need not be the one that is being reached.
    wanted: String,
    protocol: Option<Protocol>,
    machine: String,
    stages: Vec<Entry>,
    lines: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    step: Step,
    began: Duration,
}

impl Journal {
    /// A new story; `now` is the zero of its time stamps.
    pub(super) fn start(
        now: Duration,
        first_line: &str,
        wanted: &str,
        protocol: Option<Protocol>,
    ) -> Self {
        let mut journal = Self {
            started: now,
            wanted: wanted.to_owned(),
            protocol,
            machine: wanted.to_owned(),
            ..Self::default()
        };
        journal.waiting();
        journal.note(now, first_line);
        journal
    }

    /// A part began. A part of another machine begins the list anew: the jump host before it is through.
    pub(super) fn began(&mut self, now: Duration, stage: Stage, machine: &str, detail: &str) {
        if self.machine != machine {
            machine.clone_into(&mut self.machine);
            self.waiting();
        }
        // The parts before it are over, whether or not anybody said so.
        for entry in self.stages.iter_mut().filter(|entry| entry.step.stage < stage) {
            entry.finish(now, StepState::Done);
        }
        // Those behind it come again: another password, another server.
        for entry in self.stages.iter_mut().filter(|entry| entry.step.stage > stage) {
            entry.step = waiting(entry.step.stage);
        }
        if let Some(entry) = self.stage(stage) {
            entry.began = now;
            entry.step.ms = None;
            entry.step.state = StepState::Running;
            entry.step.detail = line(detail);
        }
        let what = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
        self.note(now, &format!("{machine}: {}{what}", doing(stage)));
    }

    /// A part is done.
    pub(super) fn done(&mut self, now: Duration, stage: Stage, detail: &str) {
        if let Some(entry) = self.stage(stage) {
            entry.finish(now, StepState::Done);
            if !detail.is_empty() {
                entry.step.detail = line(detail);
            }
        }
        if !detail.is_empty() {
            let machine = self.machine.clone();
            self.note(now, &format!("{machine}: {} done: {detail}", doing(stage)));
        }
    }

    /// Everything is done.
    pub(super) fn opened(&mut self, now: Duration) {
        for entry in &mut self.stages {
            entry.finish(now, StepState::Done);
        }
        self.note(now, "Open.");
    }

    /// It stopped here.
    pub(super) fn failed(&mut self, now: Duration, code: ErrorCode, message: &str) {
        let at = self.stages.iter().position(|entry| entry.step.state == StepState::Running);
        let at = at.or_else(|| {
            self.stages.iter().position(|entry| entry.step.state == StepState::Waiting)
        });
        if let Some(entry) = at.and_then(|at| self.stages.get_mut(at)) {
            entry.step.detail = in_a_word(code).to_owned();
            if entry.step.state == StepState::Waiting {
                entry.began = now;
            }
            entry.finish(now, StepState::Failed);
        }
        self.note(now, message);
    }

    /// Adds a line. Never give it a secret.
    pub(super) fn note(&mut self, now: Duration, text: &str) {
        if self.lines.len() >= MOST_LINES {
            self.lines.remove(FIRST_LINES);
            if let Some(gap) = self.lines.get_mut(FIRST_LINES) {
                "… lines left out …".clone_into(gap);
            }
        }
        let mut stamped = String::new();
        let since = now.saturating_sub(self.started);
        let _never_fails = write!(stamped, "{:>8.3} s  {}", since.as_secs_f64(), line(text));
        self.lines.push(stamped);
    }

    /// The steps, as the error page lists them.
    pub(super) fn steps(&self) -> Vec<Step> {
        self.stages.iter().map(|entry| entry.step.clone()).collect()
    }

    /// The lines, oldest first.
    pub(super) fn lines(&self) -> &[String] {
        &self.lines
    }

    fn waiting(&mut self) {
        // Whoever is on the way is reached by SSH.
        let stages = match self.protocol.filter(|_| self.machine == self.wanted) {
            Some(Protocol::Telnet | Protocol::Raw) => &[Stage::Name, Stage::Connect],
            Some(Protocol::Serial) => &[Stage::Connect][..],
            Some(Protocol::Ssh | Protocol::Vnc | Protocol::Rdp) | None => STAGES,
        };
        let entry = |stage: &Stage| Entry { step: waiting(*stage), began: self.started };
        self.stages = stages.iter().map(entry).collect();
    }

    fn stage(&mut self, stage: Stage) -> Option<&mut Entry> {
        self.stages.iter_mut().find(|entry| entry.step.stage == stage)
    }
}

impl Entry {
    /// Ends the part, unless it has ended; one that never began took no time.
    fn finish(&mut self, now: Duration, state: StepState) {
        if matches!(self.step.state, StepState::Done | StepState::Failed) {
            return;
        }
        if self.step.state == StepState::Running || state == StepState::Failed {
            let took = now.saturating_sub(self.began).as_millis();
            self.step.ms = Some(u32::try_from(took).unwrap_or(u32::MAX));
        }
        self.step.state = state;
    }
}

const fn waiting(stage: Stage) -> Step {
    Step { stage, state: StepState::Waiting, detail: String::new(), ms: None }
}

/// One line of bounded length without control characters: some of it comes from servers.
fn line(text: &str) -> String {
    text.chars().take(LONGEST_LINE).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

const fn doing(stage: Stage) -> &'static str {
    match stage {
        Stage::Name => "looking up the name",
        Stage::Connect => "connecting",
        Stage::Handshake => "agreeing on keys",
        Stage::HostKey => "checking the host key",
        Stage::SignIn => "signing in",
        Stage::Shell => "asking for a terminal",
    }
}

const fn in_a_word(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::UnknownHost => "not found",
        ErrorCode::Refused | ErrorCode::AuthFailed | ErrorCode::ShellRefused => "refused",
        ErrorCode::TimedOut => "timed out",
        ErrorCode::Unreachable => "unreachable",
        ErrorCode::Protocol => "broken off",
        ErrorCode::NoCommonAlgorithm => "nothing in common",
        ErrorCode::HostKey => "not trusted",
        ErrorCode::HostKeyNotSaved => "not saved",
        ErrorCode::KeyPassphrase => "key not opened",
        ErrorCode::KeyUnsupported => "key not usable",
        ErrorCode::Jump => "jump host failed",
        ErrorCode::SerialPort => "not opened",
        ErrorCode::Disconnected => "connection lost",
        ErrorCode::Cancelled => "cancelled",
        _ => "failed",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::Journal;
    use patchbay_model::{ErrorCode, Protocol, Stage, StepState};
    use std::time::Duration;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn steps_take_their_time_and_fail_where_they_stop() {
        let mut journal =
            Journal::start(ms(1_000), "Connecting to db-01", "db-01", Some(Protocol::Ssh));
        journal.began(ms(1_000), Stage::Name, "db-01", "db.example.com");
        journal.done(ms(1_002), Stage::Name, "192.0.2.45");
        journal.began(ms(1_002), Stage::Connect, "db-01", "");
        journal.failed(ms(1_005), ErrorCode::Refused, "db-01 refused the connection.");
        let steps = journal.steps();
        assert_eq!(
            steps.iter().map(|step| step.state).collect::<Vec<_>>()[..3],
            [StepState::Done, StepState::Failed, StepState::Waiting]
        );
        assert_eq!((steps[0].detail.as_str(), steps[0].ms), ("192.0.2.45", Some(2)));
        assert_eq!((steps[1].detail.as_str(), steps[1].ms), ("refused", Some(3)));
        assert_eq!(journal.lines().last().unwrap(), "   0.005 s  db-01 refused the connection.");
    }

    #[test]
    fn another_machine_begins_anew() {
        let mut journal = Journal::start(ms(0), "Connecting", "db-01", Some(Protocol::Ssh));
        journal.began(ms(0), Stage::SignIn, "lb-01", "");
        journal.began(ms(9), Stage::Connect, "db-01", "through lb-01");
        assert_eq!(journal.steps()[1].detail, "through lb-01");
        assert_eq!(journal.steps()[4].state, StepState::Waiting);
        journal.opened(ms(12));
        assert!(journal.steps().iter().all(|step| step.state == StepState::Done));
    }

    #[test]
    fn a_machine_without_encryption_has_fewer_parts_than_its_jump_host() {
        let mut journal = Journal::start(ms(0), "Connecting", "sw-01", Some(Protocol::Telnet));
        assert_eq!(journal.steps().len(), 2);
        journal.began(ms(0), Stage::Connect, "lb-01", "");
        assert_eq!(journal.steps().len(), 6);
        journal.began(ms(9), Stage::Connect, "sw-01", "through lb-01");
        assert_eq!(journal.steps().len(), 2);
        assert_eq!(journal.steps()[1].detail, "through lb-01");
    }

    #[test]
    fn a_talkative_server_fills_no_memory() {
        let mut journal = Journal::start(ms(0), "first", "x", None);
        for n in 0..5_000 {
            journal.note(ms(n), &format!("\u{1b}[31m{}", "x".repeat(9_999)));
        }
        assert!(journal.lines().len() <= 300);
        assert!(journal.lines()[0].ends_with("first"));
        assert!(journal.lines().iter().all(|line| line.len() < 500 && !line.contains('\u{1b}')));
    }
}
