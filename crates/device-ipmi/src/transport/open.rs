//! Opens sessions: what the BMC can, the best that both have, and signing in.

use super::{
    Link, Options, Request, Versions,
    link::{Wire, random},
    socket::Mailbox,
};
use crate::{
    AuthCapabilities, AuthType, Class, Handshake, IpmiError, LanReply, LanRequest, Login, Opened,
    PayloadType, Privilege, Session15, Suite, plain_packet,
    protocol::{Reader, bare, open_bare, open_plain},
    unwrap_rmcp,
};
use tokio::time::Instant;

const APP: u8 = 6;
const GET_AUTH_CAPABILITIES: u8 = 0x38;
const GET_CHALLENGE: u8 = 0x39;
const ACTIVATE_SESSION: u8 = 0x3a;
const SET_PRIVILEGE: u8 = 0x3b;
const GET_CIPHER_SUITES: u8 = 0x54;
/// How many pieces of 16 bytes a list of cipher suites has at most (section 22.15).
const MOST_PIECES: u8 = 0x40;

/// What opening a session needs.
struct Opening<'a> {
    mailbox: Mailbox,
    login: &'a Login,
    options: &'a Options,
    sequence: u8,
}

impl Link {
    /// Opens a session. `tried` has the cipher suites that agreed to everything and then led to silence: there are BMCs that
    /// list what they cannot do.
    pub(super) async fn open(
        mailbox: Mailbox,
        login: &Login,
        options: &Options,
        tried: &mut Vec<Suite>,
    ) -> Result<Self, IpmiError> {
        if login.user().is_empty() && !options.insecure.anonymous {
            return Err(IpmiError::NoSuite("signing in without a name was not allowed"));
        }
        let mut opening = Opening { mailbox, login, options, sequence: 0 };
        let capabilities = opening.capabilities().await?;
        let (wire, mailbox) = match options.versions {
            Versions::Best | Versions::Only20 if capabilities.v20 => {
                let wire = opening.v20(tried).await?;
                (wire, opening.mailbox)
            }
            Versions::Only20 => return Err(IpmiError::NoSuite("it has IPMI 1.5 only")),
            Versions::Best | Versions::Only15 => {
                let wire = opening.v15(capabilities).await?;
                (wire, opening.mailbox)
            }
        };
        let mut link = Self::new(mailbox, wire);
        link.raise(options).await?;
        Ok(link)
    }

    /// Sessions start as a user's (section 22.18).
    async fn raise(&mut self, options: &Options) -> Result<(), IpmiError> {
        if options.privilege <= Privilege::User {
            return Ok(());
        }
        let data = [options.privilege.number()];
        let request = Request::again("set session privilege", APP, SET_PRIVILEGE, &data);
        let reply = self.command(&request, options).await?;
        let granted = reply.data.first().map(|level| level & 0xf);
        if reply.code == 0 && granted == Some(options.privilege.number()) {
            Ok(())
        } else {
            Err(IpmiError::Privilege(options.privilege))
        }
    }
}

impl Opening<'_> {
    /// Sends what `make` gives until `read` has what it wants of an answer. Before a session is open anybody can send
    /// something damaged or a refusal: the first is told only if nothing better comes, the second if nothing better comes
    /// while this very message is waited for.
    async fn ask<S, T>(
        &mut self,
        state: &mut S,
        make: impl Fn(&mut S) -> Result<Vec<u8>, IpmiError>,
        read: impl Fn(&mut S, &[u8]) -> Result<Option<T>, IpmiError>,
    ) -> Result<T, IpmiError> {
        let (mut garbled, mut refused) = (None, None);
        for attempt in 1..=self.options.tries.max(1) {
            self.mailbox.send(&make(state)?).await?;
            let until = Instant::now() + self.options.wait * attempt;
            while let Ok(packet) = self.mailbox.packet(until).await {
                let packet = match unwrap_rmcp(&packet) {
                    Ok((Class::Ipmi, packet)) => packet,
                    Ok(_) => continue,
                    Err(error) => {
                        garbled = Some(error);
                        continue;
                    }
                };
                match read(state, packet) {
                    Ok(Some(answer)) => return Ok(answer),
                    Ok(None) => {}
                    Err(error @ IpmiError::Garbled(_)) => garbled = Some(error),
                    Err(error @ IpmiError::NoSuite(_)) => return Err(error),
                    Err(error) => refused = Some(error),
                }
            }
            if let Some(refused) = refused {
                return Err(refused);
            }
        }
        Err(garbled.unwrap_or(IpmiError::Silent))
    }

    /// A command outside of any session.
    async fn plain(&mut self, command: u8, data: &[u8]) -> Result<LanReply, IpmiError> {
        let mut sequence = self.sequence;
        let first = sequence;
        let wanted = |reply: &LanReply| {
            reply.answers(APP, command) && reply.sequence.wrapping_sub(first) & 0x3f < 32
        };
        let answer = self
            .ask(
                &mut sequence,
                |next| {
                    let sequence = *next;
                    *next = (sequence + 1) & 0x3f;
                    let (net_fn, lun) = (APP, 0);
                    let message = LanRequest { net_fn, lun, sequence, command, data }.encode();
                    Ok(plain_packet(&message))
                },
                |_, packet| Ok(Some(LanReply::decode(&open_plain(packet)?)?).filter(wanted)),
            )
            .await;
        self.sequence = sequence;
        answer
    }

    async fn capabilities(&mut self) -> Result<AuthCapabilities, IpmiError> {
        let data = AuthCapabilities::request(self.options.privilege);
        let reply = self.plain(GET_AUTH_CAPABILITIES, &data).await?;
        if reply.code != 0 {
            return Err(IpmiError::Privilege(self.options.privilege));
        }
        AuthCapabilities::decode(&reply.data)
    }

    async fn v20(&mut self, tried: &mut Vec<Suite>) -> Result<Wire, IpmiError> {
        let mut wanted = Suite::BEST_FIRST.to_vec();
        if self.options.insecure.unprotected {
            wanted.push(Suite::None);
        }
        if let Some(only) = self.options.suite {
            wanted.retain(|suite| *suite == only);
        } else {
            let there = self.suites().await?;
            wanted.retain(|suite| there.is_empty() || there.contains(&suite.number()));
        }
        if !tried.is_empty() && wanted.iter().all(|suite| tried.contains(suite)) {
            return Err(IpmiError::Silent);
        }
        wanted.retain(|suite| !tried.contains(suite));
        let mut why = IpmiError::NoSuite("it has none of those that are allowed");
        for suite in wanted {
            match self.sign_in(suite).await {
                Ok(wire) => {
                    tried.push(suite);
                    return Ok(wire);
                }
                Err(error @ IpmiError::NoSuite(_)) => why = error,
                Err(error) => return Err(error),
            }
        }
        Err(why)
    }

    /// The numbers of its cipher suites; none if it does not say.
    async fn suites(&mut self) -> Result<Vec<u8>, IpmiError> {
        let mut records = Vec::new();
        for piece in 0..MOST_PIECES {
            let reply = self.plain(GET_CIPHER_SUITES, &[0x0e, 0, 0x80 | piece]).await?;
            let Some((_channel, bytes)) = reply.data.split_first().filter(|_| reply.code == 0)
            else {
                break;
            };
            records.extend_from_slice(bytes);
            if bytes.len() < 16 {
                break;
            }
        }
        Ok(suite_numbers(&records))
    }

    async fn sign_in(&mut self, suite: Suite) -> Result<Wire, IpmiError> {
        let ours = u32::from_le_bytes(random()?).max(1);
        let mut handshake =
            Handshake::new(self.login, suite, self.options.privilege, ours, random()?);
        let of = |kind: PayloadType, packet: &[u8]| {
            let Opened { kind: came, payload } = open_bare(packet)?;
            Ok(Some(payload).filter(|_| came == kind))
        };
        self.ask(
            &mut handshake,
            |handshake| bare(PayloadType::OpenRequest, &handshake.open_request()),
            |handshake, packet| match of(PayloadType::OpenResponse, packet)? {
                Some(message) => Ok(handshake.opened(&message)?.then_some(())),
                None => Ok(None),
            },
        )
        .await?;
        self.ask(
            &mut handshake,
            |handshake| bare(PayloadType::Rakp1, &handshake.rakp1()),
            |handshake, packet| match of(PayloadType::Rakp2, packet)? {
                Some(message) => Ok(handshake.rakp2(&message)?.then_some(())),
                None => Ok(None),
            },
        )
        .await?;
        let session = self
            .ask(
                &mut handshake,
                |handshake| bare(PayloadType::Rakp3, &handshake.rakp3()),
                |handshake, packet| match of(PayloadType::Rakp4, packet)? {
                    Some(message) => handshake.rakp4(&message),
                    None => Ok(None),
                },
            )
            .await?;
        Ok(Wire::V20(Box::new(session)))
    }

    async fn v15(&mut self, capabilities: AuthCapabilities) -> Result<Wire, IpmiError> {
        let insecure = self.options.insecure;
        let mut allowed = vec![AuthType::Md5];
        if insecure.plain_password {
            allowed.push(AuthType::Straight);
        }
        if insecure.unprotected {
            allowed.push(AuthType::None);
        }
        let way = capabilities
            .best(&allowed)
            .ok_or(IpmiError::NoSuite("it has no MD5, and what is weaker was not allowed"))?;
        let mut data = vec![way as u8];
        data.extend_from_slice(self.login.user().as_bytes());
        data.resize(17, 0);
        let reply = self.plain(GET_CHALLENGE, &data).await?;
        match reply.code {
            0 => {}
            0x81 | 0x82 => return Err(IpmiError::WrongUser),
            code => return Err(IpmiError::Refused { command: "sign in", code }),
        }
        let mut reader = Reader::new(&reply.data);
        let (temporary, challenge) = (reader.u32()?, reader.array::<16>()?);
        let session = Session15::new(way, self.login.password(), temporary)?;
        self.activate(session, way, challenge, capabilities.unproved).await
    }

    async fn activate(
        &mut self,
        mut session: Session15,
        way: AuthType,
        challenge: [u8; 16],
        unproved: bool,
    ) -> Result<Wire, IpmiError> {
        let mut data = vec![way as u8, self.options.privilege.number()];
        data.extend_from_slice(&challenge);
        data.extend_from_slice(&u32::from_le_bytes(random()?).max(1).to_le_bytes());
        let sequence = self.sequence;
        let request =
            LanRequest { net_fn: APP, lun: 0, sequence, command: ACTIVATE_SESSION, data: &data };
        let message = request.encode();
        let reply = self
            .ask(
                &mut session,
                |session| Ok(session.seal(&message)),
                |session, packet| {
                    // A refusal may come without proof, and outside of the session.
                    let inner = session.open(packet).or_else(|_| open_plain(packet))?;
                    let reply = LanReply::decode(&inner)?;
                    Ok(Some(reply).filter(|reply| reply.answers(APP, ACTIVATE_SESSION)))
                },
            )
            .await
            // Packets with a wrong proof are dropped without a word (section 6.11).
            .map_err(
                |error| if error == IpmiError::Silent { IpmiError::WrongPassword } else { error },
            )?;
        match reply.code {
            0 => {}
            0x81 => return Err(IpmiError::Full),
            0x82 => return Err(IpmiError::Full),
            0x86 => return Err(IpmiError::Privilege(self.options.privilege)),
            _ => return Err(IpmiError::WrongPassword),
        }
        let mut reader = Reader::new(&reply.data);
        let later = AuthType::of(reader.u8()?)
            .filter(|later| *later == way || (*later == AuthType::None && unproved))
            .ok_or(IpmiError::Garbled("it goes on without the protection that was agreed on"))?;
        let (number, next) = (reader.u32()?, reader.u32()?);
        session.activated(number, next.max(1), later);
        Ok(Wire::V15(session))
    }
}

/// The numbers in a list of cipher suites (table 22-19): a record starts with `C0` or `C1`, its number follows.
fn suite_numbers(records: &[u8]) -> Vec<u8> {
    let mut numbers = Vec::new();
    let mut rest = records;
    while let Some((start, tail)) = rest.split_first() {
        rest = tail;
        if matches!(start, 0xc0 | 0xc1)
            && let Some((number, tail)) = tail.split_first()
        {
            numbers.push(*number);
            rest = tail;
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::suite_numbers;

    #[test]
    fn suites_as_ipmi_sim_lists_them() {
        let list =
            [0xc0, 0, 0, 0x40, 0x80, 0xc0, 1, 1, 0x40, 0x80, 0xc0, 2, 1, 0x41, 0x80, 0xc0, 3, 1];
        assert_eq!(suite_numbers(&list), [0, 1, 2, 3]);
        assert_eq!(suite_numbers(&[0xc1, 0x80, 1, 2, 3, 3, 0x44, 0x81, 0xc0]), [0x80]);
    }
}
