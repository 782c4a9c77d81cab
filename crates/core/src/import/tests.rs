//! Importing into a real vault.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::Imported;
use crate::{Right, testing::Fixture};
use patchbay_model::{Identity, IdentityKind, ImportPreview, Jump, NodeId};
use patchbay_testkit::KeyPair;
use std::path::PathBuf;

struct World {
    fixture: Fixture,
    ssh: PathBuf,
}

impl World {
    async fn new(config: &str) -> Self {
        let fixture = Fixture::open().await;
        let ssh = fixture.dir.path().join(".ssh");
        std::fs::create_dir(&ssh).unwrap();
        std::fs::write(ssh.join("config"), config).unwrap();
        Self { fixture, ssh }
    }

    async fn preview(&self) -> ImportPreview {
        let vault = self.fixture.ctx.authorize_vault(Right::View).unwrap();
        self.fixture.core.import().preview(&vault, None).await.unwrap()
    }

    async fn apply(&self, aliases: &[&str]) -> Imported {
        let vault = self.fixture.ctx.authorize_vault(Right::Edit).unwrap();
        let folder = self.fixture.folder(None);
        let aliases = aliases.iter().map(|alias| (*alias).to_owned()).collect();
        self.fixture.core.import().apply(&vault, &folder, "~/.ssh/config", aliases).await.unwrap()
    }

    fn identities(&self) -> Vec<Identity> {
        let vault = self.fixture.ctx.authorize_vault(Right::View).unwrap();
        self.fixture.core.identities().list(&vault).unwrap()
    }

    fn id(&self, name: &str) -> NodeId {
        let vault = self.fixture.ctx.authorize_vault(Right::View).unwrap();
        let rows = self.fixture.core.tree().rows(&vault).unwrap();
        let at = rows.names.iter().position(|other| other == name).unwrap();
        rows.ids[at]
    }
}

#[tokio::test]
async fn hosts_keys_and_jumps_come_in_once() {
    let world = World::new(
        "Host web-01 web-02\n HostName %h.example.com\n User deploy\n IdentityFile ~/.ssh/id_work\n ProxyJump bastion\n\
         Host bastion\n HostName 192.0.2.1\n Port 2222\n IdentityFile ~/.ssh/id_locked\n\
         Host old\n IdentityFile ~/.ssh/nowhere\n ControlMaster yes\n\
         Host *.internal\n User nobody\n",
    )
    .await;
    KeyPair::ed25519(&world.ssh, "id_work").unwrap();
    KeyPair::generate(&world.ssh, "id_locked", &["-t", "ed25519"], "sesame").unwrap();

    let preview = world.preview().await;
    let aliases: Vec<_> = preview.hosts.iter().map(|host| host.alias.as_str()).collect();
    assert_eq!(aliases, ["web-01", "web-02", "bastion", "old"]);
    assert_eq!(preview.hosts[0].summary, "deploy@web-01.example.com");
    assert_eq!(preview.hosts[2].summary, "192.0.2.1:2222");
    assert_eq!(preview.hosts[0].jumps, ["bastion"]);
    assert!(preview.hosts[0].identity_files[0].ends_with("/.ssh/id_work"));
    assert!(preview.hosts.iter().all(|host| !host.exists));
    assert_eq!(preview.remarks.len(), 1);
    assert_eq!(world.fixture.core.import().count().await, 4);

    let done = world.apply(&["web-01", "old", "not in the file"]).await;
    assert_eq!(done.machines, 3, "with the jump host");
    assert_eq!(done.remarks.len(), 1);
    assert!(done.remarks[0].reason.contains("no such file"), "{:?}", done.remarks);
    assert_eq!(world.fixture.outline(), ["web-01", "old", "bastion"]);

    let done = world.apply(&["web-01", "web-02", "bastion"]).await;
    assert_eq!(done.machines, 1, "the others are there");
    let identities = world.identities();
    let names: Vec<_> =
        identities.iter().map(|identity| (identity.name.as_str(), identity.used_by)).collect();
    assert_eq!(names, [("id_locked", 1), ("id_work", 2)]);
    assert!(identities.iter().all(|identity| identity.has_private_key && !identity.has_passphrase));
    assert!(world.preview().await.hosts[..3].iter().all(|host| host.exists));

    let web = world.fixture.core.tree().route(&world.fixture.node(world.id("web-02"))).unwrap();
    let names: Vec<_> = web.iter().map(|hop| hop.entry.draft.name.as_str()).collect();
    assert_eq!(names, ["bastion", "web-02"]);
    assert_eq!(
        web[1].entry.draft.settings.jump,
        Some(Jump::Through { entry: world.id("bastion") })
    );
    assert_eq!(web[0].settings.port.value, 2222);
}

#[tokio::test]
async fn certificates_go_with_their_keys_and_public_halves_with_the_agent() {
    let world = World::new(
        "Host both\n IdentityFile ~/.ssh/a\n IdentityFile ~/.ssh/b\n CertificateFile ~/.ssh/b-cert.pub\n\
         Host beside\n IdentityFile ~/.ssh/c\n\
         Host hardware\n IdentityFile ~/.ssh/token.pub\n\
         Host lost\n IdentityFile ~/.ssh/a\n CertificateFile ~/.ssh/c-cert.pub\n",
    )
    .await;
    let authority = KeyPair::ed25519(&world.ssh, "ca").unwrap();
    for name in ["a", "b", "c", "token"] {
        let key = KeyPair::ed25519(&world.ssh, name).unwrap();
        if ["b", "c"].contains(&name) {
            authority.certify(&key, &["-I", name, "-n", "root"]).unwrap();
        }
    }
    let done = world.apply(&["both", "beside", "hardware", "lost"]).await;
    assert_eq!(done.machines, 4);
    let reasons: Vec<_> = done.remarks.iter().map(|remark| remark.reason.as_str()).collect();
    assert_eq!(reasons, ["None of the host's key files belongs to this certificate."]);
    let identities = world.identities();
    let shown: Vec<_> = identities
        .iter()
        .map(|identity| (identity.name.as_str(), identity.kind, identity.certificate.is_some()))
        .collect();
    assert_eq!(
        shown,
        [
            ("a", IdentityKind::Key, false),
            ("b", IdentityKind::Key, true),
            ("c", IdentityKind::Key, true),
            ("token.pub", IdentityKind::Agent, false)
        ]
    );
    assert_eq!(identities[0].used_by, 2);
}

#[tokio::test]
async fn a_host_the_vault_refuses_does_not_keep_the_others_out() {
    let long = "x".repeat(400);
    let world = World::new(&format!(
        "Host good\nHost {long}\n ProxyJump good\nHost fine\n ProxyJump good\n"
    ))
    .await;
    let done = world.apply(&["good", long.as_str(), "fine"]).await;
    assert_eq!((done.machines, done.remarks.len()), (2, 1), "{:?}", done.remarks);
    assert_eq!(world.fixture.outline(), ["good", "fine"]);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let fixture = Fixture::open().await;
    let vault = fixture.ctx.authorize_vault(Right::View).unwrap();
    let error = fixture.core.import().preview(&vault, None).await.unwrap_err();
    assert!(error.to_string().contains("config"), "{error}");
    assert_eq!(fixture.core.import().count().await, 0);
}

#[tokio::test]
async fn tunnels_and_what_is_lent_come_along() {
    let world = World::new(
        "Host web\n LocalForward 8080 db:5432\n LocalForward [::1]:8081 [2001:db8::7]:80\n\
         RemoteForward /run/there.sock localhost:22\n DynamicForward *:1080\n ForwardAgent yes\n ForwardX11 no\n\
         RemoteForward 9000\n LocalForward 8080 other:1\n LocalForward %d/x db:1\n LocalForward nonsense\n",
    )
    .await;
    let done = world.apply(&["web"]).await;
    let id = world.fixture.ctx.authorize(world.id("web"), Right::View).unwrap();
    let draft = world.fixture.core.tree().entry(&id).unwrap().draft;
    let shown: Vec<_> = draft.tunnels.iter().map(patchbay_model::Tunnel::title).collect();
    assert_eq!(
        shown,
        [
            "localhost:8080 → db:5432",
            "[::1]:8081 → [2001:db8::7]:80",
            "/run/there.sock → localhost:22",
            "*:1080 → SOCKS"
        ]
    );
    assert!(draft.tunnels.iter().all(|tunnel| tunnel.with_session));
    let settings = draft.settings;
    assert_eq!((settings.forward_agent, settings.forward_x11), (Some(true), Some(false)));
    assert_eq!(done.remarks.len(), 4, "{:?}", done.remarks);
}
