//! What a connection needs of people and records, between an engine and whoever can answer.

use super::typed::Memory;
use crate::{
    Core, CoreError,
    hostkeys::{HandedKeys, Judgement},
};
use patchbay_model::{HostKeyAnswer, HostKeyQuestion, Secret};
use patchbay_session::{
    Ask, CertificateCheck, HostKeyCheck, HostKeyVerdict, Interaction, Progress,
};
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Weak},
};

/// An answer that takes as long as a person does. Dropping it withdraws the question.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whoever can answer: a tab of the window, or the terminal of the command line.
pub trait Person: Send + Sync {
    /// How connecting goes; must not block.
    fn progress(&self, progress: Progress);

    /// Answers, one a question; `None` means the person cancelled.
    fn ask(&self, ask: Ask) -> Answer<'_, Option<Vec<Secret<String>>>>;

    /// A decision about a host key that is not trusted yet.
    fn decide(&self, question: HostKeyQuestion) -> Answer<'_, HostKeyAnswer>;
}

/// Whether what is answered fits the question. A changed key needs its fingerprint's end, and a revoked one no answer
/// makes good.
pub(super) fn check_answer(
    question: &HostKeyQuestion,
    answer: &HostKeyAnswer,
) -> Result<(), CoreError> {
    use patchbay_model::HostKeyStanding::{Changed, Revoked, Unknown};
    let (key, host_key) = match question.presented.tls {
        Some(_) => ("certificate", "certificate"),
        None => ("key", "host key"),
    };
    match (answer, question.standing) {
        (HostKeyAnswer::Refuse, _) | (HostKeyAnswer::Trust | HostKeyAnswer::Once, Unknown) => {
            Ok(())
        }
        (HostKeyAnswer::Replace { last_eight }, Changed) => {
            if ends_with(&question.presented.fingerprint, last_eight) {
                return Ok(());
            }
            Err(CoreError::invalid(
                "lastEight",
                format!(
                    "Those are not the last eight characters of the {key} {} presents.",
                    question.machine
                ),
                "Type the end of the fingerprint you were told by whoever runs the machine.",
            ))
        }
        (_, Revoked) => Err(CoreError::invalid(
            "answer",
            format!("The {host_key} of {} is revoked and cannot be trusted.", question.machine),
            "Close the connection and ask whoever runs the machine.",
        )),
        (_, Changed) => Err(CoreError::invalid(
            "answer",
            format!("Another {host_key} is on record for {}.", question.machine),
            "Type the last eight characters of the new fingerprint to replace it.",
        )),
        (HostKeyAnswer::Replace { .. }, Unknown) => Err(CoreError::invalid(
            "answer",
            format!(
                "No {host_key} is on record for {}, so there is nothing to replace.",
                question.machine
            ),
            format!("Trust the {key} instead."),
        )),
    }
}

/// Compares the end, which may be typed with the blanks that fingerprints are shown with.
fn ends_with(fingerprint: &str, typed: &str) -> bool {
    let typed: Vec<char> = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let end: Vec<char> = fingerprint.chars().rev().take(8).collect();
    typed.len() == 8 && typed.iter().eq(end.iter().rev())
}

/// Answers an engine from the records, and asks the person for the rest.
pub(super) struct Gate {
    pub(super) core: Weak<Core>,
    pub(super) person: Arc<dyn Person>,
    /// What was typed before; none where nothing of it may be used.
    pub(super) memory: Option<Memory>,
    /// What a team server has handed out: it counts in place of what is on record here, and nothing is put on record.
    pub(super) handed: Option<Arc<HandedKeys>>,
}

impl Interaction for Gate {
    fn progress(&self, progress: Progress) {
        if let Some(memory) = &self.memory {
            memory.follow(&progress);
        }
        self.person.progress(progress);
    }

    fn ask(&self, ask: Ask) -> Answer<'_, Option<Vec<Secret<String>>>> {
        let Some(memory) = &self.memory else { return self.person.ask(ask) };
        if let Some(known) = memory.answer(&ask) {
            let label = ask.questions.first().map(|one| one.label.as_str()).unwrap_or_default();
            let note = format!("{label}: what you typed for {} is used again", ask.machine);
            self.person.progress(Progress::Note(note));
            return Box::pin(async { Some(vec![known]) });
        }
        Box::pin(async move {
            let answers = self.person.ask(ask.clone()).await?;
            memory.note(&ask, &answers);
            Some(answers)
        })
    }

    fn check_host_key(&self, check: HostKeyCheck) -> Answer<'_, HostKeyVerdict> {
        Box::pin(async move {
            let Some(core) = self.core.upgrade() else { return refused("Patchbay is closing") };
            let judged = match &self.handed {
                Some(handed) => handed.judge(&check),
                None => core.hostkeys().judge(&check).await,
            };
            // Nothing below may keep the services alive while the person thinks.
            drop(core);
            match judged {
                Ok(Judgement::Trusted { note }) => {
                    self.person.progress(Progress::Note(note));
                    HostKeyVerdict::Trusted
                }
                Ok(Judgement::Ask(question)) => self.decide(Check::Key(check), *question).await,
                Err(error) => refused(&format!("it cannot be looked up: {error}")),
            }
        })
    }

    fn check_certificate(&self, check: CertificateCheck) -> Answer<'_, HostKeyVerdict> {
        Box::pin(async move {
            let Some(core) = self.core.upgrade() else { return refused("Patchbay is closing") };
            let judged = match &self.handed {
                Some(handed) => Ok(handed.judge_certificate(&check, core.clock().wall())),
                None => core.hostkeys().judge_certificate(&check).await,
            };
            drop(core);
            match judged {
                Ok(Judgement::Trusted { note }) => {
                    self.person.progress(Progress::Note(note));
                    HostKeyVerdict::Trusted
                }
                Ok(Judgement::Ask(question)) => {
                    self.decide(Check::Certificate(check), *question).await
                }
                Err(error) => refused(&format!("it cannot be looked up: {error}")),
            }
        })
    }
}

/// What is decided about.
enum Check {
    Key(HostKeyCheck),
    Certificate(CertificateCheck),
}

impl Check {
    async fn keep(&self, core: &Core, replace: bool) -> Result<(), CoreError> {
        match self {
            Self::Key(check) => core.hostkeys().keep(check, replace).await,
            Self::Certificate(check) => core.hostkeys().keep_certificate(check, replace).await,
        }
    }
}

impl Gate {
    async fn decide(&self, check: Check, question: HostKeyQuestion) -> HostKeyVerdict {
        let answer = self.person.decide(question.clone()).await;
        if let Err(error) = check_answer(&question, &answer) {
            return refused(&error.to_string());
        }
        let keep = match answer {
            HostKeyAnswer::Refuse => return refused("you refused it"),
            HostKeyAnswer::Once => return HostKeyVerdict::Trusted,
            _ if self.handed.is_some() => {
                let note = "It is trusted this once. The team server puts on record what is trusted when it dials.";
                self.person.progress(Progress::Note(note.to_owned()));
                return HostKeyVerdict::Trusted;
            }
            HostKeyAnswer::Trust => false,
            HostKeyAnswer::Replace { .. } => true,
        };
        let Some(core) = self.core.upgrade() else { return refused("Patchbay is closing") };
        match check.keep(&core, keep).await {
            Ok(()) => HostKeyVerdict::Trusted,
            Err(error) => HostKeyVerdict::NotSaved { reason: error.to_string() },
        }
    }
}

fn refused(reason: &str) -> HostKeyVerdict {
    HostKeyVerdict::Refused { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::check_answer;
    use patchbay_model::{HostKeyAnswer, HostKeyQuestion, HostKeyStanding, PresentedKey};

    fn question(standing: HostKeyStanding) -> HostKeyQuestion {
        HostKeyQuestion {
            machine: "db-01".into(),
            host: "db-01".into(),
            standing,
            presented: PresentedKey {
                algorithm: "ssh-ed25519".into(),
                fingerprint: "SHA256:abcdefghijklmnop".into(),
                picture: String::new(),
                openssh: String::new(),
                tls: None,
            },
            certificate: None,
            on_record: Vec::new(),
            also_at: Vec::new(),
        }
    }

    fn replace(last_eight: &str) -> HostKeyAnswer {
        HostKeyAnswer::Replace { last_eight: last_eight.into() }
    }

    #[test]
    fn what_each_standing_allows() {
        let allowed =
            |standing, answer: HostKeyAnswer| check_answer(&question(standing), &answer).is_ok();
        for standing in
            [HostKeyStanding::Unknown, HostKeyStanding::Changed, HostKeyStanding::Revoked]
        {
            assert!(allowed(standing, HostKeyAnswer::Refuse));
            assert_eq!(
                allowed(standing, HostKeyAnswer::Trust),
                standing == HostKeyStanding::Unknown
            );
            assert_eq!(
                allowed(standing, HostKeyAnswer::Once),
                standing == HostKeyStanding::Unknown
            );
            assert_eq!(
                allowed(standing, replace("ijklmnop")),
                standing == HostKeyStanding::Changed
            );
        }
    }

    #[test]
    fn exactly_the_last_eight_characters() {
        let right =
            |typed| check_answer(&question(HostKeyStanding::Changed), &replace(typed)).is_ok();
        assert!(right("ijklmnop") && right(" ijkl mnop "));
        for wrong in ["", "jklmnop", "hijklmnop", "IJKLMNOP", "abcdefgh"] {
            assert!(!right(wrong), "{wrong}");
        }
    }
}
