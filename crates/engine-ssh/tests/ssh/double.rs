//! A double of a server that behaves until a point and then does not.

use crate::person::{LIMIT, Person, Screen, fails, key};
use patchbay_engine_ssh::{Hop, SshError, Target, Waiting};
use patchbay_model::{CloseReason, ErrorCode};
use patchbay_testkit::KeyPair;
use russh::{
    Channel, ChannelId, MethodKind, MethodSet, Preferred, Pty,
    keys::{Algorithm, PrivateKey, key::safe_rng},
    server::{self, Auth, ChannelOpenHandle, Msg, Response, Session},
};
use std::{borrow::Cow, future::pending, sync::Arc, time::Duration};
use tokio::net::TcpListener;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    /// Never answers the first request to sign in.
    Silent,
    /// Ends the connection there.
    HangsUp,
    /// Asks nothing, again and again.
    EmptyRounds,
    /// Asks a hundred things at once.
    ManyPrompts,
    /// Asks with control characters.
    Escapes,
    /// Accepts everything, and always wants more.
    PartlyForEver,
    /// Takes RSA signatures with SHA-1 only.
    Sha1,
    /// Opens channels to us, and then says how many were accepted.
    OpensChannels,
}

struct Double(Fault);

fn rejected(methods: &[MethodKind], partial_success: bool) -> Auth {
    Auth::Reject { proceed_with_methods: Some(MethodSet::from(methods)), partial_success }
}

impl server::Handler for Double {
    type Error = russh::Error;

    async fn auth_none(&mut self, _: &str) -> Result<Auth, russh::Error> {
        use MethodKind::{KeyboardInteractive, Password, PublicKey};
        match self.0 {
            Fault::Silent => pending().await,
            Fault::HangsUp => Err(russh::Error::Disconnect),
            Fault::OpensChannels => Ok(Auth::Accept),
            Fault::PartlyForEver => Ok(rejected(&[Password], false)),
            Fault::Sha1 => Ok(rejected(&[PublicKey], false)),
            Fault::EmptyRounds | Fault::ManyPrompts | Fault::Escapes => {
                Ok(rejected(&[KeyboardInteractive], false))
            }
        }
    }

    async fn auth_password(&mut self, _: &str, _: &str) -> Result<Auth, russh::Error> {
        Ok(rejected(&[MethodKind::Password], true))
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _: &str,
        _: &str,
        _: Option<Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        let prompt = |text: &'static str| (Cow::Borrowed(text), false);
        let prompts = match self.0 {
            Fault::ManyPrompts => vec![prompt("?"); 100],
            Fault::Escapes => vec![prompt("Pass\u{1b}[2Jcode\u{202e}: "), prompt("")],
            _ => Vec::new(),
        };
        Ok(Auth::Partial {
            name: "\u{1b}]0;title\u{7}".into(),
            instructions: "one\r\ntwo\u{9b}".into(),
            prompts: prompts.into(),
        })
    }

    async fn channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        _: u32,
        _: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_success(channel)
    }

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_success(channel)?;
        let handle = session.handle();
        tokio::spawn(async move {
            let mut accepted = 0;
            for _ in 0..20 {
                accepted +=
                    usize::from(handle.channel_open_forwarded_tcpip("x", 1, "y", 2).await.is_ok());
                accepted += usize::from(handle.channel_open_agent().await.is_ok());
                accepted += usize::from(handle.channel_open_session().await.is_ok());
                accepted += usize::from(handle.channel_open_x11("z", 3).await.is_ok());
                accepted +=
                    usize::from(handle.channel_open_forwarded_streamlocal("/s").await.is_ok());
            }
            let _ = handle.data(channel, format!("accepted {accepted}")).await;
            let _ = handle.exit_status_request(channel, 0).await;
            let _ = handle.close(channel).await;
        });
        Ok(())
    }
}

/// A machine with this fault.
async fn faulty(fault: Fault) -> Target {
    let mut preferred = Preferred::DEFAULT;
    if fault == Fault::Sha1 {
        preferred.key = Cow::Borrowed(&[Algorithm::Ed25519, Algorithm::Rsa { hash: None }]);
    }
    let config = Arc::new(server::Config {
        keys: vec![PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).unwrap()],
        auth_rejection_time: Duration::ZERO,
        max_auth_attempts: 1000,
        preferred,
        ..server::Config::default()
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let config = config.clone();
            tokio::spawn(async move {
                if let Ok(session) = server::run_stream(config, stream, Double(fault)).await {
                    let _ = session.await;
                }
            });
        }
    });
    let connect_timeout = if fault == Fault::Silent { Duration::from_secs(2) } else { LIMIT };
    let hop =
        Hop { user: Some("x".into()), connect_timeout, ..Hop::new("web-01", "127.0.0.1", port) };
    Target { hops: vec![hop], ..Target::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn falls_silent_or_hangs_up_while_signing_in() {
    let error = fails(faulty(Fault::Silent).await, &Person::new()).await;
    assert!(matches!(error, SshError::TimedOut { waiting: Waiting::SignIn, .. }), "{error:?}");
    let error = fails(faulty(Fault::HangsUp).await, &Person::new()).await;
    assert!(matches!(error, SshError::BrokeOff { waiting: Waiting::SignIn, .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn asks_without_end_or_measure() {
    let error = fails(faulty(Fault::EmptyRounds).await, &Person::new()).await;
    assert!(
        matches!(&error, SshError::Protocol { detail } if detail.contains("without end")),
        "{error:?}"
    );
    let error = fails(faulty(Fault::ManyPrompts).await, &Person::new()).await;
    assert!(
        matches!(&error, SshError::Protocol { detail } if detail.contains("100 questions")),
        "{error:?}"
    );
    let mut target = faulty(Fault::PartlyForEver).await;
    target.hops[0].credentials = (0..20).map(|n| crate::person::password(&n.to_string())).collect();
    let error = fails(target, &Person::new()).await;
    assert!(
        matches!(&error, SshError::Protocol { detail } if detail.contains("ever more")),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn asks_with_control_characters() {
    let person = Person::who_answers(&[&["only one answer for two"]]);
    let error = fails(faulty(Fault::Escapes).await, &person).await;
    assert_eq!(error, SshError::Cancelled);
    let asked = person.asked.lock().unwrap();
    assert_eq!(
        (asked.len(), asked[0].title.as_str(), asked[0].instructions.as_str()),
        (2, "]0;title", "one\ntwo")
    );
    let labels: Vec<_> = asked[0].questions.iter().map(|q| q.label.as_str()).collect();
    assert_eq!(labels, ["Pass[2Jcode", "Answer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn takes_only_signatures_that_can_be_forged() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::generate(dir.path(), "k", &["-t", "rsa", "-b", "2048"], "").unwrap();
    let mut target = faulty(Fault::Sha1).await;
    target.hops[0].credentials = vec![key(&pair)];
    let error = fails(target, &Person::new()).await;
    assert!(
        matches!(&error, SshError::KeyUnsupported { reason } if reason.contains("SHA-1")),
        "{error:?}"
    );
    assert_eq!(error.api_error("web-01").code, ErrorCode::KeyUnsupported);
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_it_opens_to_us_are_refused() {
    let mut screen =
        Screen::open(faulty(Fault::OpensChannels).await, &Person::new()).await.unwrap();
    assert_eq!(screen.end().await, CloseReason::Exited { code: Some(0) });
    assert_eq!(screen.shown, "accepted 0");
}
