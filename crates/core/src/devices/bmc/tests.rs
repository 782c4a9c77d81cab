//! Management controllers as people use them, against `ipmi_sim` and OpenStack's emulator of Redfish.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{
    CoreError, Right,
    devices::reach::{Trouble, Way},
    sessions::{OpenTarget, SessionHandle},
    testing::{Fixture, password, secret},
};
use patchbay_model::{
    ApiError, BmcBoot, BmcBootDevice, BmcProtocol, BmcSensorKind, BmcUserDraft, CloseReason,
    EntryDraft, ErrorCode, IdentityDraft, IdentityId, LineSignal, LockReason, Management,
    ManagementId, ManagementWay, NodeId, PowerAction, PowerState, PowerTaken, SessionId,
    SessionState, SessionTarget, Severity, TerminalSize,
};
use patchbay_session::{TerminalInput, ToViewer};
use patchbay_testkit::{IpmiSim, SushyEmulator, ipmi_or_skip, sushy_or_skip};
use std::time::Duration;

const SIZE: TerminalSize = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
const LIMIT: Duration = Duration::from_secs(60);
/// An inventory with all areas and encodings.
const INVENTORY: &[u8] = include_bytes!("../../../../fuzz/corpus/ipmi_fru/good-all");

/// A machine with one way to its controller.
struct Machine {
    fixture: Fixture,
    identity: IdentityId,
    entry: NodeId,
    way: ManagementId,
}

fn bmc(protocol: BmcProtocol, port: u16, identity: IdentityId) -> ManagementWay {
    ManagementWay::Bmc {
        protocol,
        address: "127.0.0.1".into(),
        port: Some(port),
        identity: Some(identity),
        system: None,
        // The one that works of those that `ipmi_sim` lists.
        suite: Some(3),
        unprotected: false,
    }
}

fn who(name: &str, word: &str) -> IdentityDraft {
    IdentityDraft { user: Some(name.into()), ..password("bmc", word) }
}

impl Machine {
    async fn new(protocol: BmcProtocol, port: u16, who: IdentityDraft) -> Self {
        let fixture = Fixture::open().await;
        let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
        let identity = fixture.core.identities().add(&vault, who).await.unwrap().id;
        let way = ManagementId::new();
        let management =
            vec![Management { id: way, name: String::new(), way: bmc(protocol, port, identity) }];
        let draft = EntryDraft {
            name: "web-01".into(),
            address: "192.0.2.1".into(),
            management,
            ..EntryDraft::default()
        };
        let entry = fixture.core.tree().add_entry(&fixture.folder(None), draft).await.unwrap().id;
        Self { fixture, identity, entry, way }
    }

    async fn ipmi(sim: &IpmiSim) -> Self {
        let port = sim.address().port();
        Self::new(BmcProtocol::Ipmi, port, who(IpmiSim::USER, IpmiSim::PASSWORD)).await
    }

    /// With its certificate on record.
    async fn redfish(bmc: &SushyEmulator) -> Self {
        let who = who(SushyEmulator::USER, SushyEmulator::PASSWORD);
        let machine = Self::new(BmcProtocol::Redfish, bmc.port(), who).await;
        machine.trust(bmc).await;
        machine
    }

    async fn trust(&self, bmc: &SushyEmulator) {
        let shown = patchbay_tls::fingerprint(bmc.certificate());
        let place = ("127.0.0.1", bmc.port());
        self.devices().keep_shown(&self.way(), place, &shown, false).await.unwrap();
    }

    fn devices(&self) -> crate::devices::Devices<'_> {
        self.fixture.core.devices()
    }

    fn way(&self) -> Way {
        self.devices().way(&self.fixture.node(self.entry), self.way).unwrap()
    }

    async fn power(&self, action: PowerAction) -> Result<PowerTaken, ApiError> {
        self.devices().bmc_power(&self.way(), action).await.map_err(told)
    }

    async fn state(&self) -> PowerState {
        self.devices().bmc_status(&self.way()).await.map_err(told).unwrap().power
    }
}

/// The field that a refusal is about.
fn about<T: std::fmt::Debug>(result: Result<T, CoreError>) -> String {
    let error: ApiError = result.expect_err("refused").into();
    error.field.clone().unwrap_or_else(|| panic!("not about a field: {error}"))
}

fn told(trouble: Trouble) -> ApiError {
    CoreError::from(trouble).into()
}

async fn sim() -> IpmiSim {
    IpmiSim::start("PS1=ready# sh -i", INVENTORY).await.unwrap()
}

#[tokio::test]
async fn power_by_ipmi() {
    if !ipmi_or_skip("power by IPMI") {
        return;
    }
    let sim = sim().await;
    let machine = Machine::ipmi(&sim).await;
    let asked = machine.devices().bmc_status(&machine.way()).await.map_err(told).unwrap();
    assert_eq!(asked.power, PowerState::Off);
    assert!(asked.offers.contains(&PowerAction::Cycle), "{asked:?}");
    assert!(!asked.offers.contains(&PowerAction::Restart), "IPMI has none");
    assert!(asked.about.contains("IPMI 2.0, firmware 9.08"), "{asked:?}");
    assert_eq!(machine.power(PowerAction::Off).await.unwrap(), PowerTaken::NotNeeded);
    assert_eq!(machine.power(PowerAction::ShutDown).await.unwrap(), PowerTaken::NotNeeded);
    assert_eq!(machine.power(PowerAction::On).await.unwrap(), PowerTaken::Done);
    assert!(sim.on());
    assert_eq!(machine.state().await, PowerState::On);
    assert_eq!(machine.power(PowerAction::On).await.unwrap(), PowerTaken::NotNeeded);
    let refused = machine.power(PowerAction::Restart).await.unwrap_err();
    assert!(refused.message.contains("IPMI has no"), "{refused}");
    assert_eq!(machine.power(PowerAction::Off).await.unwrap(), PowerTaken::Done);
    assert!(!sim.on());
    let sent = sim.told().into_iter().filter(|line| line.contains("set power")).count();
    assert_eq!(sent, 2, "{:?}", sim.told());
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_tried_again_and_again() {
    if !ipmi_or_skip("a wrong password") {
        return;
    }
    let sim = sim().await;
    let port = sim.address().port();
    let machine = Machine::new(BmcProtocol::Ipmi, port, who(IpmiSim::USER, "wrong")).await;
    let refused = machine.power(PowerAction::On).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AuthFailed, "{refused}");
    assert!(refused.message.contains("web-01") && refused.message.contains("password"));
    assert!(!refused.next_step.is_empty());
    let same = machine.power(PowerAction::On).await.unwrap_err();
    assert_eq!(same, refused);
    // Somebody who does not exist.
    let id = machine.fixture.ctx.authorize_identity(machine.identity, Right::Edit).unwrap();
    let nobody = IdentityDraft { id: Some(machine.identity), ..who("nobody", "x") };
    machine.fixture.core.identities().change(&id, nobody).await.unwrap();
    let refused = machine.power(PowerAction::On).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AuthFailed, "{refused}");
    assert!(refused.message.contains("no user of this name"), "{refused}");
    // Another name and password are tried at once.
    let right = who(IpmiSim::USER, IpmiSim::PASSWORD);
    let right = IdentityDraft { id: Some(machine.identity), ..right };
    machine.fixture.core.identities().change(&id, right).await.unwrap();
    assert_eq!(machine.power(PowerAction::On).await.unwrap(), PowerTaken::Done);
}

#[tokio::test]
async fn a_cipher_suite_that_is_not_there_is_told() {
    if !ipmi_or_skip("a cipher suite that is not there") {
        return;
    }
    let sim = sim().await;
    let machine = Machine::ipmi(&sim).await;
    let mut way = machine.way();
    let ManagementWay::Bmc { suite, .. } = &mut way.management.way else { panic!() };
    *suite = Some(17);
    let refused = told(machine.devices().bmc_status(&way).await.unwrap_err());
    assert_eq!(refused.code, ErrorCode::NoCommonAlgorithm, "{refused}");
    let ManagementWay::Bmc { suite, .. } = &mut way.management.way else { panic!() };
    *suite = Some(4);
    let refused = told(machine.devices().bmc_status(&way).await.unwrap_err());
    assert_eq!(refused.code, ErrorCode::Invalid, "{refused}");
}

#[tokio::test]
async fn sensors_have_a_past_and_a_sign_in_is_used_again() {
    if !ipmi_or_skip("sensors") {
        return;
    }
    let sim = sim().await;
    let machine = Machine::ipmi(&sim).await;
    let entry = machine.fixture.node(machine.entry);
    let devices = machine.devices();
    let read = || devices.bmc_sensors(&entry, machine.way);
    let sensors = read().await.unwrap().sensors;
    let named = |name: &str| sensors.iter().find(|one| one.name == name).unwrap().clone();
    let warm = named("DJtemp");
    assert_eq!((warm.kind, warm.unit.as_str()), (BmcSensorKind::Temperature, "°C"));
    assert_eq!((warm.value, warm.severity), (Some(96.0), Severity::Good));
    assert_eq!(warm.upper, (Some(112.0), Some(144.0), Some(160.0)));
    assert_eq!(warm.history.len(), 1);
    let fan = named("Fan1");
    assert_eq!(
        (fan.kind, fan.unit.as_str(), fan.value),
        (BmcSensorKind::Fan, "rpm", Some(7_500.0))
    );
    let drive = named("Drive");
    assert_eq!(drive.kind, BmcSensorKind::State);
    assert_eq!(drive.states, ["Drive Present", "Rebuild In Progress"]);
    assert_eq!(drive.severity, Severity::Warning);

    assert_eq!(read().await.unwrap().sensors[0].history.len(), 1, "a point a minute");
    machine.fixture.clock.advance(Duration::from_secs(60));
    let later = read().await.unwrap().sensors;
    assert_eq!(later.iter().find(|one| one.name == "DJtemp").unwrap().history.len(), 2);
    assert_eq!(machine.devices().bmc_state().kept(), 1);

    machine.fixture.core.vault().lock(LockReason::Person, false);
    assert_eq!(machine.devices().bmc_state().kept(), 0, "nobody is signed in behind a lock");
}

#[tokio::test]
async fn the_event_log_is_read_exported_and_cleared() {
    if !ipmi_or_skip("the event log") {
        return;
    }
    let sim = sim().await;
    let events = sim_events();
    for event in &events {
        let words: Vec<&str> =
            ["raw", "0x0a", "0x44"].into_iter().chain(event.split(' ')).collect();
        sim.ipmitool(&words).unwrap();
    }
    let machine = Machine::ipmi(&sim).await;
    let entry = machine.fixture.node(machine.entry);
    let devices = machine.devices();
    let log = devices.bmc_log(&entry, machine.way).await.unwrap();
    assert_eq!(log.entries.len(), events.len());
    let [oem, over, hot] = log.entries.as_slice() else { panic!("{log:?}") };
    assert_eq!((hot.source.as_str(), hot.severity), ("DJtemp", Severity::Critical));
    assert_eq!(hot.message, "Upper Critical going high: 150 °C, threshold 144 °C");
    assert_eq!((over.severity, over.message.as_str()), (Severity::Good, "Drive Fault (over)"));
    assert!(oem.source == "Intel" && oem.message.contains("01 02"), "{oem:?}");
    assert!(hot.raw.as_ref().is_some_and(|raw| raw.split(' ').count() == 16));

    let path = machine.fixture.dir.path().join("log.csv");
    devices.bmc_export_log(&entry, machine.way, path.to_str().unwrap()).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("id,time,severity") && text.lines().count() == 4, "{text}");

    let wrong = devices.bmc_clear_log(&entry, machine.way, "web").await;
    assert_eq!(about(wrong), "confirmed");
    assert_eq!(devices.bmc_log(&entry, machine.way).await.unwrap().entries.len(), 3);
    devices.bmc_clear_log(&entry, machine.way, "web-01").await.unwrap();
    assert_eq!(devices.bmc_log(&entry, machine.way).await.unwrap().entries, []);
}

/// Add SEL Entry (section 31.6): number, type, time, generator, version, sensor type and number, event, data.
fn sim_events() -> [&'static str; 3] {
    [
        "0 0 2 0 0 0 0x66 0x20 0 4 1 1 1 0x59 0x96 0x90",
        "0 0 2 1 0 0 0x66 0x20 0 4 0x0d 4 0xef 1 0xff 0xff",
        "0 0 0xc1 2 0 0 0x66 0x57 1 0 1 2 3 4 5 6",
    ]
}

#[tokio::test]
async fn facts_boot_light_users_and_raw_commands() {
    if !ipmi_or_skip("facts, boot, light, users, raw") {
        return;
    }
    let sim = sim().await;
    let machine = Machine::ipmi(&sim).await;
    let entry = machine.fixture.node(machine.entry);
    let devices = machine.devices();
    let facts = devices.bmc_facts(&entry, machine.way).await.unwrap();
    assert_eq!((facts.version.as_str(), facts.firmware.as_str()), ("2.0", "9.08"));
    let printed = sim.ipmitool(&["fru", "print", "0"]).unwrap();
    assert!(!facts.model.is_empty() && printed.contains(&facts.model), "{facts:?}");
    assert!(printed.contains(&facts.manufacturer) && printed.contains(&facts.serial));
    assert!(facts.items.iter().any(|group| group.title == "Board"), "{facts:?}");
    assert!(facts.network.iter().any(|item| item.name == "Hardware address"));

    let boot = BmcBoot { device: BmcBootDevice::Network, persistent: false, uefi: None };
    devices.bmc_boot(&entry, machine.way, boot).await.unwrap();
    assert!(sim.told().iter().any(|line| line.contains("set boot pxe")), "{:?}", sim.told());
    devices.bmc_locate(&entry, machine.way, true).await.unwrap();
    assert!(sim.told().iter().any(|line| line.contains("set identify")), "{:?}", sim.told());

    let before = devices.bmc_users(&entry, machine.way).await.unwrap();
    assert!(
        before.users.iter().any(|user| user.name == IpmiSim::USER && user.role == "Administrator")
    );
    let new = BmcUserDraft {
        id: None,
        name: "newcomer".into(),
        password: Some(secret("a password")),
        role: "Operator".into(),
        enabled: true,
    };
    let after = devices.bmc_save_user(&entry, machine.way, new.clone()).await.unwrap();
    let made = after.users.iter().find(|user| user.name == "newcomer").unwrap();
    assert_eq!((made.role.as_str(), made.enabled), ("Operator", true));
    assert_eq!(after.free, before.free.map(|free| free - 1));
    assert_eq!(about(devices.bmc_save_user(&entry, machine.way, new.clone()).await), "name");
    let less =
        BmcUserDraft { id: Some(made.id.clone()), role: "User".into(), password: None, ..new };
    let less = devices.bmc_save_user(&entry, machine.way, less).await.unwrap();
    assert!(less.users.iter().any(|user| user.name == "newcomer" && user.role == "User"));
    let own = before.users.iter().find(|user| user.name == IpmiSim::USER).unwrap();
    assert_eq!(about(devices.bmc_delete_user(&entry, machine.way, &own.id).await), "user");
    let gone = devices.bmc_delete_user(&entry, machine.way, &made.id).await.unwrap();
    assert_eq!(gone.users, before.users);

    let raw = |request: &'static str, confirmed: &'static str| {
        devices.bmc_raw(&entry, machine.way, request, confirmed)
    };
    assert_eq!(about(raw("06 01", "").await), "confirmed");
    assert_eq!(about(raw("no", "web-01").await), "request");
    let answer = raw("06 01", "web-01").await.unwrap();
    assert_eq!(answer, sim.ipmitool(&["raw", "6", "1"]).unwrap().trim());
    let none = devices.bmc_insert_media(&entry, machine.way, "cd", "http://192.0.2.9/a.iso").await;
    assert_eq!(about(none), "way");
}

#[tokio::test]
async fn a_certificate_is_asked_about_before_anything_is_said() {
    if !sushy_or_skip("a certificate is asked about") {
        return;
    }
    let bmc = SushyEmulator::start(&["fake"]).await.unwrap();
    let who = who(SushyEmulator::USER, SushyEmulator::PASSWORD);
    let machine = Machine::new(BmcProtocol::Redfish, bmc.port(), who).await;
    let asked = machine.devices().bmc_status(&machine.way()).await;
    let Err(Trouble::Question(question)) = asked else { panic!("{asked:?}") };
    assert_eq!(question.machine, "web-01");
    assert!(!bmc.log().contains("/redfish"), "{}", bmc.log());
    machine.trust(&bmc).await;
    assert_eq!(machine.state().await, PowerState::Off);

    // Another controller at the same place is asked about as well, by whoever was signed in before.
    let other = SushyEmulator::start(&["other"]).await.unwrap();
    let shown = patchbay_tls::fingerprint(other.certificate());
    let mut way = machine.way();
    let ManagementWay::Bmc { port, .. } = &mut way.management.way else { panic!() };
    *port = Some(other.port());
    let place = ("127.0.0.1", other.port());
    machine.devices().keep_shown(&way, place, &shown, false).await.unwrap();
    machine.devices().bmc_status(&way).await.map_err(told).unwrap();
}

#[tokio::test]
async fn power_and_everything_else_by_redfish() {
    if !sushy_or_skip("power by Redfish") {
        return;
    }
    let bmc = SushyEmulator::start(&["fake"]).await.unwrap();
    let machine = Machine::redfish(&bmc).await;
    let entry = machine.fixture.node(machine.entry);
    let devices = machine.devices();
    let asked = devices.bmc_status(&machine.way()).await.map_err(told).unwrap();
    assert_eq!(asked.power, PowerState::Off);
    assert!(asked.offers.contains(&PowerAction::Restart), "{asked:?}");
    assert!(!asked.offers.contains(&PowerAction::Cycle), "it does not offer that");
    assert!(asked.about.contains("Sushy"), "{asked:?}");
    let before = bmc.log().matches("\"GET /redfish").count();
    machine.state().await;
    assert!(bmc.log().matches("\"GET /redfish").count() - before <= 3, "{}", bmc.log());

    assert_eq!(machine.power(PowerAction::Off).await.unwrap(), PowerTaken::NotNeeded);
    assert_eq!(machine.power(PowerAction::On).await.unwrap(), PowerTaken::Done);
    let refused = machine.power(PowerAction::Cycle).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotAllowed, "{refused}");
    assert_eq!(bmc.log().matches("POST /redfish").count(), 1, "{}", bmc.log());

    let sensors = devices.bmc_sensors(&entry, machine.way).await.unwrap();
    assert_eq!(sensors.protocol, BmcProtocol::Redfish);
    let intake = sensors.sensors.iter().find(|one| one.name == "Chassis Intake Temp").unwrap();
    assert_eq!((intake.value, intake.unit.as_str()), (Some(25.0), "°C"));
    assert_eq!(intake.upper.1, Some(40.0));

    let boot = BmcBoot { device: BmcBootDevice::Network, persistent: true, uefi: Some(false) };
    devices.bmc_boot(&entry, machine.way, boot).await.unwrap();
    devices.bmc_locate(&entry, machine.way, true).await.unwrap();
    let facts = devices.bmc_facts(&entry, machine.way).await.unwrap();
    assert_eq!((facts.boot, facts.located), (Some(boot), Some(true)));
    assert_eq!((facts.manufacturer.as_str(), facts.firmware.as_str()), ("Sushy Emulator", "1.00"));
    assert!(facts.items.iter().any(|group| group.title == "Network"), "{facts:?}");
    assert!(!facts.media.is_empty() && facts.media.iter().all(|drive| drive.image.is_none()));

    // It has no logs, no accounts and no way to restart it, and says so.
    let log = devices.bmc_log(&entry, machine.way).await.unwrap();
    assert!(log.entries.is_empty() && !log.can_clear);
    let none: ApiError = devices.bmc_users(&entry, machine.way).await.unwrap_err().into();
    assert_eq!(none.code, ErrorCode::NotFound, "{none}");
    assert_eq!(about(devices.bmc_raw(&entry, machine.way, "06 01", "web-01").await), "way");
    assert_eq!(about(devices.bmc_insert_media(&entry, machine.way, "Cd", "a.iso").await), "image");
}

#[tokio::test]
async fn a_wrong_password_of_redfish_is_told() {
    if !sushy_or_skip("a wrong password of Redfish") {
        return;
    }
    let bmc = SushyEmulator::start(&["fake"]).await.unwrap();
    let who = who(SushyEmulator::USER, "wrong");
    let machine = Machine::new(BmcProtocol::Redfish, bmc.port(), who).await;
    machine.trust(&bmc).await;
    let refused = machine.power(PowerAction::On).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AuthFailed, "{refused}");
    assert!(refused.message.contains("web-01"), "{refused}");
    let asked = bmc.log().matches("\"GET /redfish").count();
    let same = machine.power(PowerAction::On).await.unwrap_err();
    assert_eq!((same, bmc.log().matches("\"GET /redfish").count()), (refused, asked));
    let session = machine.fixture.node(machine.entry);
    let target =
        SessionTarget::SerialOverLan { id: machine.entry, way: machine.way, end_stale: false };
    let console = machine.devices().console(&session, &target).await.map(|_| ());
    assert_eq!(about(console), "way");
}

async fn open(machine: &Machine, end_stale: bool) -> SessionId {
    let target = SessionTarget::SerialOverLan { id: machine.entry, way: machine.way, end_stale };
    let target = OpenTarget::of(&machine.fixture.ctx, target).unwrap();
    machine.fixture.core.sessions().open(target, SIZE, None).await.unwrap().id
}

/// Waits until a session is open, or says why it is over.
async fn settled(machine: &Machine, id: SessionId) -> Result<(), CloseReason> {
    until(machine, id, |state| match state {
        SessionState::Open => Some(Ok(())),
        SessionState::Closed { reason } => Some(Err(reason.clone())),
        _ => None,
    })
    .await
}

async fn until<T>(
    machine: &Machine,
    id: SessionId,
    what: impl Fn(&SessionState) -> Option<T>,
) -> T {
    let sessions = machine.fixture.core.sessions();
    let mut events = machine.fixture.core.events();
    let wait = async {
        loop {
            if let Some(found) = what(&sessions.info(id).unwrap().state) {
                return found;
            }
            let _changed = events.recv().await;
        }
    };
    tokio::time::timeout(LIMIT, wait).await.expect("it settles")
}

async fn types(machine: &Machine, id: SessionId, keys: &str, expected: &str) {
    let handle = machine.fixture.core.sessions().handle(id).unwrap();
    handle.input.send(TerminalInput::Bytes(keys.to_owned().into())).await.unwrap();
    shows(&handle, expected).await;
}

async fn shows(handle: &SessionHandle, expected: &str) {
    let viewer = handle.output.attach(0);
    let mut shown = String::new();
    let read = async {
        while !shown.contains(expected) {
            match viewer.next().await {
                Some(ToViewer::Output { offset, bytes }) => {
                    shown.push_str(&String::from_utf8_lossy(&bytes));
                    viewer.ack(offset + bytes.len() as u64);
                }
                Some(_) => {}
                None => break,
            }
        }
    };
    let in_time = tokio::time::timeout(LIMIT, read).await;
    assert!(in_time.is_ok() && shown.contains(expected), "no {expected:?} in {shown:?}");
}

#[tokio::test]
async fn serial_over_lan_is_a_session_like_any_other() {
    if !ipmi_or_skip("serial over LAN is a session") {
        return;
    }
    let sim = sim().await;
    let machine = Machine::ipmi(&sim).await;
    let sessions = machine.fixture.core.sessions();
    let first = open(&machine, false).await;
    settled(&machine, first).await.unwrap();
    let info = sessions.info(first).unwrap();
    assert_eq!(
        (info.title.as_str(), info.subtitle.as_str()),
        ("web-01", "serial over LAN, 127.0.0.1")
    );
    types(&machine, first, "echo $((6*7)) is it\n", "42 is it").await;
    assert_eq!(about(sessions.signal(first, LineSignal::RtsOn).await), "signal");

    // Somebody has it: another is opened only when told to end that one.
    let second = open(&machine, false).await;
    let Err(CloseReason::Failed { error }) = settled(&machine, second).await else { panic!() };
    assert_eq!(error.code, ErrorCode::Conflict, "{error}");
    let third = open(&machine, true).await;
    settled(&machine, third).await.unwrap();
    types(&machine, third, "echo $((7*7)) more\n", "49 more").await;
    let lost = until(&machine, first, |state| match state {
        SessionState::Closed { reason } => Some(reason.clone()),
        _ => None,
    });
    assert!(matches!(lost.await, CloseReason::Failed { .. }));

    // The controller is reached in the same way while a console is open.
    assert_eq!(machine.state().await, PowerState::Off);
    sessions.disconnect(third).unwrap();
    let closed = until(&machine, third, |state| match state {
        SessionState::Closed { reason } => Some(reason.clone()),
        _ => None,
    });
    assert_eq!(closed.await, CloseReason::ByPerson);
    sessions.reconnect(&machine.fixture.ctx, third, SIZE).await.unwrap();
    settled(&machine, third).await.unwrap();
    types(&machine, third, "echo $((8*8)) again\n", "64 again").await;
    // Last: `ipmi_sim` is deaf after it.
    sessions.signal(third, LineSignal::Break).await.unwrap();
}
