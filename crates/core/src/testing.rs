//! An open vault in a directory of its own, for tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{Authorized, Core, CoreConfig, CoreError, Ctx, ManualClock, Right};
use patchbay_model::{EntryDraft, FolderDraft, IdentityDraft, IdentityKind, NodeId, Secret};
use std::sync::Arc;
use tempfile::TempDir;

/// Hard enough to guess, and nothing else.
pub(crate) const PASSPHRASE: &str = "correct horse battery staple patchbay";

/// Services with their own directory and clock.
pub(crate) struct Fixture {
    pub(crate) ctx: Ctx,
    pub(crate) core: Arc<Core>,
    pub(crate) clock: ManualClock,
    /// Deleted when the test is over.
    pub(crate) dir: TempDir,
}

pub(crate) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

impl Fixture {
    /// With no vault yet.
    pub(crate) fn empty() -> Self {
        Self::at(tempfile::tempdir().unwrap())
    }

    fn at(dir: TempDir) -> Self {
        let clock = ManualClock::default();
        let core = Core::new(CoreConfig {
            served: None,
            data_dir: dir.path().join("data"),
            config_dir: dir.path().join("config"),
            vault_path: None,
            home: dir.path().to_path_buf(),
            user_name: "me".into(),
            host_name: "here".into(),
            shell: None,
            version: "0.0.0".into(),
            cheap_key_derivation: true,
            clock: Arc::new(clock.clone()),
        });
        Self { ctx: Ctx::person(core.clone()), core, clock, dir }
    }

    /// With a new vault, open.
    pub(crate) async fn open() -> Self {
        let fixture = Self::empty();
        fixture.core.vault().propose_recovery_key().unwrap();
        fixture.core.vault().create(None, &secret(PASSPHRASE)).await.unwrap();
        fixture
    }

    /// The same directory after Patchbay was started anew.
    pub(crate) fn restarted(self) -> Self {
        let Self { ctx, core, dir, .. } = self;
        drop(ctx);
        drop(core);
        Self::at(dir)
    }

    pub(crate) async fn unlock(&self) {
        self.core.vault().unlock(&secret(PASSPHRASE)).await.unwrap();
    }

    pub(crate) fn folder(&self, id: Option<NodeId>) -> Authorized<Option<NodeId>> {
        self.ctx.authorize_folder(id, Right::Edit).unwrap()
    }

    pub(crate) fn node(&self, id: NodeId) -> Authorized<NodeId> {
        self.ctx.authorize(id, Right::Edit).unwrap()
    }

    pub(crate) async fn add(&self, parent: Option<NodeId>, name: &str) -> NodeId {
        let draft =
            EntryDraft { name: name.into(), address: "192.0.2.1".into(), ..EntryDraft::default() };
        self.core.tree().add_entry(&self.folder(parent), draft).await.unwrap().id
    }

    pub(crate) async fn add_folder(&self, parent: Option<NodeId>, name: &str) -> NodeId {
        let draft = FolderDraft { name: name.into(), ..FolderDraft::default() };
        self.core.tree().add_folder(&self.folder(parent), draft).await.unwrap().id
    }

    /// Names in the order the tree shows them, indented by depth.
    pub(crate) fn outline(&self) -> Vec<String> {
        let vault = self.ctx.authorize_vault(Right::View).unwrap();
        let rows = self.core.tree().rows(&vault).unwrap();
        let indented =
            |(depth, name): (&u16, &String)| format!("{}{name}", " ".repeat(usize::from(*depth)));
        rows.depths.iter().zip(&rows.names).map(indented).collect()
    }
}

/// The field an error is about.
pub(crate) fn field<T: std::fmt::Debug>(result: Result<T, CoreError>) -> String {
    match result.expect_err("refused") {
        CoreError::Invalid { field, .. } => field,
        other => panic!("not about a field: {other}"),
    }
}

/// An identity with a password.
pub(crate) fn password(name: &str, password: &str) -> IdentityDraft {
    IdentityDraft {
        id: None,
        name: name.into(),
        user: None,
        kind: IdentityKind::Password,
        password: Some(secret(password)),
        private_key: None,
        passphrase: None,
        certificate: None,
        agent_fingerprint: None,
    }
}
