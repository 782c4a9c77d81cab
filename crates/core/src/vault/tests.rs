//! Opening, closing and keeping a vault, on real files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{
    CoreError, Right,
    testing::{Fixture, PASSPHRASE, field, secret},
};
use patchbay_model::{ApiError, AppEvent, ErrorCode, LockReason, VaultPhase, VaultSettings};
use std::time::Duration;

const OTHER: &str = "seven purple elephants juggle tangerines";

fn code<T: std::fmt::Debug>(result: Result<T, CoreError>) -> ErrorCode {
    ApiError::from(result.expect_err("refused")).code
}

#[tokio::test]
async fn a_vault_is_made_locked_and_opened() {
    let fixture = Fixture::empty();
    let vault = fixture.core.vault();
    assert_eq!(vault.status().await.phase, VaultPhase::Missing);
    assert_eq!(code(vault.unlock(&secret(PASSPHRASE)).await), ErrorCode::VaultMissing);
    assert_eq!(field(vault.create(None, &secret(PASSPHRASE)).await), "recoveryKey");
    vault.propose_recovery_key().unwrap();
    assert_eq!(field(vault.create(None, &secret("password1")).await), "passphrase");
    let status = vault.create(None, &secret(PASSPHRASE)).await.unwrap();
    assert_eq!(status.phase, VaultPhase::Unlocked);
    assert_eq!(status.name, "machines");
    assert_eq!(status.locks_in, Some(900));

    let status = vault.lock(LockReason::Person, false);
    assert_eq!((status.phase, status.lock_reason), (VaultPhase::Locked, Some(LockReason::Person)));
    assert!(matches!(fixture.ctx.authorize_vault(Right::View), Err(CoreError::VaultLocked)));
    assert_eq!(code(vault.unlock(&secret("wrong")).await), ErrorCode::WrongPassphrase);
    assert_eq!(vault.unlock(&secret(PASSPHRASE)).await.unwrap().phase, VaultPhase::Unlocked);
}

#[tokio::test]
async fn what_was_saved_is_there_after_a_restart() {
    let fixture = Fixture::open().await;
    let folder = fixture.add_folder(None, "home").await;
    fixture.add(Some(folder), "web").await;
    let fixture = fixture.restarted();
    let status = fixture.core.vault().status().await;
    assert_eq!((status.phase, status.lock_reason), (VaultPhase::Locked, Some(LockReason::Start)));
    fixture.unlock().await;
    assert_eq!(fixture.outline(), ["home", " web"]);
}

#[tokio::test]
async fn another_process_is_told_who_has_it() {
    let fixture = Fixture::open().await;
    let mut config = fixture.core.config().clone();
    config.config_dir = fixture.dir.path().join("other");
    let second = crate::Core::new(config);
    assert_eq!(second.vault().status().await.phase, VaultPhase::Locked);
    assert_eq!(code(second.vault().unlock(&secret(PASSPHRASE)).await), ErrorCode::VaultInUse);
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let fixture = Fixture::open().await;
    let vault = fixture.core.vault();
    vault.lock(LockReason::Person, false);
    for _ in 0..4 {
        assert_eq!(code(vault.unlock(&secret("wrong")).await), ErrorCode::WrongPassphrase);
    }
    let fifth = ApiError::from(vault.unlock(&secret("wrong")).await.unwrap_err());
    assert!(fifth.next_step.contains("1 second"), "{fifth}");
    let early = vault.unlock(&secret(PASSPHRASE)).await.unwrap_err();
    assert!(matches!(early, CoreError::TooSoon { misses: 5, .. }), "{early}");
    fixture.clock.advance(Duration::from_secs(1));
    fixture.unlock().await;
}

#[tokio::test]
async fn the_recovery_key_opens_and_sets_a_new_passphrase() {
    let fixture = Fixture::empty();
    let vault = fixture.core.vault();
    let key = vault.propose_recovery_key().unwrap();
    vault.create(None, &secret(PASSPHRASE)).await.unwrap();
    fixture.add(None, "web").await;
    vault.lock(LockReason::Person, false);
    assert_eq!(field(vault.recover(&secret("ABCD"), &secret(OTHER)).await), "recoveryKey");
    assert_eq!(field(vault.recover(&key, &secret("short")).await), "newPassphrase");
    vault.recover(&key, &secret(OTHER)).await.unwrap();
    assert_eq!(fixture.outline(), ["web"]);
    vault.lock(LockReason::Person, false);
    assert_eq!(code(vault.unlock(&secret(PASSPHRASE)).await), ErrorCode::WrongPassphrase);
    vault.unlock(&secret(OTHER)).await.unwrap();
}

#[tokio::test]
async fn keys_are_changed_by_who_knows_the_passphrase() {
    let fixture = Fixture::open().await;
    let vault = fixture.core.vault();
    fixture.add(None, "web").await;
    let wrong = ApiError::from(
        vault.change_passphrase(&secret("wrong"), &secret(OTHER)).await.unwrap_err(),
    );
    assert_eq!((wrong.code, wrong.field.as_deref()), (ErrorCode::WrongPassphrase, Some("current")));
    vault.change_passphrase(&secret(PASSPHRASE), &secret(OTHER)).await.unwrap();
    let first = vault.replace_recovery_key(&secret(OTHER)).await.unwrap();
    let second = vault.rekey(&secret(OTHER)).await.unwrap();
    vault.lock(LockReason::Person, false);
    assert_eq!(code(vault.recover(&first, &secret(PASSPHRASE)).await), ErrorCode::WrongPassphrase);
    vault.recover(&second, &secret(PASSPHRASE)).await.unwrap();
    assert_eq!(fixture.outline(), ["web"]);
}

#[tokio::test]
async fn it_locks_by_itself_when_nobody_is_here() {
    let fixture = Fixture::open().await;
    let mut events = fixture.core.events();
    fixture.clock.advance(Duration::from_secs(14 * 60));
    fixture.core.vault().touch();
    assert_eq!(fixture.core.vault().status_now().locks_in, Some(900));
    fixture.clock.advance(Duration::from_secs(14 * 60));
    assert_eq!(fixture.core.vault().status_now().phase, VaultPhase::Unlocked);
    fixture.clock.advance(Duration::from_secs(60));
    loop {
        if let AppEvent::Vault { status } = events.recv().await.unwrap()
            && status.phase == VaultPhase::Locked
        {
            assert_eq!(status.lock_reason, Some(LockReason::Idle));
            break;
        }
    }
}

#[tokio::test]
async fn a_shorter_time_counts_at_once_and_never_is_never() {
    let fixture = Fixture::open().await;
    let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let settings =
        |minutes| VaultSettings { lock_after_minutes: minutes, ..VaultSettings::default() };
    fixture.core.settings().set_vault(&vault, settings(0)).await.unwrap();
    assert_eq!(fixture.core.vault().status_now().locks_in, None);
    fixture.clock.advance(Duration::from_secs(1_000_000));
    fixture.core.settings().set_vault(&vault, settings(1)).await.unwrap();
    assert_eq!(fixture.core.vault().status_now().locks_in, Some(60));
    let mut events = fixture.core.events();
    fixture.clock.advance(Duration::from_secs(60));
    while !matches!(events.recv().await.unwrap(), AppEvent::Vault { status } if status.phase == VaultPhase::Locked)
    {
    }
    // They travel with the vault.
    let fixture = fixture.restarted();
    fixture.unlock().await;
    assert_eq!(fixture.core.vault().status_now().locks_in, Some(60));
}

#[tokio::test]
async fn the_recovery_key_is_saved_for_its_owner_alone() {
    let fixture = Fixture::empty();
    let vault = fixture.core.vault();
    assert_eq!(field(vault.save_recovery_key("~/key.txt").await), "path");
    let key = vault.propose_recovery_key().unwrap();
    vault.save_recovery_key("~/key.txt").await.unwrap();
    let path = fixture.dir.path().join("key.txt");
    assert!(std::fs::read_to_string(&path).unwrap().contains(key.expose_secret()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(code(vault.save_recovery_key("~/key.txt").await), ErrorCode::Storage);
    vault.create(None, &secret(PASSPHRASE)).await.unwrap();
    vault.lock(LockReason::Person, false);
    assert_eq!(field(vault.save_recovery_key("~/again.txt").await), "path");
}

#[tokio::test]
async fn copies_are_made_and_put_back() {
    let fixture = Fixture::open().await;
    let vault = fixture.core.vault();
    fixture.add(None, "before").await;
    vault.backup("~/copy.patchbay").await.unwrap();
    assert_eq!(code(vault.backup("~/copy.patchbay").await), ErrorCode::VaultExists);
    fixture.add(None, "after").await;
    let status = vault.restore("~/copy.patchbay", None).await.unwrap();
    assert_eq!(status.phase, VaultPhase::Locked);
    fixture.unlock().await;
    assert_eq!(fixture.outline(), ["before"]);
    std::fs::write(fixture.dir.path().join("garbage"), "garbage").unwrap();
    assert_eq!(code(vault.restore("~/garbage", None).await), ErrorCode::VaultDamaged);
    // A bad copy locks, and harms nothing.
    fixture.unlock().await;
    assert_eq!(fixture.outline(), ["before"]);
}

#[tokio::test]
async fn another_vault_is_chosen_and_remembered() {
    let fixture = Fixture::open().await;
    let vault = fixture.core.vault();
    fixture.add(None, "mine").await;
    vault.propose_recovery_key().unwrap();
    vault.create(Some("~/work.patchbay"), &secret(OTHER)).await.unwrap();
    assert_eq!(fixture.outline(), Vec::<String>::new());
    assert_eq!(code(vault.choose("~/nothing.patchbay").await), ErrorCode::VaultMissing);
    assert_eq!(vault.status_now().phase, VaultPhase::Unlocked, "a failed choice changes nothing");
    let fixture = fixture.restarted();
    assert_eq!(fixture.core.vault().status().await.name, "work");
    let first = fixture.core.config().default_vault_path().display().to_string();
    assert_eq!(fixture.core.vault().choose(&first).await.unwrap().phase, VaultPhase::Locked);
    fixture.unlock().await;
    assert_eq!(fixture.outline(), ["mine"]);
}

#[tokio::test]
async fn paths_are_whole_files() {
    let fixture = Fixture::empty();
    for bad in ["", "relative.patchbay", "~/", "/"] {
        assert_eq!(field(fixture.core.vault().choose(bad).await), "path", "{bad:?}");
    }
}

#[tokio::test]
async fn locking_drops_the_keys_even_from_who_still_holds_them() {
    let fixture = Fixture::open().await;
    let held = fixture.core.vault().unlocked().unwrap();
    fixture.core.vault().lock(LockReason::Person, false);
    assert!(!held.file().unwrap().is_unlocked());
}
