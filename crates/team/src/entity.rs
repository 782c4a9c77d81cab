//! What a team server keeps about people and what they may do, as it is stored.

use crate::permission::Permissions;
use patchbay_model::{
    AccountId, GrantId, GroupId, HandoffId, InvitationId, LinkId, NodeId, OrganisationId,
    PasskeyId, ProviderId, RoleId, SignInId, Timestamp, TokenId,
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
    /// It is not the person's own: somebody who runs the server began it, by this sign-in of theirs, to see the server as the person
    /// does. It ends with that one.
    pub acting: Option<SignInId>,
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
    /// What it demands.
    pub policy: Policy,
}

/// What an organisation demands of whoever uses its machines and secrets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// How many characters a reason has at least that is given for opening a session or being shown a secret; 0 if none is asked for.
    pub ask_reason: u8,
    /// Which sessions with its machines are recorded.
    pub record: Record,
    /// How many days such recordings are kept; 0 for ever.
    pub keep_days: u16,
    /// Whether members' computers keep its tree, sealed, to be looked at while the server is away.
    pub keep_offline: bool,
    /// Whether members' own computers may be given what it takes to open sessions with its machines themselves.
    pub direct: bool,
}

impl Default for Policy {
    fn default() -> Self {
        let (record, keep_offline) = (Record::Off, true);
        Self { ask_reason: 0, record, keep_days: 0, keep_offline, direct: false }
    }
}

/// Which sessions are recorded.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[repr(u8)]
pub enum Record {
    /// None that nobody wants recorded.
    #[default]
    Off = 0,
    /// Terminals.
    Terminals = 1,
    /// Terminals and desktops.
    Everything = 2,
}

impl Record {
    /// The one with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Off, Self::Terminals, Self::Everything].into_iter().find(|one| *one as u8 == number)
    }
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

/// Somebody asks to be let in from a program that has no browser; a person who is signed in elsewhere says who it is
/// (RFC 8628).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handoff {
    /// Its id.
    pub id: HandoffId,
    /// Of the secret that the program asks with whether it is let in.
    pub hash: Hash,
    /// What the person types or compares: `BCDF-GHJK`.
    pub code: String,
    /// From where the program asks.
    pub address: String,
    /// What it is, as it calls itself.
    pub client: String,
    /// When it began to ask.
    pub created: Timestamp,
    /// No longer good from then on.
    pub expires: Timestamp,
    /// What was said.
    pub answer: Answer,
}

/// What was said to somebody who asks to be let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Nothing yet.
    Waiting,
    /// It is this person.
    Allowed(AccountId),
    /// It is not.
    Denied,
}

/// How a provider is asked who somebody is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ProviderKind {
    /// By OpenID Connect.
    Oidc,
    /// By LDAP.
    Ldap,
}

/// A place outside of this server that knows who people are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Provider {
    /// Its id.
    pub id: ProviderId,
    /// How it is asked.
    pub kind: ProviderKind,
    /// What people call it, unlike every other.
    pub name: String,
    /// Where it is and how it is asked, sealed: there is a secret in it.
    pub settings: Vec<u8>,
    /// It is not asked.
    pub disabled: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// Who an account is at a provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub provider: ProviderId,
    /// What the provider calls the person for good: never a name or an address, which may be another's tomorrow.
    pub subject: String,
    /// What the person is called there, to be recognised by; decides nothing.
    pub label: String,
    /// When it was made.
    pub created: Timestamp,
}

/// A key of a device that signs somebody in (WebAuthn).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// Whose.
    pub account: AccountId,
    /// What the person calls it.
    pub name: String,
    /// What the device calls it.
    pub credential: Vec<u8>,
    /// The public key, as the device told it (COSE, RFC 9052).
    pub key: Vec<u8>,
    /// How often the device has signed with it; 0 if it does not count.
    pub counter: i64,
    /// When the challenge was made that it signed last: none counts twice.
    pub challenge: Timestamp,
    /// When it was made.
    pub created: Timestamp,
    /// It signed somebody in last.
    pub last_used: Option<Timestamp>,
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
    PutHandoff(Handoff),
    DeleteHandoff(HandoffId),
    PutProvider(Provider),
    DeleteProvider(ProviderId),
    PutLink(Link),
    DeleteLink(LinkId),
    PutPasskey(Passkey),
    DeletePasskey(PasskeyId),
}
