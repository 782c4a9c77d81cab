//! What russh calls back with: the host key to judge, banners, the end of the connection.
//!
//! A channel a server tries to open to us is refused unless it belongs to something it was asked to forward.

use crate::{
    SshError, Waiting,
    forward::{Door, Inbound},
    gate::Gate,
    report::Report,
    text::{phrase, plain},
};
use patchbay_model::Stage;
use patchbay_session::{HostKeyCheck, HostKeyVerdict};
use russh::{
    Channel, Disconnect, Names,
    client::{self, ChannelOpenHandle, DisconnectReason, Msg, Session},
    keys::PublicKeyOrCertificate,
};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A server that has more to say than this before sign-in is not heard out.
const MOST_BANNERS: u32 = 16;

/// What is known of a connection outside its task.
pub(crate) struct Shared {
    pub gate: Arc<Gate>,
    /// Whether a host key is being judged: that time is the person's, not the server's.
    pub judging: watch::Sender<bool>,
    /// What the server was asked to forward to us.
    pub inbound: Inbound,
    /// Cancelled when the connection is gone.
    pub ended: CancellationToken,
    end: Mutex<Option<End>>,
    forward: Mutex<Option<String>>,
}

/// How a connection ended.
#[derive(Clone, Debug)]
pub(crate) struct End {
    /// What the server or the system said.
    pub reason: Option<String>,
    /// Whether the server gave the reason, in a message of its own.
    pub by_server: bool,
    /// russh hung up, because the server named no way to sign in.
    pub no_ways: bool,
}

impl Shared {
    pub(crate) fn new(gate: Arc<Gate>) -> Arc<Self> {
        Arc::new(Self {
            gate,
            judging: watch::Sender::new(false),
            inbound: Inbound::default(),
            ended: CancellationToken::new(),
            end: Mutex::new(None),
            forward: Mutex::new(None),
        })
    }

    pub(crate) fn end(&self) -> Option<End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why the server would not forward, in its words; asked for once.
    pub(crate) fn forward_refusal(&self) -> Option<String> {
        self.forward.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Makes an error of the connection as a whole more precise.
    pub(crate) fn explain(&self, error: SshError, waiting: Waiting) -> SshError {
        if self.gate.flooded() {
            return SshError::Flooded;
        }
        let greeting = self.gate.greeting();
        if greeting
            .as_deref()
            .is_some_and(|g| !g.starts_with("SSH-2.0-") && !g.starts_with("SSH-1.99-"))
        {
            return SshError::Protocol { detail: "it speaks only version 1".into() };
        }
        let dropped = matches!(
            error,
            SshError::BrokeOff { .. } | SshError::Lost { .. } | SshError::NotSsh { .. }
        );
        if dropped && greeting.is_none() {
            return SshError::NotSsh { said: self.gate.first_words() };
        }
        match error {
            SshError::BrokeOff { reason, .. } | SshError::Lost { reason } => {
                let reason =
                    self.end().filter(|end| end.by_server).and_then(|end| end.reason).or(reason);
                SshError::BrokeOff { waiting, reason }
            }
            SshError::NotSsh { .. } => {
                SshError::Protocol { detail: "its greeting is far too long".into() }
            }
            other => other,
        }
    }
}

/// russh's handler for one connection.
pub(crate) struct Watcher {
    pub shared: Arc<Shared>,
    pub report: Report,
    pub address: String,
    pub port: u16,
    pub banners: AtomicU32,
}

impl Watcher {
    async fn judge(&self, key: &PublicKeyOrCertificate) -> Result<bool, SshError> {
        let broken = |e: russh::keys::ssh_key::Error| SshError::Protocol {
            detail: format!("its host key is unreadable ({e})"),
        };
        let openssh = match key {
            PublicKeyOrCertificate::PublicKey { key, .. } => key.to_openssh().map_err(broken)?,
            PublicKeyOrCertificate::Certificate(certificate) => {
                certificate.to_openssh().map_err(broken)?
            }
        };
        // Without the comment, which no server sends but a trailing space would remain.
        let openssh = openssh.split_ascii_whitespace().take(2).collect::<Vec<_>>().join(" ");
        let algorithm = openssh.split(' ').next().unwrap_or_default().to_owned();
        self.report.done(Stage::Handshake, self.shared.gate.greeting().unwrap_or_default());
        self.report.began(Stage::HostKey, algorithm);
        let verdict = self
            .report
            .interaction
            .check_host_key(HostKeyCheck {
                machine: self.report.machine.clone(),
                address: self.address.clone(),
                port: self.port,
                openssh: openssh.clone(),
            })
            .await;
        match verdict {
            HostKeyVerdict::Trusted => {
                self.report.done(
                    Stage::HostKey,
                    crate::hostkey::fingerprint(&openssh).unwrap_or_default(),
                );
                Ok(true)
            }
            HostKeyVerdict::Refused { reason } => Err(SshError::HostKeyRefused { reason }),
            HostKeyVerdict::NotSaved { reason } => Err(SshError::HostKeyNotSaved { reason }),
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // russh's task owns it, however that ends.
        self.shared.ended.cancel();
    }
}

impl client::Handler for Watcher {
    type Error = SshError;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, SshError> {
        self.shared.judging.send_replace(true);
        // This runs in russh's task, which would wait for the person even when nobody wants the connection any more.
        let verdict = tokio::select! {
            verdict = self.judge(key) => verdict,
            () = self.shared.gate.closed() => Err(SshError::Cancelled),
        };
        self.shared.judging.send_replace(false);
        verdict
    }

    async fn kex_done(
        &mut self,
        _: Option<&[u8]>,
        names: &Names,
        _: &mut Session,
    ) -> Result<(), SshError> {
        let strict = if names.strict_kex() {
            "strict key exchange"
        } else {
            "no strict key exchange offered"
        };
        self.report.note(format!(
            "Agreed on {}, {}, {}; {strict}",
            names.kex.as_ref(),
            names.key,
            names.cipher.as_ref()
        ));
        Ok(())
    }

    async fn auth_banner(&mut self, banner: &str, _: &mut Session) -> Result<(), SshError> {
        if self.banners.fetch_add(1, Ordering::Relaxed) < MOST_BANNERS {
            self.report.banner(&plain(banner));
        }
        Ok(())
    }

    async fn channel_open_failure(
        &mut self,
        _: russh::ChannelId,
        _: russh::ChannelOpenFailure,
        description: &str,
        _: &str,
        _: &mut Session,
    ) -> Result<(), SshError> {
        *self.shared.forward.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(phrase(description));
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<SshError>) -> Result<(), SshError> {
        let end = match reason {
            DisconnectReason::ReceivedDisconnect(info) => {
                let said = phrase(&info.message);
                let said = if said.is_empty() { code(&info.reason_code).to_owned() } else { said };
                End { reason: Some(said), by_server: true, no_ways: false }
            }
            DisconnectReason::Error(error) => {
                let no_ways = matches!(error, SshError::AuthFailed { .. });
                End { reason: why(&error), by_server: false, no_ways }
            }
        };
        *self.shared.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
        Ok(())
    }

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        channel: Channel<Msg>,
        address: &str,
        port: u32,
        from: &str,
        from_port: u32,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), SshError> {
        let door = Door::Port(address.to_owned(), port);
        self.shared.inbound.arrive(&door, channel, reply, &format!("{from}:{from_port}"));
        Ok(())
    }

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        channel: Channel<Msg>,
        path: &str,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), SshError> {
        self.shared.inbound.arrive(&Door::Socket(path.to_owned()), channel, reply, "");
        Ok(())
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), SshError> {
        self.shared.inbound.arrive(&Door::Agent, channel, reply, "");
        Ok(())
    }

    async fn server_channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), SshError> {
        drop(reply);
        Ok(())
    }

    async fn server_channel_open_direct_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), SshError> {
        drop(reply);
        Ok(())
    }

    async fn server_channel_open_direct_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), SshError> {
        drop(reply);
        Ok(())
    }

    async fn server_channel_open_x11(
        &mut self,
        channel: Channel<Msg>,
        from: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), SshError> {
        self.shared.inbound.arrive(&Door::X11, channel, reply, from);
        Ok(())
    }
}

const fn code(reason: &Disconnect) -> &'static str {
    match reason {
        Disconnect::HostNotAllowedToConnect => "host not allowed to connect",
        Disconnect::ProtocolError => "protocol error",
        Disconnect::KeyExchangeFailed => "key exchange failed",
        Disconnect::MACError => "MAC error",
        Disconnect::CompressionError => "compression error",
        Disconnect::ServiceNotAvailable => "service not available",
        Disconnect::ProtocolVersionNotSupported => "protocol version not supported",
        Disconnect::HostKeyNotVerifiable => "host key not verifiable",
        Disconnect::ConnectionLost => "connection lost",
        Disconnect::ByApplication => "ended by the server",
        Disconnect::TooManyConnections => "too many connections",
        Disconnect::AuthCancelledByUser => "sign-in cancelled",
        Disconnect::NoMoreAuthMethodsAvailable => "no more ways to sign in",
        Disconnect::IllegalUserName => "illegal user name",
        _ => "no reason given",
    }
}

/// Why a connection ended by itself; nothing for a plain end of the stream.
fn why(error: &SshError) -> Option<String> {
    match error {
        SshError::BrokeOff { reason, .. } | SshError::Lost { reason } => reason.clone(),
        other => Some(other.to_string()),
    }
}
