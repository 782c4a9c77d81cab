//! Moves bytes between the stream and the client, in both directions at once.

use crate::{VncError, client::Client, person::Hands, quality::Link};
use patchbay_model::CloseReason;
use patchbay_session::desktop::{DesktopEvent, DesktopInput, Screen};
use std::{collections::VecDeque, io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;

/// What is read at once; more only where a part has to be there as a whole.
const BUFFER: usize = 256 * 1024;
/// While more than this waits to be sent, nothing is read that might have to be answered, and nothing is taken.
const MOST_UNSENT: usize = 64 * 1024;
/// How long a reader that has stopped may hold up the last event.
const LAST_WORD: Duration = Duration::from_secs(10);

/// How often the link is measured.
const MEASURE: Duration = Duration::from_secs(1);
/// After so many measures without a byte the far end is given up.
const SILENT: u32 = 60;

/// What came and is not yet decoded.
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    unread: std::ops::Range<usize>,
}

impl Buffer {
    pub(crate) fn new() -> Self {
        Self { bytes: vec![0; BUFFER], unread: 0..0 }
    }

    /// Has the client take what there is.
    pub(crate) fn feed(&mut self, client: &mut Client) -> Result<(), VncError> {
        let taken = client.receive(self.bytes.get(self.unread.clone()).unwrap_or_default())?;
        self.unread.start += taken;
        Ok(())
    }

    /// Room for more: at least for what the client needs.
    pub(crate) fn room(&mut self, needs: usize) -> &mut [u8] {
        if self.unread.is_empty() {
            self.unread = 0..0;
            if self.bytes.len() > BUFFER && needs <= BUFFER {
                self.bytes.truncate(BUFFER);
                self.bytes.shrink_to_fit();
            }
        }
        let end = self.unread.start + needs.max(self.unread.len() + 1);
        if end > self.bytes.len() {
            self.bytes.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
        }
        // Not all at once: whoever says that much will come has to send it first.
        if self.unread.end == self.bytes.len() {
            self.bytes.resize(self.bytes.len() * 2, 0);
        }
        self.bytes.get_mut(self.unread.end..).unwrap_or_default()
    }

    pub(crate) const fn came(&mut self, count: usize) {
        self.unread.end += count;
    }

    const fn len(&self) -> usize {
        self.unread.end - self.unread.start
    }
}

/// One connection under way.
pub(crate) struct Pump {
    pub(crate) machine: String,
    pub(crate) client: Client,
    pub(crate) buffer: Buffer,
    pub(crate) hands: Hands,
    pub(crate) screen: Arc<Screen>,
    pub(crate) meter: Meter,
}

/// How the link is, and what is said of it.
pub(crate) struct Meter {
    link: Link,
    /// The number that is on its way, and when it left.
    sent: Option<(u64, Instant)>,
    number: u64,
    said: String,
    /// Measures since anything came, as far as it was waited for.
    silent: u32,
}

impl Meter {
    pub(crate) const fn new(quality: Option<u8>) -> Self {
        Self { link: Link::new(quality), sent: None, number: 0, said: String::new(), silent: 0 }
    }

    /// What the person wants of the picture.
    fn fix(&mut self, quality: Option<u8>, client: &mut Client) {
        self.link.fix(quality);
        client.set_quality(self.link.level());
    }

    /// Measures anew, unless the last number is still on its way.
    fn tick(&mut self, client: &mut Client) {
        if client.can().fence && self.sent.is_none() {
            self.number += 1;
            self.sent = Some((self.number, Instant::now()));
            client.ping(self.number);
        }
        let said = client.describe();
        if client.tally().updates > 0 && said != self.said {
            self.said.clone_from(&said);
            client.tell(DesktopEvent::Quality(said));
        }
    }

    /// Whether a question has been waiting for long while nothing at all came; `reading` says whether it could have.
    const fn is_over(&mut self, reading: bool) -> bool {
        self.silent = if reading && self.sent.is_some() { self.silent + 1 } else { 0 };
        self.silent > SILENT
    }

    /// Looks whether the number came back.
    fn look(&mut self, client: &mut Client) {
        if let (Some(back), Some((number, at))) = (client.echo(), self.sent)
            && back == number
        {
            let took = at.elapsed();
            self.sent = None;
            self.link.measured(took);
            client.set_quality(self.link.level());
            let ms = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
            client.tell(DesktopEvent::Latency(ms));
        }
    }
}

impl Pump {
    pub(crate) async fn run(
        mut self,
        mut reader: impl AsyncRead + Send + Unpin,
        mut writer: impl AsyncWrite + Send + Unpin,
        events: mpsc::Sender<DesktopEvent>,
        mut input: mpsc::Receiver<DesktopInput>,
        cancel: CancellationToken,
    ) {
        let mut unsent: VecDeque<u8> = VecDeque::new();
        let mut next: Option<DesktopEvent> = None;
        let mut unflushed = false;
        let mut listening = true;
        let mut clock = interval(MEASURE);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let reason = loop {
            unsent.extend(self.client.answers());
            if next.is_none() {
                next = self.client.event();
            }
            let room = unsent.len() < MOST_UNSENT;
            // Until its events are taken the client does not go on.
            let reading = room && next.is_none();
            if reading
                && self.buffer.len() >= self.client.needs().max(1)
                && let Err(error) = self.buffer.feed(&mut self.client)
            {
                break self.failed(&error);
            }
            self.meter.look(&mut self.client);
            if reading && self.client.needs() == 0 {
                continue;
            }
            unsent.extend(self.client.answers());
            let needs = self.client.needs();
            tokio::select! {
                biased;
                () = cancel.cancelled() => break CloseReason::ByPerson,
                () = events.closed() => break CloseReason::ByPerson,
                told = input.recv(), if listening && room => match told {
                    Some(DesktopInput::Quality(quality)) => {
                        self.meter.fix(quality, &mut self.client);
                    }
                    Some(told) => self.hands.told(told, &mut self.client, self.screen.size()),
                    None => listening = false,
                },
                Ok(permit) = events.reserve(), if next.is_some() => {
                    if let Some(event) = next.take() {
                        permit.send(event);
                    }
                }
                sent = send(&mut writer, &unsent), if unflushed || !unsent.is_empty() => match sent {
                    Ok(Sent::Bytes(0)) => break CloseReason::Exited { code: None },
                    Ok(Sent::Bytes(count)) => {
                        unsent.drain(..count);
                        unflushed = true;
                    }
                    Ok(Sent::Everything) => unflushed = false,
                    Err(error) => break self.failed(&VncError::lost(&error)),
                },
                _ = clock.tick() => {
                    if self.meter.is_over(reading) {
                        let reason = format!("it has not answered for {SILENT} s");
                        break self.failed(&VncError::Lost { reason });
                    }
                    self.meter.tick(&mut self.client);
                }
                read = reader.read(self.buffer.room(needs)), if reading => match read {
                    Ok(0) => break CloseReason::Exited { code: None },
                    Ok(count) => {
                        self.meter.silent = 0;
                        self.buffer.came(count);
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    // Many servers of TLS hang up without a word.
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                        break CloseReason::Exited { code: None };
                    }
                    Err(error) => break self.failed(&VncError::lost(&error)),
                },
            }
        };
        self.screen.close();
        let tell = async {
            // If nobody is there to hear it, that is fine.
            let _gone = timeout(LAST_WORD, events.send(DesktopEvent::Closed(reason))).await;
        };
        let part = async {
            // One that is gone already need not be told.
            let _gone = timeout(LAST_WORD, writer.shutdown()).await;
        };
        tokio::join!(tell, part);
    }

    fn failed(&self, error: &VncError) -> CloseReason {
        CloseReason::Failed { error: error.api_error(&self.machine) }
    }
}

enum Sent {
    Bytes(usize),
    Everything,
}

/// Sends some of it; when there is nothing left, sees to it that it is on its way.
async fn send(writer: &mut (impl AsyncWrite + Unpin), unsent: &VecDeque<u8>) -> io::Result<Sent> {
    let (first, _) = unsent.as_slices();
    if first.is_empty() {
        return writer.flush().await.map(|()| Sent::Everything);
    }
    writer.write(first).await.map(Sent::Bytes)
}

#[cfg(test)]
mod tests {
    use super::{Instant, Meter, SILENT};

    #[test]
    fn silence_counts_while_an_answer_is_waited_for() {
        let mut meter = Meter::new(None);
        // Nobody was asked anything.
        assert!((0..=2 * SILENT).all(|_| !meter.is_over(true)));
        meter.sent = Some((1, Instant::now()));
        assert!((0..SILENT).all(|_| !meter.is_over(true)));
        // Whoever does not listen hears nothing.
        assert!(!meter.is_over(false));
        assert!((0..SILENT).all(|_| !meter.is_over(true)));
        assert!(meter.is_over(true));
    }
}
