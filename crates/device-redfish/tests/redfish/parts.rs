//! Sensors, logs, parts, firmware and virtual media.

use crate::double::{Double, Reply};
use hyper::Method;
use patchbay_device_redfish::{Health, ImageLogin, SensorKind, VirtualMedia};
use patchbay_model::Secret;
use serde_json::{Value, json};

const SYSTEM: &str = "/redfish/v1/Systems/437XR1138R2";
const CHASSIS: &str = "/redfish/v1/Chassis/1U";
const MANAGER: &str = "/redfish/v1/Managers/BMC";

fn link(path: &str) -> Value {
    json!({ "@odata.id": path })
}

#[tokio::test]
async fn thermal_and_power_are_read_in_two_requests() {
    let bmc = Double::start().await;
    bmc.put(&format!("{CHASSIS}/Thermal"), json!({
        "Temperatures": [
            { "Name": "CPU1 Temp", "ReadingCelsius": 62, "UpperThresholdCritical": 90, "Status": { "State": "Enabled", "Health": "OK" } },
            { "Name": "CPU2 Temp", "ReadingCelsius": null, "Status": { "State": "Absent" } },
        ],
        "Fans": [
            { "FanName": "Fan 1", "Reading": 45, "ReadingUnits": "Percent", "Status": { "Health": "Critical" } },
        ],
    }));
    bmc.put(&format!("{CHASSIS}/Power"), json!({
        "Voltages": [{ "Name": "VRM1 Voltage", "ReadingVolts": "12.1", "LowerThresholdFatal": 11 }],
        "PowerControl": [{ "Name": "System Power", "PowerConsumedWatts": 344 }],
        "PowerSupplies": [{ "Name": "PSU 1", "LastPowerOutputWatts": 325, "Status": { "Health": "Warning" } }],
    }));
    bmc.set(CHASSIS, "Thermal", link(&format!("{CHASSIS}/Thermal")));
    bmc.set(CHASSIS, "Power", link(&format!("{CHASSIS}/Power")));
    bmc.set(CHASSIS, "Sensors", link(&format!("{CHASSIS}/Sensors")));
    let client = bmc.client().await;
    client.status().await.unwrap();
    bmc.forget();
    let all = client.sensors().await.unwrap();
    assert_eq!(bmc.asked().len(), 4, "{:?}", bmc.asked());
    let short: Vec<_> = all.iter().map(|one| (one.kind, one.reading, one.unit.as_str())).collect();
    assert_eq!(
        short,
        [
            (SensorKind::Temperature, Some(62.0), "Cel"),
            (SensorKind::Temperature, None, "Cel"),
            (SensorKind::Fan, Some(45.0), "%"),
            (SensorKind::Voltage, Some(12.1), "V"),
            (SensorKind::Power, Some(344.0), "W"),
            (SensorKind::PowerSupply, Some(325.0), "W"),
        ]
    );
    assert_eq!(all[0].thresholds.upper_critical, Some(90.0));
    assert_eq!(all[1].state.as_deref(), Some("Absent"));
    assert_eq!((all[2].name.as_str(), all[2].health), ("Fan 1", Some(Health::Critical)));
    assert_eq!(all[3].thresholds.lower_fatal, Some(11.0));
}

#[tokio::test]
async fn sensors_come_together_where_the_machine_can_expand() {
    let bmc = Double::start().await;
    let path = format!("{CHASSIS}/Sensors");
    bmc.set(CHASSIS, "Sensors", link(&path));
    bmc.set(CHASSIS, "Thermal", link(&format!("{CHASSIS}/Thermal")));
    let sensor = json!({
        "Name": "Ambient Temperature", "ReadingType": "Temperature", "Reading": 22.5, "ReadingUnits": "Cel",
        "Thresholds": { "UpperCritical": { "Reading": 40 }, "LowerCaution": { "Reading": 5 } },
    });
    let fan = json!({ "Name": "Fan Bay 1", "ReadingType": "Rotational", "Reading": 2400, "ReadingUnits": "RPM" });
    bmc.collection(&path, &[("AmbientTemp", sensor), ("Fan1", fan)]);
    bmc.set(
        "/redfish/v1/",
        "ProtocolFeaturesSupported",
        json!({ "ExpandQuery": { "NoLinks": true } }),
    );
    let client = bmc.client().await;
    bmc.forget();
    let all = client.sensors().await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(
        (all[0].reading, all[0].thresholds.upper_critical, all[0].thresholds.lower_caution),
        (Some(22.5), Some(40.0), Some(5.0))
    );
    assert_eq!((all[1].kind, all[1].unit.as_str()), (SensorKind::Fan, "RPM"));
    let asked = bmc.asked();
    assert_eq!(asked.last().unwrap(), &format!("GET {path}?$expand=.($levels=1)"));
    // Who says so and cannot is asked for one after the other.
    bmc.special(|asked, _| {
        asked.path.contains("$expand").then(|| Reply::refusal(501, "QueryNotSupported", "No."))
    });
    assert_eq!(client.sensors().await.unwrap(), all);
}

#[tokio::test]
async fn the_newer_thermal_subsystem_is_read_where_nothing_else_is() {
    let bmc = Double::start().await;
    let thermal = format!("{CHASSIS}/ThermalSubsystem");
    bmc.set(CHASSIS, "ThermalSubsystem", link(&thermal));
    bmc.put(&thermal, json!({
        "ThermalMetrics": link(&format!("{thermal}/ThermalMetrics")), "Fans": link(&format!("{thermal}/Fans")),
    }));
    bmc.put(
        &format!("{thermal}/ThermalMetrics"),
        json!({
            "TemperatureReadingsCelsius": [{ "Reading": 24.8, "DeviceName": "Intake" }],
        }),
    );
    bmc.collection(
        &format!("{thermal}/Fans"),
        &[
            (
                "1",
                json!({ "Name": "Fan Bay 1", "SpeedPercent": { "Reading": 45, "SpeedRPM": 2200 } }),
            ),
            ("2", json!({ "Name": "Fan Bay 2", "SpeedPercent": { "Reading": 40 } })),
        ],
    );
    let all = bmc.client().await.sensors().await.unwrap();
    let short: Vec<_> =
        all.iter().map(|one| (one.name.as_str(), one.reading, one.unit.as_str())).collect();
    assert_eq!(
        short,
        [
            ("Intake", Some(24.8), "Cel"),
            ("Fan Bay 1", Some(2200.0), "RPM"),
            ("Fan Bay 2", Some(40.0), "%")
        ]
    );
}

#[tokio::test]
async fn logs_are_read_in_pages_and_cleared() {
    let bmc = Double::start().await;
    let logs = format!("{MANAGER}/LogServices");
    let sel = format!("{logs}/SEL");
    let clear = format!("{sel}/Actions/LogService.ClearLog");
    bmc.set(MANAGER, "LogServices", link(&logs));
    bmc.collection(
        &logs,
        &[
            (
                "SEL",
                json!({
                    "Name": "System Event Log", "Entries": link(&format!("{sel}/Entries")),
                    "Actions": { "#LogService.ClearLog": { "target": clear } },
                }),
            ),
            ("Audit", json!({ "Name": "Audit" })),
        ],
    );
    let entry = |id: u32| {
        json!({
            "@odata.id": format!("{sel}/Entries/{id}"), "Id": id.to_string(), "Created": "2026-03-07T14:44:00Z",
            "Severity": "Critical", "Message": "Temperature threshold exceeded", "SensorType": "Temperature",
            "MessageId": "Contoso.1.0.TempAssert",
        })
    };
    bmc.put(&format!("{sel}/Entries"), json!({
        "Members": [entry(1), entry(2)], "Members@odata.nextLink": format!("{sel}/Entries?$skip=2"),
    }));
    // This one is only linked to.
    bmc.put(&format!("{sel}/Entries/3"), entry(3));
    bmc.put(
        &format!("{sel}/Entries?$skip=2"),
        json!({ "Members": [link(&format!("{sel}/Entries/3"))] }),
    );
    let client = bmc.client().await;
    let all = client.logs().await.unwrap();
    let short: Vec<_> = all.iter().map(|one| (one.id.as_str(), one.can_clear)).collect();
    assert_eq!(short, [("SEL", true), ("Audit", false)]);

    let first = client.log_page(all[0].entries().unwrap()).await.unwrap();
    assert_eq!(first.entries.len(), 2);
    assert_eq!(
        (first.entries[0].severity, first.entries[0].sensor.as_deref()),
        (Some(Health::Critical), Some("Temperature"))
    );
    let second = client.log_page(first.next.as_ref().unwrap()).await.unwrap();
    assert_eq!((second.entries[0].id.as_str(), second.next), ("3", None));

    client.clear_log(&all[0]).await.unwrap();
    assert_eq!(bmc.changes(), [(format!("POST {clear}"), json!({}))]);
    assert!(client.clear_log(&all[1]).await.is_err());
}

#[tokio::test]
async fn parts_are_listed_and_empty_places_are_not() {
    let bmc = Double::start().await;
    let absent = json!({ "Status": { "State": "Absent" } });
    for key in ["Processors", "Memory", "EthernetInterfaces", "Storage"] {
        bmc.set(SYSTEM, key, link(&format!("{SYSTEM}/{key}")));
    }
    bmc.collection(&format!("{SYSTEM}/Processors"), &[
        ("CPU1", json!({ "Socket": "CPU 1", "Model": "Multi-Core Intel(R) Xeon(R)", "TotalCores": 8, "TotalThreads": 16, "MaxSpeedMHz": 3700 })),
        ("CPU2", absent.clone()),
    ]);
    bmc.collection(&format!("{SYSTEM}/Memory"), &[
        ("1", json!({ "DeviceLocator": "DIMM 1", "CapacityMiB": 32768.0, "MemoryDeviceType": "DDR4", "OperatingSpeedMhz": "2400" })),
        ("2", absent),
    ]);
    bmc.collection(
        &format!("{SYSTEM}/EthernetInterfaces"),
        &[(
            "12446A3B0411",
            json!({
                "MACAddress": "12:44:6A:3B:04:11", "SpeedMbps": 1000, "LinkStatus": "LinkUp",
                "IPv4Addresses": [{ "Address": "192.0.2.10" }, { "Address": "0.0.0.0" }],
            }),
        )],
    );
    let drive = format!("{SYSTEM}/Storage/1/Drives/0");
    bmc.put(&drive, json!({ "Name": "Drive 0", "CapacityBytes": 899_527_000_000_u64, "MediaType": "SSD", "FailurePredicted": true }));
    bmc.collection(
        &format!("{SYSTEM}/Storage"),
        &[("1", json!({ "Drives": [link(&drive), link("/redfish/v1/gone")] }))],
    );
    let all = bmc.client().await.inventory().await.unwrap();
    assert_eq!(
        (all.processors.len(), all.memory.len(), all.drives.len(), all.networks.len()),
        (1, 1, 1, 1)
    );
    assert_eq!((all.processors[0].cores, all.processors[0].threads), (Some(8), Some(16)));
    assert_eq!((all.memory[0].size, all.memory[0].speed), (Some(32_768), Some(2_400)));
    assert_eq!((all.drives[0].size, all.drives[0].will_fail), (Some(899_527_000_000), Some(true)));
    assert_eq!(
        (all.networks[0].up, all.networks[0].addresses.as_slice()),
        (Some(true), &["192.0.2.10".to_owned()][..])
    );
}

#[tokio::test]
async fn where_there_is_simple_storage_only_that_is_read() {
    let bmc = Double::start().await;
    bmc.set(SYSTEM, "SimpleStorage", link(&format!("{SYSTEM}/SimpleStorage")));
    let devices = json!({ "Devices": [{ "Name": "SATA Bay 1", "CapacityBytes": 8_000_000_000_000_u64 }, { "Status": { "State": "Absent" } }] });
    bmc.collection(&format!("{SYSTEM}/SimpleStorage"), &[("1", devices)]);
    let all = bmc.client().await.inventory().await.unwrap();
    assert_eq!(all.drives.len(), 1);
    assert_eq!(all.drives[0].name, "SATA Bay 1");
}

#[tokio::test]
async fn firmware_has_versions() {
    let bmc = Double::start().await;
    let path = "/redfish/v1/UpdateService/FirmwareInventory";
    bmc.put("/redfish/v1/UpdateService", json!({ "FirmwareInventory": link(path) }));
    bmc.collection(path, &[("BMC", json!({ "Name": "Contoso BMC Firmware", "Version": "1.45.455b66-rev4", "Updateable": true }))]);
    let all = bmc.client().await.firmware().await.unwrap();
    assert_eq!(
        (all[0].id.as_str(), all[0].version.as_deref(), all[0].updateable),
        ("BMC", Some("1.45.455b66-rev4"), Some(true))
    );
}

async fn only(bmc: &Double) -> VirtualMedia {
    bmc.client().await.virtual_media().await.unwrap().into_iter().next().unwrap()
}

#[tokio::test]
async fn virtual_media_may_be_the_controllers() {
    let bmc = Double::start().await;
    let path = format!("{MANAGER}/VirtualMedia");
    bmc.set(MANAGER, "VirtualMedia", link(&path));
    let insert = format!("{path}/CD1/Actions/VirtualMedia.InsertMedia");
    bmc.collection(
        &path,
        &[(
            "CD1",
            json!({
                "MediaTypes": ["CD", "DVD"], "Inserted": false,
                "Actions": { "#VirtualMedia.InsertMedia": { "target": insert } },
            }),
        )],
    );
    bmc.special(|asked, _| {
        let lacks =
            asked.path.ends_with("InsertMedia") && asked.body.get("TransferProtocolType").is_none();
        let text = "The action requires the parameter TransferProtocolType.";
        lacks.then(|| Reply::refusal(400, "ActionParameterMissing", text))
    });
    let cd = only(&bmc).await;
    assert_eq!(cd.kinds, ["CD", "DVD"]);
    let login = ImageLogin { user: "ada".to_owned(), password: Secret::new("p".to_owned()) };
    let image = "https://images.example/debian.iso";
    bmc.client().await.insert_media(&cd.link, image, Some(&login)).await.unwrap();
    let bodies: Vec<_> = bmc.changes().into_iter().map(|(_, body)| body).collect();
    let plain = json!({ "Image": image, "UserName": "ada", "Password": "p" });
    let mut told = plain.clone();
    told["TransferProtocolType"] = "HTTPS".into();
    assert_eq!(bodies, [plain, told]);
}

#[tokio::test]
async fn virtual_media_without_actions_is_changed() {
    for takes_inserted in [true, false] {
        let bmc = Double::start().await;
        bmc.set("/redfish/v1/", "Vendor", "Lenovo".into());
        let path = format!("{SYSTEM}/VirtualMedia");
        bmc.set(SYSTEM, "VirtualMedia", link(&path));
        bmc.collection(
            &path,
            &[
                ("RDOC1", json!({ "MediaTypes": ["CD"] })),
                (
                    "EXT1",
                    json!({ "MediaTypes": ["CD"], "Image": null, "ConnectedVia": "NotConnected" }),
                ),
            ],
        );
        bmc.special(move |asked, _| {
            let told = asked.method == Method::PATCH && asked.body.get("Inserted").is_some();
            (told && !takes_inserted).then(|| Reply::refusal(400, "PropertyUnknown", "Inserted"))
        });
        let drive = only(&bmc).await;
        assert_eq!((drive.id.as_str(), drive.inserted), ("EXT1", false));
        let client = bmc.client().await;
        client.insert_media(&drive.link, "http://images.example/a.iso", None).await.unwrap();
        assert_eq!(bmc.get(drive.link.as_str())["Image"], "http://images.example/a.iso");
        client.eject_media(&drive.link).await.unwrap();
        assert_eq!(bmc.get(drive.link.as_str())["Image"], Value::Null);
    }
}
