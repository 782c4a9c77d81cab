//! Exports, and archives into another vault.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::{Wanted, archive::Contents};
use crate::{
    CoreError, Right,
    testing::{Fixture, PASSPHRASE, field, password, secret},
    tree::{Body, Graft},
};
use patchbay_model::{
    EntryDraft, ExportFormat, FolderDraft, IdentityId, ImportDone, ImportLock, ImportSource, Jump,
    Management, ManagementId, ManagementWay, NodeId, Settings,
};
use proptest::prelude::*;
use std::collections::HashMap;

const OWN: &str = "a passphrase of its own";

fn wanted(format: ExportFormat, path: &str) -> Wanted {
    Wanted {
        format,
        path: path.to_owned(),
        replace: false,
        passwords: false,
        passphrase: Some(secret(OWN)),
        vault_passphrase: None,
    }
}

async fn write(fixture: &Fixture, wanted: Wanted) -> Result<patchbay_model::ExportDone, CoreError> {
    let vault = fixture.ctx.authorize_vault(Right::Reveal).unwrap();
    fixture.core.export().write(&vault, &fixture.folder(None), wanted).await
}

async fn import(fixture: &Fixture, source: &ImportSource) -> ImportDone {
    let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let preview = fixture.core.import().preview(&vault, source).await.unwrap();
    assert_eq!(preview.lock, ImportLock::Open);
    let keys = preview.rows.into_iter().map(|row| row.key).collect();
    let import = fixture.core.import();
    import.apply(&vault, &fixture.folder(None), source, keys).await.unwrap()
}

async fn contents(fixture: &Fixture) -> Contents {
    let vault = fixture.ctx.authorize_vault(Right::Reveal).unwrap();
    fixture.core.export().contents(&vault, &fixture.folder(None)).await.unwrap()
}

/// What it means, whatever the ids: nodes by their paths of numbers, identities by name.
fn meaning(contents: &Contents) -> Vec<String> {
    let names: HashMap<IdentityId, &str> =
        contents.identities.iter().map(|kept| (kept.id, kept.identity.name.as_str())).collect();
    let numbers: HashMap<NodeId, usize> =
        contents.nodes.iter().enumerate().map(|(at, kept)| (kept.id, at)).collect();
    let node = |kept: &super::archive::KeptNode| {
        let mut node = kept.read().unwrap();
        let parent = node.parent.map(|parent| numbers[&parent]);
        let mut ways = Vec::new();
        if let Body::Entry(draft) = &mut node.body {
            for mut way in std::mem::take(&mut draft.management).into_iter().map(|one| one.way) {
                let other =
                    way.other_mut().map(|id| std::mem::replace(id, NodeId::from_bytes([0; 16])));
                let ids: Vec<_> = way.identities_mut().filter_map(Option::take).collect();
                let signs_in: Vec<_> = ids.iter().map(|id| names[id]).collect();
                ways.push(format!("{way:?} {:?} {signs_in:?}", other.map(|id| numbers[&id])));
            }
        }
        let settings = std::mem::take(node.settings_mut());
        let identities = settings
            .identities
            .as_ref()
            .map(|ids| ids.iter().map(|id| names[id]).collect::<Vec<_>>());
        let jump = settings.jump.as_ref().map(|jump| match jump {
            Jump::Direct => None,
            Jump::Through { entry } => Some(numbers[entry]),
        });
        let rest = Settings { identities: None, jump: None, ..settings };
        format!("{parent:?} {:?} {rest:?} {identities:?} {jump:?} {ways:?}", node.body)
    };
    let secret = |text: &Option<patchbay_model::Secret<String>>| {
        text.as_ref().map(|text| text.expose_secret().clone())
    };
    let mut identities: Vec<String> = contents
        .identities
        .iter()
        .map(|kept| {
            format!(
                "{:?} {:?} {:?}",
                kept.identity,
                secret(&kept.password),
                secret(&kept.private_key)
            )
        })
        .collect();
    identities.sort();
    let keys = contents.host_keys.iter().map(|key| format!("{key:?}"));
    contents.nodes.iter().map(node).chain(identities).chain(keys).collect()
}

async fn populated() -> Fixture {
    let fixture = Fixture::open().await;
    let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let identity =
        fixture.core.identities().add(&vault, password("root", "hunter2")).await.unwrap().id;
    let folder = fixture.add_folder(None, "Lab").await;
    let gate = fixture.add(Some(folder), "gate").await;
    let draft = EntryDraft {
        name: "=web, \"1\"".into(),
        address: "192.0.2.7".into(),
        tags: vec!["eu".into()],
        notes: "two\nlines".into(),
        settings: Settings {
            port: Some(2222),
            user: Some("deploy".into()),
            identities: Some(vec![identity]),
            jump: Some(Jump::Through { entry: gate }),
            ..Settings::default()
        },
        management: vec![
            Management {
                id: ManagementId::new(),
                name: String::new(),
                way: ManagementWay::Proxmox {
                    address: String::new(),
                    port: None,
                    identity: Some(identity),
                },
            },
            Management {
                id: ManagementId::new(),
                name: "console".into(),
                way: ManagementWay::Console { entry: gate, port: None },
            },
        ],
        ..EntryDraft::default()
    };
    fixture.core.tree().add_entry(&fixture.folder(Some(folder)), draft).await.unwrap();
    let key = (
        "gate.example".to_owned(),
        include_str!("../../../fuzz/corpus/public_key/good-ed25519").trim().to_owned(),
    );
    assert_eq!(fixture.core.hostkeys().keep_all(&[key]).await.unwrap(), []);
    fixture
}

#[tokio::test]
async fn an_archive_makes_the_same_in_another_vault() {
    let fixture = populated().await;
    let path = fixture.dir.path().join("all.patchbay-archive").display().to_string();
    let done = write(&fixture, wanted(ExportFormat::Archive, &path)).await.unwrap();
    assert_eq!((done.machines, done.folders, done.identities, done.host_keys), (2, 1, 1, 1));
    let bytes = std::fs::read(&path).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("hunter2"));

    let other = Fixture::open().await;
    let vault = other.ctx.authorize_vault(Right::Edit).unwrap();
    let source = |password: Option<&str>| ImportSource {
        path: Some(path.clone()),
        password: password.map(secret),
        ..ImportSource::default()
    };
    for (given, lock) in [(None, ImportLock::Needed), (Some("wrong"), ImportLock::Wrong)] {
        let preview = other.core.import().preview(&vault, &source(given)).await.unwrap();
        assert_eq!((preview.lock, preview.rows.len()), (lock, 0));
    }
    let done = import(&other, &source(Some(OWN))).await;
    assert_eq!((done.machines, done.folders, done.host_keys), (2, 1, 1), "{:?}", done.remarks);
    assert_eq!(done.remarks, []);
    assert_eq!(meaning(&contents(&other).await), meaning(&contents(&fixture).await));

    std::fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
    let error = other.core.import().preview(&vault, &source(Some(OWN))).await.unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
}

#[tokio::test]
async fn a_table_holds_passwords_only_if_asked_and_is_read_again() {
    let fixture = populated().await;
    let path = fixture.dir.path().join("all.csv").display().to_string();
    let done = write(&fixture, wanted(ExportFormat::Csv, &path)).await.unwrap();
    assert_eq!(done.machines, 2);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("hunter2") && text.contains("'=web"), "{text}");
    assert_eq!(field(write(&fixture, wanted(ExportFormat::Csv, &path)).await), "path");

    let with = Wanted { replace: true, passwords: true, ..wanted(ExportFormat::Csv, &path) };
    fixture.clock.advance(std::time::Duration::from_secs(61));
    let refused = write(&fixture, with.clone()).await;
    assert!(matches!(refused, Err(CoreError::NeedsPassphrase)), "{refused:?}");
    let with = Wanted { vault_passphrase: Some(secret(PASSPHRASE)), ..with };
    write(&fixture, with).await.unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("hunter2"));
    let other = Fixture::open().await;
    let source = ImportSource { path: Some(path), ..ImportSource::default() };
    let done = import(&other, &source).await;
    assert_eq!((done.machines, done.folders, done.identities.len()), (2, 1, 1));
    assert_eq!(other.outline(), ["Lab", " gate", " =web, \"1\""]);
}

/// The judge is ssh itself.
#[cfg(unix)]
#[tokio::test]
async fn ssh_understands_the_configuration() {
    let fixture = populated().await;
    let path = fixture.dir.path().join("out").display().to_string();
    let done = write(&fixture, wanted(ExportFormat::SshConfig, &path)).await.unwrap();
    assert!(done.remarks.iter().any(|remark| remark.reason.contains("stays in the vault")));
    let asked =
        std::process::Command::new("ssh").args(["-F", &path, "-G", "web---1"]).output().unwrap();
    let said = String::from_utf8(asked.stdout).unwrap();
    for line in ["hostname 192.0.2.7", "port 2222", "user deploy", "proxyjump gate"] {
        assert!(said.lines().any(|said| said == line), "{line} in {said}");
    }
}

/// A folder or machine: which earlier node it lies in and is reached through, and some of its settings.
type Sketch = (bool, String, usize, usize, Option<u16>, Option<u8>);

async fn plant(fixture: &Fixture, sketches: &[Sketch]) {
    let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let mut identities = Vec::new();
    for number in 0..3 {
        let draft = password(&format!("identity {number}"), &format!("secret {number}"));
        identities.push(fixture.core.identities().add(&vault, draft).await.unwrap().id);
    }
    let (mut folders, mut machines, mut grafts) = (Vec::new(), Vec::new(), Vec::new());
    for (folder, name, parent, jump, port, identity) in sketches {
        let id = NodeId::new();
        let within = |all: &[NodeId], at: usize| all.get(at % (all.len() + 1)).copied();
        let settings = Settings {
            port: *port,
            identities: identity
                .map(|at| identities.iter().take(usize::from(at % 4)).copied().collect()),
            jump: within(&machines, *jump).map(|entry| Jump::Through { entry }),
            ..Settings::default()
        };
        let name = name.clone();
        let parent = within(&folders, *parent);
        let body = if *folder {
            // A folder's jump could lead its own machines in a circle.
            let settings = Settings { jump: None, ..settings };
            folders.push(id);
            Body::Folder(Box::new(FolderDraft { name, settings, ..FolderDraft::default() }))
        } else {
            machines.push(id);
            Body::Entry(Box::new(EntryDraft {
                name,
                address: format!("h{}.example", machines.len()),
                settings,
                ..EntryDraft::default()
            }))
        };
        grafts.push(Graft { id, parent, body });
    }
    fixture.core.tree().graft(&fixture.folder(None), grafts).await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn whatever_is_exported_comes_back_the_same(
        sketches in proptest::collection::vec(
            (any::<bool>(), "[a-c]{1,2}", any::<usize>(), any::<usize>(), proptest::option::of(1_u16..), proptest::option::of(any::<u8>())),
            1..20,
        )
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (before, after, remarks) = runtime.block_on(async {
            let (one, other) = (Fixture::open().await, Fixture::open().await);
            plant(&one, &sketches).await;
            let first = contents(&one).await;
            let before = meaning(&first);
            let path = one.dir.path().join("x.patchbay-archive").display().to_string();
            write(&one, wanted(ExportFormat::Archive, &path)).await.unwrap();
            let source = ImportSource { path: Some(path), password: Some(secret(OWN)), ..ImportSource::default() };
            let done = import(&other, &source).await;
            // Identities nobody names are not made.
            let used: Vec<&String> = before.iter().filter(|line| !line.starts_with("StoredIdentity")).collect();
            let made = meaning(&contents(&other).await);
            let made: Vec<String> = made.into_iter().filter(|line| !line.starts_with("StoredIdentity")).collect();
            (used.into_iter().cloned().collect::<Vec<_>>(), made, done.remarks)
        });
        prop_assert_eq!(before, after);
        prop_assert_eq!(remarks, vec![]);
    }
}
