//! What machines write down.

use crate::{
    Client, Health, Link, RedfishError, Sent,
    json::{flag, link, text},
};
use serde_json::{Value, json};

/// A log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Log {
    /// Where it is.
    pub link: Link,
    /// Its id: `Sel`, `EventLog`, `IML` and so on.
    pub id: String,
    /// What it is called.
    pub name: Option<String>,
    /// Whether it can be cleared.
    pub can_clear: bool,
    entries: Option<Link>,
}

/// Something that was written down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogEntry {
    /// Its id in the log.
    pub id: String,
    /// When, as the machine writes it.
    pub at: Option<String>,
    /// How bad it is.
    pub severity: Option<Health>,
    /// What happened.
    pub message: String,
    /// Which message of which registry.
    pub message_id: Option<String>,
    /// What it is about, as `SensorType` has it.
    pub sensor: Option<String>,
    /// Whether it is over.
    pub resolved: Option<bool>,
}

/// Part of a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogPage {
    /// In the machine's order: most begin with the newest.
    pub entries: Vec<LogEntry>,
    /// Where it goes on; hand it to [`Client::log_page`].
    pub next: Option<Link>,
}

impl Log {
    /// Reads a `LogService`.
    #[must_use]
    pub fn of(link: &Link, body: &Value) -> Self {
        Self {
            id: text(body, &["Id"]).unwrap_or_else(|| link.name().to_owned()),
            link: link.clone(),
            name: text(body, &["Name"]),
            can_clear: text(body, &["Actions", "#LogService.ClearLog", "target"]).is_some(),
            entries: self::link(body, &["Entries"]),
        }
    }

    /// Where its entries begin.
    #[must_use]
    pub const fn entries(&self) -> Option<&Link> {
        self.entries.as_ref()
    }
}

impl LogEntry {
    /// Reads a `LogEntry`.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        Self {
            id: text(body, &["Id"]).unwrap_or_default(),
            at: text(body, &["EventTimestamp"]).or_else(|| text(body, &["Created"])),
            severity: match text(body, &["Severity"]).as_deref() {
                Some("OK") => Some(Health::Ok),
                Some("Warning") => Some(Health::Warning),
                Some("Critical") => Some(Health::Critical),
                _ => None,
            },
            message: text(body, &["Message"]).or_else(|| text(body, &["Name"])).unwrap_or_default(),
            message_id: text(body, &["MessageId"]),
            sensor: text(body, &["SensorType"]),
            resolved: flag(body, &["Resolved"]),
        }
    }
}

impl Client {
    /// The logs of the machine and of its controller.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn logs(&self) -> Result<Vec<Log>, RedfishError> {
        let system = self.system().await?;
        let mut found = self.members_if_there(link(&system.body, &["LogServices"])).await?;
        let manager = self.manager_link().await.ok();
        if let Some(manager) = self.get_if_there(manager).await? {
            for log in self.members_if_there(link(&manager.body, &["LogServices"])).await? {
                if found.iter().all(|known| known.link != log.link) {
                    found.push(log);
                }
            }
        }
        Ok(found.iter().map(|log| Log::of(&log.link, &log.body)).collect())
    }

    /// Part of a log, from [`Log::entries`] or [`LogPage::next`] on.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn log_page(&self, from: &Link) -> Result<LogPage, RedfishError> {
        // Entries stand whole in nearly every machine's log, so the members are not asked for.
        let page = crate::collection::Page::of(&self.get(from).await?.body);
        let mut entries = Vec::new();
        for member in page.members {
            entries.extend(self.member(member).await?.map(|entry| LogEntry::of(&entry.body)));
        }
        Ok(LogPage { entries, next: page.next.filter(|next| next != from) })
    }

    /// Removes all entries of a log.
    ///
    /// # Errors
    /// If it cannot be cleared, or the machine says no.
    pub async fn clear_log(&self, log: &Log) -> Result<Sent, RedfishError> {
        let log = self.get(&log.link).await?;
        let clear = text(&log.body, &["Actions", "#LogService.ClearLog", "target"]);
        let target = clear.and_then(|target| Link::parse(&target));
        let target = target.ok_or_else(|| self.missing("way to clear this log"))?;
        self.post(&target, &json!({})).await
    }
}
