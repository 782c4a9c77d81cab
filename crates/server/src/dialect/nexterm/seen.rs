//! Entries as a member sees them.

use super::{
    Desk,
    config::Kept,
    numbers::{Numbers, Thing},
    refusal::Refusal,
};
use patchbay_core::Right;
use patchbay_model::{Entry, IdentityId, Jump, NodeId, OrganisationId};
use patchbay_team_store::Numbered;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// Where something lies: a folder of an organisation or of the member's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) organisation: Option<OrganisationId>,
    /// Not the folder that the organisation is itself.
    pub(super) folder: Option<NodeId>,
}

/// An entry, with all that is told of it.
pub(super) struct Seen {
    pub(super) entry: Entry,
    pub(super) place: Place,
    pub(super) kept: Kept,
    pub(super) tags: Vec<String>,
    pub(super) identities: Vec<IdentityId>,
    port: Option<u16>,
}

impl Place {
    /// The node of the tree that holds what lies here.
    pub(super) fn node(self) -> Option<NodeId> {
        self.folder.or_else(|| self.organisation.map(|id| NodeId::from_bytes(*id.as_bytes())))
    }
}

impl Desk<'_> {
    /// Where a node lies, by the folder that it is in.
    pub(super) fn place(&self, id: NodeId, parent: Option<NodeId>) -> Place {
        let organisation = self.member.organisation_of(id);
        let whole = Place { organisation, folder: None }.node();
        Place { organisation, folder: parent.filter(|parent| Some(*parent) != whole) }
    }

    /// The identities that the member may know of.
    pub(super) fn identities(&self) -> Result<HashSet<IdentityId>, Refusal> {
        let vault = self.ctx.authorize_vault(Right::View)?;
        let list = self.ctx.core.identities().list(&vault)?;
        Ok(list.into_iter().map(|identity| identity.id).collect())
    }

    /// A machine that the member may see; folders are none.
    pub(super) fn seen(&self, id: NodeId, known: &HashSet<IdentityId>) -> Option<Seen> {
        let may = self.ctx.authorize(id, Right::View).ok()?;
        let detail = self.ctx.core.tree().detail(&may).ok()?;
        let entry = detail.entry?;
        let kept = Kept::read(self.member.annex(id).as_deref().map(Vec::as_slice), &entry.draft);
        let own = entry.draft.settings.identities.clone().unwrap_or_default();
        let port = entry.draft.has_port().then(|| detail.effective.port_of(entry.draft.protocol));
        let mut tags = detail.inherited_tags;
        tags.extend(entry.draft.tags.iter().cloned());
        Some(Seen {
            place: self.place(id, entry.parent),
            kept,
            tags,
            identities: own.into_iter().filter(|id| known.contains(id)).collect(),
            port: port.flatten(),
            entry,
        })
    }

    /// The entry that a client names.
    pub(super) async fn entry(&self, number: &str) -> Result<Seen, Refusal> {
        let number: i64 = number.parse().map_err(|_| Refusal::no_entry())?;
        let id = self.node(Numbered::Entry, number).await?.ok_or_else(Refusal::no_entry)?;
        self.seen(id, &self.identities()?).ok_or_else(Refusal::no_entry)
    }

    /// The node that has a number, whoever it belongs to.
    pub(super) async fn node(
        &self,
        what: Numbered,
        number: i64,
    ) -> Result<Option<NodeId>, Refusal> {
        Ok(self.dialect.store().numbered(what, number).await?.map(NodeId::from_bytes))
    }

    /// Makes sure that all that is told of these has numbers.
    pub(super) async fn number(&self, seen: &[Seen]) -> Result<&Numbers, Refusal> {
        let numbers = &self.dialect.shared.numbers;
        numbers.give(self.dialect.store(), seen.iter().flat_map(Seen::things)).await?;
        Ok(numbers)
    }

    /// `GET …/{entry}`.
    pub(super) async fn one(&self, number: &str) -> Result<Value, Refusal> {
        let seen = [self.entry(number).await?];
        let numbers = self.number(&seen).await?;
        let [seen] = seen;
        Ok(seen.flat(numbers))
    }
}

impl Seen {
    /// All that has a number.
    fn things(&self) -> impl Iterator<Item = Thing> {
        let own = (Numbered::Entry, *self.entry.id.as_bytes());
        let folder = self.place.folder.map(|id| (Numbered::Folder, *id.as_bytes()));
        let organisation =
            self.place.organisation.map(|id| (Numbered::Organisation, *id.as_bytes()));
        let jump = self.jump().map(|id| (Numbered::Entry, *id.as_bytes()));
        let identities = self.identities.iter().map(|id| (Numbered::Identity, *id.as_bytes()));
        std::iter::once(own).chain(folder).chain(organisation).chain(jump).chain(identities)
    }

    const fn jump(&self) -> Option<NodeId> {
        match self.entry.draft.settings.jump {
            Some(Jump::Through { entry }) => Some(entry),
            Some(Jump::Direct) | None => None,
        }
    }

    pub(super) fn id(&self, numbers: &Numbers) -> Option<i64> {
        numbers.known((Numbered::Entry, *self.entry.id.as_bytes()))
    }

    pub(super) fn identity_numbers(&self, numbers: &Numbers) -> Vec<i64> {
        let known = |id: &IdentityId| numbers.known((Numbered::Identity, *id.as_bytes()));
        self.identities.iter().filter_map(known).collect()
    }

    /// As the reference has it.
    pub(super) fn flat(&self, numbers: &Numbers) -> Value {
        let draft = &self.entry.draft;
        let jump = self.jump().and_then(|id| numbers.known((Numbered::Entry, *id.as_bytes())));
        json!({
            "id": self.id(numbers),
            "name": draft.name,
            "type": self.kept.kind(),
            "icon": draft.icon,
            "folderId": self.place.folder
                .and_then(|id| numbers.known((Numbered::Folder, *id.as_bytes()))),
            "organizationId": self.place.organisation
                .and_then(|id| numbers.known((Numbered::Organisation, *id.as_bytes()))),
            "renderer": self.kept.renderer(draft),
            "identities": self.identity_numbers(numbers),
            "config": self.kept.config(draft, self.port, jump),
        })
    }

    /// As released servers have it in their tree.
    pub(super) fn in_tree(&self, numbers: &Numbers, position: usize) -> Value {
        let draft = &self.entry.draft;
        let tags: Vec<Value> = self
            .tags
            .iter()
            .map(|tag| json!({ "id": tag, "name": tag, "color": Value::Null }))
            .collect();
        let mut row = Map::new();
        let mut put = |key: &str, value: Value| row.insert(key.to_owned(), value);
        put("type", self.kept.kind().into());
        put("id", self.id(numbers).into());
        put("icon", draft.icon.as_deref().unwrap_or("server").into());
        put("name", draft.name.as_str().into());
        put("status", Value::Null);
        put("position", position.into());
        put("renderer", self.kept.renderer(draft).into());
        put("tags", tags.into());
        put("identities", self.identity_numbers(numbers).into());
        put("protocol", self.kept.protocol(draft).into());
        let config = self.kept.config(draft, self.port, None);
        for key in ["ip", "macAddress", "wakeOnLanEnabled"] {
            if let Some(value) = config.get(key) {
                put(key, value.clone());
            }
        }
        put("notes", draft.notes.as_str().into());
        Value::Object(row)
    }
}
