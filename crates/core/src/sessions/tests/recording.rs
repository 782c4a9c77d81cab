//! Recording sessions on a real OpenSSH server.

use super::*;
use patchbay_model::{RecordMode, RecordingId, RecordingState};

const SHELL: &str = "exec env -u ENV PS1='ready> ' sh -i";

impl World {
    async fn recording(record: Option<RecordMode>) -> Self {
        let world = Self::new().await;
        let node = world.fixture.node(world.machine);
        let mut draft = world.fixture.core.tree().entry(&node).unwrap().draft;
        draft.settings.record = record;
        draft.settings.start_command = Some(SHELL.into());
        world.fixture.core.tree().change_entry(&node, draft, None).await.unwrap();
        world
    }

    async fn type_line(&self, id: SessionId, line: &str) {
        for byte in format!("{line}\r").into_bytes() {
            let typed = TerminalInput::Bytes(vec![byte].into());
            self.handle(id).input.send(typed).await.unwrap();
        }
    }

    /// What was recorded of a kind.
    async fn recorded(&self, id: RecordingId, kind: char) -> String {
        let vault = self.fixture.ctx.authorize_vault(Right::View).unwrap();
        let (mut text, mut from) = (String::new(), Some(0));
        while let Some(next) = from {
            let part = self.fixture.core.recordings().read(&vault, id, next).await.unwrap();
            assert_eq!(part.broken, None);
            let of_kind = part.codes.chars().zip(part.data).filter(|(code, _)| *code == kind);
            text.extend(of_kind.map(|(_, data)| data));
            from = part.next;
        }
        text
    }

    async fn only(&self) -> patchbay_model::RecordingInfo {
        let vault = self.fixture.ctx.authorize_vault(Right::View).unwrap();
        let mut all = self.fixture.core.recordings().list(&vault).await.unwrap();
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }
}

#[tokio::test]
async fn what_a_session_showed_is_what_was_recorded_but_for_secrets_that_were_typed() {
    if !terminals_or_skip("what a session showed is what was recorded") {
        return;
    }
    let world = World::recording(Some(RecordMode::OutputAndKeys)).await;
    let id = world.trusted().await;
    let now = world.info(id).recording.unwrap();
    assert!(now.keys && now.id.is_some() && now.problem.is_none(), "{now:?}");
    shows(&world.handle(id), "ready> ").await;
    world.run(id, "echo $((40+2))-umlaut-ü", "42-umlaut-ü").await;
    // As passwd and sudo ask: the terminal's own echo is off while the line is read.
    world
        .run(
            id,
            "stty -echo; printf 'Pass%s: ' word; read p; stty echo; echo; echo got ${#p}",
            "Password: ",
        )
        .await;
    world.type_line(id, "hunter2-secret").await;
    shows(&world.handle(id), "got 14").await;
    world.run(id, "stty -echo -icanon; printf 'k%sys\\n' e; dd bs=1 count=6 2>/dev/null | wc -c; stty echo icanon", "keys").await;
    world.handle(id).input.send(TerminalInput::Bytes("raw-se".into())).await.unwrap();
    shows(&world.handle(id), "6\r\n").await;
    let size = TerminalSize { cols: 100, rows: 30, width: 0, height: 0 };
    world.handle(id).input.send(TerminalInput::Resize(size)).await.unwrap();
    world.run(id, "stty size | tr ' ' x", "30x100").await;
    world.run(id, "exit 3", "exit 3").await;
    assert_eq!(world.closed(id).await, CloseReason::Exited { code: Some(3) });

    let info = world.only().await;
    assert_eq!(
        (info.state, info.title.as_str(), info.machine),
        (RecordingState::Whole, "box", Some(world.machine))
    );
    let log = shows(&world.handle(id), "exit 3").await;
    let output = world.recorded(info.id, 'o').await;
    assert!(output.contains(log.trim_start()) || output == log, "{output:?} is not {log:?}");
    assert_eq!(world.recorded(info.id, 'r').await, "100x30");
    assert_eq!(world.recorded(info.id, 'x').await, "3");
    let typed = world.recorded(info.id, 'i').await;
    assert!(typed.contains("echo $((40+2))-umlaut-ü\r"), "{typed:?}");
    assert!(typed.contains("exit 3\r"), "{typed:?}");
    assert!(!typed.contains("hunter2") && !typed.contains("raw-se"), "{typed:?}");
    assert!(world.info(id).recording.is_none());
}

#[tokio::test]
async fn a_person_starts_and_stops_and_settings_of_the_vault_count_last() {
    if !terminals_or_skip("a person starts and stops") {
        return;
    }
    let world = World::recording(None).await;
    let vault = world.fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let sessions = world.fixture.core.sessions();
    let id = world.trusted().await;
    assert!(world.info(id).recording.is_none());
    shows(&world.handle(id), "ready> ").await;
    world.run(id, "echo $((1+1))-before", "2-before").await;
    let started = sessions.record(&vault, id, false).await.unwrap().recording.unwrap();
    let again = sessions.record(&vault, id, false).await.unwrap().recording.unwrap();
    assert_eq!(started, again, "twice is once");
    world.run(id, "echo $((1+2))-during", "3-during").await;
    assert!(sessions.stop_recording(id).await.unwrap().recording.is_none());
    world.run(id, "echo $((1+3))-after", "4-after").await;
    let info = world.only().await;
    let output = world.recorded(info.id, 'o').await;
    assert!(output.contains("3-during"), "{output:?}");
    assert!(!output.contains("2-before") && !output.contains("4-after"), "{output:?}");
    assert_eq!(world.recorded(info.id, 'i').await, "");
    sessions.close(id).unwrap();
    assert!(sessions.record(&vault, id, false).await.is_err());

    let settings =
        patchbay_model::VaultSettings { record: RecordMode::Output, ..Default::default() };
    world.fixture.core.settings().set_vault(&vault, settings).await.unwrap();
    let id = world.open().await;
    world.opened(id).await;
    assert!(world.info(id).recording.is_some());
    let node = world.fixture.node(world.machine);
    let detail = world.fixture.core.tree().detail(&node).unwrap();
    assert_eq!(detail.effective.record.value, RecordMode::Output);
    let mut draft = world.fixture.core.tree().entry(&node).unwrap().draft;
    draft.settings.record = Some(RecordMode::Off);
    world.fixture.core.tree().change_entry(&node, draft, None).await.unwrap();
    let id = world.open().await;
    world.opened(id).await;
    assert!(world.info(id).recording.is_none(), "the machine's own setting counts");
}

#[tokio::test]
async fn one_that_cannot_be_recorded_is_open_all_the_same_and_says_so() {
    if !terminals_or_skip("one that cannot be recorded is open all the same") {
        return;
    }
    let world = World::recording(Some(RecordMode::Output)).await;
    // Where its directory belongs is a file.
    let directory = world.fixture.core.vault().path().with_extension("recordings");
    std::fs::write(directory, "").unwrap();
    let id = world.trusted().await;
    let recording = world.info(id).recording.unwrap();
    assert!(recording.problem.unwrap().starts_with("This session is not recorded."));
    world.run(id, "echo $((6*7))-sum", "42-sum").await;
}
