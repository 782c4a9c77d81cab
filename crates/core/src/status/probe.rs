//! Looking at one machine from outside: does the port answer, and is it SSH? Is the serial port there?

use patchbay_engine_ssh::Reach;
use patchbay_model::Reachability;
use std::{io, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::TcpStream,
    time::{Instant, timeout_at},
};

/// A server may say other lines first (RFC 4253 section 4.2); this many bytes of them.
const MOST_GREETING: usize = 4 * 1024;

/// How it looks, in a word and in a few.
pub(super) type Look = (Reachability, String);

/// Where to look.
pub(super) enum Place {
    /// A TCP port, whose server should greet as SSH servers do or need not.
    Tcp { address: String, port: u16, greets: bool },
    /// A serial port of this computer. What is at its other end cannot be known without sending something.
    SerialPort { name: String },
    /// A Unix socket of this computer. Connecting would count as a viewer.
    Socket { path: String },
}

impl Place {
    /// Whether it is part of the computer that looks.
    pub(super) const fn is_local(&self) -> bool {
        matches!(self, Self::SerialPort { .. } | Self::Socket { .. })
    }
}

/// Looks at a place for at most `patience`.
pub(super) async fn look(place: Place, reach: &Reach, patience: Duration) -> Look {
    match place {
        Place::Tcp { address, port, greets } => {
            look_at_port(&address, port, greets, reach, patience).await
        }
        Place::SerialPort { name } => match patchbay_engine_line::serial_exists(&name).await {
            true => (Reachability::Up, "the serial port is there".to_owned()),
            false => (Reachability::Down, "there is no such serial port".to_owned()),
        },
        Place::Socket { path } => match tokio::fs::symlink_metadata(&path).await {
            Ok(_) => (Reachability::Up, "the socket is there".to_owned()),
            Err(_) => (Reachability::Down, "there is no such socket".to_owned()),
        },
    }
}

async fn look_at_port(
    address: &str,
    port: u16,
    greeting: bool,
    reach: &Reach,
    patience: Duration,
) -> Look {
    let started = Instant::now();
    let until = started + patience;
    let host = address.trim_start_matches('[').trim_end_matches(']');
    let addresses = match timeout_at(until, tokio::net::lookup_host((host, port))).await {
        Ok(Ok(addresses)) => {
            addresses.filter(|address| reach.allows(address.ip())).collect::<Vec<_>>()
        }
        Ok(Err(_)) => return (Reachability::Down, "the name does not resolve".to_owned()),
        Err(_) => return (Reachability::Down, "the name did not resolve in time".to_owned()),
    };
    if addresses.is_empty() {
        return (Reachability::Down, "it may not be reached from this server".to_owned());
    }
    let mut stream = match timeout_at(until, TcpStream::connect(addresses.as_slice())).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return unanswered(&error),
        Err(_) => return (Reachability::Down, format!("timed out after {}", seconds(patience))),
    };
    let took = started.elapsed().as_millis();
    if !greeting {
        return (Reachability::Up, format!("{took} ms"));
    }
    match timeout_at(until, greets(&mut stream)).await {
        Ok(true) => (Reachability::Up, format!("{took} ms")),
        Ok(false) => (Reachability::Warning, "it answers, but not as an SSH server".to_owned()),
        Err(_) => {
            (Reachability::Warning, "it accepts connections and sends no SSH greeting".to_owned())
        }
    }
}

fn unanswered(error: &io::Error) -> Look {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => (Reachability::Warning, "refused".to_owned()),
        io::ErrorKind::TimedOut => (Reachability::Down, "timed out".to_owned()),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            (Reachability::Down, "unreachable".to_owned())
        }
        _ => (Reachability::Down, error.to_string()),
    }
}

fn seconds(patience: Duration) -> String {
    match patience.as_millis() {
        ms if ms % 1_000 == 0 => format!("{} s", patience.as_secs()),
        ms => format!("{ms} ms"),
    }
}

/// Whether a line of the greeting begins with `SSH-`.
async fn greets(stream: &mut (impl AsyncRead + Unpin)) -> bool {
    let mut greeting = Vec::new();
    let mut piece = [0; 512];
    loop {
        let Ok(count) = stream.read(&mut piece).await else { return false };
        greeting.extend_from_slice(piece.get(..count).unwrap_or_default());
        if greeting.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"SSH-")) {
            return true;
        }
        if count == 0 || greeting.len() > MOST_GREETING {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::{Look, Place, Reach};
    use patchbay_model::Reachability;
    use std::time::Duration;
    use tokio::{io::AsyncWriteExt, net::TcpListener};

    async fn look(address: &str, port: u16, patience: Duration) -> Look {
        let place = Place::Tcp { address: address.to_owned(), port, greets: true };
        super::look(place, &Reach::default(), patience).await
    }

    const SHORT: Duration = Duration::from_millis(300);

    /// A server that says this and, unless it hangs, closes.
    async fn says(text: &'static [u8], hangs: bool) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(text).await.unwrap();
            if hangs {
                std::future::pending::<()>().await;
            }
        });
        port
    }

    #[tokio::test]
    async fn an_ssh_server_is_up() {
        let port = says(b"SSH-2.0-OpenSSH_9.2\r\n", true).await;
        let (reachability, detail) = look("127.0.0.1", port, Duration::from_secs(3)).await;
        assert_eq!(reachability, Reachability::Up, "{detail}");
        assert!(detail.ends_with(" ms"));
        let port = says(b"Welcome\r\nto the machine\r\nSSH-2.0-x\r\n", true).await;
        assert_eq!(look("127.0.0.1", port, Duration::from_secs(3)).await.0, Reachability::Up);
    }

    #[tokio::test]
    async fn what_answers_and_is_no_ssh_server_is_a_warning() {
        let web = says(b"HTTP/1.1 400 Bad Request\r\n", false).await;
        assert_eq!(look("127.0.0.1", web, Duration::from_secs(3)).await.0, Reachability::Warning);
        let silent = says(b"", true).await;
        let (reachability, detail) = look("127.0.0.1", silent, SHORT).await;
        assert_eq!(reachability, Reachability::Warning);
        assert!(detail.contains("no SSH greeting"));
        let closed = {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.local_addr().unwrap().port()
        };
        assert_eq!(
            look("127.0.0.1", closed, SHORT).await,
            (Reachability::Warning, "refused".to_owned())
        );
    }

    #[tokio::test]
    async fn a_telnet_server_need_not_greet() {
        let port = says(b"", true).await;
        let place = Place::Tcp { address: "127.0.0.1".into(), port, greets: false };
        assert_eq!(super::look(place, &Reach::default(), SHORT).await.0, Reachability::Up);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_serial_port_is_there_or_not() {
        let look = async |name: &str| {
            let place = Place::SerialPort { name: name.to_owned() };
            super::look(place, &Reach::default(), SHORT).await
        };
        assert_eq!(look("/dev/tty").await.0, Reachability::Up);
        assert_eq!(look("/dev/no-such-port").await.0, Reachability::Down);
        assert_eq!(look("/etc/passwd").await.0, Reachability::Down);
    }

    #[tokio::test]
    async fn a_flood_that_is_no_greeting_ends() {
        let port = says(&[b'x'; 64 * 1024], true).await;
        assert_eq!(
            look("[127.0.0.1]", port, Duration::from_secs(3)).await.0,
            Reachability::Warning
        );
    }

    #[tokio::test]
    async fn what_does_not_answer_is_down() {
        let (reachability, _) = look("no-such-host.invalid", 22, Duration::from_secs(3)).await;
        assert_eq!(reachability, Reachability::Down);
    }
}
