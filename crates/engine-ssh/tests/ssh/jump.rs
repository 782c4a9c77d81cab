//! Through jump hosts.

use crate::person::{Person, Screen, eventually, fails, hop, key, works};
use patchbay_engine_ssh::{Hop, SshError, Target};
use patchbay_model::{CloseReason, ErrorCode};
use patchbay_session::HostKeyVerdict;
use patchbay_testkit::{KeyPair, Sshd, daemon::free_port, terminals_or_skip};

pub(crate) struct Yard {
    pub(crate) servers: Vec<(Sshd, KeyPair)>,
    _dir: tempfile::TempDir,
}

/// Servers that each accept a key of their own.
pub(crate) async fn yard(count: usize) -> Yard {
    let dir = tempfile::tempdir().unwrap();
    let mut servers = Vec::new();
    for number in 0..count {
        let pair = KeyPair::ed25519(dir.path(), &format!("k{number}")).unwrap();
        servers.push((Sshd::builder().authorized_key(&pair.public).start().await.unwrap(), pair));
    }
    Yard { servers, _dir: dir }
}

impl Yard {
    pub(crate) fn target(&self) -> Target {
        let hops = (0u32..).zip(&self.servers).map(|(number, (sshd, pair))| Hop {
            name: format!("hop-{number}"),
            ..hop(sshd, vec![key(pair)])
        });
        Target { hops: hops.collect(), ..Target::default() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hops_each_with_its_own_key_and_host_key() {
    let yard = yard(3).await;
    let person = Person::new();
    works(yard.target(), &person).await;
    let checked = person.checked.lock().unwrap();
    for (check, (sshd, _)) in checked.iter().zip(&yard.servers) {
        assert_eq!(check.port, sshd.port());
        assert!(sshd.host_key().public.starts_with(&check.openssh));
    }
    assert_eq!(
        checked.iter().map(|c| c.machine.as_str()).collect::<Vec<_>>(),
        ["hop-0", "hop-1", "hop-2"]
    );
    assert!(person.notes().contains("through hop-1"), "{}", person.notes());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_jump_host_is_named() {
    let mut yard = yard(2).await;
    let target = yard.target();

    let mut wrong = target.clone();
    wrong.hops[0].credentials = wrong.hops[1].credentials.clone();
    let error = fails(wrong, &Person::new()).await;
    let said = error.api_error("hop-1");
    assert_eq!(said.code, ErrorCode::Jump);
    assert!(
        said.message.contains("hop-1 is reached through hop-0")
            && said.message.contains("did not let"),
        "{said:?}"
    );

    let mut nowhere = target.clone();
    nowhere.hops[1].port = free_port().unwrap();
    let error = fails(nowhere, &Person::new()).await;
    assert!(
        matches!(&error, SshError::ForwardRefused { jump, .. } if jump == "hop-0"),
        "{error:?}"
    );
    assert_eq!(error.api_error("hop-1").code, ErrorCode::Jump);

    yard.servers[0].0.stop();
    let error = fails(target, &Person::new()).await;
    assert!(
        matches!(&error, SshError::Jump { name, source } if name == "hop-0" && matches!(**source, SshError::Refused { .. })),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_host_that_forbids_forwarding() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let jump =
        Sshd::builder().authorized_key(&pair.public).forwarding(false).start().await.unwrap();
    let end = Sshd::builder().authorized_key(&pair.public).start().await.unwrap();
    let hops = vec![
        Hop { name: "lb-01".into(), ..hop(&jump, vec![key(&pair)]) },
        hop(&end, vec![key(&pair)]),
    ];
    let error = fails(Target { hops, ..Target::default() }, &Person::new()).await;
    let said = error.api_error("web-01");
    assert!(
        said.code == ErrorCode::Jump
            && said.message.contains("The jump host lb-01 did not connect"),
        "{said:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_host_key_of_the_machine_behind_stops_there() {
    let yard = yard(2).await;
    let person = Person::who_refuses(HostKeyVerdict::Refused { reason: "It changed".into() });
    let error = fails(yard.target(), &person).await;
    assert_eq!(error, SshError::HostKeyRefused { reason: "It changed".into() });
    assert_eq!(person.checked.lock().unwrap().len(), 1);
    let log = yard.servers[0].0.log();
    assert!(!log.contains("userauth") && !log.contains("Accepted"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn jump_connections_end_with_the_terminal_and_the_terminal_with_them() {
    if !terminals_or_skip("jump connections end with the terminal and the terminal with them") {
        return;
    }
    let yard = yard(2).await;
    let mut screen = Screen::open(yard.target(), &Person::new()).await.unwrap();
    screen.types("echo o''k\r").await;
    screen.until("ok").await;
    yard.servers[0].0.drop_sessions();
    let end = screen.end().await;
    let CloseReason::Failed { error } = end else { panic!("{end:?}") };
    assert!(error.code == ErrorCode::Disconnected && error.message.contains("hop-0"), "{error:?}");

    // A forwarding connection ends with a goodbye; the one inside may lose its last words with the forwarding.
    let ended = |sshd: &Sshd| {
        let log = sshd.log();
        log.matches("Disconnected from").count() + log.matches("Closing connection to").count()
    };
    let before: Vec<_> = yard.servers.iter().map(|(sshd, _)| ended(sshd)).collect();
    drop(Screen::open(yard.target(), &Person::new()).await.unwrap());
    for ((sshd, _), before) in yard.servers.iter().zip(before) {
        eventually("the server to see the end", || ended(sshd) > before).await;
    }
}
