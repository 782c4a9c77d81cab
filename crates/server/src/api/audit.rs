//! The audit log, for those who run the server.

use super::{Answered, Api, Refusal, input::Query, policy::Somebody, route::Told, wire};
use std::sync::Arc;

/// The most records of one answer.
const MOST: u32 = 500;

pub(super) async fn records(
    api: Arc<Api>,
    _: Somebody,
    Query(asked): Query<wire::AuditQuery>,
) -> Answered<Told<Vec<wire::AuditRecord>>> {
    let limit = asked.limit.unwrap_or(MOST);
    if !(1..=MOST).contains(&limit) {
        let message = format!("A page of the audit log has 1 to {MOST} records.");
        return Err(Refusal::invalid(Some("limit"), message));
    }
    let from = asked.from.unwrap_or(1).max(1);
    let records = api.team.store.audit(from, limit).await.map_err(|error| error.api_error())?;
    Ok(Told(records.into_iter().map(wire::AuditRecord).collect()))
}

pub(super) async fn head(api: Arc<Api>, _: Somebody, (): ()) -> Answered<Told<wire::AuditHead>> {
    let head = api.team.store.audit_head().await.map_err(|error| error.api_error())?;
    Ok(Told(wire::AuditHead(head)))
}
