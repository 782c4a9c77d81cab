//! Passwords and keyboard-interactive (RFC 4256): stored answers first, then the person's.

use super::{SLOW, SignIn, Step, answered};
use crate::{
    SshError,
    text::{phrase, plain},
};
use patchbay_model::{PromptKind, Question, Secret};
use patchbay_session::Ask;
use russh::{
    MethodKind,
    client::{AuthResult, KeyboardInteractiveAuthResponse as Reply, Prompt},
};

/// How often the person may try.
const TRIES: u32 = 3;
/// Rounds of one conversation; no server of this world comes near.
const MOST_ROUNDS: u32 = 100;
/// Prompts of one round.
const MOST_PROMPTS: usize = 32;

/// How a conversation went.
struct Talk {
    step: Step,
    /// The person was asked.
    asked: bool,
    /// The stored password was given.
    told: bool,
}

impl SignIn<'_> {
    /// Tries a stored password: as an answer where the server asks questions, else as such.
    pub(super) async fn stored_password(
        &mut self,
        at: usize,
        password: &Secret<String>,
    ) -> Result<Step, SshError> {
        let by_questions = self.accepts(MethodKind::KeyboardInteractive);
        if !by_questions && !self.accepts(MethodKind::Password)
            || self.spent.contains(&format!("password {at}"))
        {
            return Ok(Step::Refused);
        }
        if by_questions {
            let talk = self.talk(Some(password), false).await?;
            if talk.told {
                self.spent.push(format!("password {at}"));
                self.refused = true;
            }
            // Giving it a second time would count as a second wrong attempt.
            if talk.step != Step::Refused || talk.told || !self.accepts(MethodKind::Password) {
                return Ok(talk.step);
            }
        }
        self.spent.push(format!("password {at}"));
        self.note_tried("the stored password".into());
        self.refused = true;
        self.send_password(password).await
    }

    /// Asks the person, if there is anything the server would take from one.
    pub(super) async fn ask_person(&mut self) -> Result<Step, SshError> {
        let mut questions_work = true;
        let mut tries = 0;
        while tries < TRIES && !self.declined {
            let again = std::mem::take(&mut self.refused) || tries > 0;
            let step = if questions_work && self.accepts(MethodKind::KeyboardInteractive) {
                let talk = self.talk(None, again).await?;
                if talk.step == Step::Refused && !talk.asked {
                    // Offered, but with nothing behind it: the password below may still work.
                    questions_work = false;
                    self.refused = again;
                    continue;
                }
                talk.step
            } else if self.accepts(MethodKind::Password) {
                let (label, lasting) = (self.password_label(), self.the_password());
                let asking =
                    self.report.ask_one(PromptKind::Password, &label, false, again, lasting);
                let Some(password) = asking.await else {
                    self.declined = true;
                    break;
                };
                self.note_tried("a password".into());
                self.send_password(&password).await?
            } else {
                break;
            };
            if step != Step::Refused {
                return Ok(step);
            }
            tries += 1;
        }
        Ok(Step::Refused)
    }

    fn password_label(&self) -> String {
        format!("Password of {}", self.user)
    }

    async fn send_password(&mut self, password: &Secret<String>) -> Result<Step, SshError> {
        let asking = self
            .link
            .handle
            .authenticate_password(self.user.clone(), password.expose_secret().clone());
        let answer = answered(self.hop, SLOW, asking).await?;
        self.take(answer)
    }

    /// One conversation. `stored` answers the first prompt that asks for just a password, once.
    async fn talk(
        &mut self,
        stored: Option<&Secret<String>>,
        again: bool,
    ) -> Result<Talk, SshError> {
        let mut talk = Talk { step: Step::Refused, asked: false, told: false };
        let starting =
            self.link.handle.authenticate_keyboard_interactive_start(self.user.clone(), None);
        let mut reply = answered(self.hop, SLOW, starting).await.map_err(|e| self.instead(e))?;
        for _ in 0..MOST_ROUNDS {
            let (name, instructions, prompts) = match reply {
                Reply::Success => return Ok(Talk { step: Step::In, ..talk }),
                Reply::Failure { remaining_methods, partial_success } => {
                    talk.step =
                        self.take(AuthResult::Failure { remaining_methods, partial_success })?;
                    return Ok(talk);
                }
                Reply::InfoRequest { name, instructions, prompts } => (name, instructions, prompts),
            };
            let answers = match stored.filter(|_| !talk.told && wants_password(&prompts)) {
                Some(password) => {
                    talk.told = true;
                    self.note_tried("the stored password".into());
                    vec![password.expose_secret().clone()]
                }
                None => {
                    self.answers(&name, &instructions, &prompts, again && !talk.asked, &mut talk)
                        .await?
                }
            };
            let answering = self.link.handle.authenticate_keyboard_interactive_respond(answers);
            reply = answered(self.hop, SLOW, answering).await.map_err(|e| self.instead(e))?;
        }
        Err(SshError::Protocol { detail: "it asks without end".into() })
    }

    /// The person's answers to one round.
    async fn answers(
        &mut self,
        name: &str,
        instructions: &str,
        prompts: &[Prompt],
        again: bool,
        talk: &mut Talk,
    ) -> Result<Vec<String>, SshError> {
        if prompts.len() > MOST_PROMPTS {
            return Err(SshError::Protocol {
                detail: format!("it asks {} questions at once", prompts.len()),
            });
        }
        if prompts.is_empty() {
            // Only something to read, such as "push sent to your phone".
            self.report.banner(instructions);
            return Ok(Vec::new());
        }
        talk.asked = true;
        self.note_tried("answers to its questions".into());
        let questions: Vec<Question> =
            prompts.iter().map(|p| Question { label: label(&p.prompt), echo: p.echo }).collect();
        let count = questions.len();
        let asking = self.report.ask(Ask {
            kind: PromptKind::KeyboardInteractive,
            machine: self.report.machine.clone(),
            title: phrase(name),
            instructions: plain(instructions),
            questions,
            again,
            lasting: wants_password(prompts).then(|| self.the_password()),
        });
        let Some(answers) = asking.await else {
            // The server waits for an answer and for nothing else, so there is no other way to try.
            self.declined = true;
            return Err(self.failure());
        };
        let mut answers: Vec<String> = answers.iter().map(|a| a.expose_secret().clone()).collect();
        answers.resize(count, String::new());
        Ok(answers)
    }

    /// When the connection ended, what the server said about it tells more than russh.
    fn instead(&self, error: SshError) -> SshError {
        if matches!(error, SshError::BrokeOff { .. }) { self.ended() } else { error }
    }
}

fn label(prompt: &str) -> String {
    let label = phrase(prompt);
    let label = label.trim_end_matches(':').trim();
    if label.is_empty() { "Answer".into() } else { label.to_owned() }
}

/// Whether a round asks for the password and nothing else.
fn wants_password(prompts: &[Prompt]) -> bool {
    let [prompt] = prompts else { return false };
    let text = prompt.prompt.to_lowercase();
    let password = [
        "password",
        "passwort",
        "mot de passe",
        "contraseña",
        "senha",
        "пароль",
        "密码",
        "パスワード",
    ];
    // Codes of the moment, and the steps of changing a password.
    let other = [
        "one-time", "one time", "onetime", "otp", "token", "code", "new ", "retype", "re-enter",
        "again", "current", "old ",
    ];
    !prompt.echo
        && password.iter().any(|w| text.contains(w))
        && !other.iter().any(|w| text.contains(w))
}

#[cfg(test)]
mod tests {
    use super::{Prompt, wants_password};

    #[test]
    fn the_stored_password_goes_only_where_it_is_asked_for() {
        let ask = |text: &str, echo| wants_password(&[Prompt { prompt: text.into(), echo }]);
        assert!(ask("Password: ", false));
        assert!(ask("(root@web-01) Password: ", false));
        assert!(ask("Password for root@web-01:", false));
        assert!(!ask("Password: ", true));
        assert!(!ask("One-time password (OATH) for `root': ", false));
        assert!(!ask("Verification code: ", false));
        assert!(!ask("New password: ", false));
        assert!(!ask("(current) UNIX password: ", false));
        assert!(!wants_password(&[]));
        let two = || Prompt { prompt: "Password: ".into(), echo: false };
        assert!(!wants_password(&[two(), two()]));
    }
}
