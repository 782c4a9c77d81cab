//! What bad answers get, against net-snmp's agent with a relay in front that spoils what it says.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use patchbay_device_snmp::{Access, Oid, SnmpError, Socket};
use patchbay_testkit::{Pass, SnmpRelay, Snmpd, net_snmp, snmpd_or_skip};
use std::{
    net::UdpSocket,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use support::{LOSSY, PATIENT, SHORT, agent, v2c};

/// Where the request id stands: after the tags and lengths of message, version, community and PDU, which are one byte each here.
fn request_id(data: &mut [u8]) -> &mut [u8] {
    let community = data.windows(6).position(|w| w == b"public").unwrap();
    // The PDU's tag and length, which may take up to three bytes, then INTEGER.
    let from = community + 6 + 1;
    let length = match data[from] {
        0x81 => 2,
        0x82 => 3,
        _ => 1,
    };
    let at = from + length;
    assert_eq!(data[at], 2);
    let bytes = usize::from(data[at + 1]);
    &mut data[at + 2..at + 2 + bytes]
}

#[tokio::test]
async fn an_answer_to_another_request_is_not_believed() {
    if !snmpd_or_skip("answers to other requests") {
        return;
    }
    let snmpd = Snmpd::start().await.unwrap();
    // Before each true answer come two that look like it: one with another request's id, one with another community.
    let relay = SnmpRelay::start(snmpd.port(), |pass, data| {
        if pass == Pass::Ask {
            return vec![data];
        }
        let spoil = |data: &mut Vec<u8>| {
            let linux = data.windows(5).position(|w| w == b"Linux");
            if let Some(at) = linux {
                data[at..at + 5].copy_from_slice(b"Lies!");
            }
        };
        let (mut other, mut stranger) = (data.clone(), data.clone());
        spoil(&mut other);
        request_id(&mut other)[0] ^= 0x11;
        spoil(&mut stranger);
        let community = stranger.windows(6).position(|w| w == b"public").unwrap();
        stranger[community..community + 6].copy_from_slice(b"cilbup");
        vec![other, stranger, data]
    })
    .unwrap();
    let system = agent(relay.port(), &v2c("public"), PATIENT).await.system().await.unwrap();
    assert!(system.description.starts_with("Linux"), "{}", system.description);
}

#[tokio::test]
async fn lengths_that_lie_end_in_words_and_not_in_memory() {
    if !snmpd_or_skip("lengths that lie") {
        return;
    }
    let snmpd = Snmpd::start().await.unwrap();
    // Every byte of the answer after the request id in turn becomes a length that nothing has, or is where it is cut off.
    let turn = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&turn);
    let relay = SnmpRelay::start(snmpd.port(), move |pass, mut data| {
        if pass == Pass::Answer {
            let turn = counts.fetch_add(1, Ordering::SeqCst);
            let at = 20 + turn / 2 * 3 % (data.len() - 20);
            if turn.is_multiple_of(2) {
                data[at] = 0x84;
            } else {
                data.truncate(at);
            }
        }
        vec![data]
    })
    .unwrap();
    let agent = agent(relay.port(), &v2c("public"), SHORT).await;
    let mut bad = 0;
    for _ in 0..24 {
        match agent.columns(&[Oid::from_slice(&[1, 3, 6, 1, 2, 1, 1, 9, 1, 3])]).await {
            Ok(_) => {}
            Err(SnmpError::NoAnswer { .. } | SnmpError::Nonsense(_) | SnmpError::Loops(_)) => {
                bad += 1
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(bad > 0 && turn.load(Ordering::SeqCst) >= 24);
}

#[tokio::test]
async fn an_agent_that_stops_in_the_middle_slows_nobody_else_down() {
    if !snmpd_or_skip("an agent that stops") {
        return;
    }
    let snmpd = Snmpd::start().await.unwrap();
    let mut answers = 0;
    let relay = SnmpRelay::start(snmpd.port(), move |pass, data| {
        answers += usize::from(pass == Pass::Answer);
        if answers > 2 { vec![] } else { vec![data] }
    })
    .unwrap();
    let socket = Socket::open().await.unwrap();
    let access = Access::new(&v2c("public")).unwrap();
    let stops = socket.agent("127.0.0.1", relay.port(), &access, LOSSY).await.unwrap();
    let lives = socket.agent("127.0.0.1", snmpd.port(), &access, PATIENT).await.unwrap();
    // Everything the agent has, which takes many answers.
    let all = [Oid::from_slice(&[1, 3, 6, 1, 2, 1])];
    let mut asked = 0;
    let (ended, ()) = tokio::join!(stops.columns(&all), async {
        while asked < 20 {
            lives.system().await.unwrap();
            asked += 1;
        }
    });
    assert!(matches!(ended, Err(SnmpError::NoAnswer { .. })), "{ended:?}");
    assert_eq!(asked, 20);
}

#[tokio::test]
async fn answers_come_twice_or_late_and_change_nothing() {
    if !snmpd_or_skip("answers that come twice") {
        return;
    }
    let snmpd = Snmpd::start().await.unwrap();
    let mut before: Vec<u8> = Vec::new();
    // Each answer twice, and the one to the question before it again.
    let relay = SnmpRelay::start(snmpd.port(), move |pass, data| match pass {
        Pass::Ask => vec![data],
        Pass::Answer => {
            let late = std::mem::replace(&mut before, data.clone());
            vec![late, data.clone(), data]
        }
    })
    .unwrap();
    let agent = agent(relay.port(), &v2c("public"), PATIENT).await;
    let column = [Oid::from_slice(&[1, 3, 6, 1, 2, 1, 1, 9, 1, 3])];
    let address = format!("127.0.0.1:{}", snmpd.port());
    let asked = ["-v2c", "-c", "public", "-Oqv", &address, ".1.3.6.1.2.1.1.9.1.3"];
    let theirs = net_snmp("snmpbulkwalk", &asked).unwrap().lines().count();
    for _ in 0..3 {
        assert_eq!(agent.columns(&column).await.unwrap()[0].len(), theirs);
    }
}

#[tokio::test]
async fn noise_is_no_answer() {
    let noise = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = noise.local_addr().unwrap().port();
    let echo = std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        // The question itself comes back, and bytes of no kind.
        let (length, from) = noise.recv_from(&mut buffer).unwrap();
        noise.send_to(&buffer[..length], from).unwrap();
        for data in
            [&b""[..], b"0", b"0\x84\xff\xff\xff\xff", &[0x30; 1400], b"\x30\x80\x02\x01\x01\0\0"]
        {
            noise.send_to(data, from).unwrap();
        }
    });
    let ended = agent(port, &v2c("public"), SHORT).await.system().await;
    assert!(matches!(ended, Err(SnmpError::NoAnswer { .. } | SnmpError::Nonsense(_))), "{ended:?}");
    echo.join().unwrap();
}
