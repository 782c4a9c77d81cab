//! Ports of a switch, and changing them: plan, difference, change, check, keep or take back.

use super::{
    args::{Apply, Port, Vlan, VlanAction},
    sure::sure,
    table::table,
};
use crate::{
    app::App,
    ask,
    report::{FAILED, Failure, print, print_json, say},
};
use patchbay_model::{
    ApiError, ErrorCode, NodeId, PlanLine, PortState, Switch, SwitchChange, SwitchChangeState,
    SwitchPlan, SwitchPort, SwitchWish,
};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

/// `ports NAME`
pub(crate) async fn ports(app: &App, name: &str) -> Result<u8, Failure> {
    let machine = app.machine(name).await?;
    let read: Switch =
        app.ask("switch_get", &json!({ "entry": machine.id, "refresh": true })).await?;
    if app.options.json {
        print_json(&read)?;
        return Ok(0);
    }
    let row = |port: &SwitchPort| {
        let state = match port.state {
            PortState::Up => "up",
            PortState::Down => "down",
            PortState::Disabled => "disabled",
            PortState::Other => "other",
        };
        let tagged: Vec<String> = port.tagged.iter().map(u16::to_string).collect();
        vec![
            port.name.clone(),
            state.to_owned(),
            port.native.map(|vlan| vlan.to_string()).unwrap_or_default(),
            tagged.join(","),
            port.alias.clone(),
            port.neighbour.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
        ]
    };
    let mut rows = vec![
        ["PORT", "STATE", "VLAN", "TAGGED", "DESCRIPTION", "NEIGHBOUR"].map(str::to_owned).to_vec(),
    ];
    rows.extend(read.ports.iter().map(row));
    print(&table(&rows));
    Ok(0)
}

/// `port SWITCH PORT …`
pub(crate) async fn port(app: &App, args: &Port) -> Result<u8, Failure> {
    let machine = app.machine(&args.switch).await?;
    let read: Switch =
        app.ask("switch_get", &json!({ "entry": machine.id, "refresh": true })).await?;
    let found = read.ports.iter().find(|port| port.name == args.port).ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound, format!("There is no port “{}”.", args.port))
            .next("“ports NAME” lists them.")
    })?;
    let wishes = wishes(args, found.index)?;
    changed(app, machine.id, &wishes, &args.how).await
}

/// `vlan SWITCH VLAN …`
pub(crate) async fn vlan(app: &App, args: &Vlan) -> Result<u8, Failure> {
    let machine = app.machine(&args.switch).await?;
    let vlan = args.vlan;
    let wish = match args.action.clone() {
        VlanAction::Create { name } => SwitchWish::Create { vlan, name },
        VlanAction::Rename { name } => SwitchWish::Rename { vlan, name },
        VlanAction::Remove => SwitchWish::Remove { vlan },
        VlanAction::Address { addresses } => SwitchWish::Addresses { vlan, addresses },
    };
    changed(app, machine.id, &[wish], &args.how).await
}

/// Plans, shows, and does it unless it is only to be planned.
async fn changed(
    app: &App,
    switch: NodeId,
    wishes: &[SwitchWish],
    args: &Apply,
) -> Result<u8, Failure> {
    let plan: SwitchPlan =
        app.ask("switch_plan", &json!({ "entry": switch, "wishes": wishes })).await?;
    if app.options.json && args.plan {
        print_json(&plan)?;
        return Ok(0);
    }
    if plan.diff.is_empty() {
        say("It is so already.");
        return Ok(0);
    }
    print(&diff(&plan.diff));
    if args.plan && !plan.commands.is_empty() {
        say("What is typed at the switch:");
        print(&format!("{}\n", plan.commands.join("\n")));
    }
    if args.plan {
        return Ok(0);
    }
    let confirmed = sure(&plan.guard, &args.sure).await?;
    let apply = json!({
        "entry": switch, "plan": plan.id, "seconds": args.revert_after, "confirmed": confirmed,
    });
    let change: SwitchChange = app.ask("switch_apply", &apply).await?;
    followed(app, change, args.keep).await
}

fn wishes(args: &Port, port: u32) -> Result<Vec<SwitchWish>, ApiError> {
    let mut wishes = Vec::new();
    if args.up || args.down {
        wishes.push(SwitchWish::Up { port, up: args.up });
    }
    if let Some(alias) = &args.alias {
        wishes.push(SwitchWish::Alias { port, alias: alias.clone() });
    }
    if let Some(vlan) = args.vlan {
        wishes.push(SwitchWish::Access { port, vlan });
    }
    if !args.tagged.is_empty() {
        wishes.push(SwitchWish::Trunk { port, native: args.native, tagged: args.tagged.clone() });
    }
    if wishes.is_empty() {
        return Err(ApiError::new(ErrorCode::Invalid, "Nothing is to be changed.")
            .next("Say --up, --down, --alias, --vlan or --tagged."));
    }
    Ok(wishes)
}

fn diff(lines: &[PlanLine]) -> String {
    let line = |line: &PlanLine| format!("{} {}\n", if line.new { '+' } else { '-' }, line.text);
    lines.iter().map(line).collect()
}

/// Follows a change to its end, keeping it once it is as planned: by itself, or when somebody says so.
async fn followed(app: &App, mut change: SwitchChange, keep: bool) -> Result<u8, Failure> {
    let mut events = app.ctx.core.events();
    let devices = app.ctx.core.devices();
    let mut answering = None;
    loop {
        if let Some(now) = devices.switch_changes().into_iter().find(|one| one.id == change.id) {
            change = now;
        }
        match &change.state {
            SwitchChangeState::Kept => return over(app, &change, "The change is kept.", 0),
            SwitchChangeState::Reverted { why } => {
                return over(app, &change, &format!("Taken back: {why}."), FAILED);
            }
            SwitchChangeState::Stuck { why, left } => {
                print(&diff(left));
                let text = format!("It could not be taken back: {why}. What differs stands above.");
                return over(app, &change, &text, FAILED);
            }
            SwitchChangeState::Waiting { .. } if keep => {
                change = decided(app, "switch_keep", &change).await?;
                continue;
            }
            SwitchChangeState::Waiting { .. } if answering.is_none() => {
                if !ask::somebody_is_there() {
                    say(
                        "Nobody is there to keep it: it will be taken back. Say --keep in scripts.",
                    );
                }
                let asking = || {
                    ask::shown("Keep it? Type yes; anything else, or no answer, takes it back: ")
                };
                answering = Some(tokio::task::spawn_blocking(asking));
            }
            _ => {}
        }
        let answer = async {
            match &mut answering {
                Some(answer) => answer.await.ok().flatten(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            event = events.recv() => if matches!(event, Err(RecvError::Closed)) { return Ok(FAILED) },
            said = answer => {
                change = match said.as_deref().map(str::trim) {
                    Some("yes") => decided(app, "switch_keep", &change).await?,
                    _ => decided(app, "switch_revert", &change).await?,
                };
                answering = None;
            }
            _ = tokio::signal::ctrl_c() => change = decided(app, "switch_revert", &change).await?,
        }
    }
}

async fn decided(app: &App, how: &str, change: &SwitchChange) -> Result<SwitchChange, ApiError> {
    app.ask(how, &json!({ "id": change.id })).await
}

fn over(app: &App, change: &SwitchChange, text: &str, code: u8) -> Result<u8, Failure> {
    if app.options.json {
        print_json(change)?;
    }
    say(text);
    Ok(code)
}
