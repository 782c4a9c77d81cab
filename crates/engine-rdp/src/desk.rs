//! An open desktop, on a thread of its own: decoding takes long at times, and nobody else is to wait for it.

use crate::{
    RdpError, RdpOptions, Resume,
    channels::{Outbox, Wish, clipboard},
    config,
    guard::{self, Found, Guard},
    input::{self, Held},
    joined::Joined,
    opening, paint,
    wire::Wire,
};
use bytes::Bytes;
use futures_util::FutureExt;
use ironrdp_cliprdr::{Client, CliprdrClient, CliprdrSvcMessages};
use ironrdp_connector::{
    ConnectionResult, DesktopSize, Sequence,
    connection_activation::{
        ConnectionActivationFactory, ConnectionActivationSequence, ConnectionActivationState,
    },
};
use ironrdp_core::{WriteBuf, encode_vec};
use ironrdp_dvc::DrdynvcClient;
use ironrdp_graphics::image_processing::PixelFormat;
use ironrdp_pdu::{
    Action, PduResult,
    gcc::Monitor as Layout,
    geometry::InclusiveRectangle,
    input::{InputEventPdu, fast_path::FastPathInputEvent},
    mcs::{DisconnectProviderUltimatum, DisconnectReason, McsMessage},
    rdp::{
        autodetect::AutoDetectRequest,
        capability_sets::InputFlags,
        headers::ShareDataPdu,
        multitransport::MultitransportResponsePdu,
        refresh_rectangle::RefreshRectanglePdu,
        server_error_info::{ErrorInfo, ProtocolIndependentCode as Code},
    },
    x224::X224,
};
use ironrdp_session::{
    ActiveStage, ActiveStageBuilder, ActiveStageOutput as Output, GracefulDisconnectReason,
    image::DecodedImage,
};
use patchbay_model::CloseReason;
use patchbay_session::desktop::{
    Clipboard, Cursor, Desktop, DesktopEvent, DesktopInput, Monitor, Rect, Screen, Size,
};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf},
    runtime,
    sync::mpsc,
    time::Instant,
};
use tokio_rustls::client::TlsStream;
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

/// Why it is over.
#[derive(Debug)]
enum End {
    ByPerson,
    /// Signed out there.
    SignedOut,
    Failed(RdpError),
}

impl End {
    fn reason(self, machine: &str) -> CloseReason {
        match self {
            Self::ByPerson => CloseReason::ByPerson,
            Self::SignedOut => CloseReason::Exited { code: None },
            Self::Failed(error) => CloseReason::Failed { error: error.api_error(machine) },
        }
    }
}

impl From<RdpError> for End {
    fn from(error: RdpError) -> Self {
        Self::Failed(error)
    }
}

fn decoding(error: impl std::error::Error + 'static) -> End {
    End::Failed(RdpError::Protocol { detail: crate::error::deepest(&error) })
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
    input_flags: InputFlags,
    refresh: (bool, bool),
    cursor: Option<Cursor>,
    wanted: Option<(Size, u16)>,
    resized: Option<Instant>,
    scale: u16,
    can_resize: bool,
    clipboard: bool,
    /// What was copied last, here or there.
    copied: Option<Clipboard>,
    resume: Resume,
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
            input_flags,
            refresh,
            cursor: None,
            wanted: None,
            resized: None,
            scale: options.scale,
            can_resize: false,
            clipboard: false,
            copied: None,
            resume,
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
            self.announce_size().await;
            self.announce_abilities().await;
            loop {
                let resize_at = self.resize_at();
                tokio::select! {
                    frame = wire.frame() => {
                        let (action, frame) = frame.map_err(|error| lost(&error))?;
                        self.frame(action, &frame, wire).await?;
                    }
                    input = inputs.recv() => {
                        let Some(input) = input else { return Err(End::ByPerson) };
                        self.inputs(input, inputs).await?;
                    }
                    () = tokio::time::sleep_until(resize_at.unwrap_or_else(Instant::now)), if resize_at.is_some() => {}
                }
                self.fulfil().await?;
                self.resize().await?;
            }
        }
        .await;
        ended.err().unwrap_or(End::ByPerson)
    }

    async fn frame<S>(
        &mut self,
        action: Action,
        frame: &Bytes,
        wire: &Wire<ReadHalf<TlsStream<S>>>,
    ) -> Result<(), End> {
        let refused = |error: guard::Refused| {
            End::Failed(RdpError::Protocol { detail: format!("it announced {error}") })
        };
        match action {
            Action::FastPath => {
                self.guard.fast(frame).map_err(refused)?;
                // What is drawn while the size changes is drawn again.
                if self.activation.is_some() {
                    return Ok(());
                }
            }
            Action::X224 => match self.guard.slow(frame).map_err(refused)? {
                Found::Frame => {
                    if self.activation.is_some() && self.guard.is_settings(frame) {
                        return self.activate(frame).await;
                    }
                }
                Found::Bell => return self.tell(DesktopEvent::Bell).await,
                Found::Leds(leds) => return self.tell(DesktopEvent::Leds(leds)).await,
                Found::Error(info) => return over(info).map_or(Ok(()), Err),
                Found::Nothing => return Ok(()),
            },
        }
        let outputs =
            self.stage.process(&mut self.image, action, frame, wire.read_at()).map_err(decoding)?;
        let size = Size::new(self.image.width(), self.image.height());
        if size != self.shared.screen.size() {
            self.resized_to(size).await?;
        }
        let damage = self.stage.take_damage_regions();
        paint::paint(&self.shared.screen, &self.image, &damage);
        self.outputs(outputs).await?;
        if self.stage.take_bitmap_recovery_request() {
            self.redraw().await?;
        }
        Ok(())
    }

    async fn outputs(&mut self, outputs: Vec<Output>) -> Result<(), End> {
        let mut cursor = None;
        for output in outputs {
            match output {
                Output::ResponseFrame(frame) => self.send(frame).await?,
                Output::PointerDefault => cursor = Some(Cursor::Usual),
                Output::PointerHidden => cursor = Some(Cursor::Hidden),
                Output::PointerBitmap(pointer) => cursor = Some(paint::cursor(&pointer)),
                Output::PointerPosition { x, y } => {
                    self.tell(DesktopEvent::PointerMoved { x, y }).await?;
                }
                Output::MonitorLayout(monitors) => self.tell(layout(&monitors)).await?,
                Output::DeactivateAll => self.activation = Some(self.again.create()),
                Output::ServerRedirection(to) => {
                    return Err(opening::redirected(&to, &self.resume).into());
                }
                Output::AutoReconnectCookie(cookie) => self.resume.keep_cookie(Some(cookie)),
                Output::AutoReconnectFailed => self.resume.keep_cookie(None),
                Output::Terminate(reason) => return Err(terminated(reason)),
                Output::MultitransportRequest(request) => {
                    let response = MultitransportResponsePdu::abort(request.request_id);
                    let frame = self.stage.encode_multitransport_response(&response);
                    self.send(frame.map_err(decoding)?).await?;
                }
                Output::AutoDetect(AutoDetectRequest::NetworkCharacteristicsResult {
                    average_rtt_ms,
                    ..
                }) => self.tell(DesktopEvent::Latency(average_rtt_ms)).await?,
                // Pixels are on the screen already; the rest is for programs that show single windows.
                _ => {}
            }
        }
        // What is hidden for a moment only is not told.
        if let Some(cursor) = cursor
            && self.cursor.as_ref() != Some(&cursor)
        {
            self.cursor = Some(cursor.clone());
            self.tell(DesktopEvent::Cursor(cursor)).await?;
        }
        Ok(())
    }

    /// A step on the way to another size (MS-RDPBCGR section 1.3.1.3).
    async fn activate(&mut self, frame: &[u8]) -> Result<(), End> {
        let Some(sequence) = self.activation.as_mut().filter(|_| guard::settles(frame)) else {
            return Ok(());
        };
        let mut answers = Vec::new();
        let mut out = WriteBuf::new();
        let failed = |error| RdpError::connector(&error, crate::Waiting::Desktop, "");
        let mut written = sequence.step(frame, None, &mut out).map_err(failed)?;
        let state = loop {
            if written.size().is_some() {
                answers.push(out.filled().to_vec());
                out.clear();
            }
            let state = sequence.connection_activation_state();
            let settled = matches!(
                state,
                ConnectionActivationState::Finalized { .. }
                    | ConnectionActivationState::Redirected { .. }
            );
            if settled || sequence.next_pdu_hint().is_some() {
                break state;
            }
            written = sequence.step_no_input(&mut out).map_err(failed)?;
        };
        for answer in answers {
            self.send(answer).await?;
        }
        match state {
            ConnectionActivationState::Redirected { redirection } => {
                Err(opening::redirected(&redirection, &self.resume).into())
            }
            ConnectionActivationState::Finalized {
                desktop_size,
                share_id,
                input_flags,
                static_channel_chunk_size,
                refresh_rect_support,
                suppress_output_support,
                ..
            } => {
                self.activation = None;
                self.input_flags = input_flags;
                self.refresh = (refresh_rect_support, suppress_output_support);
                let (io, user) = (self.again.io_channel_id(), self.again.user_channel_id());
                if !self.stage.reactivate(
                    io,
                    user,
                    share_id,
                    true,
                    false,
                    static_channel_chunk_size,
                ) {
                    return Err(RdpError::decoder().into());
                }
                let (image, size) = canvas(&self.shared.screen, desktop_size)?;
                self.image = image;
                self.resized_to(size).await
            }
            _ => Ok(()),
        }
    }

    /// The desktop has this size now.
    async fn resized_to(&mut self, size: Size) -> Result<(), End> {
        fit(&self.shared.screen, size)?;
        self.held.resized(size);
        self.announce_size().await;
        Ok(())
    }

    async fn inputs(
        &mut self,
        first: DesktopInput,
        inputs: &mut mpsc::Receiver<DesktopInput>,
    ) -> Result<(), End> {
        let mut waiting = Some(first);
        for _ in 0..BATCH {
            let Some(input) = waiting.take().or_else(|| inputs.try_recv().ok()) else { break };
            // Of positions with the same buttons, the last is enough.
            if let DesktopInput::Pointer { buttons, .. } = input
                && let Ok(next) = inputs.try_recv()
            {
                let same = matches!(next, DesktopInput::Pointer { buttons: later, .. } if later == buttons);
                waiting = Some(next);
                if same {
                    continue;
                }
            }
            self.input(input).await?;
        }
        match waiting {
            Some(input) => self.input(input).await,
            None => Ok(()),
        }
    }

    async fn input(&mut self, input: DesktopInput) -> Result<(), End> {
        let events = match input {
            DesktopInput::Pointer { x, y, buttons } => self.held.pointer(x, y, buttons),
            DesktopInput::Wheel { x, y, wheel } => self.held.wheel(x, y, wheel),
            DesktopInput::Key(key) => self.held.key(key),
            DesktopInput::Focus(false) => self.held.release(),
            DesktopInput::Leds(leds) => vec![input::leds(leds)],
            DesktopInput::Text(text) => {
                let typed: Vec<_> = input::typed(&text).flatten().collect();
                for events in typed.chunks(BATCH) {
                    self.type_in(events).await?;
                }
                return Ok(());
            }
            DesktopInput::Resize { size, scale } => {
                self.wanted = Some((config::allowed(size), scale));
                return Ok(());
            }
            DesktopInput::Refresh(rect) => return self.refresh(rect).await,
            DesktopInput::Clipboard(copied) => {
                // What came from there is there.
                if self.copied.as_ref() == Some(&copied) {
                    return Ok(());
                }
                self.copied = Some(copied);
                return if self.clipboard { self.offer().await } else { Ok(()) };
            }
            // What is agreed on at the beginning stays, so there is nothing to choose later.
            DesktopInput::Quality(_) | DesktopInput::Focus(true) => return Ok(()),
        };
        self.type_in(&events).await
    }

    async fn type_in(&mut self, events: &[FastPathInputEvent]) -> Result<(), End> {
        if events.is_empty() || self.activation.is_some() {
            return Ok(());
        }
        if self.input_flags.intersects(InputFlags::FASTPATH_INPUT | InputFlags::FASTPATH_INPUT_2) {
            let outputs = self.stage.process_fastpath_input(&mut self.image, events);
            for output in outputs.map_err(decoding)? {
                if let Output::ResponseFrame(frame) = output {
                    self.send(frame).await?;
                }
            }
            return Ok(());
        }
        let slow = events.iter().copied().filter_map(input::slow).collect();
        self.share(ShareDataPdu::Input(InputEventPdu(slow))).await
    }

    async fn refresh(&mut self, rect: Rect) -> Result<(), End> {
        let Some(rect) = rect.intersection(self.shared.screen.size().rect()) else { return Ok(()) };
        let last = |from: u16, length: u16| from.saturating_add(length).saturating_sub(1);
        let area = InclusiveRectangle {
            left: rect.x,
            top: rect.y,
            right: last(rect.x, rect.width),
            bottom: last(rect.y, rect.height),
        };
        if !self.refresh.0 || self.activation.is_some() {
            return Ok(());
        }
        self.share(ShareDataPdu::RefreshRectangle(RefreshRectanglePdu {
            areas_to_refresh: vec![area],
        }))
        .await
    }

    async fn redraw(&mut self) -> Result<(), End> {
        let (width, height) = (self.image.width(), self.image.height());
        if width == 0 || height == 0 {
            return Ok(());
        }
        let (rects, suppress) = self.refresh;
        let frames = self.stage.request_full_redraw(width, height, rects, suppress);
        for frame in frames.map_err(decoding)? {
            self.send(frame).await?;
        }
        Ok(())
    }

    async fn share(&mut self, pdu: ShareDataPdu) -> Result<(), End> {
        let mut out = WriteBuf::new();
        self.stage.encode_static(&mut out, pdu).map_err(decoding)?;
        self.send(out.into_inner()).await
    }

    /// When the size that is wanted may be asked for, if it may not yet.
    fn resize_at(&self) -> Option<Instant> {
        self.wanted
            .and(self.resized)
            .map(|last| last + BETWEEN_SIZES)
            .filter(|at| *at > Instant::now())
    }

    async fn resize(&mut self) -> Result<(), End> {
        if self.activation.is_some() || self.stage.display_control_ready() != Some(true) {
            return Ok(());
        }
        if !self.can_resize {
            self.can_resize = true;
            self.announce_abilities().await;
        }
        let Some((size, scale)) = self.wanted.filter(|_| self.resize_at().is_none()) else {
            return Ok(());
        };
        self.wanted = None;
        if size == self.shared.screen.size() && scale == self.scale {
            return Ok(());
        }
        let (width, height) = (u32::from(size.width), u32::from(size.height));
        let percent = u32::from(scale.clamp(100, 500));
        let Some(frame) = self.stage.encode_resize(width, height, Some(percent), None) else {
            return Ok(());
        };
        self.resized = Some(Instant::now());
        self.scale = scale;
        self.send(frame.map_err(decoding)?).await
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
        let _ = self.tell(DesktopEvent::Abilities { resize, text, clipboard }).await;
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

fn lost(error: &std::io::Error) -> End {
    let reason = match error.kind() {
        std::io::ErrorKind::UnexpectedEof => None,
        std::io::ErrorKind::InvalidData => return decoding_text(error),
        _ => Some(crate::text::phrase(&error.to_string())),
    };
    End::Failed(RdpError::Lost { reason })
}

fn decoding_text(error: &std::io::Error) -> End {
    End::Failed(RdpError::Protocol { detail: crate::text::phrase(&error.to_string()) })
}

/// What the server's last words mean; nothing if they are none.
fn over(info: ErrorInfo) -> Option<End> {
    if let ErrorInfo::ProtocolIndependentCode(
        Code::LogoffByUser | Code::RpcInitiatedDisconnectByuser,
    ) = info
    {
        return Some(End::SignedOut);
    }
    RdpError::ended(info).map(End::Failed)
}

fn terminated(reason: GracefulDisconnectReason) -> End {
    match reason {
        GracefulDisconnectReason::UserInitiated | GracefulDisconnectReason::ServerInitiated => {
            End::SignedOut
        }
        GracefulDisconnectReason::Other(reason) => End::Failed(RdpError::Ended {
            reason: crate::text::phrase(&reason),
            next: "Connect again; if it persists, the server's log says why.".to_owned(),
            again: true,
        }),
    }
}

/// The screens as the server counts them, from the upper left corner of all of them.
fn layout(monitors: &[Layout]) -> DesktopEvent {
    let left = monitors.iter().map(|monitor| monitor.left).min().unwrap_or(0);
    let top = monitors.iter().map(|monitor| monitor.top).min().unwrap_or(0);
    let side = |from: i32, to: i32| u16::try_from(i64::from(to) - i64::from(from)).unwrap_or(0);
    let area = |monitor: &Layout| {
        let (width, height) =
            (side(monitor.left, monitor.right), side(monitor.top, monitor.bottom));
        let (x, y) = (side(left, monitor.left), side(top, monitor.top));
        Rect::new(x, y, width.saturating_add(1), height.saturating_add(1))
    };
    let listed = (0..).zip(monitors).take(16);
    DesktopEvent::Monitors(
        listed.map(|(id, monitor)| Monitor { id, area: area(monitor) }).collect(),
    )
}
