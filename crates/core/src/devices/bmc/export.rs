//! An event log as a table.

use patchbay_model::{BmcLog, Severity};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The content of a CSV file (RFC 4180).
pub(super) fn csv(log: &BmcLog) -> String {
    let mut out = String::from("id,time,severity,source,message,raw\r\n");
    for entry in &log.entries {
        let severity = match entry.severity {
            Severity::Good => "good",
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        };
        let at = entry.at.and_then(|at| OffsetDateTime::from_unix_timestamp(at.0 / 1_000).ok());
        let at = at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default();
        let raw = entry.raw.as_deref().unwrap_or_default();
        let cells = [&entry.id, at.as_str(), severity, &entry.source, &entry.message, raw];
        out.push_str(&cells.map(cell).join(","));
        out.push_str("\r\n");
    }
    out
}

/// A cell. The machine chooses the words: none may be taken for a formula where the table is opened.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let sign = if formula { "'" } else { "" };
    format!("\"{sign}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::csv;
    use patchbay_model::{BmcLog, BmcLogEntry, Severity, Timestamp};

    #[test]
    fn what_a_machine_wrote_is_text_and_nothing_else() {
        let entry = BmcLogEntry {
            id: "7".into(),
            at: Some(Timestamp(1_700_000_000_000)),
            severity: Severity::Critical,
            source: "=cmd|' /C calc'!A0".into(),
            message: "say \"hi\"".into(),
            raw: None,
        };
        let log = BmcLog { name: "SEL".into(), entries: vec![entry], can_clear: true, cut: false };
        assert_eq!(
            csv(&log),
            "id,time,severity,source,message,raw\r\n\
             \"7\",\"2023-11-14T22:13:20Z\",\"critical\",\"'=cmd|' /C calc'!A0\",\"say \"\"hi\"\"\",\"\"\r\n"
        );
    }
}
