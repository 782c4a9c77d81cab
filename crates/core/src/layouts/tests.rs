//! Layouts in a real vault.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{
    Authorized, CoreError, Right, WholeVault,
    testing::{Fixture, field},
};
use patchbay_model::{AppEvent, LayoutId, NamedLayout};
use patchbay_store::Kind;

const TABS: &str = r#"{"version":1,"tabs":[]}"#;

fn vault(fixture: &Fixture) -> Authorized<WholeVault> {
    fixture.ctx.authorize_vault(Right::Edit).unwrap()
}

async fn save(fixture: &Fixture, name: &str) -> Result<NamedLayout, CoreError> {
    fixture.core.layouts().save(&vault(fixture), None, name, TABS.into()).await
}

async fn names(fixture: &Fixture) -> Vec<String> {
    let all = fixture.core.layouts().list(&vault(fixture)).await.unwrap();
    all.into_iter().map(|layout| layout.name).collect()
}

#[tokio::test]
async fn a_layout_is_kept_over_a_restart_and_can_be_renamed_overwritten_and_deleted() {
    let fixture = Fixture::open().await;
    let deploy = save(&fixture, "  Deploy ").await.unwrap();
    save(&fixture, "backup").await.unwrap();
    assert_eq!(names(&fixture).await, ["backup", "Deploy"], "by name, whatever the case");

    let fixture = fixture.restarted();
    fixture.unlock().await;
    let layouts = fixture.core.layouts();
    assert_eq!(layouts.list(&vault(&fixture)).await.unwrap()[1], deploy);

    let other = r#"{"version":1,"tabs":[1]}"#;
    let changed =
        layouts.save(&vault(&fixture), Some(deploy.id), "Rollout", other.into()).await.unwrap();
    assert_eq!((changed.id, changed.name.as_str()), (deploy.id, "Rollout"));
    assert_eq!(layouts.list(&vault(&fixture)).await.unwrap()[1].json, other);

    layouts.delete(&vault(&fixture), deploy.id).await.unwrap();
    assert_eq!(names(&fixture).await, ["backup"]);
    assert!(matches!(
        layouts.delete(&vault(&fixture), deploy.id).await,
        Err(CoreError::NotFound("layout"))
    ));
}

#[tokio::test]
async fn two_layouts_are_not_called_the_same() {
    let fixture = Fixture::open().await;
    let deploy = save(&fixture, "Deploy").await.unwrap();
    assert_eq!(field(save(&fixture, "DEPLOY").await), "name");
    // Its own name, in another spelling, is its own to take.
    let layouts = fixture.core.layouts();
    layouts.save(&vault(&fixture), Some(deploy.id), "DEPLOY", TABS.into()).await.unwrap();
    assert_eq!(names(&fixture).await, ["DEPLOY"]);
}

#[tokio::test]
async fn what_makes_no_layout_is_refused() {
    let fixture = Fixture::open().await;
    for name in ["", "  ", "a\nb", &"x".repeat(101)] {
        assert_eq!(field(save(&fixture, name).await), "name", "{name:?}");
    }
    let layouts = fixture.core.layouts();
    for json in ["{", "", &format!("\"{}\"", "x".repeat(256 * 1024))] {
        let saved = layouts.save(&vault(&fixture), None, "a", json.to_owned()).await;
        assert_eq!(field(saved), "json");
    }
    let gone = layouts.save(&vault(&fixture), Some(LayoutId::new()), "a", TABS.into()).await;
    assert!(matches!(gone, Err(CoreError::NotFound("layout"))));
    assert!(names(&fixture).await.is_empty());
}

#[tokio::test]
async fn a_damaged_layout_does_not_hide_the_others() {
    let fixture = Fixture::open().await;
    save(&fixture, "Deploy").await.unwrap();
    let damaged = crate::vault::put(Kind::NamedLayout, *LayoutId::new().as_bytes(), b"{}".to_vec());
    fixture.core.vault().unlocked().unwrap().vault().apply(vec![damaged]).await.unwrap();
    assert_eq!(names(&fixture).await, ["Deploy"]);
}

#[tokio::test]
async fn other_windows_are_told() {
    let fixture = Fixture::open().await;
    let mut events = fixture.core.events();
    let saved = save(&fixture, "Deploy").await.unwrap();
    assert_eq!(events.recv().await.unwrap(), AppEvent::Layouts);
    fixture.core.layouts().delete(&vault(&fixture), saved.id).await.unwrap();
    assert_eq!(events.recv().await.unwrap(), AppEvent::Layouts);
}

#[tokio::test]
async fn a_locked_vault_tells_nothing() {
    let fixture = Fixture::open().await;
    let proof = vault(&fixture);
    save(&fixture, "Deploy").await.unwrap();
    fixture.core.vault().lock(patchbay_model::LockReason::Person, false);
    assert!(matches!(fixture.core.layouts().list(&proof).await, Err(CoreError::VaultLocked)));
}
