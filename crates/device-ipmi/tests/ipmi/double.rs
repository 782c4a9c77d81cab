//! A double of our own, for what no BMC at hand can do: cipher suites 17 and 8, and a limit of privilege that is kept.
//! `ipmitool` signs in to it with both suites, so that it is not only our own reading of the specification that agrees.

use super::{login, options};
use hmac::{Hmac, KeyInit, Mac};
use patchbay_device_ipmi::{
    Bmcs, IpmiError, Options, PayloadType, Privilege, Session20, Suite, plain_packet,
};
use patchbay_testkit::ipmi_or_skip;
use std::net::SocketAddr;
use tokio::net::UdpSocket;

const PASSWORD: &[u8] = b"secret";
const OURS: u32 = 0x1122_3344;
const RANDOM: [u8; 16] = [5; 16];
const GUID: [u8; 16] = [6; 16];

fn mac(suite: Suite, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    fn of<M: Mac + KeyInit>(key: &[u8], data: &[u8]) -> Vec<u8> {
        let mut mac = <M as KeyInit>::new_from_slice(key).unwrap();
        mac.update(data);
        mac.finalize().into_bytes().to_vec()
    }
    let data = parts.concat();
    match suite {
        Suite::Sha256 => of::<Hmac<sha2::Sha256>>(key, &data),
        Suite::Md5 => of::<Hmac<md5::Md5>>(key, &data),
        _ => of::<Hmac<sha1::Sha1>>(key, &data),
    }
}

fn reply(request: &[u8], code: u8, data: &[u8]) -> Vec<u8> {
    let sum = |bytes: &[u8]| bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte));
    let head = [0x81, request[1] + 4];
    let mut body = vec![0x20, request[4], request[5], code];
    body.extend_from_slice(data);
    body.push(sum(&body));
    [&head[..], &[sum(&head)], &body].concat()
}

struct DoubleBmc {
    suite: Suite,
    most: Privilege,
    theirs: u32,
    rakp1: Vec<u8>,
    session: Option<Session20>,
}

impl DoubleBmc {
    async fn start(suite: Suite, most: Privilege) -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let mut bmc = Self { suite, most, theirs: 0, rakp1: Vec::new(), session: None };
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            loop {
                let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
                if let Some(answer) = bmc.answer(&buffer[4..length]) {
                    socket.send_to(&answer, from).await.unwrap();
                }
            }
        });
        address
    }

    fn answer(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        if packet[0] == 0 {
            return Some(plain_packet(&self.command(&packet[10..])));
        }
        let message = &packet[12..];
        let (kind, message) = match packet[1] {
            0x10 => (0x11, self.open(message)),
            0x12 => (0x13, self.rakp2(message)),
            0x14 => (0x15, self.rakp4(message)?),
            _ => {
                let request = self.session.as_mut()?.open(packet).ok()?.payload;
                let answer = self.command(&request);
                return self.session.as_mut()?.seal(PayloadType::Ipmi, &answer, [8; 16]).ok();
            }
        };
        let mut bytes = vec![6, 0, 0xff, 7, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend_from_slice(&u16::try_from(message.len()).unwrap().to_le_bytes());
        Some([bytes, message].concat())
    }

    fn command(&self, request: &[u8]) -> Vec<u8> {
        let [auth, integrity, confidentiality] = self.suite.algorithms();
        match (request[1] >> 2, request[5]) {
            (6, 0x38) => reply(request, 0, &[1, 0x84, 4, 3, 0, 0, 0, 0]),
            (6, 0x54) => {
                let record =
                    [0xc0, self.suite.number(), auth, 0x40 | integrity, 0x80 | confidentiality];
                reply(request, 0, &[&[1], &record[..]].concat())
            }
            (6, 0x3b) if request[6] > self.most.number() => reply(request, 0x81, &[]),
            (6, 0x3b) => reply(request, 0, &[request[6]]),
            (6, 0x01) => reply(request, 0, &[0, 1, 2, 0x34, 2, 0, 0, 0, 0, 0, 0]),
            // Every password is another.
            (6, 0x47) => reply(request, 0x80, &[]),
            (6, 0x3c) => reply(request, 0, &[]),
            (0, 0x01) => reply(request, 0, &[1, 0, 0]),
            _ => reply(request, 0xc1, &[]),
        }
    }

    fn open(&mut self, message: &[u8]) -> Vec<u8> {
        self.theirs = u32::from_le_bytes(message[4..8].try_into().unwrap());
        let asked = [message[12], message[20], message[28]];
        let status = if asked == self.suite.algorithms() { 0 } else { 0x11 };
        let head = [&[message[0], status, 4, 0], &message[4..8], &OURS.to_le_bytes()].concat();
        [&head[..], &message[8..32]].concat()
    }

    fn rakp2(&mut self, message: &[u8]) -> Vec<u8> {
        self.rakp1 = message.to_vec();
        let parts: [&[u8]; 6] = [
            &self.theirs.to_le_bytes(),
            &OURS.to_le_bytes(),
            &message[8..24],
            &RANDOM,
            &GUID,
            &[&message[24..25], &message[27..]].concat(),
        ];
        let code = mac(self.suite, PASSWORD, &parts);
        let theirs = self.theirs.to_le_bytes();
        [&[message[0], 0, 0, 0], &theirs[..], &RANDOM, &GUID, &code].concat()
    }

    fn rakp4(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        let role_and_name = [self.rakp1.get(24..25)?, &self.rakp1[27..]].concat();
        let theirs = self.theirs.to_le_bytes();
        let proof = mac(self.suite, PASSWORD, &[&RANDOM, &theirs, &role_and_name]);
        if proof != message[8..] {
            return Some([&[message[0], 0x0f, 0, 0], &theirs[..]].concat());
        }
        let random = &self.rakp1[8..24];
        let key = mac(self.suite, PASSWORD, &[random, &RANDOM, &role_and_name]);
        self.session = Some(Session20::of_key(self.suite, OURS, self.theirs, &key));
        let code = mac(self.suite, &key, &[random, &OURS.to_le_bytes(), &GUID]);
        let code = &code[..self.suite.proof()];
        Some([&[message[0], 0, 0, 0], &theirs[..], code].concat())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn suites_17_and_8_as_ipmitool_speaks_them() {
    if !ipmi_or_skip("suites_17_and_8_as_ipmitool_speaks_them") {
        return;
    }
    for suite in [Suite::Sha256, Suite::Md5, Suite::Sha1] {
        let address = DoubleBmc::start(suite, Privilege::Administrator).await;
        let port = address.port().to_string();
        let mut ipmitool = tokio::process::Command::new("ipmitool");
        ipmitool.args(["-I", "lanplus", "-H", "127.0.0.1", "-U", "admin", "-P", "secret"]);
        ipmitool.args(["-C", &suite.number().to_string(), "-p", &port, "power", "status"]);
        let output = ipmitool.output().await.unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(printed.trim(), "Chassis Power is on", "{suite:?}: {output:?}");
        let best = Options { suite: None, ..options() };
        let bmc = Bmcs::new().unwrap().bmc(address, login("admin", "secret"), best);
        assert!(bmc.chassis().await.unwrap().on, "{suite:?}");
        let wrong = Bmcs::new().unwrap().bmc(address, login("admin", "wrong"), best);
        assert_eq!(wrong.info().await, Err(IpmiError::WrongPassword), "{suite:?}");
    }
}

#[tokio::test]
async fn a_limit_of_privilege_and_a_suite_that_is_not_there() {
    let address = DoubleBmc::start(Suite::Sha1, Privilege::Operator).await;
    let bmcs = Bmcs::new().unwrap();
    let refused = bmcs.bmc(address, login("admin", "secret"), options()).info().await;
    assert_eq!(refused, Err(IpmiError::Privilege(Privilege::Administrator)));
    let operator = Options { privilege: Privilege::Operator, ..options() };
    let bmc = bmcs.bmc(address, login("admin", "secret"), operator);
    bmc.info().await.unwrap();
    let password = patchbay_model::Secret::new("another".to_owned());
    assert_eq!(bmc.test_password(3, &password).await, Ok(false));
    let other = Options { suite: Some(Suite::Sha256), ..operator };
    let refused = bmcs.bmc(address, login("admin", "secret"), other).info().await;
    assert!(matches!(refused, Err(IpmiError::NoSuite(_))), "{refused:?}");
}
