//! Signing in, staying signed in, and what a person is told when that fails.

use crate::support::{lab, open, password, secret, site};
use patchbay_device_proxmox::{Client, Clock, Fingerprint, ProxmoxError, SignIn, Site};
use patchbay_model::{ApiError, ErrorCode};
use patchbay_testkit::{Pve, pve_or_skip};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

fn with_code(code: Option<&str>) -> SignIn {
    let (user, password) = ("ops@pve".to_owned(), secret("pass"));
    SignIn::Password { user, password, code: code.map(secret) }
}

fn token(id: &str, value: &str) -> SignIn {
    SignIn::Token { id: id.to_owned(), secret: secret(value) }
}

async fn refused(site: &Site, with: SignIn) -> ProxmoxError {
    Client::open(site.clone(), with).await.unwrap_err()
}

#[tokio::test]
async fn a_password_and_a_token_sign_in() {
    if !pve_or_skip("signing in") {
        return;
    }
    for plain in [false, true] {
        let settings = json!({ "plain": plain, "tokens": { "root@pam!lab": "0000-1111" } });
        let (pve, client) = open(&settings).await;
        assert_eq!(client.version().version, "9.0.10");
        let by_token = Client::open(site(&pve), token("root@pam!lab", "0000-1111")).await.unwrap();
        assert_eq!(
            by_token.resources().await.unwrap().len(),
            client.resources().await.unwrap().len()
        );
    }
}

#[tokio::test]
async fn each_refusal_says_what_to_do() {
    if !pve_or_skip("refusals") {
        return;
    }
    let settings = json!({
        "users": { "ops@pve": "pass", "key@pve": "pass" },
        "factors": {
            "ops@pve": { "code": "123456", "keys": ["0123-4567-89ab-cdef"],
                         "kinds": { "totp": true, "recovery": [3] } },
            "key@pve": { "code": "", "kinds": { "webauthn": {} } },
        },
    });
    let pve = Pve::start(&settings).await.unwrap();
    let site = site(&pve);
    let wrong = SignIn::Password { user: "root@pam".to_owned(), password: secret("x"), code: None };
    let error = refused(&site, wrong).await;
    assert!(
        matches!(&error, ProxmoxError::WrongPassword { user } if user == "root@pam"),
        "{error}"
    );
    assert_eq!(ApiError::from(error).field.as_deref(), Some("password"));

    let error = refused(&site, with_code(None)).await;
    assert!(matches!(error, ProxmoxError::NeedsCode { .. }), "{error}");
    assert_eq!(ApiError::from(error).code, ErrorCode::NeedsCode);
    let error = refused(&site, with_code(Some("654321"))).await;
    assert!(matches!(error, ProxmoxError::WrongCode { .. }), "{error}");
    Client::open(site.clone(), with_code(Some(" 123456 "))).await.unwrap();
    Client::open(site.clone(), with_code(Some("0123-4567-89ab-cdef"))).await.unwrap();
    let error = refused(&site, with_code(Some("0123-4567-89ab-cdef"))).await;
    assert!(matches!(error, ProxmoxError::WrongCode { .. }), "a recovery key works once: {error}");

    let key = SignIn::Password { user: "key@pve".to_owned(), password: secret("pass"), code: None };
    let error = refused(&site, key).await;
    assert!(matches!(error, ProxmoxError::OtherFactor { .. }), "{error}");

    let error = refused(&site, token("root@pam!none", "x")).await;
    assert_eq!(
        error.to_string(),
        "The cluster refused the sign-in of root@pam!none: authentication failure."
    );
    assert_eq!(ApiError::from(error).code, ErrorCode::SignedOut);
}

#[tokio::test]
async fn nothing_is_said_to_another_certificate() {
    if !pve_or_skip("a pinned certificate") {
        return;
    }
    let (first, client) = open(&lab()).await;
    let (port, was) = (first.port(), Fingerprint::of(first.certificate()));
    assert_eq!(Site::look("127.0.0.1", port).await.unwrap(), was);
    drop(first);
    let second = Pve::start_at(&lab(), port).await.unwrap();
    let error = client.resources().await.unwrap_err();
    let now = Fingerprint::of(second.certificate());
    assert!(
        matches!(&error, ProxmoxError::CertificateChanged { shown, .. } if *shown == now && now != was),
        "{error}"
    );
    let error = ApiError::from(error);
    assert_eq!(error.code, ErrorCode::HostKey);
    assert!(error.next_step.contains(&now.to_string()), "{}", error.next_step);
}

#[tokio::test]
async fn who_does_not_answer_is_named() {
    let port = patchbay_testkit::daemon::free_port().unwrap();
    let pinned = Fingerprint::of(b"any");
    let nobody = Site { host: "127.0.0.1".to_owned(), port, pinned };
    let error = refused(&nobody, password()).await;
    assert_eq!(
        error.to_string(),
        format!("127.0.0.1:{port} does not answer: nothing listens there.")
    );
    assert!(ApiError::from(error).retryable);
}

/// A clock that goes when it is told to.
fn clock() -> (Clock, Arc<AtomicU64>) {
    let (start, gone) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let shared = Arc::clone(&gone);
    (Clock::new(move || start + Duration::from_secs(shared.load(Ordering::SeqCst))), gone)
}

#[tokio::test]
async fn a_ticket_is_renewed_without_a_code_before_it_ends() {
    if !pve_or_skip("renewing a ticket") {
        return;
    }
    let settings = json!({
        "users": { "ops@pve": "pass" },
        "factors": { "ops@pve": { "code": "123456", "kinds": { "totp": true } } },
    });
    let pve = Pve::start(&settings).await.unwrap();
    let (clock, gone) = clock();
    let client = Client::open_at(site(&pve), with_code(Some("123456")), clock).await.unwrap();
    // Three times longer than a ticket lasts: each is made of the one before.
    for hour in 1..=6 {
        gone.store(hour * 3_700, Ordering::SeqCst);
        client.resources().await.unwrap();
    }
    // After a night nothing is left to renew, and the code of the evening is none.
    gone.store(12 * 3_600, Ordering::SeqCst);
    let error = client.resources().await.unwrap_err();
    assert!(matches!(error, ProxmoxError::NeedsCode { .. }), "{error}");
    assert!(!client.is_signed_in().await);
}

#[tokio::test]
async fn a_ticket_that_ended_early_is_replaced() {
    if !pve_or_skip("a ticket that ended") {
        return;
    }
    // Of this server's tickets none lasts, so that each request is turned away once.
    let pve = Pve::start(&json!({ "ticket_ttl": 0 })).await.unwrap();
    let error = refused(&site(&pve), password()).await;
    assert_eq!(
        error.to_string(),
        "The cluster refused the sign-in of root@pam: permission denied - invalid PVE ticket."
    );
    let (first, client) = open(&lab()).await;
    first.forget_sign_ins().await.unwrap();
    assert_eq!(client.resources().await.unwrap().len(), 10);
}
