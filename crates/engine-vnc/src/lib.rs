//! Desktops over RFB, the protocol of VNC (RFC 6143 and the registry of its extensions, "The RFB Protocol").
//!
//! A stream that is connected already goes in, whatever carries it; a [`Desktop`] comes out. Decoding is apart from the
//! stream ([`Client`]), so that recordings can be replayed. Deliberately absent: dialling (a WebSocket is opened here, on the
//! stream that leads to its server), listening for servers that
//! connect by themselves, and file transfer, which every server does in another way.

mod ask;
mod client;
mod clipboard;
mod decode;
mod error;
mod input;
mod person;
mod pixels;
mod pump;
mod quality;
mod say;
mod sealed;
mod security;
mod text;
mod websocket;
mod wire;

pub use client::{Client, Tally};
pub use error::{VncError, Waiting};
pub use websocket::replay as replay_websocket;

use ask::Person;
use patchbay_model::{Secret, Stage, VncPlace};
use patchbay_session::{
    Interaction,
    desktop::{Desktop, Screen},
};
use person::Hands;
use pump::{Buffer, Meter, Pump};
use quality::Link;
use std::sync::Arc;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    sync::mpsc,
    time::{Duration, timeout},
};
use tokio_util::sync::CancellationToken;
use wire::Wire;

/// Short, so that a viewer that stops reading stops the far end.
const DEPTH: usize = 32;
/// How long the server may take to describe its desktop.
const OPENING: Duration = Duration::from_secs(30);

/// What a desktop is opened with.
#[derive(Clone, Debug)]
pub struct VncOptions {
    /// What people call the machine.
    pub machine: String,
    /// Its address as it was typed; the name its certificate should be for.
    pub address: String,
    /// Its port; 0 where the address says all.
    pub port: u16,
    /// What the stream leads to. A WebSocket is opened on it first.
    pub place: VncPlace,
    /// Who signs in, where there are users; asked for if it is needed and missing.
    pub user: Option<String>,
    /// The password; asked for if it is needed and missing.
    pub password: Option<Secret<String>>,
    /// What was given over an earlier connection was refused: the person is asked again, and told so.
    pub refused: bool,
    /// Whether others may stay connected.
    pub shared: bool,
    /// Whether nothing the person does reaches the far end.
    pub view_only: bool,
    /// Whether security types may be used that neither encrypt nor check who is there.
    pub allow_anonymous_plain: bool,
    /// Whether the clipboards are joined.
    pub clipboard: bool,
    /// How good the picture should be, from 0 to 9 (lossless); `None` lets the link decide.
    pub quality: Option<u8>,
}

/// Opens a desktop over this stream. Must be called within a Tokio runtime.
///
/// # Errors
/// When the far end speaks something else, refuses, cannot be trusted, or falls silent; when it is cancelled.
pub async fn connect(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    options: VncOptions,
    interaction: Arc<dyn Interaction>,
    cancel: CancellationToken,
) -> Result<Desktop, VncError> {
    let person = Person { options, interaction };
    tokio::select! {
        () = cancel.cancelled() => Err(VncError::Cancelled),
        opened = open(Wire::new(stream), &person, &cancel) => opened,
    }
}

async fn open(
    mut wire: Wire,
    person: &Person,
    cancel: &CancellationToken,
) -> Result<Desktop, VncError> {
    if let VncPlace::WebSocket(place) = &person.options.place {
        websocket::open(&mut wire, person, place).await?;
    }
    let agreed = security::agree(&mut wire, person).await?;
    person.began(Stage::Shell, "");
    wire.wait_for(Waiting::Desktop, OPENING.as_secs());
    wire.write(&[u8::from(person.options.shared)]).await?;
    let options = &person.options;
    let screen = Screen::new();
    let mut client = Client::new(Arc::clone(&screen), options.clipboard);
    if agreed.lists {
        client.expect_lists();
    }
    client.set_quality(Link::new(options.quality).level());
    let mut buffer = Buffer::new();
    while !client.is_open() {
        let needs = client.needs();
        let read = timeout(OPENING, wire.stream.read(buffer.room(needs))).await;
        let timed_out = || VncError::TimedOut { waiting: Waiting::Desktop, after: OPENING };
        match read.map_err(|_| timed_out())? {
            Ok(0) => return Err(VncError::BrokeOff { waiting: Waiting::Desktop, reason: None }),
            Ok(count) => buffer.came(count),
            Err(error) => return Err(VncError::broke_off(Waiting::Desktop, &error)),
        }
        buffer.feed(&mut client)?;
    }
    let size = screen.size();
    person.done(Stage::Shell, format!("{} × {}", size.width, size.height));
    let (events, events_out) = mpsc::channel(DEPTH);
    let (input_in, input) = mpsc::channel(DEPTH);
    let pump = Pump {
        machine: options.machine.clone(),
        client,
        buffer,
        hands: Hands::new(options.view_only, options.clipboard),
        screen: Arc::clone(&screen),
        meter: Meter::new(options.quality),
    };
    let (reader, writer) = tokio::io::split(wire.stream);
    // Dropping the desktop closes its events, which ends it; a token of its own keeps others of the caller alive.
    let cancel = cancel.child_token();
    tokio::spawn(pump.run(reader, writer, events, input, cancel.clone()));
    Ok(Desktop { screen, events: events_out, input: input_in, cancel })
}

/// Decodes a recorded stream from the server's description of its desktop on, as fast as it goes.
///
/// # Errors
/// When it breaks the protocol.
pub fn replay(stream: &[u8], screen: &Arc<Screen>) -> Result<Tally, VncError> {
    let mut client = Client::new(Arc::clone(screen), true);
    let mut rest = stream;
    loop {
        let taken = client.receive(rest)?;
        rest = rest.get(taken..).unwrap_or_default();
        drop(client.answers());
        let events = std::iter::from_fn(|| client.event()).count();
        if client.needs() > 0 || (taken == 0 && events == 0) {
            return Ok(client.tally());
        }
    }
}
