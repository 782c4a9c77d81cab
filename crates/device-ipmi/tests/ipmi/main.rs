//! Against `ipmi_sim`, a BMC that others wrote, with answers compared to those of `ipmitool`; and, for what it cannot do,
//! against a double of our own, which `ipmitool` signs in to as well.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod commands;
mod console;
mod double;
mod sign_in;
mod weather;

use patchbay_device_ipmi::{Bmc, Bmcs, Login, Options, Suite};
use patchbay_model::Secret;
use patchbay_testkit::IpmiSim;
use std::{net::SocketAddr, time::Duration};

/// An inventory with all areas and encodings.
const INVENTORY: &[u8] = include_bytes!("../../../fuzz/corpus/ipmi_fru/good-all");

async fn sim() -> IpmiSim {
    IpmiSim::start("cat", INVENTORY).await.unwrap()
}

fn login(user: &str, password: &str) -> Login {
    Login::new(user, &Secret::new(password.to_owned()), None).unwrap()
}

/// Cipher suite 3, the one that works of those `ipmi_sim` lists, and waits that suit machines that are slow and packets that are lost on purpose.
fn options() -> Options {
    Options {
        wait: Duration::from_millis(300),
        tries: 5,
        keep_alive: None,
        suite: Some(Suite::Sha1),
        ..Options::default()
    }
}

fn admin(address: SocketAddr) -> Bmc {
    let login = login(IpmiSim::USER, IpmiSim::PASSWORD);
    Bmcs::new().unwrap().bmc(address, login, options())
}
