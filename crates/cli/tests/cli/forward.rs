//! Tunnels for as long as the program runs.

use crate::support::{Home, program};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    process::{Command, Stdio},
};

/// Says back what each connection says.
fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut &stream, &mut &stream);
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_where_it_listens_and_ends_with_ctrl_c() {
    let (home, server) = Home::with_machine().await;
    home.trust(&server);
    let to = format!("0:127.0.0.1:{}", echo());
    let mut child = Command::new(program())
        .args(["forward", "box", "-L", &to])
        .envs(home.environment())
        .env_remove("SSH_AUTH_SOCK")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let at = line.strip_prefix("Listening at ").and_then(|rest| rest.split(' ').next()).unwrap();
    let mut stream = TcpStream::connect(at).unwrap_or_else(|error| panic!("{line}: {error}"));
    stream.write_all(b"there and back").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut back = String::new();
    stream.read_to_string(&mut back).unwrap();
    assert_eq!(back, "there and back");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(TcpStream::connect(at).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_said_and_ends_it() {
    let (home, mut server) = Home::with_machine().await;
    home.trust(&server);
    let taken = echo().to_string();
    let run = home.run(&["forward", "box", "-L", &format!("{taken}:db:5432")]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains(&format!("127.0.0.1:{taken} is taken")), "{run:?}");
    let run = home.run(&["forward", "box", "-L", "5432"]);
    assert!(run.code == 1 && run.err.contains("[bind:]port:host:port"), "{run:?}");
    let run = home.run(&["forward", "box", "metrics"]);
    assert!(run.code == 1 && run.err.contains("keeps no tunnel “metrics”"), "{run:?}");
    let run = home.run(&["forward", "box"]);
    assert!(run.code == 1 && run.err.contains("nothing to forward"), "{run:?}");
    server.stop();
    let run = home.run(&["forward", "box", "-D", "0"]);
    assert!(run.code == 255 && run.err.contains("refused the connection"), "{run:?}");
}
