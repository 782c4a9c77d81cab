//! The power of a thousand machines: signing in to each BMC, asking, signing out. On the other side are OpenIPMI's `ipmi_sim`s,
//! a process for each BMC.
//!
//! `ipmi-fleet-ipmitool`: as many `ipmitool` at once as it is fastest with. `ipmi-fleet-freeipmi`: one `ipmipower` over ranges
//! of hosts, which asks all of them at once. Everybody signs in as an administrator with cipher suite 3 and has its usual
//! patience; a machine that does not answer fails the figure. freeipmi is told to mend a mistake of `ipmi_sim`, which names
//! no privilege when a session is opened. The app's own list of many machines asks more of each: what it is, and its sensors.

use super::{
    ROUNDS,
    figure::{Better, Figure},
    runs,
};
use crate::Error;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use patchbay_device_ipmi::{Bmcs, Login, Options, Suite};
use patchbay_model::Secret;
use patchbay_testkit::{IpmiFleet, IpmiSim};
use std::{io::Write as _, net::SocketAddr, time::Instant};

pub(crate) const NAMES: &[&str] = &["ipmi-fleet-ipmitool", "ipmi-fleet-freeipmi"];

const MACHINES: usize = 1000;
/// As many as the app asks at once.
const AT_ONCE: usize = 32;
/// What is tried for the peer, which starts a process for each machine.
const PROCESSES: [usize; 3] = [4, 16, 64];

pub(crate) async fn take(name: &str) -> Result<Vec<Figure>, Error> {
    let fleet = IpmiFleet::start(MACHINES).await?;
    let mut figures = Vec::new();
    for figure in NAMES.iter().filter(|figure| figure.contains(name)) {
        figures.push(match *figure {
            "ipmi-fleet-ipmitool" => beside_ipmitool(&fleet).await?,
            _ => beside_freeipmi(&fleet).await?,
        });
    }
    Ok(figures)
}

async fn beside_ipmitool(fleet: &IpmiFleet) -> Result<Figure, Error> {
    let best =
        runs::fastest(&PROCESSES, async |processes| ipmitool(fleet, processes).await).await?;
    let (mut ours, mut peers) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        ours.push(asked(fleet).await?);
        peers.push(ipmitool(fleet, best).await?);
    }
    let (name, unit, better, peer) = ("ipmi-fleet-ipmitool", "s", Better::Lower, "ipmitool");
    Ok(Figure { name, unit, better, ours, peer, peers })
}

async fn beside_freeipmi(fleet: &IpmiFleet) -> Result<Figure, Error> {
    let (mut ours, mut peers) = (vec![], vec![]);
    for _ in 0..3 * ROUNDS {
        ours.push(asked(fleet).await?);
        peers.push(ipmipower(fleet).await?);
    }
    let (name, unit, better, peer) = ("ipmi-fleet-freeipmi", "s", Better::Lower, "ipmipower");
    Ok(Figure { name, unit, better, ours, peer, peers })
}

/// Seconds until ours has asked all of them, from a new socket on.
async fn asked(fleet: &IpmiFleet) -> Result<f64, Error> {
    let begin = Instant::now();
    let bmcs = Bmcs::new()?;
    let password = &Secret::new(IpmiSim::PASSWORD.to_owned());
    let options = Options { suite: Some(Suite::Sha1), ..Options::default() };
    let one = async |address: &SocketAddr| {
        let login = Login::new(IpmiSim::USER, password, None)?;
        let on = bmcs.bmc(*address, login, options).chassis().await?.on;
        Ok::<_, Error>(on)
    };
    let asked = stream::iter(fleet.addresses()).map(one).buffer_unordered(AT_ONCE);
    let on: Vec<bool> = asked.try_collect().await?;
    let elapsed = begin.elapsed().as_secs_f64();
    complete("ours", on.iter().filter(|on| !**on).count())?;
    Ok(elapsed)
}

async fn ipmitool(fleet: &IpmiFleet, processes: usize) -> Result<f64, Error> {
    let port = fleet.addresses().first().ok_or("no machines")?.port().to_string();
    let (user, password) = (IpmiSim::USER, IpmiSim::PASSWORD);
    let who = ["ipmitool", "-I", "lanplus", "-C", "3", "-U", user, "-P", password, "-p", &port];
    let line = [&who[..], &["-H", "@", "chassis", "power", "status"]].concat();
    let hosts: Vec<String> = fleet.addresses().iter().map(|at| at.ip().to_string()).collect();
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(hosts.join("\n").as_bytes())?;
    let ran = runs::each(processes, &["-I", "@"], &line, file.path()).await?;
    complete("ipmitool", ran.said.lines().filter(|line| *line == "Chassis Power is off").count())?;
    Ok(ran.whole)
}

async fn ipmipower(fleet: &IpmiFleet) -> Result<f64, Error> {
    let hosts = fleet.host_ranges();
    let who = ["--username", IpmiSim::USER, "--password", IpmiSim::PASSWORD];
    let how = ["--driver-type", "LAN_2_0", "--cipher-suite-id", "3", "--privilege-level", "ADMIN"];
    let line =
        [&["ipmipower", "--stat", "-W", "opensesspriv", "--hostname", &hosts], &who[..], &how]
            .concat();
    let ran = runs::once(&line).await?;
    complete("ipmipower", ran.said.lines().filter(|line| line.ends_with(": off")).count())?;
    Ok(ran.whole)
}

fn complete(who: &str, off: usize) -> Result<(), Error> {
    if off == MACHINES { Ok(()) } else { Err(format!("{who} has asked {off} machines").into()) }
}
