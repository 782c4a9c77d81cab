//! What the server sends, decoded.

use super::{
    Desk, canvas,
    end::{End, decoding, over, terminated},
    fit,
};
use crate::{
    RdpError, Waiting,
    guard::{self, Found},
    opening, paint,
};
use bytes::Bytes;
use ironrdp_connector::{Sequence, connection_activation::ConnectionActivationState};
use ironrdp_core::{MonotonicInstant, WriteBuf};
use ironrdp_pdu::{
    Action,
    gcc::Monitor as Layout,
    rdp::{autodetect::AutoDetectRequest, multitransport::MultitransportResponsePdu},
};
use ironrdp_session::ActiveStageOutput as Output;
use patchbay_session::desktop::{Cursor, DesktopEvent, Monitor, Rect, Size};

/// The most drawings that are kept while the size is agreed on, and their bytes: several pictures of a large screen.
const MOST_EARLY: usize = 4096;
const MOST_EARLY_BYTES: usize = 32 * 1024 * 1024;

impl Desk {
    pub(super) async fn frame(
        &mut self,
        action: Action,
        frame: &Bytes,
        read_at: Option<MonotonicInstant>,
    ) -> Result<(), End> {
        let refused = |error: guard::Refused| {
            End::Failed(RdpError::Protocol { detail: format!("it announced {error}") })
        };
        match action {
            Action::FastPath => {
                self.guard.fast(frame).map_err(refused)?;
                // It may be of the new size already, and begin what later drawings go on with: RemoteFX says only once how
                // its tiles are packed.
                if self.activation.is_some() {
                    self.early.keep(frame);
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
        self.drawing(action, frame, read_at).await
    }

    async fn drawing(
        &mut self,
        action: Action,
        frame: &Bytes,
        read_at: Option<MonotonicInstant>,
    ) -> Result<(), End> {
        let outputs =
            self.stage.process(&mut self.image, action, frame, read_at).map_err(decoding)?;
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

    pub(super) async fn outputs(&mut self, outputs: Vec<Output>) -> Result<(), End> {
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
    pub(super) async fn activate(&mut self, frame: &[u8]) -> Result<(), End> {
        let Some(sequence) = self.activation.as_mut().filter(|_| guard::settles(frame)) else {
            return Ok(());
        };
        let mut answers = Vec::new();
        let mut out = WriteBuf::new();
        let failed = |error| RdpError::connector(&error, Waiting::Desktop, "");
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
                self.resized_to(size).await?;
                self.draw_early().await?;
                // Not every server draws everything again by itself.
                self.redraw().await
            }
            _ => Ok(()),
        }
    }

    /// Draws what came while the size was agreed on.
    pub(super) async fn draw_early(&mut self) -> Result<(), End> {
        for frame in std::mem::take(&mut self.early).frames {
            match self.drawing(Action::FastPath, &frame, None).await {
                // It was of the old size still, and nothing of that is left.
                Err(End::Failed(RdpError::Protocol { .. })) => {}
                drawn => drawn?,
            }
        }
        Ok(())
    }

    /// The desktop has this size now.
    pub(super) async fn resized_to(&mut self, size: Size) -> Result<(), End> {
        fit(&self.shared.screen, size)?;
        self.held.resized(size);
        self.announce_size().await;
        Ok(())
    }

    pub(super) async fn redraw(&mut self) -> Result<(), End> {
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
}

/// Drawings that came before their size was agreed on, from the first one to as many as may be kept.
#[derive(Default)]
pub(super) struct Early {
    frames: Vec<Bytes>,
    bytes: usize,
    full: bool,
}

impl Early {
    /// What is too much, and what comes after it, is left out: it is asked for again.
    fn keep(&mut self, frame: &Bytes) {
        self.full |= self.frames.len() >= MOST_EARLY || self.bytes + frame.len() > MOST_EARLY_BYTES;
        if !self.full {
            self.bytes += frame.len();
            self.frames.push(frame.clone());
        }
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
