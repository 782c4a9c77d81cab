//! What ours is measured against: a page that is sent the whole picture each time, one message a frame, over a loopback
//! socket such as ours. A Tauri channel would be the plainest such way; it carries less than half of what a socket does.

use super::feed::{FRAME, Moment, SIZE, colour, now};
use crate::Error;
use futures_util::{SinkExt as _, StreamExt as _};
use std::pin::pin;
use tokio::{
    net::TcpListener,
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_tungstenite::{accept_async, tungstenite::Message};

/// Frames that the page has not acknowledged, as ours has them.
const UNSEEN: u32 = 2;

/// It listens.
pub(super) struct FullFrames {
    listener: TcpListener,
}

impl FullFrames {
    pub(super) async fn bind() -> Result<Self, Error> {
        Ok(Self { listener: TcpListener::bind("127.0.0.1:0").await? })
    }

    pub(super) fn port(&self) -> Result<u16, Error> {
        Ok(self.listener.local_addr()?.port())
    }

    /// Has so many frames after one another, sends the page the newest whenever it takes one, and says when each was there.
    pub(super) async fn play(&self, frames: u32) -> Result<Vec<Moment>, Error> {
        let (stream, _) = self.listener.accept().await?;
        stream.set_nodelay(true)?;
        let (mut sink, mut acks) = accept_async(stream).await?.split();
        let (newest, mut there) = watch::channel(0);
        let draw = async move {
            let mut clock = interval(FRAME);
            clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
            let mut drawn = Vec::new();
            for number in 1..=frames {
                clock.tick().await;
                drawn.push((number, now()));
                newest.send_replace(number);
            }
            drawn
        };
        let send = async {
            let mut picture = [0, 0, 0, 255].repeat(usize::from(SIZE.0) * usize::from(SIZE.1));
            let (mut sent, mut unseen) = (0, 0);
            while sent < frames || unseen > 0 {
                let number = *there.borrow_and_update();
                if number > sent && unseen < UNSEEN {
                    if let Some(pixel) = picture.first_chunk_mut() {
                        *pixel = colour(number);
                    }
                    sink.send(Message::Binary(picture.clone().into())).await?;
                    (sent, unseen) = (number, unseen + 1);
                    continue;
                }
                tokio::select! {
                    // After the last one only acknowledgements are waited for.
                    Ok(()) = there.changed() => {}
                    ack = acks.next() => {
                        ack.ok_or("the page left")??;
                        unseen -= 1;
                    }
                }
            }
            Ok::<_, Error>(())
        };
        // On a task of its own, or what is drawn would wait for what is sent.
        let drawn = tokio::spawn(draw);
        pin!(send).await?;
        Ok(drawn.await?)
    }
}
