//! What the BMC can be told.

use super::{admin, sim};
use patchbay_device_ipmi::{
    Bmcs, BootDevice, BootOverride, Identify, IpSource, IpmiError, Options, Power, Privilege,
    Request, SelEvent, UserAccess, Value,
};
use patchbay_model::Secret;
use patchbay_testkit::{IpmiSim, ipmi_or_skip};

/// The part of a line of `ipmitool`'s after its name and a colon.
fn field<'a>(text: &'a str, name: &str) -> &'a str {
    let line = text.lines().find(|line| line.trim_start().starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in {text}"));
    line.split_once(':').unwrap().1.trim()
}

#[tokio::test]
async fn power() {
    if !ipmi_or_skip("power") {
        return;
    }
    let sim = sim().await;
    let bmc = admin(sim.address());
    assert!(!bmc.chassis().await.unwrap().on);
    bmc.power(Power::On).await.unwrap();
    assert!(sim.on() && bmc.chassis().await.unwrap().on);
    assert_eq!(sim.ipmitool(&["power", "status"]).unwrap().trim(), "Chassis Power is on");
    bmc.power(Power::Off).await.unwrap();
    assert!(!sim.on() && !bmc.chassis().await.unwrap().on);
    bmc.identify(Identify::Seconds(5)).await.unwrap();
    bmc.power(Power::On).await.unwrap();
    bmc.power(Power::Reset).await.unwrap();
    let told = sim.told();
    for expected in ["set power 1", "set power 0", "set identify 5 0", "set reset"] {
        assert!(told.iter().any(|line| line.contains(expected)), "{expected}: {told:?}");
    }
}

#[tokio::test]
async fn boot_device() {
    if !ipmi_or_skip("boot_device") {
        return;
    }
    let sim = sim().await;
    let bmc = admin(sim.address());
    let boot = BootOverride { device: BootDevice::Pxe, persistent: false, uefi: false };
    bmc.set_boot_override(Some(boot)).await.unwrap();
    assert!(sim.told().iter().any(|line| line.contains("set boot pxe")), "{:?}", sim.told());
    let printed = sim.ipmitool(&["chassis", "bootparam", "get", "5"]).unwrap();
    let ours = bmc.boot_override().await.unwrap();
    assert_eq!(ours.is_some(), printed.contains("Boot Flag Valid"), "{ours:?} {printed}");
}

#[tokio::test]
async fn what_the_bmc_is() {
    if !ipmi_or_skip("what_the_bmc_is") {
        return;
    }
    let sim = sim().await;
    let bmc = admin(sim.address());
    let info = bmc.info().await.unwrap();
    let printed = sim.ipmitool(&["mc", "info"]).unwrap();
    assert_eq!(info.firmware, field(&printed, "Firmware Revision"));
    assert_eq!(info.ipmi, field(&printed, "IPMI Version"));
    assert_eq!(info.manufacturer.to_string(), field(&printed, "Manufacturer ID"));
    assert!(field(&printed, "Product ID").starts_with(&info.product.to_string()));
    assert_eq!(bmc.guid().await.unwrap().len(), 16);
    let raw = Request::raw(6, 1, &[]).unwrap();
    let ours: Vec<String> =
        bmc.raw(&raw).await.unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    let printed = sim.ipmitool(&["raw", "6", "1"]).unwrap();
    assert_eq!(ours, printed.split_whitespace().collect::<Vec<_>>());
    assert!(Request::raw(7, 1, &[]).is_err() && Request::raw(6, 1, &[0; 201]).is_err());
}

/// Numbers as `ipmitool` prints them: three digits, or `na`.
fn printed(value: Option<f64>) -> String {
    value.map_or("na".to_owned(), |value| format!("{value:.3}"))
}

#[tokio::test]
async fn sensors() {
    if !ipmi_or_skip("sensors") {
        return;
    }
    let sim = sim().await;
    let bmc = admin(sim.address());
    let table = sim.ipmitool(&["sensor", "list"]).unwrap();
    let sensors = bmc.sensors().await.unwrap();
    assert_eq!(sensors.len(), 4, "{table}");
    for sensor in &sensors {
        let row = table.lines().find(|line| line.starts_with(&sensor.0.name)).unwrap();
        let columns: Vec<_> = row.split('|').map(str::trim).collect();
        let reading = bmc.reading(sensor).await.unwrap();
        match reading.value {
            Value::Number(value) => assert_eq!(printed(Some(value)), columns[1], "{row}"),
            Value::States(states) => {
                assert_eq!(states, ["Drive Present", "Rebuild In Progress"], "{row}");
                continue;
            }
            Value::Absent => panic!("{row}"),
        }
        let at = bmc.thresholds(sensor).await.unwrap();
        let ours = [at.lower[2], at.lower[1], at.lower[0], at.upper[0], at.upper[1], at.upper[2]];
        assert_eq!(ours.map(printed), columns[4..10], "{row}");
        assert_eq!(reading.severity == 0, columns[3] == "ok", "{row}");
    }
}

#[tokio::test]
async fn log() {
    if !ipmi_or_skip("log") {
        return;
    }
    let sim = sim().await;
    let bmc = admin(sim.address());
    assert_eq!(bmc.log().await.unwrap(), []);
    bmc.set_log_time(1_700_000_000).await.unwrap();
    assert!(bmc.log_time().await.unwrap().unwrap() >= 1_700_000_000);
    // Two entries of sensors, one of a vendor.
    let entries: [[u8; 14]; 3] = [
        [2, 0, 0x10, 0x20, 0x30, 0x64, 0x20, 0, 4, 1, 1, 1, 0x59, 0x60],
        [2, 0, 0x11, 0x20, 0x30, 0x64, 0x20, 0, 4, 0x0d, 4, 0xef, 0xa1, 0xff],
        [0xc1, 0, 0x12, 0x20, 0x30, 0x64, 0x57, 1, 0, 1, 2, 3, 4, 5],
    ];
    for entry in entries {
        let [kind, _, rest @ ..] = entry;
        let data = [&[0, 0, kind], &rest[..], &[0xff]].concat();
        bmc.raw(&Request::raw(0x0a, 0x44, &data).unwrap()).await.unwrap();
    }
    let ours = bmc.log().await.unwrap();
    let table = sim.ipmitool(&["-v", "sel", "list"]).unwrap();
    let blocks: Vec<_> = table.split("SEL Record ID").skip(1).collect();
    assert_eq!((ours.len(), blocks.len()), (3, 3), "{table}");
    for (entry, block) in ours.iter().zip(&blocks) {
        let number = block.lines().next().unwrap().trim_start_matches([' ', ':']);
        assert_eq!(format!("{:04x}", entry.number), number, "{block}");
        let SelEvent::Sensor { sensor, asserted, what, .. } = entry.event else { continue };
        assert_eq!(entry.event.kind(), field(block, "Sensor Type"), "{block}");
        assert_eq!(format!("{sensor:02x}"), field(block, "Sensor Number"), "{block}");
        assert_eq!(asserted, field(block, "Event Direction").starts_with("Assertion"));
        let described = field(block, "Description").to_lowercase();
        assert!(described.contains(&what.to_lowercase()), "{what}: {block}");
    }
    let SelEvent::Oem { manufacturer: Some(343), .. } = ours[2].event else { panic!("{ours:?}") };
    assert_eq!(bmc.log_entry(ours[1].number).await.unwrap(), ours[1]);
    assert_eq!(bmc.log_info().await.unwrap().entries, 3);
    bmc.clear_log().await.unwrap();
    assert_eq!(bmc.log_info().await.unwrap().entries, 0);
    assert!(sim.ipmitool(&["sel", "list"]).unwrap_or_default().trim().is_empty());
}

#[tokio::test]
async fn inventory() {
    if !ipmi_or_skip("inventory") {
        return;
    }
    let sim = sim().await;
    let bmc = admin(sim.address());
    let fru = bmc.fru(0).await.unwrap();
    let printed = sim.ipmitool(&["fru", "print", "0"]).unwrap();
    let (chassis, board, product) =
        (fru.chassis.unwrap(), fru.board.unwrap(), fru.product.unwrap());
    let same = [
        ("Chassis Part Number", &chassis.part),
        ("Chassis Serial", &chassis.serial),
        ("Board Mfg  ", &board.manufacturer),
        ("Board Product", &board.name),
        ("Board Serial", &board.serial),
        ("Board Part Number", &board.part),
        ("Board Extra", &board.extra[0]),
        ("Product Manufacturer", &product.manufacturer),
        ("Product Name", &product.name),
        ("Product Part Number", &product.part),
        ("Product Version", &product.version),
        ("Product Serial", &product.serial),
        ("Product Asset Tag", &product.asset),
    ];
    for (name, ours) in same {
        assert_eq!(ours, field(&printed, name), "{name} of {printed}");
    }
    assert!(matches!(bmc.fru(9).await, Err(IpmiError::Refused { .. })));
}

#[tokio::test]
async fn users() {
    if !ipmi_or_skip("users") {
        return;
    }
    let sim = sim().await;
    let bmc = admin(sim.address());
    bmc.set_user_name(7, "newcomer").await.unwrap();
    let password = Secret::new("a password of 20 ch.".to_owned());
    bmc.set_password(7, &password).await.unwrap();
    let access = UserAccess {
        privilege: Some(Privilege::Operator),
        ipmi: true,
        link: false,
        callback: false,
    };
    bmc.set_user_access(7, access).await.unwrap();
    bmc.enable_user(7, true).await.unwrap();
    let list = bmc.users().await.unwrap();
    let table = sim.ipmitool(&["user", "list", "1"]).unwrap();
    for user in list.users.iter().filter(|user| !user.name.is_empty()) {
        let row = table.lines().find(|row| row.starts_with(&format!("{} ", user.number))).unwrap();
        let columns: Vec<_> = row.split_whitespace().collect();
        assert_eq!(user.name, columns[1], "{row}");
        let privilege = user.access.privilege.unwrap().to_string().to_uppercase();
        assert_eq!(privilege, columns[5], "{row}");
        assert_eq!(user.access.ipmi.to_string(), columns[4], "{row}");
    }
    assert_eq!(list.users[6].access, access);
    assert!(bmc.test_password(7, &password).await.unwrap());
    let long = Secret::new("more than twenty bytes".to_owned());
    assert!(matches!(bmc.set_password(7, &long).await, Err(IpmiError::Invalid(_))));
    bmc.delete_user(7).await.unwrap();
    let gone = bmc.user(7).await.unwrap();
    assert_eq!((gone.name.as_str(), gone.access.privilege, gone.access.ipmi), ("", None, false));
}

#[tokio::test]
async fn lan() {
    if !ipmi_or_skip("lan") {
        return;
    }
    let sim = sim().await;
    let bmc = admin(sim.address());
    let mut settings = bmc.lan_settings().await.unwrap();
    settings.source = IpSource::Static;
    settings.address = [192, 0, 2, 10].into();
    settings.netmask = [255, 255, 255, 128].into();
    settings.gateway = [192, 0, 2, 1].into();
    let result = bmc.set_lan_settings(&settings).await;
    let now = bmc.lan_settings().await.unwrap();
    let printed = sim.ipmitool(&["lan", "print", "1"]).unwrap();
    assert_eq!(result, Ok(()), "{now:?} {printed}");
    assert_eq!(now, settings);
    assert_eq!(field(&printed, "IP Address  "), "192.0.2.10");
    assert_eq!(field(&printed, "Subnet Mask"), "255.255.255.128");
    assert_eq!(field(&printed, "Default Gateway IP"), "192.0.2.1");
}

#[tokio::test]
async fn who_may_not_is_told_so() {
    if !ipmi_or_skip("who_may_not_is_told_so") {
        return;
    }
    let sim = sim().await;
    // It lets operators open sessions of administrators, and so does `ipmitool` with it; see the double for that.
    let bmcs = Bmcs::new().unwrap();
    let login = super::login(IpmiSim::OPERATOR, IpmiSim::PASSWORD);
    let options = Options { privilege: Privilege::User, ..super::options() };
    let bmc = bmcs.bmc(sim.address(), login, options);
    bmc.info().await.unwrap();
    let refused = Err(IpmiError::Privilege(Privilege::User));
    assert_eq!(bmc.set_user_name(9, "somebody").await, refused);
    assert_eq!(bmc.power(Power::On).await, refused);
    assert!(!sim.on());
}
