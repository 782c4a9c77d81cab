//! Terminals and commands on a real sshd.

use crate::person::{Person, SIZE, Screen, collect, eventually, hop, key, run, target};
use patchbay_engine_ssh::{Exec, SshError, Target, connect, exec};
use patchbay_model::{CloseReason, ErrorCode, TerminalSize};
use patchbay_session::{TerminalEvent, TerminalInput};
use patchbay_testkit::{KeyPair, Sshd, terminals_or_skip};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

struct Machine {
    sshd: Sshd,
    pair: KeyPair,
    _dir: tempfile::TempDir,
}

async fn machine() -> Machine {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let sshd = Sshd::builder().authorized_key(&pair.public).start().await.unwrap();
    Machine { sshd, pair, _dir: dir }
}

impl Machine {
    fn target(&self) -> Target {
        target(&self.sshd, vec![key(&self.pair)])
    }

    fn with_command(&self, command: &str) -> Target {
        let mut hop = hop(&self.sshd, vec![key(&self.pair)]);
        hop.start_command = Some(command.into());
        hop.terminal_type = "xterm-256color".into();
        Target { hops: vec![hop], ..Target::default() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn size_type_modes_and_latency() {
    if !terminals_or_skip("size type modes and latency") {
        return;
    }
    let machine = machine().await;
    let mut screen =
        Screen::open(machine.with_command("exec /bin/sh"), &Person::new()).await.unwrap();
    screen.types("PS1=; stty size; echo $TERM; stty -a | tr -d '\\n'; echo e''nd\r").await;
    let shown = screen.until("end").await;
    assert!(shown.contains("24 80") && shown.contains("xterm-256color"), "{shown}");
    for mode in ["intr = ^C", "erase = ^?", " iutf8", " echo ", " onlcr", "speed 38400"] {
        assert!(shown.contains(mode), "{mode}: {shown}");
    }
    let size = TerminalSize { cols: 132, rows: 50, width: 1320, height: 1000 };
    screen.terminal.input.send(TerminalInput::Resize(size)).await.unwrap();
    screen.types("stty size; echo d''one\r").await;
    let shown = screen.until("done").await;
    assert!(shown.contains("50 132"), "{shown}");
    assert!(screen.latency.is_some_and(|ms| ms < 5000), "{:?}", screen.latency);
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_status_and_signal() {
    if !terminals_or_skip("exit status and signal") {
        return;
    }
    let machine = machine().await;
    for (command, expected) in [
        ("exit 0", CloseReason::Exited { code: Some(0) }),
        ("exit 42", CloseReason::Exited { code: Some(42) }),
        ("kill -TERM $$", CloseReason::Signalled { signal: "TERM".into(), message: String::new() }),
        ("kill -KILL $$", CloseReason::Signalled { signal: "KILL".into(), message: String::new() }),
    ] {
        let mut screen = Screen::open(machine.with_command(command), &Person::new()).await.unwrap();
        assert_eq!(screen.end().await, expected, "{command}");
        let (_, _, end) = run(machine.target(), &Person::new(), command).await.unwrap();
        assert_eq!(end, expected, "{command}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_megabytes_arrive_whole() {
    if !terminals_or_skip("fifty megabytes arrive whole") {
        return;
    }
    let machine = machine().await;
    let file = machine.sshd.dir().join("large");
    let mut line = [0u8; 1024];
    let mut content = Vec::with_capacity(50 << 20);
    for number in 0..(50u32 << 10) {
        for (at, byte) in (0u32..).zip(&mut line) {
            *byte = b' ' + u8::try_from((number.wrapping_mul(31) + at * 7) % 95).unwrap();
        }
        content.extend_from_slice(&line);
    }
    std::fs::write(&file, &content).unwrap();
    let command = format!("stty raw; cat {}", file.display());
    let target = machine.with_command(&command);
    let mut terminal =
        connect(target, Person::new(), SIZE, CancellationToken::new()).await.unwrap();
    let (mut hash, mut total, mut largest) = (Sha256::new(), 0, 0);
    let end = loop {
        match terminal.events.recv().await.unwrap() {
            TerminalEvent::Output(bytes) => {
                hash.update(&bytes);
                total += bytes.len();
                largest = largest.max(bytes.len());
            }
            TerminalEvent::Latency(_) => {}
            TerminalEvent::Closed(end) => break end,
        }
    };
    assert_eq!(end, CloseReason::Exited { code: Some(0) });
    assert_eq!((total, hash.finalize()), (content.len(), Sha256::digest(&content)));
    assert!(largest <= 64 * 1024, "{largest}");
}

#[tokio::test(flavor = "multi_thread")]
async fn control_c_after_yes_leaves_little_to_read() {
    if !terminals_or_skip("control c after yes leaves little to read") {
        return;
    }
    let machine = machine().await;
    let mut screen =
        Screen::open(machine.with_command("exec /bin/sh"), &Person::new()).await.unwrap();
    screen.types("PS1=; trap 'echo; echo stop''ped' INT; yes\r").await;
    screen.until("y\r\ny\r\ny").await;
    // Let it run against back-pressure: nobody reads until the short channels are full.
    let events = &screen.terminal.events;
    eventually("the events to fill up", || events.len() == events.max_capacity()).await;
    screen.types("\u{3}").await;
    let mut left = screen.shown.len();
    while !screen.shown.contains("stopped") {
        screen.shown.drain(..screen.shown.len().saturating_sub(16));
        let before = screen.shown.len();
        assert_eq!(screen.step().await, None);
        left += screen.shown.len().saturating_sub(before);
    }
    // Our window, russh's and our channels, and the kernel's buffers between sshd and its pty.
    assert!(left < 768 * 1024, "{left} bytes were still on their way");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_stops_the_server_and_input_still_flows() {
    if !terminals_or_skip("a reader that stops stops the server and input still flows") {
        return;
    }
    let machine = machine().await;
    let mut target = machine.with_command("cat /dev/zero | tr '\\0' x");
    target.hops[0].keep_alive = Some(Duration::from_millis(100));
    let mut terminal =
        connect(target, Person::new(), SIZE, CancellationToken::new()).await.unwrap();
    let events = &terminal.events;
    eventually("the events to fill up", || events.len() == events.max_capacity()).await;
    // Beyond the patience with keep-alives: silence that we cause is not the server's.
    let wait = Instant::now();
    eventually("some time", || wait.elapsed() > Duration::from_millis(800)).await;
    terminal.input.send(TerminalInput::Bytes("\u{3}".into())).await.unwrap();
    let end = loop {
        if let TerminalEvent::Closed(end) = terminal.events.recv().await.unwrap() {
            break end;
        }
    };
    assert!(matches!(end, CloseReason::Signalled { .. } | CloseReason::Exited { .. }), "{end:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_is_noticed() {
    if !terminals_or_skip("a server that is killed is noticed") {
        return;
    }
    let mut machine = machine().await;
    let mut screen = Screen::open(machine.target(), &Person::new()).await.unwrap();
    screen.types("echo o''k\r").await;
    screen.until("ok").await;
    machine.sshd.stop();
    let CloseReason::Failed { error } = screen.end().await else { panic!("not a failure") };
    assert_eq!(error.code, ErrorCode::Disconnected);
    assert!(error.retryable && error.message.contains("web-01"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_or_cancelling_ends_it() {
    if !terminals_or_skip("dropping or cancelling ends it") {
        return;
    }
    let machine = machine().await;
    let ended = || machine.sshd.log().matches("Disconnected from").count();
    let screen = Screen::open(machine.target(), &Person::new()).await.unwrap();
    drop(screen);
    eventually("the first end", || ended() == 1).await;

    let mut screen = Screen::open(machine.target(), &Person::new()).await.unwrap();
    screen.terminal.cancel.cancel();
    assert_eq!(screen.end().await, CloseReason::ByPerson);
    eventually("the second end", || ended() == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_have_input_output_and_errors() {
    let machine = machine().await;
    let running: Exec = exec(
        machine.target(),
        Person::new(),
        "cat; echo problem >&2; exit 3".into(),
        CancellationToken::new(),
    )
    .await
    .unwrap();
    let stdin = running.stdin.clone();
    let feeding = tokio::spawn(async move {
        for number in 0..2000 {
            stdin.send(format!("line {number}\n").into()).await.unwrap();
        }
    });
    let Exec { events, stdin, cancel } = running;
    drop(stdin);
    let (out, err, end) = {
        // The last sender is in the feeding task; when it is done, the command sees the end of its input.
        let (unused, _) = tokio::sync::mpsc::channel(1);
        collect(Exec { events, stdin: unused, cancel }).await
    };
    feeding.await.unwrap();
    assert_eq!(out.lines().count(), 2000);
    assert!(out.ends_with("line 1999\n"));
    assert_eq!((err.as_str(), end), ("problem\n", CloseReason::Exited { code: Some(3) }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_will_not_start_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let no_pty =
        Sshd::builder().authorized_key(format!("no-pty {}", pair.public)).start().await.unwrap();
    let Err(error) = Screen::open(target(&no_pty, vec![key(&pair)]), &Person::new()).await else {
        panic!("opened")
    };
    assert_eq!(error, SshError::ShellRefused { what: "a terminal".into() });
    let none =
        Sshd::builder().authorized_key(&pair.public).option("MaxSessions 0").start().await.unwrap();
    let Err(error) = Screen::open(target(&none, vec![key(&pair)]), &Person::new()).await else {
        panic!("opened")
    };
    assert_eq!(error.api_error("web-01").code, ErrorCode::ShellRefused);
}
