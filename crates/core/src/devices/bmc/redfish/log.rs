//! The event log: of several, the one in which machines write down what happens to them.

use super::{Session, severity, shown};
use crate::{
    CoreError,
    devices::bmc::{MOST_ENTRIES, failed::Failed},
    plain::plain,
};
use patchbay_device_redfish::{Log, LogEntry};
use patchbay_model::{BmcLog, BmcLogEntry, Timestamp};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Parts of a log that are asked for.
const MOST_PAGES: usize = 100;
/// What logs of events are called, best first: Dell's and OpenBMC's, iLO's, XClarity's, Supermicro's.
const NAMES: [&str; 6] = ["sel", "iml", "eventlog", "platformlog", "log1", "standardlog"];
/// The year 2000: clocks that show less were never set.
const EARLIEST: i64 = 946_684_800;

/// Which of the logs.
fn chosen(mut logs: Vec<Log>) -> Option<Log> {
    let rank = |log: &Log| {
        let id = log.id.to_ascii_lowercase();
        NAMES.iter().position(|name| *name == id).unwrap_or(NAMES.len())
    };
    // The first of those that are alike.
    logs.sort_by_key(rank);
    logs.into_iter().next()
}

impl Session {
    pub(in crate::devices::bmc) async fn read_log(&self) -> Result<BmcLog, Failed> {
        let Some(log) = chosen(self.client.logs().await?) else {
            let name = String::new();
            return Ok(BmcLog { name, entries: Vec::new(), can_clear: false, cut: false });
        };
        let (mut found, mut next) = (Vec::new(), log.entries().cloned());
        for _ in 0..MOST_PAGES {
            let Some(page) = next.take_if(|_| found.len() <= MOST_ENTRIES) else { break };
            let page = self.client.log_page(&page).await?;
            found.extend(page.entries.into_iter().map(show));
            next = page.next;
        }
        // Most begin with the newest, and not all.
        if found.iter().all(|entry| entry.at.is_some()) {
            found.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        }
        let cut = next.is_some() || found.len() > MOST_ENTRIES;
        found.truncate(MOST_ENTRIES);
        let name = shown(log.name.as_ref().or(Some(&log.id)));
        Ok(BmcLog { name, entries: found, can_clear: log.can_clear, cut })
    }

    pub(in crate::devices::bmc) async fn clear_log(&self) -> Result<(), Failed> {
        let log = chosen(self.client.logs().await?).ok_or(CoreError::NotFound("event log"))?;
        let sent = self.client.clear_log(&log).await?;
        self.finish(sent).await
    }
}

fn show(entry: LogEntry) -> BmcLogEntry {
    let LogEntry { id, at, severity: health, message, message_id, sensor, resolved } = entry;
    let over = if resolved == Some(true) { " (over)" } else { "" };
    // `Base.1.8.PowerOn` is of the registry `Base`.
    let registry = message_id.and_then(|id| id.split_once('.').map(|(name, _)| name.to_owned()));
    BmcLogEntry {
        id: plain(id.as_bytes()),
        at: at.as_deref().and_then(moment),
        severity: severity(health),
        source: shown(sensor.or(registry).as_ref()),
        message: format!("{}{over}", plain(message.replace(['\r', '\n'], " ").as_bytes())),
        raw: None,
    }
}

/// A moment as Redfish writes it (DSP0266 section 9.4.4).
fn moment(text: &str) -> Option<Timestamp> {
    let seconds = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp();
    (seconds >= EARLIEST).then_some(Timestamp(seconds * 1_000))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{chosen, moment};
    use patchbay_device_redfish::{Link, Log};
    use patchbay_model::Timestamp;
    use serde_json::json;

    #[test]
    fn of_several_logs_that_of_events() {
        let log = |id: &str| {
            let link = Link::parse(&format!("/redfish/v1/Managers/1/LogServices/{id}")).unwrap();
            Log::of(&link, &json!({ "Id": id }))
        };
        let id = |ids: &[&str]| chosen(ids.iter().map(|id| log(id)).collect()).map(|log| log.id);
        assert_eq!(id(&["Lclog", "Sel", "FaultList"]).as_deref(), Some("Sel"));
        assert_eq!(id(&["AuditLog", "PlatformLog"]).as_deref(), Some("PlatformLog"));
        assert_eq!(id(&["Others", "More"]).as_deref(), Some("Others"));
        assert_eq!(id(&[]), None);
    }

    #[test]
    fn clocks_that_were_never_set_tell_nothing() {
        assert_eq!(moment("2023-11-14T23:13:20+01:00"), Some(Timestamp(1_700_000_000_000)));
        assert_eq!(moment("1970-01-01T00:00:07Z"), None);
        assert_eq!(moment("yesterday"), None);
    }
}
