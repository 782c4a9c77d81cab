//! Identities in a real vault.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::{CertificateWish, KeyAlgorithm, NewKey};
use crate::{
    Authorized, CoreError, Right, WholeVault,
    testing::{Fixture, PASSPHRASE, field, password, secret},
};
use patchbay_engine_ssh::{Credential, SshError, keys};
use patchbay_model::{
    EntryDraft, FolderDraft, Identity, IdentityDraft, IdentityId, IdentityKind, IdentitySecret,
    LockReason, Settings,
};
use std::time::Duration;

fn vault(fixture: &Fixture) -> Authorized<WholeVault> {
    fixture.ctx.authorize_vault(Right::Edit).unwrap()
}

fn of(fixture: &Fixture, id: IdentityId) -> Authorized<IdentityId> {
    fixture.ctx.authorize_identity(id, Right::Reveal).unwrap()
}

fn key(text: &str, passphrase: Option<&str>) -> IdentityDraft {
    IdentityDraft {
        kind: IdentityKind::Key,
        password: None,
        private_key: Some(secret(text)),
        passphrase: passphrase.map(secret),
        ..password("key", "")
    }
}

fn made(passphrase: Option<&str>) -> String {
    let passphrase = passphrase.map(secret);
    let made = keys::generate(KeyAlgorithm::Ed25519, "test", passphrase.as_ref()).unwrap();
    made.private_key.expose_secret().clone()
}

async fn used_by_web(fixture: &Fixture, id: IdentityId) -> patchbay_model::NodeId {
    let draft = EntryDraft {
        name: "web".into(),
        address: "192.0.2.1".into(),
        settings: Settings { identities: Some(vec![id]), ..Settings::default() },
        ..EntryDraft::default()
    };
    fixture.core.tree().add_entry(&fixture.folder(None), draft).await.unwrap().id
}

#[tokio::test]
async fn secrets_come_in_and_are_only_said_to_be_set() {
    let fixture = Fixture::open().await;
    let identities = fixture.core.identities();
    let saved = identities.add(&vault(&fixture), password("root", "hunter2")).await.unwrap();
    assert!(saved.has_password && !saved.has_private_key);
    assert!(!serde_json::to_string(&saved).unwrap().contains("hunter2"));
    // None keeps it, an empty one removes it.
    let renamed = IdentityDraft { id: Some(saved.id), password: None, ..password("admin", "") };
    let renamed = identities.change(&of(&fixture, saved.id), renamed).await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.has_password), ("admin", true));
    let emptied = identities.change(&of(&fixture, saved.id), password("admin", "")).await.unwrap();
    assert!(!emptied.has_password);
    let fixture = fixture.restarted();
    fixture.unlock().await;
    let list: Vec<Identity> = fixture.core.identities().list(&vault(&fixture)).unwrap();
    assert_eq!(list, [emptied]);
}

#[tokio::test]
async fn keys_are_read_when_they_are_saved() {
    let fixture = Fixture::open().await;
    let identities = fixture.core.identities();
    let plain = identities.add(&vault(&fixture), key(&made(None), None)).await.unwrap();
    assert!(plain.public_key.unwrap().fingerprint.starts_with("SHA256:"));
    let text = made(Some("sesame"));
    let locked = identities.add(&vault(&fixture), key(&text, Some("sesame"))).await.unwrap();
    assert!(locked.has_passphrase && locked.public_key.is_some());
    assert_eq!(
        field(identities.add(&vault(&fixture), key(&text, Some("wrong"))).await),
        "passphrase"
    );
    assert_eq!(field(identities.add(&vault(&fixture), key("no key", None)).await), "privateKey");
    assert_eq!(field(identities.add(&vault(&fixture), key("", None)).await), "privateKey");
    // Kept without its passphrase, it is asked for when connecting.
    let asks = identities.add(&vault(&fixture), key(&text, None)).await.unwrap();
    assert!(asks.has_private_key && !asks.has_passphrase && asks.public_key.is_none());
    assert_eq!(identities.list(&vault(&fixture)).unwrap().len(), 3, "what was refused is not kept");
}

#[tokio::test]
async fn another_kind_drops_the_secrets_of_the_old_one() {
    let fixture = Fixture::open().await;
    let identities = fixture.core.identities();
    let saved = identities.add(&vault(&fixture), key(&made(None), None)).await.unwrap();
    let now = IdentityDraft { id: Some(saved.id), ..password("root", "hunter2") };
    let now = identities.change(&of(&fixture, saved.id), now).await.unwrap();
    assert!(now.has_password && !now.has_private_key && now.public_key.is_none());
    let id = of(&fixture, saved.id);
    assert_eq!(field(identities.reveal(&id, IdentitySecret::PrivateKey, None).await), "secret");
}

#[tokio::test]
async fn showing_a_secret_needs_the_passphrase_lately() {
    let fixture = Fixture::open().await;
    let identities = fixture.core.identities();
    let saved = identities.add(&vault(&fixture), password("root", "hunter2")).await.unwrap();
    let id = of(&fixture, saved.id);
    let show = async |passphrase: Option<&str>| {
        let passphrase = passphrase.map(secret);
        let shown = identities.reveal(&id, IdentitySecret::Password, passphrase.as_ref()).await;
        shown.map(|secret| secret.expose_secret().clone())
    };
    assert_eq!(show(None).await.unwrap(), "hunter2");
    fixture.clock.advance(Duration::from_secs(61));
    assert!(matches!(show(None).await, Err(CoreError::NeedsPassphrase)));
    assert!(matches!(show(Some("wrong")).await, Err(CoreError::WrongPassphrase { .. })));
    assert_eq!(show(Some(PASSPHRASE)).await.unwrap(), "hunter2");
    assert_eq!(show(None).await.unwrap(), "hunter2", "typed within the last minute");
    fixture.core.vault().lock(LockReason::Person, false);
    assert!(matches!(show(None).await, Err(CoreError::VaultLocked)));
}

#[tokio::test]
async fn one_in_use_is_deleted_only_with_force() {
    let fixture = Fixture::open().await;
    let identities = fixture.core.identities();
    let saved = identities.add(&vault(&fixture), password("root", "hunter2")).await.unwrap();
    let web = used_by_web(&fixture, saved.id).await;
    let id = of(&fixture, saved.id);
    assert_eq!(identities.used_by(&id).unwrap(), [(web, "web".to_owned())]);
    assert_eq!(identities.list(&vault(&fixture)).unwrap()[0].used_by, 1);
    let refused = identities.delete(&id, false).await.unwrap_err();
    assert_eq!(refused.to_string(), "“root” is used by “web”.");
    identities.delete(&id, true).await.unwrap();
    let entry = fixture.core.tree().entry(&fixture.node(web)).unwrap();
    assert_eq!(
        entry.draft.settings.identities,
        Some(vec![]),
        "and does not begin to inherit others"
    );
    let fixture = fixture.restarted();
    fixture.unlock().await;
    assert!(fixture.core.identities().list(&vault(&fixture)).unwrap().is_empty());
    assert_eq!(
        fixture.core.tree().entry(&fixture.node(web)).unwrap().draft.settings.identities,
        Some(vec![])
    );
}

#[tokio::test]
async fn an_unknown_identity_is_refused() {
    let fixture = Fixture::open().await;
    let settings = Settings { identities: Some(vec![IdentityId::new()]), ..Settings::default() };
    let draft = FolderDraft { name: "home".into(), settings, ..FolderDraft::default() };
    assert_eq!(
        field(fixture.core.tree().add_folder(&fixture.folder(None), draft).await),
        "identities"
    );
}

#[tokio::test]
async fn a_way_comes_with_what_to_sign_in_with() {
    let fixture = Fixture::open().await;
    let identities = fixture.core.identities();
    let root = IdentityDraft { user: Some("root".into()), ..password("root", "hunter2") };
    let root = identities.add(&vault(&fixture), root).await.unwrap();
    let web = used_by_web(&fixture, root.id).await;
    let way = fixture.core.tree().route(&fixture.node(web)).unwrap();
    let sign_in = identities.sign_in(&way[0].identities).await.unwrap();
    assert_eq!(sign_in.user.as_deref(), Some("root"));
    let [Credential::Password(password)] = sign_in.credentials.as_slice() else {
        panic!("not one password: {sign_in:?}");
    };
    assert_eq!(password.expose_secret(), "hunter2");
}

#[tokio::test]
async fn a_made_key_is_kept() {
    let fixture = Fixture::open().await;
    let identities = fixture.core.identities();
    let made = identities
        .generate(
            &vault(&fixture),
            NewKey {
                name: "new".into(),
                user: None,
                algorithm: KeyAlgorithm::Ed25519,
                comment: Some(" ops@desk ".into()),
                passphrase: Some(secret("sesame")),
                attempt: None,
            },
        )
        .await
        .unwrap();
    let public = made.public_key.unwrap();
    assert_eq!(public.algorithm, "ssh-ed25519");
    assert!(public.openssh.ends_with(" ops@desk"), "{public:?}");
    assert!(made.has_private_key && made.has_passphrase);
}

#[tokio::test]
async fn an_agent_identity_names_a_real_fingerprint() {
    let fixture = Fixture::open().await;
    let identities = fixture.core.identities();
    let agent = |fingerprint: &str| IdentityDraft {
        kind: IdentityKind::Agent,
        password: None,
        agent_fingerprint: Some(fingerprint.into()),
        ..password("agent", "")
    };
    assert_eq!(field(identities.add(&vault(&fixture), agent("MD5:00")).await), "agentFingerprint");
    let any = identities.add(&vault(&fixture), agent("")).await.unwrap();
    assert_eq!(any.agent_fingerprint, None);
    let one = format!("SHA256:{}", "a".repeat(43));
    assert_eq!(
        identities.add(&vault(&fixture), agent(&one)).await.unwrap().agent_fingerprint,
        Some(one)
    );
}

fn new_key(name: &str, algorithm: KeyAlgorithm) -> NewKey {
    NewKey {
        name: name.into(),
        user: None,
        algorithm,
        comment: None,
        passphrase: None,
        attempt: Some("attempt".into()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn making_a_key_can_be_given_up() {
    let fixture = Fixture::open().await;
    let identities = fixture.core.identities();
    let key = new_key("slow", KeyAlgorithm::Rsa4096);
    let permission = vault(&fixture);
    let making = identities.generate(&permission, key);
    let giving_up = async {
        while crate::sync::lock(&fixture.core.making.0).is_empty() {
            patchbay_testkit::moment().await;
        }
        identities.cancel_generate("another attempt");
        identities.cancel_generate("attempt");
    };
    let (made, ()) = tokio::join!(making, giving_up);
    let CoreError::Api(error) = made.unwrap_err() else { panic!("another error") };
    assert_eq!(error.code, patchbay_model::ErrorCode::Cancelled);
    assert!(identities.list(&permission).unwrap().is_empty());
    assert!(crate::sync::lock(&fixture.core.making.0).is_empty());
}

#[tokio::test]
async fn a_private_key_leaves_only_encrypted_and_proved() {
    let fixture = Fixture::open().await;
    let identities = fixture.core.identities();
    let made =
        identities.generate(&vault(&fixture), new_key("k", KeyAlgorithm::Ed25519)).await.unwrap();
    let id = of(&fixture, made.id);
    let path = fixture.dir.path().join("taken");
    let to = path.to_str().unwrap();
    let strong = "crimson walrus octet mandolin";
    assert_eq!(
        field(identities.export_private(&id, to, secret("easy"), None).await),
        "newPassphrase"
    );
    fixture.clock.advance(Duration::from_secs(61));
    let unproved = identities.export_private(&id, to, secret(strong), None).await;
    assert!(matches!(unproved, Err(CoreError::NeedsPassphrase)), "{unproved:?}");
    let wrong = identities.export_private(&id, to, secret(strong), Some(&secret("no"))).await;
    assert!(matches!(wrong, Err(CoreError::WrongPassphrase { .. })), "{wrong:?}");
    assert!(!path.exists());
    std::fs::write(&path, "something the person chose to replace").unwrap();
    identities.export_private(&id, to, secret(strong), Some(&secret(PASSPHRASE))).await.unwrap();
    let text = secret(&std::fs::read_to_string(&path).unwrap());
    assert!(matches!(keys::inspect(&text, None), Err(SshError::KeyPassphraseNeeded)));
    let info = keys::inspect(&text, Some(&secret(strong))).unwrap();
    let public = made.public_key.unwrap();
    assert_eq!(info.fingerprint, public.fingerprint);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    identities.export_public(&id, to).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), public.openssh + "\n");
    assert_eq!(identities.picture(&id).await.unwrap().lines().count(), 11);
}

/// What the request says to do is done, by OpenSSH's own tool.
#[cfg(unix)]
#[tokio::test]
async fn an_authority_can_sign_what_is_asked_for() {
    let fixture = Fixture::open().await;
    let identities = fixture.core.identities();
    let authority = patchbay_testkit::KeyPair::ed25519(fixture.dir.path(), "user_ca").unwrap();
    let made =
        identities.generate(&vault(&fixture), new_key("k", KeyAlgorithm::Ed25519)).await.unwrap();
    let id = of(&fixture, made.id);
    let wish = |key_id: &str, principals: &[&str], validity: &str| CertificateWish {
        key_id: key_id.into(),
        principals: principals.iter().map(|name| (*name).to_owned()).collect(),
        validity: validity.into(),
    };
    for (bad, at) in [
        (wish("$(reboot)", &["ops"], "+52w"), "keyId"),
        (wish("-h", &["ops"], "+52w"), "keyId"),
        (wish("ops", &[], "+52w"), "principals"),
        (wish("ops", &["a b"], "+52w"), "principals"),
        (wish("ops", &["ops;id"], "+52w"), "principals"),
        (wish("ops", &["ops"], "forever"), "validity"),
        (wish("ops", &["ops"], "+w"), "validity"),
        (wish("ops", &["ops"], "+52w; id"), "validity"),
    ] {
        assert_eq!(field(identities.certificate_request(&id, bad).await), at);
    }
    let good = wish("ops@desk", &["ops", "root"], "+52w");
    let text = identities.certificate_request(&id, good.clone()).await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("#     ")).unwrap();
    let file = line.split(' ').next_back().unwrap();
    let path = fixture.dir.path().join(file);
    identities.export_request(&id, good, path.to_str().unwrap()).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert!(authority.path.ends_with("user_ca"));
    let done = std::process::Command::new("sh")
        .args(["-c", line])
        .current_dir(fixture.dir.path())
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    let signed = path.to_str().unwrap().replace(".pub", "-cert.pub");
    let certificate = std::fs::read_to_string(signed).unwrap();
    let draft =
        IdentityDraft { id: Some(made.id), certificate: Some(certificate), ..key("", None) };
    let draft = IdentityDraft { private_key: None, name: "k".into(), ..draft };
    let changed = identities.change(&id, draft).await.unwrap();
    let info = changed.certificate.unwrap();
    assert_eq!(
        (info.key_id.as_str(), info.principals.as_slice()),
        ("ops@desk", &["ops".into(), "root".into()][..])
    );
    assert_eq!(info.key, changed.public_key.unwrap().fingerprint);
}

#[tokio::test]
async fn asking_about_each_use_survives_an_edit() {
    let fixture = Fixture::open().await;
    let identities = fixture.core.identities();
    let made =
        identities.generate(&vault(&fixture), new_key("k", KeyAlgorithm::Ed25519)).await.unwrap();
    assert!(!made.ask_on_use);
    let id = of(&fixture, made.id);
    assert!(identities.set_ask_on_use(&id, true).await.unwrap().ask_on_use);
    let draft = IdentityDraft {
        id: Some(made.id),
        private_key: None,
        name: "renamed".into(),
        ..key("", None)
    };
    assert!(identities.change(&id, draft).await.unwrap().ask_on_use);
}
