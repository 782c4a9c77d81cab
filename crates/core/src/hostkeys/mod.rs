//! Host keys: which are trusted, and what is decided about new ones.
//!
//! The vault's own records come first; the `known_hosts` files of OpenSSH are read beside them if the vault's settings
//! say so, and never written. An authority of hosts is a record like any other. Without an open vault no key is trusted. Deliberately absent: the formats of keys and files
//! (`patchbay-engine-ssh`) and asking people (`sessions`).

mod authority;
#[cfg(all(test, unix))]
mod authority_tests;
mod certificate;
mod files;
mod handed;
mod judge;
mod stored;

use crate::{
    Authorized, Core, CoreError, WholeVault,
    vault::{put, written},
};
pub use certificate::describe;
pub(crate) use handed::HandedKeys;
use judge::{Records, Ruling};
use patchbay_engine_ssh::{
    HostKeyHints, hostkey,
    known_hosts::{KnownHosts, name_of},
};
use patchbay_model::{HostKeyId, HostKeyQuestion, HostKeyRecord};
use patchbay_session::HostKeyCheck;
use patchbay_store::{Change, Kind};
use std::{
    collections::{HashMap, HashSet},
    time::SystemTime,
};
#[cfg(all(test, unix))]
use stored::SOURCE;
use stored::Stored;

/// What to do about a presented key.
#[derive(Debug)]
pub(crate) enum Judgement {
    /// Go on; the note says why.
    Trusted { note: String },
    /// Ask the person.
    Ask(Box<HostKeyQuestion>),
}

/// Which kinds of key to prefer at which address.
#[derive(Debug, Default)]
pub(crate) struct Hints(KnownHosts);

impl Hints {
    /// For one address.
    pub(crate) fn at(&self, address: &str, port: u16) -> HostKeyHints {
        self.0.hints(address, port)
    }
}

/// Host keys on record.
#[derive(Clone, Copy, Debug)]
pub struct HostKeys<'a>(pub(crate) &'a Core);

impl HostKeys<'_> {
    /// Everything on record: the vault's keys, then those of the files.
    pub async fn list(
        &self,
        _vault: &Authorized<WholeVault>,
    ) -> Result<Vec<HostKeyRecord>, CoreError> {
        let mut records = self.records().await?;
        records.own.sort_by(|(_, a), (_, b)| a.host.cmp(&b.host));
        let own = records.own.iter().map(|(id, key)| key.shown(*id));
        Ok(own.chain(records.files.records.iter().map(stored::of_file)).collect())
    }

    /// Forgets a key of the vault. Lines of files have no id and stay.
    pub async fn remove(
        &self,
        _vault: &Authorized<WholeVault>,
        id: HostKeyId,
    ) -> Result<(), CoreError> {
        if !self.own().await?.iter().any(|(own, _)| *own == id) {
            return Err(CoreError::NotFound("host key"));
        }
        self.apply(vec![Change::Delete { kind: Kind::HostKey, id: *id.as_bytes() }]).await
    }

    /// What is on record, to prefer keys of that kind.
    pub(crate) async fn hints(&self) -> Result<Hints, CoreError> {
        Ok(Hints(self.records().await?.known()))
    }

    /// Judges a presented key, and counts it if it is one of the vault's.
    pub(crate) async fn judge(&self, check: &HostKeyCheck) -> Result<Judgement, CoreError> {
        let records = self.records().await?;
        let ruling = records
            .judge(check, SystemTime::now())
            .map_err(|error| CoreError::Api(Box::new(error.api_error(&check.machine))))?;
        match ruling {
            Ruling::Ask(question) => Ok(Judgement::Ask(question)),
            Ruling::Trusted { own, note } => {
                if let Some((id, mut key)) =
                    records.own.into_iter().find(|(id, _)| Some(*id) == own)
                {
                    key.last_seen = self.0.clock().wall();
                    key.times = key.times.saturating_add(1);
                    // When it was seen last is worth no failed connection.
                    if let Err(error) = self.apply(vec![kept(id, &key)?]).await {
                        tracing::warn!(%error, "when a host key was seen could not be noted");
                    }
                }
                Ok(Judgement::Trusted { note })
            }
        }
    }

    /// Puts a presented key on record; with `replace`, instead of every other of the vault for the address.
    pub(crate) async fn keep(&self, check: &HostKeyCheck, replace: bool) -> Result<(), CoreError> {
        let host = name_of(&check.address, check.port);
        let key = hostkey::plain(&check.openssh)
            .map_err(|error| CoreError::Api(Box::new(error.api_error(&check.machine))))?;
        let now = self.0.clock().wall();
        let mut changes = Vec::new();
        if replace {
            let own = self.own().await?;
            let old = own
                .into_iter()
                .filter(|(_, key)| !key.authority && key.certificate.is_none() && key.host == host);
            changes.extend(
                old.map(|(id, _)| Change::Delete { kind: Kind::HostKey, id: *id.as_bytes() }),
            );
        }
        changes.push(kept(
            HostKeyId::new(),
            &Stored {
                host,
                key,
                first_seen: now,
                last_seen: now,
                times: 1,
                authority: false,
                certificate: None,
            },
        )?);
        self.apply(changes).await
    }
}

/// Why a host key is not put on record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NotKept {
    /// It is there.
    Known,
    /// Another key of this kind is there for the name.
    Other,
    /// It is no key.
    Unreadable,
}

impl HostKeys<'_> {
    /// Puts keys on record that were trusted elsewhere, `host` as in `known_hosts` and hashed or not. None replaces
    /// another. Says for each that is not kept why, by its place in the list.
    pub(crate) async fn keep_all(
        &self,
        keys: &[(String, String)],
    ) -> Result<Vec<(usize, NotKept)>, CoreError> {
        let mut known: HashMap<(String, String), HashSet<String>> = HashMap::new();
        let kind = |key: &str| key.split(' ').next().unwrap_or_default().to_owned();
        for (_, own) in self.own().await? {
            known.entry((own.host, kind(&own.key))).or_default().insert(own.key);
        }
        let now = self.0.clock().wall();
        let (mut changes, mut not_kept) = (Vec::new(), Vec::new());
        for (at, (host, openssh)) in keys.iter().enumerate() {
            // A key that is none, or a name that no lookup would ever match.
            let Ok(key) = hostkey::plain(openssh) else {
                not_kept.push((at, NotKept::Unreadable));
                continue;
            };
            let there = known.entry((host.clone(), kind(&key))).or_default();
            if there.contains(&key) {
                not_kept.push((at, NotKept::Known));
            } else if !there.is_empty() {
                not_kept.push((at, NotKept::Other));
            } else {
                there.insert(key.clone());
                let stored = Stored {
                    host: host.clone(),
                    key,
                    first_seen: now,
                    last_seen: now,
                    times: 0,
                    authority: false,
                    certificate: None,
                };
                changes.push(kept(HostKeyId::new(), &stored)?);
            }
        }
        self.apply(changes).await?;
        Ok(not_kept)
    }

    /// The vault's own keys: name and key.
    pub(crate) async fn own_keys(&self) -> Result<Vec<(String, String)>, CoreError> {
        let mut keys: Vec<_> = self
            .own()
            .await?
            .into_iter()
            .filter(|(_, key)| key.certificate.is_none())
            .map(|(_, key)| (key.host, key.key))
            .collect();
        keys.sort();
        Ok(keys)
    }

    async fn records(&self) -> Result<Records, CoreError> {
        let own = self.own().await?;
        let files = if self.0.vault().unlocked()?.settings().read_known_hosts {
            let paths = files::paths(&self.0.config().home);
            // Files may be large, or on a slow network drive.
            tokio::task::spawn_blocking(move || files::read(&paths))
                .await
                .map_err(|error| CoreError::Internal(error.to_string()))?
        } else {
            KnownHosts::default()
        };
        Ok(Records { own, files })
    }

    /// The vault's own keys. One that cannot be understood counts as an error: leaving it out could make a changed key
    /// look like an unknown one.
    async fn own(&self) -> Result<Vec<(HostKeyId, Stored)>, CoreError> {
        let items = self.0.vault().unlocked()?.vault().load(Kind::HostKey).await?;
        let mut keys = Vec::with_capacity(items.len());
        for item in items {
            let key = serde_json::from_slice(&item.data).map_err(|_| {
                CoreError::Internal("a host key in the vault cannot be read".into())
            })?;
            keys.push((HostKeyId::from_bytes(item.id), key));
        }
        Ok(keys)
    }

    async fn apply(&self, changes: Vec<Change>) -> Result<(), CoreError> {
        Ok(self.0.vault().unlocked()?.vault().apply(changes).await?)
    }
}

fn kept(id: HostKeyId, key: &Stored) -> Result<Change, CoreError> {
    Ok(put(Kind::HostKey, *id.as_bytes(), written(serde_json::to_vec(key))?))
}
