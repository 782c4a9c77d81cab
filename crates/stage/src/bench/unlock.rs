//! Opening a vault of 100,000 machines, beyond the key derivation, against KeePassXC opening a database of as many entries.

use super::{
    ROUNDS,
    figure::{Better, Figure},
};
use crate::{
    Error,
    world::{PASSPHRASE, World, create_vault},
};
use patchbay_commands::dispatch;
use patchbay_core::Right;
use patchbay_model::{EntryDraft, FolderDraft, NodeId, Settings};
use serde_json::json;
use std::{fmt::Write, fs, path::Path, process::Stdio, time::Instant};
use tokio::{io::AsyncWriteExt, process::Command};

/// Machines in the vault.
pub(crate) const MACHINES: usize = 100_000;

pub(crate) async fn take() -> Result<Vec<Figure>, Error> {
    let (empty, full) = (vault(0).await?, vault(MACHINES).await?);
    let home = tempfile::tempdir()?;
    let small = keepass(home.path(), "small", 1).await?;
    let large = keepass(home.path(), "large", MACHINES).await?;
    let (mut ours, mut peers) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        ours.push(open(&full).await? - open(&empty).await?);
        peers.push(keepass_open(&large).await? - keepass_open(&small).await?);
    }
    Ok(vec![Figure {
        name: "unlock",
        unit: "ms",
        better: Better::Lower,
        ours,
        peer: "keepassxc",
        peers,
    }])
}

/// A home with a vault of so many machines, a hundred in a folder.
pub(crate) async fn vault(machines: usize) -> Result<World, Error> {
    const IN_A_FOLDER: usize = 100;
    let world = World::empty()?;
    let ctx = world.services_as_shipped()?;
    create_vault(&ctx).await?;
    let root = ctx.authorize_folder(None, Right::Edit)?;
    for first in (0..machines).step_by(IN_A_FOLDER) {
        let name = format!("rack-{:04}", first / IN_A_FOLDER);
        let draft = FolderDraft { name, ..FolderDraft::default() };
        let folder = ctx.core.tree().add_folder(&root, draft).await?.id;
        let folder = ctx.authorize_folder(Some(folder), Right::Edit)?;
        let some = first..machines.min(first + IN_A_FOLDER);
        ctx.core
            .tree()
            .add_entries(&folder, some.map(|n| (NodeId::new(), machine(n))).collect())
            .await?;
    }
    Ok(world)
}

fn machine(n: usize) -> EntryDraft {
    EntryDraft {
        name: name(n),
        address: format!("10.{}.{}.{}", n >> 16, (n >> 8) & 255, n & 255),
        settings: Settings { user: Some("ops".into()), ..Settings::default() },
        ..EntryDraft::default()
    }
}

/// Names with enough variety that a filter has something to do.
pub(crate) fn name(n: usize) -> String {
    const ROLES: [&str; 8] = ["web", "db", "cache", "queue", "mail", "proxy", "build", "store"];
    const PLACES: [&str; 5] = ["fra", "ams", "nyc", "sin", "syd"];
    let role = ROLES.get(n % ROLES.len()).copied().unwrap_or_default();
    let place = PLACES.get(n / ROLES.len() % PLACES.len()).copied().unwrap_or_default();
    format!("{role}-{place}-{n:05}")
}

/// Milliseconds from the passphrase to the tree's rows as the window gets them, key derivation included.
async fn open(world: &World) -> Result<f64, Error> {
    let ctx = world.services_as_shipped()?;
    let passphrase = json!({ "passphrase": PASSPHRASE }).to_string();
    let begin = Instant::now();
    dispatch(&ctx, "vault_unlock", &passphrase).await.map_err(|error| error.to_string())?;
    dispatch(&ctx, "tree_load", "{}").await.map_err(|error| error.to_string())?;
    Ok(begin.elapsed().as_secs_f64() * 1000.0)
}

async fn keepass(folder: &Path, name: &str, entries: usize) -> Result<String, Error> {
    let mut xml = String::from(
        "<KeePassFile><Meta/><Root><Group><UUID>AAAAAAAAAAAAAAAAAAAAAQ==</UUID><Name>Root</Name>",
    );
    for n in 0..entries {
        let id = data_encoding::BASE64.encode(&(n as u128 + 16).to_be_bytes());
        write!(
            xml,
            "<Entry><UUID>{id}</UUID><String><Key>Title</Key><Value>{}</Value></String><String><Key>UserName</Key><Value>ops</Value></String>\
             <String><Key>URL</Key><Value>10.0.{}.{}</Value></String></Entry>",
            self::name(n),
            (n >> 8) & 255,
            n & 255
        )?;
    }
    xml.push_str("</Group></Root></KeePassFile>");
    let source = folder.join(format!("{name}.xml"));
    fs::write(&source, xml)?;
    let database = folder.join(format!("{name}.kdbx")).to_string_lossy().into_owned();
    let import = ["import", "-q", "-p", "-t", "100", &source.to_string_lossy(), &database]
        .map(str::to_owned);
    keepassxc(&import, &format!("{PASSPHRASE}\n{PASSPHRASE}\n")).await?;
    Ok(database)
}

async fn keepass_open(database: &str) -> Result<f64, Error> {
    let begin = Instant::now();
    keepassxc(&["ls", "-q", database].map(str::to_owned), &format!("{PASSPHRASE}\n")).await?;
    Ok(begin.elapsed().as_secs_f64() * 1000.0)
}

async fn keepassxc(arguments: &[String], input: &str) -> Result<(), Error> {
    let mut peer = Command::new("keepassxc-cli")
        .args(arguments)
        .env("QT_QPA_PLATFORM", "offscreen")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            format!(
                "the peer keepassxc-cli cannot be started ({error}): install the package keepassxc"
            )
        })?;
    if let Some(mut stdin) = peer.stdin.take() {
        stdin.write_all(input.as_bytes()).await?;
    }
    let output = peer.wait_with_output().await?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("keepassxc-cli: {}", String::from_utf8_lossy(&output.stderr)).into())
    }
}
