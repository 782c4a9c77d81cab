//! A console of a machine, by the first way that answers, and the ports of console servers.

use super::{args::Console, table::table};
use crate::{
    app::App,
    ask, connect,
    report::{Failure, print, print_json, say},
};
use patchbay_core::sessions::OpenTarget;
use patchbay_model::{
    ApiError, ConsolePort, ConsolePortState, ConsoleRung, ConsoleServer, ErrorCode, SessionTarget,
};
use serde_json::json;

/// `console NAME`
pub(crate) async fn console(app: &App, args: &Console) -> Result<u8, Failure> {
    let machine = app.machine(&args.name).await?;
    let about = json!({ "entry": machine.id });
    let mut rungs: Vec<ConsoleRung> = app.ask("console_ladder", &about).await?;
    let asks = |rung: &ConsoleRung| rung.problem.clone().filter(|e| e.code == ErrorCode::NeedsCode);
    if let Some(asked) = rungs.iter().find_map(asks)
        && ask::somebody_is_there()
    {
        app.sign_in(&json!(machine.id), asked).await?;
        rungs = app.ask("console_ladder", &about).await?;
    }
    if args.list {
        return listed(app, &rungs);
    }
    for rung in &rungs {
        if let Some(problem) = &rung.problem {
            say(&format!("{} ({}): {}", rung.name, rung.detail, problem.message));
        }
    }
    // A screen is nothing that a terminal can show.
    let shows = |rung: &&ConsoleRung| {
        rung.ready && !matches!(rung.target, SessionTarget::Guest { screen: true, .. })
    };
    let Some(rung) = rungs.iter().find(shows) else {
        let message = format!("No way to a console of {} answers.", machine.path);
        return Err(ApiError::new(ErrorCode::Unreachable, message)
            .next("See why above, or look at it in the window.")
            .into());
    };
    say(&format!("{} ({})", rung.name, rung.detail));
    let mut target = rung.target.clone();
    if let SessionTarget::SerialOverLan { end_stale: takes, .. }
    | SessionTarget::Conserver { force: takes, .. } = &mut target
    {
        *takes = args.end_other;
    }
    connect::terminal(app, OpenTarget::of(&app.ctx, target)?).await
}

/// `console-ports NAME`
pub(crate) async fn ports(app: &App, name: &str) -> Result<u8, Failure> {
    let machine = app.machine(name).await?;
    let asked = json!({ "entry": machine.id, "refresh": true });
    let read: ConsoleServer = app.ask("console_ports", &asked).await?;
    if app.options.json {
        print_json(&read)?;
        return Ok(0);
    }
    let row = |port: &ConsolePort| {
        let state = match port.state {
            ConsolePortState::Inactive => "nothing answers",
            ConsolePortState::Idle => "idle",
            ConsolePortState::Connected => "in use",
            ConsolePortState::Busy => "busy",
            ConsolePortState::Unknown => "unknown",
        };
        let machines: Vec<&str> = port.machines.iter().map(|one| one.name.as_str()).collect();
        let (name, kind) = (port.name.clone(), port.kind.clone());
        vec![port.number.to_string(), name, kind, state.to_owned(), machines.join(", ")]
    };
    print(&table(&read.ports.iter().map(row).collect::<Vec<_>>()));
    Ok(0)
}

fn listed(app: &App, rungs: &[ConsoleRung]) -> Result<u8, Failure> {
    if app.options.json {
        print_json(&rungs)?;
        return Ok(0);
    }
    let row = |rung: &ConsoleRung| {
        let came = match &rung.problem {
            None => rung.ms.map_or_else(|| "ready".to_owned(), |ms| format!("ready, {ms} ms")),
            Some(error) => error.message.clone(),
        };
        vec![rung.name.clone(), rung.detail.clone(), came]
    };
    print(&table(&rungs.iter().map(row).collect::<Vec<_>>()));
    Ok(0)
}
