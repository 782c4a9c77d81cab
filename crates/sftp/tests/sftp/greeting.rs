use crate::double::greeted_by;
use patchbay_sftp::{Options, SftpError};
use std::time::Duration;

async fn refusal(greeting: &[u8], ends: bool) -> SftpError {
    greeted_by(greeting, ends, Options::default()).await.unwrap_err()
}

#[tokio::test]
async fn text_instead_of_a_greeting_is_repeated() {
    let said = |said: &str| SftpError::NotSftp { said: said.into() };
    assert_eq!(refusal(b"Welcome to db-01!\r\n\r\n", true).await, said("Welcome to db-01!"));
    assert_eq!(refusal(b"hi\n", true).await, said("hi"));
    assert_eq!(refusal(b"\x1b[1mhi", false).await, said("[1mhi"));
    let long = refusal(&b"x".repeat(3000), true).await;
    assert_eq!(long, said(&"x".repeat(100)));
    // A greeting behind text is not looked for: the text's end cannot be told.
    let both = refusal(b"motd\n\0\0\0\x05\x02\0\0\0\x03", false).await;
    assert!(matches!(both, SftpError::NotSftp { said } if said.starts_with("motd")));
}

#[tokio::test]
async fn packets_that_greet_not_are_no_sftp() {
    for packet in [&b"\0\0\0\x05\x65\0\0\0\x03"[..], b"\0\x10\0\0\x02", b"\0\0\0\x04\x02\0\0\0"] {
        assert!(matches!(refusal(packet, true).await, SftpError::NotSftp { .. }));
    }
}

#[tokio::test]
async fn other_versions_are_refused() {
    let old = refusal(b"\0\0\0\x05\x02\0\0\0\x02", false).await;
    assert_eq!(old, SftpError::UnsupportedVersion(2));
    let new = refusal(b"\0\0\0\x05\x02\0\0\0\x06", false).await;
    assert_eq!(new, SftpError::UnsupportedVersion(6));
}

#[tokio::test]
async fn half_a_greeting_and_the_end_are_the_end() {
    assert_eq!(refusal(b"", true).await, SftpError::Closed);
    assert_eq!(refusal(b"\0\0\0\x20\x02\0\0\0\x03", true).await, SftpError::Closed);
}

#[tokio::test]
async fn a_malformed_greeting_is_refused() {
    let cut = refusal(b"\0\0\0\x0a\x02\0\0\0\x03\0\0\0\x09a", false).await;
    assert!(matches!(cut, SftpError::Broken(_)));
}

#[tokio::test]
async fn a_server_that_does_not_greet_is_not_waited_for() {
    let options = Options { request_timeout: Duration::from_millis(20), ..Options::default() };
    for greeting in [&b""[..], b"\0\0\0"] {
        let late = greeted_by(greeting, false, options).await.unwrap_err();
        assert_eq!(late, SftpError::TimedOut);
    }
}

#[tokio::test]
async fn unknown_extensions_and_versions_are_left_alone() {
    let greeting = b"\0\0\0\x34\x02\0\0\0\x03\0\0\0\x14fsync@openssh.com@@@\0\0\0\x011\0\0\0\x09copy-data\0\0\0\x012";
    let mut greeting = greeting.to_vec();
    greeting[3] = u8::try_from(greeting.len() - 4).unwrap();
    let client = greeted_by(&greeting, false, Options::default()).await.unwrap();
    assert_eq!(*client.extensions(), patchbay_sftp::Extensions::default());
}
