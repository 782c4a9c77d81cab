//! Guests of a Proxmox VE cluster.

use super::{
    args::{Guest, GuestVerb},
    sure::{named, sure},
    table::table,
};
use crate::{
    app::App,
    connect,
    names::Machine,
    report::{FAILED, Failure, INTERRUPTED, print, print_json, say},
};
use patchbay_core::{Right, sessions::OpenTarget};
use patchbay_model::{
    ApiError, Cluster, ClusterGuest, ClusterTask, ClusterTaskState, ErrorCode, GuestDetail,
    GuestKind, GuestPower, NewGuestSnapshot, PowerGuard, SessionTarget,
};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

const fn kind(guest: &ClusterGuest) -> &'static str {
    match guest.kind {
        GuestKind::Vm => "vm",
        GuestKind::Container => "container",
    }
}

/// `guests NAME`
pub(crate) async fn guests(app: &App, name: &str) -> Result<u8, Failure> {
    let machine = app.machine(name).await?;
    let read: Cluster = get(app, &machine).await?;
    if app.options.json {
        print_json(&read)?;
        return Ok(0);
    }
    let row = |guest: &ClusterGuest| {
        vec![
            guest.id.to_string(),
            guest.name.clone(),
            kind(guest).to_owned(),
            guest.node.clone(),
            if guest.template { "template".to_owned() } else { guest.status.clone() },
            guest.lock.clone().unwrap_or_default(),
        ]
    };
    print(&table(&read.guests.iter().map(row).collect::<Vec<_>>()));
    Ok(0)
}

async fn get(app: &App, machine: &Machine) -> Result<Cluster, ApiError> {
    app.ask("cluster_get", &json!({ "entry": machine.id, "refresh": true })).await
}

fn found<'a>(read: &'a Cluster, wanted: &str) -> Result<&'a ClusterGuest, ApiError> {
    let by_number =
        || wanted.parse().ok().and_then(|id: u32| read.guests.iter().find(|g| g.id == id));
    let by_name = || read.guests.iter().find(|guest| guest.name == wanted);
    by_number().or_else(by_name).ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound, format!("There is no guest “{wanted}”."))
            .next("“guests NAME” lists them.")
    })
}

/// `guest CLUSTER GUEST …`
pub(crate) async fn guest(app: &App, args: &Guest) -> Result<u8, Failure> {
    let machine = app.machine(&args.cluster).await?;
    let read = get(app, &machine).await?;
    let guest = found(&read, &args.guest)?;
    let of = |more: Value| {
        let mut args = json!({ "entry": machine.id, "guest": guest.id });
        if let (Value::Object(args), Value::Object(more)) = (&mut args, more) {
            args.extend(more);
        }
        args
    };
    let task = match &args.what {
        GuestVerb::Show => {
            let detail: GuestDetail = app.ask("guest_get", &of(json!({}))).await?;
            if app.options.json {
                print_json(&detail)?;
            } else {
                print(&described(&detail));
            }
            return Ok(0);
        }
        GuestVerb::Console => return console(app, &machine, guest).await,
        GuestVerb::Power { action, sure: given } => {
            let action = GuestPower::from(*action);
            let about = of(json!({ "action": action }));
            let guard: PowerGuard = app.ask("guest_power_guard", &about).await?;
            let confirmed = sure(&guard, given).await?;
            let args = of(json!({ "action": action, "confirmed": confirmed }));
            app.ask("guest_power", &args).await?
        }
        GuestVerb::Snapshot { name, memory, note } => {
            let snapshot =
                NewGuestSnapshot { name: name.clone(), description: note.clone(), memory: *memory };
            app.ask("guest_take_snapshot", &of(json!({ "snapshot": snapshot }))).await?
        }
        GuestVerb::RollBack { name, start, sure } => {
            let confirmed = named(&guest.name, sure).await?;
            let args = json!({ "snapshot": name, "start": start, "confirmed": confirmed });
            app.ask("guest_roll_back", &of(args)).await?
        }
        GuestVerb::DeleteSnapshot { name } => {
            app.ask("guest_delete_snapshot", &of(json!({ "snapshot": name }))).await?
        }
    };
    followed(app, task).await
}

fn described(detail: &GuestDetail) -> String {
    let number = |value: Option<u32>| value.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let mut rows = vec![
        vec!["Name".to_owned(), detail.guest.name.clone()],
        vec!["Node".to_owned(), detail.guest.node.clone()],
        vec!["Status".to_owned(), detail.guest.status.clone()],
        vec!["Cores".to_owned(), number(detail.cores)],
        vec!["Memory, MiB".to_owned(), number(detail.memory)],
    ];
    for disk in &detail.disks {
        rows.push(vec![format!("Disk {}", disk.slot), format!("{} {}", disk.volume, disk.size)]);
    }
    for snapshot in &detail.snapshots {
        let indent = "  ".repeat(snapshot.depth as usize);
        let name = if snapshot.name.is_empty() { "(now)" } else { snapshot.name.as_str() };
        rows.push(vec![format!("Snapshot {indent}{name}"), snapshot.description.clone()]);
    }
    table(&rows)
}

async fn console(app: &App, machine: &Machine, guest: &ClusterGuest) -> Result<u8, Failure> {
    let id = app.ctx.authorize(machine.id, Right::Use)?;
    let target = SessionTarget::Guest { id: machine.id, guest: guest.id, screen: false };
    connect::terminal(app, OpenTarget::Managed(id, target)).await
}

/// Follows a task to its end; Ctrl-C stops it.
async fn followed(app: &App, mut task: ClusterTask) -> Result<u8, Failure> {
    let mut events = app.ctx.core.events();
    let devices = app.ctx.core.devices();
    let mut printed = 0;
    loop {
        // As it is now: an event may have come before this listened.
        if let Some(now) = devices.cluster_tasks().into_iter().find(|one| one.id == task.id) {
            task = now;
        }
        if !app.options.json {
            for line in task.log.iter().skip(printed) {
                say(line);
            }
            printed = task.log.len();
        }
        match &task.state {
            ClusterTaskState::Running => {}
            over => {
                if app.options.json {
                    print_json(&task)?;
                }
                return match over {
                    ClusterTaskState::Failed { error } => Err(error.clone().into()),
                    ClusterTaskState::Cancelled => Ok(INTERRUPTED),
                    _ => Ok(0),
                };
            }
        }
        tokio::select! {
            event = events.recv() => if matches!(event, Err(RecvError::Closed)) { return Ok(FAILED) },
            _ = tokio::signal::ctrl_c() => {
                app.ask::<()>("cluster_task_cancel", &json!({ "id": task.id })).await?;
            }
        }
    }
}
