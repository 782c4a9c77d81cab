//! Somebody who looks at a desktop, and answers what is asked.

use futures_util::future::BoxFuture;
use patchbay_engine_rdp::{RdpError, RdpOptions, connect};
use patchbay_model::{CloseReason, Secret};
use patchbay_session::{
    Ask, CertificateCheck, HostKeyCheck, HostKeyVerdict, Interaction, Progress,
    desktop::{Desktop, DesktopEvent, DesktopInput, Size},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Trusts the certificate unless told otherwise, and remembers everything.
#[derive(Default)]
pub(crate) struct Person {
    pub(crate) distrusts: bool,
    pub(crate) answers: Mutex<VecDeque<&'static str>>,
    pub(crate) progress: Mutex<Vec<Progress>>,
    pub(crate) asked: Mutex<Vec<Ask>>,
    pub(crate) checked: Mutex<Vec<CertificateCheck>>,
}

impl Interaction for Person {
    fn progress(&self, progress: Progress) {
        self.progress.lock().unwrap().push(progress);
    }

    fn ask(&self, ask: Ask) -> BoxFuture<'_, Option<Vec<Secret<String>>>> {
        self.asked.lock().unwrap().push(ask);
        let answer = self.answers.lock().unwrap().pop_front();
        Box::pin(async move { answer.map(|answer| vec![Secret::new(answer.to_owned())]) })
    }

    fn check_host_key(&self, _: HostKeyCheck) -> BoxFuture<'_, HostKeyVerdict> {
        unreachable!("RDP has certificates")
    }

    fn check_certificate(&self, check: CertificateCheck) -> BoxFuture<'_, HostKeyVerdict> {
        self.checked.lock().unwrap().push(check);
        let verdict = if self.distrusts {
            HostKeyVerdict::Refused { reason: "It is unknown.".to_owned() }
        } else {
            HostKeyVerdict::Trusted
        };
        Box::pin(async move { verdict })
    }
}

pub(crate) fn options(port: u16, user: &str, password: &str) -> RdpOptions {
    RdpOptions {
        machine: "web-01".to_owned(),
        address: "127.0.0.1".to_owned(),
        port,
        user: Some(user.to_owned()).filter(|user| !user.is_empty()),
        domain: None,
        password: Some(Secret::new(password.to_owned())).filter(|_| !password.is_empty()),
        refused: false,
        size: Size::new(800, 600),
        scale: 100,
        keyboard_layout: Some(0x409),
        clipboard: false,
        audio: false,
        drive: None,
        allow_without_nla: true,
    }
}

pub(crate) async fn open(options: RdpOptions, person: Arc<Person>) -> Result<Desktop, RdpError> {
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", options.port)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let opening = connect(stream, options, person, CancellationToken::new());
    tokio::time::timeout(LIMIT, opening).await.expect("it opens or fails in time")
}

/// A desktop whose events are kept as they come.
pub(crate) struct Seen {
    pub(crate) desktop: Desktop,
    pub(crate) events: Vec<DesktopEvent>,
}

impl Seen {
    pub(crate) fn new(desktop: Desktop) -> Self {
        Self { desktop, events: Vec::new() }
    }

    pub(crate) async fn tell(&self, input: DesktopInput) {
        self.desktop.input.send(input).await.unwrap();
    }

    /// Keeps what came, and says whether anything did.
    pub(crate) fn take(&mut self) -> bool {
        let before = self.events.len();
        while let Ok(event) = self.desktop.events.try_recv() {
            self.events.push(event);
        }
        self.events.len() > before
    }

    /// Waits until it is so.
    pub(crate) async fn until(&mut self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + LIMIT;
        loop {
            self.take();
            if so(self) {
                return;
            }
            let over = self.events.iter().find(|event| matches!(event, DesktopEvent::Closed(_)));
            assert!(over.is_none(), "it ended before {what}: {over:?}");
            assert!(Instant::now() < end, "waited in vain for {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for an event of which `pick` makes something.
    pub(crate) async fn event<T>(
        &mut self,
        what: &str,
        pick: impl Fn(&DesktopEvent) -> Option<T>,
    ) -> T {
        self.until(what, |seen| seen.events.iter().any(|event| pick(event).is_some())).await;
        self.events.iter().rev().find_map(pick).unwrap()
    }

    pub(crate) async fn closed(mut self) -> CloseReason {
        self.event("the end", |event| match event {
            DesktopEvent::Closed(reason) => Some(reason.clone()),
            _ => None,
        })
        .await
    }

    /// Red, green and blue of every pixel.
    pub(crate) fn picture(&self) -> Vec<u8> {
        let screen = &self.desktop.screen;
        let all = screen.read(screen.size().rect()).unwrap_or_default();
        assert!(all.chunks(4).all(|pixel| pixel[3] == 255), "all is opaque");
        all.chunks(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
    }
}

/// The largest and the mean difference of two pictures of the same size.
pub(crate) fn difference(one: &[u8], other: &[u8]) -> (u8, f64) {
    assert_eq!(one.len(), other.len(), "pictures of the same size");
    let all = one.iter().zip(other).map(|(a, b)| a.abs_diff(*b));
    let most = all.clone().max().unwrap_or(0);
    let sum: u64 = all.map(u64::from).sum();
    (most, sum as f64 / one.len() as f64)
}
