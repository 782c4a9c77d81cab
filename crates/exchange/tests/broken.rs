//! Files that are cut off, endless or nested without end: each format ends with something to say, and soon.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use patchbay_exchange::{ExchangeError, File, Format, Options, detect, read};
use std::time::{Duration, Instant};

/// More than any import takes; a build without optimization on a busy machine takes a while.
const LONG: Duration = Duration::from_secs(60);

/// The formats that this crate reads.
fn formats() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|format| !matches!(format, Format::OpenSsh | Format::Archive))
}

fn name(format: Format) -> &'static str {
    match format {
        Format::Remmina => "a.remmina",
        Format::Rdp => "a.rdp",
        Format::MobaXterm => "a.mxtsessions",
        Format::KnownHosts => "known_hosts",
        _ => "a",
    }
}

/// Reads it and says how many machines there are. Whatever comes of it, it must be told.
fn machines(format: Format, bytes: &[u8]) -> Option<usize> {
    let file = File { name: name(format).into(), bytes: bytes.to_vec() };
    let begun = Instant::now();
    let found = read(format, &[file], &Options::default());
    assert!(begun.elapsed() < LONG, "{format:?} took {:?}", begun.elapsed());
    match found {
        Ok(found) => {
            let all = found.machines.iter().map(|machine| machine.draft.name.as_str());
            let skipped = found.skipped.iter().map(|one| one.reason.as_str());
            assert!(all.chain(skipped).all(|text| text.len() < 1 << 20), "{format:?}");
            Some(found.machines.len())
        }
        Err(error) => {
            assert!((5..500).contains(&error.to_string().len()), "{format:?}: {error}");
            None
        }
    }
}

/// A file of a hundred machines.
fn whole(format: Format) -> String {
    let each = |line: &dyn Fn(usize) -> String| (0..100).map(line).collect::<String>();
    let list = |line: &dyn Fn(usize) -> String| (0..100).map(line).collect::<Vec<_>>().join(",");
    match format {
        Format::KnownHosts => each(&|n| format!("web{n} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{n}\n")),
        Format::Putty => {
            let sessions = each(&|n| {
                format!(
                    "[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\web{n}]\r\n\
                     \"HostName\"=\"192.0.2.{n}\"\r\n\"Protocol\"=\"ssh\"\r\n\r\n"
                )
            });
            format!("Windows Registry Editor Version 5.00\r\n\r\n{sessions}")
        }
        Format::MRemoteNg => {
            let nodes = each(&|n| {
                format!(
                    "<Node Name=\"web{n}\" Type=\"Connection\" Hostname=\"192.0.2.{n}\" Protocol=\"SSH2\" Port=\"22\" />\n"
                )
            });
            format!(
                "<?xml version=\"1.0\"?>\n<Connections Name=\"Connections\" ConfVersion=\"2.6\">\n{nodes}</Connections>\n"
            )
        }
        Format::Remmina => {
            let notes = "%20".repeat(1_500);
            format!("[remmina]\nname=web\nprotocol=SSH\nserver=192.0.2.1\nnotes_text={notes}\n")
        }
        Format::Royal => {
            let objects = each(&|n| {
                format!(
                    "<RoyalSSHConnection><ID>{n}x</ID><Name>web{n}</Name><URI>192.0.2.{n}</URI></RoyalSSHConnection>\n"
                )
            });
            format!("<RTSZDocument>\n{objects}</RTSZDocument>\n")
        }
        Format::MobaXterm => {
            let sessions =
                each(&|n| format!("web{n}=#109#0%192.0.2.{n}%22%ops%%-1%-1%#f#0# #-1\r\n"));
            format!("[Bookmarks]\r\nSubRep=Lab\r\nImgNum=42\r\n{sessions}")
        }
        Format::WindowsTerminal => {
            let profiles = list(&|n| {
                format!("{{\"name\":\"web{n}\",\"commandline\":\"ssh ops@192.0.2.{n}\"}}")
            });
            format!("{{\"profiles\":{{\"list\":[{profiles}]}}}}")
        }
        Format::Rdp => format!("{}full address:s:192.0.2.1\r\n", "x:i:1\r\n".repeat(600)),
        Format::Termius | Format::Csv => {
            let rows = each(&|n| format!("Lab,web{n},,192.0.2.{n},ssh,22,ops\n"));
            format!("Groups,Label,Tags,Hostname/IP,Protocol,Port,Username\n{rows}")
        }
        Format::OpenSsh | Format::Archive => panic!("not read here"),
    }
}

#[test]
fn cut_off_anywhere() {
    for format in formats() {
        let text = whole(format);
        let all = machines(format, text.as_bytes()).unwrap();
        assert!(text.len() > 2_000, "{format:?}");
        for end in (0..text.len()).step_by(512) {
            let some = machines(format, &text.as_bytes()[..end]).unwrap_or_default();
            assert!(some <= all, "{format:?} cut at {end}");
        }
    }
}

#[test]
fn what_is_cut_off_in_xml_and_json_is_said() {
    for format in [Format::MRemoteNg, Format::Royal, Format::WindowsTerminal] {
        let text = whole(format);
        let file = File { name: "a".into(), bytes: text.as_bytes()[..text.len() * 2 / 3].to_vec() };
        match read(format, &[file], &Options::default()) {
            Err(ExchangeError::Unreadable { .. }) => {}
            Err(error) => panic!("{format:?}: {error}"),
            Ok(found) => {
                let said =
                    found.skipped.iter().any(|one| one.reason.contains("ends in the middle"));
                assert!(said, "{format:?}: {:?}", found.skipped);
            }
        }
    }
}

#[test]
fn one_line_that_does_not_end() {
    // What is too much is refused, and what is just not too much is read through.
    let beyond = "a".repeat(50 << 20);
    let within = "a=b,c;d%".repeat(1 << 20);
    for format in formats() {
        assert_eq!(machines(format, beyond.as_bytes()), None, "{format:?}");
        let _some = machines(format, within.as_bytes());
        let behind = format!("{}{within}", whole(format));
        let _some = machines(format, behind.as_bytes());
    }
    let file = File { name: "a".into(), bytes: within.into_bytes() };
    let begun = Instant::now();
    let _format = detect(&[file]);
    assert!(begun.elapsed() < LONG);
}

#[test]
fn nesting_and_entities() {
    let open = |text: &str| text.repeat(200_000);
    let bomb: String = (1..20)
        .map(|n| format!("<!ENTITY e{n} \"&e{0};&e{0};&e{0};&e{0};&e{0};&e{0};\">", n - 1))
        .collect();
    let texts = [
        open("["),
        open("{\"Objects\":[") + "]",
        open("{\"profiles\":"),
        format!("<RTSZDocument>{}", open("<RoyalFolder>")),
        format!("<Connections ConfVersion=\"2.6\">{}", open("<Node Type=\"Container\">")),
        format!(
            "<!DOCTYPE r [<!ENTITY e0 \"x\">{bomb}]><Connections Name=\"&e19;\"></Connections>"
        ),
        format!("<!DOCTYPE r [<!ENTITY e0 \"x\">{bomb}]><RTSZDocument><a>&e19;</a></RTSZDocument>"),
        open("\""),
        open("/*"),
        format!("[Bookmarks]\nSubRep={}\nx=#109#0%h%22%u", open("a\\")),
    ];
    for format in formats() {
        for text in &texts {
            let some = machines(format, text.as_bytes()).unwrap_or_default();
            assert!(some <= 1, "{format:?}");
        }
    }
}
