//! One story over both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs)]

mod common;

use common::*;
use patchbay_model::{AccountId, NodeId, OrganisationId, Timestamp, TokenId};
use patchbay_team::audit::{Actor, Checkpoint, CheckpointKey, Entry, Outcome};
use patchbay_team::directory::Directory;
use patchbay_team::entity::{Answer, Change, ProviderKind, RecoveryCode, SignIn, Space, Subject};
use patchbay_team_store::{
    Doer, Find, ItemChange, Numbered, Place, StoreError, TeamStore, Use, Write, backup_of, restore,
};
use patchbay_testkit::{Postgres, postgres_or_skip};
use std::path::Path;

#[tokio::test]
async fn sqlite_keeps_what_a_team_server_knows() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| Place::Sqlite(folder.path().join(name));
    let places = [file("one"), file("two"), file("three"), file("four")];
    story(&places, folder.path()).await;
}

#[tokio::test]
async fn postgres_keeps_what_a_team_server_knows() {
    if !postgres_or_skip("the storage story on PostgreSQL") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = Postgres::start().await.unwrap();
    let place = || Place::Postgres(server.another().unwrap());
    story(&[place(), place(), place(), place()], folder.path()).await;
}

#[tokio::test]
async fn a_backup_of_either_kind_goes_into_the_other() {
    if !postgres_or_skip("backups between SQLite and PostgreSQL") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = Postgres::start().await.unwrap();
    let file = |name: &str| Place::Sqlite(folder.path().join(name));
    let other = || Place::Postgres(server.another().unwrap());
    moves(&file("first"), &other(), &folder.path().join("backup 1")).await;
    moves(&other(), &file("second"), &folder.path().join("backup 2")).await;
}

/// All of it at `places`, each of which is empty.
async fn story(places: &[Place; 4], folder: &Path) {
    people_come_and_go(&places[0]).await;
    found_in_the_log(&places[0]).await;
    items_and_their_conflicts(&places[1]).await;
    small_things(&places[2]).await;
    one_order_of_writes(&places[2]).await;
    moves(&places[2], &places[3], &folder.join("backup")).await;
    assert!(matches!(
        restore(&folder.join("backup"), &places[3]).await,
        Err(StoreError::Exists { .. })
    ));
}

/// A directory beside a database: both are told the same.
struct Pair {
    store: TeamStore,
    directory: Directory,
}

impl Pair {
    async fn make(&mut self, changes: Vec<Change>) {
        for change in &changes {
            self.directory.check(change).unwrap();
            self.directory.apply(change);
        }
        self.store.write(of_changes(changes)).await.unwrap();
        self.agree().await;
    }

    async fn agree(&self) {
        let (stored, kept) = (stored(&self.store).await, &self.directory);
        assert_eq!(format!("{stored:#?}"), format!("{kept:#?}"));
    }
}

async fn people_come_and_go(place: &Place) {
    let store = TeamStore::open(place).await.unwrap();
    let mut pair = Pair { store, directory: Directory::new() };
    pair.agree().await;
    let mut ada = account("ada");
    ada.operator = true;
    let [mut bob, cyn] = [account("bob"), account("cyn")];
    let mut acme = organisation("Acme", &[ada.id, bob.id, cyn.id]);
    let other = organisation("Other", &[bob.id]);
    let mut team = group(acme.id, "Night shift", &[bob.id, cyn.id]);
    let [own, common] = [role(Some(acme.id), "Reader"), role(None, "Reader of all")];
    let mut to_bob = grant(acme.id, Subject::Account(bob.id));
    to_bob.node = Some(NodeId::new());
    let mut to_team = grant(acme.id, Subject::Group(team.id));
    to_team.role = own.id;
    let to_all = grant(acme.id, Subject::Everyone);
    let bobs_there = grant(other.id, Subject::Account(bob.id));
    let mut codes: Vec<_> =
        (0..10).map(|_| RecoveryCode { account: bob.id, hash: hash() }).collect();
    codes.sort_by_key(|code| code.hash);
    let (signed, token) = (sign_in(bob.id), token(bob.id));
    let adas = sign_in(ada.id);
    pair.make(vec![
        Change::PutAccount(ada.clone()),
        Change::PutAccount(bob.clone()),
        Change::PutAccount(cyn.clone()),
        Change::PutOrganisation(acme.clone()),
        Change::PutOrganisation(other.clone()),
        Change::PutGroup(team.clone()),
        Change::PutRole(own.clone()),
        Change::PutRole(common.clone()),
        Change::PutGrant(to_bob.clone()),
        Change::PutGrant(to_team.clone()),
        Change::PutGrant(to_all),
        Change::PutGrant(bobs_there),
        Change::PutInvitation(invitation(Some(acme.id), Some(bob.id))),
        Change::PutInvitation(invitation(Some(acme.id), Some(ada.id))),
        Change::PutInvitation(invitation(Some(other.id), Some(bob.id))),
        Change::PutInvitation(invitation(None, None)),
        Change::PutRecoveryCodes(bob.id, codes.clone()),
        Change::PutSignIn(signed.clone()),
        Change::PutSignIn(adas.clone()),
        Change::PutToken(token.clone()),
    ])
    .await;
    acting_comes_and_goes(&mut pair, &adas, [bob.id, cyn.id]).await;

    // Changed, each in some field that was something else.
    bob.display = "Bob the second; DROP TABLE accounts; --".to_owned();
    bob.totp = Some(vec![0, 1, 255]);
    bob.totp_step = 77;
    bob.suspended = true;
    bob.password = None;
    acme.name = "ACME & daughters".to_owned();
    team.name = "Ночная смена".to_owned();
    team.members.remove(&cyn.id);
    let mut own = own;
    own.permissions = patchbay_team::permission::Permissions::ALL;
    to_bob.role = own.id;
    let mut token = token;
    (token.expires, token.last_used) = (Some(Timestamp(3)), Some(Timestamp(2)));
    (token.networks, token.last_address) = (Vec::new(), Some("::1".to_owned()));
    let mut signed = signed;
    signed.expires = Timestamp(99);
    pair.make(vec![
        Change::PutAccount(bob.clone()),
        Change::PutOrganisation(acme.clone()),
        Change::PutGroup(team.clone()),
        Change::PutRole(own.clone()),
        Change::PutGrant(to_bob.clone()),
        Change::PutToken(token.clone()),
        Change::PutSignIn(signed.clone()),
        Change::DeleteRecoveryCode(codes[3].clone()),
    ])
    .await;

    // Bob is no member any more: his grants, group places and invitations there go, and nothing else.
    let before = pair.store.changes_of_directory().await.unwrap().0.len();
    acme.members.remove(&bob.id);
    pair.make(vec![Change::PutOrganisation(acme.clone())]).await;
    assert_eq!(pair.store.changes_of_directory().await.unwrap().0.len(), before - 2);
    team.members = [ada.id].into();
    pair.make(vec![Change::PutGroup(team.clone())]).await;
    pair.make(vec![Change::DeleteGroup(team.id)]).await;
    pair.make(vec![Change::DeleteRole(own.id)]).await;
    pair.make(vec![Change::DeleteSignIn(signed.id), Change::DeleteToken(token.id)]).await;
    pair.make(vec![Change::DeleteAccount(bob.id)]).await;
    pair.make(vec![Change::PutAccount(account("bob"))]).await;

    doors_come_and_go(&mut pair, ada.id, cyn.id).await;

    // Reopened, it is the same.
    pair.store.close().await;
    pair.store = TeamStore::open(place).await.unwrap();
    pair.agree().await;
    pair.make(vec![Change::DeleteOrganisation(acme.id)]).await;
    let taken = pair.store.write(of_changes(vec![Change::PutAccount(account("ada"))])).await;
    assert!(matches!(taken, Err(StoreError::Taken(_))), "{taken:?}");
    let lost = Change::PutSignIn(sign_in(AccountId::new()));
    let gone = pair.store.write(of_changes(vec![lost])).await;
    assert!(matches!(gone, Err(StoreError::Gone(_))), "{gone:?}");
    let nul = Change::PutAccount(account("a\0b"));
    let refused = pair.store.write(of_changes(vec![nul])).await;
    assert!(matches!(refused, Err(StoreError::Unstorable)), "{refused:?}");
    pair.agree().await;

    // Of two that were checked at the same revision, the first wins.
    let (_, checked) = pair.store.changes_of_directory().await.unwrap();
    let write = |name: &str| Write {
        changes: vec![Change::PutAccount(account(name))],
        checked: Some(checked),
        ..Write::default()
    };
    let first = pair.store.write(write("dan")).await.unwrap();
    let second = pair.store.write(write("eve")).await;
    assert!(matches!(second, Err(StoreError::Stale { revision }) if revision == first));
    pair.store.close().await;
}

/// Further ways to sign in; some stay, to be found by whoever opens it again.
async fn doors_come_and_go(pair: &mut Pair, stays: AccountId, goes: AccountId) {
    let [oidc, mut ldap] =
        [provider("Example ID", ProviderKind::Oidc), provider("Verzeichnis", ProviderKind::Ldap)];
    let mut waiting = handoff("BCDF-GHJK", Answer::Waiting);
    let mut key = passkey(stays);
    let at_oidc = link(stays, oidc.id, "248289761001; --");
    let dropped = link(stays, ldap.id, "0b7e");
    pair.make(vec![
        Change::PutProvider(oidc.clone()),
        Change::PutProvider(ldap.clone()),
        Change::PutHandoff(waiting.clone()),
        Change::PutHandoff(handoff("BCDF-GHJL", Answer::Allowed(goes))),
        Change::PutHandoff(handoff("BCDF-GHJM", Answer::Denied)),
        Change::PutLink(at_oidc.clone()),
        Change::PutLink(dropped.clone()),
        Change::PutLink(link(goes, oidc.id, "Ж")),
        Change::PutPasskey(key.clone()),
        Change::PutPasskey(passkey(goes)),
    ])
    .await;
    waiting.answer = Answer::Allowed(stays);
    (ldap.name, ldap.settings, ldap.disabled) = ("Directory".to_owned(), vec![9; 5000], true);
    (key.counter, key.challenge, key.last_used) =
        (i64::from(u32::MAX), Timestamp(77), Some(Timestamp(78)));
    "Phone".clone_into(&mut key.name);
    pair.make(vec![
        Change::PutHandoff(waiting.clone()),
        Change::PutProvider(ldap.clone()),
        Change::PutPasskey(key.clone()),
        Change::PutLink(link(stays, ldap.id, "248289761001; --")),
        Change::DeleteLink(dropped.id),
    ])
    .await;
    // The same person, credential or code twice.
    let same = link(goes, oidc.id, &at_oidc.subject);
    let mut copied = passkey(goes);
    copied.credential.clone_from(&key.credential);
    let twice = [
        Change::PutLink(same),
        Change::PutPasskey(copied),
        Change::PutHandoff(handoff("BCDF-GHJK", Answer::Waiting)),
        Change::PutProvider(provider("Example ID", ProviderKind::Ldap)),
    ];
    for change in twice {
        let taken = pair.store.write(of_changes(vec![change])).await;
        assert!(matches!(taken, Err(StoreError::Taken(_))), "{taken:?}");
    }
    let before = pair.store.changes_of_directory().await.unwrap().0.len();
    pair.make(vec![Change::DeleteAccount(goes)]).await;
    // With what it said, its link and its passkey.
    assert_eq!(pair.store.changes_of_directory().await.unwrap().0.len(), before - 4);
    pair.make(vec![Change::DeleteProvider(ldap.id), Change::DeleteHandoff(waiting.id)]).await;
    let left = pair.directory.links_of(stays).map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(left, [at_oidc.id]);
}

async fn items_and_their_conflicts(place: &Place) {
    let store = TeamStore::open(place).await.unwrap();
    let ada = account("ada");
    let acme = organisation("Acme", &[ada.id]);
    let (shared, own) = (Space::Organisation(acme.id), Space::Personal(ada.id));
    let mut told = store.changes();
    let first = Write {
        changes: vec![Change::PutAccount(ada.clone()), Change::PutOrganisation(acme.clone())],
        items: vec![put(shared, 1, None, 1), put(shared, 2, None, 7), put(own, 1, None, 1)],
        audit: vec![entry("server.setUp")],
        checked: None,
    };
    assert_eq!(store.write(first).await.unwrap(), 1);
    let changed = told.recv().await.unwrap();
    assert_eq!((changed.revision, changed.directory, changed.everything), (1, true, false));
    let mut expected = vec![(shared, 1, id(1)), (shared, 1, id(2)), (own, 1, id(1))];
    expected.sort();
    assert_eq!(changed.items, expected);

    let again = vec![put(shared, 1, Some(1), 2)];
    assert_eq!(store.write(of_items(again.clone())).await.unwrap(), 2);
    let changed = told.recv().await.unwrap();
    assert_eq!((changed.revision, changed.directory, changed.items.len()), (2, false, 1));
    let kept = store.items(shared).await.unwrap();
    assert_eq!(kept.len(), 2);
    assert_eq!((kept[0].version, &kept[0].sealed[..]), (2, &b"item 1, version 2"[..]));
    assert_eq!(store.item(shared, 1, id(1)).await.unwrap(), [kept[0].clone()]);
    assert_eq!(store.item(own, 1, id(2)).await.unwrap(), []);

    // Whoever comes second is told, and nothing of what came with it is there.
    for wrong in [
        again[0].clone(),
        put(shared, 1, None, 9),
        put(shared, 2, Some(6), 8),
        put(shared, 3, Some(1), 2),
        put(own, 2, Some(1), 2),
    ] {
        let with = Write {
            changes: vec![Change::PutAccount(account("bob")), Change::DeleteOrganisation(acme.id)],
            items: vec![put(own, 4, None, 1), wrong.clone()],
            audit: vec![entry("entry.edit")],
            checked: None,
        };
        let with = Write { changes: with.changes[..1].to_vec(), ..with };
        let (before, items) =
            (store.changes_of_directory().await.unwrap(), snapshot(&store, own).await);
        match store.write(with).await {
            Err(StoreError::Conflict { space, kind: 1, id }) => {
                let ItemChange::Put { space: its, id: which, .. } = wrong else { panic!() };
                assert_eq!((space, id), (its, which));
            }
            other => panic!("{wrong:?}: {other:?}"),
        }
        assert_eq!(store.changes_of_directory().await.unwrap(), before);
        assert_eq!(snapshot(&store, own).await, items);
        assert_eq!(store.audit_head().await.unwrap().seq, 1);
    }
    let nobody = store.write(of_items(vec![put(Space::Personal(AccountId::new()), 1, None, 1)]));
    assert!(matches!(nobody.await, Err(StoreError::Gone(_))));
    let back = store.write(of_items(vec![put(shared, 1, Some(2), 2)])).await;
    assert!(matches!(back, Err(StoreError::Database(_))), "{back:?}");

    let delete = |number| ItemChange::Delete { space: shared, kind: 1, id: id(number) };
    store.write(of_items(vec![delete(2), delete(5), put(shared, 2, None, 8)])).await.unwrap();
    assert_eq!(store.item(shared, 1, id(2)).await.unwrap()[0].version, 8);
    assert_eq!(told.recv().await.unwrap().items.len(), 2);

    // What belongs to somebody goes with them, and is told.
    store.write(of_changes(vec![Change::DeleteAccount(ada.id)])).await.unwrap();
    assert_eq!(store.items(own).await.unwrap(), []);
    assert_eq!(told.recv().await.unwrap().items, [(own, 1, id(1))]);
    let many = (10..1_200).map(|number| put(shared, number, None, 1)).collect();
    store.write(of_items(many)).await.unwrap();
    assert!(told.recv().await.unwrap().everything);
    store.write(of_changes(vec![Change::DeleteOrganisation(acme.id)])).await.unwrap();
    assert_eq!(store.items(shared).await.unwrap(), []);
    store.close().await;
}

async fn snapshot(store: &TeamStore, space: Space) -> String {
    format!("{:?}", store.items(space).await.unwrap())
}

async fn small_things(place: &Place) {
    let store = TeamStore::open(place).await.unwrap();
    // Numbers: one count for each kind, for ever.
    assert_eq!(store.number(Numbered::Entry, id(5)).await.unwrap(), 1);
    assert_eq!(store.number(Numbered::Folder, id(5)).await.unwrap(), 1);
    assert_eq!(store.number(Numbered::Entry, id(6)).await.unwrap(), 2);
    let several = vec![id(6), id(8), id(5), id(9), id(8)];
    assert_eq!(store.numbers_of(Numbered::Entry, several).await.unwrap(), [2, 3, 1, 4, 3]);
    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.number(Numbered::Identity, id(number / 2)).await })
        })
        .collect();
    let mut given = Vec::new();
    for task in tasks {
        given.push(task.await.unwrap().unwrap());
    }
    assert!(given.chunks(2).all(|pair| pair[0] == pair[1]), "{given:?}");
    given.sort_unstable();
    given.dedup();
    assert_eq!(given, (1..=20).collect::<Vec<_>>());
    store.ping().await.unwrap();
    let before = store.numbers().await.unwrap();
    store.close().await;
    let store = TeamStore::open(place).await.unwrap();
    assert_eq!(store.numbers().await.unwrap(), before);
    assert_eq!(before.len(), 25);
    assert_eq!(store.number(Numbered::Entry, id(10)).await.unwrap(), 5);

    // Named values.
    assert_eq!(store.setting("key").await.unwrap(), None);
    store.set_setting("key", &[0, 255]).await.unwrap();
    store.set_setting("key", b"").await.unwrap();
    assert_eq!(store.setting("key").await.unwrap(), Some(Vec::new()));
    assert_eq!(store.settle_setting("id", b"first").await.unwrap(), b"first");
    assert_eq!(store.settle_setting("id", b"second").await.unwrap(), b"first");

    // Last uses go forwards only.
    let ada = account("ada");
    let (signed, token) = (sign_in(ada.id), token(ada.id));
    store
        .write(of_changes(vec![
            Change::PutAccount(ada),
            Change::PutSignIn(signed.clone()),
            Change::PutToken(token.clone()),
        ]))
        .await
        .unwrap();
    let (_, revision) = store.changes_of_directory().await.unwrap();
    let from = |address: &str, at| Use::Token(token.id, Timestamp(at), address.to_owned());
    store
        .used(vec![
            Use::SignIn(signed.id, Timestamp(500)),
            Use::SignIn(signed.id, Timestamp(400)),
            from("192.0.2.1", 600),
            from("192.0.2.2", 599),
            Use::Token(TokenId::new(), Timestamp(1), String::new()),
        ])
        .await
        .unwrap();
    store.used(Vec::new()).await.unwrap();
    let kept = stored(&store).await;
    assert_eq!(kept.sign_in(signed.id).unwrap().last_used, Timestamp(500));
    let kept = kept.token(token.id).unwrap().clone();
    assert_eq!(
        (kept.last_used, kept.last_address.as_deref()),
        (Some(Timestamp(600)), Some("192.0.2.1"))
    );
    assert_eq!(store.changes_of_directory().await.unwrap().1, revision);

    // Records come back as they were, with what other people put into them.
    let entries = vec![
        Entry {
            actor: Actor::Token { token: token.id, account: token.account },
            object: Some("entry:1".to_owned()),
            address: Some("192.0.2.9".to_owned()),
            reason: Some("Ticket 7 — „dringend“".to_owned()),
            outcome: Outcome::Refused,
            ..entry("entry.edit")
        },
        Entry { actor: Actor::Account { account: token.account }, ..entry("session.open") },
        Entry { actor: Actor::Nobody, detail: Some("name a\0b".to_owned()), ..entry("signIn") },
    ];
    store.write(Write { audit: entries.clone(), ..Write::default() }).await.unwrap();
    let records = store.audit(1, 10).await.unwrap();
    assert_eq!(
        records[..2].iter().map(|one| &one.entry).collect::<Vec<_>>(),
        [&entries[0], &entries[1]]
    );
    assert_eq!(records[2].entry.detail.as_deref(), Some("name a\u{fffd}b"));
    assert_eq!(store.audit(2, 1).await.unwrap(), [records[1].clone()]);
    assert_eq!(good_log(&store).await.head.seq, 3);
    let key = CheckpointKey::from_seed(&[3; 32]);
    let checkpoint = Checkpoint::sign(records[1].head(), Timestamp(4), &key);
    store.put_checkpoint(checkpoint).await.unwrap();
    store.put_checkpoint(checkpoint).await.unwrap();
    assert_eq!(store.last_checkpoint().await.unwrap(), Some(checkpoint.seq));
    assert_eq!(store.checkpoints().await.unwrap(), [checkpoint]);
    store.close().await;
}

/// What somebody began to act as others ends with the sign-in it was begun by, or with the account.
async fn acting_comes_and_goes(pair: &mut Pair, by: &SignIn, [bob, cyn]: [AccountId; 2]) {
    let (dan, eve) = (account("dan"), account("eve"));
    let (dans, again) = (sign_in(dan.id), sign_in(by.account));
    let begun = vec![
        Change::PutAccount(dan.clone()),
        Change::PutAccount(eve.clone()),
        Change::PutSignIn(dans.clone()),
        Change::PutSignIn(again.clone()),
        Change::PutSignIn(acting(bob, by.id)),
        Change::PutSignIn(acting(cyn, again.id)),
        Change::PutSignIn(acting(cyn, dans.id)),
        Change::PutSignIn(acting(eve.id, by.id)),
    ];
    pair.make(begun).await;
    assert_eq!(pair.directory.acting().count(), 4);
    pair.make(vec![Change::DeleteSignIn(again.id)]).await;
    assert_eq!(pair.directory.acting().count(), 3);
    pair.make(vec![Change::DeleteAccount(dan.id)]).await;
    assert_eq!(pair.directory.acting().count(), 2);
    pair.make(vec![Change::DeleteAccount(eve.id)]).await;
    let left = pair.directory.acting().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(left.len(), 1);
    pair.make(vec![Change::DeleteSignIn(left[0])]).await;
    assert!(pair.directory.sign_in(by.id).is_some());
}

/// What is looked for is found, newest first and in pages.
async fn found_in_the_log(place: &Place) {
    let store = TeamStore::open(place).await.unwrap();
    let before = store.audit_head().await.unwrap().seq;
    let (ada, bob) = (AccountId::new(), AccountId::new());
    let (lab, works) = (OrganisationId::new(), OrganisationId::new());
    let by = |who, action: &str| Entry { actor: Actor::Account { account: who }, ..entry(action) };
    let token = Actor::Token { token: TokenId::new(), account: ada };
    let audit = vec![
        Entry { organisation: Some(lab), at: Timestamp(100), ..by(ada, "session.open") },
        Entry { object: Some("entry:1".to_owned()), at: Timestamp(200), ..by(bob, "session_x") },
        Entry {
            organisation: Some(works),
            actor: token,
            at: Timestamp(300),
            ..entry("role.create")
        },
        Entry {
            actor: Actor::Nobody,
            outcome: Outcome::Refused,
            at: Timestamp(400),
            ..entry("account.sign_in")
        },
        Entry {
            detail: Some("100 % ÜBER_all! Ärger".to_owned()),
            at: Timestamp(500),
            ..entry("server.note")
        },
        Entry { acting_as: Some(bob), at: Timestamp(600), ..by(ada, "member.remove") },
    ];
    store.write(Write { audit, ..Write::default() }).await.unwrap();
    let look = async |wanted: Find| -> Vec<i64> {
        let wanted = Find { after: before, ..wanted };
        let found = store.find_audit(&wanted, 10).await.unwrap();
        assert_eq!((found.next, found.head), (None, before + 6));
        found.records.iter().map(|one| one.seq - before).collect()
    };
    let any = Find::default;
    assert_eq!(look(any()).await, [6, 5, 4, 3, 2, 1]);
    assert_eq!(look(Find { organisation: Some(lab), ..any() }).await, [1]);
    assert_eq!(look(Find { who: Some(Doer::Account(ada)), ..any() }).await, [6, 3, 1]);
    assert_eq!(look(Find { who: Some(Doer::Account(bob)), ..any() }).await, [6, 2]);
    assert_eq!(look(Find { who: Some(Doer::Server), ..any() }).await, [5]);
    assert_eq!(look(Find { who: Some(Doer::Nobody), ..any() }).await, [4]);
    assert_eq!(look(Find { outcome: Some(Outcome::Refused), ..any() }).await, [4]);
    assert_eq!(look(Find { object: Some("entry:1".to_owned()), ..any() }).await, [2]);
    let actions = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    assert_eq!(look(Find { actions: actions(&["session."]), ..any() }).await, [1]);
    assert_eq!(look(Find { actions: actions(&["session"]), ..any() }).await, [0_i64; 0]);
    let several = actions(&["role.", "account.sign_in"]);
    assert_eq!(look(Find { actions: several, ..any() }).await, [4, 3]);
    let (since, until) = (Some(Timestamp(200)), Some(Timestamp(400)));
    assert_eq!(look(Find { since, until, ..any() }).await, [3, 2]);
    // Letters of ASCII in either case, others as they are; what means something to LIKE means nothing here.
    for (text, expected) in [
        ("Sign_IN", vec![4]),
        ("100 % ", vec![5]),
        ("über_ALL!", vec![]),
        ("ÜBER_ALL! Ä", vec![5]),
        ("session%x", vec![]),
    ] {
        let text = Some(text.to_owned());
        assert_eq!(look(Find { text: text.clone(), ..any() }).await, expected, "{text:?}");
    }
    // In pages, each as long as asked for.
    let page = store.find_audit(&Find { after: before, ..any() }, 2).await.unwrap();
    assert_eq!(
        page.records.iter().map(|one| one.seq).collect::<Vec<_>>(),
        [before + 6, before + 5]
    );
    assert_eq!((page.next, page.back_to), (Some(before + 5), Some(Timestamp(500))));
    let wanted = Find { after: before, before: page.next, ..any() };
    let rest = store.find_audit(&wanted, 4).await.unwrap();
    assert_eq!(
        rest.records.iter().map(|one| one.seq).collect::<Vec<_>>(),
        [before + 4, before + 3, before + 2, before + 1]
    );
    assert_eq!(rest.next, None);
    store.close().await;
}

/// Many write at once, on PostgreSQL over two nodes: revisions and records have one order, and all are told in it.
async fn one_order_of_writes(place: &Place) {
    let store = TeamStore::open(place).await.unwrap();
    let other = match place {
        Place::Sqlite(_) => store.clone(),
        Place::Postgres(_) => TeamStore::open(place).await.unwrap(),
    };
    let ada = account("many");
    let first = of_changes(vec![Change::PutAccount(ada.clone())]);
    let start = store.write(first).await.unwrap();
    let seq = store.audit_head().await.unwrap().seq;
    let mut told = [store.changes(), other.changes()];
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let store = if task % 2 == 0 { store.clone() } else { other.clone() };
            let space = Space::Personal(ada.id);
            tokio::spawn(async move {
                let mut revisions = Vec::new();
                for number in 0..10 {
                    let name = format!("{task}.{number}");
                    let write = Write {
                        items: vec![put(space, task * 100 + number, None, 1)],
                        audit: vec![entry(&name), entry("second")],
                        ..Write::default()
                    };
                    revisions.push((store.write(write).await.unwrap(), name));
                }
                assert!(revisions.is_sorted());
                revisions
            })
        })
        .collect();
    let mut revisions = Vec::new();
    for task in tasks {
        revisions.extend(task.await.unwrap());
    }
    revisions.sort();
    let numbers: Vec<i64> = revisions.iter().map(|(revision, _)| *revision).collect();
    assert_eq!(numbers, (start + 1..=start + 80).collect::<Vec<_>>());
    assert_eq!(good_log(&other).await.head.seq, seq + 160);
    let mut records = store.audit(seq + 1, 160).await.unwrap();
    records.retain(|record| record.entry.action != "second");
    let order: Vec<String> = records.into_iter().map(|record| record.entry.action).collect();
    assert_eq!(order, revisions.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>());
    for told in &mut told {
        for revision in &numbers {
            let changed = loop {
                // Another node may still have been about to tell of the first write.
                let changed = told.recv().await.unwrap();
                if changed.revision > start {
                    break changed;
                }
            };
            assert_eq!((changed.revision, changed.items.len()), (*revision, 1));
        }
    }
    if let Place::Postgres(_) = place {
        other.close().await;
    }
    store.close().await;
}

/// What is at one place is moved to another by a backup.
async fn moves(from: &Place, to: &Place, backup: &Path) {
    let store = TeamStore::open(from).await.unwrap();
    let (ada, ben) = (account("mover"), account("moved"));
    let space = Space::Personal(ada.id);
    let signed = sign_in(ada.id);
    store
        .write(Write {
            changes: vec![
                Change::PutAccount(ada.clone()),
                Change::PutAccount(ben.clone()),
                Change::PutToken(token(ada.id)),
                Change::PutSignIn(signed.clone()),
                Change::PutSignIn(acting(ben.id, signed.id)),
                // From now on it may lie behind the one that refers to it.
                Change::PutSignIn(signed),
            ],
            items: (0..150).map(|number| put(space, number, None, 1)).collect(),
            audit: vec![Entry { acting_as: Some(ben.id), ..entry("moved") }],
            checked: None,
        })
        .await
        .unwrap();
    store.number(Numbered::Account, *ada.id.as_bytes()).await.unwrap();
    store.set_setting("moved", &[1, 2, 3]).await.unwrap();
    // As another process does it while this one has the database open.
    backup_of(from, backup).await.unwrap();
    assert!(matches!(store.backup(backup).await, Err(StoreError::Exists { .. })));
    // What is written later is not in it.
    store.set_setting("later", b"x").await.unwrap();

    restore(backup, to).await.unwrap();
    let copy = TeamStore::open(to).await.unwrap();
    assert_eq!(
        copy.changes_of_directory().await.unwrap(),
        store.changes_of_directory().await.unwrap()
    );
    assert_eq!(copy.items(space).await.unwrap(), store.items(space).await.unwrap());
    assert_eq!(copy.numbers().await.unwrap(), store.numbers().await.unwrap());
    assert_eq!(copy.audit(1, 1000).await.unwrap(), store.audit(1, 1000).await.unwrap());
    assert_eq!(copy.checkpoints().await.unwrap(), store.checkpoints().await.unwrap());
    assert_eq!(copy.setting("moved").await.unwrap(), Some(vec![1, 2, 3]));
    assert_eq!(copy.setting("later").await.unwrap(), None);

    // It goes on where the other was: revisions, records and numbers follow those of before.
    let (_, revision) = store.changes_of_directory().await.unwrap();
    let next = copy.write(Write { audit: vec![entry("on")], ..Write::default() }).await.unwrap();
    assert_eq!(next, revision + 1);
    good_log(&copy).await;
    let account = copy.number(Numbered::Account, id(77)).await.unwrap();
    assert_eq!(account, copy.number(Numbered::Account, *ada.id.as_bytes()).await.unwrap() + 1);
    copy.close().await;
    store.close().await;
}
