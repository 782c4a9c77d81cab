//! Serial lines, with pseudo-terminals for ports.

use crate::screen::Screen;
use patchbay_engine_line::{Keys, SerialError, SerialLine, serial, serial_exists, serial_ports};
use patchbay_model::{
    CloseReason, ErrorCode, FlowControl, LineEnding, LineSignal, LocalEcho, Parity, SerialFrame,
};
use patchbay_testkit::SerialPair;
use std::{os::unix::fs::PermissionsExt, path::Path, process::Command};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncWriteExt},
};
use tokio_util::sync::CancellationToken;

fn line(port: &Path) -> SerialLine {
    SerialLine {
        machine: "sw-01".into(),
        port: port.display().to_string(),
        baud: 9600,
        frame: SerialFrame::default(),
        flow_control: FlowControl::None,
        keys: Keys { enter: LineEnding::Cr, echo: LocalEcho::Auto },
    }
}

async fn open(port: &Path) -> Result<Screen, SerialError> {
    serial(line(port), CancellationToken::new()).await.map(Screen::of)
}

async fn far_end(pair: &SerialPair) -> File {
    File::options().read(true).write(true).open(pair.far()).await.unwrap()
}

/// A pseudo-terminal does not give a speed the name by which stty(1) knows it.
fn speed(port: &Path) -> u32 {
    let port = std::fs::File::open(port).unwrap();
    rustix::termios::tcgetattr(port).unwrap().output_speed()
}

fn stty(port: &Path) -> String {
    let output = Command::new("stty").arg("-a").arg("-F").arg(port).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn both_ends_hear_each_other_and_the_line_is_set() {
    let pair = SerialPair::start().await.unwrap();
    let mut screen = open(pair.near()).await.unwrap();
    let mut far = far_end(&pair).await;
    let set = stty(pair.near());
    assert_eq!(speed(pair.near()), 9600);
    for wanted in ["cs8", "-parenb", "-cstopb", "-crtscts", "-ixon", "clocal", "-icanon", "-echo "]
    {
        assert!(set.contains(wanted), "no {wanted} in {set}");
    }
    far.write_all(b"login: ").await.unwrap();
    screen.until("login: ").await;
    screen.type_in("root\r").await;
    let mut heard = [0; 5];
    far.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"root\r");
}

#[tokio::test]
async fn two_stop_bits_and_flow_control_are_set() {
    let pair = SerialPair::start().await.unwrap();
    let frame = SerialFrame { stop_bits: 2, ..SerialFrame::default() };
    let line = SerialLine {
        baud: 250_000,
        frame,
        flow_control: FlowControl::XonXoff,
        ..line(pair.near())
    };
    let _screen = serial(line, CancellationToken::new()).await.unwrap();
    let set = stty(pair.near());
    assert_eq!(speed(pair.near()), 250_000);
    assert!(set.contains(" cstopb"), "{set}");
    assert!(set.contains(" ixon") && set.contains(" ixoff"), "{set}");
}

#[tokio::test]
async fn what_a_port_cannot_do_is_said() {
    // A pseudo-terminal has no parity.
    let pair = SerialPair::start().await.unwrap();
    let frame = SerialFrame { data_bits: 7, parity: Parity::Even, stop_bits: 1 };
    let odd = SerialLine { frame, ..line(pair.near()) };
    let error = serial(odd, CancellationToken::new()).await.unwrap_err();
    assert!(matches!(&error, SerialError::Settings { settings, .. } if settings == "9600 7E1"));
    assert_eq!(error.api_error("sw-01").field.as_deref(), Some("baud"));
    // After that it is free again.
    open(pair.near()).await.unwrap();
}

#[tokio::test]
async fn wires_that_are_not_there_are_said_to_be_missing() {
    let pair = SerialPair::start().await.unwrap();
    let mut screen = open(pair.near()).await.unwrap();
    let mut far = far_end(&pair).await;
    let refused = screen.signal(LineSignal::DtrOff).await.unwrap_err();
    assert!(refused.contains("cannot do it"), "{refused}");
    assert!(screen.signal(LineSignal::AreYouThere).await.is_err());
    // And the line goes on.
    far.write_all(b"still here").await.unwrap();
    screen.until("still here").await;
}

#[tokio::test]
async fn a_port_is_one_programs_at_a_time() {
    let pair = SerialPair::start().await.unwrap();
    let mut first = open(pair.near()).await.unwrap();
    let error = open(pair.near()).await.err().unwrap();
    assert!(matches!(error, SerialError::Busy { .. }), "{error:?}");
    assert_eq!(error.api_error("sw-01").code, ErrorCode::SerialPort);
    first.terminal.cancel.cancel();
    assert_eq!(first.closed().await, CloseReason::ByPerson);
    // The task lets go of the port right after its last word.
    while matches!(open(pair.near()).await, Err(SerialError::Busy { .. })) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_unplugged_ends_and_comes_back() {
    let mut pair = SerialPair::start().await.unwrap();
    let mut screen = open(pair.near()).await.unwrap();
    far_end(&pair).await.write_all(b"hello").await.unwrap();
    screen.until("hello").await;
    pair.unplug();
    let CloseReason::Failed { error } = screen.closed().await else { panic!("it failed") };
    assert_eq!(error.code, ErrorCode::SerialPort);
    assert!(error.message.contains("sw-01"), "{}", error.message);
    let error = open(pair.near()).await.err().unwrap();
    assert!(matches!(error, SerialError::Missing { .. }), "{error:?}");
    pair.plug_in().await.unwrap();
    let mut again = open(pair.near()).await.unwrap();
    far_end(&pair).await.write_all(b"back").await.unwrap();
    again.until("back").await;
}

#[tokio::test]
async fn what_is_no_port_is_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "precious").unwrap();
    let error = open(&file).await.err().unwrap();
    assert!(matches!(error, SerialError::NoPort { .. }), "{error:?}");
    let error = open(Path::new("/dev/null")).await.err().unwrap();
    assert!(matches!(error, SerialError::NoPort { .. }), "{error:?}");
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
    assert!(!serial_exists(&file.display().to_string()).await);
    assert!(serial_exists("null").await);
    // Which ports there are is this machine's affair; that they exist is not.
    for port in serial_ports().await {
        assert!(serial_exists(&port.path).await, "{port:?}");
    }
}

#[tokio::test]
async fn the_group_to_join_is_named() {
    let pair = SerialPair::start().await.unwrap();
    let denied = SerialError::Denied { port: "/dev/ttyUSB0".into(), group: Some("dialout".into()) };
    let error = denied.api_error("sw-01");
    assert!(error.next_step.contains("usermod -aG dialout"), "{}", error.next_step);
    if patchbay_testkit::is_root() {
        // Root may open everything, so there is nobody to be refused.
        return;
    }
    let port = std::fs::canonicalize(pair.near()).unwrap();
    std::fs::set_permissions(&port, std::fs::Permissions::from_mode(0o000)).unwrap();
    assert!(matches!(open(&port).await.err().unwrap(), SerialError::Denied { .. }));
}
