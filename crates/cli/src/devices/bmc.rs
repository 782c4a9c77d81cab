//! Management controllers.

use super::{
    args::{Bmc, BmcVerb},
    sure::named,
    table::{table, when},
};
use crate::{
    app::App,
    report::{Failure, print, print_json},
};
use patchbay_model::{
    ApiError, BmcBoot, BmcFacts, BmcLog, BmcSensor, BmcSensors, BmcUsers, ErrorCode, MachineStatus,
    ManagementKind, Severity,
};
use serde::Serialize;
use serde_json::{Value, json};

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Good => "ok",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    }
}

/// `bmc NAME …`
pub(crate) async fn bmc(app: &App, args: &Bmc) -> Result<u8, Failure> {
    let machine = app.machine(&args.name).await?;
    let known: MachineStatus =
        app.ask("management_status", &json!({ "entry": machine.id })).await?;
    let controller = known.ways.iter().find(|way| way.kind == ManagementKind::Bmc);
    let way = controller.map(|way| way.id).ok_or_else(|| {
        let message = format!("{} has no management controller.", machine.path);
        ApiError::new(ErrorCode::Invalid, message).next("Add one in the window, under Management.")
    })?;
    let at = |more: Value| {
        let mut args = json!({ "entry": machine.id, "way": way });
        if let (Value::Object(args), Value::Object(more)) = (&mut args, more) {
            args.extend(more);
        }
        args
    };
    match &args.what {
        BmcVerb::Info => shown(app, &app.ask("bmc_facts", &at(json!({}))).await?, facts),
        BmcVerb::Sensors => shown(app, &app.ask("bmc_sensors", &at(json!({}))).await?, sensors),
        BmcVerb::Users => shown(app, &app.ask("bmc_users", &at(json!({}))).await?, users),
        BmcVerb::Log { export: Some(path), .. } => {
            app.ask::<()>("bmc_export_log", &at(json!({ "path": path }))).await?;
            Ok(0)
        }
        BmcVerb::Log { clear: true, sure, .. } => {
            let confirmed = named(&machine.name, sure).await?;
            app.ask::<()>("bmc_clear_log", &at(json!({ "confirmed": confirmed }))).await?;
            Ok(0)
        }
        BmcVerb::Log { .. } => shown(app, &app.ask("bmc_log", &at(json!({}))).await?, log),
        BmcVerb::Locate { light } => {
            app.ask::<()>("bmc_locate", &at(json!({ "lit": light }))).await?;
            Ok(0)
        }
        BmcVerb::Boot { device, persistent } => {
            let boot = BmcBoot { device: (*device).into(), persistent: *persistent, uefi: None };
            app.ask::<()>("bmc_boot", &at(json!({ "boot": boot }))).await?;
            Ok(0)
        }
        BmcVerb::Reset => {
            app.ask::<()>("bmc_reset", &at(json!({}))).await?;
            Ok(0)
        }
        BmcVerb::Raw { bytes, sure } => {
            let confirmed = named(&machine.name, sure).await?;
            let request = json!({ "request": bytes.join(" "), "confirmed": confirmed });
            let answer: String = app.ask("bmc_raw", &at(request)).await?;
            print(&format!("{answer}\n"));
            Ok(0)
        }
    }
}

fn shown<T: Serialize>(app: &App, value: &T, text: fn(&T) -> String) -> Result<u8, Failure> {
    if app.options.json {
        print_json(value)?;
    } else {
        print(&text(value));
    }
    Ok(0)
}

fn facts(facts: &BmcFacts) -> String {
    let mut rows = Vec::new();
    let mut say = |name: &str, value: &str| {
        if !value.is_empty() {
            rows.push(vec![name.to_owned(), value.to_owned()]);
        }
    };
    say("Manufacturer", &facts.manufacturer);
    say("Model", &facts.model);
    say("Serial number", &facts.serial);
    say("BIOS", &facts.bios);
    say("Controller", &facts.firmware);
    say("Version", &facts.version);
    if let Some(health) = facts.health {
        say("Health", word(health));
    }
    for item in &facts.network {
        say(&item.name, &item.detail);
    }
    for group in &facts.items {
        for item in &group.items {
            say(&format!("{}: {}", group.title, item.name), &item.detail);
        }
    }
    table(&rows)
}

fn sensors(read: &BmcSensors) -> String {
    let row = |sensor: &BmcSensor| {
        let value = match (sensor.value, sensor.states.as_slice()) {
            (Some(value), _) => format!("{value} {}", sensor.unit),
            (None, []) => "-".to_owned(),
            (None, states) => states.join(", "),
        };
        vec![sensor.name.clone(), value, word(sensor.severity).to_owned()]
    };
    table(&read.sensors.iter().map(row).collect::<Vec<_>>())
}

fn log(log: &BmcLog) -> String {
    let rows: Vec<Vec<String>> = log
        .entries
        .iter()
        .map(|entry| {
            let at = entry.at.map_or_else(|| "-".to_owned(), when);
            vec![at, word(entry.severity).to_owned(), entry.source.clone(), entry.message.clone()]
        })
        .collect();
    table(&rows)
}

fn users(read: &BmcUsers) -> String {
    let rows: Vec<Vec<String>> = read
        .users
        .iter()
        .map(|user| {
            let state = match (user.enabled, user.locked) {
                (_, true) => "locked",
                (true, false) => "enabled",
                (false, false) => "disabled",
            };
            vec![user.id.clone(), user.name.clone(), user.role.clone(), state.to_owned()]
        })
        .collect();
    table(&rows)
}
