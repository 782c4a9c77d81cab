//! Who has what on a folder or machine, and why somebody may do something.

use super::{
    Answered, Api, Refusal,
    input::{At, Query},
    policy::Somebody,
    route::Told,
    views, wire,
};
use crate::team::Look;
use patchbay_model::{NodeId, OrganisationId};
use patchbay_team::{
    directory::{self, Source, Via},
    entity::Subject,
    permission::Permissions,
};
use std::sync::Arc;

pub(super) async fn look(
    api: Arc<Api>,
    who: Somebody,
    At(node): At<NodeId>,
) -> Answered<Told<wire::Access>> {
    let Look { organisation, node, permissions, givable, grants } =
        api.team.look(&who.caller, node)?;
    let gives = organisation.filter(|_| givable != Permissions::NONE);
    let roles = gives.map(|id| api.roles(id)).unwrap_or_default();
    let directory = api.team.known.directory();
    let organisation = organisation.and_then(|id| directory.organisation(id));
    Ok(Told(wire::Access {
        organisation: organisation
            .map(|one| wire::OrganisationLook { id: one.id, name: one.name.clone() }),
        node,
        permissions,
        grants: grants.iter().map(|grant| api.grant(&who.caller, grant)).collect(),
        may_give: roles.into_iter().filter(|role| givable.covers(role.permissions)).collect(),
        candidates: gives.map(|id| candidates(&api, id)).unwrap_or_default(),
    }))
}

/// Everybody at once first, then groups, then people.
fn candidates(api: &Api, organisation: OrganisationId) -> Vec<wire::Candidate> {
    let directory = api.team.known.directory();
    let Some(found) = directory.organisation(organisation) else { return Vec::new() };
    let candidate = |subject: Subject, name: String, detail: Option<String>| wire::Candidate {
        subject: subject.into(),
        name,
        detail,
    };
    let all = candidate(Subject::Everyone, format!("Everyone in {}", found.name), None);
    let groups = directory.groups(organisation);
    let mut groups: Vec<_> = groups
        .map(|one| candidate(Subject::Group(one.id), one.name.clone(), Some("group".to_owned())))
        .collect();
    let accounts = found.members.iter().filter_map(|id| directory.account(*id));
    let mut people: Vec<_> = accounts
        .map(|one| candidate(Subject::Account(one.id), one.display.clone(), Some(one.name.clone())))
        .collect();
    groups.sort_by_key(|one| views::folded(&one.name));
    people.sort_by_key(|one| views::folded(&one.name));
    std::iter::once(all).chain(groups).chain(people).collect()
}

pub(super) async fn why(
    api: Arc<Api>,
    who: Somebody,
    Query(asked): Query<wire::WhyQuery>,
) -> Answered<Told<wire::Why>> {
    let place = match (asked.node, asked.organisation) {
        (Some(node), None) => api.team.place_of(&who.caller, node)?,
        (None, Some(organisation)) => Some((organisation, None)),
        _ => {
            let message = "Ask about either a folder or machine, or an organisation.";
            return Err(Refusal::invalid(Some("node"), message));
        }
    };
    let (permissions, reasons) = api.team.why(&who.caller, asked.account, place)?;
    let reason = |one: &directory::Reason| reason(&api, &who, place, one);
    Ok(Told(wire::Why { permissions, reasons: reasons.iter().map(reason).collect() }))
}

fn reason(
    api: &Api,
    who: &Somebody,
    place: Option<(OrganisationId, Option<NodeId>)>,
    one: &directory::Reason,
) -> wire::Reason {
    let directory = api.team.known.directory();
    let node = match one.source {
        Source::This => place.and_then(|(_, node)| node),
        Source::Folder(node) => Some(node),
        Source::Organisation => None,
    };
    let organisation = place.map(|(organisation, _)| organisation);
    let node_name = match (organisation, node) {
        (Some(organisation), Some(node)) => api.team.node_name(&who.caller, organisation, node),
        (Some(organisation), None) => {
            directory.organisation(organisation).map(|one| one.name.clone())
        }
        (None, _) => None,
    };
    wire::Reason {
        grant: one.grant,
        role_name: directory.role(one.role).map(|role| role.name.clone()).unwrap_or_default(),
        permissions: one.permissions,
        through: match one.via {
            Via::Own => wire::Through::Own,
            Via::Group(id) => wire::Through::Group {
                name: directory.group(id).map(|group| group.name.clone()).unwrap_or_default(),
            },
            Via::Everyone => wire::Through::Everyone,
        },
        node,
        node_name,
    }
}
