#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
use super::*;
use crate::testing::Fixture;

/// By `openssl req -x509`: for wall.example.net, *.lab.example and 192.0.2.7, of November 2026, for ten years.
const CERTIFICATE: &str = "MIIB2zCCAYGgAwIBAgIUASQ/k8np6ArZbIGNFtHJ66ou4zwwCgYIKoZIzj0EAwIwKTEZMBcGA1UEAwwQd2FsbC5leGFtcGxl\
    Lm5ldDEMMAoGA1UECgwDTGFiMB4XDTI2MTEyMjIwMjYyMloXDTM2MTExOTIwMjYyMlowKTEZMBcGA1UEAwwQd2FsbC5leGFt\
    cGxlLm5ldDEMMAoGA1UECgwDTGFiMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8hrtvGl2wE0ykVpafORIi3vEeIc2yq+0\
    pq3c3wtcOywkYrCNWjMm1fBlwF6KnpU3BezjfnPSvWfKKX7h2pC0X6OBhjCBgzAdBgNVHQ4EFgQUuSLzNYW1vtuOXn3EAy0h\
    iHU+ogQwHwYDVR0jBBgwFoAUuSLzNYW1vtuOXn3EAy0hiHU+ogQwDwYDVR0TAQH/BAUwAwEB/zAwBgNVHREEKTAnghB3YWxs\
    LmV4YW1wbGUubmV0gg0qLmxhYi5leGFtcGxlhwTAAAIHMAoGCCqGSM49BAMCA0gAMEUCIGzql7ztHbTWeMqnFs9Pg+fxIibK\
    qaVm52VABTc0PvQrAiEAja1FoYmsi3mTyW5fGHYB84o2GcyphdIaUIeQpYw1lt0=";

/// A day of 2027.
const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn der() -> Vec<u8> {
    BASE64.decode(CERTIFICATE.as_bytes()).unwrap()
}

fn check(der: Vec<u8>, port: u16) -> CertificateCheck {
    let (machine, address) = ("The wall".to_owned(), "wall.example.net".to_owned());
    CertificateCheck { machine, address, port, chain: vec![der] }
}

fn asked(judged: Judgement) -> HostKeyQuestion {
    match judged {
        Judgement::Ask(question) => *question,
        Judgement::Trusted { note } => panic!("trusted: {note}"),
    }
}

#[test]
fn what_a_certificate_says_of_itself() {
    let at = |address, now| describe(&der(), address, now).unwrap();
    let said = at("wall.example.net", NOW);
    assert!(said.subject.contains("CN=wall.example.net"), "{said:?}");
    assert_eq!(said.issuer, said.subject);
    assert_eq!(said.names, ["wall.example.net", "*.lab.example", "192.0.2.7"]);
    assert!(said.fault.contains("signed by itself"), "{said:?}");
    for fits in ["WALL.example.net.", "a.lab.example", "192.0.2.7"] {
        assert!(at(fits, NOW).fault.contains("signed by itself"), "{fits}");
    }
    for other in ["lab.example", "a.b.lab.example", "192.0.2.8", ""] {
        assert_eq!(at(other, NOW).fault, "is made out for other names", "{other}");
    }
    assert_eq!(at("x", Timestamp(0)).fault, "is not valid yet");
    assert_eq!(at("x", Timestamp(i64::MAX)).fault, "is no longer valid");
    let whole = der();
    assert_eq!(describe(&whole[..whole.len() - 1], "x", NOW), None);
    assert_eq!(describe(&[], "x", NOW), None);
}

#[tokio::test]
async fn it_is_asked_about_once_and_again_when_it_changes() {
    let fixture = Fixture::open().await;
    let keys = fixture.core.hostkeys();
    let first = check(der(), 5900);
    let question = asked(keys.judge_certificate(&first).await.unwrap());
    assert_eq!(question.standing, HostKeyStanding::Unknown);
    assert_eq!(question.host, "[wall.example.net]:5900");
    assert_eq!(question.presented.fingerprint.len(), "SHA256:".len() + 64);
    assert!(question.presented.openssh.starts_with("-----BEGIN CERTIFICATE-----\nMII"));
    keys.keep_certificate(&first, false).await.unwrap();
    let known = keys.judge_certificate(&first).await.unwrap();
    assert!(matches!(known, Judgement::Trusted { .. }), "{known:?}");

    // At another port it is another server, though the card says where the certificate is known from.
    let question = asked(keys.judge_certificate(&check(der(), 5901)).await.unwrap());
    assert_eq!(question.standing, HostKeyStanding::Unknown);
    assert_eq!(question.also_at, ["[wall.example.net]:5900"]);

    let other = check(b"another one".to_vec(), 5900);
    let question = asked(keys.judge_certificate(&other).await.unwrap());
    assert_eq!(question.standing, HostKeyStanding::Changed);
    assert_eq!(question.presented.tls.unwrap().fault, "cannot be read");
    assert_eq!(question.on_record.len(), 1);
    assert_eq!(question.on_record[0].times, 2);
    assert!(question.on_record[0].tls.as_ref().unwrap().subject.contains("O=Lab"));
    keys.keep_certificate(&other, true).await.unwrap();
    let known = keys.judge_certificate(&other).await.unwrap();
    assert!(matches!(known, Judgement::Trusted { .. }), "{known:?}");
    let question = asked(keys.judge_certificate(&first).await.unwrap());
    assert_eq!(question.standing, HostKeyStanding::Changed);

    // They are in the list, and mean nothing to SSH.
    let vault = fixture.ctx.authorize_vault(crate::Right::Edit).unwrap();
    let listed = keys.list(&vault).await.unwrap();
    assert_eq!((listed.len(), listed[0].algorithm.as_str()), (1, ALGORITHM));
    assert_eq!(keys.own_keys().await.unwrap(), []);
    keys.remove(&vault, listed[0].id.unwrap()).await.unwrap();
    let question = asked(keys.judge_certificate(&other).await.unwrap());
    assert_eq!(question.standing, HostKeyStanding::Unknown);
}
