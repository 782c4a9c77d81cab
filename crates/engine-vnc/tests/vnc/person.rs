//! Somebody who answers what is asked, and what was asked and reported.

use futures_util::future::BoxFuture;
use patchbay_model::{PromptKind, Secret};
use patchbay_session::{
    Ask, CertificateCheck, HostKeyCheck, HostKeyVerdict, Interaction, Progress,
};
use std::sync::Mutex;

#[derive(Default)]
pub struct Person {
    pub user: Option<String>,
    pub password: Option<String>,
    pub distrusts: bool,
    pub asked: Mutex<Vec<PromptKind>>,
    pub judged: Mutex<Vec<CertificateCheck>>,
    pub progress: Mutex<Vec<Progress>>,
}

impl Interaction for Person {
    fn progress(&self, progress: Progress) {
        self.progress.lock().unwrap().push(progress);
    }

    fn ask(&self, ask: Ask) -> BoxFuture<'_, Option<Vec<Secret<String>>>> {
        self.asked.lock().unwrap().push(ask.kind);
        let known = if ask.kind == PromptKind::User { &self.user } else { &self.password };
        let answer = known.clone().map(|answer| vec![Secret::new(answer)]);
        Box::pin(std::future::ready(answer))
    }

    fn check_host_key(&self, _: HostKeyCheck) -> BoxFuture<'_, HostKeyVerdict> {
        panic!("VNC has no SSH host keys")
    }

    fn check_certificate(&self, check: CertificateCheck) -> BoxFuture<'_, HostKeyVerdict> {
        self.judged.lock().unwrap().push(check);
        let refused = HostKeyVerdict::Refused { reason: "Nobody knows it.".to_owned() };
        let verdict = if self.distrusts { refused } else { HostKeyVerdict::Trusted };
        Box::pin(std::future::ready(verdict))
    }
}
