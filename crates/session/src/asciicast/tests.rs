#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use proptest::prelude::*;

fn lines(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = Lines::default();
    lines.feed(text, |line| found.push(line.to_owned()));
    lines.finish(|line| found.push(line.to_owned()));
    found.retain(|line| !line.is_empty());
    found
}

fn read(text: &str) -> Result<Vec<(u64, Event)>, CastError> {
    let events = Reader::new(text.as_bytes())?;
    events
        .map(|event| event.map(|(at, event)| (u64::try_from(at.as_millis()).unwrap(), event)))
        .collect()
}

#[test]
fn what_is_written_is_what_the_format_says() {
    let header = Header {
        cols: 80,
        rows: 24,
        terminal_type: Some("xterm".into()),
        timestamp: Some(1_504_467_315),
        title: None,
    };
    let value: serde_json::Value = serde_json::from_str(&header.line()).unwrap();
    let wanted = serde_json::json!({ "version": 3, "term": { "cols": 80, "rows": 24, "type": "xterm" }, "timestamp": 1_504_467_315 });
    assert_eq!(value, wanted);
    let line = Event::Output("\u{1b}[1mÜ\"\r\n".into()).line(Duration::from_millis(1_007));
    assert_eq!(line, "[1.007,\"o\",\"\\u001b[1mÜ\\\"\\r\\n\"]\n");
    assert_eq!(
        Event::Resize { cols: 100, rows: 50 }.line(Duration::ZERO),
        "[0.000,\"r\",\"100x50\"]\n"
    );
    assert_eq!(Event::Exit(3).line(Duration::ZERO), "[0.000,\"x\",\"3\"]\n");
}

/// The example of the description of version 3, and the same in version 2.
#[test]
fn both_versions_are_read() {
    let three = "{\"version\": 3, \"term\": {\"cols\": 80, \"rows\": 24}, \"timestamp\": 1504467315, \"title\": \"Demo\"}\n\
        # a comment\n[0.248848, \"o\", \"\\u001b[1;31mHello \\u001b[32mWorld!\\u001b[0m\\n\"]\n\n[1.001376, \"i\", \"x\"]\n\
        [0.5, \"r\", \"90x30\"]\n[0, \"m\", \"\"]\n[0, \"q\", \"later\"]\n[1, \"x\", \"0\"]\n";
    let events = read(three).unwrap();
    assert_eq!(events.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [248, 1250, 1750, 1750, 2750]);
    assert_eq!(events[2].1, Event::Resize { cols: 90, rows: 30 });
    assert_eq!(events[4].1, Event::Exit(0));
    let two = "{\"version\": 2, \"width\": 80, \"height\": 24}\n[1.5, \"o\", \"a\"]\n[1.0, \"o\", \"b\"]\n[2.25, \"o\", \"c\"]\n[3, \"o";
    let events = read(two).unwrap();
    assert_eq!(events.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1500, 1500, 2250]);
}

#[test]
fn what_is_no_recording_is_refused_with_the_line() {
    let header = "{\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n";
    assert!(matches!(read(""), Err(CastError::NoHeader)));
    assert!(matches!(read("{\"version\":1}"), Err(CastError::Version(1))));
    assert!(matches!(
        read("{\"version\":3,\"term\":{\"cols\":65535,\"rows\":24}}"),
        Err(CastError::Size)
    ));
    assert!(matches!(read(&format!("{header}[-1,\"o\",\"\"]\n")), Err(CastError::Event(2))));
    assert!(matches!(read(&format!("{header}[1,\"o\"]\n")), Err(CastError::Event(2))));
    assert!(matches!(read(&format!("{header}[1,\"r\",\"0x9\"]\n")), Err(CastError::Event(2))));
    let long = format!("{header}[1,\"o\",\"{}\"]\n", "a".repeat(MAX_LINE));
    assert!(matches!(read(&long), Err(CastError::TooLong(2))));
    let forever = format!("{header}[1e300,\"o\",\"\"]\n[1e300,\"o\",\"\"]\n");
    assert_eq!(read(&forever).unwrap().len(), 2);
}

#[test]
fn a_cut_character_waits_for_its_rest() {
    let mut decoder = Decoder::default();
    assert_eq!(decoder.decode(b"a\xe2\x82"), "a");
    assert_eq!(decoder.decode(b"\xac\xf0\x9f"), "€");
    assert_eq!(decoder.decode(b"x\xff"), "\u{fffd}x\u{fffd}");
    assert_eq!(decoder.decode(b"\xc3"), "");
    assert_eq!(decoder.finish(), "\u{fffd}");
    assert_eq!(decoder.finish(), "");
}

#[test]
fn lines_are_those_on_the_screen() {
    assert_eq!(
        lines("\u{1b}]0;title\u{7}\u{1b}[1;31mred\u{1b}[0m text\r\nnext"),
        ["red text", "next"]
    );
    assert_eq!(lines("10%\r20%\r100%\n"), ["100%"]);
    assert_eq!(lines("lss\u{8}\u{1b}[K -l\n"), ["ls -l"]);
    assert_eq!(lines("abc\u{1b}[2D\u{1b}[PX\n"), ["aX"]);
    assert_eq!(lines("\u{1b}(Ba\tb\u{1b}Pq\u{1b}\\c\n"), ["a       bc"]);
    assert_eq!(lines("\u{1b}[1;1Htop\u{1b}[2;1Hload\u{1b}[24;80Hend"), ["top", "load", "end"]);
    let mut wide = Lines::new(4);
    let mut found = Vec::new();
    wide.feed("abcdef \rgh\n", |line| found.push(line.to_owned()));
    assert_eq!(found, ["abcdgh"], "a carriage return goes to the beginning of the row");
}

/// A terminal and what was typed into it: `>` is typed, `<` is shown.
fn typed(dialogue: &[(char, &str)]) -> Vec<String> {
    let mut typed = Typed::new(80);
    let mut seen = Vec::new();
    for (direction, text) in dialogue {
        match direction {
            '>' => typed.keys(text.as_bytes()),
            _ => seen.extend(typed.output(text)),
        }
    }
    seen
}

#[test]
fn what_is_echoed_counts() {
    let shell = [('<', "$ "), ('>', "l"), ('<', "l"), ('>', "s\r"), ('<', "s\r\nfile\r\n$ ")];
    assert_eq!(typed(&shell), ["ls\r"]);
    let corrected =
        [('<', "$ "), ('>', "lx\u{7f}s"), ('<', "lx\u{8} \u{8}s"), ('>', "\r"), ('<', "\r\n")];
    assert_eq!(typed(&corrected), ["ls\r"]);
    let redrawn = [
        ('<', "% "),
        ('>', "l"),
        ('<', "\u{1b}[4ml\u{1b}[24m"),
        ('>', "s"),
        ('<', "\u{8}\u{1b}[32ml\u{1b}[32ms\u{1b}[39m"),
        ('>', "\r"),
        ('<', "\r\r\n"),
    ];
    assert_eq!(typed(&redrawn), ["ls\r"], "a shell that draws the line anew with colours");
    let completed =
        [('<', "$ "), ('>', "ca fi\t"), ('<', "ca file.txt "), ('>', "-n\r"), ('<', "-n\r\n")];
    assert_eq!(typed(&completed), ["ca fi\t-n\r"]);
    let pasted = [
        ('<', "$ "),
        ('>', "\u{1b}[200~echo a\u{1b}[201~"),
        ('<', "\u{1b}[7mecho a\u{1b}[27m"),
        ('>', "\r"),
        ('<', "\r\n"),
    ];
    assert_eq!(typed(&pasted), ["echo a\r"]);
    assert_eq!(typed(&[('<', "$ "), ('>', "\r"), ('<', "\r\n$ ")]), ["\r"]);
}

#[test]
fn what_is_not_echoed_is_left_out() {
    let none: [&str; 0] = [];
    let password = [('<', "Password: "), ('>', "hunter2"), ('>', "\r"), ('<', "\r\nWelcome\r\n$ ")];
    assert_eq!(typed(&password), none);
    let silent = [
        ('<', "Password: "),
        ('>', "hunter2\r"),
        ('<', "$ "),
        ('>', "ls\r"),
        ('<', "ls\r\nhunter2\r\n"),
    ];
    assert_eq!(
        typed(&silent),
        ["ls\r"],
        "not even the line end is shown, and later output means nothing"
    );
    let stars = [('<', "PIN: "), ('>', "1234"), ('<', "****"), ('>', "\r"), ('<', "\r\n")];
    assert_eq!(typed(&stars), none);
    let again = [('<', "Password: "), ('>', "wrong\u{15}right\r"), ('<', "\r\n")];
    assert_eq!(typed(&again), none);
    let taken_back = [('<', "Password: "), ('>', "secret\u{15}\r"), ('<', "\r\n")];
    assert_eq!(typed(&taken_back), ["\r"], "what was taken back is not kept");
    let of_the_prompt = [('<', "Password for root: "), ('>', "root\r"), ('<', "\r\n")];
    assert_eq!(typed(&of_the_prompt), none);
    let editor =
        [('<', "\u{1b}[?1049h"), ('>', "isecret\u{1b}:wq\r"), ('<', "secret\r\n\u{1b}[?1049l$ ")];
    assert_eq!(typed(&editor), none);
    let beside = [
        ('<', "Password: "),
        ('>', "hun"),
        ('<', "noise of a job\r\n"),
        ('>', "ter2\r"),
        ('<', "\r\n"),
    ];
    assert_eq!(typed(&beside), none);
}

proptest! {
    #[test]
    fn text_is_the_same_whatever_the_pieces(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 1usize..9) {
        let mut decoder = Decoder::default();
        let mut text: String = bytes.chunks(cut).map(|piece| decoder.decode(piece)).collect();
        text.push_str(&decoder.finish());
        let mut whole = Decoder::default();
        let mut expected = whole.decode(&bytes);
        expected.push_str(&whole.finish());
        prop_assert_eq!(&text, &expected);
        prop_assert_eq!(text, String::from_utf8_lossy(&bytes).into_owned());
    }

    #[test]
    fn what_is_written_is_read(events in proptest::collection::vec((0u64..100_000, any::<String>(), any::<bool>()), 0..20)) {
        let header = Header { cols: 80, rows: 24, terminal_type: None, timestamp: None, title: Some("t".into()) };
        let mut file = header.line();
        let mut at = 0;
        let mut expected = Vec::new();
        for (since, text, output) in events {
            let event = if output { Event::Output(text) } else { Event::Input(text) };
            at += since;
            expected.push((at, event.clone()));
            file.push_str(&event.line(Duration::from_millis(since)));
        }
        let reader = Reader::new(file.as_bytes()).unwrap();
        prop_assert_eq!(reader.header(), &header);
        let read: Vec<_> = reader.map(|event| {
            let (at, event) = event.unwrap();
            (u64::try_from(at.as_millis()).unwrap(), event)
        }).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn no_text_makes_lines_panic_or_grow(text in any::<String>(), codes in "([\u{1b}\\[\\]0-9;?ABCDGHJKPX@hl\r\n\u{8}\t a]){0,300}", width in 0usize..20) {
        let mut lines = Lines::new(width);
        lines.feed(&text, |_| {});
        lines.feed(&codes, |line| assert!(line.chars().count() <= 5000));
    }
}
