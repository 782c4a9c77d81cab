//! The serial console.

use super::{INVENTORY, admin};
use bytes::Bytes;
use patchbay_device_ipmi::{Console, IpmiError, Stale};
use patchbay_model::{CloseReason, LineSignal};
use patchbay_session::{Terminal, TerminalEvent, TerminalInput};
use patchbay_testkit::{IpmiSim, UdpRelay, Way, ipmi_or_skip};
use std::time::Duration;
use tokio::{sync::oneshot, time::timeout};
use tokio_util::sync::CancellationToken;

const LIMIT: Duration = Duration::from_secs(60);

fn console(stale: Stale) -> Console {
    Console { machine: "box".to_owned(), stale }
}

async fn type_in(terminal: &Terminal, text: &'static str) {
    terminal.input.send(TerminalInput::Bytes(Bytes::from_static(text.as_bytes()))).await.unwrap();
}

/// What is shown until it has this in it.
async fn shown_until(terminal: &mut Terminal, wanted: &str) -> String {
    let mut shown = String::new();
    let wait = async {
        while !shown.contains(wanted) {
            match terminal.events.recv().await {
                Some(TerminalEvent::Output(bytes)) => {
                    shown.push_str(&String::from_utf8_lossy(&bytes));
                }
                other => panic!("{other:?} after {shown}"),
            }
        }
    };
    let in_time = timeout(LIMIT, wait).await;
    assert!(in_time.is_ok(), "{shown}");
    shown
}

async fn end(mut terminal: Terminal) -> CloseReason {
    let wait = async {
        loop {
            if let Some(TerminalEvent::Closed(reason)) = terminal.events.recv().await {
                return reason;
            }
        }
    };
    timeout(LIMIT, wait).await.unwrap()
}

#[tokio::test]
async fn a_shell_on_the_serial_line() {
    if !ipmi_or_skip("a_shell_on_the_serial_line") {
        return;
    }
    let sim = IpmiSim::start("PS1=ready# sh -i", INVENTORY).await.unwrap();
    let bmc = admin(sim.address());
    let cancel = CancellationToken::new();
    let mut terminal = bmc.console(console(Stale::Keep), cancel.clone()).await.unwrap();
    type_in(&terminal, "echo $((6*7)) is it\n").await;
    shown_until(&mut terminal, "42 is it").await;
    type_in(&terminal, "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; done\n").await;
    let shown = shown_until(&mut terminal, "line 300").await;
    for number in 1..300 {
        assert!(shown.contains(&format!("line {number}\n")), "{number} of {shown}");
    }
    // What `ipmi_sim` does with it over TCP is nothing that could be seen.
    let (done, was_done) = oneshot::channel();
    let signal = TerminalInput::Signal { signal: LineSignal::Break, done };
    terminal.input.send(signal).await.unwrap();
    assert_eq!(was_done.await.unwrap(), Ok(()));
    cancel.cancel();
    assert_eq!(end(terminal).await, CloseReason::ByPerson);
}

#[tokio::test]
async fn one_that_is_open_is_ended_only_when_told_to() {
    if !ipmi_or_skip("one_that_is_open_is_ended_only_when_told_to") {
        return;
    }
    let sim = IpmiSim::start("cat", INVENTORY).await.unwrap();
    let bmc = admin(sim.address());
    let open = |stale| bmc.console(console(stale), CancellationToken::new());
    let mut first = open(Stale::Keep).await.unwrap();
    type_in(&first, "one\n").await;
    shown_until(&mut first, "one").await;
    let second = open(Stale::Keep).await.map(drop);
    assert_eq!(second, Err(IpmiError::ConsoleBusy));
    let mut third = open(Stale::End).await.unwrap();
    // Once the first knows that it is over, it lets the third alone.
    assert!(matches!(end(first).await, CloseReason::Failed { .. }));
    type_in(&third, "three\n").await;
    shown_until(&mut third, "three").await;
}

#[tokio::test]
async fn what_is_lost_or_comes_twice_changes_no_character() {
    if !ipmi_or_skip("what_is_lost_or_comes_twice_changes_no_character") {
        return;
    }
    let sim = IpmiSim::start("PS1=ready# sh -i", INVENTORY).await.unwrap();
    let mut count = 0_u32;
    let fate = move |_: Way, datagram: &[u8]| {
        count += 1;
        match count % 7 {
            3 => Vec::new(),
            5 => vec![datagram.to_vec(), datagram.to_vec()],
            _ => vec![datagram.to_vec()],
        }
    };
    let relay = UdpRelay::start(sim.address(), Box::new(fate)).await.unwrap();
    let bmc = admin(relay.address());
    let mut terminal = bmc.console(console(Stale::Keep), CancellationToken::new()).await.unwrap();
    type_in(
        &terminal,
        "i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo line $i; done; echo the $((1+1))nd end\n",
    )
    .await;
    let shown = shown_until(&mut terminal, "the 2nd end").await;
    let lines: String = (1..=40).map(|number| format!("line {number}\n")).collect();
    assert!(shown.contains(&lines), "{shown}");
}
