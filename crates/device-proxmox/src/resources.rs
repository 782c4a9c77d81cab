//! All that a cluster has, in one request, and what is different from the last time.

use crate::{Client, Guest, GuestKind, Node, ProxmoxError, VmId, call::Call};
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use std::{collections::HashMap, fmt};

/// What a thing of a cluster is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ResourceKind {
    /// A server of the cluster.
    Node(Node),
    /// A guest.
    Guest {
        /// The guest, where it is.
        guest: Guest,
        /// Whether it is a template, which cannot be started.
        template: bool,
        /// Why it cannot be changed at the moment: `backup`, `migrate` and the like.
        lock: Option<String>,
        /// The pool it is in.
        pool: Option<String>,
        /// Its tags.
        tags: Vec<String>,
    },
    /// A storage as one node sees it.
    Storage {
        /// Where.
        node: Node,
        /// Whether all nodes see the same.
        shared: bool,
        /// What it may hold: `iso`, `vztmpl`, `backup`, `images`, `rootdir` and so on.
        content: Vec<String>,
    },
    /// A group of guests and storages.
    Pool,
}

/// Figures of a resource at the moment it was read; nothing where the server says nothing.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Usage {
    /// Busy processors, from 0 to 1 of all it has.
    pub cpu: Option<f64>,
    /// Processors.
    pub cpus: Option<f64>,
    /// Bytes of memory in use.
    pub memory: Option<u64>,
    /// Bytes of memory.
    pub memory_all: Option<u64>,
    /// Bytes on disk in use.
    pub disk: Option<u64>,
    /// Bytes on disk.
    pub disk_all: Option<u64>,
    /// Seconds since it was started.
    pub uptime: Option<u64>,
}

/// A thing of a cluster.
#[derive(Clone, PartialEq, Debug)]
pub struct Resource {
    /// `qemu/100`, `node/pve1`, `storage/pve1/local`: stays the same for as long as it is the same thing. A guest's has no
    /// node in it.
    pub id: String,
    /// What people call it; a guest without a name has its number.
    pub name: String,
    /// `running`, `stopped`, `online`, `available`, `unknown` and so on; empty where it has none.
    pub status: String,
    /// What it is.
    pub kind: ResourceKind,
    /// How it is used.
    pub usage: Usage,
}

impl Resource {
    /// The guest, if it is one.
    #[must_use]
    pub fn guest(&self) -> Option<&Guest> {
        match &self.kind {
            ResourceKind::Guest { guest, .. } => Some(guest),
            _ => None,
        }
    }

    /// Where it is; a pool is nowhere.
    #[must_use]
    pub fn node(&self) -> Option<&Node> {
        match &self.kind {
            ResourceKind::Node(node) | ResourceKind::Storage { node, .. } => Some(node),
            ResourceKind::Guest { guest, .. } => Some(&guest.node),
            ResourceKind::Pool => None,
        }
    }
}

/// What is different between two readings. Figures are not looked at: they always are.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Difference {
    /// Is there now.
    pub created: Vec<Resource>,
    /// Is there no more; its id.
    pub gone: Vec<String>,
    /// Guests on another node; the node they were on, and what they are now.
    pub moved: Vec<(Node, Resource)>,
    /// Has another name, status, lock, pool or tags on the same node.
    pub changed: Vec<Resource>,
}

impl Difference {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.created.is_empty()
            && self.gone.is_empty()
            && self.moved.is_empty()
            && self.changed.is_empty()
    }
}

/// What is different between two readings; each in the order of `new`, and what is gone in that of `old`.
#[must_use]
pub fn difference(old: &[Resource], new: &[Resource]) -> Difference {
    let mut before: HashMap<&str, &Resource> =
        old.iter().map(|resource| (resource.id.as_str(), resource)).collect();
    let mut found = Difference::default();
    for resource in new {
        let Some(was) = before.remove(resource.id.as_str()) else {
            found.created.push(resource.clone());
            continue;
        };
        match (was.node(), resource.node()) {
            (Some(from), Some(to)) if from != to => {
                found.moved.push((from.clone(), resource.clone()));
            }
            _ if (&was.name, &was.status, &was.kind)
                != (&resource.name, &resource.status, &resource.kind) =>
            {
                found.changed.push(resource.clone());
            }
            _ => {}
        }
    }
    let gone = old.iter().filter(|resource| before.contains_key(resource.id.as_str()));
    found.gone = gone.map(|resource| resource.id.clone()).collect();
    found
}

impl Client {
    /// All nodes, guests, storages and pools that the person may see, in one request.
    ///
    /// # Errors
    /// If there is no answer, or the server says no.
    pub async fn resources(&self) -> Result<Vec<Resource>, ProxmoxError> {
        self.ask::<Resources>(&resources()).await.map(|resources| resources.0)
    }

    /// A number that no guest has yet.
    ///
    /// # Errors
    /// If there is no answer, or the server says no.
    pub async fn next_id(&self) -> Result<VmId, ProxmoxError> {
        let number: serde_json::Value = self.ask(&next_id()).await?;
        let number = crate::lenient::count(&number).and_then(|number| number.try_into().ok());
        number.and_then(VmId::new).ok_or_else(|| self.strange(200))
    }
}

pub(crate) fn resources() -> Call {
    Call::get(&["cluster", "resources"])
}

pub(crate) fn next_id() -> Call {
    Call::get(&["cluster", "nextid"])
}

/// A list as it is read: what is not understood is left out, and no second copy of it is made.
pub(crate) struct Resources(pub(crate) Vec<Resource>);

impl<'de> Deserialize<'de> for Resources {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Vec<Resource>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of resources")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(raw) = list.next_element::<Raw>()? {
                    all.extend(raw.understood());
                }
                Ok(all)
            }
        }
        from.deserialize_seq(All).map(Resources)
    }
}

/// An item as it comes.
#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    id: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    node: String,
    #[serde(default, deserialize_with = "crate::lenient::de_count")]
    vmid: Option<u64>,
    #[serde(default, deserialize_with = "crate::lenient::de_text")]
    name: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default, deserialize_with = "crate::lenient::de_flag")]
    template: bool,
    #[serde(default)]
    lock: Option<String>,
    #[serde(default, deserialize_with = "crate::lenient::de_text")]
    pool: Option<String>,
    #[serde(default, deserialize_with = "crate::lenient::de_text")]
    tags: Option<String>,
    #[serde(default, deserialize_with = "crate::lenient::de_text")]
    storage: Option<String>,
    #[serde(default, deserialize_with = "crate::lenient::de_flag")]
    shared: bool,
    #[serde(default)]
    content: Option<String>,
    #[serde(default, deserialize_with = "crate::lenient::de_number")]
    cpu: Option<f64>,
    #[serde(default, deserialize_with = "crate::lenient::de_number")]
    maxcpu: Option<f64>,
    #[serde(default, deserialize_with = "crate::lenient::de_count")]
    mem: Option<u64>,
    #[serde(default, deserialize_with = "crate::lenient::de_count")]
    maxmem: Option<u64>,
    #[serde(default, deserialize_with = "crate::lenient::de_count")]
    disk: Option<u64>,
    #[serde(default, deserialize_with = "crate::lenient::de_count")]
    maxdisk: Option<u64>,
    #[serde(default, deserialize_with = "crate::lenient::de_count")]
    uptime: Option<u64>,
}

impl Raw {
    /// Nothing for kinds that are not shown, and for what has no name or place.
    fn understood(self) -> Option<Resource> {
        let guest_kind = match self.kind.as_str() {
            "qemu" => Some(GuestKind::Qemu),
            "lxc" => Some(GuestKind::Lxc),
            _ => None,
        };
        let (name, kind) = match (self.kind.as_str(), guest_kind) {
            (_, Some(kind)) => {
                let id = VmId::new(self.vmid?.try_into().ok()?)?;
                let guest = Guest { node: self.node.parse().ok()?, kind, id };
                let tags = list(self.tags.as_deref());
                let (template, lock, pool) = (self.template, self.lock, self.pool);
                let kind = ResourceKind::Guest { guest, template, lock, pool, tags };
                (self.name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string()), kind)
            }
            ("node", _) => (self.node.clone(), ResourceKind::Node(self.node.parse().ok()?)),
            ("storage", _) => {
                let (shared, content) = (self.shared, list(self.content.as_deref()));
                let node = self.node.parse().ok()?;
                (self.storage?, ResourceKind::Storage { node, shared, content })
            }
            ("pool", _) => (self.pool?, ResourceKind::Pool),
            _ => return None,
        };
        let usage = Usage {
            cpu: self.cpu,
            cpus: self.maxcpu,
            memory: self.mem,
            memory_all: self.maxmem,
            disk: self.disk,
            disk_all: self.maxdisk,
            uptime: self.uptime,
        };
        let status = self.status.unwrap_or_default();
        Some(Resource { id: self.id, name, status, kind, usage })
    }
}

/// Words with commas, semicolons or blanks between, as the server writes them.
pub(crate) fn list(text: Option<&str>) -> Vec<String> {
    let words = text.unwrap_or_default().split([',', ';', ' ']);
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use serde_json::json;

    fn read(value: serde_json::Value) -> Vec<Resource> {
        serde_json::from_value::<Resources>(value).unwrap().0
    }

    fn cluster() -> serde_json::Value {
        json!([
            { "id": "node/a", "type": "node", "node": "a", "status": "online", "cpu": 0.5, "maxcpu": 8, "level": "" },
            { "id": "qemu/100", "type": "qemu", "node": "a", "vmid": 100, "name": "web", "status": "running",
              "template": 0, "tags": "prod;eu", "mem": "1024", "maxmem": 2048, "uptime": 7, "pool": "shop" },
            { "id": "lxc/101", "type": "lxc", "node": "a", "vmid": "101", "status": "stopped", "template": 1 },
            { "id": "storage/a/local", "type": "storage", "node": "a", "storage": "local", "status": "available",
              "shared": 0, "content": "iso,backup", "disk": 5, "maxdisk": 10, "plugintype": "dir" },
            { "id": "/pool/shop", "type": "pool", "pool": "shop" },
            { "id": "sdn/a/zone", "type": "sdn", "node": "a", "sdn": "zone", "status": "ok" },
            { "id": "qemu/7", "type": "qemu", "node": "a", "vmid": 7 },
            { "id": "qemu/102", "type": "qemu", "node": "../etc", "vmid": 102 },
        ])
    }

    #[test]
    fn each_kind_is_read_and_what_is_none_is_left_out() {
        let all = read(cluster());
        let names: Vec<_> = all.iter().map(|one| (one.id.as_str(), one.name.as_str())).collect();
        let expected = [
            ("node/a", "a"),
            ("qemu/100", "web"),
            ("lxc/101", "101"),
            ("storage/a/local", "local"),
            ("/pool/shop", "shop"),
        ];
        assert_eq!(names, expected);
        let ResourceKind::Guest { tags, template, pool, .. } = &all[1].kind else { panic!() };
        assert_eq!((tags.len(), *template, pool.as_deref()), (2, false, Some("shop")));
        assert_eq!((all[1].usage.memory, all[0].usage.cpus), (Some(1024), Some(8.0)));
    }

    #[test]
    fn the_difference_says_what_came_went_moved_and_changed() {
        let old = read(cluster());
        assert!(difference(&old, &old).is_empty());
        let mut value = cluster();
        value[0]["cpu"] = json!(0.9);
        value[1]["node"] = json!("b");
        value[1]["status"] = json!("stopped");
        value[2]["lock"] = json!("backup");
        value[3] = json!({ "id": "qemu/200", "type": "qemu", "node": "b", "vmid": 200, "status": "stopped" });
        let new = read(value);
        let found = difference(&old, &new);
        let ids = |all: &[Resource]| all.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&found.created), ["qemu/200"]);
        assert_eq!(found.gone, ["storage/a/local"]);
        assert_eq!(ids(&found.changed), ["lxc/101"]);
        assert_eq!(found.moved.len(), 1);
        assert_eq!(
            (found.moved[0].0.as_str(), found.moved[0].1.node().unwrap().as_str()),
            ("a", "b")
        );
        assert_eq!(found.moved[0].1.status, "stopped");
    }

    #[test]
    fn what_is_made_of_a_difference_is_the_new_reading() {
        let old = read(cluster());
        let found = difference(&[], &old);
        assert_eq!((found.created, found.gone.len()), (old.clone(), 0));
        let found = difference(&old, &[]);
        assert_eq!((found.created.len(), found.gone.len()), (0, old.len()));
    }
}
