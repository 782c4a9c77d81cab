//! Activates the payload, and moves bytes between it and the session.

use super::{Heard, SolLine};
use crate::{
    Bmc, IpmiError, LanReply, Options, PayloadType, Request, protocol::Reader, transport::Link,
};
use bytes::BytesMut;
use patchbay_model::{ApiError, CloseReason, ErrorCode, LineSignal};
use patchbay_session::{Terminal, TerminalEvent, TerminalInput};
use std::time::Duration;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

const APP: u8 = 6;
const GET_DEVICE_ID: u8 = 1;
const ACTIVATE: u8 = 0x48;
const DEACTIVATE: u8 = 0x49;
const SOL: u8 = 1;
const INSTANCE: u8 = 1;
/// Encrypt, prove, and let alerts wait while the console is in use.
const PROTECTED: u8 = 0xc4;
/// Short, so that a viewer that stops reading stops the far end.
const DEPTH: usize = 8;
/// While more than this waits to be taken by the BMC, no key is taken.
const MOST_WAITING: usize = 64 * 1024;
/// While more than this waits to be shown, the BMC is not heard: it sends again what was not acknowledged.
const MOST_UNSHOWN: usize = 64 * 1024;
/// How often a packet is sent that is not acknowledged.
const TRIES: u32 = 8;
/// How often of these the empty packet at the start is sent to a BMC that acknowledges none.
const EMPTY_TRIES: u32 = 3;
/// After how much silence the BMC is asked for a sign of life.
const SILENCE: Duration = Duration::from_secs(10);
/// How long a reader that has stopped may hold up the last event.
const LAST_WORD: Duration = Duration::from_secs(10);

/// What becomes of a console that somebody has open already.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Stale {
    /// It is left alone, and none is opened.
    #[default]
    Keep,
    /// It is ended.
    End,
}

/// How a serial console is opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Console {
    /// What people call the machine.
    pub machine: String,
    /// What becomes of one that is open already.
    pub stale: Stale,
}

impl Bmc {
    /// Opens the machine's serial console, over a session of its own.
    ///
    /// # Errors
    /// [`IpmiError::ConsoleBusy`] when somebody has it, and as for every command.
    pub async fn console(
        &self,
        console: Console,
        cancel: CancellationToken,
    ) -> Result<Terminal, IpmiError> {
        let mut link = self.open_link().await?;
        let line = match activate(&mut link, self.options()).await {
            Err(IpmiError::ConsoleBusy) if console.stale == Stale::End => {
                deactivate(&mut link, self.options()).await?;
                activate(&mut link, self.options()).await?
            }
            result => result?,
        };
        let (events, events_out) = mpsc::channel(DEPTH);
        let (input_in, input) = mpsc::channel(DEPTH);
        let pump = Pump {
            link,
            line,
            options: *self.options(),
            machine: console.machine,
            shown: BytesMut::new(),
            tries: 0,
            again: Instant::now() + SILENCE,
        };
        tokio::spawn(pump.run(events, input, cancel.clone()));
        Ok(Terminal { events: events_out, input: input_in, cancel })
    }
}

async fn activate(link: &mut Link, options: &Options) -> Result<SolLine, IpmiError> {
    let protected = if options.insecure.unprotected { 4 } else { PROTECTED };
    let data = [SOL, INSTANCE, protected, 0, 0, 0];
    let request = Request::again("open the serial console", APP, ACTIVATE, &data);
    let reply = link.command(&request, options).await?;
    match reply.code {
        0 => {}
        0x80 => return Err(IpmiError::ConsoleBusy),
        0x81 => return Err(IpmiError::ConsoleOff),
        0xd4 => return Err(IpmiError::Privilege(options.privilege)),
        code => return Err(IpmiError::Refused { command: request.name, code }),
    }
    let mut reader = Reader::new(&reply.data);
    let (_auxiliary, inbound, _outbound) = (reader.u32()?, reader.u16()?, reader.u16()?);
    Ok(SolLine::new(inbound))
}

async fn deactivate(link: &mut Link, options: &Options) -> Result<(), IpmiError> {
    let data = [SOL, INSTANCE, 0, 0, 0, 0];
    let request = Request::again("end the serial console", APP, DEACTIVATE, &data);
    match link.command(&request, options).await?.code {
        // 0x80: it is not open any more.
        0 | 0x80 => Ok(()),
        0xd4 => Err(IpmiError::Privilege(options.privilege)),
        code => Err(IpmiError::Refused { command: request.name, code }),
    }
}

struct Pump {
    link: Link,
    line: SolLine,
    options: Options,
    machine: String,
    shown: BytesMut,
    /// How often something was sent that was not answered.
    tries: u32,
    /// When that is sent again, or a sign of life asked for.
    again: Instant,
}

/// Why nothing follows.
enum End {
    ByPerson,
    Deactivated,
    Lost(IpmiError),
}

impl Pump {
    async fn run(
        mut self,
        events: mpsc::Sender<TerminalEvent>,
        mut input: mpsc::Receiver<TerminalInput>,
        cancel: CancellationToken,
    ) {
        let end = self.pump(&events, &mut input, &cancel).await;
        // One that was ended by somebody else is theirs by now: told again, the BMC would end that.
        if matches!(end, End::ByPerson) {
            let wait = Options { tries: 1, ..self.options };
            let _gone = deactivate(&mut self.link, &wait).await;
        }
        let tell = async {
            if !self.shown.is_empty() {
                let _gone = events.send(TerminalEvent::Output(self.shown.split().freeze())).await;
            }
            let _gone = events.send(TerminalEvent::Closed(closed(&self.machine, end))).await;
        };
        // If nobody is there to hear it, that is fine.
        let _gone = timeout(LAST_WORD, tell).await;
    }

    async fn pump(
        &mut self,
        events: &mpsc::Sender<TerminalEvent>,
        input: &mut mpsc::Receiver<TerminalInput>,
        cancel: &CancellationToken,
    ) -> End {
        let mut typing = true;
        loop {
            if let Err(error) = self.send().await {
                return End::Lost(error);
            }
            let room = self.line.waiting() < MOST_WAITING;
            tokio::select! {
                () = cancel.cancelled() => return End::ByPerson,
                () = events.closed() => return End::ByPerson,
                Ok(permit) = events.reserve(), if !self.shown.is_empty() => {
                    permit.send(TerminalEvent::Output(self.shown.split().freeze()));
                }
                told = input.recv(), if typing && room => match told {
                    Some(told) => self.told(told),
                    None => typing = false,
                },
                came = self.link.payload(self.again), if self.shown.len() < MOST_UNSHOWN => {
                    let result = match came {
                        Ok(opened) => self.came(opened.kind, &opened.payload),
                        Err(IpmiError::Silent) => self.silence().await,
                        Err(error) => Err(End::Lost(error)),
                    };
                    if let Err(end) = result {
                        return end;
                    }
                }
            }
        }
    }

    fn told(&mut self, told: TerminalInput) {
        match told {
            TerminalInput::Bytes(bytes) => self.line.typed(&bytes),
            // A serial line knows no size.
            TerminalInput::Resize(_) => {}
            TerminalInput::Signal { signal, done } => {
                let result = if signal == LineSignal::Break {
                    self.line.send_break();
                    Ok(())
                } else {
                    Err("a serial console over the network has no such wire".to_owned())
                };
                // Whoever asked may have gone meanwhile.
                let _gone = done.send(result);
            }
        }
    }

    /// Sends what may be sent now.
    async fn send(&mut self) -> Result<(), IpmiError> {
        let was_under_way = self.line.is_under_way();
        while let Some(payload) = self.line.outgoing() {
            self.link.send(PayloadType::Sol, &payload).await?;
        }
        if !was_under_way && self.line.is_under_way() {
            self.again = Instant::now() + self.options.wait;
        }
        Ok(())
    }

    fn came(&mut self, kind: PayloadType, payload: &[u8]) -> Result<(), End> {
        self.tries = 0;
        let mut next = SILENCE;
        if kind == PayloadType::Sol {
            match self.line.receive(payload, &mut self.shown) {
                Ok(Heard::Deactivated) => return Err(End::Deactivated),
                Ok(Heard::Later) => next = self.options.wait,
                Ok(Heard::Taken | Heard::Nothing) | Err(_) => {}
            }
        } else if LanReply::decode(payload).is_err() {
            return Ok(());
        }
        // What is under way keeps its time.
        if !self.line.is_under_way() {
            self.again = Instant::now() + next;
        }
        Ok(())
    }

    /// Nothing came for a while: sends again what is under way, or asks for a sign of life.
    async fn silence(&mut self) -> Result<(), End> {
        self.tries += 1;
        if self.tries > TRIES {
            return Err(End::Lost(IpmiError::Silent));
        }
        self.again = Instant::now() + self.options.wait;
        if (self.tries > EMPTY_TRIES && self.line.skip()) || self.line.ask() {
            return Ok(());
        }
        let sent = match self.line.again() {
            Some(payload) => self.link.send(PayloadType::Sol, &payload).await,
            None => {
                let request = Request::again("get device id", APP, GET_DEVICE_ID, &[]);
                self.link.tell(&request).await.map(drop)
            }
        };
        sent.map_err(End::Lost)
    }
}

fn closed(machine: &str, end: End) -> CloseReason {
    let message = match end {
        End::ByPerson => return CloseReason::ByPerson,
        End::Deactivated => {
            format!("The serial console of {machine} was ended by its BMC, or by somebody else.")
        }
        End::Lost(error) => format!("The serial console of {machine} was lost: {error}."),
    };
    let error = ApiError::new(ErrorCode::Disconnected, message);
    CloseReason::Failed { error: error.next("Connect again.").retry() }
}
