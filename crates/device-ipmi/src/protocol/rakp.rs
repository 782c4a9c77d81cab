//! Signs in to IPMI 2.0: open session, RAKP messages 1 to 4 (sections 13.17 to 13.24).

use super::{Privilege, Reader, Session20, Suite, session20::Keys, suite::equal};
use crate::IpmiError;
use patchbay_model::Secret;

/// "Look the user up by name alone, whatever the privilege".
const BY_NAME: u8 = 0x10;
/// The longest name, in bytes.
const MOST_NAME: usize = 16;
/// The longest password, in bytes; IPMI 1.5 knows 16.
const MOST_PASSWORD: usize = 20;

/// Who signs in.
#[derive(Debug)]
pub struct Login {
    user: String,
    password: Secret<Vec<u8>>,
    key: Option<Secret<Vec<u8>>>,
}

impl Login {
    /// Somebody with a password, and the key of the BMC (K_g) if it has one.
    ///
    /// # Errors
    /// When one of them is longer than IPMI can say: 16 bytes of name, 20 of password and of key.
    pub fn new(
        user: &str,
        password: &Secret<String>,
        key: Option<Secret<Vec<u8>>>,
    ) -> Result<Self, IpmiError> {
        let password = password.expose_secret().as_bytes();
        if user.len() > MOST_NAME {
            return Err(IpmiError::Invalid("a user name has at most 16 bytes in IPMI"));
        }
        if password.len() > MOST_PASSWORD {
            return Err(IpmiError::Invalid("a password has at most 20 bytes in IPMI"));
        }
        if key.as_ref().is_some_and(|key| key.expose_secret().len() > MOST_PASSWORD) {
            return Err(IpmiError::Invalid("the key of a BMC has at most 20 bytes"));
        }
        let password = Secret::new(password.to_vec());
        Ok(Self { user: user.to_owned(), password, key })
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn password(&self) -> &[u8] {
        self.password.expose_secret()
    }

    fn key(&self) -> &[u8] {
        self.key.as_ref().unwrap_or(&self.password).expose_secret()
    }
}

/// Signing in, step by step. Each message that came is given to its method, which says `false` if it is not for us.
#[derive(Debug)]
pub struct Handshake<'a> {
    login: &'a Login,
    suite: Suite,
    privilege: Privilege,
    tag: u8,
    ours: u32,
    theirs: u32,
    random: [u8; 16],
    their_random: [u8; 16],
    their_guid: [u8; 16],
}

impl<'a> Handshake<'a> {
    /// `ours` and `random` are chosen by chance; `ours` is not 0.
    #[must_use]
    pub const fn new(
        login: &'a Login,
        suite: Suite,
        privilege: Privilege,
        ours: u32,
        random: [u8; 16],
    ) -> Self {
        Self {
            login,
            suite,
            privilege,
            tag: 0,
            ours,
            theirs: 0,
            random,
            their_random: [0; 16],
            their_guid: [0; 16],
        }
    }

    /// Open session request. A message that is sent again has a new tag, so that late answers are known.
    #[must_use]
    pub fn open_request(&mut self) -> Vec<u8> {
        let mut message = vec![self.next_tag(), self.privilege.number(), 0, 0];
        message.extend_from_slice(&self.ours.to_le_bytes());
        for (kind, algorithm) in (0_u8..).zip(self.suite.algorithms()) {
            message.extend_from_slice(&[kind, 0, 0, 8, algorithm, 0, 0, 0]);
        }
        message
    }

    /// Open session response.
    ///
    /// # Errors
    /// When the BMC refuses, or agreed to what was not asked for.
    pub fn opened(&mut self, message: &[u8]) -> Result<bool, IpmiError> {
        let mut reader = Reader::new(message);
        let [tag, status] = reader.array()?;
        if tag != self.tag {
            return Ok(false);
        }
        // A refusal may end here.
        self.judge(status)?;
        let [_privilege, _reserved] = reader.array()?;
        let (ours, theirs) = (reader.u32()?, reader.u32()?);
        if ours != self.ours {
            return Ok(false);
        }
        for (kind, algorithm) in (0_u8..).zip(self.suite.algorithms()) {
            let [k, _, _, length, a, _, _, _] = reader.array()?;
            if (k, length, a & 0x3f) != (kind, 8, algorithm) {
                return Err(IpmiError::Garbled("it agreed to algorithms nobody asked for"));
            }
        }
        if theirs == 0 {
            return Err(IpmiError::Garbled("it gave no number of a session"));
        }
        self.theirs = theirs;
        Ok(true)
    }

    /// RAKP message 1.
    #[must_use]
    pub fn rakp1(&mut self) -> Vec<u8> {
        let mut message = vec![self.next_tag(), 0, 0, 0];
        message.extend_from_slice(&self.theirs.to_le_bytes());
        message.extend_from_slice(&self.random);
        message.extend_from_slice(&[self.role(), 0, 0]);
        message.extend_from_slice(&self.name());
        message
    }

    /// RAKP message 2: the BMC proves that it knows the password.
    ///
    /// # Errors
    /// When it refuses the user, or does not know the password.
    pub fn rakp2(&mut self, message: &[u8]) -> Result<bool, IpmiError> {
        let mut reader = Reader::new(message);
        let [tag, status, _, _] = reader.array()?;
        if tag != self.tag {
            return Ok(false);
        }
        self.judge(status)?;
        if reader.u32()? != self.ours {
            return Ok(false);
        }
        self.their_random = reader.array()?;
        self.their_guid = reader.array()?;
        let expected = self.suite.mac(
            self.login.password(),
            &[
                &self.ours.to_le_bytes(),
                &self.theirs.to_le_bytes(),
                &self.random,
                &self.their_random,
                &self.their_guid,
                &[self.role()],
                &self.name(),
            ],
        );
        if equal(reader.rest(), &expected) { Ok(true) } else { Err(IpmiError::WrongPassword) }
    }

    /// RAKP message 3: we prove that we know it.
    #[must_use]
    pub fn rakp3(&mut self) -> Vec<u8> {
        let mut message = vec![self.next_tag(), 0, 0, 0];
        message.extend_from_slice(&self.theirs.to_le_bytes());
        let parts: [&[u8]; 4] =
            [&self.their_random, &self.ours.to_le_bytes(), &[self.role()], &self.name()];
        message.extend_from_slice(&self.suite.mac(self.login.password(), &parts));
        message
    }

    /// RAKP message 4: the BMC proves that it has the session's key. `None` if the message is not for us.
    ///
    /// # Errors
    /// When it refuses our proof, or its own is wrong.
    pub fn rakp4(&self, message: &[u8]) -> Result<Option<Session20>, IpmiError> {
        let mut reader = Reader::new(message);
        let [tag, status, _, _] = reader.array()?;
        if tag != self.tag {
            return Ok(None);
        }
        self.judge(status)?;
        if reader.u32()? != self.ours {
            return Ok(None);
        }
        let key = self.suite.mac(
            self.login.key(),
            &[&self.random, &self.their_random, &[self.role()], &self.name()],
        );
        let parts: [&[u8]; 3] = [&self.random, &self.theirs.to_le_bytes(), &self.their_guid];
        let expected = self.suite.mac(&key, &parts);
        if !equal(reader.rest(), expected.get(..self.suite.proof()).unwrap_or_default()) {
            // The password was proved by message 2, so the key of the BMC is another.
            return Err(IpmiError::WrongPassword);
        }
        Ok(Some(Session20::new(self.suite, self.ours, self.theirs, Keys::of(self.suite, &key))))
    }

    const fn next_tag(&mut self) -> u8 {
        self.tag = self.tag.wrapping_add(1);
        self.tag
    }

    const fn role(&self) -> u8 {
        self.privilege.number() | BY_NAME
    }

    /// Length and name.
    fn name(&self) -> Vec<u8> {
        let name = self.login.user().as_bytes();
        let mut bytes = vec![u8::try_from(name.len()).unwrap_or_default()];
        bytes.extend_from_slice(name);
        bytes
    }

    /// Status codes (table 13-15).
    const fn judge(&self, status: u8) -> Result<(), IpmiError> {
        Err(match status {
            0 => return Ok(()),
            0x01 => IpmiError::Full,
            0x03..=0x05 | 0x10 | 0x11 => {
                IpmiError::NoSuite("it refuses the algorithms that were proposed")
            }
            0x09 | 0x0a => IpmiError::Privilege(self.privilege),
            0x0d => IpmiError::WrongUser,
            0x0e | 0x0f => IpmiError::WrongPassword,
            _ => IpmiError::Garbled("it breaks off while a session is opened"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Handshake, Login};
    use crate::{LanReply, Privilege, Suite};
    use data_encoding::HEXLOWER;
    use patchbay_model::Secret;

    fn hex(text: &str) -> Vec<u8> {
        HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    /// `ipmitool -C 3` and `ipmi_sim`, from a capture, without the headers. Its tags are all 0.
    #[test]
    fn a_session_that_ipmitool_opened() {
        let login = Login::new("admin", &Secret::new("secret-pass".to_owned()), None).unwrap();
        let random = hex("ac941a96a1ddf622bf9b88378bb36006").try_into().unwrap();
        let level = Privilege::Administrator;
        let mut handshake = Handshake::new(&login, Suite::Sha1, level, 0xa0a2_a3a4, random);
        let asked = hex("00000000a4a3a2a0000000080100000001000008010000000200000801000000");
        assert_eq!(handshake.open_request()[2..], asked[2..]);
        handshake.tag = 0;
        let answer =
            hex("00000000a4a3a2a002000000000000080100000001000008010000000200000801000000");
        assert_eq!(handshake.opened(&answer), Ok(true));
        let first = "0000000002000000ac941a96a1ddf622bf9b88378bb360061400000561646d696e";
        assert_eq!(handshake.rakp1()[1..], hex(first)[1..]);
        handshake.tag = 0;
        let second = "00000000a4a3a2a064d925d5f892586b846675fbcbf5a21ea123456789abcdefa123456789abcdef\
                      ead81e01445599685af46c3f92aeb725f87a4cc0";
        assert_eq!(handshake.rakp2(&hex(second)), Ok(true));
        let third = "0000000002000000b2218153b89b700d89fe1929d43748df96d16244";
        assert_eq!(handshake.rakp3()[1..], hex(third)[1..]);
        handshake.tag = 0;
        let fourth = "00000000a4a3a2a0b164d576f9a17d77738993ee";
        let mut session = handshake.rakp4(&hex(fourth)).unwrap().unwrap();
        let packet = "06c0a4a3a2a0010000002000e77482ac0e5d65d8754405423606dd6af77c5f143edb9c3dad5075497b015aa5\
                      ffff0207dbd3b4d3dfc80118be8fe89f";
        let reply = LanReply::decode(&session.open(&hex(packet)).unwrap().payload).unwrap();
        assert_eq!((reply.command, reply.code, &*reply.data), (0x3b, 0, &[4][..]));
    }
}
