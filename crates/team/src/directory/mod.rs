//! Everybody and everything that decides what they may do, in memory.
//!
//! A change is first checked against the directory and then applied; whoever stores it does so in between. A copy
//! costs next to nothing, so that readers keep theirs while the next one is made.

mod apply;
mod check;
mod doors;
mod names;
mod proof;
mod rights;
mod table;

pub use names::account_name;
pub use proof::Place;
pub use rights::{Reason, Source, Via};

use crate::entity::{
    Account, ApiToken, Grant, Group, Handoff, Hash, Invitation, Link, Organisation, Passkey,
    Provider, RecoveryCode, Role, SignIn,
};
use crate::permission::{Permission, Permissions};
use patchbay_model::{
    AccountId, GrantId, GroupId, HandoffId, InvitationId, LinkId, NodeId, OrganisationId,
    PasskeyId, ProviderId, RoleId, SignInId, TokenId,
};
use table::{Index, Table};

/// Sees what is there.
pub const VIEWER: RoleId = built_in(1);
/// Opens sessions, with secrets that are kept and not shown.
pub const OPERATOR: RoleId = built_in(2);
/// Changes what is there.
pub const EDITOR: RoleId = built_in(3);
/// Everything.
pub const OWNER: RoleId = built_in(4);

const fn built_in(number: u8) -> RoleId {
    RoleId::from_bytes([0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number])
}

/// The roles that every organisation has.
#[must_use]
pub fn built_in_roles() -> [Role; 4] {
    use Permission::{Connect, Edit, See, UseSecret};
    let role = |id, name: &str, permissions| Role {
        id,
        organisation: None,
        name: name.to_owned(),
        permissions,
    };
    [
        role(VIEWER, "Viewer", Permissions::of(&[See])),
        role(OPERATOR, "Operator", Permissions::of(&[See, Connect, UseSecret])),
        role(EDITOR, "Editor", Permissions::of(&[See, Connect, UseSecret, Edit])),
        role(OWNER, "Owner", Permissions::ALL),
    ]
}

/// All accounts, organisations and what hangs on them.
#[derive(Clone, Debug)]
pub struct Directory {
    accounts: Table<AccountId, Account>,
    organisations: Table<OrganisationId, Organisation>,
    groups: Table<GroupId, Group>,
    roles: Table<RoleId, Role>,
    grants: Table<GrantId, Grant>,
    sign_ins: Table<SignInId, SignIn>,
    tokens: Table<TokenId, ApiToken>,
    invitations: Table<InvitationId, Invitation>,
    recovery: Table<AccountId, Vec<RecoveryCode>>,
    handoffs: Table<HandoffId, Handoff>,
    providers: Table<ProviderId, Provider>,
    links: Table<LinkId, Link>,
    passkeys: Table<PasskeyId, Passkey>,
    /// In lower case.
    names: Table<String, AccountId>,
    sign_in_hashes: Table<Hash, SignInId>,
    token_hashes: Table<Hash, TokenId>,
    invitation_hashes: Table<Hash, InvitationId>,
    handoff_hashes: Table<Hash, HandoffId>,
    subjects: Table<(ProviderId, String), LinkId>,
    credentials: Table<Vec<u8>, PasskeyId>,
    memberships: Index<AccountId, OrganisationId>,
    groups_in: Index<OrganisationId, GroupId>,
    grants_in: Index<OrganisationId, GrantId>,
    grants_on: Index<(OrganisationId, Option<NodeId>), GrantId>,
    sign_ins_of: Index<AccountId, SignInId>,
    /// Sign-ins by the one of somebody else's that they were begun by.
    acting_by: Index<SignInId, SignInId>,
    tokens_of: Index<AccountId, TokenId>,
    links_of: Index<AccountId, LinkId>,
    passkeys_of: Index<AccountId, PasskeyId>,
}

impl Default for Directory {
    fn default() -> Self {
        Self::new()
    }
}

impl Directory {
    /// Nobody, and the built-in roles.
    #[must_use]
    pub fn new() -> Self {
        let mut roles = Table::default();
        for role in built_in_roles() {
            roles.put(role.id, role);
        }
        Self {
            accounts: Table::default(),
            organisations: Table::default(),
            groups: Table::default(),
            roles,
            grants: Table::default(),
            sign_ins: Table::default(),
            tokens: Table::default(),
            invitations: Table::default(),
            recovery: Table::default(),
            handoffs: Table::default(),
            providers: Table::default(),
            links: Table::default(),
            passkeys: Table::default(),
            names: Table::default(),
            sign_in_hashes: Table::default(),
            token_hashes: Table::default(),
            invitation_hashes: Table::default(),
            handoff_hashes: Table::default(),
            subjects: Table::default(),
            credentials: Table::default(),
            memberships: Index::default(),
            groups_in: Index::default(),
            grants_in: Index::default(),
            grants_on: Index::default(),
            sign_ins_of: Index::default(),
            acting_by: Index::default(),
            tokens_of: Index::default(),
            links_of: Index::default(),
            passkeys_of: Index::default(),
        }
    }

    /// The account with this id.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// The account with this name, however it is cased and with spaces around it.
    #[must_use]
    pub fn account_named(&self, name: &str) -> Option<&Account> {
        self.account(*self.names.get(&name.trim().to_lowercase())?)
    }

    /// All accounts, the oldest first.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// The organisation with this id.
    #[must_use]
    pub fn organisation(&self, id: OrganisationId) -> Option<&Organisation> {
        self.organisations.get(&id)
    }

    /// All organisations, the oldest first.
    pub fn organisations(&self) -> impl Iterator<Item = &Organisation> {
        self.organisations.values()
    }

    /// Those an account is a member of.
    pub fn organisations_of(&self, account: AccountId) -> impl Iterator<Item = &Organisation> {
        self.memberships.of(&account).filter_map(|id| self.organisations.get(id))
    }

    /// Whether an account is a member of an organisation.
    #[must_use]
    pub fn is_member(&self, account: AccountId, organisation: OrganisationId) -> bool {
        self.organisation(organisation).is_some_and(|there| there.members.contains(&account))
    }

    /// The group with this id.
    #[must_use]
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.get(&id)
    }

    /// The groups of an organisation.
    pub fn groups(&self, organisation: OrganisationId) -> impl Iterator<Item = &Group> {
        self.groups_in.of(&organisation).filter_map(|id| self.groups.get(id))
    }

    /// The role with this id.
    #[must_use]
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.get(&id)
    }

    /// The roles that can be given in an organisation: the built-in ones, then its own.
    pub fn roles(&self, organisation: OrganisationId) -> impl Iterator<Item = &Role> {
        self.roles
            .values()
            .filter(move |role| role.organisation.is_none_or(|its| its == organisation))
    }

    /// The grant with this id.
    #[must_use]
    pub fn grant(&self, id: GrantId) -> Option<&Grant> {
        self.grants.get(&id)
    }

    /// The grants of an organisation.
    pub fn grants(&self, organisation: OrganisationId) -> impl Iterator<Item = &Grant> {
        self.grants_in.of(&organisation).filter_map(|id| self.grants.get(id))
    }

    /// The grants on one folder or machine, or on the whole organisation: not what is inherited. When a node is
    /// deleted, these have to be.
    pub fn grants_on(
        &self,
        organisation: OrganisationId,
        node: Option<NodeId>,
    ) -> impl Iterator<Item = &Grant> {
        self.grants_on.of(&(organisation, node)).filter_map(|id| self.grants.get(id))
    }

    /// The sign-in with this id.
    #[must_use]
    pub fn sign_in(&self, id: SignInId) -> Option<&SignIn> {
        self.sign_ins.get(&id)
    }

    /// Where an account is signed in.
    pub fn sign_ins_of(&self, account: AccountId) -> impl Iterator<Item = &SignIn> {
        self.sign_ins_of.of(&account).filter_map(|id| self.sign_ins.get(id))
    }

    /// The sign-ins as somebody else that were begun by this one.
    pub fn acting_by(&self, sign_in: SignInId) -> impl Iterator<Item = &SignIn> {
        self.acting_by.of(&sign_in).filter_map(|id| self.sign_ins.get(id))
    }

    /// All sign-ins of those who see the server as somebody else.
    pub fn acting(&self) -> impl Iterator<Item = &SignIn> {
        self.acting_by.values().filter_map(|id| self.sign_ins.get(id))
    }

    /// All sign-ins; those that have expired are to be deleted from time to time.
    pub fn sign_ins(&self) -> impl Iterator<Item = &SignIn> {
        self.sign_ins.values()
    }

    /// The token with this id.
    #[must_use]
    pub fn token(&self, id: TokenId) -> Option<&ApiToken> {
        self.tokens.get(&id)
    }

    /// The tokens of an account.
    pub fn tokens_of(&self, account: AccountId) -> impl Iterator<Item = &ApiToken> {
        self.tokens_of.of(&account).filter_map(|id| self.tokens.get(id))
    }

    /// The invitation with this id.
    #[must_use]
    pub fn invitation(&self, id: InvitationId) -> Option<&Invitation> {
        self.invitations.get(&id)
    }

    /// The invitations to an organisation, or those that set up the server.
    pub fn invitations(
        &self,
        organisation: Option<OrganisationId>,
    ) -> impl Iterator<Item = &Invitation> {
        self.invitations.values().filter(move |one| one.organisation == organisation)
    }

    /// The recovery codes that an account has left.
    #[must_use]
    pub fn recovery_codes_of(&self, account: AccountId) -> &[RecoveryCode] {
        self.recovery.get(&account).map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;
