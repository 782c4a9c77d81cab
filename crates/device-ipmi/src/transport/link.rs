//! A session that is open.

use super::{Options, Request, socket::Mailbox};
use crate::{
    Class, IpmiError, LanReply, LanRequest, Opened, PayloadType, Session15, Session20, unwrap_rmcp,
};
use tokio::time::Instant;

const BUSY: u8 = 0xc0;
const APP: u8 = 6;
const CLOSE_SESSION: u8 = 0x3c;

/// How packets of a session are made and read.
#[derive(Debug)]
pub(crate) enum Wire {
    V15(Session15),
    V20(Box<Session20>),
}

/// An open session. Dropping it tells the BMC that it is over.
#[derive(Debug)]
pub(crate) struct Link {
    pub(super) mailbox: Mailbox,
    pub(super) wire: Wire,
    sequence: u8,
    /// When something came last.
    pub(super) heard: Instant,
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], IpmiError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|_| IpmiError::Invalid("this computer has no random numbers"))?;
    Ok(bytes)
}

impl Link {
    pub(super) fn new(mailbox: Mailbox, wire: Wire) -> Self {
        Self { mailbox, wire, sequence: 0, heard: Instant::now() }
    }

    fn seal(&mut self, kind: PayloadType, payload: &[u8]) -> Result<Vec<u8>, IpmiError> {
        match &mut self.wire {
            Wire::V15(_) if kind != PayloadType::Ipmi => {
                Err(IpmiError::Invalid("IPMI 1.5 has no serial console"))
            }
            Wire::V15(session) => Ok(session.seal(payload)),
            Wire::V20(session) => session.seal(kind, payload, random()?),
        }
    }

    /// Sends a payload in a packet with a number of its own.
    pub(crate) async fn send(
        &mut self,
        kind: PayloadType,
        payload: &[u8],
    ) -> Result<(), IpmiError> {
        let packet = self.seal(kind, payload)?;
        self.mailbox.send(&packet).await
    }

    /// Sends a command and gives the number its answer will have.
    pub(crate) async fn tell(&mut self, request: &Request) -> Result<u8, IpmiError> {
        self.sequence = (self.sequence + 1) & 0x3f;
        let Request { net_fn, command, lun, ref data, .. } = *request;
        let sequence = self.sequence;
        let message = LanRequest { net_fn, lun, sequence, command, data }.encode();
        self.send(PayloadType::Ipmi, &message).await.map(|()| sequence)
    }

    /// The next payload of this session. What is not of this session, not proved, or came before is passed over.
    pub(crate) async fn payload(&mut self, until: Instant) -> Result<Opened, IpmiError> {
        loop {
            let packet = self.mailbox.packet(until).await?;
            let Ok((Class::Ipmi, packet)) = unwrap_rmcp(&packet) else { continue };
            let opened = match &mut self.wire {
                Wire::V15(session) => {
                    session.open(packet).map(|payload| Opened { kind: PayloadType::Ipmi, payload })
                }
                Wire::V20(session) => session.open(packet),
            };
            match opened {
                Ok(opened) => {
                    self.heard = Instant::now();
                    return Ok(opened);
                }
                Err(reason) => tracing::debug!(peer = %self.mailbox.peer(), %reason, "passed over"),
            }
        }
    }

    /// The answer to a command: sent again in new packets if nothing comes, unless it is told once only.
    pub(crate) async fn command(
        &mut self,
        request: &Request,
        options: &Options,
    ) -> Result<LanReply, IpmiError> {
        let tries = options.tries.max(1);
        let mut asked = Vec::new();
        let mut busy = None;
        for attempt in 1..=tries {
            if attempt == 1 || !request.once {
                asked.push(self.tell(request).await?);
            }
            let until = Instant::now() + options.wait * attempt;
            while let Ok(Opened { kind, payload }) = self.payload(until).await {
                let Ok(reply) = LanReply::decode(&payload) else { continue };
                let ours = kind == PayloadType::Ipmi
                    && reply.answers(request.net_fn, request.command)
                    && asked.contains(&reply.sequence);
                if ours && reply.code == BUSY && !request.once {
                    busy = Some(reply);
                } else if ours {
                    return Ok(reply);
                }
            }
        }
        busy.ok_or(IpmiError::Silent)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let session = match &self.wire {
            Wire::V15(session) => session.number(),
            Wire::V20(session) => session.theirs,
        };
        let request = LanRequest {
            net_fn: APP,
            lun: 0,
            sequence: (self.sequence + 1) & 0x3f,
            command: CLOSE_SESSION,
            data: &session.to_le_bytes(),
        };
        if let Ok(packet) = self.seal(PayloadType::Ipmi, &request.encode()) {
            self.mailbox.try_send(&packet);
        }
    }
}
