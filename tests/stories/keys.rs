//! A key is made, installed on a machine and used.

use crate::steps::{App, Front, in_both_fronts};
use patchbay_testkit::{Login, Sshd, root_or_skip};
use serde_json::json;
use std::{fs, process::Command};

in_both_fronts!(a_new_key_is_installed_where_a_password_signs_in_and_then_signs_in_itself);

async fn a_new_key_is_installed_where_a_password_signs_in_and_then_signs_in_itself(front: Front) {
    if !root_or_skip("the story of a new key") {
        return;
    }
    let sshd = Sshd::builder()
        .login(Login::Password)
        .option("AuthorizedKeysFile .ssh/authorized_keys")
        .start()
        .await
        .unwrap();
    let keys = sshd.dir().join(".ssh");
    fs::create_dir(&keys).unwrap();
    let own = Command::new("chown").arg(sshd.user()).arg(&keys).status().unwrap();
    assert!(own.success());

    let app = App::open(front).await;
    let window = &app.window;
    let password = sshd.account().unwrap().password();
    let identity = json!({ "user": sshd.user(), "password": password });
    app.add_machine("by-password", sshd.port(), identity, json!({})).await;

    app.choose("Identities").await;
    window.click("[data-testid=identity-new]").await.unwrap();
    window.fill("[data-testid=identity-name]", "desk").await.unwrap();
    window.fill("[data-testid=identity-user]", sshd.user()).await.unwrap();
    window.click_text("[data-testid=identities] label", "Private key").await.unwrap();
    window.click_text("[data-testid=identities] label", "Make a new one").await.unwrap();
    window.fill("[data-testid=identity-comment]", "desk@story").await.unwrap();
    app.accessible("a key to be made").await;
    window.click("[data-testid=identity-save]").await.unwrap();
    window.wait_text("[data-testid=identities]", "Ed25519").await.unwrap();
    window.find("[data-testid=identity-install]").await.unwrap();
    app.accessible("a key that was made").await;

    window.click("[data-testid=identity-install]").await.unwrap();
    window.wait_text("[data-testid=install-identity]", "desk").await.unwrap();
    window.click("[data-field=installMachine]").await.unwrap();
    window.click_text(".choices [role=option]", "by-password").await.unwrap();
    app.accessible("a key to be installed").await;
    window.click("[data-testid=install-confirm]").await.unwrap();
    app.trust().await;
    window.wait_text("[data-testid=install-done]", "lets this key in").await.unwrap();
    app.accessible("a key that was installed").await;
    let installed = fs::read_to_string(keys.join("authorized_keys")).unwrap();
    assert!(installed.starts_with("ssh-ed25519 "), "{installed}");
    assert_eq!(installed.trim_end().lines().count(), 1, "{installed}");
    assert!(installed.trim_end().ends_with("desk@story"), "{installed}");
    window.click_text("[data-testid=install-done] button", "Close").await.unwrap();

    let all = app.call("identity_list", json!({})).await;
    let desk = all.as_array().unwrap().iter().find(|each| each["name"] == "desk").unwrap();
    let settings = json!({ "port": sshd.port(), "identities": [desk["id"]] });
    let draft = json!({ "name": "by-key", "address": "127.0.0.1", "settings": settings });
    app.call("entry_save", json!({ "id": null, "parent": null, "draft": draft })).await;
    let before = sshd.log().matches("Accepted publickey").count();
    let passwords = sshd.log().matches("Accepted password").count();
    app.connect("by-key").await;
    app.works("signed").await;
    assert_eq!(sshd.log().matches("Accepted publickey").count(), before + 1);
    assert_eq!(sshd.log().matches("Accepted password").count(), passwords, "{}", sshd.log());
}
