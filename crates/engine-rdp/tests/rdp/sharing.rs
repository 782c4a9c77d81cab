//! What goes both ways beside the picture, with xrdp.

use crate::person::{LIMIT, Person, Seen, open, options};
use patchbay_engine_rdp::{Drive, RdpOptions, dib::Picture};
use patchbay_session::desktop::{
    Clipboard, DesktopEvent, DesktopInput, LentFile, Piece, ReadPiece, Size,
};
use patchbay_testkit::{Backend, Xrdp, xrdp_or_skip};
use std::{
    io::Write,
    os::unix::net::UnixStream,
    process::{Command, Stdio},
    sync::Arc,
    time::Instant,
};

async fn desktop(server: &Xrdp, change: impl Fn(RdpOptions) -> RdpOptions) -> Seen {
    let (user, password) = (server.account().name(), server.account().password());
    let options = change(options(server.port(), user, password));
    match open(options, Arc::<Person>::default()).await {
        Ok(desktop) => Seen::new(desktop),
        Err(error) => panic!("{error}\n{}", server.log()),
    }
}

/// Gives the display something to paste, as this kind.
fn copy(mut xclip: Command, kind: &str, data: &[u8]) {
    xclip.args(["-selection", "clipboard", "-t", kind, "-i"]);
    let mut child =
        xclip.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(data).unwrap();
    assert!(child.wait().unwrap().success());
}

/// What the display would paste, once it is so.
async fn pasted(server: &Xrdp, kind: &str, so: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let end = Instant::now() + LIMIT;
    loop {
        let mut xclip = server.on_display("timeout").await.unwrap();
        let out = xclip
            .args(["5", "xclip", "-selection", "clipboard", "-t", kind, "-o"])
            .output()
            .unwrap();
        if so(&out.stdout) {
            return out.stdout;
        }
        assert!(
            Instant::now() < end,
            "{:?}\n{}",
            String::from_utf8_lossy(&out.stdout),
            server.log()
        );
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

fn copied(event: &DesktopEvent) -> Option<Clipboard> {
    match event {
        DesktopEvent::Clipboard(copied) => Some(copied.clone()),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_copied_goes_both_ways() {
    if !xrdp_or_skip("the clipboard of xrdp") {
        return;
    }
    let server = Xrdp::start(Backend::Xorg, "exec sleep 1000").await.unwrap();
    let mut seen = desktop(&server, |options| RdpOptions { clipboard: true, ..options }).await;
    let able = |event: &DesktopEvent| {
        matches!(event, DesktopEvent::Abilities { clipboard: true, .. }).then_some(())
    };
    seen.event("a clipboard", able).await;

    // This server makes one byte of each character, whatever it is.
    let text = format!("from here: abc\nsecond line {}", "x".repeat(50_000));
    seen.tell(DesktopInput::Clipboard(Clipboard::Text(text.clone()))).await;
    let there = pasted(&server, "UTF8_STRING", |data| !data.is_empty()).await;
    let there = String::from_utf8_lossy(&there).replace("\r\n", "\n");
    assert!(there.trim_end_matches('\0') == text, "{} bytes", there.len());

    let text = format!("from there: ö\nand more {}", "y".repeat(50_000));
    copy(server.on_display("xclip").await.unwrap(), "UTF8_STRING", text.as_bytes());
    seen.until("text", |seen| {
        seen.events.iter().rev().find_map(copied) == Some(Clipboard::Text(text.clone()))
    })
    .await;

    let rgba = (0..90 * 40 * 3).map(|n| (n % 251) as u8).collect::<Vec<_>>();
    let rgba = rgba.chunks(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
    let picture = Picture { width: 90, height: 40, rgba };
    let png = picture.to_png().unwrap();
    seen.tell(DesktopInput::Clipboard(Clipboard::Png(png.clone().into()))).await;
    let bmp = pasted(&server, "image/bmp", |data| data.starts_with(b"BM")).await;
    assert_eq!(
        Picture::from_dib(&bmp[14..]).as_ref(),
        Some(&picture),
        "{} {:?}",
        bmp.len(),
        &bmp[..80]
    );

    // Another one from there.
    let mirrored =
        Picture { rgba: picture.rgba.chunks(4).rev().flatten().copied().collect(), ..picture };
    let dib = mirrored.to_dib();
    let mut bmp = b"BM".to_vec();
    for number in [14 + dib.len(), 0, 14 + 40] {
        bmp.extend(u32::try_from(number).unwrap().to_le_bytes());
    }
    bmp.extend(&dib);
    copy(server.on_display("xclip").await.unwrap(), "image/bmp", &bmp);
    let is_it = |event: &DesktopEvent| match event {
        DesktopEvent::Clipboard(Clipboard::Png(png)) => {
            Picture::from_png(png).filter(|read| *read == mirrored)
        }
        _ => None,
    };
    seen.event("the picture", is_it).await;
}

/// Pastes files as programs of the session do: their addresses first, then what is at them.
const PASTE_FILES: &str = "cd $HOME; for i in $(seq 300); do \
     timeout 5 xclip -selection clipboard -t text/uri-list -o > addresses 2>/dev/null; \
     grep -q clipboard addresses && break; sleep 0.1; done\n\
     tr -d '\\r' < addresses | sed 's,^file://,,' | while read -r path || [ -n \"$path\" ]; do \
     cp \"$path\" \"pasted-$(basename \"$path\")\" 2>> problems; done\n\
     touch done; exec sleep 1000";

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_copied_here_are_pasted_there() {
    if !xrdp_or_skip("files to the clipboard of xrdp") {
        return;
    }
    let server = Xrdp::start(Backend::Xorg, PASTE_FILES).await.unwrap();
    let mut seen = desktop(&server, |options| RdpOptions { clipboard: true, ..options }).await;
    let able = |event: &DesktopEvent| {
        matches!(event, DesktopEvent::Abilities { files: true, .. }).then_some(())
    };
    seen.event("a clipboard for files", able).await;
    let dir = tempfile::tempdir().unwrap();
    let big: Vec<u8> = (0..700_000_u32).map(|n| (n % 253) as u8).collect();
    let file = |name: &str, bytes: &[u8]| {
        let at = dir.path().join(name);
        std::fs::write(&at, bytes).unwrap();
        let size = bytes.len() as u64;
        let modified = Some(1_700_000_000);
        LentFile { at, path: vec![name.to_owned()], folder: false, size, modified }
    };
    let lent = vec![file("one.txt", b"hello"), file("big.bin", &big)];
    seen.tell(DesktopInput::LendFiles(lent)).await;
    let end = Instant::now() + LIMIT;
    while !server.home().join("done").exists() {
        assert!(Instant::now() < end, "{}", server.log());
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let pasted = |name: &str| std::fs::read(server.home().join(name)).unwrap_or_default();
    let problems = text(&server.home().join("problems"));
    let addresses = text(&server.home().join("addresses"));
    assert_eq!(pasted("pasted-one.txt"), b"hello", "{addresses:?} {problems:?} {}", server.log());
    assert!(pasted("pasted-big.bin") == big, "{problems:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_copied_there_are_read_here() {
    if !xrdp_or_skip("files from the clipboard of xrdp") {
        return;
    }
    let server = Xrdp::start(Backend::Xorg, "exec sleep 1000").await.unwrap();
    let mut seen = desktop(&server, |options| RdpOptions { clipboard: true, ..options }).await;
    let able = |event: &DesktopEvent| {
        matches!(event, DesktopEvent::Abilities { files: true, .. }).then_some(())
    };
    seen.event("a clipboard for files", able).await;
    let big: Vec<u8> = (0..300_000_u32).map(|n| (n % 241) as u8).collect();
    for (name, bytes) in [("one.txt", &b"hello"[..]), ("big.bin", &big)] {
        std::fs::write(server.dir().join(name), bytes).unwrap();
    }
    let address = |name: &str| format!("file://{}\r\n", server.dir().join(name).display());
    let addresses = address("one.txt") + &address("big.bin");
    let xclip = server.on_display("xclip").await.unwrap();
    copy(xclip, "text/uri-list", addresses.as_bytes());
    let files = |event: &DesktopEvent| match event {
        DesktopEvent::Files(files) if !files.is_empty() => Some(files.clone()),
        _ => None,
    };
    let files = seen.event("the files", files).await;
    let told: Vec<_> = files.iter().map(|file| (file.path.join("/"), file.size)).collect();
    assert_eq!(told, [("one.txt".to_owned(), Some(5)), ("big.bin".to_owned(), Some(300_000))]);
    let mut read = Vec::new();
    while read.len() < big.len() {
        let (wish, from) = (read.len() as u32, read.len() as u64);
        let length = 100_000;
        let wanted = ReadPiece { wish, list: 1, file: 1, from, length };
        seen.tell(DesktopInput::ReadPiece(wanted)).await;
        let piece = |event: &DesktopEvent| match event {
            DesktopEvent::Piece(piece) if piece.wish == wish => Some(piece.clone()),
            _ => None,
        };
        let piece = seen.event("a piece", piece).await.bytes.expect("it can be read");
        assert!(!piece.is_empty() && piece.len() <= 100_000);
        read.extend_from_slice(&piece);
    }
    assert!(read == big);
    // Of another list, and beyond the end of this one.
    for (wish, list, file) in [(900_001, 2, 0), (900_002, 1, 7)] {
        let wanted = ReadPiece { wish, list, file, from: 0, length: 1 };
        seen.tell(DesktopInput::ReadPiece(wanted)).await;
        let none = DesktopEvent::Piece(Piece { wish, bytes: None });
        seen.event("that it cannot be had", |event| (*event == none).then_some(())).await;
    }
    // Something else is copied there.
    copy(server.on_display("xclip").await.unwrap(), "UTF8_STRING", b"text");
    let gone = DesktopEvent::Files(Vec::new());
    seen.event("that they are gone", |event| (*event == gone).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_copied_without_leave() {
    if !xrdp_or_skip("no clipboard at xrdp") {
        return;
    }
    let server = Xrdp::start(Backend::Xvnc, "exec sleep 1000").await.unwrap();
    let mut seen = desktop(&server, |options| options).await;
    copy(server.on_display("xclip").await.unwrap(), "UTF8_STRING", b"secret");
    // A key makes a round trip; nothing was told before or with it.
    seen.tell(DesktopInput::Resize { size: Size::new(900, 700), scale: 100 }).await;
    seen.event("a picture", |event| matches!(event, DesktopEvent::Cursor(_)).then_some(())).await;
    assert!(!seen.events.iter().any(|event| copied(event).is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_arrives() {
    if !xrdp_or_skip("sound of xrdp") {
        return;
    }
    let server = Xrdp::start(Backend::Xorg, "exec sleep 1000").await.unwrap();
    let mut seen = desktop(&server, |options| RdpOptions { audio: true, ..options }).await;
    server.on_display("true").await.unwrap();
    let end = Instant::now() + LIMIT;
    let path = loop {
        if let Some(path) = server.socket("xrdp_chansrv_audio_out_socket") {
            break path;
        }
        assert!(Instant::now() < end, "{}", server.log());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let mut socket = UnixStream::connect(path).unwrap();
    let samples: Vec<u8> = (0..32_768_u32).map(|n| (n % 249) as u8).collect();
    // As xrdp's module for PulseAudio says it: a command, the length of all, the samples.
    let mut message = 0_u32.to_le_bytes().to_vec();
    message.extend(u32::try_from(samples.len() + 8).unwrap().to_le_bytes());
    message.extend(&samples);
    let heard = |seen: &Seen| -> Vec<u8> {
        let audio = seen.events.iter().filter_map(|event| match event {
            DesktopEvent::Audio(audio) => {
                assert_eq!((audio.rate, audio.channels), (44_100, 2));
                Some(audio.samples.to_vec())
            }
            _ => None,
        });
        audio.flatten().collect()
    };
    let end = Instant::now() + LIMIT;
    while heard(&seen).len() < samples.len() {
        assert!(Instant::now() < end, "{} bytes\n{}", heard(&seen).len(), server.log());
        socket.write_all(&message).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        seen.take();
    }
    let heard = heard(&seen);
    let whole = samples.repeat(1 + heard.len() / samples.len());
    assert_eq!(heard[..], whole[..heard.len()], "what is played is heard as it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desktop_takes_another_size() {
    if !xrdp_or_skip("another size of xrdp's desktop") {
        return;
    }
    let server = Xrdp::start(Backend::Xvnc, "exec sleep 1000").await.unwrap();
    let mut seen = desktop(&server, |options| options).await;
    let able = |event: &DesktopEvent| {
        matches!(event, DesktopEvent::Abilities { resize: true, .. }).then_some(())
    };
    seen.event("that it can", able).await;
    seen.tell(DesktopInput::Resize { size: Size::new(1000, 701), scale: 100 }).await;
    seen.until("another size", |seen| seen.desktop.screen.size() == Size::new(1000, 701)).await;
    let end = Instant::now() + LIMIT;
    loop {
        seen.take();
        let (theirs, ours) = (server.picture().await.unwrap(), seen.picture());
        if theirs == ours {
            break;
        }
        assert!(Instant::now() < end, "{} {}\n{}", theirs.len(), ours.len(), server.log());
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

/// Uses the drive as programs of the session do, and leaves notes in the home.
const USE_DRIVE: &str = "cd $HOME; for i in $(seq 400); do test -e shared/lent/hello.txt && break; sleep 0.1; done\n\
     ls -A shared/lent > listed; cp shared/lent/hello.txt got; cp shared/lent/inner/big got-big\n\
     cat shared/lent/link > leaked 2>/dev/null; cat shared/lent/../../secret >> leaked 2>/dev/null\n\
     (echo new > shared/lent/new) 2>/dev/null; cp got-big shared/lent/inner/copy 2>/dev/null\n\
     mv shared/lent/old shared/lent/renamed 2>/dev/null; rm shared/lent/gone 2>/dev/null\n\
     mkdir shared/lent/made 2>/dev/null; touch done; exec sleep 1000";

async fn lend(writable: bool) -> Option<(tempfile::TempDir, Xrdp, Seen)> {
    if !xrdp_or_skip("a folder as a drive of xrdp") {
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let lent = dir.path().join("lent");
    std::fs::create_dir_all(lent.join("inner")).unwrap();
    let big: Vec<u8> = (0..700_000_u32).map(|n| (n % 253) as u8).collect();
    std::fs::write(lent.join("inner/big"), big).unwrap();
    for (name, text) in
        [("hello.txt", "hello"), ("old", "old"), ("gone", "gone"), ("../secret", "secret")]
    {
        std::fs::write(lent.join(name), text).unwrap();
    }
    std::os::unix::fs::symlink(dir.path().join("secret"), lent.join("link")).unwrap();
    let server = Xrdp::start(Backend::Xvnc, USE_DRIVE).await.unwrap();
    let drive = Drive { name: "lent".to_owned(), path: lent, writable };
    let seen =
        desktop(&server, |options| RdpOptions { drive: Some(drive.clone()), ..options }).await;
    let end = Instant::now() + LIMIT;
    while !server.home().join("done").exists() {
        assert!(Instant::now() < end, "{}", server.log());
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Some((dir, server, seen))
}

fn text(path: &std::path::Path) -> Option<String> {
    std::fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lent_folder_is_read_and_nothing_beside_it() {
    let Some((dir, server, _seen)) = lend(false).await else { return };
    let (home, lent) = (server.home(), dir.path().join("lent"));
    let listed = text(&home.join("listed")).unwrap();
    let mut listed: Vec<&str> = listed.lines().collect();
    listed.sort_unstable();
    assert_eq!(listed, ["gone", "hello.txt", "inner", "old"], "{}", server.log());
    assert_eq!(text(&home.join("got")).as_deref(), Some("hello"));
    assert!(text(&home.join("got-big")) == text(&lent.join("inner/big")));
    assert_eq!(text(&home.join("leaked")).as_deref(), Some(""));
    for changed in ["new", "inner/copy", "renamed", "made"] {
        assert!(!lent.join(changed).exists(), "{changed}");
    }
    assert!(lent.join("gone").exists() && lent.join("old").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lent_folder_is_written_if_it_may_be() {
    let Some((dir, server, _seen)) = lend(true).await else { return };
    let lent = dir.path().join("lent");
    assert_eq!(text(&lent.join("new")).as_deref(), Some("new\n"), "{}", server.log());
    assert!(text(&lent.join("inner/copy")) == text(&lent.join("inner/big")));
    assert_eq!(text(&lent.join("renamed")).as_deref(), Some("old"));
    assert!(lent.join("made").is_dir() && !lent.join("gone").exists());
    assert_eq!(text(&server.home().join("leaked")).as_deref(), Some(""));
    assert_eq!(text(&dir.path().join("secret")).as_deref(), Some("secret"));
}
