//! Changing entries.

use super::{
    Desk, Mount,
    config::Kept,
    refusal::Refusal,
    seen::{Place, Seen},
    wish::{Batch, Reposition, Wish, numbers},
};
use axum::http::StatusCode;
use patchbay_core::Right;
use patchbay_model::{
    ApiError, EntryDraft, ErrorCode, IdentityId, Jump, MovePlace, NodeId, OrganisationId,
};
use patchbay_team_store::Numbered;
use serde_json::{Map, Value, json};

impl Desk<'_> {
    /// `PUT …`: gives the number of the new entry.
    pub(super) async fn create(&self, wish: Wish) -> Result<i64, Refusal> {
        let id = NodeId::new();
        let made = self.try_create(id, wish).await;
        self.note("api_entry_create", id, made).await?;
        let number = (Numbered::Entry, *id.as_bytes());
        self.dialect.shared.numbers.of(self.dialect.store(), number).await
    }

    async fn try_create(&self, id: NodeId, mut wish: Wish) -> Result<(), Refusal> {
        let name = wish.name.take().filter(|name| !name.trim().is_empty());
        let mut draft = EntryDraft {
            name: name.ok_or_else(|| Refusal::malformed("name is required"))?,
            ..EntryDraft::default()
        };
        if wish.config.is_none() {
            return Err(Refusal::malformed("config is required"));
        }
        let here = Place { organisation: None, folder: None };
        let place = self.destination(here, wish.folder, wish.organisation).await?;
        let mut kept = Kept::default();
        self.take(&mut draft, &mut kept, wish).await?;
        self.add(id, place.node(), draft, &kept).await
    }

    async fn add(
        &self,
        id: NodeId,
        folder: Option<NodeId>,
        draft: EntryDraft,
        kept: &Kept,
    ) -> Result<(), Refusal> {
        let folder = self.ctx.authorize_folder(folder, Right::Edit)?;
        self.member.annex_with_next(id, Some(kept.written()?));
        let added = self.ctx.core.tree().add_entries(&folder, vec![(id, draft)]).await;
        if added.is_err() {
            self.member.annex_not(id);
        }
        Ok(added.map(drop)?)
    }

    /// Takes over what a client wants, as far as the entry does not move by it.
    async fn take(
        &self,
        draft: &mut EntryDraft,
        kept: &mut Kept,
        wish: Wish,
    ) -> Result<(), Refusal> {
        if let Some(name) = wish.name {
            draft.name = name;
        }
        if let Some(icon) = wish.icon {
            draft.icon = icon;
        }
        if let Some(renderer) = wish.renderer {
            kept.renderer = renderer;
        }
        if let Some(kind) = wish.kind {
            kept.kind = Some(kind).filter(|kind| kind != "server");
        }
        if let Some(identities) = wish.identities {
            draft.settings.identities = Some(self.named(&identities).await?);
        }
        if let Some(config) = wish.config {
            self.take_jump(draft, &config).await?;
            kept.take(draft, config)?;
        }
        Ok(())
    }

    async fn named(&self, wanted: &[i64]) -> Result<Vec<IdentityId>, Refusal> {
        let known = self.identities()?;
        self.give(Numbered::Identity, known.iter().map(|id| *id.as_bytes())).await?;
        let mut found = Vec::with_capacity(wanted.len());
        for number in wanted {
            let id = self.dialect.store().numbered(Numbered::Identity, *number).await?;
            let id = id.map(IdentityId::from_bytes).filter(|id| known.contains(id));
            found.push(id.ok_or_else(Refusal::no_identity)?);
        }
        Ok(found)
    }

    /// The machine to go through. Further ones are set on that machine, as everywhere in Patchbay.
    async fn take_jump(
        &self,
        draft: &mut EntryDraft,
        config: &Map<String, Value>,
    ) -> Result<(), Refusal> {
        if !config.contains_key("jumpHosts") {
            return Ok(());
        }
        let config = Value::Object(config.clone());
        draft.settings.jump = match numbers(&config, "jumpHosts")?.as_deref() {
            None | Some([]) => None,
            Some([number]) => {
                let gone = || {
                    let message = format!("Jump host with ID {number} does not exist");
                    Refusal::told(StatusCode::NOT_FOUND, 404, message)
                };
                let entry = self.node(Numbered::Entry, *number).await?.ok_or_else(gone)?;
                self.ctx.authorize(entry, Right::View).map_err(|_| gone())?;
                Some(Jump::Through { entry })
            }
            Some(_) => {
                return Err(Refusal::malformed(
                    "config.jumpHosts takes one jump host: one that is itself behind another has that in its own config",
                ));
            }
        };
        Ok(())
    }

    /// Where an entry goes that lies `here`, by the folder and organisation that a client names.
    async fn destination(
        &self,
        here: Place,
        folder: Option<Option<i64>>,
        organisation: Option<Option<i64>>,
    ) -> Result<Place, Refusal> {
        let named = match organisation {
            None => None,
            Some(None) => Some(None),
            Some(Some(number)) => Some(Some(self.organisation(number).await?)),
        };
        match folder.flatten() {
            Some(number) => {
                let place = self.folder(number).await?;
                // `null` beside a folder of an organisation is what clients send that know of folders only.
                if named.flatten().is_some_and(|wanted| place.organisation != Some(wanted)) {
                    return Err(Refusal::malformed("folderId is not of organizationId"));
                }
                Ok(place)
            }
            None => {
                let organisation = named.unwrap_or(here.organisation);
                let stays = folder.is_none() && organisation == here.organisation;
                Ok(Place { organisation, folder: here.folder.filter(|_| stays) })
            }
        }
    }

    async fn organisation(&self, number: i64) -> Result<OrganisationId, Refusal> {
        let own: Vec<OrganisationId> =
            self.member.organisations().into_iter().map(|(id, ..)| id).collect();
        self.give(Numbered::Organisation, own.iter().map(|id| *id.as_bytes())).await?;
        let id = self.dialect.store().numbered(Numbered::Organisation, number).await?;
        let id = id.map(OrganisationId::from_bytes);
        own.into_iter().find(|own| Some(*own) == id).ok_or_else(Refusal::no_organisation)
    }

    /// Numbers whatever the member could name, oldest first: nothing else may have told its number yet.
    async fn give(
        &self,
        what: Numbered,
        ids: impl Iterator<Item = [u8; 16]>,
    ) -> Result<(), Refusal> {
        let mut ids: Vec<[u8; 16]> = ids.collect();
        ids.sort_unstable();
        let things = ids.into_iter().map(|id| (what, id));
        self.dialect.shared.numbers.give(self.dialect.store(), things).await
    }

    async fn folder(&self, number: i64) -> Result<Place, Refusal> {
        let id = self.node(Numbered::Folder, number).await?.ok_or_else(Refusal::no_folder)?;
        let seen = self.ctx.authorize_folder(Some(id), Right::View);
        seen.map_err(|_| Refusal::no_folder())?;
        Ok(Place { folder: Some(id), ..self.place(id, None) })
    }

    /// `PATCH …/{entry}`.
    pub(super) async fn change(&self, number: &str, wish: Wish) -> Result<(), Refusal> {
        let seen = self.entry(number).await?;
        let id = seen.entry.id;
        let changed = self.try_change(seen, wish).await;
        self.note("api_entry_edit", id, changed).await
    }

    async fn try_change(&self, seen: Seen, wish: Wish) -> Result<(), Refusal> {
        let Seen { entry, place, mut kept, .. } = seen;
        let (id, mut draft) = (entry.id, entry.draft);
        let may = self.ctx.authorize(id, Right::Edit)?;
        let to = self.destination(place, wish.folder, wish.organisation).await?;
        self.take(&mut draft, &mut kept, wish).await?;
        let tree = self.ctx.core.tree();
        let place_to = match to == place {
            true => None,
            false => {
                let end = MovePlace::EndOf { folder: to.node() };
                Some(self.ctx.authorize_place(end, Right::Edit)?)
            }
        };
        self.member.annex_with_next(id, Some(kept.written()?));
        let changed = match &place_to {
            None => tree.change_entry(&may, draft, None).await.map(drop),
            Some(end) => tree.change_and_move(&may, draft, end).await,
        };
        if changed.is_err() {
            self.member.annex_not(id);
        }
        Ok(changed?)
    }

    /// `DELETE …/{entry}`.
    pub(super) async fn delete(&self, number: &str) -> Result<(), Refusal> {
        let id = self.entry(number).await?.entry.id;
        let gone = async {
            let may = self.ctx.authorize_all(&[id], Right::Edit)?;
            self.ctx.core.tree().delete(&may).await.map(drop)
        };
        let gone = gone.await.map_err(Refusal::from);
        self.note("api_entry_delete", id, gone).await
    }

    /// `POST …/{entry}/duplicate`.
    pub(super) async fn duplicate(&self, number: &str) -> Result<(), Refusal> {
        let Seen { entry, place, kept, .. } = self.entry(number).await?;
        let copy = NodeId::new();
        let draft = EntryDraft { name: format!("{} (Copy)", entry.draft.name), ..entry.draft };
        let made = self.add(copy, place.node(), draft, &kept).await;
        self.note("api_entry_duplicate", copy, made).await
    }

    /// `POST …/import/ssh-config`: each entry by itself.
    pub(super) async fn import(&self, batch: Batch) -> Result<Value, Refusal> {
        let (mut imported, mut skipped, mut failed) = (0_u32, 0_u32, 0_u32);
        let mut details = Vec::with_capacity(batch.entries.len());
        for (name, wish) in batch.entries {
            let made = match wish {
                Ok(wish) => {
                    let folder = wish.folder.or(batch.folder);
                    let wish = Wish { folder, ..wish };
                    if self.dialect.mount == Mount::Released && self.is_there(&wish).await? {
                        skipped += 1;
                        details.push(detail(&name, "skipped", "reason", "Entry exists".into()));
                        continue;
                    }
                    self.create(wish).await
                }
                Err(refusal) => Err(refusal),
            };
            match made {
                Ok(number) => {
                    imported += 1;
                    details.push(detail(&name, "imported", "entryId", number.into()));
                }
                Err(refusal) => {
                    failed += 1;
                    details.push(detail(&name, "error", "reason", refusal.message.into()));
                }
            }
        }
        Ok(match self.dialect.mount {
            Mount::Reference => json!({ "imported": imported, "failed": failed }),
            Mount::Released => json!({
                "message": format!(
                    "SSH config import: {imported} imported, {skipped} skipped, {failed} errors"
                ),
                "imported": imported,
                "skipped": skipped,
                "errors": failed,
                "failed": failed,
                "details": details,
            }),
        })
    }

    /// Whether an entry of that name is where this one is to go.
    async fn is_there(&self, wish: &Wish) -> Result<bool, Refusal> {
        let here = Place { organisation: None, folder: None };
        let Ok(place) = self.destination(here, wish.folder, wish.organisation).await else {
            return Ok(false);
        };
        let Some(name) = wish.name.as_deref().map(str::trim) else { return Ok(false) };
        let rows = self.ctx.core.tree().rows(&self.ctx.authorize_vault(Right::View)?)?;
        let same = rows.ids.iter().zip(&rows.names).filter(|(_, other)| *other == name);
        Ok(same
            .filter_map(|(id, _)| self.ctx.authorize(*id, Right::View).ok())
            .filter_map(|may| self.ctx.core.tree().entry(&may).ok())
            .any(|entry| entry.parent == place.node()))
    }

    /// `PATCH …/{entry}/reposition`.
    pub(super) async fn reposition(&self, number: &str, to: &Reposition) -> Result<(), Refusal> {
        let seen = self.entry(number).await?;
        let id = seen.entry.id;
        let moved = self.try_reposition(&seen, to).await;
        self.note("api_entry_reposition", id, moved).await
    }

    async fn try_reposition(&self, seen: &Seen, to: &Reposition) -> Result<(), Refusal> {
        let may = self.ctx.authorize_all(&[seen.entry.id], Right::Edit)?;
        let place = self.destination(seen.place, to.folder, to.organisation).await?;
        let place = match to.target {
            None => MovePlace::EndOf { folder: place.node() },
            Some(number) => {
                let gone = || Refusal::told(StatusCode::NOT_FOUND, 404, "Target entry not found");
                let target = self.entry(&number.to_string()).await.map_err(|_| gone())?;
                // Who names a place means a target that lies there.
                let named = to.folder.is_some() || to.organisation.is_some();
                if named && target.place != place {
                    return Err(gone());
                }
                let id = target.entry.id;
                if to.after { MovePlace::After { id } } else { MovePlace::Before { id } }
            }
        };
        let place = self.ctx.authorize_place(place, Right::Edit)?;
        Ok(self.ctx.core.tree().move_to(&may, &place).await?)
    }

    /// `POST …/{entry}/wake`.
    pub(super) async fn wake(&self, number: &str) -> Result<(), Refusal> {
        let seen = self.entry(number).await?;
        let refused = |message: &str| Err(Refusal::told(StatusCode::BAD_REQUEST, 400, message));
        if seen.kept.kind() != "server" {
            return refused("Wake-On-LAN is only supported for server entries");
        }
        if seen.entry.draft.mac.is_none() {
            return refused("No MAC address configured for this server");
        }
        if !seen.kept.wakes() {
            return refused("Wake-On-LAN is not enabled for this server");
        }
        let id = seen.entry.id;
        let woken = async {
            let may = self.ctx.authorize_all(&[id], Right::Use)?;
            self.ctx.core.wake().wake(&may).await
        };
        let woken = woken.await.map_err(Refusal::from);
        self.note("api_entry_wake", id, woken).await
    }

    /// Writes down what was done by which token from where, and what was refused for want of rights.
    async fn note(
        &self,
        action: &str,
        id: NodeId,
        done: Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let refused = match &done {
            Ok(()) => None,
            Err(refusal) if refusal.is_forbidden() => {
                Some(ApiError::new(ErrorCode::NotAllowed, refusal.message.clone()))
            }
            Err(_) => return done,
        };
        let about = json!({ "id": id }).to_string();
        let inside = &self.dialect.shared.inside;
        inside.write_down(&self.asker.0, action, &about, refused.as_ref()).await?;
        done
    }
}

fn detail(name: &str, status: &str, key: &str, value: Value) -> Value {
    json!({ "host": name, "status": status, key: value })
}
