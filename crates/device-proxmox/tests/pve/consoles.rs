//! Consoles: a screen that VNC is spoken over, and terminals.

use crate::support::{container, lab, node, open, secret, vm};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use patchbay_device_proxmox::{Client, ProxmoxError, TerminalAt};
use patchbay_engine_vnc::VncOptions;
use patchbay_model::{CloseReason, Secret, TerminalSize, VncPlace};
use patchbay_session::{
    Ask, CertificateCheck, HostKeyCheck, HostKeyVerdict, Interaction, Progress, Terminal,
    TerminalEvent, TerminalInput,
};
use patchbay_testkit::pve_or_skip;
use serde_json::json;
use std::{future::ready, sync::Arc};
use tokio_util::sync::CancellationToken;

const SIZE: TerminalSize = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };

async fn terminal(client: &Client, at: TerminalAt<'_>) -> Terminal {
    client.terminal(at, SIZE, &CancellationToken::new()).await.unwrap()
}

/// Reads on until this was shown.
async fn shown(terminal: &mut Terminal, end: &str) -> String {
    let mut all = Vec::new();
    while !String::from_utf8_lossy(&all).contains(end) {
        match terminal.events.recv().await {
            Some(TerminalEvent::Output(bytes)) => all.extend_from_slice(&bytes),
            other => panic!("{other:?} after {:?}", String::from_utf8_lossy(&all)),
        }
    }
    String::from_utf8(all).unwrap()
}

#[tokio::test]
async fn terminals_of_containers_nodes_and_serial_ports_open() {
    if !pve_or_skip("terminals") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    let (pve1, of_vm, of_container) = (node("pve1"), vm(100), container(102));
    for at in [TerminalAt::Node(&pve1), TerminalAt::Guest(&of_vm), TerminalAt::Guest(&of_container)]
    {
        let mut terminal = terminal(&client, at).await;
        shown(&mut terminal, "starting serial terminal").await;
        let typed = Bytes::from_static("uname -a; ü:1:\r".as_bytes());
        terminal.input.send(TerminalInput::Bytes(typed)).await.unwrap();
        shown(&mut terminal, "uname -a; ü:1:\r").await;
        terminal.input.send(TerminalInput::Resize(SIZE)).await.unwrap();
        let long = Bytes::from(vec![b'x'; 50_000]);
        terminal.input.send(TerminalInput::Bytes(long)).await.unwrap();
        shown(&mut terminal, &"x".repeat(50_000)).await;
        terminal.cancel.cancel();
        loop {
            match terminal.events.recv().await {
                Some(TerminalEvent::Closed(reason)) => {
                    break assert_eq!(reason, CloseReason::ByPerson);
                }
                Some(_) => {}
                None => panic!("it ended without a word"),
            }
        }
    }
}

#[tokio::test]
async fn a_terminal_that_the_server_ends_says_so() {
    if !pve_or_skip("the end of a terminal") {
        return;
    }
    let (pve, client) = open(&lab()).await;
    let guest = container(102);
    let mut terminal = terminal(&client, TerminalAt::Guest(&guest)).await;
    shown(&mut terminal, "serial0\r\n").await;
    drop(pve);
    loop {
        match terminal.events.recv().await {
            Some(TerminalEvent::Closed(reason)) => {
                break assert!(!matches!(reason, CloseReason::ByPerson), "{reason:?}");
            }
            Some(_) => {}
            None => panic!("it ended without a word"),
        }
    }
    let error = client
        .terminal(TerminalAt::Guest(&guest), SIZE, &CancellationToken::new())
        .await
        .unwrap_err();
    assert!(matches!(error, ProxmoxError::Unreachable { .. }), "{error}");
}

/// Trusts everybody, and answers nothing: VNC is handed its password.
struct Nobody;

impl Interaction for Nobody {
    fn progress(&self, _: Progress) {}

    fn ask(&self, _: Ask) -> BoxFuture<'_, Option<Vec<Secret<String>>>> {
        Box::pin(ready(None))
    }

    fn check_host_key(&self, _: HostKeyCheck) -> BoxFuture<'_, HostKeyVerdict> {
        Box::pin(ready(HostKeyVerdict::Trusted))
    }

    fn check_certificate(&self, _: CertificateCheck) -> BoxFuture<'_, HostKeyVerdict> {
        Box::pin(ready(HostKeyVerdict::Trusted))
    }
}

fn options(password: Secret<String>) -> VncOptions {
    VncOptions {
        machine: "web".to_owned(),
        address: "web".to_owned(),
        port: 0,
        place: VncPlace::Tcp,
        user: None,
        password: Some(password),
        refused: false,
        shared: true,
        view_only: false,
        allow_anonymous_plain: false,
        clipboard: false,
        quality: None,
    }
}

#[tokio::test]
async fn a_screen_is_a_stream_that_vnc_is_spoken_over() {
    if !pve_or_skip("a screen") {
        return;
    }
    for plain in [false, true] {
        let mut settings = lab();
        settings["plain"] = json!(plain);
        let (_pve, client) = open(&settings).await;
        let screen = client.screen(&vm(100)).await.unwrap();
        let (options, nobody) = (options(screen.password), Arc::new(Nobody));
        let cancel = CancellationToken::new();
        let desktop =
            patchbay_engine_vnc::connect(screen.stream, options, nobody, cancel).await.unwrap();
        let size = desktop.screen.size();
        assert_eq!((size.width, size.height), (4, 2));

        // With a wrong password it is refused: what opened it was the right one.
        let screen = client.screen(&vm(100)).await.unwrap();
        let (wrong, cancel) = (self::options(secret("wrong")), CancellationToken::new());
        let refused =
            patchbay_engine_vnc::connect(screen.stream, wrong, Arc::new(Nobody), cancel).await;
        assert!(refused.is_err());
    }
}

#[tokio::test]
async fn a_screen_of_a_guest_that_is_missing_says_so() {
    if !pve_or_skip("a screen that is missing") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    let error = client.screen(&vm(999)).await.unwrap_err();
    assert!(matches!(error, ProxmoxError::Gone { .. }), "{error}");
}
