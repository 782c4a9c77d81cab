//! Organisations: who belongs to them, who has what, why, and that nobody gives more than they have.

use super::{Site, given, script, signed_in};
use crate::team::testing::World;
use patchbay_model::{AccountId, NodeId, RoleId};
use patchbay_team::{
    directory::{EDITOR, OWNER, VIEWER},
    entity::{Change, Role},
    permission::{Permission, Permissions},
};
use serde_json::{Value, json};

/// An organisation with a folder and a machine in it.
struct Lab {
    world: World,
    site: Site,
    owner: String,
    rack: NodeId,
    web: NodeId,
}

impl Lab {
    async fn new() -> Self {
        let world = World::new().await;
        let site = Site::new(&world.team);
        let folder = json!({ "id": null, "parent": world.root(), "draft": { "name": "rack" } });
        let rack = world.call(world.owner, "folder_save", folder).await.unwrap();
        let rack: NodeId = serde_json::from_value(rack["id"].clone()).unwrap();
        let web = World::machine("web", "192.0.2.1", None);
        let web = world.save(world.owner, None, Some(rack), web).await.unwrap();
        let owner = signed_in(&world, world.owner).await.1;
        Self { world, site, owner, rack, web }
    }

    fn at(&self, method: &str, path: &str) -> String {
        format!("{method} /organisations/{}{path}", self.world.organisation)
    }

    async fn list(&self, token: &str, path: &str) -> Value {
        self.site.ask(token, &self.at("GET", path), Value::Null).await.ok()
    }

    /// Somebody with a role of these permissions on the whole organisation, signed in.
    async fn with(&self, name: &str, permissions: &[Permission]) -> (AccountId, String) {
        let who = self.world.joins(name, None).await;
        let (id, organisation) = (RoleId::new(), Some(self.world.organisation));
        let (name, permissions) = (format!("as {name}"), Permissions::of(permissions));
        self.world.make(Change::PutRole(Role { id, organisation, name, permissions })).await;
        given(&self.world, self.world.organisation, who, id).await;
        (who, signed_in(&self.world, who).await.1)
    }
}

fn to(who: AccountId, node: Option<NodeId>, role: RoleId) -> Value {
    json!({ "subject": { "kind": "account", "id": who }, "node": node, "role": role })
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_and_roles_are_made_changed_and_deleted() {
    let lab = Lab::new().await;
    let (owner, site) = (&lab.owner, &lab.site);
    let ann = lab.world.joins("ann", None).await;
    let stranger = AccountId::new();
    let groups = lab.at("POST", "/groups");
    let made =
        site.ask(owner, &groups, json!({ "name": "Night shift", "members": [ann] })).await.ok();
    assert_eq!(made["members"], json!([ann]));
    let again = json!({ "name": "night SHIFT", "members": [] });
    site.ask(owner, &groups, again).await.is(400, "invalid", Some("name"));
    let foreign = json!({ "name": "More", "members": [stranger] });
    site.ask(owner, &groups, foreign).await.is(400, "invalid", Some("members"));
    let group = format!("/groups/{}", made["id"].as_str().unwrap());
    let empty = json!({ "name": "Day shift", "members": [] });
    site.ask(owner, &lab.at("PUT", &group), empty).await.ok();
    assert_eq!(lab.list(owner, "/groups").await[0]["name"], "Day shift");
    let roles = lab.at("POST", "/roles");
    let role = json!({ "name": "Auditor", "permissions": ["see", "reveal"] });
    let role = site.ask(owner, &roles, role).await.ok();
    let none = json!({ "name": "Nothing", "permissions": [] });
    site.ask(owner, &roles, none.clone()).await.is(400, "invalid", Some("permissions"));
    let names: Vec<String> = lab
        .list(owner, "/roles")
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["Viewer", "Operator", "Editor", "Owner", "Auditor"]);
    let auditor: RoleId = serde_json::from_value(role["id"].clone()).unwrap();
    let given =
        json!({ "subject": { "kind": "group", "id": made["id"] }, "node": null, "role": auditor });
    let grant = site.ask(owner, &lab.at("POST", "/grants"), given.clone()).await.ok();
    assert_eq!((&grant["subjectName"], &grant["nodeName"]), (&json!("Day shift"), &json!("Lab")));
    site.ask(owner, &lab.at("POST", "/grants"), given).await.is(409, "conflict", Some("subject"));
    let its = format!("/roles/{auditor}");
    site.ask(owner, &lab.at("DELETE", &its), Value::Null).await.is(409, "conflict", None);
    site.ask(owner, &lab.at("DELETE", &group), Value::Null).await.ok();
    // With what it was granted.
    site.ask(owner, &lab.at("DELETE", &its), Value::Null).await.ok();
    for built_in in ["PUT", "DELETE"] {
        let body = if built_in == "PUT" { none.clone() } else { Value::Null };
        let mut body = body;
        if built_in == "PUT" {
            body["permissions"] = json!(["see"]);
        }
        let asked = lab.at(built_in, &format!("/roles/{VIEWER}"));
        site.ask(owner, &asked, body).await.is(403, "notAllowed", None);
    }
    let renamed = site.ask(owner, &lab.at("PATCH", ""), json!({ "name": " Laboratory " })).await;
    assert_eq!(renamed.ok()["name"], "Laboratory");
}

#[tokio::test(flavor = "multi_thread")]
async fn members_see_members_and_those_who_go_take_nothing_along() {
    let lab = Lab::new().await;
    let ann = lab.world.joins("ann", Some(EDITOR)).await;
    let (_, anns) = signed_in(&lab.world, ann).await;
    let seen = lab.list(&anns, "/members").await;
    assert_eq!(seen.as_array().unwrap().len(), 2);
    assert_eq!((&seen[0]["totp"], &seen[0]["lastSeen"]), (&Value::Null, &Value::Null));
    let seen = lab.list(&lab.owner, "/members").await;
    assert_eq!(seen[0]["name"], "ann");
    assert!(seen[0]["totp"] == false && seen[0]["lastSeen"].is_i64(), "{seen}");
    let gone = lab.at("DELETE", &format!("/members/{ann}"));
    lab.site.ask(&lab.owner, &gone, Value::Null).await.ok();
    lab.site.ask(&anns, &lab.at("GET", "/members"), Value::Null).await.is(404, "notFound", None);
    lab.site.get(&anns, &format!("/access/{}", lab.web)).await.is(404, "notFound", None);
    assert_eq!(lab.list(&lab.owner, "/grants").await.as_array().unwrap().len(), 1);
    lab.site.ask(&lab.owner, &gone, Value::Null).await.is(404, "notFound", None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_more_than_they_have() {
    use Permission::{Administer, Connect, See, Share};
    let lab = Lab::new().await;
    let ann = lab.world.joins("ann", None).await;
    let (sharer, shares) = lab.with("sharer", &[See, Connect, Share]).await;
    let (_, administers) = lab.with("admin", &[See, Administer]).await;
    let (_, sees) = lab.with("viewer", &[See]).await;
    let grants = lab.at("POST", "/grants");
    let ask = async |token: &str, body: Value| lab.site.ask(token, &grants, body).await;
    let one = Some(lab.web);
    ask(&sees, to(ann, one, VIEWER)).await.is(403, "notAllowed", None);
    ask(&shares, to(ann, one, EDITOR)).await.is(403, "notAllowed", Some("role"));
    ask(&administers, to(ann, one, OWNER)).await.is(403, "notAllowed", Some("role"));
    ask(&shares, to(AccountId::new(), one, VIEWER)).await.is(404, "notFound", Some("subject"));
    ask(&shares, to(ann, Some(NodeId::new()), VIEWER)).await.is(404, "notFound", Some("node"));
    ask(&shares, to(ann, one, RoleId::new())).await.is(404, "notFound", Some("role"));
    let given = ask(&shares, to(ann, one, VIEWER)).await.ok();
    assert_eq!((&given["nodeName"], &given["mayRemove"]), (&json!("web"), &json!(true)));
    let owners = ask(&lab.owner, to(ann, one, EDITOR)).await.ok();
    let gone =
        |grant: &Value| lab.at("DELETE", &format!("/grants/{}", grant["id"].as_str().unwrap()));
    lab.site.ask(&shares, &gone(&owners), Value::Null).await.is(403, "notAllowed", None);
    lab.site.ask(&sees, &gone(&owners), Value::Null).await.is(404, "notFound", None);
    lab.site.ask(&shares, &gone(&given), Value::Null).await.ok();
    lab.site.ask(&lab.owner, &gone(&owners), Value::Null).await.ok();
    // Nor by a link, by a role that is changed, or by a group that was given more.
    let invite = lab.at("POST", "/invitations");
    let link = json!({ "role": OWNER, "days": 1 });
    lab.site.ask(&administers, &invite, link).await.is(403, "notAllowed", Some("role"));
    let roles = lab.list(&lab.owner, "/roles").await;
    let own = roles.as_array().unwrap().iter().find(|one| one["name"] == "as admin").unwrap();
    let role = lab.at("PUT", &format!("/roles/{}", own["id"].as_str().unwrap()));
    let more = json!({ "name": "as admin", "permissions": ["see", "administer", "reveal"] });
    lab.site.ask(&administers, &role, more).await.is(403, "notAllowed", Some("permissions"));
    let less = json!({ "name": "as admin", "permissions": ["administer", "see"] });
    lab.site.ask(&administers, &role, less).await.ok();
    let group = json!({ "name": "Owners", "members": [] });
    let group = lab.site.ask(&lab.owner, &lab.at("POST", "/groups"), group).await.ok();
    let all =
        json!({ "subject": { "kind": "group", "id": group["id"] }, "node": null, "role": OWNER });
    ask(&lab.owner, all).await.ok();
    let into = lab.at("PUT", &format!("/groups/{}", group["id"].as_str().unwrap()));
    let with = json!({ "name": "Owners", "members": [sharer] });
    lab.site.ask(&administers, &into, with.clone()).await.is(403, "notAllowed", Some("members"));
    lab.site.ask(&lab.owner, &into, with).await.ok();
    // Others may still be taken out.
    let without = json!({ "name": "Owners", "members": [] });
    lab.site.ask(&administers, &into, without).await.ok();
    // A token gives no more than it may.
    let less = Permissions::of(&[See, Administer]);
    let (_, token) = script(&lab.world, lab.world.owner, less).await;
    let asked = lab.site.ask(&token, &grants, to(ann, one, EDITOR)).await;
    asked.is(403, "notAllowed", Some("role"));
    ask(&token, to(ann, one, VIEWER)).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn access_and_why_say_who_and_from_where() {
    use Permission::{See, Share};
    let lab = Lab::new().await;
    let ann = lab.world.joins("ann", None).await;
    let (_, anns) = signed_in(&lab.world, ann).await;
    let access = |node: NodeId| format!("/access/{node}");
    let why = |who: AccountId, node: NodeId| format!("/why?account={who}&node={node}");
    lab.site.get(&anns, &access(lab.web)).await.is(404, "notFound", None);
    lab.site.get(&anns, &why(ann, lab.web)).await.is(404, "notFound", None);
    let grants = lab.at("POST", "/grants");
    let group = json!({ "name": "Night shift", "members": [ann] });
    let group = lab.site.ask(&lab.owner, &lab.at("POST", "/groups"), group).await.ok();
    let by_group = json!({ "subject": { "kind": "group", "id": group["id"] }, "node": lab.rack, "role": EDITOR });
    lab.site.ask(&lab.owner, &grants, by_group).await.ok();
    lab.site.ask(&lab.owner, &grants, to(ann, Some(lab.web), VIEWER)).await.ok();
    // The owner sees all of it, innermost first.
    let seen = lab.site.get(&lab.owner, &access(lab.web)).await.ok();
    let places: Vec<&Value> =
        seen["grants"].as_array().unwrap().iter().map(|one| &one["nodeName"]).collect();
    assert_eq!(places, ["web", "rack", "Lab"]);
    assert_eq!(seen["node"], lab.web.to_string());
    assert_eq!(seen["organisation"]["name"], "Lab");
    assert_eq!(seen["mayGive"].as_array().unwrap().len(), 4);
    assert_eq!(seen["candidates"].as_array().unwrap().len(), 4);
    assert_eq!(
        seen["candidates"][0],
        json!({ "subject": { "kind": "everyone" }, "name": "Everyone in Lab", "detail": null })
    );
    // Ann gets what concerns her.
    let seen = lab.site.get(&anns, &access(lab.web)).await.ok();
    assert_eq!(seen["permissions"], json!(["see", "connect", "useSecret", "edit"]));
    assert_eq!(seen["grants"].as_array().unwrap().len(), 2);
    assert_eq!((&seen["mayGive"], &seen["candidates"]), (&json!([]), &json!([])));
    let said = lab.site.get(&anns, &why(ann, lab.web)).await.ok();
    assert_eq!(said["permissions"], seen["permissions"]);
    assert_eq!(said["reasons"][0]["through"], json!({ "kind": "own" }));
    assert_eq!(said["reasons"][0]["nodeName"], "web");
    assert_eq!(said["reasons"][1]["through"], json!({ "kind": "group", "name": "Night shift" }));
    assert_eq!(said["reasons"][1]["nodeName"], "rack");
    assert_eq!(lab.site.get(&lab.owner, &why(ann, lab.web)).await.ok(), said);
    let about = lab.site.get(&anns, &why(lab.world.owner, lab.web)).await;
    about.is(403, "notAllowed", None);
    let whole = format!("/why?account={ann}&organisation={}", lab.world.organisation);
    assert_eq!(lab.site.get(&anns, &whole).await.ok(), json!({ "permissions": [], "reasons": [] }));
    let both = format!("{whole}&node={}", lab.web);
    lab.site.get(&anns, &both).await.is(400, "invalid", Some("node"));
    // Others' grants and names of what cannot be seen stay unknown.
    let (_, shares) = lab.with("sharer", &[See, Share]).await;
    let seen = lab.list(&shares, "/grants").await;
    assert_eq!(seen.as_array().unwrap().len(), 1);
    assert_eq!(
        lab.site.get(&shares, &access(lab.web)).await.ok()["grants"].as_array().unwrap().len(),
        4
    );
    // The folder of the organisation stands for the whole of it; one's own is nobody's business.
    let seen = lab.site.get(&lab.owner, &access(lab.world.root())).await.ok();
    assert_eq!((&seen["node"], &seen["organisation"]["name"]), (&Value::Null, &json!("Lab")));
    let own = World::machine("mine", "192.0.2.2", None);
    let own = lab.world.save(ann, None, None, own).await.unwrap();
    let seen = lab.site.get(&anns, &access(own)).await.ok();
    assert_eq!((&seen["organisation"], &seen["grants"]), (&Value::Null, &json!([])));
    lab.site.get(&lab.owner, &access(own)).await.is(404, "notFound", None);
    assert_eq!(lab.site.get(&anns, &why(ann, own)).await.ok()["reasons"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_on_a_machine_goes_and_comes_back_with_it() {
    let lab = Lab::new().await;
    let ann = lab.world.joins("ann", None).await;
    let grants = lab.at("POST", "/grants");
    let given = lab.site.ask(&lab.owner, &grants, to(ann, Some(lab.web), VIEWER)).await.ok();
    let deleted = lab.world.call(lab.world.owner, "nodes_delete", json!({ "ids": [lab.rack] }));
    let deleted = deleted.await.unwrap();
    let left = lab.list(&lab.owner, "/grants").await;
    assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
    let undo = json!({ "undo": deleted });
    lab.world.call(lab.world.owner, "nodes_undelete", undo).await.unwrap();
    let back = lab.list(&lab.owner, "/grants").await;
    assert_eq!(back[1]["id"], given["id"]);
    let (_, anns) = signed_in(&lab.world, ann).await;
    lab.site.get(&anns, &format!("/access/{}", lab.web)).await.ok();
}
