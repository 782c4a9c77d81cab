//! Importing into a real vault.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{Right, testing::Fixture};
use patchbay_model::{
    Identity, IdentityKind, ImportDone, ImportLock, ImportPreview, ImportSource, Jump, NodeId,
};
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
        self.fixture.core.import().preview(&vault, &ImportSource::default()).await.unwrap()
    }

    async fn apply(&self, aliases: &[&str]) -> ImportDone {
        let vault = self.fixture.ctx.authorize_vault(Right::Edit).unwrap();
        let folder = self.fixture.folder(None);
        let aliases = aliases.iter().map(|alias| (*alias).to_owned()).collect();
        let source = at("~/.ssh/config");
        self.fixture.core.import().apply(&vault, &folder, &source, aliases).await.unwrap()
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

fn at(path: &str) -> ImportSource {
    ImportSource { path: Some(path.to_owned()), ..ImportSource::default() }
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
    let aliases: Vec<_> = preview.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(aliases, ["web-01", "web-02", "bastion", "old"]);
    assert_eq!(preview.rows[0].summary, "deploy@web-01.example.com");
    assert_eq!(preview.rows[2].summary, "192.0.2.1:2222");
    assert_eq!(preview.rows[0].jumps, ["bastion"]);
    assert!(preview.rows[0].sign_in[0].ends_with("/.ssh/id_work"));
    assert!(preview.rows.iter().all(|row| row.there.is_none()));
    assert_eq!(preview.remarks.len(), 1);
    assert_eq!(world.fixture.core.import().count().await, 4);

    let done = world.apply(&["web-01", "old", "not in the file"]).await;
    assert_eq!(done.machines, 3, "with the jump host");
    assert_eq!(done.remarks.len(), 1);
    assert!(done.remarks[0].reason.contains("no such file"), "{:?}", done.remarks);
    assert_eq!(world.fixture.outline(), ["web-01", "old", "bastion"]);

    let done = world.apply(&["web-02"]).await;
    assert_eq!(done.machines, 1, "its jump host is there");
    let identities = world.identities();
    let names: Vec<_> =
        identities.iter().map(|identity| (identity.name.as_str(), identity.used_by)).collect();
    assert_eq!(names, [("id_locked", 1), ("id_work", 2)]);
    assert!(identities.iter().all(|identity| identity.has_private_key && !identity.has_passphrase));
    let there: Vec<_> = world.preview().await.rows.into_iter().map(|row| row.there).collect();
    assert_eq!(there.iter().flatten().count(), 4, "{there:?}");

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
    let error = fixture.core.import().preview(&vault, &ImportSource::default()).await.unwrap_err();
    assert!(error.to_string().contains("config"), "{error}");
    assert_eq!(fixture.core.import().count().await, 0);
}

const CSV: &str = "Groups,Label,Hostname/IP,Port,Username,Password,Protocol\n\
    Lab/Web,web-1,192.0.2.1,2222,deploy,hunter2,ssh\n\
    Lab/Web,web-2,192.0.2.2,,deploy,hunter2,ssh\n\
    ,desk,192.0.2.3,3389,me,x,spice\n\
    ,bad name,not a host,,,,ssh\n";

async fn import(fixture: &Fixture, source: &ImportSource) -> (ImportPreview, ImportDone) {
    let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let preview = fixture.core.import().preview(&vault, source).await.unwrap();
    let picked = preview.rows.iter().filter(|row| row.there.is_none());
    let keys = picked.map(|row| row.key.clone()).collect();
    let import = fixture.core.import();
    let done = import.apply(&vault, &fixture.folder(None), source, keys).await.unwrap();
    (preview, done)
}

#[tokio::test]
async fn desktops_come_in_with_nothing_of_this_computer_lent_to_them() {
    let fixture = Fixture::open().await;
    let path = fixture.dir.path().join("desk.rdp");
    let text = "full address:s:192.0.2.3\r\nusername:s:LAB\\ops\r\nredirectclipboard:i:1\r\n\
        drivestoredirect:s:*\r\naudiomode:i:0\r\n";
    std::fs::write(&path, text).unwrap();
    let (preview, done) = import(&fixture, &at(path.to_str().unwrap())).await;
    assert_eq!((done.machines, done.remarks.len()), (1, 0), "{preview:?}");
    let detail = fixture.core.tree().detail(&fixture.node(done.added[0])).unwrap();
    assert_eq!(detail.entry.unwrap().draft.protocol, patchbay_model::Protocol::Rdp);
    let own = detail.effective;
    assert_eq!(own.port_of(patchbay_model::Protocol::Rdp), Some(3389));
    assert!(!own.share_clipboard.value && !own.audio.value && own.drive.value.is_none());
}

#[tokio::test]
async fn a_table_makes_folders_machines_and_one_identity_for_a_password() {
    let fixture = Fixture::open().await;
    let path = fixture.dir.path().join("hosts.csv");
    std::fs::write(&path, CSV).unwrap();
    let (preview, done) = import(&fixture, &at(path.to_str().unwrap())).await;
    assert_eq!(preview.format, "termius");
    assert!(!format!("{preview:?}").contains("hunter2"));
    assert_eq!(preview.rows[0].summary, "deploy@192.0.2.1:2222");
    assert_eq!((done.machines, done.folders, done.added.len()), (2, 2, 1));
    assert_eq!(fixture.outline(), ["Lab", " Web", "  web-1", "  web-2"]);
    let reasons: Vec<_> = done.remarks.iter().map(|remark| remark.text.as_str()).collect();
    assert_eq!(reasons, ["desk", "bad name"]);
    let vault = fixture.ctx.authorize_vault(Right::View).unwrap();
    let identities = fixture.core.identities().list(&vault).unwrap();
    assert_eq!(identities.len(), 1);
    assert_eq!((identities[0].name.as_str(), identities[0].used_by), ("deploy from Termius", 2));

    // Again: nothing is picked by itself, and what is picked goes into the folders that are there.
    let (preview, done) = import(&fixture, &at(path.to_str().unwrap())).await;
    assert_eq!(preview.rows[1].there.as_deref(), Some("Lab/Web/web-2"));
    assert_eq!(done.machines, 0);
    let keys = vec![preview.rows[1].key.clone()];
    let edit = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let source = at(path.to_str().unwrap());
    let import = fixture.core.import();
    let done = import.apply(&edit, &fixture.folder(None), &source, keys).await.unwrap();
    assert_eq!((done.machines, done.folders, done.identities.len()), (1, 0, 0));
    assert_eq!(fixture.outline(), ["Lab", " Web", "  web-1", "  web-2", "  web-2"]);
}

#[tokio::test]
async fn ways_through_others_are_found_made_and_never_circles() {
    let fixture = Fixture::open().await;
    let session = |name: &str, host: &str, proxy: &str| {
        format!(
            "[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\{name}]\n\"HostName\"=\"{host}\"\n\"Protocol\"=\"ssh\"\n\"ProxyMethod\"=dword:6\n\"ProxyHost\"=\"{proxy}\"\n"
        )
    };
    let text = format!(
        "REGEDIT4\n{}{}{}{}",
        session("web", "192.0.2.1", "gate"),
        session("gate", "192.0.2.2", "outer.example"),
        session("a", "192.0.2.3", "b"),
        session("b", "192.0.2.4", "a"),
    );
    let source = ImportSource { text: Some(text.into()), ..ImportSource::default() };
    let (preview, done) = import(&fixture, &source).await;
    assert_eq!(preview.format, "putty");
    assert_eq!(done.machines, 5, "with the jump host that is no session");
    assert_eq!(done.remarks.len(), 1, "{:?}", done.remarks);
    let outline = fixture.outline();
    assert_eq!(outline, ["web", "gate", "a", "b", "outer.example"]);
    let vault = fixture.ctx.authorize_vault(Right::View).unwrap();
    let rows = fixture.core.tree().rows(&vault).unwrap();
    let way = fixture.core.tree().route(&fixture.node(rows.ids[0])).unwrap();
    let names: Vec<_> = way.iter().map(|hop| hop.entry.draft.name.as_str()).collect();
    assert_eq!(names, ["outer.example", "gate", "web"]);
}

#[tokio::test]
async fn host_keys_come_in_and_replace_nothing() {
    let fixture = Fixture::open().await;
    let one = KeyPair::ed25519(fixture.dir.path(), "one").unwrap();
    let two = KeyPair::ed25519(fixture.dir.path(), "two").unwrap();
    let [one, two] =
        [one, two].map(|key| key.public.split(' ').take(2).collect::<Vec<_>>().join(" "));
    let paste = |text: String| ImportSource { text: Some(text.into()), ..ImportSource::default() };
    let (preview, done) = import(&fixture, &paste(format!("web,[db]:2222 {one}\n"))).await;
    assert_eq!((preview.format.as_str(), done.host_keys), ("known-hosts", 2));
    let (_, done) = import(&fixture, &paste(format!("web {two}\nweb {one}\nnew {two}\n"))).await;
    assert_eq!((done.host_keys, done.remarks.len()), (1, 2), "{:?}", done.remarks);
    let vault = fixture.ctx.authorize_vault(Right::View).unwrap();
    let hosts: Vec<_> = fixture
        .core
        .hostkeys()
        .list(&vault)
        .await
        .unwrap()
        .into_iter()
        .map(|key| key.host)
        .collect();
    assert_eq!(hosts, ["[db]:2222", "new", "web"]);
}

#[tokio::test]
async fn a_protected_file_asks_for_its_password() {
    let fixture = Fixture::open().await;
    let text = include_str!("../../../exchange/testdata/confcons-password.xml");
    let source = |password: Option<&str>| ImportSource {
        text: Some(text.to_owned().into()),
        password: password.map(|password| password.to_owned().into()),
        ..ImportSource::default()
    };
    let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let preview = async |password| {
        fixture.core.import().preview(&vault, &source(password)).await.unwrap().lock
    };
    assert_eq!(preview(None).await, ImportLock::Needed);
    assert_eq!(preview(Some("wrong")).await, ImportLock::Wrong);
    let (preview, done) = import(&fixture, &source(Some("geheim"))).await;
    assert_eq!((preview.lock, done.machines), (ImportLock::Open, 3));
    let there = fixture.core.identities().list(&vault).unwrap();
    let names: Vec<_> = there.iter().map(|identity| identity.name.as_str()).collect();
    assert_eq!(names, ["deploy@web & more", "me@desk", "root@gate"]);
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
