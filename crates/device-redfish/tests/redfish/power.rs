//! Power: whatever happens, one command.

use crate::{
    double::{Double, Reply},
    waiting,
};
use hyper::Method;
use patchbay_device_redfish::{
    BootFor, BootMode, PowerAction, PowerState, RedfishError, Taken, Waiting,
};
use serde_json::{Value, json};
use std::time::Duration;

const SYSTEM: &str = "/redfish/v1/Systems/437XR1138R2";
const RESET: &str = "/redfish/v1/Systems/437XR1138R2/Actions/ComputerSystem.Reset";

/// What the machine does when it is told to reset, and what is answered.
fn does(bmc: &Double, reply: Reply, mut act: impl FnMut(&str, &mut Value) + Send + 'static) {
    bmc.special(move |asked, resources| {
        if asked.path != RESET {
            return None;
        }
        act(asked.body["ResetType"].as_str().unwrap(), resources.get_mut(SYSTEM).unwrap());
        Some(reply.clone())
    });
}

fn short() -> Waiting {
    Waiting { every: Duration::from_millis(250), limit: Duration::from_secs(5) }
}

fn sent(bmc: &Double) -> Vec<Value> {
    bmc.changes().into_iter().map(|(_, body)| body["ResetType"].clone()).collect()
}

#[tokio::test]
async fn a_lost_answer_leads_to_a_look_and_not_to_a_second_command() {
    let bmc = Double::start().await;
    does(&bmc, Reply::Lost, |_, system| system["PowerState"] = "Off".into());
    let client = bmc.client().await;
    let done = client.power(PowerAction::ForceOff, &waiting()).await.unwrap();
    assert_eq!((done.taken, done.state), (Taken::Unknown, PowerState::Off));
    assert_eq!(sent(&bmc), ["ForceOff"]);

    // One that stalls for longer than anybody waits.
    let bmc = Double::start().await;
    does(&bmc, Reply::Stall, |_, system| system["PowerState"] = "Off".into());
    let done = bmc.hasty().await.power(PowerAction::GracefulShutdown, &waiting()).await.unwrap();
    assert_eq!((done.taken, done.state), (Taken::Unknown, PowerState::Off));
    assert_eq!(sent(&bmc), ["GracefulShutdown"]);
}

#[tokio::test]
async fn whether_a_restart_took_place_is_read_from_its_time() {
    for (again, lost) in [(true, true), (true, false), (false, true)] {
        let bmc = Double::start().await;
        let reply = if lost { Reply::Lost } else { Reply::empty(204) };
        does(&bmc, reply, move |_, system| {
            if again {
                system["LastResetTime"] = "2026-01-01T11:00:00Z".into();
            }
        });
        let client = bmc.client().await;
        let done = client.power(PowerAction::PowerCycle, &short()).await;
        assert_eq!(sent(&bmc), ["PowerCycle"]);
        match done {
            Ok(done) => {
                assert!(again);
                assert_eq!(done.taken, if lost { Taken::Unknown } else { Taken::Yes });
            }
            Err(error) => {
                assert!(!again && matches!(error, RedfishError::Waited { .. }), "{error}");
                assert!(error.to_string().contains("not known"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_cycle_of_a_machine_that_was_off_is_over_when_it_is_on() {
    let bmc = Double::start().await;
    bmc.set(SYSTEM, "PowerState", "Off".into());
    does(&bmc, Reply::empty(204), |_, system| system["PowerState"] = "On".into());
    let done = bmc.client().await.power(PowerAction::PowerCycle, &waiting()).await.unwrap();
    assert_eq!((done.taken, done.state), (Taken::Yes, PowerState::On));
}

#[tokio::test]
async fn a_refused_command_is_not_sent_again() {
    for status in [400, 409, 500, 503] {
        let bmc = Double::start().await;
        does(
            &bmc,
            Reply::refusal(status, "ActionNotSupported", "The action is not supported."),
            |_, _| {},
        );
        let error = bmc.client().await.power(PowerAction::PowerCycle, &short()).await.unwrap_err();
        assert!(error.to_string().contains("not supported"), "{error}");
        assert_eq!(sent(&bmc), ["PowerCycle"]);
    }
    let bmc = Double::start().await;
    does(&bmc, Reply::refusal(403, "InsufficientPrivilege", ""), |_, _| {});
    let error = bmc.client().await.power(PowerAction::PowerCycle, &short()).await.unwrap_err();
    assert!(matches!(error, RedfishError::NotAllowed { .. }), "{error}");
    assert_eq!(sent(&bmc), ["PowerCycle"]);
}

#[tokio::test]
async fn what_is_so_already_is_not_asked_for() {
    let bmc = Double::start().await;
    let done = bmc.client().await.power(PowerAction::On, &short()).await.unwrap();
    assert_eq!((done.taken, done.state), (Taken::NotNeeded, PowerState::On));
    assert_eq!(sent(&bmc), [""; 0]);
}

#[tokio::test]
async fn only_what_the_machine_offers_is_sent() {
    let bmc = Double::start().await;
    let client = bmc.client().await;
    let error = client.power(PowerAction::GracefulRestart, &short()).await.unwrap_err();
    let RedfishError::NotOffered { offered, .. } = error else { panic!("{error}") };
    assert_eq!(offered, "On, ForceOff, GracefulShutdown, ForceRestart, PowerCycle");

    // What it offers may stand at another place (DSP0266 section 9.6), and "on" may have another name.
    bmc.set(SYSTEM, "PowerState", "Off".into());
    bmc.set(SYSTEM, "Actions", json!({ "#ComputerSystem.Reset": {
        "target": RESET, "@Redfish.ActionInfo": "/redfish/v1/Systems/437XR1138R2/ResetActionInfo",
    }}));
    bmc.put("/redfish/v1/Systems/437XR1138R2/ResetActionInfo", json!({ "Parameters": [
        { "Name": "ResetType", "Required": true, "AllowableValues": ["ForceOn", "ForceOff", "Nmi", "PushPowerButton"] },
    ]}));
    does(&bmc, Reply::empty(204), |_, system| system["PowerState"] = "On".into());
    let done = client.power(PowerAction::On, &waiting()).await.unwrap();
    assert_eq!((done.taken, done.state), (Taken::Yes, PowerState::On));
    client.power(PowerAction::Nmi, &waiting()).await.unwrap();
    client.power(PowerAction::PushPowerButton, &waiting()).await.unwrap();
    assert_eq!(sent(&bmc), ["ForceOn", "Nmi", "PushPowerButton"]);
    let all = client.power_actions().await.unwrap();
    use PowerAction as A;
    assert_eq!(all, [A::On, A::ForceOff, A::Nmi, A::PushPowerButton]);
}

#[tokio::test]
async fn a_machine_that_does_not_follow_is_told_of() {
    let bmc = Double::start().await;
    let error =
        bmc.client().await.power(PowerAction::GracefulShutdown, &short()).await.unwrap_err();
    assert_eq!(error.to_string(), "Waited in vain until the machine was off; it is on.");
    assert_eq!(sent(&bmc), ["GracefulShutdown"]);
}

#[tokio::test]
async fn whoever_stops_waiting_leaves_the_rest_alone() {
    let bmc = Double::start().await;
    let client = bmc.client().await;
    let waiting = waiting();
    let waits = client.power(PowerAction::GracefulShutdown, &waiting);
    let came = async {
        while sent(&bmc).is_empty() {
            patchbay_testkit::moment().await;
        }
    };
    tokio::select! {
        done = waits => panic!("{done:?}"),
        () = came => {}
    }
    assert_eq!(client.status().await.unwrap().power, PowerState::On);
    assert_eq!(sent(&bmc), ["GracefulShutdown"]);
}

#[tokio::test]
async fn a_controller_that_goes_down_before_it_answers_was_restarted() {
    const TARGET: &str = "/redfish/v1/Managers/BMC/Actions/Manager.Reset";
    let bmc = Double::start().await;
    let client = bmc.client().await;
    let allowed = json!({ "target": TARGET, "ResetType@Redfish.AllowableValues": ["ForceRestart", "ResetToDefaults"] });
    bmc.set("/redfish/v1/Managers/BMC", "Actions", json!({ "#Manager.Reset": allowed }));
    assert_eq!(client.reset_manager().await.unwrap(), Taken::Yes);
    bmc.special(|asked, _| (asked.path == TARGET).then_some(Reply::Lost));
    assert_eq!(client.reset_manager().await.unwrap(), Taken::Unknown);
    assert_eq!(sent(&bmc), ["ForceRestart", "ForceRestart"]);
    assert_eq!(client.manager().await.unwrap().firmware.as_deref(), Some("1.45.455b66-rev4"));
}

#[tokio::test]
async fn boot_is_set_where_the_machine_takes_it() {
    let bmc = Double::start().await;
    let client = bmc.client().await;
    let boot = json!({
        "BootSourceOverrideEnabled": "Disabled", "BootSourceOverrideTarget": "None", "BootSourceOverrideMode": "UEFI",
        "BootSourceOverrideTarget@Redfish.AllowableValues": ["None", "Pxe", "Cd", "UsbCd", "BiosSetup"],
    });
    bmc.set(SYSTEM, "Boot", boot);
    client.set_boot("BiosSetup", BootFor::Once, Some(BootMode::Uefi)).await.unwrap();
    let boot = client.boot().await.unwrap();
    assert_eq!(
        (boot.holds, boot.target.as_deref(), boot.mode),
        (BootFor::Once, Some("BiosSetup"), Some(BootMode::Uefi))
    );
    // Only in the state that was read.
    assert!(bmc.state().asked.iter().any(|asked| asked.headers.contains_key("if-match")));
    client.set_boot("", BootFor::Disabled, None).await.unwrap();
    assert_eq!(client.boot().await.unwrap().holds, BootFor::Disabled);

    // As iDRAC 10: not in itself.
    const SETTINGS: &str = "/redfish/v1/Systems/437XR1138R2/Settings";
    bmc.put(SETTINGS, json!({ "Boot": {} }));
    bmc.set(SYSTEM, "@Redfish.Settings", json!({ "SettingsObject": { "@odata.id": SETTINGS } }));
    bmc.special(|asked, _| {
        let there = asked.path == SYSTEM && asked.method == Method::PATCH;
        there.then(|| Reply::empty(405))
    });
    client.set_boot("Pxe", BootFor::Continuous, None).await.unwrap();
    assert_eq!(bmc.get(SETTINGS)["Boot"]["BootSourceOverrideTarget"], "Pxe");
}

#[tokio::test]
async fn a_cd_of_supermicro_is_one_at_usb() {
    let bmc = Double::start().await;
    bmc.set("/redfish/v1/", "Vendor", "Supermicro".into());
    bmc.set(
        SYSTEM,
        "Boot",
        json!({ "BootSourceOverrideTarget@Redfish.AllowableValues": ["Cd", "UsbCd"] }),
    );
    bmc.client().await.set_boot("Cd", BootFor::Once, None).await.unwrap();
    assert_eq!(bmc.get(SYSTEM)["Boot"]["BootSourceOverrideTarget"], "UsbCd");
}

#[tokio::test]
async fn a_controller_that_is_particular_about_etags_gets_its_way() {
    for (refuses, wants) in [(412, None), (428, Some("*"))] {
        let bmc = Double::start().await;
        bmc.set(SYSTEM, "IndicatorLED", "Off".into());
        bmc.special(move |asked, _| {
            let fits = asked.headers.get("if-match").map(String::as_str) == wants;
            (asked.method == Method::PATCH && !fits).then(|| Reply::empty(refuses))
        });
        if wants.is_some() {
            // It insists, and has none to hand out that would do.
            bmc.special(|asked, resources| {
                let there = asked.path == SYSTEM && asked.method == Method::GET;
                there.then(|| Reply::json(200, &resources[SYSTEM]).with("etag", "W/\"1\""))
            });
        }
        bmc.client().await.locate(true).await.unwrap();
        assert_eq!(bmc.get(SYSTEM)["IndicatorLED"], "Blinking");
    }
}

#[tokio::test]
async fn the_light_may_be_the_chassis() {
    let bmc = Double::start().await;
    let client = bmc.client().await;
    let error = client.locate(true).await.unwrap_err();
    assert!(matches!(error, RedfishError::Missing { .. }), "{error}");
    bmc.set("/redfish/v1/Chassis/1U", "LocationIndicatorActive", false.into());
    client.locate(true).await.unwrap();
    assert_eq!(bmc.get("/redfish/v1/Chassis/1U")["LocationIndicatorActive"], true);
}

#[tokio::test]
async fn a_command_that_was_sent_is_not_known_rather_than_refused() {
    const MONITOR: &str = "/redfish/v1/TaskService/TaskMonitors/7";
    let task = |state: &str| {
        let body = json!({ "@odata.type": "#Task.v1_7_0.Task", "Id": "7", "TaskState": state });
        Reply::json(202, &body).with("location", MONITOR)
    };
    for (reply, monitor, taken) in [
        (Reply::empty(204), None, Some(Taken::Yes)),
        (Reply::Lost, None, Some(Taken::Unknown)),
        (Reply::refusal(504, "Timeout", ""), None, Some(Taken::Unknown)),
        (Reply::refusal(500, "InternalError", ""), None, None),
        (task("New"), Some(Reply::empty(204)), Some(Taken::Yes)),
        (task("New"), Some(Reply::Lost), Some(Taken::Unknown)),
        (task("New"), Some(Reply::json(200, &json!({ "TaskState": "Exception" }))), None),
    ] {
        let bmc = Double::start().await;
        does(&bmc, reply.clone(), |_, _| {});
        let answer = monitor.clone();
        bmc.special(move |asked, _| answer.clone().filter(|_| asked.path == MONITOR));
        let sent_now = bmc.client().await.send_power(PowerAction::PowerCycle, &short()).await;
        assert_eq!(sent_now.ok(), taken, "{reply:?} {monitor:?}");
        assert_eq!(sent(&bmc), ["PowerCycle"]);
    }
    let bmc = Double::start().await;
    let client = bmc.client().await;
    assert_eq!(client.send_power(PowerAction::On, &short()).await.unwrap(), Taken::NotNeeded);
    let error = client.send_power(PowerAction::Nmi, &short()).await.unwrap_err();
    assert!(matches!(error, RedfishError::NotOffered { .. }), "{error}");
    assert_eq!(sent(&bmc), [""; 0]);
}

#[tokio::test]
async fn the_controller_tells_its_version_and_its_addresses() {
    let bmc = Double::start().await;
    let ports = "/redfish/v1/Managers/BMC/EthernetInterfaces";
    bmc.set("/redfish/v1/Managers/BMC", "EthernetInterfaces", json!({ "@odata.id": ports }));
    let port = json!({ "Name": "eth0", "IPv4Addresses": [{ "Address": "192.0.2.8" }] });
    bmc.collection(ports, &[("eth0", port)]);
    let client = bmc.client().await;
    assert_eq!(client.version().as_deref(), Some("1.15.0"));
    let ports = client.manager_networks().await.unwrap();
    assert_eq!(ports[0].addresses, ["192.0.2.8"]);
}
