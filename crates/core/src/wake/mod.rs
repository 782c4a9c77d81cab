//! Wake-on-LAN.
//!
//! Deliberately absent: waiting until the machine is up; that is a status check.

mod packet;

pub use packet::parse_mac;

use crate::{Authorized, Core, CoreError, Right};
use patchbay_model::{ApiError, ErrorCode, NodeId};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::UdpSocket;

/// Waking machines up.
#[derive(Clone, Copy, Debug)]
pub struct Wake<'a>(pub(crate) &'a Core);

impl Wake<'_> {
    /// Sends a magic packet for each machine to every network this computer is in.
    pub async fn wake(&self, ids: &Authorized<Vec<NodeId>>) -> Result<(), CoreError> {
        let mut macs = Vec::new();
        for id in ids.get() {
            let entry = self.0.tree().entry(&Authorized::new(*id, Right::Use))?;
            macs.push((
                entry.draft.name.clone(),
                hardware_address(&entry.draft.name, entry.draft.mac.as_deref())?,
            ));
        }
        for (name, mac) in macs {
            send(mac, &packet::broadcasts()).await.map_err(|error| {
                let message = format!("The wake-up packet for {name} could not be sent: {error}.");
                Box::new(
                    ApiError::new(ErrorCode::Unreachable, message)
                        .next("Check the network of this computer.")
                        .retry(),
                )
            })?;
        }
        Ok(())
    }
}

fn hardware_address(name: &str, mac: Option<&str>) -> Result<[u8; 6], CoreError> {
    let Some(text) = mac.filter(|text| !text.trim().is_empty()) else {
        return Err(CoreError::invalid(
            "mac",
            format!("{name} has no hardware address, so it cannot be woken."),
            "Edit the machine and fill in its MAC address.",
        ));
    };
    packet::parse_mac(text).ok_or_else(|| {
        CoreError::invalid(
            "mac",
            format!("“{text}” of {name} is not a hardware address."),
            "Write it as aa:bb:cc:dd:ee:ff.",
        )
    })
}

/// Sends the packet to each address; one that takes it is enough, since not every interface is up.
async fn send(mac: [u8; 6], destinations: &[SocketAddr]) -> std::io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
    socket.set_broadcast(true)?;
    let packet = packet::magic(mac);
    let mut last = Ok(());
    let mut sent = false;
    for destination in destinations {
        match socket.send_to(&packet, destination).await {
            Ok(_) => sent = true,
            Err(error) => last = Err(error),
        }
    }
    if sent { Ok(()) } else { last }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::{hardware_address, packet, send};
    use patchbay_model::ApiError;
    use tokio::net::UdpSocket;

    #[tokio::test]
    async fn the_packet_arrives_although_another_destination_fails() {
        let receiver = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let nowhere = "[::1]:9".parse().unwrap();
        send([1, 2, 3, 4, 5, 6], &[nowhere, receiver.local_addr().unwrap()]).await.unwrap();
        let mut bytes = [0; 200];
        let (length, _) = receiver.recv_from(&mut bytes).await.unwrap();
        assert_eq!(bytes[..length], packet::magic([1, 2, 3, 4, 5, 6]));
        assert!(send([0; 6], &[nowhere]).await.is_err());
    }

    #[test]
    fn a_machine_without_an_address_is_named() {
        let error = ApiError::from(hardware_address("db-01", Some(" ")).unwrap_err());
        assert!(error.message.starts_with("db-01 has no hardware address"));
        assert_eq!(error.field.as_deref(), Some("mac"));
        assert!(hardware_address("db-01", Some("12:34")).is_err());
    }
}
