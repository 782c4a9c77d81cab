//! The audit log: all of it for those who run the server, and what concerns an organisation for those who administer it.

use super::{
    Answered, Api, Refusal, export,
    input::Query,
    policy::{Somebody, Within},
    route::{Nothing, Told},
    wire,
};
use crate::team::{Check, CheckState};
use data_encoding::HEXLOWER;
use patchbay_model::{ApiError, OrganisationId, Timestamp};
use patchbay_team::audit::{Actor, Record};
use patchbay_team_store::{Doer, Find, Found};
use std::sync::Arc;

/// The most records of one answer.
const MOST: u32 = 500;
/// The same where nothing else is asked for.
const PAGE: u32 = 100;
/// The longest text that is looked for, and the most actions.
const LONGEST: usize = 200;

pub(super) async fn records(
    api: Arc<Api>,
    _: Somebody,
    Query(asked): Query<wire::AuditQuery>,
) -> Answered<Told<Vec<wire::AuditRecord>>> {
    let limit = page_of(asked.limit, MOST)?;
    let from = asked.from.unwrap_or(1).max(1);
    let records = api.team.store.audit(from, limit).await.map_err(|error| error.api_error())?;
    Ok(Told(records.into_iter().map(wire::AuditRecord).collect()))
}

pub(super) async fn head(api: Arc<Api>, _: Somebody, (): ()) -> Answered<Told<wire::AuditHead>> {
    let head = api.team.store.audit_head().await.map_err(|error| error.api_error())?;
    Ok(Told(wire::AuditHead(head)))
}

pub(super) async fn find(
    api: Arc<Api>,
    _: Somebody,
    Query(asked): Query<wire::AuditFind>,
) -> Answered<Told<wire::AuditPage>> {
    page(&api, &asked, None).await
}

pub(super) async fn find_within(
    api: Arc<Api>,
    who: Within,
    Query(asked): Query<wire::AuditFind>,
) -> Answered<Told<wire::AuditPage>> {
    page(&api, &asked, Some(who.organisation)).await
}

pub(super) async fn export_lines(
    api: Arc<Api>,
    who: Somebody,
    Query(asked): Query<wire::AuditFind>,
) -> Answered<export::Lines> {
    let wanted = wanted(&asked, None)?;
    api.team.note_export(who.entry(&api), &wanted).await?;
    Ok(export::Lines(export::Export::new(api, wanted)))
}

pub(super) async fn export_lines_within(
    api: Arc<Api>,
    who: Within,
    Query(asked): Query<wire::AuditFind>,
) -> Answered<export::Lines> {
    let wanted = wanted(&asked, Some(who.organisation))?;
    api.team.note_export(who.entry(&api), &wanted).await?;
    Ok(export::Lines(export::Export::new(api, wanted)))
}

pub(super) async fn export_table(
    api: Arc<Api>,
    who: Somebody,
    Query(asked): Query<wire::AuditFind>,
) -> Answered<export::Table> {
    let wanted = wanted(&asked, None)?;
    api.team.note_export(who.entry(&api), &wanted).await?;
    Ok(export::Table(export::Export::new(api, wanted)))
}

pub(super) async fn export_table_within(
    api: Arc<Api>,
    who: Within,
    Query(asked): Query<wire::AuditFind>,
) -> Answered<export::Table> {
    let wanted = wanted(&asked, Some(who.organisation))?;
    api.team.note_export(who.entry(&api), &wanted).await?;
    Ok(export::Table(export::Export::new(api, wanted)))
}

pub(super) async fn check(
    api: Arc<Api>,
    _: Somebody,
    (): (),
) -> Answered<Told<Option<wire::AuditCheck>>> {
    Ok(Told(api.team.log_check().await?.map(shown)))
}

pub(super) async fn begin_check(
    api: Arc<Api>,
    who: Somebody,
    (): (),
) -> Answered<Told<wire::AuditCheck>> {
    let check = api.team.begin_log_check().await?;
    api.team.write_entry(who.entry(&api)).await?;
    Ok(Told(shown(check)))
}

pub(super) async fn cancel_check(api: Arc<Api>, _: Somebody, (): ()) -> Answered<Nothing> {
    api.team.cancel_log_check().await?;
    Ok(Nothing)
}

async fn page(
    api: &Api,
    asked: &wire::AuditFind,
    organisation: Option<OrganisationId>,
) -> Answered<Told<wire::AuditPage>> {
    let limit = page_of(asked.limit, PAGE)?;
    let found = api.team.store.find_audit(&wanted(asked, organisation)?, limit).await;
    let Found { records, next, head, back_to } = found.map_err(|error| error.api_error())?;
    let entries = records.into_iter().map(|record| api.audit_line(record)).collect();
    Ok(Told(wire::AuditPage { entries, next, head, back_to }))
}

fn page_of(limit: Option<u32>, usual: u32) -> Result<u32, Refusal> {
    let limit = limit.unwrap_or(usual);
    if (1..=MOST).contains(&limit) {
        return Ok(limit);
    }
    let message = format!("A page of the audit log has 1 to {MOST} records.");
    Err(Refusal::invalid(Some("limit"), message))
}

/// What is looked for. Whoever administers an organisation is told what concerns it, whatever else is asked for.
fn wanted(asked: &wire::AuditFind, organisation: Option<OrganisationId>) -> Result<Find, Refusal> {
    let long = |field: &'static str, text: &Option<String>| match text {
        Some(text) if text.chars().count() > LONGEST => Err(Refusal::invalid(
            Some(field),
            format!("At most {LONGEST} characters are looked for."),
        )),
        _ => Ok(()),
    };
    long("text", &asked.text)?;
    long("object", &asked.object)?;
    long("action", &asked.action)?;
    let who = match asked.who.as_deref() {
        None => None,
        Some("server") => Some(Doer::Server),
        Some("nobody") => Some(Doer::Nobody),
        Some(id) => Some(Doer::Account(id.parse().map_err(|_| {
            let message = "This is the id of no account, and neither “server” nor “nobody”.";
            Refusal::invalid(Some("who"), message.to_owned())
        })?)),
    };
    let actions = asked.action.iter().flat_map(|list| list.split(','));
    let actions = actions.map(str::trim).filter(|action| !action.is_empty());
    // What no database stores is in no entry.
    let storable = |text: &Option<String>| {
        text.as_ref().filter(|text| !text.is_empty()).map(|text| text.replace('\0', "\u{fffd}"))
    };
    Ok(Find {
        before: asked.before,
        after: asked.after.unwrap_or_default().max(0),
        organisation,
        who,
        actions: actions.map(|action| action.replace('\0', "\u{fffd}")).collect(),
        object: storable(&asked.object),
        since: asked.since.map(Timestamp),
        until: asked.until.map(Timestamp),
        outcome: asked.outcome,
        text: storable(&asked.text),
    })
}

fn shown(check: Check) -> wire::AuditCheck {
    let Check { started, told, done, total, state, .. } = check;
    let state = match state {
        CheckState::Running => wire::AuditCheckState::Running,
        CheckState::Cancelled => wire::AuditCheckState::Cancelled,
        CheckState::Sound { checkpoints, vouched } => {
            wire::AuditCheckState::Sound { checkpoints, vouched }
        }
        CheckState::Broken { seq, how } => wire::AuditCheckState::Broken { seq, how },
        CheckState::Failed { why } => wire::AuditCheckState::Failed { why },
    };
    wire::AuditCheck { started, told, done, total, state }
}

impl Api {
    /// A record with names in place of ids.
    pub(super) fn audit_line(&self, record: Record) -> wire::AuditLine {
        let directory = self.team.known.directory();
        let Record { seq, entry, hash, .. } = record;
        let (account, token) = match entry.actor {
            Actor::Account { account } => (Some(account), None),
            Actor::Token { token, account } => (Some(account), Some(token)),
            Actor::Server | Actor::Nobody => (None, None),
        };
        let display = |id| directory.account(id).map(|one| one.display.clone());
        let called = self.team.called(&entry);
        let organisation = entry.organisation.and_then(|id| directory.organisation(id));
        wire::AuditLine {
            seq,
            hash: HEXLOWER.encode(&hash),
            who: account.and_then(display),
            as_name: entry.acting_as.and_then(display),
            token: token.and_then(|id| directory.token(id)).map(|one| one.name.clone()),
            object_kind: called.as_ref().map(|one| one.kind),
            object_name: called.map(|one| one.name),
            organisation_name: organisation.map(|one| one.name.clone()),
            entry,
        }
    }
}

impl crate::Team {
    /// Writes down that somebody took a copy of the log, and of which part of it.
    async fn note_export(
        &self,
        entry: patchbay_team::audit::Entry,
        wanted: &Find,
    ) -> Result<(), ApiError> {
        let all = wanted.who.is_none()
            && wanted.actions.is_empty()
            && wanted.object.is_none()
            && wanted.since.is_none()
            && wanted.until.is_none()
            && wanted.outcome.is_none()
            && wanted.text.is_none();
        let detail = if all { "everything" } else { "what a filter let through" };
        let detail = Some(detail.to_owned());
        self.write_entry(patchbay_team::audit::Entry { detail, ..entry }).await
    }
}
