//! A VNC server that notes when it sent what: its frames are one rectangle of one colour, which takes the client no time to
//! decode, and the colour is the frame's number.

use crate::Error;
use std::time::{Duration, SystemTime};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};

/// Of the desktop.
pub(super) const SIZE: (u16, u16) = (1920, 1080);
/// What changes with each frame, 20 % of it: from the left, from above, width and height.
pub(super) const DAMAGE: [u16; 4] = [528, 300, 864, 480];
/// From frame to frame.
pub(super) const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 60);
/// The blue of every frame: no other picture of the page begins with it.
pub(super) const MARK: u8 = 0x5A;

/// A frame's number, and when it was there in milliseconds since 1970.
pub(super) type Moment = (u32, f64);

/// Pixels with their bits, as the client asks for in any case: 24 of 32, little endian, red lowest.
const FORMAT: [u8; 16] = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0];
const RRE: i32 = 2;

/// It listens.
pub(super) struct Feed {
    listener: TcpListener,
}

impl Feed {
    pub(super) async fn bind() -> Result<Self, Error> {
        Ok(Self { listener: TcpListener::bind("127.0.0.1:0").await? })
    }

    pub(super) fn port(&self) -> Result<u16, Error> {
        Ok(self.listener.local_addr()?.port())
    }

    /// Lets the next client in and shows it a desktop of one colour.
    pub(super) async fn accept(&self) -> Result<Shown, Error> {
        let (mut stream, _) = self.listener.accept().await?;
        stream.set_nodelay(true)?;
        greet(&mut stream).await?;
        let (reader, writer) = stream.into_split();
        let (asked, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            // It ends with the connection, and whoever plays then misses the requests.
            let _ended = hear(BufReader::new(reader), asked).await;
        });
        let mut shown = Shown { writer, requests, number: 0 };
        shown.send([0, 0, SIZE.0, SIZE.1]).await?;
        Ok(shown)
    }
}

/// A client that looks at it.
pub(super) struct Shown {
    writer: OwnedWriteHalf,
    requests: mpsc::UnboundedReceiver<()>,
    number: u32,
}

impl Shown {
    /// The number of the last frame.
    pub(super) const fn number(&self) -> u32 {
        self.number
    }

    /// Sends frames at their pace, each when it was asked for, and says when.
    pub(super) async fn play(&mut self, frames: u32) -> Result<Vec<Moment>, Error> {
        let mut clock = interval(FRAME);
        clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut sent = Vec::new();
        for _ in 0..frames {
            clock.tick().await;
            sent.push(self.send(DAMAGE).await?);
        }
        Ok(sent)
    }

    async fn send(&mut self, rect: [u16; 4]) -> Result<Moment, Error> {
        self.requests.recv().await.ok_or("the window left the desktop")?;
        self.number += 1;
        let mut update = vec![0, 0, 0, 1];
        update.extend(rect.iter().flat_map(|number| number.to_be_bytes()));
        update.extend(RRE.to_be_bytes());
        // No parts on the background.
        update.extend([0; 4]);
        update.extend(colour(self.number));
        let moment = (self.number, now());
        self.writer.write_all(&update).await?;
        Ok(moment)
    }
}

/// A frame's number as a pixel.
pub(super) const fn colour(number: u32) -> [u8; 4] {
    let [low, high, ..] = number.to_le_bytes();
    [low, high, MARK, 255]
}

/// Milliseconds since 1970: the clock that a page has, too.
pub(super) fn now() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_secs_f64() * 1000.0
}

/// RFB 3.8 without security (RFC 6143 sections 7.1 to 7.3).
async fn greet(stream: &mut TcpStream) -> Result<(), Error> {
    stream.write_all(b"RFB 003.008\n").await?;
    stream.read_exact(&mut [0; 12]).await?;
    stream.write_all(&[1, 1]).await?;
    stream.read_exact(&mut [0; 1]).await?;
    stream.write_all(&[0; 4]).await?;
    stream.read_exact(&mut [0; 1]).await?;
    let mut described = [SIZE.0.to_be_bytes(), SIZE.1.to_be_bytes()].concat();
    described.extend(FORMAT);
    described.extend([0, 0, 0, 4]);
    described.extend(b"feed");
    Ok(stream.write_all(&described).await?)
}

/// Reads what the client says, and counts what it asks for.
async fn hear(
    mut reader: BufReader<OwnedReadHalf>,
    asked: mpsc::UnboundedSender<()>,
) -> Result<(), Error> {
    loop {
        let rest = match reader.read_u8().await? {
            0 => 19,
            2 => {
                reader.read_u8().await?;
                4 * usize::from(reader.read_u16().await?)
            }
            3 => {
                asked.send(())?;
                9
            }
            4 => 7,
            5 => 5,
            6 => {
                reader.read_exact(&mut [0; 3]).await?;
                usize::try_from(reader.read_u32().await?)?
            }
            other => return Err(format!("a message of kind {other}").into()),
        };
        reader.read_exact(&mut vec![0; rest]).await?;
    }
}
