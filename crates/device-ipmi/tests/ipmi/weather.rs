//! What gets lost, comes twice, late or changed on its way.

use super::{admin, sim};
use patchbay_device_ipmi::{IpmiError, Power};
use patchbay_testkit::{UdpRelay, Way, ipmi_or_skip};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// Whether a datagram is of an open session of IPMI 2.0: its number is none of 0.
fn in_session(datagram: &[u8]) -> bool {
    datagram.len() > 16 && datagram[4] == 6 && datagram[6..10] != [0; 4]
}

fn powered(told: &[String]) -> usize {
    told.iter().filter(|line| line.contains("set power")).count()
}

#[tokio::test]
async fn every_second_packet_is_lost() {
    if !ipmi_or_skip("every_second_packet_is_lost") {
        return;
    }
    let sim = sim().await;
    let mut count = 0;
    let fate = move |_: Way, datagram: &[u8]| {
        count += 1;
        if count % 3 == 0 { Vec::new() } else { vec![datagram.to_vec()] }
    };
    let relay = UdpRelay::start(sim.address(), Box::new(fate)).await.unwrap();
    let bmc = admin(relay.address());
    let direct = admin(sim.address());
    assert_eq!(bmc.info().await.unwrap(), direct.info().await.unwrap());
    assert_eq!(bmc.sensors().await.unwrap(), direct.sensors().await.unwrap());
    let mut sent: Vec<_> = relay.seen();
    sent.retain(|(way, datagram)| *way == Way::There && in_session(datagram));
    let numbers: std::collections::HashSet<_> =
        sent.iter().map(|(_, datagram)| datagram[6..14].to_vec()).collect();
    assert_eq!(numbers.len(), sent.len(), "each packet has a number of its own");
}

#[tokio::test]
async fn packets_come_twice_damaged_in_another_order_and_from_others() {
    if !ipmi_or_skip("packets_come_twice_damaged_in_another_order_and_from_others") {
        return;
    }
    let sim = sim().await;
    let mut before: Option<Vec<u8>> = None;
    let fate = move |way: Way, datagram: &[u8]| {
        if way == Way::There {
            return vec![datagram.to_vec()];
        }
        let mut damaged = datagram.to_vec();
        let last = damaged.len() - 1;
        damaged[last] ^= 0x40;
        let mut lying = datagram.to_vec();
        if let Some(length) = lying.get_mut(14) {
            *length = 0xff;
        }
        let cut = datagram[..last].to_vec();
        let old = before.replace(datagram.to_vec());
        let noise = vec![b"hello".to_vec(), Vec::new(), damaged, lying, cut];
        noise.into_iter().chain(old).chain([datagram.to_vec(), datagram.to_vec()]).collect()
    };
    let relay = UdpRelay::start(sim.address(), Box::new(fate)).await.unwrap();
    let (bmc, direct) = (admin(relay.address()), admin(sim.address()));
    assert_eq!(bmc.info().await.unwrap(), direct.info().await.unwrap());
    assert_eq!(bmc.records().await.unwrap(), direct.records().await.unwrap());
    bmc.power(Power::On).await.unwrap();
    assert_eq!(powered(&sim.told()), 1);
}

#[tokio::test]
async fn a_power_command_whose_answer_is_lost_is_not_told_twice() {
    if !ipmi_or_skip("a_power_command_whose_answer_is_lost_is_not_told_twice") {
        return;
    }
    let sim = sim().await;
    let (told, lose) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (counted, losing) = (Arc::clone(&told), Arc::clone(&lose));
    let fate = move |way: Way, datagram: &[u8]| {
        // The first command of the session that is not a sign of life is the one.
        if losing.load(Ordering::SeqCst) && in_session(datagram) {
            if way == Way::There {
                counted.fetch_add(1, Ordering::SeqCst);
            } else if counted.load(Ordering::SeqCst) == 2 {
                losing.store(false, Ordering::SeqCst);
                return Vec::new();
            }
        }
        vec![datagram.to_vec()]
    };
    let relay = UdpRelay::start(sim.address(), Box::new(fate)).await.unwrap();
    let bmc = admin(relay.address());
    assert!(!bmc.chassis().await.unwrap().on);
    lose.store(true, Ordering::SeqCst);
    let result = bmc.power(Power::On).await;
    let expected = IpmiError::NotKnown { command: "power on", power: Some(true) };
    assert_eq!(result, Err(expected));
    assert_eq!(powered(&sim.told()), 1, "told once: {:?}", sim.told());
    assert!(bmc.chassis().await.unwrap().on, "a new session is opened for what is harmless");
}

#[tokio::test]
async fn a_bmc_that_stops_in_the_middle_and_comes_back() {
    if !ipmi_or_skip("a_bmc_that_stops_in_the_middle_and_comes_back") {
        return;
    }
    let mut sim = sim().await;
    let bmc = admin(sim.address());
    bmc.info().await.unwrap();
    sim.stop();
    assert_eq!(bmc.info().await, Err(IpmiError::Silent));
    assert_eq!(bmc.power(Power::On).await, Err(IpmiError::Silent), "it was never told");
    sim.start_again().await.unwrap();
    bmc.info().await.unwrap();
    // It forgets its sessions, and nobody here knows.
    sim.start_again().await.unwrap();
    bmc.power(Power::On).await.unwrap();
    assert_eq!(powered(&sim.told()), 1);
}
