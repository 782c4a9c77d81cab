//! Where a server is, as people type it or as a link says it.

use hyper::Uri;
use patchbay_model::Secret;
use std::{fmt, net::IpAddr, str::FromStr};

/// Of HTTPS.
const PORT: u16 = 443;
/// A longer one is no address.
const LONGEST: usize = 2_048;

/// A server's host and port.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Address {
    /// A name, or an IP address without brackets.
    host: String,
    port: u16,
}

/// An address, with what a link says besides.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where.
    pub address: Address,
    /// What is behind `#` of a link that lets somebody join.
    pub token: Option<Secret<String>>,
}

impl Address {
    /// What to dial.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What to dial.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// As it stands in `Host`.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = match self.host.parse::<IpAddr>() {
            Ok(IpAddr::V6(address)) => format!("[{address}]"),
            _ => self.host.clone(),
        };
        if self.port == PORT { host } else { format!("{host}:{}", self.port) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.authority())
    }
}

impl Place {
    /// Reads `host`, `host:port`, `https://…`, or a whole link.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Err("An address is needed.");
        }
        if text.len() > LONGEST {
            return Err("That is too long for an address.");
        }
        let (place, token) = match text.split_once('#') {
            Some((place, token)) => (place, Some(token)),
            None => (text, None),
        };
        let rest = match place.split_once("://") {
            None => place,
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => rest,
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => {
                return Err("A team server is reached by https:// and not by http://.");
            }
            Some(_) => return Err("The address of a team server begins with https://."),
        };
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let address = authority.parse()?;
        let token = token.filter(|token| !token.is_empty());
        Ok(Self { address, token: token.map(|token| Secret::new(token.to_owned())) })
    }
}

impl FromStr for Address {
    type Err = &'static str;

    /// Reads `host` or `host:port`, where an IPv6 address with a port is in brackets.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "That is no address: give a name such as team.example.org, with :port if it is not 443.";
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self { host: address.to_string(), port: PORT });
        }
        let uri: Uri = format!("https://{text}/").parse().map_err(|_| WRONG)?;
        let authority = uri.authority().ok_or(WRONG)?;
        // What is before `@` would be mistaken for the server by whoever reads it.
        if authority.as_str() != text || text.contains('@') {
            return Err(WRONG);
        }
        let port = match text.strip_prefix(authority.host()) {
            Some("") => PORT,
            Some(port) => port
                .strip_prefix(':')
                .and_then(|port| port.parse().ok())
                .filter(|port| *port != 0)
                .ok_or(WRONG)?,
            None => return Err(WRONG),
        };
        let host = authority.host().trim_matches(['[', ']']).to_ascii_lowercase();
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(Self { host: address.to_string(), port });
        }
        let named = !host.is_empty()
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        if named { Ok(Self { host, port }) } else { Err(WRONG) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Result<(String, Option<String>), &'static str> {
        let place = Place::read(text)?;
        let token = place.token.map(|token| token.expose_secret().clone());
        Ok((place.address.to_string(), token))
    }

    #[test]
    fn an_address_is_read_however_it_is_typed() {
        let plain = |address: &str| Ok((address.to_owned(), None));
        assert_eq!(read(" Team.Example.org "), plain("https://team.example.org"));
        assert_eq!(read("team.example.org:8443"), plain("https://team.example.org:8443"));
        assert_eq!(read("HTTPS://team.example.org:443/"), plain("https://team.example.org"));
        assert_eq!(read("192.0.2.7"), plain("https://192.0.2.7"));
        assert_eq!(read("[2001:db8::7]:8443"), plain("https://[2001:db8::7]:8443"));
        assert_eq!(read("2001:db8::7"), plain("https://[2001:db8::7]"));
        let joined = ("https://team.example.org".to_owned(), Some("pbi_abc".to_owned()));
        assert_eq!(read("https://team.example.org/join#pbi_abc"), Ok(joined));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in [
            "",
            " ",
            "http://a",
            "ftp://a",
            "https://",
            "a b",
            "a:0",
            "a:70000",
            "a:",
            "https://me@elsewhere.example",
            "a\nb",
            "[::1",
            "é.example",
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
        assert!(read(&"x".repeat(3_000)).is_err());
    }
}
