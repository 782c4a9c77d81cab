//! Signing in.

use super::{admin, login, options, sim};
use patchbay_device_ipmi::{Bmcs, Insecure, IpmiError, Options, Versions};
use patchbay_testkit::{IpmiSim, ipmi_or_skip};
use std::{net::UdpSocket, time::Duration};

#[tokio::test]
async fn ping() {
    if !ipmi_or_skip("ping") {
        return;
    }
    let sim = sim().await;
    let bmcs = Bmcs::new().unwrap();
    assert_eq!(bmcs.ping(sim.address(), Duration::from_secs(10)).await, Ok(true));
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    let silent = bmcs.ping(address, Duration::from_millis(50)).await;
    assert_eq!(silent, Err(IpmiError::Silent));
}

#[tokio::test]
async fn who_is_not_known_or_has_another_password_is_told_so() {
    if !ipmi_or_skip("who_is_not_known_or_has_another_password_is_told_so") {
        return;
    }
    let sim = sim().await;
    let bmcs = Bmcs::new().unwrap();
    let wrong = bmcs.bmc(sim.address(), login(IpmiSim::USER, "wrong"), options());
    assert_eq!(wrong.info().await, Err(IpmiError::WrongPassword));
    let nobody = bmcs.bmc(sim.address(), login("nobody", "x"), options());
    assert_eq!(nobody.info().await, Err(IpmiError::WrongUser));
    let anonymous = bmcs.bmc(sim.address(), login("", ""), options());
    assert!(matches!(anonymous.info().await, Err(IpmiError::NoSuite(_))));
}

#[tokio::test]
async fn version_1_5_is_spoken_where_it_must_be() {
    if !ipmi_or_skip("version_1_5_is_spoken_where_it_must_be") {
        return;
    }
    let sim = sim().await;
    let old = Options { versions: Versions::Only15, ..options() };
    let bmcs = Bmcs::new().unwrap();
    let bmc = bmcs.bmc(sim.address(), login(IpmiSim::USER, IpmiSim::PASSWORD), old);
    assert_eq!(bmc.info().await.unwrap(), admin(sim.address()).info().await.unwrap());
    bmc.power(patchbay_device_ipmi::Power::On).await.unwrap();
    assert!(bmc.chassis().await.unwrap().on && sim.on());
    let quick = Options { wait: Duration::from_millis(50), tries: 2, ..old };
    let wrong = bmcs.bmc(sim.address(), login(IpmiSim::USER, "wrong"), quick);
    assert_eq!(wrong.info().await, Err(IpmiError::WrongPassword));
    let nobody = bmcs.bmc(sim.address(), login("nobody", "x"), old);
    assert_eq!(nobody.info().await, Err(IpmiError::WrongUser));
}

#[tokio::test]
async fn nothing_is_done_without_protection_unless_somebody_says_so() {
    if !ipmi_or_skip("nothing_is_done_without_protection_unless_somebody_says_so") {
        return;
    }
    let sim = sim().await;
    let bmcs = Bmcs::new().unwrap();
    let insecure = Insecure { anonymous: true, ..Insecure::default() };
    let user = Options { insecure, privilege: patchbay_device_ipmi::Privilege::User, ..options() };
    let bmc = bmcs.bmc(sim.address(), login("", ""), user);
    bmc.info().await.unwrap();
}

#[tokio::test]
async fn many_bmcs_share_a_socket() {
    if !ipmi_or_skip("many_bmcs_share_a_socket") {
        return;
    }
    let (one, two) = (sim().await, sim().await);
    let bmcs = Bmcs::new().unwrap();
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap();
    let bmc = |address| bmcs.bmc(address, login(IpmiSim::USER, IpmiSim::PASSWORD), options());
    let dead = bmc(nobody.local_addr().unwrap());
    let dead = tokio::spawn(async move { dead.info().await });
    let (first, second) = (bmc(one.address()), bmc(two.address()));
    first.power(patchbay_device_ipmi::Power::On).await.unwrap();
    let again = bmc(one.address());
    let (a, b, c) = tokio::join!(first.chassis(), second.chassis(), again.chassis());
    assert_eq!((a.unwrap().on, b.unwrap().on, c.unwrap().on), (true, false, true));
    assert_eq!(dead.await.unwrap(), Err(IpmiError::Silent));
}
