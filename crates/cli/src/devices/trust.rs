//! Certificates of the ways to manage a machine.

use crate::{
    app::App,
    ask,
    report::{FAILED, Failure, say},
};
use patchbay_model::{HostKeyAnswer, MachineStatus, WayStatus};
use serde_json::json;

/// `trust NAME`: asks about each certificate that is not on record.
pub(crate) async fn trust(app: &App, name: &str) -> Result<u8, Failure> {
    let machine = app.machine(name).await?;
    let status: MachineStatus =
        app.ask("management_status", &json!({ "entry": machine.id, "refresh": true })).await?;
    let (mut asked, mut refused) = (false, false);
    for way in &status.ways {
        let Some(question) = &way.question else { continue };
        asked = true;
        let question = question.clone();
        let shown = question.presented.fingerprint.clone();
        let answer = tokio::task::spawn_blocking(move || ask::host_key(&question)).await;
        let replace = match answer.unwrap_or(HostKeyAnswer::Refuse) {
            HostKeyAnswer::Trust => false,
            HostKeyAnswer::Replace { last_eight } if shown.ends_with(&last_eight) => true,
            HostKeyAnswer::Replace { .. } | HostKeyAnswer::Once | HostKeyAnswer::Refuse => {
                say(&format!("{} stays untrusted: nothing was put on record.", way.name));
                refused = true;
                continue;
            }
        };
        let args =
            json!({ "entry": machine.id, "way": way.id, "fingerprint": shown, "replace": replace });
        let now: WayStatus = app.ask("management_trust", &args).await?;
        match now.problem {
            Some(error) => say(&format!("{}: {error}", now.name)),
            None => say(&format!("{} is on record.", now.name)),
        }
    }
    if !asked {
        say(&format!("Nothing of {} has to be looked at.", machine.path));
    }
    Ok(if refused { FAILED } else { 0 })
}
