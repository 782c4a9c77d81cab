//! Many BMCs at once: an `ipmi_sim` of its own for each, on addresses of their own and one port.

use super::LIMIT;
use crate::TestkitError;
use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{net::UdpSocket, time::timeout};

/// BMCs of one block of addresses.
const BLOCK: usize = 250;
/// "Presence ping" of ASF (section 13.2.3 of IPMI).
const PING: [u8; 12] = [6, 0, 0xff, 6, 0, 0, 0x11, 0xbe, 0x80, 1, 0, 0];
/// How long an answer to it is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// The BMCs of machines that are all off; they end when it is dropped. Each takes less than a MiB of memory, and answers out of
/// it: no program is asked for a machine's power.
///
/// Linux answers on all of 127.0.0.0/8, so that addresses of their own need no rights. Other systems have to be given them.
#[derive(Debug)]
pub struct IpmiFleet {
    addresses: Vec<SocketAddr>,
    // Not `Daemon`s: those look through all processes when they end, each of them.
    running: Vec<Child>,
    _dir: TempDir,
}

impl IpmiFleet {
    /// Starts so many, with the administrator of [`super::IpmiSim`].
    ///
    /// # Errors
    /// When one of them does not come up.
    pub async fn start(count: usize) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let write = |path: &Path, text: &str| {
            fs::write(path, text).map_err(|e| TestkitError::file("write a file", e))
        };
        let commands = dir.path().join("bmc.emu");
        write(&commands, &super::commands(&[]))?;
        let port = super::free_udp()?.port();
        let mut fleet = Self { addresses: addresses(count, port), running: Vec::new(), _dir: dir };
        for (number, address) in fleet.addresses.iter().enumerate() {
            let home = fleet._dir.path().join(number.to_string());
            fs::create_dir_all(home.join("state"))
                .map_err(|e| TestkitError::file("make a folder", e))?;
            write(&home.join("lan.conf"), &super::lan_conf(*address, ""))?;
            let mut command = Command::new("ipmi_sim");
            command.arg("-c").arg(home.join("lan.conf")).arg("-f").arg(&commands);
            command.arg("-s").arg(home.join("state")).arg("-n");
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let started = command.spawn().map_err(|e| TestkitError::start("ipmi_sim", e))?;
            fleet.running.push(started);
        }
        fleet.ready().await?;
        Ok(fleet)
    }

    /// Waits until all of them answer a ping. Trying whether a port is taken would take it from them.
    async fn ready(&mut self) -> Result<(), TestkitError> {
        let end = Instant::now() + LIMIT;
        for (address, child) in self.addresses.iter().zip(&mut self.running) {
            while !answers(*address).await.unwrap_or(false) {
                if let Ok(Some(status)) = child.try_wait() {
                    return Err(TestkitError::failed("ipmi_sim", status));
                }
                if Instant::now() > end {
                    return Err(TestkitError::waited("ipmi_sim"));
                }
            }
        }
        Ok(())
    }

    /// Where they answer.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The same as freeipmi's programs write ranges of hosts.
    #[must_use]
    pub fn host_ranges(&self) -> String {
        let blocks = self.addresses.chunks(BLOCK).enumerate();
        let ranges = blocks.filter_map(|(number, block)| {
            let port = block.first()?.port();
            Some(format!("127.1.{number}.[1-{}]:{port}", block.len()))
        });
        ranges.collect::<Vec<_>>().join(",")
    }
}

impl Drop for IpmiFleet {
    fn drop(&mut self) {
        for child in &mut self.running {
            let _ = child.kill();
        }
        for child in &mut self.running {
            let _ = child.wait();
        }
    }
}

/// Whether something there answers a ping of RMCP; an error when nobody listens.
async fn answers(address: SocketAddr) -> io::Result<bool> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
    socket.connect(address).await?;
    socket.send(&PING).await?;
    let answer = timeout(PATIENCE, socket.recv(&mut [0; 64])).await;
    if matches!(answer, Ok(Err(_))) {
        // Refused at once: it has not come so far yet.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(matches!(answer, Ok(Ok(_))))
}

fn addresses(count: usize, port: u16) -> Vec<SocketAddr> {
    let byte = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
    let address =
        |number: usize| Ipv4Addr::new(127, 1, byte(number / BLOCK), byte(number % BLOCK + 1));
    (0..count).map(|number| (address(number), port).into()).collect()
}
