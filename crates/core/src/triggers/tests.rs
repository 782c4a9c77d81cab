//! Triggers on the output of real shells and servers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::found;
use crate::{
    Authorized, Right, WholeVault,
    sessions::OpenTarget,
    testing::{Fixture, field, password, secret},
};
use bytes::Bytes;
use patchbay_model::{
    AppEvent, EntryDraft, IdentityDraft, IdentityKind, LockReason, NodeId, SessionId, SessionState,
    Settings, SnippetDraft, SnippetParameter, TerminalSize, TriggerAction, TriggerColor,
    TriggerDraft, TriggerHit, TriggerScope,
};
use patchbay_session::{TerminalInput, ToViewer};
use patchbay_testkit::{KeyPair, Sshd, terminals_or_skip};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;

const PATIENCE: Duration = Duration::from_secs(30);
const SIZE: TerminalSize = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };

fn vault(fixture: &Fixture) -> Authorized<WholeVault> {
    fixture.ctx.authorize_vault(Right::Edit).unwrap()
}

fn trigger(name: &str, pattern: &str) -> TriggerDraft {
    TriggerDraft {
        name: name.into(),
        pattern: pattern.into(),
        pause: 1,
        enabled: true,
        ..TriggerDraft::default()
    }
}

/// A session to a server of the testkit, open.
async fn session(fixture: &Fixture, server: &Sshd, key: &KeyPair) -> (SessionId, NodeId) {
    let ssh = fixture.dir.path().join(".ssh");
    std::fs::create_dir_all(&ssh).unwrap();
    std::fs::write(ssh.join("known_hosts"), server.known_hosts_line() + "\n").unwrap();
    let draft = IdentityDraft {
        kind: IdentityKind::Key,
        user: Some(server.user().to_owned()),
        password: None,
        private_key: Some(secret(&key.private)),
        ..password("key", "")
    };
    let identity = fixture.core.identities().add(&vault(fixture), draft).await.unwrap().id;
    let draft = EntryDraft {
        name: "box".into(),
        address: "127.0.0.1".into(),
        settings: Settings {
            port: Some(server.port()),
            identities: Some(vec![identity]),
            start_command: Some("exec env PS1='ready> ' sh -i".into()),
            ..Settings::default()
        },
        ..EntryDraft::default()
    };
    let folder = fixture.add_folder(None, "Web").await;
    let machine =
        fixture.core.tree().add_entry(&fixture.folder(Some(folder)), draft).await.unwrap().id;
    let target = OpenTarget::Entry(fixture.ctx.authorize(machine, Right::Use).unwrap());
    let mut events = fixture.core.events();
    let id = fixture.core.sessions().open(target, SIZE, None).await.unwrap().id;
    let opened = async {
        while fixture.core.sessions().info(id).unwrap().state != SessionState::Open {
            let _changed = events.recv().await;
        }
    };
    tokio::time::timeout(PATIENCE, opened).await.expect("it opens");
    // What is typed before the shell reads is lost with what it finds waiting.
    let viewer = fixture.core.sessions().handle(id).unwrap().output.attach(0);
    let prompted = async {
        let mut shown = Vec::new();
        while !String::from_utf8_lossy(&shown).contains("ready> ") {
            if let ToViewer::Output { offset, bytes } = viewer.next().await.unwrap() {
                viewer.ack(offset + bytes.len() as u64);
                shown.extend_from_slice(&bytes);
            }
        }
    };
    tokio::time::timeout(PATIENCE, prompted).await.expect("a prompt");
    (id, folder)
}

async fn type_in(fixture: &Fixture, session: SessionId, text: &str) {
    let handle = fixture.core.sessions().handle(session).unwrap();
    handle.input.send(TerminalInput::Bytes(Bytes::from(text.to_owned()))).await.unwrap();
}

async fn hit(events: &mut Receiver<AppEvent>) -> TriggerHit {
    let wait = async {
        loop {
            if let Ok(AppEvent::Trigger { hit }) = events.recv().await {
                return *hit;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("a trigger")
}

#[test]
fn patterns_are_checked() {
    assert!(found("oom-kill(er)?", false, "kernel: oom-killer").unwrap());
    assert!(!found("OOM", false, "oom").unwrap());
    assert!(found("OOM", true, "oom").unwrap());
    let long = "x".repeat(2_000);
    for bad in ["", "(", "a*", "(?=x)", r"(a)\1", "((a{100}){100}){100}", &long] {
        assert_eq!(field(found(bad, false, "x")), "pattern", "{bad}");
    }
}

#[tokio::test]
async fn they_are_kept_and_rest_while_the_vault_is_locked() {
    let fixture = Fixture::open().await;
    let triggers = fixture.core.triggers();
    let kept = triggers.save(&vault(&fixture), None, trigger("b", "x+")).await.unwrap();
    let other = triggers.save(&vault(&fixture), None, trigger("A", "y")).await.unwrap();
    let off = TriggerDraft { enabled: false, ..kept.draft.clone() };
    let kept = triggers.save(&vault(&fixture), Some(kept.id), off).await.unwrap();
    let list = triggers.list(&vault(&fixture)).unwrap();
    assert_eq!(list.triggers, [other.clone(), kept.clone()]);
    assert_eq!(crate::sync::read(&fixture.core.triggers.shared.active).len(), 1);
    fixture.core.vault().lock(LockReason::Person, false);
    assert!(crate::sync::read(&fixture.core.triggers.shared.active).is_empty());

    let fixture = fixture.restarted();
    fixture.unlock().await;
    let triggers = fixture.core.triggers();
    assert_eq!(triggers.list(&vault(&fixture)).unwrap().triggers, [other.clone(), kept.clone()]);
    triggers.delete(&vault(&fixture), other.id).await.unwrap();
    assert!(triggers.delete(&vault(&fixture), other.id).await.is_err());
    assert_eq!(triggers.list(&vault(&fixture)).unwrap().triggers, [kept]);

    let asking = SnippetDraft {
        name: "asks".into(),
        body: "{{x}}".into(),
        parameters: vec![SnippetParameter {
            name: "x".into(),
            required: true,
            ..SnippetParameter::default()
        }],
        ..SnippetDraft::default()
    };
    let asking = fixture.core.snippets().save(&vault(&fixture), None, asking).await.unwrap();
    let runs = TriggerAction::Run { snippet: asking.id };
    for (at, bad) in [
        ("name", trigger("", "x")),
        ("pattern", trigger("a", "(")),
        ("pause", TriggerDraft { pause: 0, ..trigger("a", "x") }),
        ("snippet", TriggerDraft { action: runs, ..trigger("a", "x") }),
    ] {
        assert_eq!(field(triggers.save(&vault(&fixture), None, bad).await), at);
    }
}

#[tokio::test]
async fn what_a_terminal_shows_is_looked_at_and_a_snippet_typed_once() {
    if !terminals_or_skip("a trigger on a terminal") {
        return;
    }
    let fixture = Fixture::open().await;
    let key = KeyPair::ed25519(fixture.dir.path(), "id").unwrap();
    let server = Sshd::builder().option("SetEnv HOME=/nonexistent").authorized_key(&key.public);
    let server = server.start().await.unwrap();
    let (session, folder) = session(&fixture, &server, &key).await;
    let mut events = fixture.core.events();
    let snippet = SnippetDraft {
        name: "answer".into(),
        body: "echo ALARM answered by {{machine.name}}".into(),
        append_enter: true,
        ..SnippetDraft::default()
    };
    let snippet = fixture.core.snippets().save(&vault(&fixture), None, snippet).await.unwrap();
    let triggers = fixture.core.triggers();
    let elsewhere = fixture.add(None, "elsewhere").await;
    let other =
        TriggerDraft { scope: TriggerScope::Node { id: elsewhere }, ..trigger("other", "ALARM") };
    triggers.save(&vault(&fixture), None, other).await.unwrap();
    let runs = TriggerDraft {
        scope: TriggerScope::Node { id: folder },
        action: TriggerAction::Run { snippet: snippet.id },
        ..trigger("watch", "^ALARM")
    };
    let runs = triggers.save(&vault(&fixture), None, runs).await.unwrap();
    // With colours, in two pieces; the line that was typed does not begin with it.
    type_in(&fixture, session, "printf '\\033[31mALA'; printf 'RM\\033[0m now\\n'\r").await;
    let first = hit(&mut events).await;
    assert_eq!((first.trigger, first.line.as_str()), (runs.id, "ALARM now"));
    assert_eq!((first.ran.as_deref(), first.title.as_str()), (Some("answer"), "box"));
    // Its own answer begins with the pattern and comes within the pause: it does not answer itself. The clock of the
    // test stands still, and so the next hit is the one that is asked for by another name.
    let done = trigger("done", "answered by box$");
    triggers.save(&vault(&fixture), None, done).await.unwrap();
    type_in(&fixture, session, "echo ALARM answered by box\r").await;
    let next = hit(&mut events).await;
    assert_eq!(next.name, "done", "{next:?}");
    // After the pause it does again.
    fixture.clock.advance(Duration::from_secs(2));
    type_in(&fixture, session, "echo ALARM again\r").await;
    let wait = async {
        loop {
            let again = hit(&mut events).await;
            if again.name == "watch" {
                return again;
            }
        }
    };
    let again = tokio::time::timeout(PATIENCE, wait).await.expect("again");
    assert_eq!(again.ran.as_deref(), Some("answer"));
}

#[tokio::test]
async fn a_flood_is_not_held_up() {
    let fixture = Fixture::open().await;
    fixture
        .core
        .triggers()
        .save(&vault(&fixture), None, trigger("never", "no such line"))
        .await
        .unwrap();
    let watch = fixture.core.triggers().watch(SessionId::new());
    let piece = Bytes::from("x".repeat(1000) + "\n");
    assert!(!watch.looks());
    // Nothing else runs in between: the queue is full soon, and what is too much is counted.
    for _ in 0..1000 {
        watch.feed(&piece);
    }
    let skipped = fixture.core.triggers().list(&vault(&fixture)).unwrap().skipped;
    assert_eq!(skipped, 1000 - 64);
}

#[tokio::test]
async fn nothing_looks_before_there_is_something_to_look_for() {
    let fixture = Fixture::open().await;
    let triggers = fixture.core.triggers();
    let piece = Bytes::from_static(b"a line\n");
    let watch = triggers.watch(SessionId::new());
    watch.feed(&piece);
    assert!(!watch.looks(), "there is no trigger");
    let marking = TriggerDraft {
        action: TriggerAction::Highlight { color: TriggerColor::Red },
        ..trigger("marks", "line")
    };
    triggers.save(&vault(&fixture), None, marking).await.unwrap();
    watch.feed(&piece);
    assert!(!watch.looks(), "what is marked is asked for");
    let mut events = fixture.core.events();
    triggers.save(&vault(&fixture), None, trigger("tells", "line")).await.unwrap();
    assert_eq!(events.recv().await.unwrap(), AppEvent::Triggers);
    watch.feed(&piece);
    assert!(watch.looks());
}

#[tokio::test]
async fn places_are_marked_by_the_same_patterns_and_within_bounds() {
    let fixture = Fixture::open().await;
    let triggers = fixture.core.triggers();
    let marks = |lines: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        let marks = triggers.marks(&vault(&fixture), SessionId::new(), &lines).unwrap();
        marks.iter().map(|mark| (mark.line, mark.start, mark.end, mark.color)).collect::<Vec<_>>()
    };
    let highlight = |name, pattern, color| TriggerDraft {
        action: TriggerAction::Highlight { color },
        ignore_case: true,
        ..trigger(name, pattern)
    };
    assert!(marks(&["error"]).is_empty());
    let error = highlight("error", "error|^fatal", TriggerColor::Red);
    let error = triggers.save(&vault(&fixture), None, error).await.unwrap();
    let ok = highlight("ok", r"\bok\b|^", TriggerColor::Green);
    assert_eq!(field(triggers.save(&vault(&fixture), None, ok).await), "pattern");
    let ok = highlight("ok", r"\bok\b", TriggerColor::Green);
    triggers.save(&vault(&fixture), None, ok).await.unwrap();
    triggers.save(&vault(&fixture), None, trigger("tells", "ready")).await.unwrap();
    use TriggerColor::{Green, Red};
    assert_eq!(
        marks(&["ready", "ok: no Error", "", "not fatal", "🚒 ERROR ok"]),
        [(1, 0, 2, Green), (1, 7, 12, Red), (4, 3, 8, Red), (4, 9, 11, Green)],
        "counted as a web page counts"
    );
    let carpet = "error ".repeat(1000);
    assert_eq!(marks(&[&carpet]).len(), 16);
    assert_eq!(marks(&vec![carpet.as_str(); 400]).len(), 43 * 16);
    assert!(marks(&[&"é".repeat(10_000)]).is_empty());
    // Elsewhere it does not count; and behind a locked vault nothing is told.
    let elsewhere = fixture.add(None, "elsewhere").await;
    let scope = TriggerScope::Node { id: elsewhere };
    let draft = TriggerDraft { scope, ..error.draft.clone() };
    triggers.save(&vault(&fixture), Some(error.id), draft).await.unwrap();
    assert!(marks(&["error"]).is_empty());
    let vault = vault(&fixture);
    fixture.core.vault().lock(LockReason::Person, false);
    assert!(triggers.marks(&vault, SessionId::new(), &["ok".to_owned()]).is_err());
}
