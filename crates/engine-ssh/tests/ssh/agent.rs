//! A real ssh-agent.

use crate::person::{Person, fails, target, works};
use patchbay_engine_ssh::{Credential, SshError, Target, agent_keys};
use patchbay_model::ErrorCode;
use patchbay_testkit::{KeyPair, SshAgent, Sshd, current_user};
use std::path::Path;

fn by_agent(sshd: &Sshd, socket: &Path, fingerprint: Option<&str>) -> Target {
    let credential = Credential::Agent { fingerprint: fingerprint.map(str::to_owned) };
    Target { agent: Some(socket.to_owned()), ..target(sshd, vec![credential]) }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_keys_sign() {
    let dir = tempfile::tempdir().unwrap();
    let agent = SshAgent::start().await.unwrap();
    let right = KeyPair::generate(dir.path(), "rsa", &["-t", "rsa", "-b", "2048"], "").unwrap();
    let other = KeyPair::ed25519(dir.path(), "other").unwrap();
    let sshd = Sshd::builder().authorized_key(&right.public).start().await.unwrap();

    let error = fails(by_agent(&sshd, agent.socket(), None), &Person::new()).await;
    assert_eq!(error, SshError::AgentEmpty { fingerprint: None });

    agent.add(&other).unwrap();
    let error = fails(by_agent(&sshd, agent.socket(), None), &Person::new()).await;
    assert!(matches!(error, SshError::AuthFailed { .. }), "{error:?}");

    agent.add(&right).unwrap();
    works(by_agent(&sshd, agent.socket(), None), &Person::new()).await;
    let fingerprint = right.fingerprint().unwrap();
    works(by_agent(&sshd, agent.socket(), Some(&fingerprint)), &Person::new()).await;
    let wrong = other.fingerprint().unwrap();
    let error = fails(by_agent(&sshd, agent.socket(), Some(&wrong)), &Person::new()).await;
    assert!(matches!(&error, SshError::AuthFailed { tried, .. } if tried.len() == 1), "{error:?}");

    let listed = agent_keys(Some(agent.socket())).await.unwrap();
    assert_eq!(
        listed.iter().map(|k| k.fingerprint.clone()).collect::<Vec<_>>(),
        [wrong, fingerprint.clone()]
    );
    assert_eq!((listed[1].bits, listed[1].openssh.as_str()), (Some(2048), right.public.as_str()));

    agent.remove_all().unwrap();
    let error = fails(by_agent(&sshd, agent.socket(), Some(&fingerprint)), &Person::new()).await;
    assert_eq!(error.api_error("web-01").code, ErrorCode::Agent);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_certificates_sign() {
    let dir = tempfile::tempdir().unwrap();
    let agent = SshAgent::start().await.unwrap();
    let authority = KeyPair::ed25519(dir.path(), "ca").unwrap();
    let sshd = Sshd::builder().user_authority(&authority.public).start().await.unwrap();
    for (name, kind) in [("a", &["-t", "ed25519"][..]), ("b", &["-t", "rsa", "-b", "2048"])] {
        agent.remove_all().unwrap();
        let pair = KeyPair::generate(dir.path(), name, kind, "").unwrap();
        authority.certify(&pair, &["-I", "someone", "-n", &current_user().unwrap()]).unwrap();
        agent.add(&pair).unwrap();
        works(by_agent(&sshd, agent.socket(), None), &Person::new()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn none_is_running() {
    let sshd = Sshd::builder().start().await.unwrap();
    let nowhere = sshd.dir().join("no-agent");
    let error = fails(by_agent(&sshd, &nowhere, None), &Person::new()).await;
    assert!(
        matches!(&error, SshError::AgentMissing { reason } if reason.contains("no agent is there")),
        "{error:?}"
    );
    assert!(matches!(agent_keys(Some(&nowhere)).await, Err(SshError::AgentMissing { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_talks_nonsense_or_says_no_is_an_error_of_its_own() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let sshd = Sshd::builder().start().await.unwrap();
    for (name, reply) in
        [("no", &[0, 0, 0, 1, 5][..]), ("nonsense", &[0xff; 64]), ("silent end", &[])]
    {
        let socket = sshd.dir().join(name);
        let listener = tokio::net::UnixListener::bind(&socket).unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    while stream.read(&mut request).await.is_ok_and(|n| n > 0) {
                        if reply.is_empty() || stream.write_all(reply).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        let error = fails(by_agent(&sshd, &socket, None), &Person::new()).await;
        assert_eq!(error.api_error("web-01").code, ErrorCode::Agent, "{name}: {error:?}");
    }
}
