//! Recordings from a shell.

use crate::support::Home;
use patchbay_core::{Ctx, Right, sessions::OpenTarget};
use patchbay_model::{
    EntryDraft, Protocol, RecordMode, SessionState, Settings, TerminalSize, VaultSettings,
};
use patchbay_session::TerminalInput;
use patchbay_testkit::{Vnc, terminals_or_skip};

impl Home {
    /// Records every terminal from now on.
    pub(crate) async fn record_always(&self) {
        let core = self.unlocked().await;
        let vault = Ctx::person(core.clone()).authorize_vault(Right::Edit).unwrap();
        let settings = VaultSettings { record: RecordMode::Output, ..VaultSettings::default() };
        core.settings().set_vault(&vault, settings).await.unwrap();
    }

    /// Runs a line in a shell on this computer, which is recorded.
    async fn record(&self, line: &str) {
        let core = self.unlocked().await;
        let ctx = Ctx::person(core.clone());
        let vault = ctx.authorize_vault(Right::Edit).unwrap();
        let size = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
        let mut events = core.events();
        let id = core.sessions().open(OpenTarget::LocalShell, size, None).await.unwrap().id;
        let handle = core.sessions().handle(id).unwrap();
        let typed = format!("{line}; exit 0\r");
        handle.input.send(TerminalInput::Bytes(typed.into())).await.unwrap();
        let closed = async {
            while !matches!(core.sessions().info(id).unwrap().state, SessionState::Closed { .. }) {
                let _changed = events.recv().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), closed).await.unwrap();
        core.recordings().list(&vault).await.unwrap();
    }
}

#[tokio::test]
async fn recordings_of_the_vault_are_listed_played_and_exported() {
    if !terminals_or_skip("recordings of the vault are listed played and exported") {
        return;
    }
    let home = Home::with_vault().await;
    home.record_always().await;
    home.record("echo $((40+2))-recorded").await;
    let all = home.json(&["record", "list", "--json"]);
    assert_eq!((all.as_array().unwrap().len(), &all[0]["state"]), (1, &"whole".into()), "{all}");
    let id = all[0]["id"].as_str().unwrap().to_owned();
    let title = all[0]["title"].as_str().unwrap().to_owned();

    let fast = ["--speed", "1000"];
    let played = home.run(&[&["record", "play", &title], fast.as_slice()].concat());
    assert_eq!(played.code, 0, "{played:?}");
    assert!(played.out.contains("42-recorded"), "{played:?}");

    let file = home.dir.path().join("out.cast").display().to_string();
    assert_eq!(home.run(&["record", "export", &id, &file]).code, 0);
    let again = home.run(&[&["record", "play", &file], fast.as_slice()].concat());
    assert_eq!((again.code, &again.out), (0, &played.out));
    let first = std::fs::read_to_string(&file).unwrap();
    assert!(first.starts_with("{\"") && first.contains("\"version\":3"), "{first}");

    let none = home.run(&["record", "play", "nothing"]);
    assert_eq!(none.code, 1);
    assert!(none.err.contains("record list"), "{none:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn recordings_of_desktops_are_listed_and_exported_and_no_terminal_plays_them() {
    let server = Vnc::builder("None").start().await.unwrap();
    let home = Home::with_vault().await;
    {
        let core = home.unlocked().await;
        let ctx = Ctx::person(core.clone());
        let draft = EntryDraft {
            name: "wall".into(),
            protocol: Protocol::Vnc,
            address: "127.0.0.1".into(),
            settings: Settings {
                port: Some(server.port()),
                weak_sign_in: Some(true),
                record: Some(RecordMode::Output),
                ..Settings::default()
            },
            ..EntryDraft::default()
        };
        let folder = ctx.authorize_folder(None, Right::Edit).unwrap();
        let id = core.tree().add_entry(&folder, draft).await.unwrap().id;
        let target = OpenTarget::Entry(ctx.authorize(id, Right::Use).unwrap());
        let size = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
        let mut events = core.events();
        let id = core.sessions().open(target, size, None).await.unwrap().id;
        let state = || core.sessions().info(id).unwrap().state;
        let passing = async {
            while !matches!(state(), SessionState::Open) {
                let _changed = events.recv().await;
            }
            core.sessions().disconnect(id).unwrap();
            while !matches!(state(), SessionState::Closed { .. }) {
                let _changed = events.recv().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), passing).await.unwrap();
    }
    let all = home.json(&["record", "list", "--json"]);
    assert_eq!((&all[0]["desktop"], &all[0]["state"]), (&true.into(), &"whole".into()), "{all}");
    assert!(home.run(&["record", "list"]).out.contains("  desktop   wall  "));
    let played = home.run(&["record", "play", "wall"]);
    assert_eq!((played.code, played.out.as_str()), (1, ""), "{played:?}");
    assert!(played.err.contains("no terminal can play it"), "{played:?}");
    let file = home.dir.path().join("wall.png");
    let exported = home.run(&["record", "export", "wall", &file.display().to_string()]);
    assert_eq!(exported.code, 0, "{exported:?}");
    assert!(std::fs::read(&file).unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
}

#[test]
fn files_of_others_are_played_in_their_time() {
    let home = Home::new();
    let file = home.dir.path().join("demo.cast").display().to_string();
    let cast =
        "{\"version\":2,\"width\":80,\"height\":24}\n[0.1,\"o\",\"one\"]\n[3600,\"o\",\" two\"]\n";
    std::fs::write(&file, cast).unwrap();
    // Without the limit it would take an hour.
    let played = home.run(&["record", "play", &file, "--idle-limit", "0.05"]);
    assert_eq!((played.code, played.out.as_str()), (0, "one two"), "{played:?}");
    std::fs::write(&file, format!("{cast}[broken]\n")).unwrap();
    let broken = home.run(&["record", "play", &file, "--speed", "100000"]);
    assert_eq!((broken.code, broken.out.as_str()), (1, "one two"), "{broken:?}");
    assert!(broken.err.contains("line 4 is no event"), "{broken:?}");
    std::fs::write(&file, "GIF89a").unwrap();
    assert!(home.run(&["record", "play", &file]).err.contains("does not begin as"));
    assert_eq!(home.run(&["record", "play", &file, "--speed", "0"]).code, 2);
}
