//! A VNC server that plays a recording as fast as a client takes it, and knows when it has taken the last byte: clients ask
//! for the next update when one has come.

use super::recording::Recording;
use crate::Error;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, split},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};

/// How long a client may take to come, and to take it all.
const PATIENCE: Duration = Duration::from_secs(120);
/// A moment for a window to appear: it has no event that could be waited for.
const APPEARS: Duration = Duration::from_millis(700);

/// So many updates are sent ahead of what is asked for: a page of a browser cannot stop what comes over a `WebSocket`, and
/// gives up when it has too much of it.
const AHEAD: usize = 8;

/// One pixel in the corner; and again. Before the second of them everything else is drawn.
const LAST: [u8; 40] = [
    0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 9, 9, 9, 0, //
    0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 9, 9, 9, 0,
];
const BELL: u8 = 2;

/// When a client is through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Through {
    /// It asks once at first, and for another update after each.
    Asking,
    /// It asks once at first, and when a bell rings.
    Ringing,
}

/// What playing took.
#[derive(Clone, Copy, Default)]
pub(super) struct Taken {
    pub(super) wall: f64,
    pub(super) processor: f64,
}

pub(super) struct Player {
    listener: TcpListener,
}

impl Player {
    pub(super) async fn listen() -> Result<Self, Error> {
        Ok(Self { listener: TcpListener::bind(("127.0.0.1", 0)).await? })
    }

    pub(super) fn port(&self) -> Result<u16, Error> {
        Ok(self.listener.local_addr()?.port())
    }

    /// Waits for somebody.
    pub(super) async fn accept(&self) -> Result<TcpStream, Error> {
        let (stream, _) = timeout(PATIENCE, self.listener.accept())
            .await
            .map_err(|_| "no viewer connected")??;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// Plays it; `processor` says how many seconds the client has had of the processors so far.
pub(super) async fn play(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin,
    recording: &Recording,
    through: Through,
    processor: impl Fn() -> Result<f64, Error>,
) -> Result<Taken, Error> {
    let (reader, mut writer) = split(stream);
    let mut reader = BufReader::new(reader);
    writer.write_all(b"RFB 003.008\n").await?;
    reader.read_exact(&mut [0; 12]).await?;
    writer.write_all(&[1, 1]).await?;
    reader.read_u8().await?;
    writer.write_all(&[0; 4]).await?;
    reader.read_u8().await?;
    writer.write_all(&recording.opening).await?;
    writer.flush().await?;
    while !asks(&mut reader).await? {}
    tokio::time::sleep(APPEARS).await;

    let (mut wanted, ahead) = match through {
        Through::Asking => (recording.ends.len() + 2, AHEAD),
        Through::Ringing => (1, Semaphore::MAX_PERMITS),
    };
    let ahead = Semaphore::new(ahead);
    let (before, begin) = (processor()?, Instant::now());
    let played = async {
        let mut begin = 0;
        for end in &recording.ends {
            ahead.acquire().await?.forget();
            writer.write_all(recording.updates.get(begin..*end).unwrap_or_default()).await?;
            writer.flush().await?;
            begin = *end;
        }
        writer.write_all(&LAST).await?;
        if through == Through::Ringing {
            writer.write_all(&[BELL]).await?;
        }
        writer.flush().await?;
        Ok::<_, Error>(())
    };
    let heard = async {
        while wanted > 0 {
            if asks(&mut reader).await? {
                wanted -= 1;
                if through == Through::Asking {
                    ahead.add_permits(1);
                }
            }
        }
        Ok(())
    };
    let both = async { tokio::try_join!(played, heard) };
    timeout(PATIENCE, both).await.map_err(|_| "a viewer did not take all of a recording")??;
    Ok(Taken { wall: begin.elapsed().as_secs_f64(), processor: processor()? - before })
}

/// Reads a message of the client (RFC 6143 section 7.5), and says whether it asks for an update.
async fn asks(reader: &mut (impl AsyncRead + Unpin)) -> Result<bool, Error> {
    let kind = reader.read_u8().await?;
    let length = match kind {
        0 => 19,
        2 => {
            reader.read_u8().await?;
            usize::from(reader.read_u16().await?) * 4
        }
        3 => 9,
        4 => 7,
        5 => 5,
        6 => {
            reader.read_exact(&mut [0; 3]).await?;
            reader.read_u32().await?.try_into()?
        }
        other => return Err(format!("a viewer sent a message of kind {other}").into()),
    };
    reader.read_exact(&mut vec![0; length]).await?;
    Ok(kind == 3)
}
