//! A desktop between its session and a viewer.

use crate::viewing::{Pace, taken};
use crate::{Frame, Heard, StreamError, Viewing};
use bytes::Bytes;
use futures_util::{Sink, SinkExt as _, Stream};
use patchbay_session::desktop::{DesktopInput, DesktopViewer, FromDesktopViewer, ToDesktopViewer};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{Notify, mpsc};

/// What waits for a machine that takes nothing. It must not keep acknowledgements waiting, hence it lies in memory.
const WAITING: usize = 4_096;
/// The text of all that waits.
const WAITING_TEXT: usize = 4 * 1024 * 1024;

/// Passes messages both ways until one side ends.
pub(crate) async fn carry(
    viewing: &dyn Viewing,
    mut sink: impl Sink<Frame, Error = StreamError> + Unpin,
    mut source: Heard<impl Stream<Item = Result<Option<Bytes>, StreamError>> + Unpin>,
    viewer: &DesktopViewer,
    input: mpsc::Sender<DesktopInput>,
) -> Result<(), StreamError> {
    let waiting = Waiting::default();
    let mut pings = source.pings();
    let mut pace = Pace::of(viewing);

    let show = async {
        loop {
            let message = tokio::select! {
                biased;
                () = pings.due() => {
                    sink.send(Frame::Ping).await?;
                    continue;
                }
                message = viewer.next() => message,
            };
            let Some(message) = message else { break };
            if !viewing.may_see(&message) {
                continue;
            }
            let over = message == ToDesktopViewer::End;
            // Sent at once: a strip is large enough to be worth it, and what is small says something now.
            sink.send(Frame::Message(message.encode())).await?;
            if over {
                break;
            }
        }
        sink.close().await
    };
    let hear = async {
        while let Some(message) = source.next(FromDesktopViewer::decode).await? {
            pace.next().await;
            match message {
                FromDesktopViewer::Ack(frame) => viewer.ack(frame),
                FromDesktopViewer::Shown(shown) => viewer.show(shown),
                FromDesktopViewer::Packed(packed) => viewer.pack(packed),
                FromDesktopViewer::Again => viewer.again(),
                FromDesktopViewer::Thumbnail(within) => viewer.thumbnail(within),
                FromDesktopViewer::Input(input) if viewing.may_do(&input) => waiting.push(input)?,
                FromDesktopViewer::Input(_) => {}
            }
        }
        Ok(())
    };
    let tell = async {
        loop {
            let told = waiting.next().await;
            taken(viewing, &input).await;
            let Ok(room) = input.reserve().await else { break };
            // What was allowed when it was done need not be any more.
            if viewing.may_do(&told) {
                room.send(told);
            }
        }
        // The session takes nothing any more; what it showed last may still be shown.
        std::future::pending().await
    };
    let ended = tokio::select! {
        ended = show => ended,
        ended = hear => ended,
        never = tell => never,
    };
    // The viewer is gone, and cannot say any more that its keys were let go.
    let gone = DesktopInput::Focus(false);
    if viewing.may_do(&gone) {
        let _full = input.try_send(gone);
    }
    ended
}

/// What the viewer said, in order; of pointers that only moved, the last one.
#[derive(Default)]
struct Waiting {
    queue: Mutex<VecDeque<DesktopInput>>,
    more: Notify,
}

impl Waiting {
    fn push(&self, input: DesktopInput) -> Result<(), StreamError> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match (queue.back_mut(), &input) {
            (
                Some(DesktopInput::Pointer { x, y, buttons: held }),
                DesktopInput::Pointer { x: to_x, y: to_y, buttons },
            ) if *held == *buttons => (*x, *y) = (*to_x, *to_y),
            _ => queue.push_back(input),
        }
        let text: usize = queue.iter().map(length).sum();
        if queue.len() > WAITING || text > WAITING_TEXT {
            return Err(StreamError::Flood);
        }
        drop(queue);
        self.more.notify_one();
        Ok(())
    }

    async fn next(&self) -> DesktopInput {
        loop {
            let more = self.more.notified();
            let first = self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            match first {
                Some(input) => return input,
                None => more.await,
            }
        }
    }
}

const fn length(input: &DesktopInput) -> usize {
    match input {
        DesktopInput::Text(text)
        | DesktopInput::Clipboard(patchbay_session::desktop::Clipboard::Text(text)) => text.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use patchbay_session::desktop::{Buttons, Key};

    #[tokio::test]
    async fn moves_that_wait_are_joined_and_nothing_else_is() {
        let waiting = Waiting::default();
        let held = Buttons { left: true, ..Buttons::default() };
        let at = |x, buttons| DesktopInput::Pointer { x, y: 0, buttons };
        let key = DesktopInput::Key(Key { keysym: 0x61, scancode: 0x1E, down: true });
        for input in [
            at(1, Buttons::default()),
            at(2, Buttons::default()),
            at(2, held),
            at(3, held),
            key.clone(),
            at(4, held),
        ] {
            waiting.push(input).unwrap();
        }
        for expected in [at(2, Buttons::default()), at(3, held), key, at(4, held)] {
            assert_eq!(waiting.next().await, expected);
        }
    }

    #[test]
    fn what_waits_is_bounded() {
        let waiting = Waiting::default();
        let key = || DesktopInput::Key(Key { keysym: 1, scancode: 1, down: true });
        assert!((0..WAITING).all(|_| waiting.push(key()).is_ok()));
        assert!(waiting.push(key()).is_err());
        let waiting = Waiting::default();
        assert!(waiting.push(DesktopInput::Text("x".repeat(WAITING_TEXT + 1))).is_err());
    }
}
