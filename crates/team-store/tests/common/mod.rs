//! What the tests of both databases share.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test file uses some of it")]

use patchbay_model::{
    AccountId, GrantId, GroupId, HandoffId, InvitationId, LinkId, OrganisationId, PasskeyId,
    ProviderId, RoleId, SignInId, Timestamp, TokenId,
};
use patchbay_team::audit::{Actor, Entry, Outcome, Verified, verify};
use patchbay_team::directory::{Directory, VIEWER};
use patchbay_team::entity::{
    Account, Answer, ApiToken, Change, Grant, Group, Handoff, Invitation, Link, Organisation,
    Passkey, Policy, Provider, ProviderKind, Record, Role, SignIn, Space, Subject,
};
use patchbay_team::permission::{Permission, Permissions};
use patchbay_team_store::{ItemChange, TeamStore, Write};

pub fn account(name: &str) -> Account {
    Account {
        id: AccountId::new(),
        name: name.to_owned(),
        display: format!("{name} of the team"),
        password: Some("$argon2id$…".to_owned()),
        totp: None,
        totp_step: 0,
        operator: false,
        suspended: false,
        created: Timestamp(1_700_000_000_000),
    }
}

pub fn organisation(name: &str, members: &[AccountId]) -> Organisation {
    Organisation {
        id: OrganisationId::new(),
        name: name.to_owned(),
        members: members.iter().copied().collect(),
        created: Timestamp(5),
        policy: Policy {
            ask_reason: 12,
            record: Record::Everything,
            keep_days: 400,
            keep_offline: false,
            direct: true,
        },
    }
}

pub fn group(organisation: OrganisationId, name: &str, members: &[AccountId]) -> Group {
    let members = members.iter().copied().collect();
    Group { id: GroupId::new(), organisation, name: name.to_owned(), members }
}

pub fn role(organisation: Option<OrganisationId>, name: &str) -> Role {
    let permissions = Permissions::of(&[Permission::See, Permission::Connect]);
    Role { id: RoleId::new(), organisation, name: name.to_owned(), permissions }
}

pub fn grant(organisation: OrganisationId, subject: Subject) -> Grant {
    Grant {
        id: GrantId::new(),
        organisation,
        subject,
        node: None,
        role: VIEWER,
        created: Timestamp(6),
    }
}

/// Unlike all others.
pub fn hash() -> [u8; 32] {
    let mut hash = [7; 32];
    hash[..16].copy_from_slice(TokenId::new().as_bytes());
    hash
}

pub fn invitation(organisation: Option<OrganisationId>, by: Option<AccountId>) -> Invitation {
    Invitation {
        id: InvitationId::new(),
        organisation,
        hash: hash(),
        role: organisation.map(|_| VIEWER),
        by,
        expires: Timestamp(9),
    }
}

pub fn sign_in(account: AccountId) -> SignIn {
    SignIn {
        id: SignInId::new(),
        account,
        hash: hash(),
        created: Timestamp(10),
        last_used: Timestamp(11),
        expires: Timestamp(i64::MAX),
        address: "192.0.2.7".to_owned(),
        client: "Firefox on Linux — „Arbeit“".to_owned(),
        acting: None,
    }
}

/// Somebody acts as the account, by a sign-in of their own.
pub fn acting(account: AccountId, by: SignInId) -> SignIn {
    SignIn { acting: Some(by), ..sign_in(account) }
}

pub fn handoff(code: &str, answer: Answer) -> Handoff {
    Handoff {
        id: HandoffId::new(),
        hash: hash(),
        code: code.to_owned(),
        address: "2001:db8::7".to_owned(),
        client: "Patchbay on Linux — „Büro“".to_owned(),
        created: Timestamp(20),
        expires: Timestamp(21),
        answer,
    }
}

pub fn provider(name: &str, kind: ProviderKind) -> Provider {
    Provider {
        id: ProviderId::new(),
        kind,
        name: name.to_owned(),
        settings: vec![0, 1, 255],
        disabled: false,
        created: Timestamp(22),
    }
}

pub fn link(account: AccountId, provider: ProviderId, subject: &str) -> Link {
    Link {
        id: LinkId::new(),
        account,
        provider,
        subject: subject.to_owned(),
        label: "someone@example.org".to_owned(),
        created: Timestamp(23),
    }
}

pub fn passkey(account: AccountId) -> Passkey {
    Passkey {
        id: PasskeyId::new(),
        account,
        name: "Ключ".to_owned(),
        credential: hash().to_vec(),
        key: vec![4, 0, 7],
        counter: 0,
        challenge: Timestamp(24),
        created: Timestamp(25),
        last_used: None,
    }
}

pub fn token(account: AccountId) -> ApiToken {
    ApiToken {
        id: TokenId::new(),
        account,
        name: "nightly".to_owned(),
        hash: hash(),
        permissions: Permissions::ALL,
        networks: vec!["192.0.2.0/24".to_owned(), "2001:db8::/32".to_owned()],
        created: Timestamp(12),
        expires: None,
        last_used: None,
        last_address: None,
    }
}

pub fn entry(action: &str) -> Entry {
    Entry {
        at: Timestamp(1_700_000_000_000),
        actor: Actor::Server,
        action: action.to_owned(),
        object: None,
        address: None,
        reason: None,
        outcome: Outcome::Done,
        detail: None,
        organisation: None,
        acting_as: None,
    }
}

pub fn id(number: i64) -> [u8; 16] {
    let mut id = [0xa5; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    id
}

pub fn put(space: Space, number: i64, expected: Option<i64>, version: i64) -> ItemChange {
    let sealed = format!("item {number}, version {version}").into_bytes();
    ItemChange::Put { space, kind: 1, id: id(number), field: 0, expected, version, sealed }
}

pub fn of_changes(changes: Vec<Change>) -> Write {
    Write { changes, ..Write::default() }
}

pub fn of_items(items: Vec<ItemChange>) -> Write {
    Write { items, ..Write::default() }
}

/// What is stored, as a directory. Every change must be one that it allows.
pub async fn stored(store: &TeamStore) -> Directory {
    let mut directory = Directory::new();
    for change in store.changes_of_directory().await.unwrap().0 {
        directory.check(&change).unwrap();
        directory.apply(&change);
    }
    directory
}

/// The whole log, which must be good.
pub async fn good_log(store: &TeamStore) -> Verified {
    let mut records = Vec::new();
    loop {
        let from = i64::try_from(records.len()).unwrap() + 1;
        let more = store.audit(from, 100).await.unwrap();
        if more.is_empty() {
            break;
        }
        records.extend(more);
    }
    let head = store.audit_head().await.unwrap();
    let verified = verify(&records, &[], &[0; 32], Some(head)).unwrap();
    assert_eq!(verified.head, head);
    verified
}
