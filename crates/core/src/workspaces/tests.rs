//! What a server may make front ends here believe, and what not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::{
    known,
    told::{self, Followed},
    workspace::Workspace,
    *,
};
use crate::{Right, testing::Fixture};
use patchbay_model::{NodeId, SessionId, WorkspaceState};
use serde_json::json;
use tokio::sync::broadcast::Receiver;

fn workspace(fixture: &Fixture, name: &str) -> Arc<Workspace> {
    let kept = kept::Kept {
        name: name.into(),
        // Nothing listens there.
        address: "https://127.0.0.1:1".into(),
        fingerprint: None,
        account: None,
        nodes: Vec::new(),
    };
    let token = Some(Secret::new("pbs_secret".to_owned()));
    let core = &fixture.core;
    let workspace = Workspace::new(core, WorkspaceId::new(), kept, token, Followed::default());
    core.workspaces().start(Arc::clone(&workspace));
    workspace
}

fn session(id: SessionId, title: &str) -> AppEvent {
    let session = json!({
        "id": id, "title": title, "subtitle": "", "target": { "kind": "localShell" }, "protocol": null,
        "state": { "kind": "open" }, "steps": [], "log": [], "opened": 0, "latency": null, "recording": null,
        "agent": null, "x11": null, "desktop": null, "workspace": WorkspaceId::new(),
    });
    AppEvent::Session { session: Box::new(serde_json::from_value(session).unwrap()) }
}

fn row(id: NodeId) -> TreeRows {
    TreeRows {
        ids: vec![id],
        depths: vec![0],
        folders: vec![0],
        protocols: vec![0],
        names: vec!["theirs".into()],
        addresses: vec!["192.0.2.9".into()],
        tags: vec![String::new()],
        icons: vec![String::new()],
        colors: vec![String::new()],
        ..TreeRows::default()
    }
}

/// What front ends were told, but for how workspaces stand.
fn told(events: &mut Receiver<AppEvent>) -> Vec<AppEvent> {
    let all = std::iter::from_fn(|| events.try_recv().ok());
    all.filter(|event| !matches!(event, AppEvent::Workspaces { .. })).collect()
}

#[tokio::test]
async fn a_server_speaks_of_its_own_things_alone() {
    let fixture = Fixture::open().await;
    let (one, other) = (workspace(&fixture, "one"), workspace(&fixture, "other"));
    let mut events = fixture.core.events();
    let theirs = SessionId::new();
    told::event(&fixture.core, &one, session(theirs, "web"));
    let heard = told(&mut events);
    let [AppEvent::Session { session: shown }] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!(shown.workspace, Some(one.id), "whatever it says itself");
    assert_eq!(fixture.core.workspaces().owner(*theirs.as_bytes()), Some(one.id));

    // Another server does not take it over, nor end it; nobody ends what nobody has.
    told::event(&fixture.core, &other, session(theirs, "mine now"));
    told::event(&fixture.core, &other, AppEvent::SessionGone { id: theirs });
    told::event(&fixture.core, &one, AppEvent::SessionGone { id: SessionId::new() });
    let vault = fixture.core.vault().status_now();
    told::event(&fixture.core, &one, AppEvent::Vault { status: vault });
    told::event(&fixture.core, &one, AppEvent::Layouts);
    assert_eq!(told(&mut events), []);
    assert_eq!(fixture.core.workspaces().sessions()[0].title, "web");

    // An answer that comes after the event it is older than changes nothing.
    told::answered(&fixture.core, &one, session(theirs, "as it was opened"));
    assert_eq!(told(&mut events), []);
    told::event(&fixture.core, &one, AppEvent::SessionGone { id: theirs });
    assert_eq!(told(&mut events), [AppEvent::SessionGone { id: theirs }]);
}

#[tokio::test]
async fn what_is_kept_here_stays_here_whatever_a_server_calls_its_own() {
    let fixture = Fixture::open().await;
    let mine = fixture.add(None, "mine").await;
    let (one, other) = (workspace(&fixture, "one"), workspace(&fixture, "other"));
    assert_eq!(known::sound(&fixture.core, one.id, row(mine)).ids, []);
    assert_eq!(known::sound(&fixture.core, one.id, row(other.root())).ids, []);
    one.claim([*mine.as_bytes()]);
    assert_eq!(fixture.core.workspaces().owner(*mine.as_bytes()), None);

    let theirs = NodeId::new();
    one.show(known::sound(&fixture.core, one.id, row(theirs)), None);
    assert_eq!(fixture.core.workspaces().owner(*theirs.as_bytes()), Some(one.id));
    assert_eq!(known::sound(&fixture.core, other.id, row(theirs)).ids, []);
    let vault = fixture.ctx.authorize_vault(Right::View).unwrap();
    let rows = fixture.core.workspaces().joined(fixture.core.tree().rows(&vault).unwrap());
    assert_eq!(rows.names, ["mine", "one", "theirs", "other"]);
}

#[tokio::test]
async fn locking_forgets_the_sign_in_and_what_was_shown() {
    let fixture = Fixture::open().await;
    let one = workspace(&fixture, "one");
    let theirs = SessionId::new();
    told::event(&fixture.core, &one, session(theirs, "web"));
    assert!(one.signed_in().is_some());
    fixture.core.vault().lock(patchbay_model::LockReason::Person, false);
    assert!(one.signed_in().is_none() && one.ended.is_cancelled());
    assert_eq!(one.info().state, WorkspaceState::SignedOut);
    assert!(!fixture.core.workspaces().is_any());
    assert!(fixture.core.workspaces().rests(*theirs.as_bytes()));
    let refused = fixture.core.workspaces().rpc(one.id, "tree_load", "{}").await;
    assert!(matches!(refused, Err(CoreError::VaultLocked)));
}
