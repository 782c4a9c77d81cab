//! Who may sign in, as accounts and as slots.

use crate::double::{Double, Reply};
use hyper::Method;
use patchbay_device_redfish::{RedfishError, Sent, Vendor};
use patchbay_model::Secret;
use serde_json::{Value, json};

const SERVICE: &str = "/redfish/v1/AccountService";
const ACCOUNTS: &str = "/redfish/v1/AccountService/Accounts";
const ROLES: &str = "/redfish/v1/AccountService/Roles";

fn account(user: &str, role: &str, enabled: bool) -> Value {
    json!({ "UserName": user, "RoleId": role, "Enabled": enabled, "Locked": false, "Password": null })
}

fn with_accounts(bmc: &Double, accounts: &[(&str, Value)]) {
    bmc.put(
        SERVICE,
        json!({
            "Accounts": { "@odata.id": ACCOUNTS }, "Roles": { "@odata.id": ROLES },
        }),
    );
    bmc.collection(ACCOUNTS, accounts);
    bmc.collection(
        ROLES,
        &[("Administrator", json!({})), ("ReadOnly", json!({ "RoleId": "ReadOnly" }))],
    );
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

#[tokio::test]
async fn accounts_come_change_and_go() {
    let bmc = Double::start().await;
    with_accounts(&bmc, &[("1", account("admin", "Administrator", true))]);
    let client = bmc.client().await;
    assert_eq!(client.roles().await.unwrap(), ["Administrator", "ReadOnly"]);

    let made = client.create_account("ada", &secret("first"), "ReadOnly").await.unwrap();
    let Sent::Done { made: Some(made) } = made else { panic!("{made:?}") };
    let all = client.accounts().await.unwrap();
    let names: Vec<_> = all.iter().filter_map(|one| one.user.as_deref()).collect();
    assert_eq!(names, ["admin", "ada"]);
    assert_eq!(all[1].link, made);

    client.set_account_password(&made, &secret("second")).await.unwrap();
    client.set_account_role(&made, "Operator").await.unwrap();
    client.enable_account(&made, false).await.unwrap();
    bmc.set(made.as_str(), "Locked", true.into());
    assert_eq!(client.accounts().await.unwrap()[1].locked, Some(true));
    client.unlock_account(&made).await.unwrap();
    let now = bmc.get(made.as_str());
    assert_eq!((&now["Password"], &now["RoleId"]), (&json!("second"), &json!("Operator")));
    assert_eq!((&now["Enabled"], &now["Locked"]), (&json!(false), &json!(false)));

    client.delete_account(&made).await.unwrap();
    assert_eq!(client.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn at_dell_an_account_is_a_slot() {
    let bmc = Double::start().await;
    bmc.set("/redfish/v1/", "Oem", json!({ "Dell": {} }));
    with_accounts(
        &bmc,
        &[
            ("1", account("", "None", false)),
            ("2", account("root", "Administrator", true)),
            ("3", account("", "None", false)),
        ],
    );
    let client = bmc.client().await;
    assert_eq!(client.vendor(), Vendor::Dell);
    client.create_account("ada", &secret("first"), "Operator").await.unwrap();
    // The first slot is nobody's.
    let slot = format!("{ACCOUNTS}/3");
    assert_eq!(bmc.changes()[0].0, format!("PATCH {slot}"));
    assert_eq!(
        (&bmc.get(&slot)["UserName"], &bmc.get(&slot)["Enabled"]),
        (&json!("ada"), &json!(true))
    );
    let error = client.create_account("eve", &secret("x"), "Operator").await.unwrap_err();
    assert!(matches!(error, RedfishError::Missing { .. }), "{error}");

    let all = client.accounts().await.unwrap();
    client.delete_account(&all.last().unwrap().link).await.unwrap();
    assert_eq!(
        (&bmc.get(&slot)["UserName"], &bmc.get(&slot)["Enabled"]),
        (&json!(""), &json!(false))
    );
    assert_eq!(client.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_takes_no_new_account_may_have_slots() {
    let bmc = Double::start().await;
    with_accounts(
        &bmc,
        &[("1", account("admin", "Administrator", true)), ("2", account("", "", false))],
    );
    bmc.special(|asked, _| {
        let changes = [Method::POST, Method::DELETE].contains(&asked.method);
        (changes && asked.path.starts_with(ACCOUNTS)).then(|| Reply::empty(405))
    });
    let client = bmc.client().await;
    client.create_account("ada", &secret("first"), "ReadOnly").await.unwrap();
    let ada = client.accounts().await.unwrap().pop().unwrap();
    assert_eq!((ada.id.as_str(), ada.user.as_deref()), ("2", Some("ada")));
    client.delete_account(&ada.link).await.unwrap();
    assert_eq!(client.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_password_that_is_refused_is_told_and_not_shown() {
    let bmc = Double::start().await;
    with_accounts(&bmc, &[("1", account("admin", "Administrator", true))]);
    let said = "The password does not meet the length requirement.";
    bmc.special(move |asked, _| {
        (asked.path == ACCOUNTS && asked.method == Method::POST)
            .then(|| Reply::refusal(400, "PropertyValueFormatError", said))
    });
    let error =
        bmc.client().await.create_account("ada", &secret("tiny-7"), "ReadOnly").await.unwrap_err();
    assert!(error.to_string().contains(said), "{error}");
    assert!(!format!("{error} {error:?}").contains("tiny-7"));
}
