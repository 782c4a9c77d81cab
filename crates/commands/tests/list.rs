//! Every command is reachable, and the committed bindings are the generated ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use patchbay_commands::{describe, dispatch, names, typescript};
use patchbay_core::{Core, CoreConfig, Ctx, ManualClock};
use patchbay_model::{ApiError, ErrorCode};
use serde_json::{Value, json};
use std::{collections::HashSet, path::Path, sync::Arc};
use tempfile::TempDir;

fn ctx() -> (Ctx, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let core = Core::new(CoreConfig {
        data_dir: dir.path().join("data"),
        config_dir: dir.path().join("config"),
        vault_path: None,
        home: dir.path().to_path_buf(),
        user_name: "me".into(),
        host_name: "here".into(),
        shell: None,
        version: "1.2.3".into(),
        cheap_key_derivation: true,
        served: None,
        clock: Arc::new(ManualClock::default()),
    });
    (Ctx::person(core), dir)
}

async fn call(ctx: &Ctx, name: &str, args: Value) -> Result<Value, ApiError> {
    let json = dispatch(ctx, name, &args.to_string()).await?;
    Ok(serde_json::from_str(&json).unwrap())
}

#[tokio::test]
async fn every_command_is_reachable() {
    let (ctx, _dir) = ctx();
    for name in names() {
        // No command takes this: every one gets as far as reading its arguments, and does nothing.
        let error = dispatch(&ctx, name, r#"{"noSuchField":1}"#).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Invalid, "{name}: {error}");
    }
    assert_eq!(names().iter().collect::<HashSet<_>>().len(), names().len());
    assert_eq!(dispatch(&ctx, "no_such_command", "").await.unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn every_command_is_described() {
    let described = describe().unwrap();
    assert_eq!(described.iter().map(|info| info.name).collect::<Vec<_>>(), names());
    for info in described {
        assert!(info.doc.ends_with('.'), "{}: {}", info.name, info.doc);
        assert!(!info.args.is_empty() && !info.result.is_empty(), "{}", info.name);
    }
}

#[test]
fn committed_bindings_are_the_generated_ones() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/lib/host/bindings.ts");
    let committed = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert!(
        committed == typescript().unwrap(),
        "bindings.ts is old: run `cargo run -p patchbay-commands --example bindings`"
    );
}

#[tokio::test]
async fn a_first_day() {
    let (ctx, _dir) = ctx();
    assert_eq!(call(&ctx, "vault_status", json!({})).await.unwrap()["phase"], "missing");
    assert_eq!(call(&ctx, "tree_load", json!({})).await.unwrap_err().code, ErrorCode::VaultLocked);
    let key = call(&ctx, "vault_propose_recovery_key", json!({})).await.unwrap();
    assert_eq!(key["recoveryKey"].as_str().unwrap().split('-').count(), 9);
    let passphrase = "correct horse battery staple patchbay";
    let strength =
        call(&ctx, "vault_passphrase_strength", json!({ "passphrase": passphrase })).await.unwrap();
    assert!(strength["score"].as_u64().unwrap() >= 3);
    let status = call(&ctx, "vault_create", json!({ "passphrase": passphrase })).await.unwrap();
    assert_eq!(status["phase"], "unlocked");

    let home = json!({ "draft": { "name": "home", "settings": { "port": 2222 } } });
    let home = call(&ctx, "folder_save", home).await.unwrap()["id"].clone();
    let web = json!({ "parent": home, "draft": { "name": "web", "address": "web.example.net" } });
    let web = call(&ctx, "entry_save", web).await.unwrap()["id"].clone();
    let detail = call(&ctx, "node_get", json!({ "id": web })).await.unwrap();
    assert_eq!(detail["effective"]["port"]["value"], 2222);
    assert_eq!(detail["path"], json!(["home"]));
    let quick = call(&ctx, "entry_quick_add", json!({ "text": "root@db:22" })).await.unwrap();
    assert_eq!((&quick["name"], &quick["settings"]["user"]), (&json!("db"), &json!("root")));

    let bad = json!({ "draft": { "name": "x", "address": "a b" } });
    let bad = call(&ctx, "entry_save", bad).await.unwrap_err();
    assert_eq!((bad.code, bad.field.as_deref()), (ErrorCode::Invalid, Some("address")));

    let preview = call(&ctx, "nodes_delete_preview", json!({ "ids": [home] })).await.unwrap();
    assert_eq!((&preview["entries"], &preview["folders"]), (&json!(1), &json!(1)));
    let undo = call(&ctx, "nodes_delete", json!({ "ids": [home] })).await.unwrap();
    assert_eq!(call(&ctx, "tree_load", json!({})).await.unwrap()["names"], json!(["db"]));
    call(&ctx, "nodes_undelete", json!({ "undo": undo })).await.unwrap();
    assert_eq!(
        call(&ctx, "tree_load", json!({})).await.unwrap()["names"],
        json!(["home", "web", "db"])
    );

    let draft = json!({ "draft": { "name": "root", "kind": "password", "password": "hunter2" } });
    let identity = call(&ctx, "identity_save", draft).await.unwrap();
    assert!(!identity.to_string().contains("hunter2"));
    let shown = json!({ "id": identity["id"], "secret": "password" });
    assert_eq!(call(&ctx, "identity_reveal", shown.clone()).await.unwrap()["text"], "hunter2");

    let layout = json!({ "layout": { "json": "[]" } });
    assert_eq!(call(&ctx, "layout_set", layout).await.unwrap(), Value::Null);
    assert_eq!(call(&ctx, "layout_get", json!({})).await.unwrap()["json"], "[]");
    assert_eq!(call(&ctx, "app_info", json!({})).await.unwrap()["version"], "1.2.3");

    let locked = call(&ctx, "vault_lock", json!({ "closeSessions": false })).await.unwrap();
    assert_eq!(locked["lockReason"], "person");
    assert_eq!(
        call(&ctx, "identity_reveal", shown).await.unwrap_err().code,
        ErrorCode::VaultLocked
    );
    let wrong = call(&ctx, "vault_unlock", json!({ "passphrase": "wrong" })).await.unwrap_err();
    assert_eq!(
        (wrong.code, wrong.field.as_deref()),
        (ErrorCode::WrongPassphrase, Some("passphrase"))
    );
    call(&ctx, "vault_unlock", json!({ "passphrase": passphrase })).await.unwrap();
}
