//! Which organisation an entry of the audit log concerns, and what is called how in it.
//!
//! It is worked out in one place, when an entry is written: from what the same write puts or deletes, or else from where the thing is.

use super::{
    Edit, Team,
    space::{Data, main},
};
use patchbay_core::{identities, sync::read};
use patchbay_model::{
    AccountId, GrantId, GroupId, InvitationId, NodeId, OrganisationId, RoleId, TokenId,
};
use patchbay_store::Kind;
use patchbay_team::{audit, directory::Directory, entity::Space};
use uuid::Uuid;

/// What an entry is about, taken apart: `group:0198…`, or the bare id of a machine, folder or identity.
fn apart(object: &str) -> Option<(&str, [u8; 16])> {
    let (kind, id) = object.split_once(':').unwrap_or(("", object));
    Some((kind, id.parse::<Uuid>().ok()?.into_bytes()))
}

/// What something is and how it is called.
pub(crate) struct Called {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
}

impl Team {
    /// Entries, each with the organisation that it concerns.
    pub(super) fn placed(&self, edits: &[Edit], entries: Vec<audit::Entry>) -> Vec<audit::Entry> {
        let directory = self.known.directory();
        let place = |entry: audit::Entry| {
            let object = entry.object.as_deref().and_then(apart);
            let organisation = entry.organisation.or_else(|| {
                let (kind, id) = object?;
                self.concerned(&directory, edits, kind, id)
            });
            audit::Entry { organisation, ..entry }
        };
        entries.into_iter().map(place).collect()
    }

    fn concerned(
        &self,
        directory: &Directory,
        edits: &[Edit],
        kind: &str,
        id: [u8; 16],
    ) -> Option<OrganisationId> {
        match kind {
            "" => written(edits, id)
                .or_else(|| self.home_of(directory, id).map(|(organisation, _)| organisation)),
            "organisation" => Some(OrganisationId::from_bytes(id)),
            "group" => directory.group(GroupId::from_bytes(id)).map(|one| one.organisation),
            "role" => directory.role(RoleId::from_bytes(id)).and_then(|one| one.organisation),
            "grant" => directory.grant(GrantId::from_bytes(id)).map(|one| one.organisation),
            "invitation" => {
                directory.invitation(InvitationId::from_bytes(id)).and_then(|one| one.organisation)
            }
            _ => None,
        }
    }

    /// The organisation that a machine, folder or identity is in, and what it is.
    fn home_of(&self, directory: &Directory, id: [u8; 16]) -> Option<(OrganisationId, Kind)> {
        directory.organisations().map(|one| one.id).find_map(|organisation| {
            let items = self.known.space(Space::Organisation(organisation));
            let items = read(&items);
            let kind = [Kind::Node, Kind::Identity, Kind::Recording]
                .into_iter()
                .find(|kind| items.has(*kind, id));
            kind.map(|kind| (organisation, kind))
        })
    }

    /// The organisation that a machine, folder or identity is in, if it is in one.
    pub(crate) fn shared_by(&self, id: [u8; 16]) -> Option<OrganisationId> {
        let directory = self.known.directory();
        let root = directory.organisation(OrganisationId::from_bytes(id)).map(|one| one.id);
        root.or_else(|| self.home_of(&directory, id).map(|(organisation, _)| organisation))
    }

    /// How what an entry is about is called today, for whoever may read the entry. People's own machines have no name here.
    pub(crate) fn called(&self, entry: &audit::Entry) -> Option<Called> {
        let (kind, id) = apart(entry.object.as_deref()?)?;
        let directory = self.known.directory();
        let named = |kind, name: &str| Some(Called { kind, name: name.to_owned() });
        match kind {
            "" => self.called_item(&directory, entry.organisation?, id),
            "account" => directory
                .account(AccountId::from_bytes(id))
                .and_then(|one| named("account", &one.display)),
            "organisation" => directory
                .organisation(OrganisationId::from_bytes(id))
                .and_then(|one| named("organisation", &one.name)),
            "group" => {
                directory.group(GroupId::from_bytes(id)).and_then(|one| named("group", &one.name))
            }
            "role" => {
                directory.role(RoleId::from_bytes(id)).and_then(|one| named("role", &one.name))
            }
            "token" => {
                directory.token(TokenId::from_bytes(id)).and_then(|one| named("token", &one.name))
            }
            _ => None,
        }
    }

    fn called_item(
        &self,
        directory: &Directory,
        organisation: OrganisationId,
        id: [u8; 16],
    ) -> Option<Called> {
        if organisation == OrganisationId::from_bytes(id) {
            let name = directory.organisation(organisation)?.name.clone();
            return Some(Called { kind: "organisation", name });
        }
        let space = self.known.space(Space::Organisation(organisation));
        let items = read(&space);
        if let Some(node) = items.node(NodeId::from_bytes(id)) {
            let kind = if node.entry().is_none() { "folder" } else { "machine" };
            return Some(Called { kind, name: node.name().to_owned() });
        }
        if items.has(Kind::Recording, id) {
            drop(items);
            let name = self.recording_called(organisation, id)?;
            return Some(Called { kind: "recording", name });
        }
        match &items.get(main(Kind::Identity, id))?.data {
            Data::Open(kept) => {
                identities::name_of(kept).map(|name| Called { kind: "identity", name })
            }
            Data::Sealed(_) => None,
        }
    }
}

/// The organisation in whose space these edits change an item.
fn written(edits: &[Edit], wanted: [u8; 16]) -> Option<OrganisationId> {
    edits.iter().find_map(|edit| match edit {
        Edit::Put { space: Space::Organisation(organisation), slot: (_, id, _), .. }
        | Edit::Delete { space: Space::Organisation(organisation), id, .. }
            if *id == wanted =>
        {
            Some(*organisation)
        }
        _ => None,
    })
}
