//! Vaults, lists, names and errors.

use crate::support::{Home, PASSPHRASE};
use serde_json::json;

#[test]
fn from_no_vault_to_a_machine_and_back() {
    let home = Home::new();
    let missing = home.run(&["list"]);
    assert_eq!(missing.code, 1);
    assert!(missing.err.contains("There is no vault") && missing.out.is_empty(), "{missing:?}");

    let made =
        home.run(&["call", "vault_create", &json!({ "passphrase": PASSPHRASE }).to_string()]);
    assert_eq!(made.code, 0, "{made:?}");
    assert!(made.out.contains("\"unlocked\""), "{made:?}");
    assert!(made.err.contains("Recovery key"), "{made:?}");

    let added = home.run_with(
        &["call", "entry_quick_add", "-"],
        r#"{"text":"ops@web-01.example.com:2222"}"#,
        |c| c,
    );
    assert_eq!(added.code, 0, "{added:?}");
    let list = home.json(&["list", "--json"]);
    assert_eq!(list[0]["address"], "web-01.example.com");
    let name = list[0]["name"].as_str().unwrap();

    let shown = home.run(&["show", &name.to_uppercase()]);
    assert!(shown.out.contains("2222") && shown.out.contains("ops"), "{shown:?}");
    assert_eq!(home.json(&["--json", "show", name])["effective"]["port"]["value"], 2222);
    assert_eq!(home.run(&["list", "nothing-like-it"]).out, "");

    let wrong = home.run_with(&["list"], "", |command| command.env("PATCHBAY_PASSPHRASE", "wrong"));
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("does not open the vault"), "{wrong:?}");
    let nobody = home.run_with(&["list"], "", |command| command.env_remove("PATCHBAY_PASSPHRASE"));
    assert!(nobody.err.contains("--passphrase-stdin"), "{nobody:?}");
    let typed =
        home.run_with(&["list", "--passphrase-stdin"], &format!("{PASSPHRASE}\n"), |command| {
            command.env_remove("PATCHBAY_PASSPHRASE")
        });
    assert!(typed.out.contains("web-01.example.com"), "{typed:?}");
}

#[tokio::test]
async fn names_are_found_or_the_candidates_are_said() {
    let home = Home::with_vault().await;
    for text in ["web-01.example.com", "web-02.example.com", "db.example.com"] {
        home.json(&["call", "entry_quick_add", &json!({ "text": text }).to_string()]);
    }
    let several = home.run(&["show", "web"]);
    assert_eq!(several.code, 1);
    assert!(several.err.contains("web-01") && several.err.contains("web-02"), "{several:?}");
    assert!(home.run(&["show", "D"]).out.contains("db.example.com"));
    let none = home.run(&["--json", "show", "nope"]);
    let error: serde_json::Value = serde_json::from_str(&none.err).unwrap();
    assert_eq!((none.code, error["code"].as_str()), (1, Some("notFound")));
    assert!(!error["nextStep"].as_str().unwrap().is_empty());

    let refused = home.run(&["call", "entry_quick_add", r#"{"txt":1}"#]);
    assert_eq!(refused.code, 1);
    assert!(home.run(&["call", "no_such_command"]).err.contains("no_such_command"));
    assert_eq!(home.run(&["frobnicate"]).code, 2);
}

#[tokio::test]
async fn a_vault_that_is_open_elsewhere_is_said_to_be() {
    let home = Home::with_vault().await;
    let _core = home.unlocked().await;
    let busy = home.run(&["list"]);
    assert_eq!(busy.code, 1);
    assert!(busy.err.to_lowercase().contains("open"), "{busy:?}");
    let busy = home.run(&["--json", "list"]);
    let error: serde_json::Value = serde_json::from_str(&busy.err).unwrap();
    assert_eq!(error["code"], "vaultInUse");
}

#[test]
fn completions_commands_and_help_need_no_vault() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = home.run(&["completions", shell]);
        assert!(script.code == 0 && script.out.contains("patchbay-cli"), "{shell}");
    }
    for arguments in [&["commands"][..], &["call", "--list"]] {
        let listed = home.run(arguments).out;
        assert!(listed.contains("session_open") && listed.contains("import_apply"));
    }
    let commands = home.json(&["--json", "commands"]);
    assert!(commands.as_array().unwrap().len() > 50);
    let help = home.run(&["--help"]);
    assert!(help.out.contains("255") && help.out.contains("PATCHBAY_PASSPHRASE"));
}
