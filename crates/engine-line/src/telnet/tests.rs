//! The protocol byte by byte.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use proptest::prelude::*;

const SIZE: TerminalSize = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };

fn with(user: Option<&str>, echo: LocalEcho) -> Telnet {
    let keys = Keys { enter: LineEnding::CrLf, echo };
    let user = user.map(str::to_owned);
    Telnet::new(TelnetOptions { terminal_type: "xterm-256color".into(), user, keys }, SIZE)
}

/// One that has offered what it does.
fn started() -> Telnet {
    let mut telnet = with(None, LocalEcho::Auto);
    telnet.start(&mut BytesMut::new());
    telnet
}

/// What is shown, and what is answered.
fn hear(telnet: &mut Telnet, bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut shown, mut wire) = (BytesMut::new(), BytesMut::new());
    telnet.hear(bytes, &mut shown, &mut wire);
    (shown.to_vec(), wire.to_vec())
}

fn say(telnet: &mut Telnet, typed: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut shown, mut wire) = (BytesMut::new(), BytesMut::new());
    telnet.say(typed, &mut shown, &mut wire);
    (shown.to_vec(), wire.to_vec())
}

#[test]
fn what_is_offered_and_accepted_is_not_said_twice() {
    let mut telnet = with(None, LocalEcho::Auto);
    let mut wire = BytesMut::new();
    telnet.start(&mut wire);
    assert!(!wire.windows(3).any(|said| said == [IAC, WILL, option::NEW_ENVIRON]));
    for option in [option::TERMINAL_TYPE, option::TERMINAL_SPEED] {
        assert!(wire.windows(3).any(|said| said == [IAC, WILL, option]));
        assert_eq!(hear(&mut telnet, &[IAC, DO, option]).1, b"");
    }
    let size = [IAC, SB, 31, 0, 80, 0, 24, IAC, SE];
    assert_eq!(hear(&mut telnet, &[IAC, DO, option::NAWS]).1, size);
    assert_eq!(hear(&mut telnet, &[IAC, DO, option::NAWS]).1, b"");
    assert_eq!(hear(&mut telnet, &[IAC, WILL, option::ECHO]).1, b"");
}

#[test]
fn the_terminal_type_is_told_once_agreed() {
    let ask = [IAC, SB, 24, 1, IAC, SE];
    let mut telnet = with(None, LocalEcho::Auto);
    assert_eq!(hear(&mut telnet, &ask).1, b"", "not agreed on");
    let (_, answer) = hear(&mut telnet, &[&[IAC, DO, 24][..], &ask].concat());
    let told = [&[IAC, WILL, 24, IAC, SB, 24, 0][..], b"xterm-256color", &[IAC, SE]].concat();
    assert_eq!(answer, told);
}

#[test]
fn a_new_size_is_told_with_its_iac_doubled() {
    let mut telnet = started();
    let mut wire = BytesMut::new();
    telnet.resize(TerminalSize { cols: 255, rows: 65_535, ..SIZE }, &mut wire);
    assert_eq!(wire, b""[..], "not agreed on");
    let told = [IAC, SB, 31, 0, 255, 255, 255, 255, 255, 255, IAC, SE];
    assert_eq!(hear(&mut telnet, &[IAC, DO, 31]).1, told);
    telnet.resize(TerminalSize { cols: 100, rows: 30, ..SIZE }, &mut wire);
    assert_eq!(wire, [IAC, SB, 31, 0, 100, 0, 30, IAC, SE][..]);
}

#[test]
fn only_the_user_is_told_of_the_environment_and_only_if_set() {
    let ask = |names: &[u8]| [&[IAC, SB, 39, 1][..], names, &[IAC, SE]].concat();
    let mut silent = started();
    assert_eq!(hear(&mut silent, &[IAC, DO, 39]).1, [IAC, WONT, 39]);
    assert_eq!(hear(&mut silent, &ask(b"")).1, b"");
    let mut telnet = with(Some("o\u{1}ps"), LocalEcho::Auto);
    hear(&mut telnet, &[IAC, DO, 39]);
    let user = [&[IAC, SB, 39, 0, 0][..], b"USER\x01o\x02\x01ps", &[IAC, SE]].concat();
    for names in [&b""[..], b"\0", b"\0USER", b"\0LOGNAME\0USER\x03X"] {
        assert_eq!(hear(&mut telnet, &ask(names)).1, user, "{names:?}");
    }
    for names in [&b"\0HOME"[..], b"\x03USER", b"\x03", b"USER"] {
        assert_eq!(hear(&mut telnet, &ask(names)).1, [IAC, SB, 39, 0, IAC, SE], "{names:?}");
    }
}

#[test]
fn strange_options_are_refused_and_never_without_end() {
    let mut telnet = started();
    assert_eq!(hear(&mut telnet, &[IAC, WILL, 200]).1, [IAC, DONT, 200]);
    assert_eq!(hear(&mut telnet, &[IAC, DO, option::ECHO]).1, [IAC, WONT, option::ECHO]);
    assert_eq!(hear(&mut telnet, &[IAC, WONT, 200, IAC, DONT, 200]).1, b"");
    let (_, answers) = hear(&mut telnet, &[IAC, WILL, 201].repeat(10_000));
    assert_eq!(answers.len(), 32 * 3);
    let (_, answers) = hear(&mut telnet, &[IAC, DONT, 31, IAC, DO, 31].repeat(10_000));
    assert!(answers.len() < 100 * 1024, "{}", answers.len());
}

#[test]
fn two_of_us_come_to_an_end() {
    let mut ends = [started(), started()];
    let (mut said, mut shown) = (BytesMut::new(), BytesMut::new());
    with(Some("x"), LocalEcho::Auto).start(&mut said);
    for round in 0.. {
        assert!(round < 10, "they go on and on: {said:?}");
        let mut answer = BytesMut::new();
        ends[round % 2].hear(&said, &mut shown, &mut answer);
        if answer.is_empty() {
            break;
        }
        said = answer;
    }
}

#[test]
fn data_is_freed_of_its_dress() {
    let mut telnet = started();
    assert_eq!(hear(&mut telnet, b"a\r\0b\r\nc\xff\xffd\xff\xf1e").0, b"a\rb\r\nc\xffde");
    assert_eq!(hear(&mut telnet, b"x\r").0, b"x\r");
    assert_eq!(hear(&mut telnet, b"\0y\0").0, b"y\0");
    hear(&mut telnet, &[IAC, WILL, 0]);
    assert_eq!(hear(&mut telnet, b"\r\0").0, b"\r\0", "binary");
}

#[test]
fn keys_are_dressed() {
    let mut telnet = started();
    hear(&mut telnet, &[IAC, WILL, option::ECHO]);
    assert_eq!(say(&mut telnet, b"a\r\xff"), (vec![], b"a\r\n\xff\xff".to_vec()));
    telnet.what.keys.enter = LineEnding::Cr;
    assert_eq!(say(&mut telnet, b"\r").1, b"\r\0");
    hear(&mut telnet, &[IAC, DO, 0]);
    assert_eq!(say(&mut telnet, b"\r").1, b"\r", "binary");
    telnet.what.keys.enter = LineEnding::Lf;
    assert_eq!(say(&mut telnet, b"\r").1, b"\n");
}

#[test]
fn a_password_is_not_shown_while_the_server_echoes() {
    let mut telnet = started();
    assert_eq!(say(&mut telnet, b"me").0, b"me");
    hear(&mut telnet, &[IAC, WILL, option::ECHO]);
    assert_eq!(say(&mut telnet, b"secret").0, b"");
    assert_eq!(hear(&mut telnet, &[IAC, WONT, option::ECHO]).1, [IAC, DONT, option::ECHO]);
    assert_eq!(say(&mut telnet, b"x").0, b"x");
}

#[test]
fn long_subnegotiations_are_read_over() {
    let mut telnet = started();
    hear(&mut telnet, &[IAC, DO, 24]);
    let long = [&[IAC, SB, 24, 1][..], &[b'x'; 100_000], &[IAC, SE], b"after"].concat();
    assert_eq!(hear(&mut telnet, &long), (b"after".to_vec(), vec![]));
    assert!(telnet.reader_holds() <= MOST_SUBNEGOTIATION);
    // An end that never comes does not swallow the next option.
    assert_eq!(hear(&mut telnet, &[IAC, SB, 24, 1, IAC, DO, 200]).1, [IAC, WONT, 200]);
}

#[test]
fn signals_are_commands() {
    let mut wire = BytesMut::new();
    let mut telnet = started();
    assert!(telnet.signal(LineSignal::Break, &mut wire));
    assert!(telnet.signal(LineSignal::AreYouThere, &mut wire));
    assert!(!telnet.signal(LineSignal::DtrOn, &mut wire));
    telnet.keep_alive(&mut wire);
    assert_eq!(wire, [IAC, BRK, IAC, AYT, IAC, NOP][..]);
}

proptest! {
    /// Wherever the stream is cut, the same is understood.
    #[test]
    fn cuts_change_nothing(bytes in prop::collection::vec(prop_oneof![
        Just(IAC), Just(SB), Just(SE), Just(WILL), Just(DO), Just(24u8), Just(1u8), Just(b'\r'), Just(0u8), any::<u8>()
    ], 0..200), at in 0usize..200) {
        let whole = hear(&mut started(), &bytes);
        let mut telnet = started();
        let (a, b) = bytes.split_at(at.min(bytes.len()));
        let (one, other) = (hear(&mut telnet, a), hear(&mut telnet, b));
        prop_assert_eq!(whole, ([one.0, other.0].concat(), [one.1, other.1].concat()));
    }

    /// What is typed arrives as data, whatever it is, at a peer that undresses it.
    #[test]
    fn typed_bytes_are_data_to_the_peer(typed in prop::collection::vec(any::<u8>(), 0..100)) {
        let mut telnet = started();
        telnet.what.keys.enter = LineEnding::Cr;
        let (shown, answers) = hear(&mut started(), &say(&mut telnet, &typed).1);
        prop_assert_eq!(answers, b"");
        // A NUL that was typed after Enter is the one that Enter brings.
        let without = |bytes: &[u8]| bytes.iter().copied().filter(|byte| *byte != 0).collect::<Vec<_>>();
        prop_assert_eq!(without(&shown), without(&typed));
    }
}
