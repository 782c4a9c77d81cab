//! Real shells in real terminals.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bytes::Bytes;
use patchbay_engine_local::{LocalError, LocalShell, open};
use patchbay_model::{CloseReason, TerminalSize};
use patchbay_session::{Terminal, TerminalEvent, TerminalInput};
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

const LIMIT: Duration = Duration::from_secs(20);

const fn size(cols: u16, rows: u16) -> TerminalSize {
    TerminalSize { cols, rows, width: 0, height: 0 }
}

fn sh() -> Terminal {
    let shell = LocalShell { program: Some("/bin/sh".into()), cwd: Some("/tmp".into()) };
    open(size(80, 24), shell, CancellationToken::new()).expect("/bin/sh starts")
}

async fn type_in(terminal: &Terminal, text: &str) {
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    terminal.input.send(TerminalInput::Bytes(bytes)).await.expect("the shell is there");
}

async fn next(terminal: &mut Terminal) -> TerminalEvent {
    let event = timeout(LIMIT, terminal.events.recv()).await.expect("something happens in time");
    event.expect("the end is told first")
}

/// Reads until the text appears, and returns everything up to there.
async fn until(terminal: &mut Terminal, wanted: &str) -> String {
    let mut all = String::new();
    while !all.contains(wanted) {
        match next(terminal).await {
            TerminalEvent::Output(bytes) => all.push_str(&String::from_utf8_lossy(&bytes)),
            other => panic!("{other:?} instead of {wanted:?} after {all:?}"),
        }
    }
    all
}

/// Reads `p''id=NUMBER=`; the quotes keep the echo of the command from looking like its output.
async fn pid(terminal: &mut Terminal) -> String {
    let mut all = until(terminal, "pid=").await;
    while !all.split("pid=").last().unwrap().contains('=') {
        all.push_str(&until(terminal, "=").await);
    }
    all.split("pid=").last().unwrap().split('=').next().unwrap().to_owned()
}

/// Turns off the echo and the prompt.
async fn silence(terminal: &mut Terminal) {
    type_in(terminal, "stty -echo; PS1=; echo rea''dy\n").await;
    until(terminal, "ready\r\n").await;
}

async fn end(terminal: &mut Terminal) -> (usize, CloseReason) {
    let mut bytes_seen = 0;
    loop {
        match next(terminal).await {
            TerminalEvent::Closed(reason) => {
                assert!(timeout(LIMIT, terminal.events.recv()).await.unwrap().is_none());
                return (bytes_seen, reason);
            }
            TerminalEvent::Output(bytes) => bytes_seen += bytes.len(),
            TerminalEvent::Latency(_) => {}
        }
    }
}

fn alive(pid: &str) -> bool {
    // A zombie that nobody has reaped yet runs no more.
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim().starts_with('Z'))
}

#[tokio::test]
async fn it_answers_in_the_given_folder_and_tells_its_exit_status() {
    let mut terminal = sh();
    type_in(&terminal, "echo in=$(pwd) term=$TERM,$COLORTERM; exit 7\n").await;
    until(&mut terminal, "in=/tmp term=xterm-256color,truecolor").await;
    assert_eq!(end(&mut terminal).await.1, CloseReason::Exited { code: Some(7) });
}

#[tokio::test]
async fn it_knows_its_size() {
    let mut terminal = sh();
    type_in(&terminal, "stty size\n").await;
    until(&mut terminal, "24 80").await;
    terminal.input.send(TerminalInput::Resize(size(132, 43))).await.unwrap();
    type_in(&terminal, "stty size\n").await;
    until(&mut terminal, "43 132").await;
}

#[tokio::test]
async fn a_character_is_erased_whole() {
    let mut terminal = sh();
    type_in(&terminal, "stty -a | grep -q -- '-iutf8' && echo by''tes || echo charac''ters\n")
        .await;
    until(&mut terminal, "characters").await;
}

#[tokio::test]
async fn a_signal_is_told_by_its_name() {
    let mut terminal = sh();
    type_in(&terminal, "kill -SEGV $$\n").await;
    let (_, reason) = end(&mut terminal).await;
    let CloseReason::Signalled { signal, .. } = reason else { panic!("{reason:?}") };
    assert_eq!(signal, "SEGV");
}

#[tokio::test]
async fn all_output_arrives_before_the_end() {
    let mut terminal = sh();
    silence(&mut terminal).await;
    type_in(&terminal, "exec head -c 3000000 /dev/zero\n").await;
    let (count, reason) = end(&mut terminal).await;
    assert_eq!(reason, CloseReason::Exited { code: Some(0) });
    assert!(count >= 3_000_000, "{count} bytes");
}

#[tokio::test]
async fn a_job_left_behind_does_not_hold_the_session() {
    let mut terminal = sh();
    type_in(&terminal, "(trap '' HUP; sleep 600) & echo p''id=$!=; exit 3\n").await;
    let job = pid(&mut terminal).await;
    assert_eq!(end(&mut terminal).await.1, CloseReason::Exited { code: Some(3) });
    assert!(alive(&job));
    assert!(Command::new("kill").args(["-KILL", &job]).status().unwrap().success());
}

#[tokio::test]
async fn cancelling_ends_what_runs_in_it_even_if_it_ignores_the_hang_up() {
    let mut terminal = sh();
    type_in(&terminal, "trap '' HUP; echo p''id=$$=; while :; do sleep 600; done\n").await;
    let pid = pid(&mut terminal).await;
    assert!(alive(&pid));
    terminal.cancel.cancel();
    assert_eq!(end(&mut terminal).await.1, CloseReason::ByPerson);
    let started = Instant::now();
    while alive(&pid) {
        assert!(started.elapsed() < LIMIT, "process {pid} lives on");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_typed_command_is_not_run_by_closing() {
    let folder = tempfile::tempdir().unwrap();
    let witness = folder.path().join("ran");
    let mut terminal = sh();
    type_in(&terminal, "echo rea''dy\n").await;
    until(&mut terminal, "ready\r\n").await;
    type_in(&terminal, &format!("touch {}", witness.display())).await;
    until(&mut terminal, "/ran").await;
    terminal.cancel.cancel();
    assert_eq!(end(&mut terminal).await.1, CloseReason::ByPerson);
    assert!(!witness.exists());
}

#[tokio::test]
async fn dropping_it_hangs_up() {
    let mut terminal = sh();
    type_in(&terminal, "echo p''id=$$=; read x\n").await;
    let pid = pid(&mut terminal).await;
    assert!(alive(&pid));
    drop(terminal);
    let started = Instant::now();
    while alive(&pid) {
        assert!(started.elapsed() < LIMIT, "the shell lives on");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_viewer_that_does_not_read_makes_the_program_wait() {
    let mut terminal = sh();
    silence(&mut terminal).await;
    type_in(&terminal, "yes\n").await;
    until(&mut terminal, "y\r\ny\r\n").await;
    // Interrupting works although nothing is read: input does not queue behind output.
    type_in(&terminal, "\u{3}").await;
    type_in(&terminal, "echo quiet\n").await;
    let mut count = 0;
    let mut tail = String::new();
    while !tail.contains("quiet") {
        if let TerminalEvent::Output(bytes) = next(&mut terminal).await {
            count += bytes.len();
            tail = String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    assert!(count < 4_000_000, "{count} bytes were on the way");
}

#[tokio::test]
async fn a_shell_that_does_not_exist_is_named() {
    let shell = LocalShell { program: Some("/nonexistent/zsh".into()), cwd: None };
    let error = open(size(80, 24), shell, CancellationToken::new()).unwrap_err();
    assert!(matches!(&error, LocalError::Start { shell, .. } if shell == "/nonexistent/zsh"));
    let shown = error.api_error();
    assert!(shown.message.contains("/nonexistent/zsh") && !shown.next_step.is_empty());
}
