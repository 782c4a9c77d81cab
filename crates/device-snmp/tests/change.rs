//! Changes of a switch, against the testkit's switch of 48 ports (its agent is pysnmp's, its tables are ours), with a relay in
//! front that cuts it off.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use patchbay_device_snmp::Agent;
use patchbay_device_switch::{Change, Device, Outcome, Plan, Timing, Wish};
use patchbay_testkit::{Pass, SnmpRelay, SnmpSwitch, net_snmp, snmpsim_or_skip};
use std::{
    collections::BTreeSet,
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use support::{LOSSY, PATIENT, agent, v2c};
use tokio::sync::oneshot;

const TIMING: Timing = Timing {
    within: Duration::from_secs(60),
    give_up: Duration::from_secs(60),
    pause: Duration::from_millis(20),
};

fn wishes() -> Vec<Wish> {
    let port = SnmpSwitch::interface;
    vec![
        Wish::Create { vlan: 30, name: "voice".to_owned() },
        Wish::Access { port: port(5), vlan: 30 },
        Wish::Trunk { port: port(6), native: Some(20), tagged: BTreeSet::from([1, 30]) },
        Wish::Alias { port: port(5), alias: "phone".to_owned() },
        Wish::Up { port: port(7), up: false },
        Wish::Rename { vlan: 20, name: "hosts".to_owned() },
    ]
}

async fn planned(agent: &Agent, wishes: &[Wish]) -> Plan {
    Plan::new(agent.config().await.unwrap(), wishes).unwrap()
}

/// What net-snmp reads of an object.
fn reads(port: u16, name: &str) -> String {
    let address = format!("127.0.0.1:{port}");
    let said = net_snmp("snmpget", &["-v2c", "-c", "public", "-Oqv", &address, name]).unwrap();
    said.trim().trim_matches('"').trim().to_owned()
}

const PVID_OF_5: &str = ".1.3.6.1.2.1.17.7.1.4.5.1.1.5";

#[tokio::test]
async fn a_confirmed_change_stays_and_its_inverse_takes_it_back() {
    if !snmpsim_or_skip("a change of a switch") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let agent = agent(switch.port(), &v2c("private"), PATIENT).await;
    let plan = planned(&agent, &wishes()).await;
    let change = Change::start(agent.clone(), plan.clone(), TIMING, pending());
    let waits = change.outcome().wait_for(|o| *o == Outcome::Waiting).await.is_ok();
    assert!(waits);
    assert_eq!(change.confirm().await, Outcome::Confirmed);
    assert!(plan.missing(&agent.config().await.unwrap()).is_empty());
    assert_eq!(reads(switch.port(), PVID_OF_5), "30");
    assert_eq!(reads(switch.port(), ".1.3.6.1.2.1.31.1.1.1.18.10105"), "phone");
    assert_eq!(reads(switch.port(), ".1.3.6.1.2.1.2.2.1.7.10107"), "2");
    assert_eq!(reads(switch.port(), ".1.3.6.1.2.1.17.7.1.4.3.1.1.20"), "hosts");
    // Ports 5 and 6 leave by VLAN 30: the fifth and sixth bit.
    assert_eq!(reads(switch.port(), ".1.3.6.1.2.1.17.7.1.4.3.1.2.30"), "0C 00 00 00 00 00");
    assert_eq!(reads(switch.port(), ".1.3.6.1.2.1.17.7.1.4.3.1.4.30"), "08 00 00 00 00 00");

    let back = Change::start(agent.clone(), plan.inverse(), TIMING, pending());
    assert_eq!(back.confirm().await, Outcome::Confirmed);
    assert_eq!(agent.config().await.unwrap(), *plan.before());
}

#[tokio::test]
async fn a_change_that_is_not_confirmed_is_taken_back() {
    if !snmpsim_or_skip("a change that is not confirmed") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let agent = agent(switch.port(), &v2c("private"), PATIENT).await;
    let plan = planned(&agent, &wishes()).await;
    // Its time is up.
    let (up, over) = oneshot::channel::<()>();
    let change = Change::start(agent.clone(), plan.clone(), TIMING, async move {
        let _ = over.await;
    });
    let mut outcome = change.outcome();
    outcome.wait_for(|o| *o == Outcome::Waiting).await.unwrap();
    assert_eq!(reads(switch.port(), PVID_OF_5), "30");
    up.send(()).unwrap();
    outcome.wait_for(Outcome::is_final).await.unwrap();
    let late = change.confirm().await;
    assert_eq!(late, Outcome::Reverted("it was not confirmed in time".to_owned()));
    assert_eq!(agent.config().await.unwrap(), *plan.before());
    // Whoever waited for it is gone.
    let change = Change::start(agent.clone(), plan.clone(), TIMING, pending());
    let mut outcome = change.outcome();
    outcome.wait_for(|o| *o == Outcome::Waiting).await.unwrap();
    drop(change);
    outcome.wait_for(Outcome::is_final).await.unwrap();
    assert!(matches!(&*outcome.borrow(), Outcome::Reverted(_)));
    assert_eq!(agent.config().await.unwrap(), *plan.before());
    // Somebody thought better of it.
    let change = Change::start(agent.clone(), plan.clone(), TIMING, pending());
    assert!(matches!(change.revert().await, Outcome::Reverted(_)));
    assert_eq!(agent.config().await.unwrap(), *plan.before());
}

#[tokio::test]
async fn a_refused_step_takes_back_those_before_it_and_an_old_plan_does_nothing() {
    if !snmpsim_or_skip("a step that is refused") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let reader = agent(switch.port(), &v2c("public"), PATIENT).await;
    let plan = planned(&reader, &wishes()).await;
    let refused = Change::start(reader.clone(), plan.clone(), TIMING, pending()).confirm().await;
    assert!(
        matches!(&refused, Outcome::Reverted(why) if why.contains("may not do this")),
        "{refused:?}"
    );

    let writer = agent(switch.port(), &v2c("private"), PATIENT).await;
    let other = [Wish::Alias { port: SnmpSwitch::interface(9), alias: "theirs".to_owned() }];
    let theirs = Plan::new(plan.before().clone(), &other).unwrap();
    assert_eq!(
        Change::start(writer.clone(), theirs, TIMING, pending()).confirm().await,
        Outcome::Confirmed
    );
    let old = Change::start(writer.clone(), plan, TIMING, pending()).confirm().await;
    assert!(matches!(&old, Outcome::Reverted(why) if why.contains("changed since")), "{old:?}");
    assert_eq!(reads(switch.port(), ".1.3.6.1.2.1.31.1.1.1.18.10109"), "theirs");
}

/// A change of VLANs by way of the port that it is made through: the switch does it and is heard no more.
#[tokio::test]
async fn a_switch_that_is_cut_off_in_the_middle_is_put_back_once_it_answers() {
    if !snmpsim_or_skip("a switch that is cut off") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let (cut, sets) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (cuts, counts) = (Arc::clone(&cut), Arc::clone(&sets));
    let relay = SnmpRelay::start(switch.port(), move |pass, data| {
        // A set-request (RFC 3416: tag 0xa3) after the community.
        let asks =
            pass == Pass::Ask && data.windows(8).any(|w| w[..7] == *b"private" && w[7] == 0xa3);
        if asks && counts.fetch_add(1, Ordering::SeqCst) == 3 {
            cuts.store(true, Ordering::SeqCst);
            return vec![data];
        }
        if cuts.load(Ordering::SeqCst) { vec![] } else { vec![data] }
    })
    .unwrap();
    let through = agent(relay.port(), &v2c("private"), LOSSY).await;
    let direct = agent(switch.port(), &v2c("private"), PATIENT).await;
    let plan = planned(&direct, &wishes()).await;
    let change = Change::start(through, plan.clone(), TIMING, pending());
    let mut outcome = change.outcome();
    outcome.wait_for(|o| matches!(o, Outcome::Reverting(_))).await.unwrap();
    // The fourth step came through, its answer did not, and nothing after it was tried.
    assert_eq!(sets.load(Ordering::SeqCst), 4);
    assert!(!plan.missing(&direct.config().await.unwrap()).is_empty());
    assert_ne!(direct.config().await.unwrap(), *plan.before());
    drop(change);
    cut.store(false, Ordering::SeqCst);
    outcome.wait_for(Outcome::is_final).await.unwrap();
    let end = outcome.borrow().clone();
    assert!(matches!(&end, Outcome::Reverted(why) if why.contains("does not answer")), "{end:?}");
    assert_eq!(direct.config().await.unwrap(), *plan.before());
}

#[tokio::test]
async fn a_switch_that_never_answers_again_is_given_up() {
    if !snmpsim_or_skip("a switch that is given up") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let cut = Arc::new(AtomicBool::new(false));
    let cuts = Arc::clone(&cut);
    let relay = SnmpRelay::start(switch.port(), move |_, data| {
        if cuts.load(Ordering::SeqCst) { vec![] } else { vec![data] }
    })
    .unwrap();
    let through = agent(relay.port(), &v2c("private"), LOSSY).await;
    let plan = planned(&through, &wishes()).await;
    let timing = Timing { give_up: Duration::from_millis(500), ..TIMING };
    let change = Change::start(through, plan, timing, pending());
    let mut outcome = change.outcome();
    outcome.wait_for(|o| *o == Outcome::Waiting).await.unwrap();
    cut.store(true, Ordering::SeqCst);
    let end = change.revert().await;
    assert!(matches!(&end, Outcome::Stuck { left, .. } if left.is_empty()), "{end:?}");
}

/// The answer to every step is lost, no step is: none is sent again, and the change goes on.
#[tokio::test]
async fn a_lost_answer_is_looked_up_and_not_asked_for_again() {
    if !snmpsim_or_skip("a lost answer") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let sets = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&sets);
    let mut lose = false;
    let relay = SnmpRelay::start(switch.port(), move |pass, data| {
        let asks =
            pass == Pass::Ask && data.windows(8).any(|w| w[..7] == *b"private" && w[7] == 0xa3);
        if asks {
            counts.fetch_add(1, Ordering::SeqCst);
            lose = true;
        }
        if pass == Pass::Answer && std::mem::take(&mut lose) { vec![] } else { vec![data] }
    })
    .unwrap();
    let through = agent(relay.port(), &v2c("private"), LOSSY).await;
    let wishes = [
        Wish::Alias { port: SnmpSwitch::interface(3), alias: "once".to_owned() },
        Wish::Create { vlan: 40, name: "new".to_owned() },
        Wish::Remove { vlan: 20 },
    ];
    let plan = planned(&through, &wishes).await;
    let end = Change::start(through, plan, TIMING, pending()).confirm().await;
    assert_eq!(end, Outcome::Confirmed);
    assert_eq!(sets.load(Ordering::SeqCst), 3);
    assert_eq!(reads(switch.port(), ".1.3.6.1.2.1.31.1.1.1.18.10103"), "once");
    assert_eq!(reads(switch.port(), ".1.3.6.1.2.1.17.7.1.4.3.1.1.40"), "new");
}
