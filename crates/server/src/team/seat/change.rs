//! What a member's changes do: to which space they go, whether the member may make them, and what is written down.
//!
//! Two rules keep secrets where they are. Who changes where a machine's connection leads, or names an identity for it, decides to
//! whom its secrets are told: that needs the permission to be shown them. And a machine does not leave its organisation.

use super::{Removed, Seat, annex::Annexed};
use crate::team::{
    Edit,
    alter::forbidden,
    known::root_of,
    space::{Slot, SpaceItems, main},
};
use patchbay_core::{sync::read, tree::KeptNode};
use patchbay_model::{ApiError, ErrorCode, IdentityId, NodeId, OrganisationId};
use patchbay_store::{Change, Field, Kind};
use patchbay_team::{
    audit::{self, Actor},
    entity::{self, Space},
    permission::Permission,
};
use zeroize::Zeroizing;

/// What is to be written, as far as it was looked at.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) edits: Vec<Edit>,
    audit: Vec<(&'static str, String, String)>,
    removed: Vec<(NodeId, Removed)>,
    /// Who had what on deleted folders and machines goes with them, and comes back with them.
    people: Vec<entity::Change>,
    /// What came of annexes.
    pub(super) annexes: Vec<Annexed>,
}

impl Seat {
    /// Makes changes, or none of them.
    pub(super) async fn change(&self, changes: Vec<Change>) -> Result<(), ApiError> {
        let turn = self.team.turn().await;
        let mut plan = Plan::default();
        for change in changes {
            match change {
                Change::Put { kind: Kind::Node, id, data, .. } => {
                    self.put_node(&mut plan, NodeId::from_bytes(id), &data)?;
                }
                Change::Put {
                    kind: kind @ (Kind::Identity | Kind::IdentitySecret),
                    id,
                    field,
                    data,
                } => {
                    let space = self.identity_home(&plan, id);
                    self.may_edit_identity(space, id)?;
                    if kind == Kind::Identity && !matches!(space, Space::Personal(_)) {
                        plan.note("identity.edit", id, "");
                    }
                    plan.put(space, (kind.number(), id, field.number()), data);
                }
                Change::Put { kind, id, field, data } => {
                    let slot = (kind.number(), id, field.number());
                    let space = match kind {
                        Kind::Recording => self.recording_home(id, &data)?,
                        _ => Space::Personal(self.account),
                    };
                    plan.put(space, slot, data);
                }
                Change::Delete { kind, id } => self.delete(&mut plan, kind, id)?,
            }
        }
        let (edits, own) = self.told_apart(plan.edits)?;
        let actor = Actor::Account { account: self.doer() };
        let acting_as = (self.doer() != self.account).then_some(self.account);
        let entries = plan.audit.into_iter().map(|(action, object, detail)| audit::Entry {
            actor,
            acting_as,
            object: Some(object),
            detail: Some(detail).filter(|detail| !detail.is_empty()),
            ..self.team.server_entry(action)
        });
        let entries: Vec<_> = entries.collect();
        if !(plan.people.is_empty() && edits.is_empty() && entries.is_empty()) || own.is_empty() {
            self.team.commit(&turn, plan.people, edits, entries).await?;
        }
        self.keep_apart(own);
        self.remember_removed(plan.removed);
        self.annexes.settle(plan.annexes);
        Ok(())
    }

    fn put_node(&self, plan: &mut Plan, id: NodeId, data: &[u8]) -> Result<(), ApiError> {
        let node = KeptNode::read(data).map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("A machine could not be read: {error}."))
        })?;
        if self.team.known.organisation(self.account, id).is_some() {
            return Err(forbidden("An organisation is not changed in the tree of machines.")
                .next("Change it in “People and permissions”."));
        }
        let old = self.home(Kind::Node, *id.as_bytes());
        let (space, node) = self.place(plan, node);
        match (old, space) {
            (Some(Space::Organisation(from)), to) if Space::Organisation(from) != to => {
                Err(forbidden(format!(
                    "“{}” belongs to an organisation and does not leave it.",
                    node.name()
                ))
                .next("Duplicate what you need of it by hand."))
            }
            (_, Space::Personal(_)) => {
                plan.put_node(space, id, data.to_vec());
                self.put_annex(plan, space, id);
                Ok(())
            }
            (old, Space::Organisation(organisation)) => {
                self.put_shared(plan, organisation, id, &node, old)
            }
        }
    }

    /// The space a node goes to by the folder it is in, and the node as it is kept there.
    fn place(&self, plan: &Plan, node: KeptNode) -> (Space, KeptNode) {
        let personal = Space::Personal(self.account);
        let Some(parent) = node.parent() else { return (personal, node) };
        if let Some(organisation) = self.team.known.organisation(self.account, parent) {
            return (Space::Organisation(organisation), node.within(None));
        }
        // A folder that is made by the same change counts as well.
        let made = plan.space_of(parent);
        let known = || self.home(Kind::Node, *parent.as_bytes());
        (made.or_else(known).unwrap_or(personal), node)
    }

    fn put_shared(
        &self,
        plan: &mut Plan,
        organisation: OrganisationId,
        id: NodeId,
        node: &KeptNode,
        old: Option<Space>,
    ) -> Result<(), ApiError> {
        let space = Space::Organisation(organisation);
        let shared = old == Some(space);
        if shared {
            self.must(id, Permission::Edit, node.name())?;
        }
        // One that was made by the same change was looked at then.
        let around = node.parent().filter(|parent| plan.space_of(*parent).is_none());
        match (node.parent(), around) {
            (None, _) => {
                self.must(root_of(organisation), Permission::Edit, "the organisation").or_else(
                    // What lies at its root already may be changed by whom it is given.
                    |error| if shared { Ok(()) } else { Err(error) },
                )?
            }
            (Some(_), Some(around)) => self.must(around, Permission::Edit, "that folder")?,
            (Some(_), None) => {}
        }
        let items = self.space(space);
        let items = read(&items);
        let before = items.node(id).cloned();
        let comes_back =
            before.is_none() && self.was_removed(id).is_some_and(|gone| gone.node == *node);
        let same_way = before.as_ref().is_some_and(|before| {
            before.leads() == node.leads() && before.parent() == node.parent()
        });
        if !same_way && !comes_back {
            for identity in self.secrets_told(&items, node) {
                self.may_tell(identity, node.name())?;
            }
        }
        let managed = |node: &KeptNode| node.entry().map(|entry| entry.management.clone());
        if !comes_back && before.as_ref().and_then(managed) != managed(node) {
            for identity in node.named_identities() {
                self.may_tell(identity, node.name())?;
            }
        }
        drop(items);
        if comes_back {
            plan.people.extend(self.grants_of(id));
        }
        for identity in node.named_identities() {
            self.bring_identity(plan, organisation, identity)?;
        }
        if old == Some(Space::Personal(self.account)) {
            self.bring_inside(plan, organisation, id)?;
        }
        let action = if before.is_some() { "machine.edit" } else { "machine.create" };
        plan.note(action, *id.as_bytes(), node.name());
        let written =
            node.write().map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        plan.put_node(space, id, written);
        self.put_annex(plan, space, id);
        Ok(())
    }

    /// The identities whose secrets would go where this node leads: those it names, or those of the folders around it.
    fn secrets_told(&self, items: &SpaceItems, node: &KeptNode) -> Vec<IdentityId> {
        match node.identities() {
            Some(own) => own.to_vec(),
            None => node
                .parent()
                .map(|parent| items.effective_identities(&items.path(parent)))
                .unwrap_or_default(),
        }
    }

    fn may_tell(&self, identity: IdentityId, machine: &str) -> Result<(), ApiError> {
        let known = self.home(Kind::Identity, *identity.as_bytes());
        // A new one, or one that is gone: there is nothing of others to tell.
        if known.is_none() || self.identity_permissions(identity).has(Permission::Reveal) {
            return Ok(());
        }
        Err(forbidden(format!(
            "You may not change where the secrets go that “{machine}” is opened with: whoever does could read them."
        ))
        .next("Ask somebody who may be shown these secrets to make the change."))
    }

    /// An identity of the member's own that is named in an organisation belongs to the organisation from then on.
    fn bring_identity(
        &self,
        plan: &mut Plan,
        organisation: OrganisationId,
        identity: IdentityId,
    ) -> Result<(), ApiError> {
        let from = Space::Personal(self.account);
        let id = *identity.as_bytes();
        let to = Space::Organisation(organisation);
        plan.take_along(id, from, to);
        let items = self.space(from);
        let items = read(&items);
        if !items.has(Kind::Identity, id) {
            return Ok(());
        }
        for kind in [Kind::Identity, Kind::IdentitySecret] {
            for (slot, held) in items.slots(kind.number(), id) {
                if plan.writes(to, *slot) {
                    continue;
                }
                // What cannot be opened is not lost by a move.
                plan.put(
                    to,
                    *slot,
                    self.open(from, *slot, held).map_err(|error| error.api_error())?,
                );
            }
            plan.edits.push(Edit::Delete { space: from, kind: kind.number(), id });
        }
        plan.note("identity.share", id, "");
        Ok(())
    }

    /// What lies in a folder of the member's own goes with it.
    fn bring_inside(
        &self,
        plan: &mut Plan,
        organisation: OrganisationId,
        folder: NodeId,
    ) -> Result<(), ApiError> {
        let (from, to) = (Space::Personal(self.account), Space::Organisation(organisation));
        plan.edits.push(Edit::Delete {
            space: from,
            kind: Kind::Node.number(),
            id: *folder.as_bytes(),
        });
        self.bring_annex(plan, from, to, folder);
        let items = self.space(from);
        let items = read(&items);
        for id in items.inside(folder) {
            let Some(node) = items.node(id) else { continue };
            for identity in node.named_identities() {
                self.bring_identity(plan, organisation, identity)?;
            }
            let written = node.write();
            let written =
                written.map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
            plan.put_node(to, id, written);
            plan.edits.push(Edit::Delete {
                space: from,
                kind: Kind::Node.number(),
                id: *id.as_bytes(),
            });
            self.bring_annex(plan, from, to, id);
            plan.note("machine.create", *id.as_bytes(), node.name());
        }
        Ok(())
    }

    fn delete(&self, plan: &mut Plan, kind: Kind, id: [u8; 16]) -> Result<(), ApiError> {
        let personal = Space::Personal(self.account);
        let space = self.home(kind, id).unwrap_or(personal);
        if let Space::Organisation(organisation) = space {
            match kind {
                Kind::Node => {
                    let id = NodeId::from_bytes(id);
                    let node = read(&self.space(space)).node(id).cloned();
                    let name = node.as_ref().map(|node| node.name().to_owned()).unwrap_or_default();
                    self.must(id, Permission::Edit, &name)?;
                    plan.note("machine.delete", *id.as_bytes(), &name);
                    let directory = self.team.known.directory();
                    let grants: Vec<_> = match space {
                        Space::Organisation(its) => directory.grants_on(its, Some(id)).collect(),
                        Space::Personal(_) => Vec::new(),
                    };
                    let gone = grants.iter().map(|grant| entity::Change::DeleteGrant(grant.id));
                    plan.people.extend(gone);
                    let grants = grants.into_iter().cloned().collect();
                    plan.removed.extend(node.map(|node| (id, Removed { node, grants })));
                }
                Kind::Identity | Kind::IdentitySecret => {
                    self.may_edit_identity(space, id)?;
                    plan.note("identity.delete", id, "");
                }
                Kind::Recording if self.reviews(organisation) => {}
                // Trust in a host key concerns everybody.
                _ => return Err(forbidden("This belongs to the organisation.")),
            }
        }
        plan.edits.push(Edit::Delete { space, kind: kind.number(), id });
        if kind == Kind::Node {
            self.delete_annex(plan, space, NodeId::from_bytes(id));
        }
        Ok(())
    }

    /// What there was on a folder or machine that comes back, as far as it still can be.
    fn grants_of(&self, id: NodeId) -> Vec<entity::Change> {
        let directory = self.team.known.directory();
        let grants = self.was_removed(id).map(|gone| gone.grants).unwrap_or_default();
        let changes = grants.into_iter().map(entity::Change::PutGrant);
        changes.filter(|change| directory.check(change).is_ok()).collect()
    }

    fn identity_home(&self, plan: &Plan, id: [u8; 16]) -> Space {
        let known = || self.home(Kind::Identity, id);
        plan.identity_space(id).or_else(known).unwrap_or(Space::Personal(self.account))
    }

    fn may_edit_identity(&self, space: Space, id: [u8; 16]) -> Result<(), ApiError> {
        let may = || self.identity_permissions(IdentityId::from_bytes(id)).has(Permission::Edit);
        if matches!(space, Space::Personal(_)) || may() {
            return Ok(());
        }
        Err(forbidden("You may not change this identity."))
    }

    fn must(&self, id: NodeId, wanted: Permission, name: &str) -> Result<(), ApiError> {
        if self.permissions(id).has(wanted) {
            return Ok(());
        }
        Err(forbidden(format!("You may not change “{name}”."))
            .next("Ask somebody who administers it for the permission."))
    }
}

impl Plan {
    fn put(&mut self, space: Space, slot: Slot, data: Zeroizing<Vec<u8>>) {
        self.edits.push(Edit::Put { space, slot, data });
    }

    fn put_node(&mut self, space: Space, id: NodeId, data: Vec<u8>) {
        self.put(space, main(Kind::Node, *id.as_bytes()), Zeroizing::new(data));
    }

    fn note(&mut self, action: &'static str, id: [u8; 16], detail: &str) {
        self.audit.push((action, NodeId::from_bytes(id).to_string(), detail.to_owned()));
    }

    fn writes(&self, wanted: Space, slot: Slot) -> bool {
        self.edits.iter().any(|edit| matches!(edit, Edit::Put { space, slot: at, .. } if *space == wanted && *at == slot))
    }

    /// Where this plan puts a node.
    fn space_of(&self, id: NodeId) -> Option<Space> {
        self.puts(main(Kind::Node, *id.as_bytes()))
    }

    /// Where this plan puts an identity.
    fn identity_space(&self, id: [u8; 16]) -> Option<Space> {
        self.puts((Kind::Identity.number(), id, Field::Main.number()))
    }

    fn puts(&self, slot: Slot) -> Option<Space> {
        self.edits.iter().rev().find_map(|edit| match edit {
            Edit::Put { space, slot: at, .. } if *at == slot => Some(*space),
            _ => None,
        })
    }

    /// What this plan puts of an identity goes to another space instead.
    fn take_along(&mut self, identity: [u8; 16], from: Space, to: Space) {
        for edit in &mut self.edits {
            if let Edit::Put { space, slot, .. } = edit
                && *space == from
                && slot.1 == identity
                && [Kind::Identity.number(), Kind::IdentitySecret.number()].contains(&slot.0)
            {
                *space = to;
            }
        }
    }
}
