//! Who has what in an organisation.

use super::{
    Answered, Api,
    input::{At, Sent},
    policy::Within,
    route::{Nothing, Told},
    wire,
};
use patchbay_model::GrantId;
use std::sync::Arc;

pub(super) async fn list(api: Arc<Api>, who: Within, (): ()) -> Answered<Told<Vec<wire::Grant>>> {
    let grants = api.team.grants_known(&who.caller, who.organisation)?;
    Ok(Told(grants.iter().map(|grant| api.grant(&who.caller, grant)).collect()))
}

pub(super) async fn create(
    api: Arc<Api>,
    who: Within,
    Sent(asked): Sent<wire::NewGrant>,
) -> Answered<Told<wire::Grant>> {
    let wanted = (asked.subject.into(), asked.node, asked.role);
    let grant = api.team.give(&who.caller, who.organisation, wanted, who.entry(&api)).await?;
    Ok(Told(api.grant(&who.caller, &grant)))
}

pub(super) async fn delete(api: Arc<Api>, who: Within, At(id): At<GrantId>) -> Answered<Nothing> {
    api.team.take_back(&who.caller, who.organisation, id, who.entry(&api)).await?;
    Ok(Nothing)
}
