//! Security keys through an agent. No device is here: a double of an agent signs with keys made by software, in the form
//! a device does (PROTOCOL.u2f), and a real sshd verifies what it gets.

use crate::person::{Person, eventually, fails, target, works};
use data_encoding::BASE64;
use patchbay_engine_ssh::{Credential, Target, agent_keys, agent_server};
use patchbay_testkit::Sshd;
use russh::keys::{
    Algorithm, EcdsaCurve, PrivateKey, PublicKey,
    key::safe_rng,
    signature::Signer,
    ssh_key::{
        Signature,
        public::{EcdsaPublicKey, KeyData, SkEcdsaSha2NistP256, SkEd25519},
    },
};
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
};

/// A key in a device, as far as software goes.
struct SoftwareKey {
    private: PrivateKey,
    public: PublicKey,
}

impl SoftwareKey {
    fn ed25519() -> Self {
        let private = PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).unwrap();
        let half = *private.public_key().key_data().ed25519().unwrap();
        let public = KeyData::SkEd25519(SkEd25519::new(half, "ssh:"));
        Self { private, public: PublicKey::new(public, "token") }
    }

    fn ecdsa() -> Self {
        let curve = EcdsaCurve::NistP256;
        let private = PrivateKey::random(&mut safe_rng(), Algorithm::Ecdsa { curve }).unwrap();
        let KeyData::Ecdsa(EcdsaPublicKey::NistP256(point)) = private.public_key().key_data()
        else {
            panic!("another curve");
        };
        let public = KeyData::SkEcdsaSha2NistP256(SkEcdsaSha2NistP256::new(*point, "ssh:"));
        Self { private, public: PublicKey::new(public, "token") }
    }

    /// What a device signs: the application and the message hashed, with flags and a counter in between.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        const TOUCHED: u8 = 1;
        let counter = 7u32.to_be_bytes();
        let mut signed = Sha256::digest(b"ssh:").to_vec();
        signed.push(TOUCHED);
        signed.extend(counter);
        signed.extend(Sha256::digest(message));
        let signature: Signature = self.private.try_sign(&signed).unwrap();
        let mut blob = Vec::new();
        put(&mut blob, self.public.algorithm().to_string().as_bytes());
        put(&mut blob, signature.as_bytes());
        blob.push(TOUCHED);
        blob.extend(counter);
        blob
    }
}

fn put(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
    to.extend(bytes);
}

/// An agent that waits for the touch before it signs.
fn agent(at: &Path, key: SoftwareKey, touched: Arc<AtomicBool>) -> PathBuf {
    let socket = at.join("agent");
    let listener = UnixListener::bind(&socket).unwrap();
    let key = Arc::new(key);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, key.clone(), touched.clone()));
        }
    });
    socket
}

async fn serve(mut stream: UnixStream, key: Arc<SoftwareKey>, touched: Arc<AtomicBool>) {
    while let Ok(length) = stream.read_u32().await {
        let mut message = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut message).await.unwrap();
        let answer = match agent_server::Request::parse(&message) {
            Some(agent_server::Request::Identities) => {
                agent_server::identities([(key.public.to_bytes().unwrap().as_slice(), "token")])
            }
            Some(agent_server::Request::Sign { data, .. }) => {
                while !touched.load(Ordering::Relaxed) {
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
                agent_server::signed(&key.sign(&data))
            }
            _ => agent_server::failure(),
        };
        stream.write_all(&answer).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn they_sign_in_once_touched() {
    for (key, name) in [
        (SoftwareKey::ed25519(), "sk-ssh-ed25519@openssh.com"),
        (SoftwareKey::ecdsa(), "sk-ecdsa-sha2-nistp256@openssh.com"),
    ] {
        let line = format!("{name} {}", BASE64.encode(&key.public.to_bytes().unwrap()));
        let sshd = Sshd::builder().authorized_key(&line).start().await.unwrap();
        let touched = Arc::new(AtomicBool::new(false));
        let socket = agent(sshd.dir(), key, touched.clone());

        let listed = agent_keys(Some(&socket)).await.unwrap();
        assert_eq!(listed[0].algorithm, name);
        assert_eq!(listed[0].openssh, format!("{line} token"));

        let credential = Credential::Agent { fingerprint: Some(listed[0].fingerprint.clone()) };
        let target = Target { agent: Some(socket), ..target(&sshd, vec![credential]) };
        let person = Person::new();
        let watching = person.clone();
        let toucher = async {
            eventually("being told to touch the key", || {
                watching.notes().contains("touch your security key")
            })
            .await;
            touched.store(true, Ordering::Relaxed);
        };
        tokio::join!(works(target, &person), toucher);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_for_another_application_is_refused() {
    let mut key = SoftwareKey::ed25519();
    let half = *key.private.public_key().key_data().ed25519().unwrap();
    // The server hashes the application of the key it knows.
    key.public = PublicKey::new(KeyData::SkEd25519(SkEd25519::new(half, "ssh:other")), "");
    let line = key.public.to_openssh().unwrap();
    let sshd = Sshd::builder().authorized_key(line).start().await.unwrap();
    let socket = agent(sshd.dir(), key, Arc::new(AtomicBool::new(true)));
    let credential = Credential::Agent { fingerprint: None };
    let target = Target { agent: Some(socket), ..target(&sshd, vec![credential]) };
    fails(target, &Person::new()).await;
}
