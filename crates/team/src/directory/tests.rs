#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
use super::*;
use crate::entity::{Answer, Change, Policy, ProviderKind, Subject};
use crate::token::hash;
use crate::{TeamError, Thing};
use patchbay_model::Timestamp;
use std::net::IpAddr;

/// The entities of a small server, made where a test needs them.
pub(super) mod make {
    use super::*;

    pub(in super::super) fn account(number: u8, name: &str) -> Account {
        Account {
            id: AccountId::from_bytes([number; 16]),
            name: name.to_owned(),
            display: name.to_owned(),
            password: None,
            totp: None,
            totp_step: 0,
            operator: false,
            suspended: false,
            created: Timestamp(0),
        }
    }

    pub(in super::super) fn organisation(number: u8, name: &str, members: &[u8]) -> Organisation {
        Organisation {
            id: OrganisationId::from_bytes([number; 16]),
            name: name.to_owned(),
            members: members.iter().map(|one| AccountId::from_bytes([*one; 16])).collect(),
            created: Timestamp(0),
            policy: Policy::default(),
        }
    }

    pub(in super::super) fn group(number: u8, organisation: u8, members: &[u8]) -> Group {
        Group {
            id: GroupId::from_bytes([number; 16]),
            organisation: OrganisationId::from_bytes([organisation; 16]),
            name: format!("Group {number}"),
            members: members.iter().map(|one| AccountId::from_bytes([*one; 16])).collect(),
        }
    }

    pub(in super::super) fn role(number: u8, organisation: Option<u8>, bits: u8) -> Role {
        Role {
            id: RoleId::from_bytes([number; 16]),
            organisation: organisation.map(|one| OrganisationId::from_bytes([one; 16])),
            name: format!("Role {number}"),
            permissions: Permissions::from_bits(bits),
        }
    }

    pub(in super::super) fn grant(
        number: u8,
        organisation: u8,
        subject: Subject,
        node: Option<NodeId>,
        role: RoleId,
    ) -> Grant {
        Grant {
            id: GrantId::from_bytes([number; 16]),
            organisation: OrganisationId::from_bytes([organisation; 16]),
            subject,
            node,
            role,
            created: Timestamp(0),
        }
    }

    pub(in super::super) fn sign_in(number: u8, account: u8) -> SignIn {
        SignIn {
            id: SignInId::from_bytes([number; 16]),
            account: AccountId::from_bytes([account; 16]),
            hash: [number; 32],
            created: Timestamp(0),
            last_used: Timestamp(0),
            expires: Timestamp(1000),
            address: "192.0.2.1".to_owned(),
            client: "test".to_owned(),
            acting: None,
        }
    }

    pub(in super::super) fn token(number: u8, account: u8) -> ApiToken {
        ApiToken {
            id: TokenId::from_bytes([number; 16]),
            account: AccountId::from_bytes([account; 16]),
            name: "backup".to_owned(),
            hash: [number; 32],
            permissions: Permissions::ALL,
            networks: Vec::new(),
            created: Timestamp(0),
            expires: None,
            last_used: None,
            last_address: None,
        }
    }

    pub(in super::super) fn handoff(number: u8, hash: u8, answer: Answer) -> Handoff {
        Handoff {
            id: HandoffId::from_bytes([number; 16]),
            hash: [hash; 32],
            code: format!("CODE-{hash}"),
            address: "192.0.2.1".to_owned(),
            client: "test".to_owned(),
            created: Timestamp(0),
            expires: Timestamp(1000),
            answer,
        }
    }

    pub(in super::super) fn provider(number: u8, name: &str) -> Provider {
        Provider {
            id: ProviderId::from_bytes([number; 16]),
            kind: ProviderKind::Oidc,
            name: name.to_owned(),
            settings: vec![number],
            disabled: false,
            created: Timestamp(0),
        }
    }

    pub(in super::super) fn link(number: u8, account: u8, provider: u8, subject: &str) -> Link {
        Link {
            id: LinkId::from_bytes([number; 16]),
            account: AccountId::from_bytes([account; 16]),
            provider: ProviderId::from_bytes([provider; 16]),
            subject: subject.to_owned(),
            label: "label".to_owned(),
            created: Timestamp(0),
        }
    }

    pub(in super::super) fn passkey(number: u8, account: u8, credential: u8) -> Passkey {
        Passkey {
            id: PasskeyId::from_bytes([number; 16]),
            account: AccountId::from_bytes([account; 16]),
            name: "phone".to_owned(),
            credential: vec![credential; 20],
            key: vec![credential],
            counter: 0,
            challenge: Timestamp(0),
            created: Timestamp(0),
            last_used: None,
        }
    }

    pub(in super::super) fn invitation(number: u8, organisation: Option<u8>) -> Invitation {
        Invitation {
            id: InvitationId::from_bytes([number; 16]),
            organisation: organisation.map(|one| OrganisationId::from_bytes([one; 16])),
            hash: [number; 32],
            role: None,
            by: None,
            expires: Timestamp(1000),
        }
    }
}

const ANN: AccountId = AccountId::from_bytes([1; 16]);
const BOB: AccountId = AccountId::from_bytes([2; 16]);
const EVE: AccountId = AccountId::from_bytes([3; 16]);
const HERE: OrganisationId = OrganisationId::from_bytes([1; 16]);
const THERE: OrganisationId = OrganisationId::from_bytes([2; 16]);

const fn node(number: u8) -> NodeId {
    NodeId::from_bytes([number; 16])
}

impl Directory {
    fn make(&mut self, change: Change) {
        self.check(&change).unwrap_or_else(|error| panic!("{change:?}: {error}"));
        self.apply(&change);
    }

    fn refuses(&self, change: &Change) -> TeamError {
        self.check(change).unwrap_err()
    }
}

/// Ann runs the server and is in both organisations, Bob is in the first, Eve in the second.
fn directory() -> Directory {
    let mut made = Directory::new();
    made.make(Change::PutAccount(Account { operator: true, ..make::account(1, "ann") }));
    made.make(Change::PutAccount(make::account(2, "bob")));
    made.make(Change::PutAccount(make::account(3, "eve")));
    made.make(Change::PutOrganisation(make::organisation(1, "Here", &[1, 2])));
    made.make(Change::PutOrganisation(make::organisation(2, "There", &[1, 3])));
    made
}

fn give(number: u8, subject: Subject, on: Option<NodeId>, role: RoleId) -> Change {
    Change::PutGrant(make::grant(number, 1, subject, on, role))
}

#[test]
fn every_server_has_four_roles() {
    let new = directory();
    let roles: Vec<(&str, Permissions)> =
        new.roles(HERE).map(|role| (role.name.as_str(), role.permissions)).collect();
    use Permission::{Connect, Edit, See, UseSecret};
    assert_eq!(
        roles,
        [
            ("Viewer", Permissions::of(&[See])),
            ("Operator", Permissions::of(&[See, Connect, UseSecret])),
            ("Editor", Permissions::of(&[See, Connect, UseSecret, Edit])),
            ("Owner", Permissions::ALL),
        ]
    );
    assert_eq!(VIEWER.to_string(), "00000000-0000-7000-8000-000000000001");
}

#[test]
fn permissions_come_from_grants_to_members_and_from_nothing_else() {
    let mut here = directory();
    for who in [ANN, BOB, EVE] {
        assert_eq!(here.permissions(who, HERE, &[node(1)]), Permissions::NONE, "{who}");
    }
    here.make(give(1, Subject::Everyone, None, VIEWER));
    let viewer = Permissions::of(&[Permission::See]);
    assert_eq!(here.permissions(BOB, HERE, &[node(1)]), viewer);
    assert_eq!(here.permissions(ANN, HERE, &[]), viewer, "running the server gives nothing");
    assert_eq!(here.permissions(EVE, HERE, &[node(1)]), Permissions::NONE, "no member");
    assert_eq!(here.permissions(ANN, THERE, &[node(1)]), Permissions::NONE, "elsewhere");
    here.make(Change::PutAccount(Account { suspended: true, ..make::account(2, "bob") }));
    assert_eq!(here.permissions(BOB, HERE, &[node(1)]), Permissions::NONE, "suspended");
    assert!(here.reasons(BOB, HERE, &[node(1)]).is_empty());
}

/// Folders 1 > 2 > machine 3, and folder 4 beside 2.
#[test]
fn grants_are_inherited_downwards_only() {
    let mut here = directory();
    here.make(give(1, Subject::Account(BOB), Some(node(2)), EDITOR));
    let editor = here.role(EDITOR).unwrap().permissions;
    assert_eq!(here.permissions(BOB, HERE, &[node(2), node(1)]), editor);
    assert_eq!(here.permissions(BOB, HERE, &[node(3), node(2), node(1)]), editor);
    for elsewhere in [&[][..], &[node(1)], &[node(4), node(1)], &[node(3), node(4), node(1)]] {
        assert_eq!(here.permissions(BOB, HERE, elsewhere), Permissions::NONE);
    }
    assert_eq!(here.permissions(ANN, HERE, &[node(2), node(1)]), Permissions::NONE);
}

#[test]
fn each_grant_that_counts_is_a_reason() {
    let mut here = directory();
    here.make(Change::PutGroup(make::group(1, 1, &[2])));
    let night = GroupId::from_bytes([1; 16]);
    here.make(give(1, Subject::Everyone, None, VIEWER));
    here.make(give(2, Subject::Group(night), Some(node(1)), OPERATOR));
    here.make(give(3, Subject::Account(BOB), Some(node(3)), OWNER));
    here.make(give(4, Subject::Account(ANN), Some(node(3)), OWNER));
    let reasons = here.reasons(BOB, HERE, &[node(3), node(1)]);
    let said: Vec<_> = reasons.iter().map(|one| (one.role, one.via, one.source)).collect();
    assert_eq!(
        said,
        [
            (OWNER, Via::Own, Source::This),
            (OPERATOR, Via::Group(night), Source::Folder(node(1))),
            (VIEWER, Via::Everyone, Source::Organisation),
        ]
    );
    assert_eq!(reasons[0].grant, GrantId::from_bytes([3; 16]));
    let all = reasons.iter().fold(Permissions::NONE, |all, one| all.and(one.permissions));
    assert_eq!(all, here.permissions(BOB, HERE, &[node(3), node(1)]));
}

#[test]
fn what_gave_a_permission_takes_it_away_when_it_goes() {
    let night = GroupId::from_bytes([1; 16]);
    let role = make::role(9, Some(1), 0x7f);
    let mut made = directory();
    made.make(Change::PutRole(role.clone()));
    made.make(Change::PutGroup(make::group(1, 1, &[2])));
    made.make(give(1, Subject::Group(night), Some(node(1)), role.id));
    let may = |here: &Directory| here.permissions(BOB, HERE, &[node(1)]);
    assert_eq!(may(&made), Permissions::ALL);
    let ways = [
        Change::DeleteGrant(GrantId::from_bytes([1; 16])),
        Change::DeleteGroup(night),
        Change::PutGroup(make::group(1, 1, &[])),
        Change::PutRole(Role { permissions: Permissions::NONE, ..role.clone() }),
        Change::PutOrganisation(make::organisation(1, "Here", &[1])),
        Change::PutAccount(Account { suspended: true, ..make::account(2, "bob") }),
        Change::DeleteAccount(BOB),
        Change::DeleteOrganisation(HERE),
    ];
    for way in ways {
        let mut here = made.clone();
        here.make(way.clone());
        assert_eq!(may(&here), Permissions::NONE, "{way:?}");
        assert_eq!(may(&made), Permissions::ALL, "the copy from before is as it was");
    }
    // A role that somebody has is not deleted; were it, nobody would have it.
    let in_use = TeamError::RoleInUse { name: "Role 9".to_owned() };
    assert_eq!(made.refuses(&Change::DeleteRole(role.id)), in_use);
    let mut here = made.clone();
    here.apply(&Change::DeleteRole(role.id));
    assert_eq!((may(&here), here.grants(HERE).count()), (Permissions::NONE, 0));
}

#[test]
fn who_comes_back_gets_nothing_back() {
    let mut here = directory();
    here.make(Change::PutGroup(make::group(1, 1, &[2])));
    here.make(give(1, Subject::Account(BOB), None, OWNER));
    here.make(give(2, Subject::Group(GroupId::from_bytes([1; 16])), None, OWNER));
    here.make(Change::PutInvitation(Invitation { by: Some(BOB), ..make::invitation(1, Some(1)) }));
    here.make(Change::PutInvitation(Invitation { by: Some(ANN), ..make::invitation(2, Some(1)) }));
    here.make(Change::PutOrganisation(make::organisation(1, "Here", &[1])));
    assert!(!here.is_member(BOB, HERE));
    assert_eq!(here.invitations(Some(HERE)).count(), 1, "nobody leaves a way back in behind");
    here.make(Change::PutOrganisation(make::organisation(1, "Here", &[1, 2])));
    assert_eq!(here.permissions(BOB, HERE, &[]), Permissions::NONE);
    assert!(here.groups(HERE).all(|group| group.members.is_empty()));
    assert_eq!(here.organisations_of(BOB).count(), 1);
}

#[test]
fn no_two_accounts_have_the_same_name_however_it_is_cased() {
    let here = directory();
    for name in ["ann", "ANN", "Ann"] {
        let taken = TeamError::NameTaken { what: Thing::Account, name: name.to_owned() };
        assert_eq!(here.refuses(&Change::PutAccount(make::account(9, name))), taken);
    }
    for malformed in ["", " ", "Zoe", " zoe", "zoe zoe", "zоe", "-zoe", &"z".repeat(65)] {
        let refused = here.refuses(&Change::PutAccount(make::account(9, malformed)));
        assert!(matches!(refused, TeamError::NameMalformed { .. }), "{malformed}");
        assert_eq!(refused.api_error().field.as_deref(), Some("name"));
    }
    assert_eq!(here.account_named(" ANN ").unwrap().id, ANN);
    assert_eq!(account_name(" Zoe@Example.org\n"), Ok("zoe@example.org".to_owned()));
    // A new name frees the old one.
    let mut here = here;
    here.make(Change::PutAccount(make::account(2, "robert")));
    assert!(here.account_named("bob").is_none());
    here.make(Change::PutAccount(make::account(9, "bob")));
}

#[test]
fn somebody_always_runs_the_server() {
    let mut here = directory();
    let ann = Account { operator: true, ..make::account(1, "ann") };
    let ways_to_stop = [
        Change::PutAccount(make::account(1, "ann")),
        Change::PutAccount(Account { suspended: true, ..ann.clone() }),
        Change::DeleteAccount(ANN),
    ];
    for way in &ways_to_stop {
        assert_eq!(here.refuses(way), TeamError::LastOperator);
    }
    here.make(Change::PutAccount(Account { display: "Ann W.".to_owned(), ..ann }));
    let bob = Account { operator: true, suspended: true, ..make::account(2, "bob") };
    here.make(Change::PutAccount(bob.clone()));
    assert_eq!(here.refuses(&ways_to_stop[2]), TeamError::LastOperator, "Bob is suspended");
    here.make(Change::PutAccount(Account { suspended: false, ..bob }));
    for way in &ways_to_stop {
        here.clone().make(way.clone());
    }
}

#[test]
fn what_would_hang_in_the_air_is_refused() {
    let here = directory();
    let nobody = AccountId::from_bytes([9; 16]);
    let eve = Subject::Account(EVE);
    let unknown = [
        (Change::DeleteAccount(nobody), Thing::Account),
        (Change::PutSignIn(make::sign_in(1, 9)), Thing::Account),
        (Change::PutToken(make::token(1, 9)), Thing::Account),
        (Change::PutRecoveryCodes(nobody, Vec::new()), Thing::Account),
        (Change::PutOrganisation(make::organisation(3, "New", &[9])), Thing::Account),
        (Change::PutGroup(make::group(1, 9, &[])), Thing::Organisation),
        (Change::PutGroup(make::group(1, 1, &[3])), Thing::Member),
        (Change::PutRole(make::role(9, Some(9), 1)), Thing::Organisation),
        (give(1, eve, None, VIEWER), Thing::Member),
        (give(1, Subject::Group(GroupId::from_bytes([9; 16])), None, VIEWER), Thing::Group),
        (give(1, Subject::Everyone, None, RoleId::from_bytes([9; 16])), Thing::Role),
        (Change::PutGrant(make::grant(1, 9, eve, None, VIEWER)), Thing::Organisation),
        (Change::PutInvitation(make::invitation(1, Some(9))), Thing::Organisation),
        (
            Change::PutInvitation(Invitation { role: Some(VIEWER), ..make::invitation(1, None) }),
            Thing::Organisation,
        ),
        (
            Change::PutInvitation(Invitation { by: Some(nobody), ..make::invitation(1, Some(1)) }),
            Thing::Account,
        ),
        (Change::DeleteSignIn(SignInId::from_bytes([9; 16])), Thing::SignIn),
        (Change::DeleteToken(TokenId::from_bytes([9; 16])), Thing::Token),
        (Change::DeleteOrganisation(OrganisationId::from_bytes([9; 16])), Thing::Organisation),
        (Change::DeleteGroup(GroupId::from_bytes([9; 16])), Thing::Group),
        (Change::DeleteRole(RoleId::from_bytes([9; 16])), Thing::Role),
        (Change::DeleteGrant(GrantId::from_bytes([9; 16])), Thing::Grant),
        (Change::DeleteInvitation(InvitationId::from_bytes([9; 16])), Thing::Invitation),
        (
            Change::DeleteRecoveryCode(RecoveryCode { account: ANN, hash: [9; 32] }),
            Thing::RecoveryCode,
        ),
    ];
    for (change, what) in unknown {
        assert_eq!(here.refuses(&change), TeamError::Unknown(what), "{change:?}");
    }
}

#[test]
fn nothing_reaches_into_another_organisation() {
    let mut here = directory();
    here.make(Change::PutRole(make::role(9, Some(2), 0x7f)));
    here.make(Change::PutGroup(make::group(1, 2, &[3])));
    here.make(Change::PutGrant(make::grant(1, 2, Subject::Everyone, None, VIEWER)));
    here.make(Change::PutInvitation(make::invitation(1, Some(2))));
    let theirs = RoleId::from_bytes([9; 16]);
    let group = Subject::Group(GroupId::from_bytes([1; 16]));
    assert_eq!(here.refuses(&give(2, group, None, VIEWER)), TeamError::Unknown(Thing::Group));
    let role = here.refuses(&give(2, Subject::Everyone, None, theirs));
    assert_eq!(role, TeamError::Unknown(Thing::Role));
    let invitation = Invitation { role: Some(theirs), ..make::invitation(2, Some(1)) };
    let role = here.refuses(&Change::PutInvitation(invitation));
    assert_eq!(role, TeamError::Unknown(Thing::Role));
    let moves = [
        (Change::PutRole(make::role(9, Some(1), 0x7f)), Thing::Role),
        (Change::PutGroup(make::group(1, 1, &[])), Thing::Group),
        (give(1, Subject::Everyone, None, VIEWER), Thing::Grant),
        (Change::PutInvitation(make::invitation(1, Some(1))), Thing::Invitation),
    ];
    for (change, what) in moves {
        assert_eq!(here.refuses(&change), TeamError::Moved(what), "{change:?}");
    }
    assert!(here.roles(HERE).all(|role| role.id != theirs));
}

#[test]
fn names_are_taken_where_they_would_be_mistaken() {
    let mut here = directory();
    here.make(Change::PutGroup(make::group(1, 1, &[])));
    here.make(Change::PutRole(make::role(9, Some(1), 1)));
    let named = |what, name: &str| TeamError::NameTaken { what, name: name.to_owned() };
    let refused = here.refuses(&Change::PutOrganisation(make::organisation(3, "HERE", &[])));
    assert_eq!(refused, named(Thing::Organisation, "HERE"));
    let group = Group { name: "GROUP 1".to_owned(), ..make::group(2, 1, &[]) };
    assert_eq!(here.refuses(&Change::PutGroup(group)), named(Thing::Group, "GROUP 1"));
    for name in ["role 9", "owner"] {
        let role = Role { name: name.to_owned(), ..make::role(8, Some(1), 1) };
        assert_eq!(here.refuses(&Change::PutRole(role)), named(Thing::Role, name));
    }
    // Elsewhere the same name is free, but for one that all would have.
    here.make(Change::PutGroup(Group { name: "Group 1".to_owned(), ..make::group(3, 2, &[]) }));
    here.make(Change::PutRole(Role { name: "Role 9".to_owned(), ..make::role(7, Some(2), 1) }));
    let role = Role { name: "Role 9".to_owned(), ..make::role(6, None, 1) };
    assert_eq!(here.refuses(&Change::PutRole(role)), named(Thing::Role, "Role 9"));
    for bad in ["", " ", " x", "x ", "a\nb", "a\u{202e}b", "a\u{200b}b", &"x".repeat(129)] {
        let refused = here.refuses(&Change::PutOrganisation(make::organisation(3, bad, &[])));
        assert!(matches!(refused, TeamError::NameMalformed { .. }), "{bad:?}");
        let account = Account { display: bad.to_owned(), ..make::account(9, "zoe") };
        let refused = here.refuses(&Change::PutAccount(account));
        assert_eq!(refused.api_error().field.as_deref(), Some("display"));
    }
}

#[test]
fn the_roles_of_every_server_stay_as_they_are() {
    let here = directory();
    for role in built_in_roles() {
        let built_in = TeamError::BuiltInRole { name: role.name.clone() };
        assert_eq!(here.refuses(&Change::DeleteRole(role.id)), built_in);
        let more = Role { permissions: Permissions::NONE, ..role.clone() };
        assert_eq!(here.refuses(&Change::PutRole(more)), built_in);
        here.clone().make(Change::PutRole(role));
    }
}

#[test]
fn the_same_grant_is_not_given_twice_and_no_hash_belongs_to_two() {
    let mut here = directory();
    here.make(give(1, Subject::Everyone, Some(node(1)), VIEWER));
    let again = give(2, Subject::Everyone, Some(node(1)), VIEWER);
    assert_eq!(here.refuses(&again), TeamError::Exists(Thing::Grant));
    here.make(give(2, Subject::Everyone, Some(node(2)), VIEWER));
    here.make(Change::PutSignIn(make::sign_in(1, 1)));
    here.make(Change::PutToken(make::token(1, 1)));
    here.make(Change::PutInvitation(make::invitation(1, Some(1))));
    let same = [
        (
            Change::PutSignIn(SignIn { hash: [1; 32], ..make::sign_in(2, 2) }),
            TeamError::Exists(Thing::SignIn),
        ),
        (
            Change::PutToken(ApiToken { hash: [1; 32], ..make::token(2, 2) }),
            TeamError::Exists(Thing::Token),
        ),
        (
            Change::PutInvitation(Invitation { hash: [1; 32], ..make::invitation(2, Some(1)) }),
            TeamError::Exists(Thing::Invitation),
        ),
        (Change::PutSignIn(make::sign_in(1, 2)), TeamError::Moved(Thing::SignIn)),
        (Change::PutToken(make::token(1, 2)), TeamError::Moved(Thing::Token)),
    ];
    for (change, error) in same {
        assert_eq!(here.refuses(&change), error, "{change:?}");
    }
}

#[test]
fn sign_ins_are_good_until_they_expire_are_deleted_or_the_account_is_suspended() {
    let mut here = directory();
    let token = hash("pbs_x");
    here.make(Change::PutSignIn(SignIn { hash: token, ..make::sign_in(1, 2) }));
    let who = |here: &Directory, now| here.signed_in(&token, Timestamp(now)).map(|one| one.0.id);
    assert_eq!((who(&here, 999), who(&here, 1000)), (Some(BOB), None));
    assert!(here.signed_in(&hash("pbs_y"), Timestamp(0)).is_none());
    let mut suspended = here.clone();
    suspended.make(Change::PutAccount(Account { suspended: true, ..make::account(2, "bob") }));
    assert_eq!(who(&suspended, 0), None);
    let mut gone = here.clone();
    gone.make(Change::DeleteSignIn(SignInId::from_bytes([1; 16])));
    assert_eq!(who(&gone, 0), None);
    // A new token in the place of the old: the old one is not good any more.
    here.make(Change::PutSignIn(SignIn { hash: hash("pbs_y"), ..make::sign_in(1, 2) }));
    assert_eq!(who(&here, 0), None);
    assert!(here.signed_in(&hash("pbs_y"), Timestamp(0)).is_some());
    here.make(Change::PutInvitation(make::invitation(5, None)));
    assert!(here.open_invitation(&[5; 32], Timestamp(999)).is_some());
    assert!(here.open_invitation(&[5; 32], Timestamp(1000)).is_none());
}

#[test]
fn acting_as_somebody_ends_with_all_that_it_hangs_on() {
    let mut here = directory();
    let ann = Account { operator: true, ..make::account(1, "ann") };
    here.make(Change::PutAccount(ann.clone()));
    here.make(Change::PutSignIn(make::sign_in(1, 1)));
    let acting = |number, account, by: u8| {
        let acting = Some(SignInId::from_bytes([by; 16]));
        Change::PutSignIn(SignIn { acting, ..make::sign_in(number, account) })
    };
    here.make(acting(2, 2, 1));
    let who = |here: &Directory, now| here.signed_in(&[2; 32], Timestamp(now)).map(|one| one.0.id);
    assert_eq!((who(&here, 999), who(&here, 1000)), (Some(BOB), None));
    let begun = here.sign_in(SignInId::from_bytes([2; 16])).unwrap();
    assert_eq!(here.acts(begun).map(|one| one.id), Some(ANN));
    assert_eq!(here.acting().count(), 1);
    // The person was not there, whoever acted as them.
    let from = "192.0.2.1".parse::<IpAddr>().unwrap();
    assert_eq!(here.place(BOB, from, Some(&[2; 32])), Place::Stranger);

    let ended = |change: Change| {
        let mut here = here.clone();
        here.make(change);
        who(&here, 0).is_none()
    };
    let short = SignIn { expires: Timestamp(0), ..make::sign_in(1, 1) };
    assert!(ended(Change::PutSignIn(short)));
    assert!(ended(Change::DeleteSignIn(SignInId::from_bytes([1; 16]))));
    assert!(ended(Change::PutAccount(Account { suspended: true, ..make::account(2, "bob") })));
    assert!(ended(Change::PutAccount(Account { operator: true, ..make::account(2, "bob") })));
    let mut more = here.clone();
    more.make(Change::PutAccount(Account { operator: true, ..make::account(3, "cyn") }));
    assert_eq!(who(&more, 0), Some(BOB));
    for change in [
        Change::PutAccount(Account { operator: false, ..ann.clone() }),
        Change::PutAccount(Account { suspended: true, ..ann }),
        Change::DeleteAccount(ANN),
    ] {
        let mut more = more.clone();
        more.make(change.clone());
        assert_eq!(who(&more, 0), None, "{change:?}");
    }
    // Nobody acts as a third person, nor as themselves, nor by nothing.
    for change in [acting(3, 1, 2), acting(3, 1, 1), acting(3, 2, 9)] {
        assert_eq!(here.refuses(&change), TeamError::Unknown(Thing::SignIn), "{change:?}");
    }
    let own = Change::PutSignIn(make::sign_in(2, 2));
    assert_eq!(here.refuses(&own), TeamError::Moved(Thing::SignIn));
}

#[test]
fn tokens_are_good_from_their_networks_until_they_expire() {
    let mut here = directory();
    let networks = ["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"].map(str::to_owned).to_vec();
    let token = ApiToken { networks, expires: Some(Timestamp(1000)), ..make::token(1, 2) };
    here.make(Change::PutToken(token.clone()));
    let good = |here: &Directory, address: &str, now| {
        here.script(&[1; 32], address.parse::<IpAddr>().unwrap(), Timestamp(now)).is_some()
    };
    for address in ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8::9", "198.51.100.7"] {
        assert!(good(&here, address, 999), "{address}");
        assert!(!good(&here, address, 1000), "{address}");
    }
    for address in ["192.0.3.9", "198.51.100.8", "2001:db9::9", "127.0.0.1"] {
        assert!(!good(&here, address, 0), "{address}");
    }
    here.make(Change::PutToken(ApiToken { networks: Vec::new(), ..token.clone() }));
    assert!(good(&here, "127.0.0.1", 0));
    for bad in ["", "ten", "192.0.2.0/33", "192.0.2.0/", "192.0.2"] {
        let token = ApiToken { networks: vec![bad.to_owned()], ..token.clone() };
        let refused = here.refuses(&Change::PutToken(token.clone()));
        assert_eq!(refused, TeamError::Network(bad.to_owned()));
        // Were it stored all the same, it would let nobody in.
        let mut broken = here.clone();
        broken.apply(&Change::PutToken(token));
        assert!(!good(&broken, "127.0.0.1", 0));
    }
}

#[test]
fn a_recovery_code_counts_once() {
    let mut here = directory();
    let codes = [1, 2].map(|number| RecoveryCode { account: ANN, hash: [number; 32] });
    here.make(Change::PutRecoveryCodes(ANN, codes.to_vec()));
    let used = Change::DeleteRecoveryCode(codes[0].clone());
    here.make(used.clone());
    assert_eq!(here.recovery_codes_of(ANN), &codes[1..]);
    assert_eq!(here.refuses(&used), TeamError::Unknown(Thing::RecoveryCode));
    let others = Change::PutRecoveryCodes(BOB, codes.to_vec());
    assert_eq!(here.refuses(&others), TeamError::Moved(Thing::RecoveryCode));
    here.make(Change::PutRecoveryCodes(ANN, Vec::new()));
    assert!(here.recovery_codes_of(ANN).is_empty());
}

#[test]
fn places_are_known_by_device_and_by_address_of_the_same_account() {
    let mut here = directory();
    here.make(Change::PutSignIn(make::sign_in(1, 2)));
    let at = |text: &str| text.parse::<IpAddr>().unwrap();
    let (home, away) = (at("192.0.2.1"), at("198.51.100.1"));
    assert_eq!(here.place(BOB, away, Some(&[1; 32])), Place::Device([1; 32]));
    assert_eq!(here.place(BOB, home, None), Place::Address);
    assert_eq!(here.place(BOB, at("::ffff:192.0.2.1"), None), Place::Address);
    assert_eq!(here.place(BOB, away, None), Place::Stranger);
    assert_eq!(here.place(BOB, away, Some(&[9; 32])), Place::Stranger);
    assert_eq!(here.place(ANN, home, Some(&[1; 32])), Place::Stranger, "it is Bob's");
}
