//! The power of machines.

use super::{args::Power, sure::sure, table::table};
use crate::{
    app::App,
    ask,
    report::{FAILED, Failure, print, print_json},
};
use patchbay_model::{
    ApiError, ErrorCode, FleetRow, MachineStatus, PowerAction, PowerDone, PowerGuard, PowerState,
    PowerTaken, WayStatus,
};
use serde_json::json;

const fn state(power: PowerState) -> &'static str {
    match power {
        PowerState::On => "on",
        PowerState::Off => "off",
        PowerState::Changing => "changing",
        PowerState::Unknown => "unknown",
    }
}

/// `power NAME [ACTION]`
pub(crate) async fn power(app: &App, args: &Power) -> Result<u8, Failure> {
    let machine = app.machine(&args.name).await?;
    let known = json!({ "entry": machine.id, "refresh": args.action.is_none() });
    let mut status: MachineStatus = app.ask("management_status", &known).await?;
    let asks = |way: &WayStatus| way.problem.clone().filter(|e| e.code == ErrorCode::NeedsCode);
    if let Some(asked) = status.ways.iter().find_map(asks)
        && ask::somebody_is_there()
    {
        app.sign_in(&json!(machine.id), asked).await?;
        status = app.ask("management_status", &known).await?;
    }
    let Some(action) = args.action.map(PowerAction::from) else {
        return show(app, &status);
    };
    let way = args.way.as_deref().map(|wanted| chosen(&status.ways, wanted)).transpose()?;
    let way = way.map(|way| way.id);
    let about = json!({ "entries": [machine.id], "action": action, "way": way });
    let guard: PowerGuard = app.ask("power_guard", &about).await?;
    let confirmed = sure(&guard, &args.sure).await?;
    let args = json!({ "entry": machine.id, "action": action, "way": way, "confirmed": confirmed });
    let done: PowerDone = app.ask("power_do", &args).await?;
    if app.options.json {
        print_json(&done)?;
    } else {
        print(&told(&done));
    }
    let worked = done.tries.iter().any(|tried| tried.taken != PowerTaken::Failed);
    Ok(if worked { 0 } else { FAILED })
}

fn chosen<'a>(ways: &'a [WayStatus], wanted: &str) -> Result<&'a WayStatus, ApiError> {
    let fits = |way: &&WayStatus| way.name.to_lowercase().contains(&wanted.to_lowercase());
    let mut found = ways.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (none, _) => {
            let how = if none.is_none() { "No way" } else { "More than one way" };
            let names: Vec<&str> = ways.iter().map(|way| way.name.as_str()).collect();
            Err(ApiError::new(ErrorCode::Invalid, format!("{how} is called “{wanted}”."))
                .next(format!("There are: {}.", names.join("; "))))
        }
    }
}

fn show(app: &App, status: &MachineStatus) -> Result<u8, Failure> {
    if app.options.json {
        print_json(status)?;
        return Ok(0);
    }
    let mut text = format!("{}\n", state(status.power));
    let rows: Vec<Vec<String>> = status
        .ways
        .iter()
        .map(|way| {
            let said = match (&way.problem, &way.question) {
                (Some(error), _) => error.to_string(),
                (None, Some(_)) => "its certificate is not trusted yet: use “trust”".to_owned(),
                (None, None) => way.about.clone(),
            };
            vec![format!("  {}", way.name), state(way.power).to_owned(), said]
        })
        .collect();
    text.push_str(&table(&rows));
    print(&text);
    Ok(0)
}

fn told(done: &PowerDone) -> String {
    let mut rows: Vec<Vec<String>> = done
        .tries
        .iter()
        .map(|tried| {
            let came = match tried.taken {
                PowerTaken::NotNeeded => "it was so already".to_owned(),
                PowerTaken::Done => "done".to_owned(),
                PowerTaken::Unknown => {
                    "sent, and the answer was lost: look before you try again".to_owned()
                }
                PowerTaken::Failed => tried
                    .problem
                    .as_ref()
                    .map_or_else(|| "failed".to_owned(), |error| format!("failed: {error}")),
            };
            vec![tried.name.clone(), came]
        })
        .collect();
    rows.push(vec!["power".to_owned(), state(done.power).to_owned()]);
    table(&rows)
}

/// `fleet`
pub(crate) async fn fleet(app: &App) -> Result<u8, Failure> {
    let rows: Vec<FleetRow> = app.ask("fleet_list", &json!({ "refresh": true })).await?;
    if app.options.json {
        print_json(&rows)?;
        return Ok(0);
    }
    let number = |value: Option<u32>| value.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let mut lines = vec![
        ["MACHINE", "POWER", "SENSORS OUT", "PORTS DOWN", "GUESTS", "PROBLEM"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for row in &rows {
        let problem = row.status.ways.iter().find_map(|way| {
            let untrusted = || way.question.as_ref().map(|_| "certificate not trusted".to_owned());
            way.problem.as_ref().map(|error| error.message.clone()).or_else(untrusted)
        });
        lines.push(vec![
            row.name.clone(),
            state(row.status.power).to_owned(),
            number(row.sensors_out),
            number(row.ports_down),
            row.guests.map_or_else(|| "-".to_owned(), |(run, all)| format!("{run}/{all}")),
            problem.unwrap_or_default(),
        ]);
    }
    print(&table(&lines));
    Ok(0)
}
