//! An open desktop, on a thread of its own: decoding takes long at times, and nobody else is to wait for it.

mod end;
mod files;
mod frames;
mod inputs;
#[cfg(test)]
mod mutation_tests;

use crate::{
    RdpError, RdpOptions, Resume,
    channels::{Outbox, Wish, clipboard},
    guard::Guard,
    input::Held,
    joined::Joined,
    wire::Wire,
};
use end::{End, decoding, lost};
use frames::Early;
use futures_util::FutureExt;
use ironrdp_cliprdr::{Client, CliprdrClient, CliprdrSvcMessages};
use ironrdp_connector::{
    ConnectionResult, DesktopSize,
    connection_activation::{ConnectionActivationFactory, ConnectionActivationSequence},
};
use ironrdp_core::{WriteBuf, encode_vec};
use ironrdp_dvc::DrdynvcClient;
use ironrdp_graphics::image_processing::PixelFormat;
use ironrdp_pdu::{
    PduResult,
    input::fast_path::FastPathInputEvent,
    mcs::{DisconnectProviderUltimatum, DisconnectReason, McsMessage},
    rdp::{capability_sets::InputFlags, headers::ShareDataPdu},
    x224::X224,
};
use ironrdp_session::{ActiveStage, ActiveStageBuilder, image::DecodedImage};
use patchbay_session::desktop::{
    Clipboard, Cursor, Desktop, DesktopEvent, DesktopInput, LentFile, Monitor, Screen, Size,
};
use patchbay_tls::TlsStream;
use std::{collections::VecDeque, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf},
    runtime,
    sync::mpsc,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// How many events wait for a reader before the far end has to.
const EVENTS: usize = 64;
/// How many inputs wait for the engine.
const INPUTS: usize = 256;
/// How many messages wait to be written.
const WRITES: usize = 64;
/// No more inputs than this are taken at once.
const BATCH: usize = 64;
/// A desktop is not given another size more often than this.
const BETWEEN_SIZES: Duration = Duration::from_millis(300);
/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// Runs an open connection until it ends.
pub(crate) fn start<S>(
    joined: Joined<S>,
    options: &RdpOptions,
    cancel: CancellationToken,
    resume: &Resume,
) -> Result<Desktop, RdpError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let screen = Screen::new();
    let (events, from_engine) = mpsc::channel(EVENTS);
    let (to_engine, inputs) = mpsc::channel(INPUTS);
    let shared = Shared { screen: Arc::clone(&screen), events, cancel: cancel.clone() };
    let (desk, wire, writer) = Desk::new(joined, options, shared.clone(), resume.clone())?;
    let machine = options.machine.clone();
    let internal = |error: std::io::Error| RdpError::Internal(error.to_string());
    let runtime = runtime::Builder::new_current_thread().enable_time().build().map_err(internal)?;
    let work = move || {
        runtime.block_on(async {
            let running = AssertUnwindSafe(desk.run(wire, writer, inputs)).catch_unwind();
            let end = running.await.unwrap_or_else(|_| End::Failed(RdpError::decoder()));
            shared.screen.close();
            let reason = end.reason(&machine);
            // Whoever dropped the receiver does not want to know.
            let _ = shared.events.send(DesktopEvent::Closed(reason)).await;
        });
    };
    std::thread::Builder::new().name("rdp".to_owned()).spawn(work).map_err(internal)?;
    Ok(Desktop { screen, events: from_engine, input: to_engine, cancel })
}

/// What the engine has in common with whoever looks.
#[derive(Clone)]
struct Shared {
    screen: Arc<Screen>,
    events: mpsc::Sender<DesktopEvent>,
    cancel: CancellationToken,
}

struct Desk {
    shared: Shared,
    stage: ActiveStage,
    image: DecodedImage,
    guard: Guard,
    held: Held,
    outbox: Outbox,
    out: mpsc::Sender<Vec<u8>>,
    again: ConnectionActivationFactory,
    /// While the size is agreed on anew.
    activation: Option<ConnectionActivationSequence>,
    /// What came meanwhile.
    early: Early,
    input_flags: InputFlags,
    refresh: (bool, bool),
    cursor: Option<Cursor>,
    wanted: Option<(Size, u16)>,
    resized: Option<Instant>,
    scale: u16,
    can_resize: bool,
    clipboard: bool,
    /// Files can be copied.
    files: bool,
    /// Files that were copied here last, if nothing else was copied since.
    lent: Arc<Vec<LentFile>>,
    /// Lists of files that were told of, and whether there is one now.
    lists: (u32, bool),
    /// What was copied last, here or there.
    copied: Option<Clipboard>,
    resume: Resume,
    /// What is to be sent as soon as there is room.
    typing: VecDeque<FastPathInputEvent>,
}

struct Writer<S> {
    stream: WriteHalf<TlsStream<S>>,
    messages: mpsc::Receiver<Vec<u8>>,
}

/// What is told, what is read, what is written.
type Parts<S> = (Desk, Wire<ReadHalf<TlsStream<S>>>, Writer<S>);

impl Desk {
    fn new<S: AsyncRead + AsyncWrite + Unpin>(
        joined: Joined<S>,
        options: &RdpOptions,
        shared: Shared,
        resume: Resume,
    ) -> Result<Parts<S>, RdpError> {
        let Joined { wire, result, outbox, .. } = joined;
        let (out, messages) = mpsc::channel(WRITES);
        let (wire, stream) = wire.split();
        let (image, size) = canvas(&shared.screen, result.desktop_size)?;
        let mut held = Held::default();
        held.resized(size);
        let dynamic = result.static_channels.get_channel_id_by_type::<DrdynvcClient>();
        let guard = Guard::new(result.io_channel_id, result.message_channel_id, dynamic);
        let ConnectionResult { input_flags, .. } = result;
        let refresh = (result.refresh_rect_support, result.suppress_output_support);
        let again = result.activation_factory.clone();
        let desk = Self {
            shared,
            stage: stage(result),
            image,
            guard,
            held,
            outbox,
            out,
            again,
            activation: None,
            early: Early::default(),
            input_flags,
            refresh,
            cursor: None,
            wanted: None,
            resized: None,
            scale: options.scale,
            can_resize: false,
            clipboard: false,
            files: false,
            lent: Arc::default(),
            lists: (0, false),
            copied: None,
            resume,
            typing: VecDeque::new(),
        };
        Ok((desk, wire, Writer { stream, messages }))
    }

    async fn run<S>(
        mut self,
        mut wire: Wire<ReadHalf<TlsStream<S>>>,
        writer: Writer<S>,
        mut inputs: mpsc::Receiver<DesktopInput>,
    ) -> End
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let mut writing = tokio::spawn(write(writer));
        let cancel = self.shared.cancel.clone();
        let end = tokio::select! {
            () = cancel.cancelled() => End::ByPerson,
            end = self.work(&mut wire, &mut inputs) => end,
            written = &mut writing => End::Failed(RdpError::Lost {
                reason: written.ok().and_then(Result::err).map(|error| error.to_string()),
            }),
        };
        if !writing.is_finished() {
            let goodbye = async {
                self.goodbye(matches!(end, End::ByPerson)).await;
                drop(self);
                let _ = (&mut writing).await;
            };
            if tokio::time::timeout(GOODBYE, goodbye).await.is_err() {
                writing.abort();
            }
        }
        end
    }

    async fn work<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        wire: &mut Wire<ReadHalf<TlsStream<S>>>,
        inputs: &mut mpsc::Receiver<DesktopInput>,
    ) -> End {
        let ended: Result<(), End> = async {
            let out = self.out.clone();
            self.announce_size().await;
            self.announce_abilities().await;
            loop {
                let resize_at = self.resize_at();
                tokio::select! {
                    frame = wire.frame() => {
                        let (action, frame) = frame.map_err(|error| lost(&error))?;
                        self.frame(action, &frame, wire.read_at()).await?;
                    }
                    input = inputs.recv() => {
                        let Some(input) = input else { return Err(End::ByPerson) };
                        self.inputs(input, inputs).await?;
                    }
                    _ = out.reserve(), if !self.typing.is_empty() => {}
                    () = tokio::time::sleep_until(resize_at.unwrap_or_else(Instant::now)), if resize_at.is_some() => {}
                }
                self.pour().await?;
                self.fulfil().await?;
                self.resize().await?;
            }
        }
        .await;
        ended.err().unwrap_or(End::ByPerson)
    }

    async fn share(&mut self, pdu: ShareDataPdu) -> Result<(), End> {
        let mut out = WriteBuf::new();
        self.stage.encode_static(&mut out, pdu).map_err(decoding)?;
        self.send(out.into_inner()).await
    }

    /// Does what channels want.
    async fn fulfil(&mut self) -> Result<(), End> {
        while let Some(wish) = self.outbox.take() {
            match wish {
                Wish::Tell(event) => self.tell(event).await?,
                Wish::ClipboardReady => {
                    self.clipboard = true;
                    self.announce_abilities().await;
                }
                Wish::Offer => self.offer().await?,
                Wish::Answer(format) => {
                    let answer = clipboard::answer(self.copied.as_ref(), format);
                    self.with_clipboard(|board| board.submit_format_data(answer)).await?;
                }
                Wish::Fetch(format) => {
                    self.with_clipboard(|board| board.initiate_paste(format)).await?;
                }
                Wish::Copied(copied) => {
                    self.copied = Some(copied.clone());
                    self.tell(DesktopEvent::Clipboard(copied)).await?;
                }
                Wish::FilesReady(files) => {
                    self.files = files;
                    self.announce_abilities().await;
                }
                Wish::Files(files) => self.copied_there(files).await?,
                Wish::Lend(request) => self.lend_piece(request).await?,
            }
        }
        Ok(())
    }

    /// Says what was copied here.
    async fn offer(&mut self) -> Result<(), End> {
        let formats = clipboard::formats(self.copied.as_ref());
        self.with_clipboard(|board| board.initiate_copy(&formats)).await
    }

    async fn with_clipboard(
        &mut self,
        act: impl FnOnce(&mut CliprdrClient) -> PduResult<CliprdrSvcMessages<Client>>,
    ) -> Result<(), End> {
        let Some(board) = self.stage.get_svc_processor_mut::<CliprdrClient>() else {
            return Ok(());
        };
        let messages = act(board).map_err(decoding)?;
        let frame = self.stage.process_svc_processor_messages(messages).map_err(decoding)?;
        self.send(frame).await
    }

    async fn announce_size(&self) {
        let area = self.shared.screen.size().rect();
        let _ = self.tell(DesktopEvent::Monitors(vec![Monitor { id: 0, area }])).await;
    }

    async fn announce_abilities(&self) {
        let text = self.input_flags.contains(InputFlags::UNICODE);
        let (resize, clipboard) = (self.can_resize, self.clipboard);
        let files = clipboard && self.files;
        let _ = self.tell(DesktopEvent::Abilities { resize, text, clipboard, files }).await;
    }

    async fn tell(&self, event: DesktopEvent) -> Result<(), End> {
        self.shared.events.send(event).await.map_err(|_| End::ByPerson)
    }

    async fn send(&self, frame: Vec<u8>) -> Result<(), End> {
        if frame.is_empty() {
            return Ok(());
        }
        self.out.send(frame).await.map_err(|_| End::Failed(RdpError::Lost { reason: None }))
    }

    /// Lets go of what is held, and tells the server that the person leaves; the session there goes on.
    async fn goodbye(&mut self, leaves: bool) {
        self.typing.clear();
        let held = self.held.release();
        let _ = self.type_in(&held).await;
        let ultimatum = DisconnectProviderUltimatum::from_reason(DisconnectReason::UserRequested);
        let message = X224(McsMessage::DisconnectProviderUltimatum(ultimatum));
        if let Some(frame) = leaves.then(|| encode_vec(&message).ok()).flatten() {
            let _ = self.send(frame).await;
        }
    }
}

/// The picture that is decoded into and the screen, both of this size.
fn canvas(screen: &Screen, size: DesktopSize) -> Result<(DecodedImage, Size), RdpError> {
    let size = Size::new(size.width, size.height);
    fit(screen, size)?;
    Ok((DecodedImage::new(PixelFormat::RgbA32, size.width, size.height), size))
}

fn fit(screen: &Screen, size: Size) -> Result<(), RdpError> {
    screen.resize(size).map_err(|error| RdpError::Protocol { detail: error.to_string() })
}

fn stage(result: ConnectionResult) -> ActiveStage {
    ActiveStageBuilder {
        static_channels: result.static_channels,
        user_channel_id: result.user_channel_id,
        io_channel_id: result.io_channel_id,
        message_channel_id: result.message_channel_id,
        share_id: result.share_id,
        compression_type: result.compression_type,
        enable_server_pointer: result.enable_server_pointer,
        pointer_software_rendering: result.pointer_software_rendering,
    }
    .build()
}

async fn write<S: AsyncRead + AsyncWrite + Unpin>(writer: Writer<S>) -> std::io::Result<()> {
    let Writer { mut stream, mut messages } = writer;
    while let Some(message) = messages.recv().await {
        stream.write_all(&message).await?;
        while let Ok(message) = messages.try_recv() {
            stream.write_all(&message).await?;
        }
        stream.flush().await?;
    }
    stream.shutdown().await
}
