//! Each encoding shows exactly what the X server shows.

use crate::picture;
use patchbay_engine_vnc::Client;
use patchbay_session::desktop::Screen;
use patchbay_testkit::Vnc;
use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

const WIDTH: u16 = 1021;
const HEIGHT: u16 = 763;

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

/// How many of the server's rectangles were in this encoding, as its log says when a viewer has gone.
fn used(log: &str, name: &str) -> bool {
    log.lines().any(|line| line.contains(&format!("{name}:")))
}

async fn shows_what_is_there(encodings: &[i32], name: &str) -> Vec<u8> {
    let vnc = Vnc::builder("None").size(WIDTH, HEIGHT).start().await.unwrap();
    let mut viewer = Viewer::connect(vnc.port(), encodings);
    let dir = tempfile::tempdir().unwrap();
    for seed in 0..3 {
        let file = dir.path().join(format!("{seed}.ppm"));
        picture::write(&file, WIDTH, HEIGHT, seed);
        shown_exactly(&vnc, &mut viewer, &file);
    }
    let record = std::mem::take(&mut viewer.record);
    drop(viewer);
    let end = Instant::now() + Duration::from_secs(10);
    while !used(&vnc.log(), name) {
        assert!(Instant::now() < end, "{name} was not used: {}", vnc.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    record
}

fn shown_exactly(vnc: &Vnc, viewer: &mut Viewer, file: &Path) {
    vnc.show(file).unwrap();
    let truth = vnc.seen().unwrap();
    let drawn = std::fs::read(file).unwrap();
    assert!(drawn.ends_with(&truth) && truth.len() == usize::from(WIDTH) * usize::from(HEIGHT) * 3);
    viewer.until("the picture", |viewer| {
        viewer.screen.size().pixels() * 3 == truth.len() && viewer.shown() == truth
    });
}

#[tokio::test]
async fn raw() {
    shows_what_is_there(&[0], "Raw").await;
}

#[tokio::test]
async fn zrle() {
    shows_what_is_there(&[16], "ZRLE").await;
}
