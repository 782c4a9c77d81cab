//! Signing in by a real directory.

use super::{Got, Site, signed_in};
use crate::team::testing::{PASSWORD, World};
use patchbay_model::GroupId;
use patchbay_team::{
    directory::VIEWER,
    entity::{Account, Change, Group},
};
use patchbay_testkit::{Slapd, slapd_or_skip};
use serde_json::{Value, json};

const PEOPLE: &str = "dn: uid=ada,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: ada
cn: Ada Byron
sn: Byron
mail: ada@example.org
userPassword: ada-pass
entryUUID: 0e6e1a3c-0000-4000-8000-000000000001
memberOf: cn=oncall,ou=groups,dc=example,dc=org

dn: uid=grace,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: grace
cn: Grace (Hopper) *
sn: Hopper
userPassword: grace-pass

dn: uid=owner,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: owner
cn: Another Owner
sn: Owner
userPassword: another-pass

dn: ou=elsewhere,ou=people,dc=example,dc=org
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://127.0.0.1:1/ou=people,dc=example,dc=org
";

struct Hall {
    world: World,
    site: Site,
    slapd: Slapd,
    operator: String,
}

impl Hall {
    async fn new() -> Self {
        let world = World::new().await;
        let site = Site::new(&world.team);
        let slapd = Slapd::start(PEOPLE).await.unwrap();
        let (_, operator) = signed_in(&world, world.owner).await;
        Self { world, site, slapd, operator }
    }

    /// Settings that are right; with others in place of some.
    fn settings(&self, others: Value) -> Value {
        let mut settings = json!({
            "kind": "ldap", "address": self.slapd.secure(), "authority": self.slapd.authority(), "pin": null,
            "bindDn": Slapd::READER, "base": Slapd::PEOPLE, "filter": "(uid={name})",
            "idAttribute": "entryUUID", "nameAttribute": "uid", "displayAttribute": "cn",
            "groups": {}, "requires": null, "creates": null,
        });
        for (name, value) in others.as_object().unwrap() {
            settings[name] = value.clone();
        }
        settings
    }

    async fn add(&self, others: Value) -> String {
        let body = json!({
            "name": "Directory", "settings": self.settings(others), "secret": Slapd::READER_PASSWORD,
        });
        let made = self.site.ask(&self.operator, "POST /providers", body).await.ok();
        assert_eq!((&made["hasSecret"], &made["links"]), (&json!(true), &json!(0)));
        assert!(!made.to_string().contains(Slapd::READER_PASSWORD));
        made["id"].as_str().unwrap().to_owned()
    }

    async fn door(&self, name: &str, password: &str) -> Got {
        self.site.ask("", "POST /sign-in", json!({ "name": name, "password": password })).await
    }

    async fn attempt(&self, others: Value, name: Option<&str>) -> (Vec<String>, Option<String>) {
        let body = json!({
            "settings": self.settings(others), "secret": Slapd::READER_PASSWORD, "name": name, "password": "ada-pass",
        });
        let said = self.site.ask(&self.operator, "POST /providers/try", body).await.ok();
        let says = serde_json::from_value(said["says"].clone()).unwrap();
        (says, said["problem"].as_str().map(str::to_owned))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_a_directory_come_in_and_follow_its_groups() {
    if !slapd_or_skip("signing in by a directory") {
        return;
    }
    let hall = Hall::new().await;
    let lab = hall.world.organisation;
    let group = GroupId::new();
    let (name, members) = ("On call".to_owned(), Default::default());
    hall.world.make(Change::PutGroup(Group { id: group, organisation: lab, name, members })).await;
    let creates = json!({ "organisation": lab, "role": VIEWER });
    let groups = json!({ Slapd::GROUP.to_uppercase(): group });
    hall.add(json!({ "creates": creates, "groups": groups })).await;
    for wrong in ["grace-pass", "", " ", "ADA-PASS"] {
        hall.door("ada", wrong).await.is(401, "authFailed", Some("password"));
    }
    let let_in = hall.door("Ada", "ada-pass").await.ok();
    assert_eq!(
        (&let_in["account"]["name"], &let_in["account"]["display"]),
        (&json!("ada"), &json!("Ada Byron"))
    );
    let directory = hall.world.team.known.directory();
    let ada = directory.account_named("ada").unwrap().id;
    assert!(directory.group(group).unwrap().members.contains(&ada));
    assert!(directory.grants(lab).any(|one| one.role == VIEWER));
    // The same person the next time; taken out of a group by hand, in it again.
    let back = Group { members: Default::default(), ..directory.group(group).unwrap().clone() };
    hall.world.make(Change::PutGroup(back)).await;
    let again = hall.door("ada", "ada-pass").await.ok();
    assert_eq!(again["account"]["id"], let_in["account"]["id"]);
    let directory = hall.world.team.known.directory();
    assert!(directory.group(group).unwrap().members.contains(&ada));
    // A name that is somebody's here already makes nobody that one: it becomes another account.
    let other = hall.door("owner", "another-pass").await.ok();
    assert_eq!(other["account"]["name"], "owner-2");
    assert_eq!(other["account"]["operator"], false);
    assert_ne!(other["account"]["id"], json!(hall.world.owner));
    // And whoever has that name here signs in as before.
    assert_eq!(hall.door("owner", PASSWORD).await.ok()["account"]["name"], "owner");
    let suspended = Account { suspended: true, ..directory.account(ada).unwrap().clone() };
    hall.world.make(Change::PutAccount(suspended)).await;
    hall.door("ada", "ada-pass").await.is(401, "authFailed", None);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_names_and_never_filters() {
    if !slapd_or_skip("names that are filters") {
        return;
    }
    let hall = Hall::new().await;
    hall.add(json!({ "creates": { "organisation": hall.world.organisation, "role": null } })).await;
    for name in [
        "*",
        "a*",
        "ada)(uid=*",
        "*)(|(uid=*",
        "ada)(&",
        "\\61da",
        "ada\\2a",
        "ada\0",
        "(ada)",
        "uid=ada",
        "Grace (Hopper) *",
        "ou=elsewhere",
        &"a".repeat(300),
    ] {
        let got = hall.door(name, "ada-pass").await;
        assert!(matches!(got.status.as_u16(), 401 | 429), "{name}: {got:?}");
    }
    assert!(hall.world.team.known.directory().account_named("ada").is_none());
    // By another filter, what would be special in one is found as it is.
    let (says, problem) =
        hall.attempt(json!({ "filter": "(cn={name})" }), Some("Grace (Hopper) *")).await;
    assert_eq!(problem, None);
    assert!(says.iter().any(|one| one.contains("uid=grace,")), "{says:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_checked_and_what_is_wrong_is_said_in_words() {
    if !slapd_or_skip("certificates of directories") {
        return;
    }
    let mut hall = Hall::new().await;
    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap().cert.pem();
    let good = [json!({}), json!({ "address": hall.slapd.plain() })];
    for settings in good {
        let (says, problem) = hall.attempt(settings, Some("ada")).await;
        assert_eq!(problem, None, "{says:?}");
        assert_eq!(says.last().unwrap(), "The password is right.");
    }
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};
    use sha2::{Digest as _, Sha256};
    let der = CertificateDer::from_pem_slice(hall.slapd.authority().as_bytes()).unwrap();
    let pin = data_encoding::HEXUPPER.encode(&Sha256::digest(&der));
    let (_, problem) = hall.attempt(json!({ "authority": null, "pin": pin }), None).await;
    assert_eq!(problem, None);
    let wrong = "ab".repeat(32);
    for (settings, says) in [
        (json!({ "authority": other }), "no authority that is trusted here signed it"),
        (json!({ "authority": other, "address": hall.slapd.plain() }), "no authority"),
        (json!({ "authority": null }), "no authority"),
        (json!({ "authority": null, "pin": wrong }), "it is not the one that is pinned"),
        (json!({ "base": "ou=nowhere,dc=example,dc=org" }), "does not look people up below"),
        (json!({ "bindDn": "cn=nobody,dc=example,dc=org" }), "the DN or the password is wrong"),
        (json!({ "bindDn": "" }), "does not look people up below"),
        (json!({ "address": "ldaps://127.0.0.1:1" }), "does not answer"),
        // Where TLS is begun at once nothing begins it later, and the other way round.
        (json!({ "address": hall.slapd.plain().replace("ldap:", "ldaps:") }), "does not answer"),
        (json!({ "filter": "(objectClass={name})" }), "More than one"),
    ] {
        let name = if says.starts_with("More") { Some("inetOrgPerson") } else { None };
        let (_, problem) = hall.attempt(settings.clone(), name).await;
        assert!(problem.as_ref().is_some_and(|it| it.contains(says)), "{settings}: {problem:?}");
    }
    for (settings, field) in [
        (json!({ "address": "http://x" }), "address"),
        (json!({ "address": "ldap://" }), "address"),
        (json!({ "address": "ldapi:///x" }), "address"),
        (json!({ "filter": "(uid=x)" }), "filter"),
        (json!({ "filter": "uid={name})(" }), "filter"),
        (json!({ "idAttribute": "a)(b" }), "idAttribute"),
        (json!({ "pin": "abc" }), "pin"),
        (json!({ "authority": "abc" }), "authority"),
        (json!({ "requires": { "claim": "", "value": "x" } }), "requires"),
    ] {
        let body = json!({ "name": "X", "settings": hall.settings(settings) });
        let got = hall.site.ask(&hall.operator, "POST /providers", body).await;
        got.is(400, "invalid", Some(field));
    }
    // A directory that is gone keeps nobody out who has a password here, and is not taken for a wrong password.
    hall.add(json!({})).await;
    hall.slapd.stop();
    hall.door("owner", PASSWORD).await.ok();
    hall.door("ada", "ada-pass").await.is(502, "unreachable", None);
    hall.door("owner", "wrong").await.is(502, "unreachable", None);
    hall.slapd.start_again().await.unwrap();
    hall.door("ada", "wrong").await.is(401, "authFailed", Some("password"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_linked_by_its_person_and_only_whom_the_directory_vouches_for() {
    if !slapd_or_skip("links to a directory") {
        return;
    }
    let hall = Hall::new().await;
    let required = json!({ "claim": "mail", "value": "ada@example.org" });
    let id = hall.add(json!({ "requires": required })).await;
    let ann = hall.world.joins("ann", None).await;
    let (_, anns) = signed_in(&hall.world, ann).await;
    let (_, bobs) = signed_in(&hall.world, hall.world.joins("bob", None).await).await;
    // Known there, and nobody here: nothing is made, and no e-mail address or name makes them anybody.
    hall.door("ada", "ada-pass").await.is(401, "authFailed", None);
    hall.door("grace", "grace-pass").await.is(401, "authFailed", Some("password"));
    let link = format!("POST /me/links/directory/{id}");
    let typed = |password: &str| json!({ "name": "ada", "password": password });
    hall.site.ask(&anns, &link, typed("")).await.is(403, "authFailed", Some("password"));
    hall.site.ask(&anns, &link, typed("wrong")).await.is(403, "authFailed", Some("password"));
    assert_eq!(hall.site.ask(&anns, &link, typed("ada-pass")).await.status, 204);
    hall.site.ask(&bobs, &link, typed("ada-pass")).await.is(409, "conflict", None);
    let let_in = hall.door("ada", "ada-pass").await.ok();
    assert_eq!(let_in["account"]["name"], "ann");
    let links = hall.site.get(&anns, "/me/links").await.ok();
    assert_eq!(links["links"][0]["label"], "uid=ada,ou=people,dc=example,dc=org");
    assert_eq!(links["providers"][0]["directory"], true);
    // What people are known by cannot become something else while somebody is linked.
    let change = format!("PUT /providers/{id}");
    let body =
        json!({ "name": "Directory", "settings": hall.settings(json!({ "idAttribute": "uid" })) });
    hall.site.ask(&hall.operator, &change, body).await.is(409, "conflict", None);
    // The secret stays when it is not sent, and goes to no other place.
    let body = json!({ "name": "Renamed", "settings": hall.settings(json!({})) });
    assert_eq!(hall.site.ask(&hall.operator, &change, body).await.ok()["hasSecret"], true);
    hall.door("ada", "ada-pass").await.ok();
    let elsewhere = hall.settings(json!({ "address": hall.slapd.plain() }));
    let body = json!({ "id": id, "settings": elsewhere });
    let said = hall.site.ask(&hall.operator, "POST /providers/try", body).await.ok();
    assert!(said["problem"].as_str().unwrap().contains("there is no password"), "{said}");
    // Nobody takes away the last way in.
    let account = hall.world.team.known.directory().account(ann).unwrap().clone();
    hall.world.make(Change::PutAccount(Account { password: None, ..account.clone() })).await;
    let unlink = format!("DELETE /me/links/{}", links["links"][0]["id"].as_str().unwrap());
    hall.site.ask(&bobs, &unlink, Value::Null).await.is(404, "notFound", None);
    hall.site.ask(&anns, &unlink, Value::Null).await.is(409, "conflict", None);
    hall.world.make(Change::PutAccount(account)).await;
    assert_eq!(hall.site.ask(&anns, &unlink, Value::Null).await.status, 204);
    hall.door("ada", "ada-pass").await.is(401, "authFailed", None);
}
