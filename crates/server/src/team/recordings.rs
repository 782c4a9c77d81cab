//! Recordings that organisations want: whose they are, who may look at them, and how long they are kept.
//!
//! What is recorded is an item of the organisation, with the key of its file, which lies in a folder of the organisation's own. Members'
//! services write it (`patchbay_core::recordings`), and only those who administer the organisation see it again.

use super::{Edit, Team, alter::forbidden, seat::Seat, space::Data};
use patchbay_core::{RecordingRule, recordings::Kept, sync::read};
use patchbay_model::{ApiError, NodeId, OrganisationId, RecordingId, Timestamp};
use patchbay_store::Kind;
use patchbay_team::{
    audit,
    entity::{Record, Space},
    permission::Permission,
};
use std::time::UNIX_EPOCH;

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

impl Seat {
    /// The rule by which sessions with a machine are recorded.
    pub(super) fn rule_of(&self, machine: NodeId) -> Option<RecordingRule> {
        let organisation = self.team.shared_by(*machine.as_bytes())?;
        let directory = self.team.known.directory();
        let found = directory.organisation(organisation)?;
        let desktops = match found.policy.record {
            Record::Off => return None,
            Record::Terminals => false,
            Record::Everything => true,
        };
        let called = |id| directory.account(id).map(|one| one.display.clone()).unwrap_or_default();
        let mut who = called(self.doer());
        if self.doer() != self.account {
            who = format!("{who} as {}", called(self.account));
        }
        let name = found.name.clone();
        Some(RecordingRule { organisation, name, who, desktops })
    }

    /// Where a recording goes. A rule's belongs to the organisation, which nobody but those who administer it changes afterwards.
    pub(super) fn recording_home(&self, id: [u8; 16], kept: &[u8]) -> Result<Space, ApiError> {
        let Some(organisation) = Kept::read(kept).and_then(|kept| kept.organisation) else {
            return Ok(Space::Personal(self.account));
        };
        let space = Space::Organisation(organisation);
        let is_there = read(&self.team.known.space(space)).has(Kind::Recording, id);
        let is_member = self.team.known.directory().is_member(self.account, organisation);
        if if is_there { self.reviews(organisation) } else { is_member } {
            return Ok(space);
        }
        Err(forbidden("This recording belongs to the organisation."))
    }

    /// The organisations whose recordings the member may look at, if there are any.
    pub(crate) fn reviewed(&self) -> Vec<OrganisationId> {
        let directory = self.team.known.directory();
        let own = directory.organisations_of(self.account).map(|one| one.id);
        own.filter(|id| self.reviews(*id) && !self.team.recordings_of(*id).is_empty()).collect()
    }

    /// Whether the member may look at an organisation's recordings and delete them.
    pub(super) fn reviews(&self, organisation: OrganisationId) -> bool {
        let may = self.team.known.directory().permissions(self.account, organisation, &[]);
        self.ceiling.within(may).has(Permission::Administer)
    }
}

impl Team {
    /// Deletes what organisations do not want kept any longer.
    pub(crate) async fn expire_recordings(&self) {
        let directory = self.known.directory();
        for organisation in directory.organisations().filter(|one| one.policy.keep_days > 0) {
            let longest = i64::from(organisation.policy.keep_days) * DAY;
            for (id, kept) in self.recordings_of(organisation.id) {
                let age = self.now().0.saturating_sub(self.ended(organisation.id, id, &kept).0);
                if age < longest || self.recordings.is_running(id) {
                    continue;
                }
                if let Err(error) = self.expire(organisation.id, id, &kept).await {
                    tracing::warn!(error = %error.message, "an old recording was not deleted");
                }
            }
        }
    }

    fn recordings_of(&self, organisation: OrganisationId) -> Vec<(RecordingId, Kept)> {
        let items = self.known.space(Space::Organisation(organisation));
        let items = read(&items);
        let read = items.of_kind(Kind::Recording).filter_map(|(slot, held)| match &held.data {
            Data::Open(kept) => Some((RecordingId::from_bytes(slot.1), Kept::read(kept)?)),
            Data::Sealed(_) => None,
        });
        read.collect()
    }

    /// When something was written to it last.
    fn ended(&self, organisation: OrganisationId, id: RecordingId, kept: &Kept) -> Timestamp {
        let written = std::fs::metadata(self.recording_file(organisation, id))
            .and_then(|file| file.modified())
            .ok()
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
            .and_then(|at| i64::try_from(at.as_millis()).ok());
        kept.started.max(Timestamp(written.unwrap_or_default()))
    }

    fn recording_file(&self, organisation: OrganisationId, id: RecordingId) -> std::path::PathBuf {
        self.recordings.folder_of(organisation).join(format!("{id}.rec"))
    }

    async fn expire(
        &self,
        organisation: OrganisationId,
        id: RecordingId,
        kept: &Kept,
    ) -> Result<(), ApiError> {
        let space = Space::Organisation(organisation);
        let entry = audit::Entry {
            object: Some(id.to_string()),
            detail: Some(kept.title.clone()),
            organisation: Some(organisation),
            ..self.server_entry("recording.expire")
        };
        let turn = self.turn().await;
        let delete = Edit::Delete { space, kind: Kind::Recording.number(), id: *id.as_bytes() };
        // The key goes first: whatever becomes of the file, nobody can read it any more.
        self.commit(&turn, Vec::new(), vec![delete], vec![entry]).await?;
        drop(turn);
        let file = self.recording_file(organisation, id);
        if let Err(error) = tokio::fs::remove_file(&file).await {
            tracing::warn!(%error, path = %file.display(), "the file of an old recording stays");
        }
        Ok(())
    }

    /// The files of an organisation that is gone, whose keys went with it.
    pub(super) async fn forget_recordings(&self, organisation: OrganisationId) {
        // There may be none.
        let _none = tokio::fs::remove_dir_all(self.recordings.folder_of(organisation)).await;
    }

    /// How a recording is called.
    pub(super) fn recording_called(
        &self,
        organisation: OrganisationId,
        id: [u8; 16],
    ) -> Option<String> {
        let id = RecordingId::from_bytes(id);
        let all = self.recordings_of(organisation);
        all.into_iter().find(|(one, _)| *one == id).map(|(_, kept)| kept.title)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::team::{space::main, testing::World};
    use patchbay_team::entity::{Change, Organisation, Policy};
    use serde_json::json;
    use zeroize::Zeroizing;

    async fn kept(world: &World, days_ago: i64) -> RecordingId {
        let id = RecordingId::new();
        let started = Timestamp(world.team.now().0 - days_ago * DAY);
        let kept = json!({ "key": "", "title": format!("{days_ago} days old"), "subtitle": "", "started": started,
            "cols": 80, "rows": 24, "organisation": world.organisation });
        let put = Edit::Put {
            space: Space::Organisation(world.organisation),
            slot: main(Kind::Recording, *id.as_bytes()),
            data: Zeroizing::new(kept.to_string().into_bytes()),
        };
        let turn = world.team.turn().await;
        world.team.commit(&turn, Vec::new(), vec![put], Vec::new()).await.unwrap();
        id
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_older_than_the_rule_goes_and_stands_in_the_log() {
        let world = World::new().await;
        let (old, written, new) =
            (kept(&world, 31).await, kept(&world, 40).await, kept(&world, 29).await);
        let folder = world.team.recordings.folder_of(world.organisation);
        std::fs::create_dir_all(&folder).unwrap();
        // Begun long ago, and gone on with until now.
        std::fs::write(world.team.recording_file(world.organisation, written), "x").unwrap();
        let left = || {
            let mut left: Vec<_> = world.team.recordings_of(world.organisation);
            left.sort_by_key(|(id, _)| *id);
            left.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
        };
        world.team.expire_recordings().await;
        assert_eq!(left(), [old, written, new], "for ever");
        let lab = world.team.known.directory().organisation(world.organisation).unwrap().clone();
        let policy = Policy { keep_days: 30, ..lab.policy };
        world.make(Change::PutOrganisation(Organisation { policy, ..lab })).await;
        world.team.expire_recordings().await;
        assert_eq!(left(), [written, new]);
        let head = world.team.store.audit_head().await.unwrap().seq;
        let last = world.team.store.audit(head, 1).await.unwrap().remove(0).entry;
        assert_eq!(last.action, "recording.expire");
        assert_eq!(last.actor, audit::Actor::Server);
        assert_eq!(last.object, Some(old.to_string()));
        assert_eq!(last.detail.as_deref(), Some("31 days old"));
        assert_eq!(last.organisation, Some(world.organisation));
    }
}
