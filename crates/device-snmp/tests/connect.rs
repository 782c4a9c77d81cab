//! Whether and as whom an agent is reached, against net-snmp's.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use patchbay_device_snmp::{
    Access, Asked, Authentication, AuthenticationProtocol as Hash, Credentials, Oid, Privacy,
    PrivacyProtocol as Cipher, Refusal, SnmpError, Socket, User, Value,
};
use patchbay_model::Secret;
use patchbay_testkit::{Pass, SnmpRelay, Snmpd, net_snmp, snmpd_or_skip};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use support::{LOSSY, PATIENT, SHORT, agent, v2c};

fn user(name: &str, signed: Option<(Hash, &str)>, sealed: Option<(Cipher, &str)>) -> Credentials {
    let secret = |text: &str| Secret::new(text.to_owned());
    let privacy = sealed.map(|(protocol, p)| Privacy { protocol, password: secret(p) });
    let authentication =
        signed.map(|(protocol, p)| Authentication { protocol, password: secret(p), privacy });
    Credentials::V3(User { name: name.to_owned(), authentication, context: String::new() })
}

fn snmpget(port: u16, arguments: &[&str], name: &str) -> String {
    let address = format!("127.0.0.1:{port}");
    let said = net_snmp("snmpget", &[arguments, &["-Oqv", &address, name]].concat()).unwrap();
    said.trim().trim_matches('"').to_owned()
}

#[tokio::test]
async fn every_version_hash_and_cipher_reads_what_snmpget_reads() {
    if !snmpd_or_skip("every version") {
        return;
    }
    let snmpd = Snmpd::start().await.unwrap();
    let there = snmpget(snmpd.port(), &["-v2c", "-c", "public"], ".1.3.6.1.2.1.1.1.0");
    let name = snmpget(snmpd.port(), &["-v2c", "-c", "public"], ".1.3.6.1.2.1.1.5.0");
    let (password, privacy) = (Snmpd::PASSWORD, Snmpd::PRIVACY);
    let community = Secret::new("public".to_owned());
    let users = [
        Credentials::V1 { community },
        v2c("public"),
        user("plain", None, None),
        user("signer", Some((Hash::Sha256, password)), None),
        user("md5", Some((Hash::Md5, password)), Some((Cipher::Des, privacy))),
        user("sha", Some((Hash::Sha1, password)), Some((Cipher::Aes128, privacy))),
        user("sha224", Some((Hash::Sha224, password)), Some((Cipher::Aes128, privacy))),
        user("sha256", Some((Hash::Sha256, password)), Some((Cipher::Aes128, privacy))),
        user("sha384", Some((Hash::Sha384, password)), Some((Cipher::Aes192, privacy))),
        user("sha512", Some((Hash::Sha512, password)), Some((Cipher::Aes256, privacy))),
    ];
    // All over one socket, as a fleet is asked.
    let socket = Socket::open().await.unwrap();
    for credentials in &users {
        let access = Access::new(credentials).unwrap();
        let agent = socket.agent("127.0.0.1", snmpd.port(), &access, PATIENT).await.unwrap();
        let system = agent.system().await.unwrap_or_else(|e| panic!("{credentials:?}: {e}"));
        assert_eq!(system.description, there, "{credentials:?}");
        assert_eq!(system.name, name);
        // net-snmp on Linux (NET-SNMP-TC).
        assert_eq!(system.object, Oid::from_slice(&[1, 3, 6, 1, 4, 1, 8072, 3, 2, 10]));
    }
}

#[tokio::test]
async fn a_refusal_says_what_is_wrong() {
    if !snmpd_or_skip("refusals") {
        return;
    }
    let snmpd = Snmpd::start().await.unwrap();
    let (password, privacy) = (Snmpd::PASSWORD, Snmpd::PRIVACY);
    let fails = async |credentials: Credentials| {
        agent(snmpd.port(), &credentials, PATIENT).await.system().await.unwrap_err()
    };
    let nobody = user("nobody", Some((Hash::Sha1, password)), None);
    assert!(matches!(fails(nobody).await, SnmpError::UnknownUser(_)));
    let wrong = user("sha", Some((Hash::Sha1, "another password")), None);
    assert!(matches!(fails(wrong).await, SnmpError::WrongDigest(_)));
    let wrong = user("sha", Some((Hash::Sha256, password)), None);
    assert!(matches!(fails(wrong).await, SnmpError::WrongDigest(_)));
    let unsealed = user("signer", Some((Hash::Sha256, password)), Some((Cipher::Aes128, privacy)));
    assert!(matches!(fails(unsealed).await, SnmpError::Level(_)));
    // It knows the user, who may see nothing unsealed.
    let unsealed = user("sha", Some((Hash::Sha1, password)), None);
    let refused = fails(unsealed).await;
    assert!(matches!(&refused, SnmpError::Refused { why: Refusal::NoAccess, .. }), "{refused:?}");

    // net-snmp drops what it cannot decrypt.
    let wrong = user("sha", Some((Hash::Sha1, password)), Some((Cipher::Aes128, "another pass")));
    let silent = agent(snmpd.port(), &wrong, SHORT).await.system().await.unwrap_err();
    assert!(matches!(silent, SnmpError::NoAnswer { asked: Asked::Sealed, .. }), "{silent:?}");

    let silent = agent(snmpd.port(), &v2c("another"), SHORT).await.system().await.unwrap_err();
    assert!(silent.unanswered());
    assert!(silent.to_string().contains("the community"), "{silent}");
    let nowhere = Socket::open().await.unwrap();
    let access = Access::new(&v2c("public")).unwrap();
    let unnamed = nowhere.agent("no-such-machine.invalid", 161, &access, SHORT).await;
    assert!(matches!(unnamed, Err(SnmpError::Name(_))));
}

#[tokio::test]
async fn changes_are_refused_by_name() {
    if !snmpd_or_skip("changes that are refused") {
        return;
    }
    let snmpd = Snmpd::start().await.unwrap();
    let contact = Oid::from_slice(&[1, 3, 6, 1, 2, 1, 1, 4, 0]);
    let wanted = Value::OctetString("noc@example.org".into());
    let reader = agent(snmpd.port(), &v2c("public"), PATIENT).await;
    let refused = reader.set(&[(contact.clone(), wanted.clone())]).await.unwrap_err();
    assert!(matches!(refused, SnmpError::Refused { why: Refusal::NoAccess, .. }), "{refused:?}");
    let writer = agent(snmpd.port(), &v2c("private"), PATIENT).await;
    let refused = writer.set(&[(contact.clone(), Value::Integer(1))]).await.unwrap_err();
    assert!(matches!(refused, SnmpError::Refused { why: Refusal::BadValue, .. }), "{refused:?}");
    let description = Oid::from_slice(&[1, 3, 6, 1, 2, 1, 1, 1, 0]);
    let refused = writer.set(&[(description, wanted.clone())]).await.unwrap_err();
    assert!(matches!(refused, SnmpError::Refused { why: Refusal::ReadOnly, .. }), "{refused:?}");
    writer.set(&[(contact.clone(), wanted.clone())]).await.unwrap();
    assert_eq!(writer.get(&[contact]).await.unwrap(), [Some(wanted)]);
    assert_eq!(writer.system().await.unwrap().contact, "noc@example.org");
}

#[tokio::test]
async fn columns_are_what_snmpbulkwalk_finds_in_every_version() {
    if !snmpd_or_skip("columns beside snmpbulkwalk") {
        return;
    }
    let snmpd = Snmpd::start().await.unwrap();
    // The object that says who is asked has no value in all versions; sysORID, sysORDescr: rows that do not change.
    let columns = [2, 3].map(|column| Oid::from_slice(&[1, 3, 6, 1, 2, 1, 1, 9, 1, column]));
    let address = format!("127.0.0.1:{}", snmpd.port());
    let asked = ["-v2c", "-c", "public", "-Oq", &address, ".1.3.6.1.2.1.1.9.1.3"];
    let theirs = net_snmp("snmpbulkwalk", &asked).unwrap();
    let v1 = Credentials::V1 { community: Secret::new("public".to_owned()) };
    for credentials in [v1, v2c("public")] {
        let agent = agent(snmpd.port(), &credentials, PATIENT).await;
        let cells = agent.columns(&columns).await.unwrap();
        let [names, texts] = cells.as_slice() else { panic!() };
        assert_eq!(names.len(), texts.len());
        let ours: Vec<String> = texts
            .iter()
            .map(|(index, value)| {
                let arcs: Vec<String> = index.iter().map(ToString::to_string).collect();
                let text = value.as_str().unwrap();
                format!(".1.3.6.1.2.1.1.9.1.3.{} \"{text}\"", arcs.join("."))
            })
            .collect();
        assert_eq!(ours, theirs.lines().collect::<Vec<_>>());
        assert!(ours.len() > 5);
    }
}

#[tokio::test]
async fn an_agent_with_an_address_of_ipv6_is_asked_over_the_same_socket() {
    if !snmpd_or_skip("an agent by IPv6") {
        return;
    }
    let snmpd = Snmpd::start().await.unwrap();
    if !snmpd.has_v6() {
        eprintln!("skipped: an agent by IPv6 (this machine has none)");
        return;
    }
    let access = Access::new(&v2c("public")).unwrap();
    let socket = Socket::open().await.unwrap();
    let mut names = Vec::new();
    for address in ["::1", "127.0.0.1"] {
        let agent = socket.agent(address, snmpd.port(), &access, PATIENT).await.unwrap();
        names.push(agent.system().await.unwrap().name);
    }
    assert_eq!(names[0], names[1]);
}

/// Also with the exchanges around it that version 3 needs, a change goes out once.
#[tokio::test]
async fn a_change_in_version_3_is_sent_once() {
    if !snmpd_or_skip("a change in version 3") {
        return;
    }
    let snmpd = Snmpd::start().await.unwrap();
    let sent = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&sent);
    let mut lose = false;
    let relay = SnmpRelay::start(snmpd.port(), move |pass, data| {
        // Signed, not sealed: the value can be seen on its way.
        let seen = data.windows(16).any(|w| w == b"once@example.org");
        if pass == Pass::Ask && seen {
            counts.fetch_add(1, Ordering::SeqCst);
            lose = true;
        }
        if pass == Pass::Answer && std::mem::take(&mut lose) { vec![] } else { vec![data] }
    })
    .unwrap();
    let signer = user("signer", Some((Hash::Sha256, Snmpd::PASSWORD)), None);
    let agent = agent(relay.port(), &signer, LOSSY).await;
    // Whoever has asked before knows the agent's clock, without which it refuses to listen.
    assert_ne!(agent.system().await.unwrap().contact, "once@example.org");
    let contact = Oid::from_slice(&[1, 3, 6, 1, 2, 1, 1, 4, 0]);
    let set = agent.set(&[(contact, Value::OctetString("once@example.org".into()))]).await;
    assert!(set.unwrap_err().unanswered());
    assert_eq!(sent.load(Ordering::SeqCst), 1);
    assert_eq!(agent.system().await.unwrap().contact, "once@example.org");
}
