//! The magic packet, and where to send it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The discard port, which Wake-on-LAN uses by custom.
const PORT: u16 = 9;

/// Six bytes of ones, then the hardware address sixteen times.
pub(super) fn magic(mac: [u8; 6]) -> [u8; 102] {
    let mut packet = [0xff; 102];
    for (at, byte) in packet.iter_mut().enumerate().skip(6) {
        *byte = mac.get(at % 6).copied().unwrap_or_default();
    }
    packet
}

/// A hardware address: twelve hexadecimal digits, in pairs with `:` or `-`, in fours with `.`, or in one piece.
#[must_use]
pub fn parse_mac(text: &str) -> Option<[u8; 6]> {
    let text = text.trim();
    let separators = text.chars().filter(|c| !c.is_ascii_hexdigit()).collect::<String>();
    let step = match separators.as_str() {
        "" => 12,
        ":::::" | "-----" => 2,
        ".." => 4,
        _ => return None,
    };
    let groups: Vec<&str> = text.split([':', '-', '.']).collect();
    if groups.iter().any(|group| group.len() != step) {
        return None;
    }
    let digits = groups.concat();
    u64::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 12).map(|number| {
        let [_, _, mac @ ..] = number.to_be_bytes();
        mac
    })
}

/// Everybody on this network, and everybody on each network an interface is in: a router or a system with several
/// interfaces sends the first of these out of one only.
pub(super) fn broadcasts() -> Vec<SocketAddr> {
    let routes = std::fs::read_to_string("/proc/net/route").unwrap_or_default();
    let mut found = vec![Ipv4Addr::BROADCAST];
    for address in directed(&routes) {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found.into_iter().map(|address| SocketAddr::new(IpAddr::V4(address), PORT)).collect()
}

/// The directed broadcast addresses of Linux's routing table: networks without a gateway.
fn directed(routes: &str) -> Vec<Ipv4Addr> {
    let field = |text: &str| u32::from_str_radix(text, 16).ok().map(u32::swap_bytes);
    routes
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            let [interface, network, gateway, _, _, _, _, mask, ..] = fields.as_slice() else {
                return None;
            };
            let (network, gateway, mask) = (field(network)?, field(gateway)?, field(mask)?);
            // One of two addresses, or a single one, has no broadcast.
            let wide = mask != 0 && mask.count_zeros() > 1;
            (gateway == 0 && wide && *interface != "lo").then(|| Ipv4Addr::from(network | !mask))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::{directed, magic, parse_mac};
    use std::net::Ipv4Addr;

    const MAC: [u8; 6] = [0xaa, 0xbb, 0xcc, 0x00, 0x11, 0xff];

    #[test]
    fn the_packet_is_six_ones_and_sixteen_addresses() {
        let packet = magic(MAC);
        assert_eq!(packet[..6], [0xff; 6]);
        assert!(packet[6..].chunks(6).all(|chunk| chunk == MAC));
        assert_eq!(packet[6..].chunks(6).count(), 16);
    }

    #[test]
    fn addresses_as_people_write_them() {
        for text in [
            "aa:bb:cc:00:11:ff",
            "AA-BB-CC-00-11-FF",
            "aabb.cc00.11ff",
            "aabbcc0011ff",
            " aa:bb:cc:00:11:ff ",
        ] {
            assert_eq!(parse_mac(text), Some(MAC), "{text}");
        }
        for text in [
            "",
            "aa:bb:cc:00:11",
            "aa:bb:cc:00:11:gg",
            "a:abb:cc:00:11:ff",
            "aa:bb-cc:00:11:ff",
            "+abbcc0011ff",
        ] {
            assert_eq!(parse_mac(text), None, "{text}");
        }
    }

    #[test]
    fn networks_of_the_routing_table() {
        let table = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
            eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
            eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n\
            wg0\t0100000A\t00000000\t0001\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n";
        assert_eq!(directed(table), [Ipv4Addr::new(172, 17, 255, 255)]);
    }
}
