//! Against OpenStack's emulator of a management controller.

use crate::waiting;
use patchbay_device_redfish::{
    BootFor, BootMode, Client, Health, Place, PowerAction, PowerState, RedfishError, SensorKind,
    Taken, Vendor,
};
use patchbay_model::Secret;
use patchbay_testkit::{SushyEmulator, sushy_or_skip};
use patchbay_tls::fingerprint;
use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    time::Duration,
};

fn place(bmc: &SushyEmulator) -> Place {
    let shown = fingerprint(bmc.certificate());
    let mut place = Place::new("127.0.0.1".to_owned(), shown);
    place.port = bmc.port();
    place
}

async fn sign_in(bmc: &SushyEmulator, system: Option<String>) -> Client {
    let password = Secret::new(SushyEmulator::PASSWORD.to_owned());
    Client::sign_in(place(bmc), SushyEmulator::USER, password, system).await.unwrap()
}

#[tokio::test]
async fn without_sessions_the_password_goes_with_every_request() {
    if !sushy_or_skip("basic authentication") {
        return;
    }
    let bmc = SushyEmulator::start(&["fake"]).await.unwrap();
    let client = sign_in(&bmc, None).await;
    assert!(!client.has_session());
    assert_eq!(client.vendor(), Vendor::Sushy);
    let status = client.status().await.unwrap();
    assert_eq!(status.power, PowerState::Off);
    assert_eq!(status.health, Some(Health::Ok));
    assert_eq!(status.manufacturer.as_deref(), Some("Sushy Emulator"));
    assert_eq!(status.uuid, Some(SushyEmulator::id(0)));
    client.close().await.unwrap();

    let wrong = Secret::new("wrong".to_owned());
    let error = Client::sign_in(place(&bmc), "admin", wrong, None).await.unwrap_err();
    assert!(matches!(error, RedfishError::WrongPassword { .. }), "{error}");
}

#[tokio::test]
async fn another_certificate_is_told_nothing() {
    if !sushy_or_skip("pinning") {
        return;
    }
    let bmc = SushyEmulator::start(&["fake"]).await.unwrap();
    let looked = Place::look("127.0.0.1", bmc.port(), Duration::from_secs(60)).await.unwrap();
    assert_eq!(looked, fingerprint(bmc.certificate()));
    let mut other = place(&bmc);
    other.fingerprint = fingerprint(b"another");
    let password = Secret::new(SushyEmulator::PASSWORD.to_owned());
    let error = Client::sign_in(other, SushyEmulator::USER, password, None).await.unwrap_err();
    let RedfishError::Changed { shown, .. } = error else { panic!("{error}") };
    assert_eq!(shown, looked);
    assert!(!bmc.log().contains("/redfish"), "{}", bmc.log());
}

#[tokio::test]
async fn power_is_on_when_the_machine_is() {
    if !sushy_or_skip("power") {
        return;
    }
    let bmc = SushyEmulator::start(&["fake"]).await.unwrap();
    let client = sign_in(&bmc, None).await;
    let offered = client.power_actions().await.unwrap();
    assert!(offered.contains(&PowerAction::Nmi) && !offered.contains(&PowerAction::PowerCycle));
    for (action, taken, state) in [
        (PowerAction::ForceOff, Taken::NotNeeded, PowerState::Off),
        (PowerAction::On, Taken::Yes, PowerState::On),
        (PowerAction::ForceRestart, Taken::Yes, PowerState::On),
        (PowerAction::GracefulShutdown, Taken::Yes, PowerState::Off),
    ] {
        let done = client.power(action, &waiting()).await.unwrap();
        assert_eq!((done.taken, done.state), (taken, state), "{action:?}");
        assert_eq!(client.status().await.unwrap().power, state, "{action:?}");
    }
    let error = client.power(PowerAction::PowerCycle, &waiting()).await.unwrap_err();
    assert!(matches!(error, RedfishError::NotOffered { .. }), "{error}");
    // It says that it offers this, and does not.
    let error = client.power(PowerAction::Nmi, &waiting()).await.unwrap_err();
    assert!(matches!(error, RedfishError::Refused { .. }), "{error}");
    assert_eq!(bmc.log().matches("POST /redfish").count(), 4, "{}", bmc.log());
}

#[tokio::test]
async fn boot_light_media_and_parts() {
    if !sushy_or_skip("boot, light, media, parts") {
        return;
    }
    let bmc = SushyEmulator::start(&["fake"]).await.unwrap();
    let client = sign_in(&bmc, None).await;
    client.set_boot("Pxe", BootFor::Continuous, Some(BootMode::Bios)).await.unwrap();
    let boot = client.boot().await.unwrap();
    assert_eq!((boot.target.as_deref(), boot.mode), (Some("Pxe"), Some(BootMode::Bios)));
    let error = client.set_boot("SDCard", BootFor::Once, None).await.unwrap_err();
    assert!(matches!(error, RedfishError::NotOffered { .. }), "{error}");

    client.locate(true).await.unwrap();
    assert_eq!(client.status().await.unwrap().located, Some(true));
    client.locate(false).await.unwrap();
    assert_eq!(client.status().await.unwrap().located, Some(false));

    let manager = client.manager().await.unwrap();
    assert_eq!(
        (manager.model.as_deref(), manager.firmware.as_deref()),
        (Some("Joo Janta 200"), Some("1.00"))
    );
    let error = client.reset_manager().await.unwrap_err();
    assert!(matches!(error, RedfishError::Missing { .. }), "{error}");
    assert!(matches!(client.accounts().await.unwrap_err(), RedfishError::Missing { .. }));
    assert_eq!(client.logs().await.unwrap(), []);

    let sensors = client.sensors().await.unwrap();
    let intake = sensors.iter().find(|one| one.name == "Chassis Intake Temp").unwrap();
    assert_eq!((intake.kind, intake.reading), (SensorKind::Temperature, Some(25.0)));
    assert_eq!(intake.thresholds.upper_critical, Some(40.0));
    assert_eq!(sensors.iter().filter(|one| one.kind == SensorKind::Fan).count(), 2);
    let inventory = client.inventory().await.unwrap();
    assert_eq!(inventory.networks.first().unwrap().mac.as_deref(), Some("00:5c:52:31:3a:00"));

    let drives = client.virtual_media().await.unwrap();
    let cd = drives.iter().find(|one| one.kinds.iter().any(|kind| kind == "CD")).unwrap();
    assert!(!cd.inserted);
    let image = serve_image();
    client.insert_media(&cd.link, &image, None).await.unwrap();
    let now = client.virtual_media().await.unwrap();
    let now = now.iter().find(|one| one.link == cd.link).unwrap();
    assert_eq!((now.inserted, now.image.as_ref()), (true, Some(&image)));
    client.eject_media(&cd.link).await.unwrap();
    let now = client.virtual_media().await.unwrap();
    assert!(!now.iter().any(|one| one.inserted));
    let gone = client.insert_media(&cd.link, &format!("{image}-not"), None).await.unwrap_err();
    assert!(gone.to_string().contains("404"), "{gone}");
}

#[tokio::test]
async fn of_several_systems_one_has_to_be_named() {
    if !sushy_or_skip("several systems") {
        return;
    }
    let bmc = SushyEmulator::start(&["one", "two"]).await.unwrap();
    let client = sign_in(&bmc, None).await;
    let error = client.status().await.unwrap_err();
    assert!(matches!(error, RedfishError::WhichSystem { .. }), "{error}");
    let mut ids = client.systems().await.unwrap();
    ids.sort();
    assert_eq!(ids, [SushyEmulator::id(0), SushyEmulator::id(1)]);
    let second = sign_in(&bmc, Some(SushyEmulator::id(1))).await;
    assert_eq!(second.status().await.unwrap().uuid, Some(SushyEmulator::id(1)));
    let none = sign_in(&bmc, Some("nobody".to_owned())).await;
    assert!(matches!(none.status().await.unwrap_err(), RedfishError::Missing { .. }));
}

/// An image at a port of its own: `/image.iso`, and nothing else.
fn serve_image() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut said = [0; 4096];
            let length = stream.read(&mut said).unwrap_or(0);
            let there = said[..length].starts_with(b"GET /image.iso ");
            let status = if there { "200 OK" } else { "404 Not Found" };
            let answer =
                format!("HTTP/1.1 {status}\r\nContent-Length: 5\r\nConnection: close\r\n\r\nimage");
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://127.0.0.1:{port}/image.iso")
}
