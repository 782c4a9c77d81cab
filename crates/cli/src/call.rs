//! The commands of the window, from a shell.

use crate::{
    app::App,
    args::Call,
    report::{Failure, print, print_json, say},
};
use patchbay_model::{ApiError, AppEvent, ErrorCode, NodeId, Reachability, StatusReport};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    io::Read,
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Arguments are small.
const MOST_ARGUMENTS: u64 = 16 * 1024 * 1024;

/// `commands`, `call --list`
pub(crate) fn list(json: bool) -> Result<u8, Failure> {
    let commands = patchbay_commands::describe().map_err(|error| {
        ApiError::new(ErrorCode::Internal, format!("The commands cannot be listed: {error}."))
    })?;
    if json {
        let all: Vec<Value> = commands
            .iter()
            .map(|command| json!({ "name": command.name, "doc": command.doc, "args": command.args, "result": command.result }))
            .collect();
        print_json(&all)?;
        return Ok(0);
    }
    let mut text = String::new();
    for command in commands {
        text.push_str(&format!(
            "{}\n    {}\n    {} → {}\n",
            command.name, command.doc, command.args, command.result
        ));
    }
    print(&text);
    Ok(0)
}

/// `call COMMAND [JSON|-]`
pub(crate) async fn call(app: &App, call: &Call) -> Result<u8, Failure> {
    let name = call.command.as_deref().unwrap_or_default();
    let args = match call.arguments.as_deref() {
        Some("-") => read_arguments()?,
        Some(json) => json.to_owned(),
        None => String::new(),
    };
    let result = match name {
        "vault_create" => create(app, &args).await?,
        "status_check" => check(app, &args).await?,
        _ => app.call(name, &args).await?,
    };
    let value: Value = serde_json::from_str(&result).unwrap_or(Value::Null);
    print_json(&value)?;
    Ok(0)
}

fn read_arguments() -> Result<String, ApiError> {
    let mut text = String::new();
    std::io::stdin().take(MOST_ARGUMENTS).read_to_string(&mut text).map_err(|error| {
        ApiError::new(ErrorCode::Invalid, format!("The arguments cannot be read: {error}."))
    })?;
    Ok(text)
}

/// The window shows a recovery key before the vault is made; here there is only this one moment to show it.
async fn create(app: &App, args: &str) -> Result<String, ApiError> {
    let proposed = app.call("vault_propose_recovery_key", "").await?;
    let result = app.call("vault_create", args).await?;
    let key: Value = serde_json::from_str(&proposed).unwrap_or(Value::Null);
    if let Some(key) = key.get("recoveryKey").and_then(Value::as_str) {
        say(&format!(
            "Recovery key, to be written down and kept apart from this computer:\n\n    {key}\n"
        ));
    }
    Ok(result)
}

/// The results come as events, so this waits for them and prints them instead.
async fn check(app: &App, args: &str) -> Result<String, ApiError> {
    let events = app.ctx.core.events();
    app.call("status_check", args).await?;
    let asked: Value = serde_json::from_str(args).unwrap_or(Value::Null);
    let ids = asked.get("ids").cloned().unwrap_or(Value::Null);
    let ids: Vec<NodeId> = serde_json::from_value(ids).unwrap_or_default();
    // Folders are not looked at, so nothing is to be waited for.
    let machines: HashSet<NodeId> =
        app.machines().await?.into_iter().map(|machine| machine.id).collect();
    let waiting = ids.into_iter().filter(|id| machines.contains(id)).collect();
    let reports = results(events, waiting).await;
    serde_json::to_string(&reports)
        .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))
}

async fn results(
    mut events: Receiver<AppEvent>,
    mut waiting: HashSet<NodeId>,
) -> Vec<StatusReport> {
    let mut last = HashMap::new();
    while !waiting.is_empty() {
        match events.recv().await {
            Ok(AppEvent::Status { reports }) => {
                for report in reports
                    .into_iter()
                    .filter(|report| report.reachability != Reachability::Checking)
                {
                    waiting.remove(&report.id);
                    last.insert(report.id, report);
                }
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => break,
        }
    }
    let mut reports: Vec<StatusReport> = last.into_values().collect();
    reports.sort_by_key(|report| report.id);
    reports
}
