//! Power units and their outlets.

use super::{args::Outlet, sure::sure, table::table};
use crate::{
    app::App,
    report::{Failure, print, print_json},
};
use patchbay_model::{OutletAction, OutletState, Pdu, PduOutlet, PowerGuard};
use serde_json::json;

/// `outlets NAME`
pub(crate) async fn outlets(app: &App, name: &str) -> Result<u8, Failure> {
    let machine = app.machine(name).await?;
    let read: Pdu = app.ask("pdu_get", &json!({ "entry": machine.id, "refresh": true })).await?;
    shown(app, &read)
}

/// `outlet NAME N ACTION`
pub(crate) async fn outlet(app: &App, args: &Outlet) -> Result<u8, Failure> {
    let machine = app.machine(&args.pdu).await?;
    let action = OutletAction::from(args.action);
    let about = json!({ "entry": machine.id, "outlet": args.outlet, "action": action });
    let guard: PowerGuard = app.ask("outlet_guard", &about).await?;
    let confirmed = sure(&guard, &args.sure).await?;
    let mut about = about;
    if let Some(about) = about.as_object_mut() {
        about.insert("confirmed".to_owned(), json!(confirmed));
    }
    shown(app, &app.ask("outlet_do", &about).await?)
}

fn shown(app: &App, read: &Pdu) -> Result<u8, Failure> {
    if app.options.json {
        print_json(read)?;
        return Ok(0);
    }
    let row = |outlet: &PduOutlet| {
        let state = match outlet.state {
            OutletState::On => "on",
            OutletState::Off => "off",
            OutletState::Pending => "changing",
            OutletState::Unknown => "unknown",
        };
        let feeds: Vec<&str> = outlet.feeds.iter().map(|(_, name)| name.as_str()).collect();
        let load = outlet.load.watts.map(|watts| format!("{watts} W"));
        let load = load.or_else(|| outlet.load.amperes.map(|amperes| format!("{amperes} A")));
        vec![
            outlet.id.clone(),
            outlet.name.clone(),
            state.to_owned(),
            load.unwrap_or_default(),
            feeds.join(", "),
        ]
    };
    print(&table(&read.outlets.iter().map(row).collect::<Vec<_>>()));
    Ok(0)
}
