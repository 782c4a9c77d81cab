//! Looking for records of the audit log, newest first, a page at a time.
//!
//! A long log is looked through in stretches: however rare what is looked for is, no statement reads more than one, and no answer has
//! more than a page. Deliberately absent: a search that goes on by itself. Whoever asks goes on where an answer ended.

use crate::connection::Connection;
use crate::value::Value;
use crate::{StoreError, audit, dialect};
use patchbay_model::{AccountId, OrganisationId, Timestamp};
use patchbay_team::audit::{Outcome, Record};
use std::time::{Duration, Instant};

/// Records that one statement looks at, where no index leads to those that are wanted.
const STRETCH: i64 = 50_000;
/// The same where one does.
const STRETCH_BY_INDEX: i64 = 250_000;
/// How long one answer may take before it says how far it has come.
const LIMIT: Duration = Duration::from_millis(400);

/// Who did what is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Doer {
    /// A person, also by a token, as somebody else, or somebody else as that person.
    Account(AccountId),
    /// The server by itself.
    Server,
    /// Somebody who had not signed in.
    Nobody,
}

/// Which records are looked for: those of which everything that is named is so.
#[derive(Clone, Default, Debug)]
pub struct Find {
    /// Those before this one; from the newest on if it is left out.
    pub before: Option<i64>,
    /// Those after this one only.
    pub after: i64,
    /// What concerns this organisation.
    pub organisation: Option<OrganisationId>,
    /// By whom.
    pub who: Option<Doer>,
    /// One of these actions; one that ends with a dot stands for all that begin so.
    pub actions: Vec<String>,
    /// With what, word for word.
    pub object: Option<String>,
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Some text in the action, object, address, reason or detail; letters of ASCII in either case.
    pub text: Option<String>,
}

/// A page of what was found.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Found {
    /// Newest first.
    pub records: Vec<Record>,
    /// There may be more before this one; none if everything was looked at.
    pub next: Option<i64>,
    /// The last record of the log when it was looked at.
    pub head: i64,
    /// When the oldest of the records that were looked at was written, if there are any more.
    pub back_to: Option<Timestamp>,
}

/// The conditions of a statement, and what stands for their placeholders.
struct Wanted<'a> {
    sql: String,
    values: Vec<Value<'a>>,
}

impl<'a> Wanted<'a> {
    fn and(&mut self, condition: &str, value: impl Into<Value<'a>>) {
        self.values.push(value.into());
        self.sql.push_str(" AND ");
        self.sql.push_str(&condition.replace('?', &format!("${}", self.values.len())));
    }
}

/// Looks for a page of at most this many.
pub(crate) async fn find(
    on: &mut Connection<'_>,
    wanted: &Find,
    limit: u32,
) -> Result<Found, StoreError> {
    let started = Instant::now();
    let head = audit::head(on).await?.seq;
    let mut end = wanted.before.unwrap_or(i64::MAX).min(head.saturating_add(1));
    let by_index = wanted.organisation.is_some()
        || wanted.object.is_some()
        || matches!(wanted.who, Some(Doer::Account(_)));
    let stretch = if by_index { STRETCH_BY_INDEX } else { STRETCH };
    let pattern = wanted.text.as_deref().map(contains);
    let mut records = Vec::new();
    while end > wanted.after.saturating_add(1) && end > 1 {
        let start = end.saturating_sub(stretch).max(wanted.after.saturating_add(1)).max(1);
        let left = i64::from(limit) - i64::try_from(records.len()).unwrap_or(i64::MAX);
        let found = stretch_of(on, wanted, pattern.as_deref(), (start, end), left).await?;
        let full = i64::try_from(found.len()).unwrap_or(i64::MAX) >= left;
        records.extend(found);
        end = match records.last() {
            Some(last) if full => last.seq,
            _ => start,
        };
        if full || started.elapsed() >= LIMIT {
            break;
        }
    }
    let next = (end > wanted.after.saturating_add(1) && end > 1).then_some(end);
    let back_to = match next {
        None => None,
        Some(end) => {
            let sql = "SELECT at FROM audit WHERE seq >= $1 ORDER BY seq LIMIT 1";
            let row = on.row(sql, &[end.into()]).await?;
            row.map(|row| row.get(0)).transpose()?.map(Timestamp)
        }
    };
    Ok(Found { records, next, head, back_to })
}

/// What is wanted of those from `start` on and before `end`.
async fn stretch_of(
    on: &mut Connection<'_>,
    wanted: &Find,
    pattern: Option<&str>,
    (start, end): (i64, i64),
    limit: i64,
) -> Result<Vec<Record>, StoreError> {
    let prefixes: Vec<String> = wanted.actions.iter().map(|action| starts(action)).collect();
    let mut asked = Wanted { sql: String::new(), values: vec![start.into(), end.into()] };
    if let Some(organisation) = &wanted.organisation {
        asked.and("organisation = ?", organisation.as_bytes().as_slice());
    }
    match &wanted.who {
        Some(Doer::Account(account)) => {
            asked.and("(account = ? OR acting_as = ?)", account.as_bytes().as_slice());
        }
        Some(Doer::Server) => asked.and("actor = ?", i64::from(audit::SERVER)),
        Some(Doer::Nobody) => asked.and("actor = ?", i64::from(audit::NOBODY)),
        None => {}
    }
    if let Some(object) = &wanted.object {
        asked.and("object = ?", object);
    }
    if let Some(since) = wanted.since {
        asked.and("at >= ?", since.0);
    }
    if let Some(until) = wanted.until {
        asked.and("at < ?", until.0);
    }
    if let Some(outcome) = wanted.outcome {
        asked.and("outcome = ?", outcome as u8);
    }
    any_action(&mut asked, &prefixes);
    if let Some(pattern) = pattern {
        let words = ["action", "object", "address", "reason", "detail"];
        let folded = words.map(|word| format!("{} LIKE ? ESCAPE '!'", dialect::folded(on, word)));
        asked.and(&format!("({})", folded.join(" OR ")), pattern);
    }
    let limit_at = asked.values.len() + 1;
    let sql = format!(
        "SELECT seq, at, actor, account, token, action, object, address, reason, outcome, detail, \
         previous, hash, organisation, acting_as FROM audit WHERE seq >= $1 AND seq < $2{} \
         ORDER BY seq DESC LIMIT ${limit_at}",
        asked.sql
    );
    asked.values.push(limit.into());
    on.found(sql, &asked.values).await?.iter().map(audit::read).collect()
}

fn any_action<'a>(asked: &mut Wanted<'a>, patterns: &'a [String]) {
    if patterns.is_empty() {
        return;
    }
    let mut any = Vec::new();
    for pattern in patterns {
        asked.values.push(pattern.into());
        any.push(format!("action LIKE ${} ESCAPE '!'", asked.values.len()));
    }
    asked.sql.push_str(&format!(" AND ({})", any.join(" OR ")));
}

fn starts(action: &str) -> String {
    let rest = if action.ends_with('.') { "%" } else { "" };
    format!("{}{rest}", escaped(&action.to_ascii_lowercase()))
}

fn contains(text: &str) -> String {
    format!("%{}%", escaped(&text.to_ascii_lowercase()))
}

fn escaped(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
