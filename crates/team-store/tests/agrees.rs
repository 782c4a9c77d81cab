//! Whatever changes are made, what is stored is what the directory in memory holds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs)]

mod common;

use common::*;
use patchbay_model::{AccountId, OrganisationId};
use patchbay_team::directory::{Directory, OWNER, VIEWER};
use patchbay_team::entity::{Change, RecoveryCode, Subject};
use patchbay_team_store::{Place, TeamStore};
use patchbay_testkit::{Postgres, postgres_or_skip};
use std::time::{SystemTime, UNIX_EPOCH};

const SEED: &str = "PATCHBAY_TEST_AGREES_SEED";

/// Picks among what is there (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }

    fn pick<T>(&mut self, from: impl IntoIterator<Item = T>) -> Option<T> {
        let mut all: Vec<T> = from.into_iter().collect();
        if all.is_empty() {
            return None;
        }
        let at = self.below(all.len());
        Some(all.swap_remove(at))
    }

    fn name(&mut self) -> String {
        format!("name-{}", self.below(8))
    }

    fn some(&mut self, from: impl IntoIterator<Item = AccountId>) -> Vec<AccountId> {
        from.into_iter().filter(|_| self.below(2) == 0).collect()
    }
}

/// Some change; what it refers to may be of another organisation, or may have nothing to do with it.
fn change(directory: &Directory, dice: &mut Dice) -> Option<Change> {
    let accounts: Vec<AccountId> = directory.accounts().map(|one| one.id).collect();
    let organisations: Vec<OrganisationId> = directory.organisations().map(|one| one.id).collect();
    let organisation = dice.pick(organisations.clone());
    let by = dice.pick(accounts.clone());
    Some(match dice.below(23) {
        0..=2 => {
            let mut new = account(&dice.name());
            new.operator = dice.below(2) == 0;
            Change::PutAccount(new)
        }
        3 => {
            let mut changed = dice.pick(directory.accounts())?.clone();
            changed.name = dice.name();
            changed.totp = (dice.below(2) == 0).then(|| vec![1, 2]);
            changed.operator = dice.below(2) == 0;
            Change::PutAccount(changed)
        }
        4 => Change::DeleteAccount(by?),
        5 | 6 => Change::PutOrganisation(self::organisation(&dice.name(), &dice.some(accounts))),
        7 | 8 => {
            let mut changed = directory.organisation(organisation?)?.clone();
            changed.members = dice.some(accounts).into_iter().collect();
            changed.name = dice.name();
            Change::PutOrganisation(changed)
        }
        9 if dice.below(3) == 0 => Change::DeleteOrganisation(organisation?),
        9 | 10 => Change::PutGroup(group(organisation?, &dice.name(), &dice.some(accounts))),
        11 => {
            let mut changed = dice.pick(directory.groups(organisation?))?.clone();
            changed.members = dice.some(accounts).into_iter().collect();
            Change::PutGroup(changed)
        }
        12 => Change::DeleteGroup(dice.pick(directory.groups(organisation?))?.id),
        13 => Change::PutRole(role(organisation.filter(|_| dice.below(4) > 0), &dice.name())),
        14 => Change::DeleteRole(dice.pick(directory.roles(organisation?))?.id),
        15 | 16 => {
            let there = organisation?;
            let everywhere = dice.pick(organisations)?;
            let group = dice.pick(directory.groups(everywhere)).map(|one| one.id);
            let subjects =
                [Some(Subject::Everyone), by.map(Subject::Account), group.map(Subject::Group)];
            let mut new = grant(there, dice.pick(subjects.into_iter().flatten())?);
            new.role = dice.pick(directory.roles(everywhere))?.id;
            Change::PutGrant(new)
        }
        17 => Change::DeleteGrant(dice.pick(directory.grants(organisation?))?.id),
        18 => {
            let mut new = invitation(organisation, by);
            new.role = organisation.and(dice.pick([None, Some(VIEWER), Some(OWNER)])?);
            Change::PutInvitation(new)
        }
        19 if dice.below(2) == 0 => {
            Change::PutSignIn(acting(by?, dice.pick(directory.sign_ins())?.id))
        }
        19 => Change::PutSignIn(sign_in(by?)),
        22 => Change::DeleteSignIn(dice.pick(directory.sign_ins())?.id),
        20 => Change::PutToken(token(by?)),
        _ => {
            let account = by?;
            let mut codes: Vec<_> =
                (0..dice.below(4)).map(|_| RecoveryCode { account, hash: hash() }).collect();
            codes.sort_by_key(|code| code.hash);
            Change::PutRecoveryCodes(account, codes)
        }
    })
}

async fn agree(place: &Place, seed: u64) {
    let store = TeamStore::open(place).await.unwrap();
    let (mut directory, mut dice) = (Directory::new(), Dice(seed | 1));
    let (mut made, mut refused) = (0, 0);
    while made < 250 {
        let Some(change) = change(&directory, &mut dice) else { continue };
        if directory.check(&change).is_err() {
            refused += 1;
            continue;
        }
        directory.apply(&change);
        store.write(of_changes(vec![change.clone()])).await.unwrap();
        made += 1;
        // Reading it all back takes longest: a deletion is looked at alone, the rest in passing.
        let deletes = format!("{change:?}").starts_with("Delete");
        if deletes || matches!(change, Change::PutOrganisation(_)) || made % 20 == 0 {
            let kept = format!("{:#?}", stored(&store).await);
            assert_eq!(kept, format!("{directory:#?}"), "after {made} changes, with {change:?}");
        }
    }
    println!("{made} changes were made, {refused} were refused");
    store.close().await;
}

fn seed() -> u64 {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    let seed = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or(u64::from(clock) << 8 | 1);
    println!("seed {seed}; give it as {SEED} to make the same changes again");
    seed
}

#[tokio::test]
async fn sqlite_and_the_directory_agree() {
    let folder = tempfile::tempdir().unwrap();
    agree(&Place::Sqlite(folder.path().join("team.db")), seed()).await;
}

#[tokio::test]
async fn postgres_and_the_directory_agree() {
    if !postgres_or_skip("random changes on PostgreSQL") {
        return;
    }
    let server = Postgres::start().await.unwrap();
    agree(&Place::Postgres(server.url()), seed()).await;
}
