//! What the desktop is told.

use super::{
    BATCH, BETWEEN_SIZES, Desk,
    end::{End, decoding},
};
use crate::{config, input};
use ironrdp_pdu::{
    geometry::InclusiveRectangle,
    input::{InputEventPdu, fast_path::FastPathInputEvent},
    rdp::{
        capability_sets::InputFlags, headers::ShareDataPdu, refresh_rectangle::RefreshRectanglePdu,
    },
};
use ironrdp_session::ActiveStageOutput as Output;
use patchbay_session::desktop::{DesktopInput, Rect};
use tokio::{sync::mpsc, time::Instant};

/// The most characters that are typed for one text; whoever has more pastes it.
const MOST_TYPED: usize = 1_000_000;

impl Desk {
    pub(super) async fn inputs(
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

    pub(super) async fn input(&mut self, input: DesktopInput) -> Result<(), End> {
        let events = match input {
            DesktopInput::Pointer { x, y, buttons } => self.held.pointer(x, y, buttons),
            DesktopInput::Wheel { x, y, wheel } => self.held.wheel(x, y, wheel),
            DesktopInput::Key(key) => self.held.key(key),
            DesktopInput::Focus(false) => self.held.release(),
            DesktopInput::Leds(leds) => vec![input::leds(leds)],
            DesktopInput::Text(text) => input::typed(&text).take(MOST_TYPED).flatten().collect(),
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
                self.copied_there(Vec::new()).await?;
                return if self.clipboard { self.offer().await } else { Ok(()) };
            }
            DesktopInput::LendFiles(files) => return self.lend(files).await,
            DesktopInput::ReadPiece(piece) => return self.read_piece(piece).await,
            // What is agreed on at the beginning stays, so there is nothing to choose later.
            DesktopInput::Quality(_) | DesktopInput::Focus(true) => return Ok(()),
        };
        self.type_in(&events).await
    }

    pub(super) async fn type_in(&mut self, events: &[FastPathInputEvent]) -> Result<(), End> {
        // What is typed while the size changes is lost there, and would be typed later at another place.
        if self.activation.is_none() {
            self.typing.extend(events);
        }
        self.pour().await
    }

    /// Sends what there is room for: a server that draws takes no input, and who waits for it cannot read what it draws.
    pub(super) async fn pour(&mut self) -> Result<(), End> {
        while !self.typing.is_empty() && self.out.capacity() > 0 {
            let some = self.typing.len().min(BATCH);
            let events: Vec<_> = self.typing.drain(..some).collect();
            let fast = InputFlags::FASTPATH_INPUT | InputFlags::FASTPATH_INPUT_2;
            if !self.input_flags.intersects(fast) {
                let slow = events.into_iter().filter_map(input::slow).collect();
                self.share(ShareDataPdu::Input(InputEventPdu(slow))).await?;
                continue;
            }
            let outputs = self.stage.process_fastpath_input(&mut self.image, &events);
            for output in outputs.map_err(decoding)? {
                if let Output::ResponseFrame(frame) = output {
                    self.send(frame).await?;
                }
            }
        }
        Ok(())
    }

    pub(super) async fn refresh(&mut self, rect: Rect) -> Result<(), End> {
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

    /// When the size that is wanted may be asked for, if it may not yet.
    pub(super) fn resize_at(&self) -> Option<Instant> {
        self.wanted
            .and(self.resized)
            .map(|last| last + BETWEEN_SIZES)
            .filter(|at| *at > Instant::now())
    }

    pub(super) async fn resize(&mut self) -> Result<(), End> {
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
}
