#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;
use proptest::prelude::*;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use serde_json::json;

const ORIGIN: &str = "https://team.example.org:7443";
const ASKED: Asked<'static> = Asked {
    challenge: b"a challenge of 32 bytes or so....",
    origin: ORIGIN,
    server: "team.example.org",
};
const UP_UV: u8 = PRESENT | VERIFIED;

fn text(value: &str) -> Vec<u8> {
    [&[0x60 + u8::try_from(value.len()).unwrap()], value.as_bytes()].concat()
}

fn bytes(value: &[u8]) -> Vec<u8> {
    [&[0x59][..], &u16::try_from(value.len()).unwrap().to_be_bytes(), value].concat()
}

fn client(what: &str, changed: serde_json::Value) -> Vec<u8> {
    let challenge = data_encoding::BASE64URL_NOPAD.encode(ASKED.challenge);
    let mut said = json!({ "type": what, "challenge": challenge, "origin": ORIGIN, "crossOrigin": false, "new": 1 });
    for (name, value) in changed.as_object().unwrap() {
        said[name] = value.clone();
    }
    said.to_string().into_bytes()
}

fn data(server: &str, flags: u8, counter: u32, rest: &[u8]) -> Vec<u8> {
    [Sha256::digest(server).as_slice(), &[flags], &counter.to_be_bytes(), rest].concat()
}

/// A double of an authenticator, in software.
enum Device {
    Ed(Ed25519KeyPair),
    Ec(EcdsaKeyPair),
}

impl Device {
    fn both() -> [Self; 2] {
        let random = SystemRandom::new();
        let ed = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        [
            Self::Ed(Ed25519KeyPair::from_pkcs8(ed.as_ref()).unwrap()),
            Self::Ec(
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, ec.as_ref(), &random)
                    .unwrap(),
            ),
        ]
    }

    fn key(&self) -> Vec<u8> {
        match self {
            Self::Ed(pair) => [
                &[0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21][..],
                &bytes(pair.public_key().as_ref()),
            ]
            .concat(),
            Self::Ec(pair) => {
                let point = pair.public_key().as_ref();
                [
                    &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21][..],
                    &bytes(&point[1..33]),
                    &[0x22],
                    &bytes(&point[33..]),
                ]
                .concat()
            }
        }
    }

    fn signs(&self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed(pair) => pair.sign(text).as_ref().to_vec(),
            Self::Ec(pair) => pair.sign(&SystemRandom::new(), text).unwrap().as_ref().to_vec(),
        }
    }

    fn attestation(&self, flags: u8, after: &[u8]) -> Vec<u8> {
        let credential = [&[0; 16][..], &[0, 4], b"name", &self.key(), after].concat();
        let data = data(ASKED.server, flags, 5, &credential);
        [
            &[0xa3][..],
            &text("fmt"),
            &text("none"),
            &text("attStmt"),
            &[0xa0],
            &text("authData"),
            &bytes(&data),
        ]
        .concat()
    }

    fn signed(
        &self,
        changed: serde_json::Value,
        (flags, counter): (u8, u32),
        known: u32,
    ) -> Result<u32, PasskeyError> {
        let client = client("webauthn.get", changed);
        let data = data(ASKED.server, flags, counter, &[]);
        let signature = self.signs(&[&data[..], Sha256::digest(&client).as_slice()].concat());
        ASKED.signed(&self.key(), known, (&client, &data, &signature))
    }
}

#[test]
fn what_a_device_makes_is_taken_and_what_it_signs_counts() {
    for device in Device::both() {
        let created = client("webauthn.create", json!({}));
        let made = ASKED.made(&created, &device.attestation(UP_UV | HAS_CREDENTIAL, &[])).unwrap();
        assert_eq!(made, Made { credential: b"name".to_vec(), key: device.key(), counter: 5 });
        // Extensions are passed over where they are announced, and nowhere else.
        let extended = device.attestation(UP_UV | HAS_CREDENTIAL | HAS_EXTENSIONS, &[0xa0]);
        assert_eq!(ASKED.made(&created, &extended).unwrap(), made);
        let loose = device.attestation(UP_UV | HAS_CREDENTIAL, &[0xa0]);
        assert_eq!(ASKED.made(&created, &loose), Err(E::Malformed));
        for flags in [HAS_CREDENTIAL | PRESENT, HAS_CREDENTIAL | VERIFIED] {
            assert_eq!(ASKED.made(&created, &device.attestation(flags, &[])), Err(E::Unverified));
        }
        assert_eq!(ASKED.made(&created, &device.attestation(UP_UV, &[])), Err(E::Malformed));
        let signed = client("webauthn.get", json!({}));
        let attestation = device.attestation(UP_UV | HAS_CREDENTIAL, &[]);
        assert_eq!(ASKED.made(&signed, &attestation), Err(E::Other));

        let none = || json!({});
        assert_eq!(device.signed(none(), (UP_UV, 6), 5), Ok(6));
        assert_eq!(device.signed(none(), (UP_UV, 0), 0), Ok(0));
        for (counter, known) in [(5, 5), (4, 5), (0, 5)] {
            assert_eq!(device.signed(none(), (UP_UV, counter), known), Err(E::Copied));
        }
        for flags in [0, PRESENT, VERIFIED] {
            assert_eq!(device.signed(none(), (flags, 6), 5), Err(E::Unverified));
        }
        for (changed, error) in [
            (json!({ "type": "webauthn.create" }), E::Other),
            (json!({ "challenge": "AAAA" }), E::Other),
            (json!({ "challenge": "" }), E::Other),
            (json!({ "challenge": "a=" }), E::Malformed),
            (json!({ "origin": "https://team.example.org" }), E::Origin),
            (json!({ "origin": "https://evil.example" }), E::Origin),
            (json!({ "crossOrigin": true }), E::Origin),
            (json!({ "origin": 1 }), E::Malformed),
        ] {
            assert_eq!(device.signed(changed.clone(), (UP_UV, 6), 5), Err(error), "{changed}");
        }
    }
}

#[test]
fn a_signature_is_of_this_key_and_of_all_that_was_said() {
    let [one, other] = Device::both();
    let client = client("webauthn.get", json!({}));
    let data = data(ASKED.server, UP_UV, 1, &[]);
    let said = [&data[..], Sha256::digest(&client).as_slice()].concat();
    let signature = one.signs(&said);
    let signed = |key: &[u8], data: &[u8], signature: &[u8]| {
        ASKED.signed(key, 0, (&client, data, signature))
    };
    assert_eq!(signed(&one.key(), &data, &signature), Ok(1));
    assert_eq!(signed(&other.key(), &data, &signature), Err(E::Signature));
    assert_eq!(signed(&one.key(), &data, &[]), Err(E::Signature));
    let mut later = data.clone();
    later[36] = 2;
    assert_eq!(signed(&one.key(), &later, &signature), Err(E::Signature));
    let mut elsewhere = data.clone();
    elsewhere[0] ^= 1;
    assert_eq!(signed(&one.key(), &elsewhere, &signature), Err(E::Origin));
    assert_eq!(signed(&one.key(), &data[..30], &signature), Err(E::Malformed));
    // A key of a kind that is not understood, and what is no key.
    assert_eq!(signed(&[0xa2, 0x01, 0x04, 0x03, 0x05], &data, &signature), Err(E::Unsupported));
    assert_eq!(signed(&[0x00], &data, &signature), Err(E::Malformed));
}

proptest! {
    #[test]
    fn garbage_is_read_to_its_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = reads(&bytes);
    }

    #[test]
    fn what_is_nearly_right_is_read_to_its_end(at in 0_usize..150, by: u8) {
        let [device, _] = Device::both();
        let mut attestation = device.attestation(UP_UV | HAS_CREDENTIAL, &[]);
        let at = at % attestation.len();
        attestation[at] ^= by;
        let _ = ASKED.made(&client("webauthn.create", json!({})), &attestation);
        let _ = reads(&attestation);
    }
}
