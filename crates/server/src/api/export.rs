//! The audit log as a file: made while it is sent, a page at a time, however long it is.

use super::{Api, route::Answers, wire};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, stream};
use patchbay_team::audit::{Actor, Outcome};
use patchbay_team_store::{Find, StoreError};
use schemars::{Schema, SchemaGenerator, json_schema};
use std::sync::Arc;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Entries that are read at a time.
const PAGE: u32 = 500;
const COLUMNS: &str = "number,time,who,account,token,action,object,kind,id,organisation,address,outcome,reason,detail,hash,as,as_account\r\n";

/// What is to be in the file.
pub(super) struct Export {
    api: Arc<Api>,
    wanted: Find,
}

/// Each entry as JSON on a line of its own.
pub(super) struct Lines(pub(super) Export);

/// As comma-separated values (RFC 4180).
pub(super) struct Table(pub(super) Export);

impl Export {
    pub(super) const fn new(api: Arc<Api>, wanted: Find) -> Self {
        Self { api, wanted }
    }

    fn pages(
        self,
        first: &'static str,
        line: fn(&wire::AuditLine) -> String,
    ) -> impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static {
        let begin = (Some(first), Some(self));
        stream::try_unfold(begin, move |(first, rest)| async move {
            if let Some(first) = first.filter(|first| !first.is_empty()) {
                return Ok(Some((Bytes::from_static(first.as_bytes()), (None, rest))));
            }
            let Some(Self { api, mut wanted }) = rest else { return Ok(None) };
            let found = api.team.store.find_audit(&wanted, PAGE).await?;
            let lines: String =
                found.records.into_iter().map(|record| line(&api.audit_line(record))).collect();
            let rest = found.next.map(|next| {
                wanted.before = Some(next);
                Self { api, wanted }
            });
            Ok(Some((Bytes::from(lines), (None, rest))))
        })
    }

    fn response(
        self,
        kind: &'static str,
        name: &str,
        first: &'static str,
        line: fn(&wire::AuditLine) -> String,
    ) -> Response {
        let mut response = Body::from_stream(self.pages(first, line)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let name = format!("attachment; filename=\"{name}\"");
        if let Ok(name) = HeaderValue::try_from(name) {
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        response
    }
}

impl Answers for Lines {
    const KIND: &'static str = "application/jsonl";

    fn schema(schemas: &mut SchemaGenerator) -> Option<Schema> {
        Some(schemas.subschema_for::<wire::AuditLine>())
    }

    fn respond(self) -> Response {
        self.0.response(Self::KIND, "patchbay-audit.jsonl", "", json)
    }
}

impl Answers for Table {
    const KIND: &'static str = "text/csv";

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        Some(json_schema!({ "type": "string" }))
    }

    fn respond(self) -> Response {
        self.0.response("text/csv; charset=utf-8", "patchbay-audit.csv", COLUMNS, row)
    }
}

fn json(line: &wire::AuditLine) -> String {
    serde_json::to_string(line).unwrap_or_default() + "\n"
}

fn row(line: &wire::AuditLine) -> String {
    let wire::AuditLine { seq, entry, hash, who, object_kind, object_name, .. } = line;
    let (account, token) = match &entry.actor {
        Actor::Account { account } => (account.to_string(), String::new()),
        Actor::Token { token, account } => {
            (account.to_string(), line.token.clone().unwrap_or_else(|| token.to_string()))
        }
        Actor::Server => ("server".to_owned(), String::new()),
        Actor::Nobody => ("nobody".to_owned(), String::new()),
    };
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(entry.at.0) * 1_000_000);
    let at = at.ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default();
    let outcome = match entry.outcome {
        Outcome::Done => "done",
        Outcome::Refused => "refused",
        Outcome::Failed => "failed",
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let cells = [
        seq.to_string(),
        at,
        text(who),
        account,
        token,
        entry.action.clone(),
        text(object_name),
        object_kind.unwrap_or_default().to_owned(),
        text(&entry.object),
        text(&line.organisation_name),
        text(&entry.address),
        outcome.to_owned(),
        text(&entry.reason),
        text(&entry.detail),
        hash.clone(),
        text(&line.as_name),
        entry.acting_as.map(|id| id.to_string()).unwrap_or_default(),
    ];
    cells.map(|cell| quoted(&cell)).join(",") + "\r\n"
}

/// A cell. Others choose some of the words: none may be taken for a formula where the table is opened.
fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r', '\'']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_are_text_and_nothing_else() {
        for (text, cell) in [
            ("web", "web"),
            ("a, b", "\"a, b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=HYPERLINK(1)", "\"'=HYPERLINK(1)\""),
            ("-1", "\"'-1\""),
            ("", ""),
        ] {
            assert_eq!(quoted(text), cell);
        }
    }
}
