//! Listing and showing machines.

use crate::{
    app::App,
    names,
    report::{Failure, print, print_json},
};
use patchbay_model::{Effective, FlowControl, Jump, NodeDetail, Origin, Protocol, RecordMode};
use serde_json::json;
use std::fmt::Write as _;

/// `list [FILTER]`
pub(crate) async fn list(app: &App, filter: Option<&str>) -> Result<u8, Failure> {
    let mut machines = app.machines().await?;
    if let Some(filter) = filter {
        machines = names::filter(machines, filter);
    }
    if app.options.json {
        print_json(&machines)?;
        return Ok(0);
    }
    let width =
        |text: &dyn Fn(&names::Machine) -> usize| machines.iter().map(text).max().unwrap_or(0);
    let path = width(&|machine| machine.path.chars().count());
    let address = width(&|machine| machine.address.chars().count());
    let mut text = String::new();
    for machine in &machines {
        let line = format!(
            "{:path$}  {:address$}  {}",
            machine.path,
            machine.address,
            machine.tags.join(" ")
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    print(&text);
    Ok(0)
}

/// `show NAME`
pub(crate) async fn show(app: &App, name: &str) -> Result<u8, Failure> {
    let machine = app.machine(name).await?;
    let detail: NodeDetail = app.ask("node_get", &json!({ "id": machine.id })).await?;
    if app.options.json {
        print_json(&detail)?;
        return Ok(0);
    }
    let all = app.machines().await?;
    let jump = match &detail.effective.jump.value {
        Jump::Direct => "direct".to_owned(),
        Jump::Through { entry } => {
            let through = all.iter().find(|machine| machine.id == *entry);
            format!(
                "through {}",
                through.map_or_else(|| entry.to_string(), |machine| machine.path.clone())
            )
        }
    };
    print(&describe(&machine, &detail, &jump));
    Ok(0)
}

fn describe(machine: &names::Machine, detail: &NodeDetail, jump: &str) -> String {
    let effective = &detail.effective;
    let identities = match effective.identities.value.len() {
        0 => "none".to_owned(),
        count => count.to_string(),
    };
    let mut text = String::new();
    let mut line = |label: &str, value: &str, from: &str| {
        if !value.is_empty() {
            // Writing to a string cannot fail.
            let _done = writeln!(text, "{:<17}{value}{from}", format!("{label}:"));
        }
    };
    line("Name", &machine.path, "");
    line("Id", &machine.id.to_string(), "");
    line("Address", &machine.address, "");
    let protocol = detail.entry.as_ref().map(|entry| entry.draft.protocol).unwrap_or_default();
    line("Protocol", protocol_name(protocol), "");
    let port = detail.entry.as_ref().and_then(|entry| effective.port_to(&entry.draft));
    if let Some(port) = port {
        let own = protocol == Protocol::Ssh || effective.port.origin == Origin::Here;
        let from = if own { origin(&effective.port) } else { String::new() };
        line("Port", &port.to_string(), &from);
    }
    if protocol == Protocol::Serial {
        line("Speed", &effective.baud.value.to_string(), &origin(&effective.baud));
        line("Frame", &effective.frame.value.to_string(), &origin(&effective.frame));
        let flow = match effective.flow_control.value {
            FlowControl::None => "none",
            FlowControl::RtsCts => "RTS/CTS",
            FlowControl::XonXoff => "XON/XOFF",
        };
        line("Flow control", flow, &origin(&effective.flow_control));
    } else {
        line("Way", jump, &origin(&effective.jump));
        let timeout = format!("{} s", effective.connect_timeout.value);
        line("Connect time-out", &timeout, &origin(&effective.connect_timeout));
    }
    if !matches!(protocol, Protocol::Raw | Protocol::Serial) {
        line("User", effective.user.value.as_deref().unwrap_or_default(), &origin(&effective.user));
    }
    if matches!(protocol, Protocol::Ssh | Protocol::Telnet) {
        let every = format!("{} s", effective.keep_alive.value);
        line("Keep-alive", &every, &origin(&effective.keep_alive));
    }
    if protocol == Protocol::Ssh || protocol.is_desktop() {
        line("Identities", &identities, &origin(&effective.identities));
    }
    if protocol == Protocol::Ssh {
        line(
            "Legacy algorithms",
            if effective.legacy_algorithms.value { "allowed" } else { "no" },
            &origin(&effective.legacy_algorithms),
        );
        line(
            "Start command",
            effective.start_command.value.as_deref().unwrap_or_default(),
            &origin(&effective.start_command),
        );
    }
    let record = match effective.record.value {
        RecordMode::Off => "",
        RecordMode::Output => "output",
        RecordMode::OutputAndKeys => "output and typed lines",
    };
    line("Record", record, &origin(&effective.record));
    line("Tags", &machine.tags.join(" "), "");
    if let Some(entry) = &detail.entry {
        line("Hardware address", entry.draft.mac.as_deref().unwrap_or_default(), "");
        line("Notes", entry.draft.notes.trim(), "");
    }
    text
}

const fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Serial => "serial line",
        other => other.name(),
    }
}

fn origin<T>(value: &Effective<T>) -> String {
    match &value.origin {
        Origin::Folder { name, .. } => format!("  (from {name})"),
        Origin::BuiltIn | Origin::Here => String::new(),
    }
}
