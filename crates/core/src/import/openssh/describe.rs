//! What a configuration says, from its text alone.

use super::{Offer, Planner, Resolver, Surroundings, offers};
use patchbay_model::{EntryDraft, ImportRemark, NodeId};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

/// What importing all hosts of a configuration into an empty vault would make, but for identities.
#[derive(Clone, PartialEq, Debug)]
pub struct Described {
    /// What is offered to be picked from.
    pub offers: Vec<Offer>,
    /// What is not understood.
    pub left_out: Vec<ImportRemark>,
    /// The machines, jump hosts included.
    pub machines: Vec<(NodeId, EntryDraft)>,
    /// What would not be taken over of what was picked.
    pub remarks: Vec<ImportRemark>,
}

/// Describes a text as if it were the file `config` of somebody with this home directory. Neither the file system nor
/// the environment is looked at: `Include` is remarked on and left out.
#[must_use]
pub fn describe(text: &[u8], home: &Path) -> Described {
    let path = PathBuf::from("config");
    let config = super::read::read_text(text, &path);
    let around = Surroundings {
        home: home.to_owned(),
        user: "me".to_owned(),
        host_name: "here".to_owned(),
        environment: HashMap::new(),
    };
    let (offers, left_out) = offers(&path, &config, &around);
    let mut resolver = Resolver::new(&config, &around);
    let (aliases, _) = resolver.aliases();
    let (planned, mut remarks) = Planner::new(&mut resolver, Vec::new()).plan(&aliases);
    remarks.extend(resolver.into_remarks());
    let machines = planned.into_iter().map(|planned| (planned.id, planned.draft)).collect();
    Described { offers, left_out, machines, remarks }
}
