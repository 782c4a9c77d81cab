//! Each encoding shows exactly what the X server shows.

use crate::picture;
use patchbay_engine_vnc::Client;
use patchbay_session::desktop::Screen;
use patchbay_testkit::{Vnc, X11vnc};
use std::{
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

/// Where small recordings for the fuzz targets are to be put, if that is wanted.
fn records() -> Option<PathBuf> {
    std::env::var_os("PATCHBAY_RECORD").map(PathBuf::from)
}

fn size() -> (u16, u16) {
    if records().is_some() { (130, 84) } else { (1021, 763) }
}

/// A viewer that takes one encoding alone, and keeps what it was sent.
pub struct Viewer {
    stream: TcpStream,
    pub screen: Arc<Screen>,
    client: Client,
    pub record: Vec<u8>,
    done: usize,
}

impl Viewer {
    pub fn connect(port: u16, encodings: &[i32]) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let read = |stream: &mut TcpStream, count: usize| {
            let mut bytes = vec![0; count];
            let end = Instant::now() + Duration::from_secs(10);
            let mut at = 0;
            while at < count {
                assert!(Instant::now() < end);
                at += stream.read(&mut bytes[at..]).unwrap_or_default();
            }
            bytes
        };
        read(&mut stream, 12);
        stream.write_all(b"RFB 003.008\n").unwrap();
        let types = read(&mut stream, 1)[0];
        read(&mut stream, types.into());
        stream.write_all(&[1]).unwrap();
        assert_eq!(read(&mut stream, 4), [0; 4]);
        stream.write_all(&[1]).unwrap();
        let screen = Screen::new();
        let mut client = Client::new(Arc::clone(&screen), true);
        client.take_only(encodings);
        Self { stream, screen, client, record: Vec::new(), done: 0 }
    }

    /// Receives until it is so.
    pub fn until(&mut self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let mut bytes = vec![0; 1024 * 1024];
            let came = self.stream.read(&mut bytes).unwrap_or_default();
            // Looking takes longer than drawing: only when nothing comes.
            if came == 0 && so(self) {
                return;
            }
            assert!(Instant::now() < end, "waited in vain for {what}");
            self.record.extend(&bytes[..came]);
            loop {
                let taken = self.client.receive(&self.record[self.done..]).unwrap();
                self.done += taken;
                while self.client.event().is_some() {}
                if self.client.needs() > 0 {
                    break;
                }
            }
            self.stream.write_all(&self.client.answers()).unwrap();
        }
    }

    /// What the screen shows: red, green and blue of each pixel.
    pub fn shown(&self) -> Vec<u8> {
        let all = self.screen.read(self.screen.size().rect()).unwrap();
        all.chunks(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
    }
}

/// Shows three pictures and looks at each; gives what the server sent. `most` is how far colours
/// may be off on average.
async fn record(encodings: &[i32], most: u64, x11vnc: bool) -> Vec<u8> {
    let (width, height) = size();
    let vnc = Vnc::builder("None").size(width, height).start().await.unwrap();
    let other = if x11vnc { Some(X11vnc::start(&vnc, &["-nopw"]).await.unwrap()) } else { None };
    let port = other.as_ref().map_or(vnc.port(), X11vnc::port);
    let mut viewer = Viewer::connect(port, encodings);
    let dir = tempfile::tempdir().unwrap();
    for seed in 0..3 {
        let file = dir.path().join(format!("{seed}.ppm"));
        picture::write(&file, width, height, seed);
        vnc.show(&file).unwrap();
        let truth = vnc.seen().unwrap();
        let drawn = std::fs::read(file).unwrap();
        let pixels = usize::from(width) * usize::from(height);
        assert!(drawn.ends_with(&truth) && truth.len() == pixels * 3);
        viewer.until("the picture", |viewer| {
            let shown = viewer.shown();
            let off = |(a, b): (&u8, &u8)| u64::from(a.abs_diff(*b));
            let sum: u64 = shown.iter().zip(&truth).map(off).sum();
            shown.len() == truth.len() && sum <= most * truth.len() as u64
        });
    }
    let used = viewer.client.tally().encodings;
    assert!(used >> encodings[0] & 1 == 1, "the server used {used:b} instead");
    let record = std::mem::take(&mut viewer.record);
    if let Some(to) = records() {
        let server = if x11vnc { "x11vnc" } else { "tigervnc" };
        let names: Vec<_> = encodings.iter().map(i32::to_string).collect();
        std::fs::write(to.join(format!("good-{server}-{}", names.join(""))), &record).unwrap();
    }
    record
}

/// What was sent draws the same again, however it is cut.
fn replays(record: &[u8]) {
    let whole = Screen::new();
    let tally = patchbay_engine_vnc::replay(record, &whole).unwrap();
    assert!(tally.updates > 0 && tally.pixels > 0, "{tally:?}");
    let cut = Screen::new();
    let mut client = Client::new(Arc::clone(&cut), true);
    let (mut done, mut there) = (0, 0);
    while there < record.len() {
        there = (there + 1 + (there * 7919) % 4001).min(record.len());
        loop {
            done += client.receive(&record[done..there]).unwrap();
            while client.event().is_some() {}
            if client.needs() > 0 {
                break;
            }
        }
    }
    assert_eq!(client.tally(), tally);
    let all = |screen: &Screen| screen.read(screen.size().rect()).unwrap();
    assert!(all(&whole) == all(&cut));
}

#[tokio::test]
async fn raw() {
    replays(&record(&[0], 0, false).await);
}

#[tokio::test]
async fn rre() {
    replays(&record(&[2], 0, false).await);
    replays(&record(&[2], 0, true).await);
}

#[tokio::test]
async fn corre() {
    replays(&record(&[4], 0, true).await);
}

#[tokio::test]
async fn hextile() {
    replays(&record(&[5], 0, false).await);
    replays(&record(&[5], 0, true).await);
}

#[tokio::test]
async fn zlib() {
    replays(&record(&[6], 0, true).await);
}

#[tokio::test]
async fn tight() {
    replays(&record(&[7], 0, false).await);
    replays(&record(&[7], 0, true).await);
}

#[tokio::test]
async fn jpeg() {
    // The quality comes with the encodings. Noise is what JPEG is worst at, and there is a good deal of it.
    let sent = record(&[7, -32 + 8], 12, false).await;
    let tally = patchbay_engine_vnc::replay(&sent, &Screen::new()).unwrap();
    assert!(tally.pictures > 0, "{tally:?}");
    replays(&sent);
}

#[tokio::test]
async fn zrle() {
    replays(&record(&[16], 0, false).await);
    replays(&record(&[16], 0, true).await);
}

#[tokio::test]
async fn copy_rect() {
    let vnc = Vnc::builder("None").size(800, 600).start().await.unwrap();
    let mut viewer = Viewer::connect(vnc.port(), &[1, 0]);
    // Over a window the server draws the pointer of whoever has not moved it.
    vnc.run("xdotool", &["mousemove", "799", "599"]).unwrap();
    // The X server scrolls by copying.
    let scroll = "for n in $(seq 100); do echo line $n; sleep 0.02; done; exec sleep 100";
    let mut xterm = vnc.program("xterm");
    let mut xterm =
        xterm.args(["-geometry", "80x24+10+10", "-e", "sh", "-c", scroll]).spawn().unwrap();
    viewer.until("a copy", |viewer| viewer.client.tally().encodings & 2 != 0);
    viewer.until("the picture", |viewer| viewer.shown() == vnc.seen().unwrap());
    xterm.kill().unwrap();
    xterm.wait().unwrap();
    replays(&viewer.record);
}
