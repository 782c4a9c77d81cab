//! Runs against real OpenSSH servers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::RunPiece;
use crate::{
    Authorized, CoreError, Right, WholeVault,
    testing::{Fixture, field, password, secret},
};
use patchbay_engine_ssh::keys::{self, KeyAlgorithm};
use patchbay_model::{
    DiffLine, EntryDraft, IdentityDraft, IdentityId, IdentityKind, NodeId, ParameterKind,
    RunAttention, RunCommand, RunDetail, RunExport, RunGrouping, RunId, RunMachineState,
    RunOptions, RunState, RunTarget, Settings, SnippetDraft, SnippetParameter, SnippetValues,
};
use patchbay_testkit::{KeyPair, Sshd};
use std::time::Duration;

const OPTIONS: RunOptions = RunOptions { concurrency: 4, time_limit: 0 };
const EXACT: RunGrouping = RunGrouping { ignore_trailing_space: false, ignore_own_name: false };
const PATIENCE: Duration = Duration::from_secs(60);

/// A server whose host key is on file, and an identity it lets in.
struct World {
    fixture: Fixture,
    server: Sshd,
    identity: IdentityId,
}

impl World {
    async fn new() -> Self {
        let fixture = Fixture::open().await;
        let key = KeyPair::ed25519(fixture.dir.path(), "id").unwrap();
        let server = Sshd::builder().option("SetEnv HOME=/nonexistent").authorized_key(&key.public);
        let server = server.start().await.unwrap();
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
        let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
        let identity = fixture.core.identities().add(&vault, draft).await.unwrap().id;
        Self { fixture, server, identity }
    }

    async fn add(&self, name: &str, port: u16) -> NodeId {
        self.add_with(name, port, vec![self.identity]).await
    }

    async fn add_with(&self, name: &str, port: u16, identities: Vec<IdentityId>) -> NodeId {
        let settings = Settings {
            port: Some(port),
            identities: Some(identities),
            connect_timeout: Some(20),
            // Not what a run runs.
            start_command: Some("false".into()),
            ..Settings::default()
        };
        let draft = EntryDraft {
            name: name.into(),
            address: "127.0.0.1".into(),
            settings,
            ..EntryDraft::default()
        };
        let tree = self.fixture.core.tree();
        tree.add_entry(&self.fixture.folder(None), draft).await.unwrap().id
    }

    fn vault(&self) -> Authorized<WholeVault> {
        self.fixture.ctx.authorize_vault(Right::Edit).unwrap()
    }

    fn all(&self) -> Authorized<Vec<NodeId>> {
        let runs = self.fixture.core.runs();
        let ids = runs.targets(&self.vault(), &[RunTarget::Everything]).unwrap();
        self.fixture.ctx.authorize_all(&ids, Right::Use).unwrap()
    }

    async fn start(&self, command: &str) -> RunId {
        self.start_with(command, OPTIONS).await
    }

    async fn start_with(&self, command: &str, options: RunOptions) -> RunId {
        let command = RunCommand::Text { text: command.into() };
        let runs = self.fixture.core.runs();
        runs.start(&self.all(), command, options, EXACT, None).await.unwrap().id
    }

    fn detail(&self, id: RunId) -> RunDetail {
        self.fixture.core.runs().detail(&self.vault(), id).unwrap()
    }

    async fn until(&self, id: RunId, what: impl Fn(&RunDetail) -> bool) -> RunDetail {
        let mut events = self.fixture.core.events();
        let wait = async {
            loop {
                let detail = self.detail(id);
                if what(&detail) {
                    return detail;
                }
                let _changed = events.recv().await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("still {:#?}\n{}", self.detail(id), self.server.log()))
    }

    async fn done(&self, id: RunId) -> RunDetail {
        self.until(id, |detail| detail.info.state != RunState::Running).await
    }

    fn text(&self, id: RunId, machine: NodeId) -> Vec<String> {
        let output = self.fixture.core.runs().output(&self.vault(), id, machine).unwrap();
        output.lines.into_iter().map(|line| line.text).collect()
    }

    async fn snippet(&self, body: &str, parameters: Vec<SnippetParameter>) -> RunCommand {
        let draft = SnippetDraft {
            name: "snippet".into(),
            body: body.into(),
            parameters,
            ..SnippetDraft::default()
        };
        let saved = self.fixture.core.snippets().save(&self.vault(), None, draft).await.unwrap();
        RunCommand::Snippet { id: saved.id, values: SnippetValues::new() }
    }
}

fn ended(code: i32) -> RunMachineState {
    RunMachineState::Ended { code: Some(code), signal: None }
}

#[tokio::test]
async fn machines_that_answer_alike_are_one_group_and_the_odd_one_stands_out() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for name in ["web-1", "web-2", "web-3", "web-4"] {
        ids.push(world.add(name, world.server.port()).await);
    }
    let command = world
        .snippet(
            "echo start\nif [ {{machine.name}} = web-3 ]; then echo odd; echo bad >&2; exit 3; fi\necho even",
            Vec::new(),
        )
        .await;
    let runs = world.fixture.core.runs();
    let id = runs.start(&world.all(), command, OPTIONS, EXACT, None).await.unwrap().id;
    let detail = world.done(id).await;
    let names: Vec<&str> = detail.machines.iter().map(|machine| machine.name.as_str()).collect();
    assert_eq!(names, ["web-1", "web-2", "web-3", "web-4"]);
    assert_eq!(detail.machines[2].state, ended(3));
    let groups: Vec<(&[u32], u32, bool)> =
        detail.groups.iter().map(|group| (&group.machines[..], group.lines, group.usual)).collect();
    assert_eq!(groups, [(&[0, 1, 3][..], 2, true), (&[2][..], 3, false)]);
    assert_eq!((detail.info.counts.ok, detail.info.counts.nonzero, detail.info.groups), (3, 1, 2));
    assert_eq!(world.text(id, ids[0]), ["start", "even"]);
    assert!(detail.machines.iter().all(|machine| machine.ms.is_some() && !machine.cut));

    let diff = runs.diff(&world.vault(), id, ids[0], ids[2]).await.unwrap();
    assert_eq!((diff.left_only, diff.right_only), (1, 2));
    assert_eq!(diff.lines[0], DiffLine::Same { left: 1, right: 1, text: "start".into() });

    for (form, wanted) in [
        (RunExport::Text, "== 3 machines, exit 0: web-1, web-2, web-4\nstart\neven\n"),
        (RunExport::Csv, "\"web-3\",\"127.0.0.1\",\"exit 3\","),
        (RunExport::Json, "\"stderr\": \"bad\\n\""),
    ] {
        let path = world.fixture.dir.path().join("results");
        runs.export(&world.vault(), id, form, path.clone()).await.unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(wanted), "{text}");
    }
    let nowhere = world.fixture.dir.path().join("no/such/folder");
    let refused = runs.export(&world.vault(), id, RunExport::Csv, nowhere).await;
    assert!(matches!(refused, Err(CoreError::File { .. })));

    runs.forget(id).unwrap();
    assert!(matches!(runs.info(id), Err(CoreError::NotFound(_))));
}

#[tokio::test]
async fn nothing_is_answered_by_itself_and_the_failed_can_be_tried_again() {
    let world = World::new().await;
    let mut stranger = Sshd::builder().option("SetEnv HOME=/nonexistent").start().await.unwrap();
    let good = world.add("good", world.server.port()).await;
    let unknown = world.add("unknown", stranger.port()).await;
    let vault = world.vault();
    // Its key is locked, and nobody is there to say the passphrase.
    let locked = keys::generate(KeyAlgorithm::Ed25519, "locked", Some(&secret("sesame"))).unwrap();
    let draft = IdentityDraft {
        kind: IdentityKind::Key,
        user: Some(world.server.user().to_owned()),
        password: None,
        private_key: Some(locked.private_key),
        ..password("locked", "")
    };
    let locked = world.fixture.core.identities().add(&vault, draft).await.unwrap().id;
    let asking = world.add_with("asking", world.server.port(), vec![locked]).await;
    let no_key = IdentityDraft { user: Some("nobody-here".into()), ..password("none", "wrong") };
    let wrong = world.fixture.core.identities().add(&vault, no_key).await.unwrap().id;
    let refused = world.add_with("refused", world.server.port(), vec![wrong]).await;
    let gone = {
        let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        unused.local_addr().unwrap().port()
    };
    let down = world.add("down", gone).await;

    let id = world.start("echo here").await;
    let detail = world.done(id).await;
    let state = |id: NodeId| {
        let machine = detail.machines.iter().find(|machine| machine.id == id).unwrap();
        machine.state.clone()
    };
    assert_eq!(state(good), ended(0));
    match state(unknown) {
        RunMachineState::Attention { what: RunAttention::HostKeyUnknown, error } => {
            let print = stranger.host_key().fingerprint().unwrap();
            assert!(error.message.contains(&print), "{error}");
        }
        other => panic!("{other:?}"),
    }
    assert!(
        matches!(state(asking), RunMachineState::Attention { what: RunAttention::Question, .. }),
        "{:?}",
        state(asking)
    );
    assert!(
        matches!(
            state(refused),
            RunMachineState::Attention { .. } | RunMachineState::Failed { .. }
        ),
        "{:?}",
        state(refused)
    );
    assert!(matches!(state(down), RunMachineState::Failed { .. }), "{:?}", state(down));
    assert_eq!(detail.info.counts.ok, 1);
    let records = world.fixture.core.hostkeys().list(&vault).await.unwrap();
    let kept = records.iter().filter(|record| record.id.is_some()).count();
    assert_eq!((records.len(), kept), (1, 0), "no key was put on record: {records:?}");

    // The key is put on file, and only those that failed are tried again.
    let file = world.fixture.dir.path().join(".ssh/known_hosts");
    let both = format!("{}\n{}\n", world.server.known_hosts_line(), stranger.known_hosts_line());
    std::fs::write(file, both).unwrap();
    let runs = world.fixture.core.runs();
    let first_took = detail.machines[0].ms;
    runs.retry(&world.all(), id, false).unwrap();
    let detail = world.done(id).await;
    let again = detail.machines.iter().find(|machine| machine.id == unknown).unwrap();
    // Its key is good now; it lets nobody in, and says so.
    assert!(
        !matches!(
            again.state,
            RunMachineState::Attention { what: RunAttention::HostKeyUnknown, .. }
        ),
        "{:?}",
        again.state
    );
    assert_eq!(detail.machines[0].ms, first_took, "what went well is left alone");
    stranger.stop();
}

#[tokio::test]
async fn machines_wait_for_their_turn_and_can_be_stopped() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for at in 0..6 {
        ids.push(world.add(&format!("m{at}"), world.server.port()).await);
    }
    let options = RunOptions { concurrency: 2, time_limit: 0 };
    let id = world.start_with("echo on; exec sleep 300", options).await;
    let put_out = |detail: &RunDetail| {
        detail.machines.iter().filter(|machine| machine.bytes > 0).count() == 2
    };
    let detail = world.until(id, put_out).await;
    assert_eq!((detail.info.counts.running, detail.info.counts.waiting), (2, 4));
    assert_eq!(world.text(id, ids[0]), ["on"], "output is there before the end");
    let runs = world.fixture.core.runs();
    runs.cancel(id, Some(ids[0])).unwrap();
    let third = |detail: &RunDetail| detail.machines[2].bytes > 0;
    let detail = world.until(id, third).await;
    assert_eq!(detail.machines[0].state, RunMachineState::Cancelled);
    runs.cancel(id, None).unwrap();
    let detail = world.until(id, |detail| detail.info.counts.cancelled == 6).await;
    assert_eq!(detail.info.state, RunState::Cancelled);

    // A machine named is done again, by itself.
    let one = world.fixture.ctx.authorize_all(&ids[5..], Right::Use).unwrap();
    runs.retry(&one, id, true).unwrap();
    let running = |detail: &RunDetail| detail.machines[5].bytes > 0;
    let detail = world.until(id, running).await;
    assert_eq!(detail.info.counts.cancelled, 5);
    world.fixture.core.close_sessions();
    world.until(id, |detail| detail.info.counts.cancelled == 6).await;
}

#[tokio::test]
async fn a_machine_that_takes_too_long_is_given_up() {
    let world = World::new().await;
    world.add("slow", world.server.port()).await;
    let options = RunOptions { concurrency: 1, time_limit: 1 };
    let id = world.start_with("exec sleep 300", options).await;
    let detail = world.done(id).await;
    assert_eq!(detail.machines[0].state, RunMachineState::TimedOut);
    assert_eq!(detail.info.counts.failed, 1);
}

#[tokio::test]
async fn a_flood_is_cut_and_input_is_at_its_end() {
    let world = World::new().await;
    let one = world.add("one", world.server.port()).await;
    let id = world.start("cat; seq 1 400000; kill -KILL $$").await;
    let detail = world.done(id).await;
    let machine = &detail.machines[0];
    assert!(machine.cut && machine.bytes > 2_000_000, "{machine:?}");
    let killed = RunMachineState::Ended { code: None, signal: Some("KILL".into()) };
    assert_eq!(machine.state, killed);
    let output = world.fixture.core.runs().output(&world.vault(), id, one).unwrap();
    assert!(output.cut && output.lines[0].text == "1" && output.lines.len() == 20_000);
}

#[tokio::test]
async fn a_secret_is_on_no_command_line_and_in_no_list() {
    let world = World::new().await;
    world.add("one", world.server.port()).await;
    let pw = SnippetParameter {
        name: "pw".into(),
        takes: ParameterKind::Secret,
        required: true,
        ..SnippetParameter::default()
    };
    let command = world
        .snippet(
            "cat\nprintf '%s\\n' {{pw}} | wc -c\nps -ww -o args= -p $$,$PPID\nexit 4 # {{machine.name}}",
            vec![pw],
        )
        .await;
    let RunCommand::Snippet { id, .. } = command else { panic!("a snippet") };
    let runs = world.fixture.core.runs();
    let none = RunCommand::Snippet { id, values: SnippetValues::new() };
    let refused = runs.start(&world.all(), none, OPTIONS, EXACT, None).await;
    assert_eq!(field(refused), "values.pw");
    let values = SnippetValues::from([("pw".to_owned(), secret("hunter2 'x'"))]);
    let command = RunCommand::Snippet { id, values };
    let run = runs.start(&world.all(), command, OPTIONS, EXACT, None).await.unwrap();
    let detail = world.done(run.id).await;
    assert_eq!(detail.machines[0].state, ended(4));
    let text = world.text(run.id, detail.machines[0].id);
    assert_eq!(text[0].trim(), "12", "{text:?}");
    assert!(text.len() >= 2 && !text.concat().contains("hunter2"), "{text:?}");
    let shown = format!("{:?}", runs.list(&world.vault()).unwrap());
    assert!(shown.contains("••••••") && !shown.contains("hunter2"), "{shown}");

    let again = runs.again(&world.all(), run.id).unwrap();
    let detail = world.done(again.id).await;
    assert_eq!(world.text(again.id, detail.machines[0].id)[0].trim(), "12");
}

#[tokio::test]
async fn another_rule_groups_anew_and_who_watches_hears_everything() {
    let world = World::new().await;
    world.add("web-1", world.server.port()).await;
    world.add("web-2", world.server.port()).await;
    let command = world.snippet("echo I am {{machine.name}}; echo oops >&2", Vec::new()).await;
    let (watcher, mut pieces) = tokio::sync::mpsc::channel(1);
    let runs = world.fixture.core.runs();
    let run = runs.start(&world.all(), command, OPTIONS, EXACT, Some(watcher)).await.unwrap();
    let mut heard = Vec::new();
    while let Some(RunPiece { error, bytes, .. }) = pieces.recv().await {
        heard.push((error, String::from_utf8(bytes.to_vec()).unwrap()));
    }
    heard.sort();
    let said = |error, text: &str| (error, text.to_owned());
    assert_eq!(
        heard,
        [
            said(false, "I am web-1\n"),
            said(false, "I am web-2\n"),
            said(true, "oops\n"),
            said(true, "oops\n")
        ]
    );
    assert_eq!(world.done(run.id).await.groups.len(), 2);
    let grouping = RunGrouping { ignore_own_name: true, ..EXACT };
    runs.group(&world.vault(), run.id, grouping).await.unwrap();
    let detail = world.detail(run.id);
    assert_eq!((detail.groups.len(), detail.groups[0].usual), (1, true));
    let ids = runs.machines(run.id).unwrap();
    let diff = runs.diff(&world.vault(), run.id, ids[0], ids[1]).await.unwrap();
    assert_eq!((diff.left_only, diff.right_only), (0, 0));
    runs.group(&world.vault(), run.id, EXACT).await.unwrap();
    assert_eq!(world.detail(run.id).groups.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_started_is_said_at_its_field() {
    let fixture = Fixture::open().await;
    let runs = fixture.core.runs();
    let one = fixture.add(None, "one").await;
    let machines = |ids: &[NodeId]| fixture.ctx.authorize_all(ids, Right::Use).unwrap();
    let text = |text: &str| RunCommand::Text { text: text.into() };
    let options = |concurrency, time_limit| RunOptions { concurrency, time_limit };
    let refused = |ids: Vec<NodeId>, command: RunCommand, options: RunOptions| {
        let machines = machines(&ids);
        async move { field(runs.start(&machines, command, options, EXACT, None).await) }
    };
    assert_eq!(refused(vec![], text("x"), OPTIONS).await, "targets");
    assert_eq!(refused(vec![one], text(" \n"), OPTIONS).await, "command");
    assert_eq!(refused(vec![one], text("a\0b"), OPTIONS).await, "command");
    assert_eq!(refused(vec![one], text("x"), options(0, 0)).await, "concurrency");
    assert_eq!(refused(vec![one], text("x"), options(65, 0)).await, "concurrency");
    assert_eq!(refused(vec![one], text("x"), options(1, 90_000)).await, "timeLimit");
}

#[tokio::test]
async fn folders_tags_and_machines_stand_for_machines() {
    let fixture = Fixture::open().await;
    let folder = fixture.add_folder(None, "Web").await;
    let inner = fixture.add_folder(Some(folder), "Edge").await;
    let deep = fixture.add(Some(inner), "deep").await;
    let shallow = fixture.add(Some(folder), "shallow").await;
    let other = fixture.add(None, "other").await;
    let tagged = EntryDraft {
        name: "tagged".into(),
        address: "192.0.2.9".into(),
        tags: vec!["spare".into()],
        ..EntryDraft::default()
    };
    let tagged = fixture.core.tree().add_entry(&fixture.folder(None), tagged).await.unwrap().id;
    let vault = fixture.ctx.authorize_vault(Right::View).unwrap();
    let machines = |targets: &[RunTarget]| fixture.core.runs().targets(&vault, targets).unwrap();
    let node = |id| RunTarget::Node { id };
    let tag = |tag: &str| RunTarget::Tag { tag: tag.into() };
    assert_eq!(machines(&[node(folder)]).len(), 2);
    assert!(
        machines(&[node(folder)]).contains(&deep) && machines(&[node(folder)]).contains(&shallow)
    );
    assert_eq!(machines(&[node(deep), node(folder), node(inner)]).len(), 2, "each once");
    assert_eq!(machines(&[tag("spare")]), [tagged]);
    assert_eq!(machines(&[tag("none")]), []);
    assert_eq!(machines(&[node(NodeId::new())]), []);
    let all = machines(&[RunTarget::Everything]);
    assert_eq!(all.len(), 4);
    let mixed = machines(&[tag("spare"), node(other)]);
    assert_eq!(mixed, all.iter().copied().filter(|id| mixed.contains(id)).collect::<Vec<_>>());
}
