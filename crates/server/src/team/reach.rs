//! Which addresses the server dials for its members.
//!
//! It stands in a place that they do not: what only it can reach, its own loopback or the metadata service of its host, is not
//! for them unless it is allowed. Asked after a name was resolved.

use ipnet::IpNet;
use patchbay_core::Reach;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A reach that leaves out what is refused, and what is special unless it is allowed.
#[must_use]
pub fn reach(allowed: Vec<IpNet>, refused: Vec<IpNet>) -> Reach {
    Reach::only(move |address| {
        let among = |list: &[IpNet]| list.iter().any(|net| net.contains(&address));
        !among(&refused) && (among(&allowed) || !is_special(address))
    })
}

/// Nothing that a person wants to reach from elsewhere: this host, its link, groups of hosts.
fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_loopback()
                || v4.is_unspecified()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast()
                // "This network" (RFC 1122 section 3.2.1.3) leads to the host itself on some systems.
                || v4.octets().first() == Some(&0)
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_unicast_link_local()
                || v6.is_multicast()
                || leads_to(v6).is_some_and(|v4| is_special(v4.into()))
                // The metadata service of a large host, by its IPv6 address.
                || v6 == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
        }
    }
}

/// The IPv4 address that a translating one leads to: NAT64 (RFC 6052), 6to4 (RFC 3056) or compatible (RFC 4291 section 2.5.5.1).
fn leads_to(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0, 0, 0, 0, 0, 0, high, low] => {
            Some(v4(high, low))
        }
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_only_the_server_can_reach_is_refused_however_it_is_written() {
        let plain = reach(Vec::new(), Vec::new());
        for refused in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:a9fe:a9fe::1",
            "::127.0.0.1",
            "fd00:ec2::254",
        ] {
            assert!(!plain.allows(refused.parse().unwrap()), "{refused}");
        }
        for allowed in ["192.0.2.1", "10.0.0.1", "2001:db8::1", "fd12::1", "64:ff9b::c000:201"] {
            assert!(plain.allows(allowed.parse().unwrap()), "{allowed}");
        }
    }

    #[test]
    fn operators_allow_and_refuse() {
        let chosen =
            reach(vec!["127.0.0.0/8".parse().unwrap()], vec!["10.0.0.0/8".parse().unwrap()]);
        assert!(chosen.allows("127.0.0.1".parse().unwrap()));
        assert!(chosen.allows("::ffff:127.0.0.1".parse().unwrap()));
        assert!(!chosen.allows("::1".parse().unwrap()));
        assert!(!chosen.allows("10.1.2.3".parse().unwrap()));
    }
}
