//! A port of this computer leads to a place that a machine can reach.

use crate::steps::{App, Server};
use patchbay_testkit::{EchoServer, terminals_or_skip};
use std::net::{Ipv4Addr, TcpListener};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const ROW: &str = "[data-testid=tunnel]";

#[tokio::test(flavor = "multi_thread")]
async fn a_tunnel_is_kept_with_a_machine_carries_bytes_and_frees_its_port() {
    if !terminals_or_skip("the story of a tunnel") {
        return;
    }
    let server = Server::start().await;
    let echo = EchoServer::start().await.unwrap();
    let port = free_port();
    let app = App::start(&[]).await;
    let window = &app.window;
    app.create_vault().await;
    server.add_to(&app, "gate").await;

    window.click_text("[data-testid=tree-row]", "gate").await.unwrap();
    app.choose("Edit…").await;
    window.click("[data-testid=tunnel-add]").await.unwrap();
    window.fill("[data-testid=tunnel-listen]", &port.to_string()).await.unwrap();
    window.fill("[data-testid=tunnel-to]", &format!("127.0.0.1:{}", echo.port())).await.unwrap();
    window.fill("[data-testid=tunnel-name]", "echo").await.unwrap();
    app.accessible("a tunnel in the editor").await;
    window.click("[data-testid=editor-save-connect]").await.unwrap();
    app.trust().await;
    app.works("open").await;

    window.click("[data-testid=to-tunnels]").await.unwrap();
    window.wait_text(ROW, "Stopped").await.unwrap();
    window.click("[data-testid=tunnel-start]").await.unwrap();
    window.wait_text(ROW, "Running").await.unwrap();
    app.accessible("tunnels").await;

    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    let sent: Vec<u8> = (0..700_u32).map(|at| (at % 251) as u8).collect();
    stream.write_all(&sent).await.unwrap();
    let mut heard = vec![0; sent.len()];
    stream.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard, sent, "the far end says back what it was told");
    window.wait_text(ROW, "1 open, 1 in all").await.unwrap();
    window.wait_text(ROW, "↑ 700 B").await.unwrap();
    window.wait_text(ROW, "↓ 700 B").await.unwrap();
    drop(stream);
    window.wait_text(ROW, "0 open, 1 in all").await.unwrap();

    window.click("[data-testid=tunnel-stop]").await.unwrap();
    window.wait_text(ROW, "Stopped").await.unwrap();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free again");
    window.click("[data-testid=tunnel-start]").await.unwrap();
    let said = window.wait_text(ROW, "Failed").await.unwrap();
    assert!(said.contains(&format!("{port} is taken")), "it says why not: {said}");
    app.accessible("a port that is taken").await;
    drop(taken);
    window.click("[data-testid=tunnel-start]").await.unwrap();
    window.wait_text(ROW, "Running").await.unwrap();
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
