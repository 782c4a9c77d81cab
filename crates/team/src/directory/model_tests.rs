//! The directory against a plain list of everything, under random changes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
use super::tests::make;
use super::*;
use crate::entity::{Answer, Change, Subject};
use proptest::collection::vec;
use proptest::prelude::*;

const ACCOUNTS: u8 = 4;
const ORGANISATIONS: u8 = 2;

/// Folders 1 > 2 > machine 3, folder 4 in 1, machine 5 at the top: each with all around it.
fn paths() -> Vec<Vec<NodeId>> {
    let paths: [&[u8]; 6] = [&[], &[1], &[2, 1], &[3, 2, 1], &[4, 1], &[5]];
    paths
        .iter()
        .map(|path| path.iter().map(|one| NodeId::from_bytes([*one; 16])).collect())
        .collect()
}

/// Everything in lists; what hangs in the air is looked for and dropped until nothing does.
#[derive(Clone, Default)]
struct Model {
    accounts: Vec<Account>,
    organisations: Vec<Organisation>,
    groups: Vec<Group>,
    roles: Vec<Role>,
    grants: Vec<Grant>,
    sign_ins: Vec<SignIn>,
    tokens: Vec<ApiToken>,
    invitations: Vec<Invitation>,
    handoffs: Vec<Handoff>,
    providers: Vec<Provider>,
    links: Vec<Link>,
    passkeys: Vec<Passkey>,
}

macro_rules! put {
    ($list:expr, $new:expr) => {{
        $list.retain(|one| one.id != $new.id);
        $list.push($new.clone());
        $list.sort_by_key(|one| one.id);
    }};
}

impl Model {
    fn apply(&mut self, change: &Change) {
        let before = self.clone();
        match change {
            Change::PutAccount(new) => put!(self.accounts, new),
            Change::DeleteAccount(id) => self.accounts.retain(|one| one.id != *id),
            Change::PutSignIn(new) => put!(self.sign_ins, new),
            Change::DeleteSignIn(id) => self.sign_ins.retain(|one| one.id != *id),
            Change::PutToken(new) => put!(self.tokens, new),
            Change::DeleteToken(id) => self.tokens.retain(|one| one.id != *id),
            Change::PutOrganisation(new) => put!(self.organisations, new),
            Change::DeleteOrganisation(id) => self.organisations.retain(|one| one.id != *id),
            Change::PutGroup(new) => put!(self.groups, new),
            Change::DeleteGroup(id) => self.groups.retain(|one| one.id != *id),
            Change::PutRole(new) => put!(self.roles, new),
            Change::DeleteRole(id) => self.roles.retain(|one| one.id != *id),
            Change::PutGrant(new) => put!(self.grants, new),
            Change::DeleteGrant(id) => self.grants.retain(|one| one.id != *id),
            Change::PutInvitation(new) => put!(self.invitations, new),
            Change::DeleteInvitation(id) => self.invitations.retain(|one| one.id != *id),
            Change::PutHandoff(new) => put!(self.handoffs, new),
            Change::DeleteHandoff(id) => self.handoffs.retain(|one| one.id != *id),
            Change::PutProvider(new) => put!(self.providers, new),
            Change::DeleteProvider(id) => self.providers.retain(|one| one.id != *id),
            Change::PutLink(new) => put!(self.links, new),
            Change::DeleteLink(id) => self.links.retain(|one| one.id != *id),
            Change::PutPasskey(new) => put!(self.passkeys, new),
            Change::DeletePasskey(id) => self.passkeys.retain(|one| one.id != *id),
            Change::PutRecoveryCodes(..) | Change::DeleteRecoveryCode(_) => {}
        }
        self.tidy(&before);
    }

    fn is_member(&self, who: AccountId, organisation: OrganisationId) -> bool {
        self.organisations.iter().any(|one| one.id == organisation && one.members.contains(&who))
    }

    fn tidy(&mut self, before: &Self) {
        let account = |list: &[Account], id| list.iter().any(|one| one.id == id);
        for organisation in &mut self.organisations {
            organisation.members.retain(|one| account(&self.accounts, *one));
        }
        let now = self.clone();
        let organisation = |id| now.organisations.iter().any(|one| one.id == id);
        self.sign_ins.retain(|one| account(&now.accounts, one.account));
        let left = self.sign_ins.clone();
        let begun = |by| left.iter().any(|one| one.id == by);
        self.sign_ins.retain(|one| one.acting.is_none_or(begun));
        self.tokens.retain(|one| account(&now.accounts, one.account));
        let provider = |id| now.providers.iter().any(|one| one.id == id);
        self.links.retain(|one| account(&now.accounts, one.account) && provider(one.provider));
        self.passkeys.retain(|one| account(&now.accounts, one.account));
        self.handoffs.retain(|one| match one.answer {
            Answer::Allowed(id) => account(&now.accounts, id),
            Answer::Waiting | Answer::Denied => true,
        });
        self.groups.retain(|one| organisation(one.organisation));
        for group in &mut self.groups {
            group.members.retain(|one| now.is_member(*one, group.organisation));
        }
        self.roles.retain(|one| one.organisation.is_none_or(organisation));
        let role = |id| {
            built_in_roles()
                .iter()
                .chain(&now.roles)
                .any(|one| one.id == id && one.organisation.is_none_or(organisation))
        };
        self.grants.retain(|one| {
            let has_subject = match one.subject {
                Subject::Account(who) => now.is_member(who, one.organisation),
                Subject::Group(id) => now.groups.iter().any(|group| group.id == id),
                Subject::Everyone => true,
            };
            organisation(one.organisation) && role(one.role) && has_subject
        });
        self.invitations.retain(|one| {
            let has_left = |by| {
                one.organisation
                    .is_some_and(|its| before.is_member(by, its) && !now.is_member(by, its))
            };
            one.organisation.is_none_or(organisation)
                && one.role.is_none_or(role)
                && one.by.is_none_or(|by| account(&now.accounts, by) && !has_left(by))
        });
    }

    /// By going through everything there is.
    fn permissions(
        &self,
        who: AccountId,
        organisation: OrganisationId,
        path: &[NodeId],
    ) -> Permissions {
        let is_active = self.accounts.iter().any(|one| one.id == who && !one.suspended);
        let mut all = Permissions::NONE;
        for grant in &self.grants {
            let is_meant = match grant.subject {
                Subject::Account(account) => account == who,
                Subject::Group(id) => {
                    self.groups.iter().any(|group| group.id == id && group.members.contains(&who))
                }
                Subject::Everyone => true,
            };
            let is_here = grant.organisation == organisation
                && grant.node.is_none_or(|node| path.contains(&node));
            if is_active && is_meant && is_here && self.is_member(who, organisation) {
                let built_in = built_in_roles();
                let role = built_in.iter().chain(&self.roles).find(|role| role.id == grant.role);
                all = all.and(role.unwrap().permissions);
            }
        }
        all
    }
}

fn members() -> impl Strategy<Value = Vec<u8>> {
    vec(0..ACCOUNTS, 0..5)
}

fn subjects() -> impl Strategy<Value = Subject> {
    prop_oneof![
        (0..ACCOUNTS).prop_map(|one| Subject::Account(AccountId::from_bytes([one; 16]))),
        (0_u8..3).prop_map(|one| Subject::Group(GroupId::from_bytes([one; 16]))),
        Just(Subject::Everyone),
    ]
}

fn role_ids() -> impl Strategy<Value = RoleId> {
    prop_oneof![
        proptest::sample::select(vec![VIEWER, OPERATOR, EDITOR, OWNER]),
        (1_u8..4).prop_map(|one| RoleId::from_bytes([one; 16])),
    ]
}

fn accounts() -> impl Strategy<Value = Change> {
    let names = proptest::sample::select(vec!["ann", "bob", "eve", "zoe"]);
    (0..ACCOUNTS, names, any::<bool>(), prop::bool::weighted(0.2)).prop_map(
        |(id, name, operator, suspended)| {
            Change::PutAccount(Account { operator, suspended, ..make::account(id, name) })
        },
    )
}

fn puts() -> impl Strategy<Value = Change> {
    let organisation = || 0..ORGANISATIONS;
    prop_oneof![
        2 => accounts(),
        3 => (organisation(), members()).prop_map(|(id, members)| {
            Change::PutOrganisation(make::organisation(id, &format!("Team {id}"), &members))
        }),
        2 => (0_u8..3, organisation(), members())
            .prop_map(|(id, its, members)| Change::PutGroup(make::group(id, its, &members))),
        2 => (1_u8..4, prop::option::of(organisation()), any::<u8>())
            .prop_map(|(id, its, bits)| Change::PutRole(make::role(id, its, bits))),
        6 => (0_u8..6, organisation(), subjects(), prop::option::of(1_u8..6), role_ids()).prop_map(
            |(id, its, subject, node, role)| {
                let node = node.map(|one| NodeId::from_bytes([one; 16]));
                Change::PutGrant(make::grant(id, its, subject, node, role))
            }
        ),
        2 => (0_u8..3, 0..ACCOUNTS, 0_u8..4, prop::option::weighted(0.4, 0_u8..3)).prop_map(
            |(id, whose, hash, by)| {
                let acting = by.map(|by| SignInId::from_bytes([by; 16]));
                Change::PutSignIn(SignIn { hash: [hash; 32], acting, ..make::sign_in(id, whose) })
            }
        ),
        1 => (0_u8..3, 0..ACCOUNTS, 0_u8..4).prop_map(|(id, whose, hash)| {
            Change::PutToken(ApiToken { hash: [hash; 32], ..make::token(id, whose) })
        }),
        1 => (0_u8..3, prop::option::of(organisation()), prop::option::of(role_ids()), prop::option::of(0..ACCOUNTS))
            .prop_map(|(id, its, role, by)| {
                let by = by.map(|one| AccountId::from_bytes([one; 16]));
                Change::PutInvitation(Invitation { role, by, ..make::invitation(id, its) })
            }),
        1 => (0_u8..3, 0_u8..4, 0..=ACCOUNTS + 1).prop_map(|(id, hash, said)| {
            let answer = match said {
                0 => Answer::Waiting,
                1 => Answer::Denied,
                more => Answer::Allowed(AccountId::from_bytes([more - 2; 16])),
            };
            Change::PutHandoff(make::handoff(id, hash, answer))
        }),
        1 => (0_u8..3, 0_u8..3)
            .prop_map(|(id, name)| Change::PutProvider(make::provider(id, &format!("P{name}")))),
        2 => (0_u8..4, 0..ACCOUNTS, 0_u8..3, 0_u8..3)
            .prop_map(|(id, whose, at, who)| Change::PutLink(make::link(id, whose, at, &format!("s{who}")))),
        2 => (0_u8..4, 0..ACCOUNTS, 0_u8..4)
            .prop_map(|(id, whose, called)| Change::PutPasskey(make::passkey(id, whose, called))),
    ]
}

fn deletes() -> impl Strategy<Value = Change> {
    (0_u8..12, 0_u8..6).prop_map(|(kind, id)| {
        let id = [id; 16];
        match kind {
            0 => Change::DeleteAccount(AccountId::from_bytes(id)),
            1 => Change::DeleteOrganisation(OrganisationId::from_bytes(id)),
            2 => Change::DeleteGroup(GroupId::from_bytes(id)),
            3 => Change::DeleteRole(RoleId::from_bytes(id)),
            4 => Change::DeleteGrant(GrantId::from_bytes(id)),
            5 => Change::DeleteSignIn(SignInId::from_bytes(id)),
            6 => Change::DeleteToken(TokenId::from_bytes(id)),
            7 => Change::DeleteHandoff(HandoffId::from_bytes(id)),
            8 => Change::DeleteProvider(ProviderId::from_bytes(id)),
            9 => Change::DeleteLink(LinkId::from_bytes(id)),
            10 => Change::DeletePasskey(PasskeyId::from_bytes(id)),
            _ => Change::DeleteInvitation(InvitationId::from_bytes(id)),
        }
    })
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let begin = (0..ACCOUNTS).map(|id| {
        Change::PutAccount(make::account(id, ["ann", "bob", "eve", "zoe"][usize::from(id)]))
    });
    let teams = (0..ORGANISATIONS).map(|id| {
        Change::PutOrganisation(make::organisation(id, &format!("Team {id}"), &[id, id + 1]))
    });
    let begin: Vec<Change> = begin.chain(teams).collect();
    let more = vec(prop_oneof![4 => puts(), 1 => deletes()], 0..60);
    more.prop_map(move |more| begin.iter().cloned().chain(more).collect())
}

fn same(real: &Directory, model: &Model) {
    assert!(real.accounts().eq(&model.accounts));
    assert!(real.organisations().eq(&model.organisations));
    assert!(real.sign_ins().eq(&model.sign_ins));
    let mut acting: Vec<_> = real.acting().collect();
    acting.sort_by_key(|one| one.id);
    assert!(acting.into_iter().eq(model.sign_ins.iter().filter(|one| one.acting.is_some())));
    assert!(real.tokens.values().eq(&model.tokens));
    assert!(real.grants.values().eq(&model.grants));
    assert!(real.groups.values().eq(&model.groups));
    assert!(real.invitations.values().eq(&model.invitations));
    assert!(real.handoffs().eq(&model.handoffs));
    assert!(real.providers().eq(&model.providers));
    assert!(real.links.values().eq(&model.links));
    assert!(real.passkeys.values().eq(&model.passkeys));
    for (at, who) in (0..3_u8).flat_map(|at| (0..3_u8).map(move |who| (at, format!("s{who}")))) {
        let at = ProviderId::from_bytes([at; 16]);
        let link = model.links.iter().find(|one| one.provider == at && one.subject == who);
        assert_eq!(real.linked(at, &who).map(|one| one.id), link.map(|one| one.account));
    }
    let own = real.roles.values().filter(|role| !built_in_roles().contains(role));
    assert!(own.eq(&model.roles));
    for organisation in &model.organisations {
        let here = organisation.id;
        assert!(real.groups(here).eq(model.groups.iter().filter(|one| one.organisation == here)));
        assert!(real.grants(here).eq(model.grants.iter().filter(|one| one.organisation == here)));
    }
    for account in &model.accounts {
        let id = account.id;
        assert_eq!(real.account_named(&account.name.to_uppercase()), Some(account));
        assert!(real.sign_ins_of(id).eq(model.sign_ins.iter().filter(|one| one.account == id)));
        assert!(real.tokens_of(id).eq(model.tokens.iter().filter(|one| one.account == id)));
        assert!(real.links_of(id).eq(model.links.iter().filter(|one| one.account == id)));
        assert!(real.passkeys_of(id).eq(model.passkeys.iter().filter(|one| one.account == id)));
        let its = model.organisations.iter().filter(|one| one.members.contains(&id));
        assert!(real.organisations_of(id).eq(its));
    }
    for hash in (0..6).map(|byte| [byte; 32]) {
        let found = model.sign_ins.iter().find(|one| one.hash == hash);
        assert_eq!(real.sign_in_by_hash(&hash), found);
        assert_eq!(real.token_by_hash(&hash), model.tokens.iter().find(|one| one.hash == hash));
        let found = model.invitations.iter().find(|one| one.hash == hash);
        assert_eq!(real.invitation_by_hash(&hash), found);
        let found = model.handoffs.iter().find(|one| one.hash == hash);
        assert_eq!(real.open_handoff(&hash, patchbay_model::Timestamp(999)), found);
        assert_eq!(real.open_handoff(&hash, patchbay_model::Timestamp(1000)), None);
        let called = vec![hash[0]; 20];
        let found = model.passkeys.iter().find(|one| one.credential == called);
        assert_eq!(real.passkey_called(&called), found);
    }
}

fn same_rights(real: &Directory, model: &Model) {
    for who in (0..=ACCOUNTS).map(|one| AccountId::from_bytes([one; 16])) {
        for here in (0..=ORGANISATIONS).map(|one| OrganisationId::from_bytes([one; 16])) {
            for path in paths() {
                let may = real.permissions(who, here, &path);
                assert_eq!(may, model.permissions(who, here, &path), "{who} {here} {path:?}");
                let reasons = real.reasons(who, here, &path);
                let added =
                    reasons.iter().fold(Permissions::NONE, |all, one| all.and(one.permissions));
                assert_eq!(may, added);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_directory_is_what_a_plain_list_is(changes in changes()) {
        let (mut real, mut model) = (Directory::new(), Model::default());
        let mut had_operator = false;
        for change in &changes {
            if real.check(change).is_ok() {
                // What goes with a change can be made by itself before it.
                let mut stepwise = real.clone();
                for step in real.dependents(change).iter().chain([change]) {
                    prop_assert_eq!(stepwise.check(step), Ok(()), "{:?} for {:?}", step, change);
                    stepwise.apply(step);
                }
                real.apply(change);
                model.apply(change);
                same(&stepwise, &model);
            }
            same(&real, &model);
            let has_operator = real.accounts().any(|one| one.operator && !one.suspended);
            prop_assert!(has_operator || !had_operator);
            had_operator = has_operator;
        }
        same_rights(&real, &model);
    }

    /// What is stored is put again when a server starts.
    #[test]
    fn a_directory_comes_back_from_its_entities(changes in changes()) {
        let (mut real, mut model) = (Directory::new(), Model::default());
        for change in changes.iter() {
            if real.check(change).is_ok() {
                real.apply(change);
                model.apply(change);
            }
        }
        let mut again = Directory::new();
        let puts = real.accounts().cloned().map(Change::PutAccount)
            .chain(real.organisations().cloned().map(Change::PutOrganisation))
            .chain(real.groups.values().cloned().map(Change::PutGroup))
            .chain(real.roles.values().cloned().map(Change::PutRole))
            .chain(real.grants.values().cloned().map(Change::PutGrant))
            .chain(real.sign_ins().filter(|one| one.acting.is_none()).cloned().map(Change::PutSignIn))
            .chain(real.acting().cloned().map(Change::PutSignIn))
            .chain(real.tokens.values().cloned().map(Change::PutToken))
            .chain(real.invitations.values().cloned().map(Change::PutInvitation))
            .chain(real.handoffs().cloned().map(Change::PutHandoff))
            .chain(real.providers().cloned().map(Change::PutProvider))
            .chain(real.links.values().cloned().map(Change::PutLink))
            .chain(real.passkeys.values().cloned().map(Change::PutPasskey));
        for put in puts {
            prop_assert_eq!(again.check(&put), Ok(()), "{:?}", put);
            again.apply(&put);
        }
        same(&again, &model);
        same_rights(&again, &model);
    }
}
