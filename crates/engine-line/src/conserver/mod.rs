//! conserver: a server that keeps consoles open and shares each between people, of whom one may type.
//!
//! The facts are those of its `PROTOCOL` file and of what the server of version 8.2 answers. A master knows all consoles and
//! says at which port each is; what listens there is asked in the same way, and then gives the console. Deliberately
//! absent: dialling, TLS and whose certificate is trusted, which is the caller's; GSSAPI; consoles that another server of the
//! group keeps, because a password goes only where somebody said so; and commands that administer the server.

mod encode;
mod error;
mod info;

pub use encode::Console;
pub use error::ConserverError;
pub use info::Info;

use crate::pump;
use bytes::BytesMut;
use encode::ESCAPE;
use patchbay_model::Secret;
use patchbay_session::Terminal;
use std::{io::Cursor, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// The port of masters, as IANA has it.
pub const PORT: u16 = 782;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is taken.
const LONGEST: usize = 16 * 1024;
/// The longest name of a console or a user.
const LONGEST_NAME: usize = 255;

/// Where a console is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// At this port of the same server.
    Port(u16),
    /// At another server of the group, by name.
    Server(String),
}

/// A conversation with a master, or with what keeps a group of consoles.
#[derive(Debug)]
pub struct Talk<S> {
    stream: S,
    came: BytesMut,
}

/// A console, with whoever may type.
#[derive(Debug)]
pub struct Attached<S> {
    talk: Talk<S>,
    /// Shown before anything else.
    notes: String,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    /// Waits until the server is ready.
    ///
    /// # Errors
    /// If it lets nobody in from here, or is no conserver.
    pub async fn begin(stream: S) -> Result<Self, ConserverError> {
        let mut talk = Self::resume(stream);
        match talk.line().await?.as_str() {
            "ok" => Ok(talk),
            said if said.to_ascii_lowercase().contains("refused") => {
                Err(ConserverError::Refused(said.to_owned()))
            }
            said => Err(ConserverError::Strange(said.to_owned())),
        }
    }

    /// Goes on over a stream that was agreed to be encrypted.
    pub fn resume(stream: S) -> Self {
        Self { stream, came: BytesMut::new() }
    }

    /// Asks for TLS: what is returned expects a handshake.
    ///
    /// # Errors
    /// If the server has none.
    pub async fn secure(mut self) -> Result<S, ConserverError> {
        match self.ask("ssl").await?.as_str() {
            // Nothing that came unencrypted is taken for an answer afterwards.
            "ok" if self.came.is_empty() => Ok(self.stream),
            _ => Err(ConserverError::NoEncryption),
        }
    }

    /// Signs in. The password is sent only if the server asks for one.
    ///
    /// # Errors
    /// If it takes neither.
    pub async fn sign_in(
        &mut self,
        user: &str,
        password: &Secret<String>,
    ) -> Result<(), ConserverError> {
        let said = self.ask(&format!("login {}", word(user)?)).await?;
        if said == "ok" {
            return Ok(());
        }
        if said == "encryption required" {
            return Err(ConserverError::NeedsEncryption);
        }
        if !said.starts_with("passwd?") {
            return Err(ConserverError::Refused(said));
        }
        let password = password.expose_secret();
        if password.contains(['\r', '\n', '\0']) {
            return Err(ConserverError::WrongPassword { user: user.to_owned() });
        }
        let line = Zeroizing::new(format!("{password}\r\n"));
        self.send(line.as_bytes()).await?;
        match self.line().await?.as_str() {
            "ok" => Ok(()),
            _ => Err(ConserverError::WrongPassword { user: user.to_owned() }),
        }
    }

    /// Asks a master where a console is.
    ///
    /// # Errors
    /// If it has none of that name.
    pub async fn find(&mut self, console: &str) -> Result<Place, ConserverError> {
        let said = self.ask(&format!("call {}", word(console)?)).await?;
        if let Some(server) = said.strip_prefix('@') {
            return Ok(Place::Server(server.to_owned()));
        }
        match said.parse() {
            Ok(port) => Ok(Place::Port(port)),
            Err(_) if said.contains("not found") => {
                Err(ConserverError::NoConsole { console: console.to_owned() })
            }
            Err(_) => Err(ConserverError::Refused(said)),
        }
    }

    /// What the keeper of a console says of it.
    ///
    /// # Errors
    /// If it has none of that name: one whose name only begins so is not taken for it, as conserver would.
    pub async fn info(&mut self, console: &str) -> Result<Info, ConserverError> {
        let said = self.ask(&format!("info {}", word(console)?)).await?;
        let info = Info::of(&said).ok_or(ConserverError::Strange(said))?;
        if info.is_called(console) {
            Ok(info)
        } else {
            Err(ConserverError::NoConsole { console: console.to_owned() })
        }
    }

    /// Attaches to a console at its keeper. Where somebody else has it, they keep it unless `force` says otherwise, and what they
    /// do is seen.
    ///
    /// # Errors
    /// If there is no such console, or it may not be seen.
    pub async fn attach(
        mut self,
        console: &str,
        force: bool,
    ) -> Result<Attached<S>, ConserverError> {
        let info = self.info(console).await?;
        let said = self.ask(&format!("call {}", word(console)?)).await?;
        let mut notes = match said.as_str() {
            "[attached]" => String::new(),
            "[console is read-only]" => "Nobody may type at this console.".to_owned(),
            "[spy]" => self.shared(force).await?,
            _ if said.starts_with('[') => String::new(),
            _ => return Err(ConserverError::Refused(said)),
        };
        if !info.up {
            notes.push_str(" The line to this console is down: Ctrl-E c o opens it.");
        }
        // Until then the server keeps back what the console says.
        self.escape(b';').await?;
        Ok(Attached { talk: self, notes: notes.trim().to_owned() })
    }

    /// Others are there as well: asks to type, and says who does.
    async fn shared(&mut self, force: bool) -> Result<String, ConserverError> {
        let said = self.escape(if force { b'f' } else { b'a' }).await?;
        if let Some(who) = said.strip_prefix("no, ").and_then(|s| s.strip_suffix(" is attached")) {
            return Ok(format!(
                "{who} has this console: you see what is done there and cannot type. It is yours when they leave it; \
                 Ctrl-E c f takes it over."
            ));
        }
        if said.contains("read-only") {
            return Ok("You may see this console, and not type.".to_owned());
        }
        Ok(match said.strip_prefix("bumped ") {
            Some(who) => {
                let who = who.trim_end_matches(" (nologging)");
                format!("You have taken this console over from {who}, who sees it on.")
            }
            None => String::new(),
        })
    }

    /// Says something to the server itself while at a console; what is between the brackets of its answer.
    async fn escape(&mut self, command: u8) -> Result<String, ConserverError> {
        self.send(&[ESCAPE, &[command]].concat()).await?;
        loop {
            let said = self.line().await?;
            // What the console itself says is kept back until it is asked for.
            if let Some(said) = said.strip_prefix('[').and_then(|said| said.strip_suffix(']')) {
                return Ok(said.to_owned());
            }
        }
    }

    async fn ask(&mut self, command: &str) -> Result<String, ConserverError> {
        self.send(format!("{command}\r\n").as_bytes()).await?;
        self.line().await
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), ConserverError> {
        let sending = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        let sent = timeout(PATIENCE, sending).await.map_err(|_| ConserverError::Silent)?;
        sent.map_err(|error| ConserverError::Lost(error.to_string()))
    }

    /// A line without its end, and without what acts on a screen.
    async fn line(&mut self) -> Result<String, ConserverError> {
        let reading = async {
            loop {
                if let Some(end) = self.came.iter().position(|byte| *byte == b'\n') {
                    let line = self.came.split_to(end + 1);
                    let text = String::from_utf8_lossy(&line);
                    return Ok(text.chars().filter(|c| !c.is_control()).collect());
                }
                if self.came.len() > LONGEST {
                    return Err(ConserverError::Strange("a line without an end".to_owned()));
                }
                match self.stream.read_buf(&mut self.came).await {
                    Ok(0) => return Err(ConserverError::Lost("it has hung up".to_owned())),
                    Ok(_) => {}
                    Err(error) => return Err(ConserverError::Lost(error.to_string())),
                }
            }
        };
        timeout(PATIENCE, reading).await.map_err(|_| ConserverError::Silent)?
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Attached<S> {
    /// Its terminal. Must be called within a Tokio runtime. `machine` is what people call what is behind the console.
    pub fn terminal(self, machine: &str, cancel: CancellationToken) -> Terminal {
        let Self { talk: Talk { stream, came }, notes } = self;
        let (reader, writer) = tokio::io::split(stream);
        let mut first = BytesMut::new();
        if !notes.is_empty() {
            first.extend_from_slice(format!("[{notes}]\r\n").as_bytes());
        }
        first.extend_from_slice(&came);
        let line = pump::Line {
            machine: machine.to_owned(),
            speaks: Console::default(),
            keep_alive: None,
            wires: pump::NoWires,
        };
        pump::start(Cursor::new(first).chain(reader), writer, line, cancel)
    }
}

/// A name that cannot be taken for another command.
fn word(name: &str) -> Result<&str, ConserverError> {
    let fits = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.chars().all(|c| c.is_ascii_graphic() || (!c.is_ascii() && c.is_alphanumeric()));
    if fits { Ok(name) } else { Err(ConserverError::Name(name.to_owned())) }
}
