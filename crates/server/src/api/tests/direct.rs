//! What organisations say about computers of their members: what these keep, and what they are handed out to dial machines themselves.

use super::{Got, Site, owned, script, signed_in};
use crate::team::testing::World;
use patchbay_model::{NodeId, OrganisationId, RoleId};
use patchbay_team::{
    directory::{OPERATOR, VIEWER},
    entity::{Change, Role},
    permission::{Permission, Permissions},
};
use serde_json::{Value, json};
use std::time::Duration;

fn rules(keep_offline: bool, direct: bool) -> Value {
    json!({ "askReason": 0, "record": "off", "keepDays": 0, "keepOffline": keep_offline, "direct": direct })
}

/// A role whose members may see the secrets of what they may connect with.
async fn trusted(world: &World) -> RoleId {
    let id = RoleId::new();
    let (organisation, name) = (Some(world.organisation), "Trusted".to_owned());
    let permissions = Permissions::of(&[
        Permission::See,
        Permission::Connect,
        Permission::UseSecret,
        Permission::Reveal,
    ]);
    world.make(Change::PutRole(Role { id, organisation, name, permissions })).await;
    id
}

struct Asks<'a> {
    world: &'a World,
    site: Site,
    owner: String,
}

impl<'a> Asks<'a> {
    async fn new(world: &'a World) -> Self {
        let (_, owner) = signed_in(world, world.owner).await;
        Self { world, site: Site::new(&world.team), owner }
    }

    async fn rules(&self, wanted: Value) -> Got {
        let route = format!("PUT /organisations/{}/policy", self.world.organisation);
        self.site.ask(&self.owner, &route, wanted).await
    }

    async fn hand_out(&self, token: &str, machine: NodeId) -> Got {
        self.site.rpc(token, "session_hand_out", json!({ "id": machine })).await
    }

    /// Refused, with words about this.
    #[track_caller]
    fn refused(got: &Got, about: &str) {
        got.is(403, "notAllowed", None);
        let message = got.json["error"]["message"].as_str().unwrap();
        assert!(message.contains(about), "{message}");
    }

    /// The machines of which the tree says that they may be dialled elsewhere.
    async fn direct(&self, token: &str) -> Value {
        self.site.rpc(token, "tree_load", json!({})).await.ok()["direct"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_members_computers_may_have_is_a_rule_of_the_organisation() {
    let world = World::new().await;
    let asks = Asks::new(&world).await;
    let ann = world.joins("ann", Some(OPERATOR)).await;
    let (_, anns) = signed_in(&world, ann).await;
    let policy = async |token: &str| {
        asks.site.get(token, "/me").await.ok()["organisations"][0]["policy"].clone()
    };
    assert_eq!(policy(&anns).await, rules(true, false), "as it is where nobody has said anything");
    let unkept = async || asks.site.rpc(&anns, "tree_load", json!({})).await.ok()["unkept"].clone();
    assert_eq!(unkept().await, json!([]));
    let route = format!("PUT /organisations/{}/policy", world.organisation);
    asks.site.ask(&anns, &route, rules(true, true)).await.is(403, "notAllowed", None);
    let half = json!({ "askReason": 0, "record": "off", "keepDays": 0 });
    asks.rules(half).await.is(400, "invalid", Some("keepOffline"));
    asks.rules(rules(false, true)).await.ok();
    assert_eq!(policy(&anns).await, rules(false, true));
    assert_eq!(unkept().await, json!([world.root()]));
    let audit = format!("/organisations/{}/audit?action=organisation.policy", world.organisation);
    let page = asks.site.get(&asks.owner, &audit).await.ok();
    let detail = page["entries"][0]["entry"]["detail"].as_str().unwrap().to_owned();
    assert!(detail.ends_with("no tree kept offline, direct sessions allowed"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_is_handed_out_to_those_who_may_see_all_of_it() {
    let world = World::new().await;
    let asks = Asks::new(&world).await;
    let role = trusted(&world).await;
    let (ann, bob) =
        (world.joins("ann", Some(role)).await, world.joins("bob", Some(OPERATOR)).await);
    let vic = world.joins("vic", Some(VIEWER)).await;
    let stranger = world.joins("sam", None).await;
    let identity = world.identity(world.owner, "root", "the-very-secret").await;
    let mut draft = World::machine("web", "192.0.2.1", Some(identity));
    draft["notes"] = json!("nobody needs this to dial");
    let web = world.save(world.owner, None, Some(world.root()), draft).await.unwrap();
    let (_, anns) = signed_in(&world, ann).await;
    let (_, bobs) = signed_in(&world, bob).await;
    let (_, vics) = signed_in(&world, vic).await;
    let (_, strangers) = signed_in(&world, stranger).await;

    for token in [&anns, &asks.owner] {
        Asks::refused(&asks.hand_out(token, web).await, "no rule of its organisation");
        assert_eq!(asks.direct(token).await, json!([]));
    }
    asks.rules(rules(true, true)).await.ok();
    let way = asks.hand_out(&anns, web).await.ok();
    assert_eq!(asks.direct(&anns).await, json!([web]));
    let hop = &way["hops"][0];
    assert_eq!((&hop["id"], &hop["machine"]["address"]), (&json!(web), &json!("192.0.2.1")));
    assert_eq!((&hop["user"], &hop["machine"]["notes"]), (&json!("admin"), &json!("")));
    let password = json!([{ "kind": "password", "password": "the-very-secret" }]);
    assert_eq!(hop["credentials"], password);
    assert_eq!(way["keys"], json!([]));

    Asks::refused(&asks.hand_out(&bobs, web).await, "secrets of “web”");
    Asks::refused(&asks.hand_out(&vics, web).await, "connect with");
    asks.hand_out(&strangers, web).await.is(404, "notFound", None);
    for token in [&bobs, &vics, &strangers] {
        assert_eq!(asks.direct(token).await, json!([]));
    }
    let no_reveal = Permissions::of(&[Permission::See, Permission::Connect, Permission::UseSecret]);
    let (_, scripts) = script(&world, ann, no_reveal).await;
    Asks::refused(&asks.hand_out(&scripts, web).await, "secrets of “web”");
    // Machines of another organisation are not there, and one's own are in none.
    let works = owned(&world, "Works", bob).await;
    let root = NodeId::from_bytes(*OrganisationId::as_bytes(&works));
    let (_, bobs) = signed_in(&world, bob).await;
    let heard = async {
        let root = root.to_string();
        while !asks.site.rpc(&bobs, "tree_load", json!({})).await.json.to_string().contains(&root) {
            patchbay_testkit::moment().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), heard).await.unwrap();
    let theirs = World::machine("theirs", "192.0.2.3", None);
    let theirs = world.save(bob, None, Some(root), theirs).await.unwrap();
    asks.hand_out(&anns, theirs).await.is(404, "notFound", None);
    let own = World::machine("own", "192.0.2.4", None);
    let own = world.save(ann, None, None, own).await.unwrap();
    Asks::refused(&asks.hand_out(&anns, own).await, "no rule of its organisation");

    // What is recorded is not opened where nobody records it.
    let mut recorded = rules(true, true);
    recorded["record"] = json!("terminals");
    asks.rules(recorded).await.ok();
    Asks::refused(&asks.hand_out(&anns, web).await, "recorded");
    assert_eq!(asks.direct(&anns).await, json!([]));
    // An organisation may want to know why.
    let mut asked = rules(true, true);
    asked["askReason"] = json!(8);
    asks.rules(asked).await.ok();
    asks.hand_out(&anns, web).await.is(403, "needsReason", Some("reason"));
    let why = json!({ "id": web, "reason": "Ticket 4711" });
    asks.site.rpc(&anns, "session_hand_out", why).await.ok();
    let audit = format!("/organisations/{}/audit?action=session.", world.organisation);
    let page = asks.site.get(&asks.owner, &audit).await.ok();
    let entry = &page["entries"][0]["entry"];
    assert_eq!(
        (&entry["action"], &entry["reason"]),
        (&json!("session.hand.out"), &json!("Ticket 4711"))
    );
    assert_eq!(entry["detail"], "web", "should it be gone later");
    assert_eq!(page["entries"][0]["objectName"], "web");
    assert!(!page.to_string().contains("the-very-secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_is_as_open_as_each_machine_and_identity_on_it() {
    let world = World::new().await;
    let asks = Asks::new(&world).await;
    let role = trusted(&world).await;
    let dan = world.joins("dan", None).await;
    let (_, dans) = signed_in(&world, dan).await;
    asks.rules(rules(true, true)).await.ok();
    let identity = world.identity(world.owner, "jumper", "the-very-secret").await;
    let bastion = World::machine("bastion", "192.0.2.1", Some(identity));
    let bastion = world.save(world.owner, None, Some(world.root()), bastion).await.unwrap();
    let mut inner = World::machine("inner", "192.0.2.2", None);
    inner["settings"]["jump"] = json!({ "kind": "through", "entry": bastion });
    let inner = world.save(world.owner, None, Some(world.root()), inner).await.unwrap();
    world.grant(dan, inner, role).await;
    let grant = world.grant(dan, bastion, OPERATOR).await;
    Asks::refused(
        &asks.hand_out(&dans, inner).await,
        "“bastion”, which lies on the way to “inner”",
    );
    assert_eq!(asks.direct(&dans).await, json!([]));
    world.make(Change::DeleteGrant(grant)).await;
    let seen = async {
        // First it is gone from what is held for him: what is there then was read anew.
        let tree = async || asks.site.rpc(&dans, "tree_load", json!({})).await.ok().to_string();
        while tree().await.contains(&bastion.to_string()) {
            patchbay_testkit::moment().await;
        }
        world.grant(dan, bastion, role).await;
        while asks.direct(&dans).await != json!([bastion, inner]) {
            patchbay_testkit::moment().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), seen).await.unwrap();
    let way = asks.hand_out(&dans, inner).await.ok();
    let names: Vec<_> =
        way["hops"].as_array().unwrap().iter().map(|hop| &hop["machine"]["name"]).collect();
    assert_eq!(names, ["bastion", "inner"]);

    // A port of whoever dials is nobody else's to name.
    let mut console = World::machine("console", "/dev/ttyS0", None);
    console["protocol"] = json!("serial");
    let console = world.save(world.owner, None, Some(world.root()), console).await.unwrap();
    Asks::refused(&asks.hand_out(&asks.owner, console).await, "port or socket");
}
