//! Passkeys, with a double of an authenticator in software. A browser's own is gone through in `tests/passkeys.rs`.

use super::{Got, Site, signed_in};
use crate::team::testing::World;
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer as _, SigningKey};
use patchbay_team::entity::{Account, Change};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const ORIGIN: &str = "https://localhost:7443";

/// A double of an authenticator: one key, whose person it always takes for the right one.
struct Device {
    key: SigningKey,
    counter: u32,
    user: Vec<u8>,
}

fn encoded(bytes: &[u8]) -> Value {
    json!(BASE64URL_NOPAD.encode(bytes))
}

fn client(what: &str, challenge: &Value, origin: &str) -> Vec<u8> {
    json!({ "type": what, "challenge": challenge, "origin": origin }).to_string().into_bytes()
}

impl Device {
    fn new(seed: u8) -> Self {
        Self { key: SigningKey::from_bytes(&[seed; 32]), counter: 0, user: Vec::new() }
    }

    fn name(&self) -> Vec<u8> {
        Sha256::digest(self.key.verifying_key().as_bytes())[..20].to_vec()
    }

    fn data(&mut self, flags: u8) -> Vec<u8> {
        self.counter += 1;
        [Sha256::digest("localhost").as_slice(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn makes(&mut self, asked: &Value, name: &str) -> Value {
        self.user = BASE64URL_NOPAD.decode(asked["userId"].as_str().unwrap().as_bytes()).unwrap();
        let public = self.key.verifying_key();
        let key =
            [&[0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 32][..], public.as_bytes()]
                .concat();
        let data = [self.data(0x45), vec![0; 16], vec![0, 20], self.name(), key].concat();
        let length = u8::try_from(data.len()).unwrap();
        let attestation =
            [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58", &[length][..], &data].concat();
        json!({
            "ticket": asked["ticket"], "name": name,
            "clientData": encoded(&client("webauthn.create", &asked["challenge"], ORIGIN)),
            "attestation": encoded(&attestation),
        })
    }

    fn signs(&mut self, asked: &Value, origin: &str, flags: u8) -> Value {
        let client = client("webauthn.get", &asked["challenge"], origin);
        let data = self.data(flags);
        let text = [&data[..], Sha256::digest(&client).as_slice()].concat();
        json!({
            "ticket": asked["ticket"], "credential": encoded(&self.name()), "clientData": encoded(&client),
            "authenticatorData": encoded(&data), "signature": encoded(&self.key.sign(&text).to_bytes()),
            "user": encoded(&self.user),
        })
    }
}

async fn asked(site: &Site) -> Value {
    site.ask("", "POST /sign-in/passkey/begin", Value::Null).await.ok()
}

async fn door(site: &Site, signed: Value) -> Got {
    site.ask("", "POST /sign-in/passkey", signed).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_lets_its_person_in_alone_and_each_challenge_counts_once() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let (_, anns) = signed_in(&world, ann).await;
    let (_, bobs) = signed_in(&world, world.joins("bob", None).await).await;
    assert_eq!(site.get("", "/sign-in/ways").await.ok()["passkeys"], true);
    let begun = site.ask(&anns, "POST /me/passkeys/begin", Value::Null).await.ok();
    assert_eq!((&begun["rpId"], &begun["have"]), (&json!("localhost"), &json!([])));
    let mut device = Device::new(1);
    let made = device.makes(&begun, " Phone ");
    // Not for whoever else it was not begun for, and not twice.
    site.ask(&bobs, "POST /me/passkeys", made.clone()).await.is(400, "invalid", None);
    assert_eq!(site.ask(&anns, "POST /me/passkeys", made.clone()).await.status, 204);
    site.ask(&anns, "POST /me/passkeys", made).await.is(409, "conflict", None);
    let list = site.get(&anns, "/me/passkeys").await.ok();
    assert_eq!((&list[0]["name"], &list[0]["lastUsed"]), (&json!("Phone"), &Value::Null));
    let again = site.ask(&anns, "POST /me/passkeys/begin", Value::Null).await.ok();
    assert_eq!(again["have"], json!([encoded(&device.name())]));

    // One-time passwords are a second factor, and the device was two.
    let account = world.team.known.directory().account(ann).unwrap().clone();
    let with_totp = Account { totp: Some(vec![1]), ..account };
    world.make(Change::PutAccount(with_totp.clone())).await;
    let earlier = asked(&site).await;
    let signed = device.signs(&asked(&site).await, ORIGIN, 0x05);
    assert_eq!(door(&site, signed.clone()).await.ok()["account"]["name"], "ann");
    door(&site, signed).await.is(401, "authFailed", None);
    // Nor one that was begun before the last that counted.
    door(&site, device.signs(&earlier, ORIGIN, 0x05)).await.is(401, "authFailed", None);
    let list = site.get(&anns, "/me/passkeys").await.ok();
    assert!(list[0]["lastUsed"].is_number());

    for (origin, flags) in [("https://evil.example", 0x05), (ORIGIN, 0x01), (ORIGIN, 0x04)] {
        let signed = device.signs(&asked(&site).await, origin, flags);
        door(&site, signed).await.is(401, "authFailed", None);
    }
    let mut copy = Device { key: device.key.clone(), counter: 0, user: device.user.clone() };
    door(&site, copy.signs(&asked(&site).await, ORIGIN, 0x05)).await.is(401, "authFailed", None);
    let mut other = Device { user: vec![1; 16], ..Device::new(1) };
    other.counter = 100;
    door(&site, other.signs(&asked(&site).await, ORIGIN, 0x05)).await.is(401, "authFailed", None);
    // Whether there is such a passkey is not said.
    let unknown = door(&site, Device::new(9).signs(&asked(&site).await, ORIGIN, 0x05)).await;
    unknown.is(401, "authFailed", None);
    let mut bent = device.signs(&asked(&site).await, ORIGIN, 0x05);
    bent["signature"] = encoded(&[0; 64]);
    let bent = door(&site, bent).await;
    assert_eq!(bent.json["error"], unknown.json["error"]);
    // What was begun to make one signs nobody in.
    let begun = site.ask(&anns, "POST /me/passkeys/begin", Value::Null).await.ok();
    door(&site, device.signs(&begun, ORIGIN, 0x05)).await.is(400, "invalid", None);

    // As it is right, what was wrong before is forgotten.
    door(&site, device.signs(&asked(&site).await, ORIGIN, 0x05)).await.ok();
    let id = list[0]["id"].as_str().unwrap();
    let (rename, remove) =
        (format!("PATCH /me/passkeys/{id}"), format!("DELETE /me/passkeys/{id}"));
    site.ask(&bobs, &rename, json!({ "name": "Mine" })).await.is(404, "notFound", None);
    site.ask(&anns, &rename, json!({ "name": "" })).await.is(400, "invalid", Some("name"));
    assert_eq!(site.ask(&anns, &rename, json!({ "name": "Key ring" })).await.status, 204);
    let bare = Account { password: None, ..with_totp.clone() };
    world.make(Change::PutAccount(bare)).await;
    site.ask(&anns, &remove, Value::Null).await.is(409, "conflict", None);
    world.make(Change::PutAccount(with_totp.clone())).await;
    world.make(Change::PutAccount(Account { suspended: true, ..with_totp.clone() })).await;
    door(&site, device.signs(&asked(&site).await, ORIGIN, 0x05)).await.is(401, "authFailed", None);
    world.make(Change::PutAccount(with_totp)).await;
    door(&site, device.signs(&asked(&site).await, ORIGIN, 0x05)).await.ok();
    site.ask(&bobs, &remove, Value::Null).await.is(404, "notFound", None);
    assert_eq!(site.ask(&anns, &remove, Value::Null).await.status, 204);
    door(&site, device.signs(&asked(&site).await, ORIGIN, 0x05)).await.is(401, "authFailed", None);
    let (_, operator) = signed_in(&world, world.owner).await;
    let log = site.get(&operator, "/audit?limit=500").await.ok().to_string();
    for action in ["passkey.create", "passkey.rename", "passkey.delete"] {
        assert!(log.contains(action), "{action}");
    }
}
