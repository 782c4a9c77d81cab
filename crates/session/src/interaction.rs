//! What an engine asks and reports while it connects.

use futures_util::future::BoxFuture;
use patchbay_model::{PromptKind, Question, Secret, Stage};

/// A part of connecting began or ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Progress {
    /// It began.
    Began {
        /// Which part.
        stage: Stage,
        /// The machine or jump host it concerns.
        machine: String,
        /// A few words: an address, "through lb-01".
        detail: String,
    },
    /// It is done.
    Done {
        /// Which part.
        stage: Stage,
        /// A few words: the address found, the key exchange agreed on.
        detail: String,
    },
    /// The machine may use this from now on.
    Forwards(Forwarded),
    /// The machine used it.
    Used(Forwarded),
    /// Something worth a line under "Show details". Never holds a secret.
    Note(String),
    /// Text the server shows before signing in (RFC 4252 section 5.4), control characters removed.
    Banner(String),
}

/// What of this computer a machine may be allowed to use while a terminal is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Forwarded {
    /// The SSH agent.
    Agent,
    /// The X server.
    X11,
}

/// Something only the person can answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// Who asks.
    pub kind: PromptKind,
    /// The machine or jump host.
    pub machine: String,
    /// From the server; may be empty.
    pub title: String,
    /// From the server; may be empty.
    pub instructions: String,
    /// What to fill in; never empty.
    pub questions: Vec<Question>,
    /// Whether the previous answer was refused.
    pub again: bool,
    /// Names what is asked for, if the answer stays true: the same password of the same account, the same passphrase of
    /// the same key. `None` for what is good only once, as a code of the moment.
    pub lasting: Option<String>,
}

/// A host key to be judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostKeyCheck {
    /// Name of the machine or jump host that presents it.
    pub machine: String,
    /// Its address, as it was typed.
    pub address: String,
    /// Its port.
    pub port: u16,
    /// The key as `algorithm base64`, without a comment; for a certificate, the certificate itself.
    pub openssh: String,
}

/// A certificate to be judged (RFC 5280). Engines ask about every one; whether it is known, or the computer trusts who
/// issued it, is for the judge to say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CertificateCheck {
    /// Name of the machine that presents it.
    pub machine: String,
    /// Its address, as it was typed; the name the certificate should be for.
    pub address: String,
    /// Its port.
    pub port: u16,
    /// The machine's certificate and those that came with it, in DER; never empty.
    pub chain: Vec<Vec<u8>>,
}

/// What was decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HostKeyVerdict {
    /// Go on.
    Trusted,
    /// Stop; nothing has been offered to the server.
    Refused {
        /// Why, as a sentence.
        reason: String,
    },
    /// The person trusts it, and saving it failed: stop.
    NotSaved {
        /// Why, as a sentence.
        reason: String,
    },
}

/// How an engine reaches the person and the records. Dropping a returned future withdraws the question.
pub trait Interaction: Send + Sync {
    /// Reports progress; must not block.
    fn progress(&self, progress: Progress);

    /// Asks for answers, one a question; `None` means the person cancelled.
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Option<Vec<Secret<String>>>>;

    /// Judges a host key, asking the person if need be.
    fn check_host_key(&self, check: HostKeyCheck) -> BoxFuture<'_, HostKeyVerdict>;

    /// Judges a certificate, asking the person if need be. Without a judge none is trusted.
    fn check_certificate(&self, check: CertificateCheck) -> BoxFuture<'_, HostKeyVerdict> {
        let reason = format!("Nobody can judge the certificate of {}.", check.machine);
        Box::pin(std::future::ready(HostKeyVerdict::Refused { reason }))
    }
}
