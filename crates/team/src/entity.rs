//! What a team server keeps about people and what they may do, as it is stored.

use crate::permission::Permissions;
use patchbay_model::{
    AccountId, GrantId, GroupId, InvitationId, NodeId, OrganisationId, RoleId, SignInId, Timestamp,
    TokenId,
};
use std::collections::BTreeSet;

/// What only its SHA-256 is kept of.
pub type Hash = [u8; 32];

/// A person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What the person signs in with: lower case, unlike every other.
    pub name: String,
    /// What others call the person.
    pub display: String,
    /// Argon2id in PHC form; none where the person signs in elsewhere, or has not joined yet.
    pub password: Option<String>,
    /// The key of the person's one-time passwords, sealed.
    pub totp: Option<Vec<u8>>,
    /// The time step of the one-time password that was taken last: none counts twice (RFC 6238 section 5.2).
    pub totp_step: i64,
    /// Runs this server: sees every organisation, makes accounts.
    pub operator: bool,
    /// May not sign in.
    pub suspended: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// What lets a person in once who has lost the device of the one-time passwords.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecoveryCode {
    /// Whose.
    pub account: AccountId,
    /// Of the code.
    pub hash: Hash,
}

/// A person has signed in somewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignIn {
    /// Its id.
    pub id: SignInId,
    /// Who.
    pub account: AccountId,
    /// Of the token that proves it.
    pub hash: Hash,
    /// When.
    pub created: Timestamp,
    /// It was used last; up to a minute late.
    pub last_used: Timestamp,
    /// No longer good from then on.
    pub expires: Timestamp,
    /// From where.
    pub address: String,
    /// With what, as the client calls itself.
    pub client: String,
}

/// What scripts sign in with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// Whose rights it has, at most.
    pub account: AccountId,
    /// What it is for.
    pub name: String,
    /// Of the token.
    pub hash: Hash,
    /// What it may do of what the account may; on everything that the account may.
    pub permissions: Permissions,
    /// Networks it may be used from, as `192.0.2.0/24`; from anywhere if there are none.
    pub networks: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// No longer good from then on.
    pub expires: Option<Timestamp>,
    /// It was used last; up to a minute late.
    pub last_used: Option<Timestamp>,
    /// From where it was used last.
    pub last_address: Option<String>,
}

/// People who share machines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name, unlike every other.
    pub name: String,
    /// Who belongs to it.
    pub members: BTreeSet<AccountId>,
    /// When it was made.
    pub created: Timestamp,
}

/// Several members of an organisation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Where.
    pub organisation: OrganisationId,
    /// Its name, unlike every other there.
    pub name: String,
    /// Who; members of the organisation.
    pub members: BTreeSet<AccountId>,
}

/// Permissions with a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Where it was made; none if every organisation has it.
    pub organisation: Option<OrganisationId>,
    /// Its name, unlike every other there.
    pub name: String,
    /// What it allows.
    pub permissions: Permissions,
}

/// Who has a role.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Subject {
    /// One person.
    Account(AccountId),
    /// Everybody of a group.
    Group(GroupId),
    /// Everybody of the organisation.
    Everyone,
}

/// Somebody has a role on something, and on all that is in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Where.
    pub organisation: OrganisationId,
    /// Who.
    pub subject: Subject,
    /// On which folder or machine; on the whole organisation if none is named.
    pub node: Option<NodeId>,
    /// What.
    pub role: RoleId,
    /// When it was given.
    pub created: Timestamp,
}

/// A link that lets somebody join.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Where to; none for the link that sets up a new server.
    pub organisation: Option<OrganisationId>,
    /// Of the token in the link.
    pub hash: Hash,
    /// What the person gets on the whole organisation, if anything.
    pub role: Option<RoleId>,
    /// Who made it.
    pub by: Option<AccountId>,
    /// No longer good from then on.
    pub expires: Timestamp,
}

/// Whose items they are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Space {
    /// Shared by an organisation.
    Organisation(OrganisationId),
    /// A person's own.
    Personal(AccountId),
}

/// A change of what is kept about people. What depends on something that is deleted goes with it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the entity it names")]
pub enum Change {
    PutAccount(Account),
    DeleteAccount(AccountId),
    /// In place of all that the account had.
    PutRecoveryCodes(AccountId, Vec<RecoveryCode>),
    /// It was used.
    DeleteRecoveryCode(RecoveryCode),
    PutSignIn(SignIn),
    DeleteSignIn(SignInId),
    PutToken(ApiToken),
    DeleteToken(TokenId),
    PutOrganisation(Organisation),
    DeleteOrganisation(OrganisationId),
    PutGroup(Group),
    DeleteGroup(GroupId),
    PutRole(Role),
    DeleteRole(RoleId),
    PutGrant(Grant),
    DeleteGrant(GrantId),
    PutInvitation(Invitation),
    DeleteInvitation(InvitationId),
}
