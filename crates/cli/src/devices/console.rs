//! A console of a machine, by the first way that answers.

use super::{args::Console, table::table};
use crate::{
    app::App,
    connect,
    report::{Failure, print, print_json, say},
};
use patchbay_core::sessions::OpenTarget;
use patchbay_model::{ApiError, ConsoleRung, ErrorCode, SessionTarget};
use serde_json::json;

/// `console NAME`
pub(crate) async fn console(app: &App, args: &Console) -> Result<u8, Failure> {
    let machine = app.machine(&args.name).await?;
    let rungs: Vec<ConsoleRung> =
        app.ask("console_ladder", &json!({ "entry": machine.id })).await?;
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
    if let SessionTarget::SerialOverLan { end_stale, .. } = &mut target {
        *end_stale = args.end_other;
    }
    connect::terminal(app, OpenTarget::of(&app.ctx, target)?).await
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
