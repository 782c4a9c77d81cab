//! SOCKS 5 (RFC 1928): what a program asks a dynamic tunnel for.
//!
//! Only CONNECT and only "no authentication": the port is on loopback unless the person said otherwise. Names go to the
//! machine as they are and are resolved there.

use super::Read;
use patchbay_model::TunnelEnd;
use russh::ChannelOpenFailure;
use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// A program asks at once; one that does not has something else in mind.
const LIMIT: Duration = Duration::from_secs(10);

const VERSION: u8 = 5;
const CONNECT: u8 = 1;
const NO_AUTHENTICATION: u8 = 0;
const NO_ACCEPTABLE_METHOD: u8 = 0xff;

/// Replies (RFC 1928 section 6).
pub(super) const SUCCEEDED: u8 = 0;
pub(crate) const GENERAL_FAILURE: u8 = 1;
const NOT_ALLOWED: u8 = 2;
const CONNECTION_REFUSED: u8 = 5;
const COMMAND_NOT_SUPPORTED: u8 = 7;
const ADDRESS_TYPE_NOT_SUPPORTED: u8 = 8;

/// Why a program gets no connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// It speaks something else.
    NotSocks,
    /// It does not offer to do without authentication.
    NoMethod,
    /// It asks for something other than CONNECT.
    Command,
    /// It gives an address of an unknown kind.
    AddressType,
    /// It names nothing, or something that is no name.
    Name,
}

impl Refused {
    const fn reply(self) -> Option<u8> {
        match self {
            Self::Command => Some(COMMAND_NOT_SUPPORTED),
            Self::AddressType => Some(ADDRESS_TYPE_NOT_SUPPORTED),
            Self::Name => Some(GENERAL_FAILURE),
            Self::NotSocks | Self::NoMethod => None,
        }
    }

    const fn reason(self) -> &'static str {
        match self {
            Self::NotSocks => "A program spoke something other than SOCKS 5.",
            Self::NoMethod => "A program insists on a SOCKS user name and password.",
            Self::Command => "A program asked by SOCKS for something other than a TCP connection.",
            Self::AddressType => "A program asked by SOCKS for an address of an unknown kind.",
            Self::Name => "A program asked by SOCKS for a name that is none.",
        }
    }
}

/// The methods a program offers (section 3): fine if "no authentication" is among them.
///
/// # Errors
/// Why not.
pub fn methods(bytes: &[u8]) -> Result<Read<()>, Refused> {
    let [version, count, offered @ ..] = bytes else {
        return match bytes.first() {
            Some(version) if *version != VERSION => Err(Refused::NotSocks),
            _ => Ok(Read::More(2 - bytes.len())),
        };
    };
    if *version != VERSION {
        return Err(Refused::NotSocks);
    }
    match usize::from(*count).checked_sub(offered.len()) {
        Some(0) if offered.contains(&NO_AUTHENTICATION) => Ok(Read::Done(())),
        Some(0) | None => Err(Refused::NoMethod),
        Some(more) => Ok(Read::More(more)),
    }
}

/// What a program wants (sections 4 and 5).
///
/// # Errors
/// Why it does not get it.
pub fn request(bytes: &[u8]) -> Result<Read<TunnelEnd>, Refused> {
    // The first byte of a name is its length, so five are always there.
    let [version, command, _, kind, first, rest @ ..] = bytes else {
        return match bytes.first() {
            Some(version) if *version != VERSION => Err(Refused::NotSocks),
            _ => Ok(Read::More(5 - bytes.len())),
        };
    };
    if *version != VERSION {
        return Err(Refused::NotSocks);
    }
    let length = match kind {
        1 => 4 - 1,
        3 => usize::from(*first),
        4 => 16 - 1,
        _ => return Err(Refused::AddressType),
    };
    let Some((address, port)) = rest.split_at_checked(length) else {
        return Ok(Read::More(length + 2 - rest.len()));
    };
    let Ok(port) = <[u8; 2]>::try_from(port) else {
        return Ok(Read::More(2 - port.len().min(1)));
    };
    if *command != CONNECT {
        return Err(Refused::Command);
    }
    let address = match kind {
        3 => name(address)?,
        _ => ip(*first, address).ok_or(Refused::AddressType)?,
    };
    Ok(Read::Done(TunnelEnd::Port { address, port: u16::from_be_bytes(port) }))
}

fn ip(first: u8, rest: &[u8]) -> Option<String> {
    let bytes: Vec<u8> = std::iter::once(first).chain(rest.iter().copied()).collect();
    if let Ok(v4) = <[u8; 4]>::try_from(bytes.as_slice()) {
        return Some(Ipv4Addr::from(v4).to_string());
    }
    <[u8; 16]>::try_from(bytes.as_slice()).ok().map(|v6| Ipv6Addr::from(v6).to_string())
}

/// What no resolver could make sense of goes no further: the name is put into messages and logs on both sides.
fn name(bytes: &[u8]) -> Result<String, Refused> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refused::Name)?;
    let fits = |c: char| !c.is_control() && !c.is_whitespace();
    if text.is_empty() || !text.chars().all(fits) {
        return Err(Refused::Name);
    }
    Ok(text.to_owned())
}

/// Talks to the program up to the point where it says what it wants; a sentence about what was wrong if it gets nothing.
pub(super) async fn asked(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
) -> Result<TunnelEnd, String> {
    let talk = async {
        match read(stream, methods).await? {
            Ok(()) => stream.write_all(&[VERSION, NO_AUTHENTICATION]).await?,
            Err(refused) => {
                if refused == Refused::NoMethod {
                    stream.write_all(&[VERSION, NO_ACCEPTABLE_METHOD]).await?;
                }
                return Ok(Err(refused));
            }
        }
        let wanted = read(stream, request).await?;
        if let Err(code) = wanted.as_ref().map_err(|refused| refused.reply())
            && let Some(code) = code
        {
            answer(stream, code).await?;
        }
        Ok::<_, io::Error>(wanted)
    };
    match timeout(LIMIT, talk).await {
        Ok(Ok(Ok(to))) => Ok(to),
        Ok(Ok(Err(refused))) => Err(refused.reason().to_owned()),
        Ok(Err(error)) => {
            Err(format!("A program hung up before it asked for anything ({}).", error.kind()))
        }
        Err(_) => Err("A program connected and asked for nothing.".to_owned()),
    }
}

/// Reads not a byte further than the message: what follows belongs to the connection.
async fn read<T>(
    stream: &mut (impl AsyncRead + Unpin),
    decode: impl Fn(&[u8]) -> Result<Read<T>, Refused>,
) -> io::Result<Result<T, Refused>> {
    let mut bytes = Vec::new();
    loop {
        match decode(&bytes) {
            Ok(Read::Done(done)) => return Ok(Ok(done)),
            Err(refused) => return Ok(Err(refused)),
            Ok(Read::More(more)) => {
                let from = bytes.len();
                bytes.resize(from + more.max(1), 0);
                stream.read_exact(bytes.get_mut(from..).unwrap_or_default()).await?;
            }
        }
    }
}

/// Replies; the bound address, which we do not know, is all zeros as OpenSSH has it.
pub(super) async fn answer(stream: &mut (impl AsyncWrite + Unpin), code: u8) -> io::Result<()> {
    stream.write_all(&[VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0]).await
}

pub(super) const fn reply_for(failure: &ChannelOpenFailure) -> u8 {
    match failure {
        ChannelOpenFailure::AdministrativelyProhibited => NOT_ALLOWED,
        ChannelOpenFailure::ConnectFailed => CONNECTION_REFUSED,
        _ => GENERAL_FAILURE,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn port(address: &str, port: u16) -> Read<TunnelEnd> {
        Read::Done(TunnelEnd::Port { address: address.into(), port })
    }

    #[test]
    fn methods_are_read_to_the_byte() {
        assert_eq!(methods(&[]), Ok(Read::More(2)));
        assert_eq!(methods(&[5]), Ok(Read::More(1)));
        assert_eq!(methods(&[5, 2]), Ok(Read::More(2)));
        assert_eq!(methods(&[5, 2, 2, 0]), Ok(Read::Done(())));
        assert_eq!(methods(&[5, 1, 2]), Err(Refused::NoMethod));
        assert_eq!(methods(&[5, 0]), Err(Refused::NoMethod));
        assert_eq!(methods(&[4]), Err(Refused::NotSocks));
        assert_eq!(methods(b"GET /"), Err(Refused::NotSocks));
    }

    #[test]
    fn each_kind_of_address_and_every_prefix_of_it() {
        let v6 = [&[5, 1, 0, 4][..], &[0; 15], &[1, 0x1f, 0x90]].concat();
        let named = [&[5, 1, 0, 3, 11][..], b"example.com", &[0, 80]].concat();
        for (bytes, wanted) in [
            (vec![5, 1, 0, 1, 10, 0, 0, 7, 0, 22], port("10.0.0.7", 22)),
            (v6, port("::1", 8080)),
            (named, port("example.com", 80)),
        ] {
            assert_eq!(request(&bytes), Ok(wanted));
            for end in 0..bytes.len() {
                let Ok(Read::More(more)) = request(&bytes[..end]) else { unreachable!("{end}") };
                assert!(more > 0 && end + more <= bytes.len(), "{end}: {more}");
            }
        }
    }

    #[test]
    fn what_is_not_done() {
        assert_eq!(request(&[5, 2, 0, 1, 1, 2, 3, 4, 0, 1]), Err(Refused::Command));
        assert_eq!(request(&[5, 3, 0, 1, 1, 2, 3, 4, 0, 1]), Err(Refused::Command));
        assert_eq!(request(&[5, 1, 0, 9, 0]), Err(Refused::AddressType));
        assert_eq!(request(&[5, 1, 0, 3, 0, 0, 80]), Err(Refused::Name));
        assert_eq!(request(&[5, 1, 0, 3, 2, b'a', b'\n', 0, 80]), Err(Refused::Name));
        assert_eq!(request(&[5, 1, 0, 3, 1, 0xff, 0, 80]), Err(Refused::Name));
    }
}
