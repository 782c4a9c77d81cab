//! Tables that are cheap to copy: a copy shares all rows, and a change copies the rows' addresses of one table at most.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rows by key.
#[derive(Clone, Debug)]
pub(super) struct Table<K, V>(Arc<BTreeMap<K, Arc<V>>>);

impl<K: Ord + Clone, V> Table<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key).map(AsRef::as_ref)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.values().map(AsRef::as_ref)
    }

    /// What was there before.
    pub(super) fn put(&mut self, key: K, row: V) -> Option<Arc<V>> {
        Arc::make_mut(&mut self.0).insert(key, Arc::new(row))
    }

    /// What was there.
    pub(super) fn remove(&mut self, key: &K) -> Option<Arc<V>> {
        if self.0.contains_key(key) { Arc::make_mut(&mut self.0).remove(key) } else { None }
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// Keys of rows by something that several may share.
#[derive(Clone, Debug)]
pub(super) struct Index<K, V>(Arc<BTreeMap<K, BTreeSet<V>>>);

impl<K: Ord + Clone, V: Ord + Clone> Index<K, V> {
    pub(super) fn of<'a>(&'a self, key: &K) -> impl Iterator<Item = &'a V> + use<'a, K, V> {
        self.0.get(key).into_iter().flatten()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.values().flatten()
    }

    pub(super) fn put(&mut self, key: K, value: V) {
        Arc::make_mut(&mut self.0).entry(key).or_default().insert(value);
    }

    pub(super) fn remove(&mut self, key: &K, value: &V) {
        let index = Arc::make_mut(&mut self.0);
        if let Some(values) = index.get_mut(key) {
            values.remove(value);
            if values.is_empty() {
                index.remove(key);
            }
        }
    }
}

impl<K, V> Default for Index<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}
