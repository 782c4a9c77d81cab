//! Whoever sits before the screen: answers what was agreed on, and remembers what was shown.

use futures_util::future::BoxFuture;
use patchbay_engine_ssh::{Credential, Exec, ExecEvent, Hop, SshError, Target, connect, exec};
use patchbay_model::{CloseReason, Secret, TerminalSize};
use patchbay_session::{
    Ask, HostKeyCheck, HostKeyVerdict, Interaction, Progress, Terminal, TerminalEvent,
    TerminalInput,
};
use patchbay_testkit::{KeyPair, Sshd};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// No test waits for longer than this for anything.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

#[derive(Default)]
pub(crate) struct Person {
    pub(crate) answers: Mutex<VecDeque<Vec<String>>>,
    pub(crate) asked: Mutex<Vec<Ask>>,
    pub(crate) checked: Mutex<Vec<HostKeyCheck>>,
    pub(crate) progress: Mutex<Vec<Progress>>,
    pub(crate) refuse: Option<HostKeyVerdict>,
    /// Never answers anything.
    pub(crate) asleep: bool,
    /// Trusts host keys even when asleep.
    pub(crate) trusting: bool,
    /// Questions that were asked and not withdrawn.
    pub(crate) open_questions: AtomicUsize,
}

impl Person {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// Answers one round after the other; cancels when there are no more.
    pub(crate) fn who_answers(rounds: &[&[&str]]) -> Arc<Self> {
        let answers =
            rounds.iter().map(|round| round.iter().map(|a| (*a).to_owned()).collect()).collect();
        Arc::new(Self { answers: Mutex::new(answers), ..Self::default() })
    }

    pub(crate) fn who_refuses(verdict: HostKeyVerdict) -> Arc<Self> {
        Arc::new(Self { refuse: Some(verdict), ..Self::default() })
    }

    pub(crate) fn labels(&self) -> Vec<String> {
        self.asked
            .lock()
            .unwrap()
            .iter()
            .flat_map(|ask| ask.questions.iter().map(|q| q.label.clone()))
            .collect()
    }

    pub(crate) fn notes(&self) -> String {
        let progress = self.progress.lock().unwrap();
        progress.iter().map(|p| format!("{p:?}\n")).collect()
    }
}

/// Counts a question for as long as its future lives.
struct OpenQuestion<'a>(&'a AtomicUsize);

impl<'a> OpenQuestion<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for OpenQuestion<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Interaction for Person {
    fn progress(&self, progress: Progress) {
        self.progress.lock().unwrap().push(progress);
    }

    fn ask(&self, ask: Ask) -> BoxFuture<'_, Option<Vec<Secret<String>>>> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(ask);
            if self.asleep {
                let _open = OpenQuestion::new(&self.open_questions);
                std::future::pending::<()>().await;
            }
            let answer = self.answers.lock().unwrap().pop_front()?;
            Some(answer.into_iter().map(Secret::new).collect())
        })
    }

    fn check_host_key(&self, check: HostKeyCheck) -> BoxFuture<'_, HostKeyVerdict> {
        Box::pin(async move {
            self.checked.lock().unwrap().push(check);
            if self.asleep && !self.trusting {
                let _open = OpenQuestion::new(&self.open_questions);
                std::future::pending::<()>().await;
            }
            self.refuse.clone().unwrap_or(HostKeyVerdict::Trusted)
        })
    }
}

/// Waits for something outside to become true.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LIMIT, waiting)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"));
}

pub(crate) fn hop(sshd: &Sshd, credentials: Vec<Credential>) -> Hop {
    Hop {
        user: Some(sshd.user().to_owned()),
        credentials,
        ..Hop::new("web-01", "127.0.0.1", sshd.port())
    }
}

pub(crate) fn target(sshd: &Sshd, credentials: Vec<Credential>) -> Target {
    Target { hops: vec![hop(sshd, credentials)], ..Target::default() }
}

pub(crate) fn key(pair: &KeyPair) -> Credential {
    key_with(pair, None, None)
}

pub(crate) fn key_with(
    pair: &KeyPair,
    passphrase: Option<&str>,
    certificate: Option<&str>,
) -> Credential {
    Credential::Key {
        text: Secret::new(pair.private.clone()),
        passphrase: passphrase.map(|p| Secret::new(p.to_owned())),
        certificate: certificate.map(str::to_owned),
    }
}

pub(crate) fn password(text: &str) -> Credential {
    Credential::Password(Secret::new(text.to_owned()))
}

pub(crate) const SIZE: TerminalSize = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };

/// A command's output, error output and end.
pub(crate) async fn run(
    target: Target,
    person: &Arc<Person>,
    command: &str,
) -> Result<(String, String, CloseReason), SshError> {
    let started = exec(target, person.clone(), command.to_owned(), CancellationToken::new());
    let running = tokio::time::timeout(LIMIT, started).await.expect("in time")?;
    Ok(collect(running).await)
}

pub(crate) async fn collect(mut running: Exec) -> (String, String, CloseReason) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    loop {
        match tokio::time::timeout(LIMIT, running.events.recv()).await.expect("in time") {
            Some(ExecEvent::Stdout(bytes)) => out.extend_from_slice(&bytes),
            Some(ExecEvent::Stderr(bytes)) => err.extend_from_slice(&bytes),
            Some(ExecEvent::Closed(reason)) => {
                return (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap(), reason);
            }
            None => panic!("ended without a reason"),
        }
    }
}

/// Signs in and proves it by running a command.
pub(crate) async fn works(target: Target, person: &Arc<Person>) {
    let (out, err, end) = match run(target, person, "echo in").await {
        Ok(done) => done,
        Err(error) => panic!("{error:?}\n{}", person.notes()),
    };
    assert_eq!((out.as_str(), err.as_str()), ("in\n", ""));
    assert_eq!(end, CloseReason::Exited { code: Some(0) });
}

/// Fails to sign in, and says why.
pub(crate) async fn fails(target: Target, person: &Arc<Person>) -> SshError {
    match run(target, person, "echo in").await {
        Ok(done) => panic!("it worked: {done:?}"),
        Err(error) => {
            // What is said must be whole sentences that name the machine, whatever it is.
            let said = error.api_error("web-01");
            assert!(said.message.ends_with('.') && !said.message.contains(".."), "{said:?}");
            error
        }
    }
}

/// A terminal, with what it has shown so far.
pub(crate) struct Screen {
    pub(crate) terminal: Terminal,
    pub(crate) shown: String,
    pub(crate) latency: Option<u32>,
}

impl Screen {
    pub(crate) async fn open(target: Target, person: &Arc<Person>) -> Result<Self, SshError> {
        let connecting = connect(target, person.clone(), SIZE, CancellationToken::new());
        let terminal = tokio::time::timeout(LIMIT, connecting).await.expect("in time")?;
        Ok(Self { terminal, shown: String::new(), latency: None })
    }

    pub(crate) async fn types(&self, text: &str) {
        self.terminal.input.send(TerminalInput::Bytes(text.to_owned().into())).await.unwrap();
    }

    /// Reads until the text appears, and forgets everything up to it.
    pub(crate) async fn until(&mut self, text: &str) -> String {
        loop {
            if let Some(at) = self.shown.find(text) {
                let rest = self.shown.split_off(at + text.len());
                return std::mem::replace(&mut self.shown, rest);
            }
            if let Some(end) = self.step().await {
                panic!("ended with {end:?} before {text:?}; shown: {}", self.shown);
            }
        }
    }

    /// Reads to the end.
    pub(crate) async fn end(&mut self) -> CloseReason {
        loop {
            if let Some(end) = self.step().await {
                return end;
            }
        }
    }

    pub(crate) async fn step(&mut self) -> Option<CloseReason> {
        let next = tokio::time::timeout(LIMIT, self.terminal.events.recv()).await;
        match next.unwrap_or_else(|_| panic!("nothing more came; shown: {}", self.shown)) {
            Some(TerminalEvent::Output(bytes)) => {
                self.shown.push_str(&String::from_utf8_lossy(&bytes))
            }
            Some(TerminalEvent::Latency(ms)) => self.latency = Some(ms),
            Some(TerminalEvent::Closed(reason)) => return Some(reason),
            None => panic!("ended without a reason"),
        }
        None
    }
}
