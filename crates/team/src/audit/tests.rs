#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
use super::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;

fn entry(action: &str) -> Entry {
    Entry {
        at: Timestamp(1_700_000_000_000),
        actor: Actor::Account { account: AccountId::from_bytes([1; 16]) },
        action: action.to_owned(),
        object: Some("entry:1".to_owned()),
        address: Some("192.0.2.1".to_owned()),
        reason: None,
        outcome: Outcome::Done,
        detail: None,
        organisation: None,
        acting_as: None,
    }
}

fn chain(entries: impl IntoIterator<Item = Entry>) -> Vec<Record> {
    let mut chain = Chain::default();
    entries.into_iter().map(|entry| chain.next(entry)).collect()
}

fn key() -> CheckpointKey {
    CheckpointKey::from_seed(&[7; 32])
}

fn sign(record: &Record) -> Checkpoint {
    Checkpoint::sign(record.head(), Timestamp(5), &key())
}

fn check(
    records: &[Record],
    checkpoints: &[Checkpoint],
    exported: Option<Head>,
) -> Result<Verified, Broken> {
    verify(records, checkpoints, &key().public(), exported)
}

/// Logs that were written must verify in every later version.
#[test]
fn the_hash_of_a_record_does_not_change() {
    let records = chain([
        entry("entry.edit"),
        Entry {
            actor: Actor::Token {
                token: TokenId::from_bytes([2; 16]),
                account: AccountId::from_bytes([3; 16]),
            },
            reason: Some("on call".to_owned()),
            outcome: Outcome::Refused,
            ..entry("secret.reveal")
        },
    ]);
    assert_eq!(
        records[1].head().to_string(),
        "2 bece908e458c32f085e044595349bf1d0ef8984cd6827a0bb3d372652d6818f3"
    );
    assert_eq!(records[1].previous, records[0].hash);
}

#[test]
fn an_entry_of_an_organisation_has_bytes_of_the_second_version() {
    let without = entry("entry.edit");
    let organisation = Some(OrganisationId::from_bytes([9; 16]));
    let with = Entry { organisation, ..without.clone() };
    let mut expected = without.to_bytes();
    expected[8] = 0x80;
    expected.splice(25..25, [9; 16]);
    assert_eq!(with.to_bytes(), expected);
    assert_eq!(Entry::from_bytes(&expected).unwrap(), with);
    assert!(Entry::from_bytes(&expected[..expected.len() - 16]).is_err());
}

#[test]
fn an_entry_of_somebody_who_acts_as_another_has_bytes_of_the_third_version() {
    let without = entry("entry.edit");
    let acting_as = Some(AccountId::from_bytes([8; 16]));
    let with = Entry { acting_as, ..without.clone() };
    let mut expected = without.to_bytes();
    expected[8] = 0x40;
    expected.splice(25..25, [8; 16]);
    assert_eq!(with.to_bytes(), expected);
    assert_eq!(Entry::from_bytes(&expected).unwrap(), with);
    // In an organisation, it stands behind that.
    let organisation = Some(OrganisationId::from_bytes([9; 16]));
    let both = Entry { organisation, ..with };
    expected[8] = 0xc0;
    expected.splice(25..25, [9; 16]);
    assert_eq!(both.to_bytes(), expected);
    assert_eq!(Entry::from_bytes(&expected).unwrap(), both);
    // Who it was done as cannot be taken out, or stand for the organisation.
    let json = serde_json::to_value(&both).unwrap();
    assert_eq!(json["as"], serde_json::json!(AccountId::from_bytes([8; 16])));
    let mut old = json;
    old.as_object_mut().unwrap().remove("as");
    assert_eq!(serde_json::from_value::<Entry>(old).unwrap().acting_as, None);
}

#[test]
fn an_empty_log_is_whole_unless_more_is_known() {
    assert_eq!(
        check(&[], &[], Some(Head::default())),
        Ok(Verified { head: Head::default(), checkpoints: 0, vouched: 0 })
    );
    let records = chain([entry("a"), entry("b")]);
    let cut = Err(Broken { seq: 1, how: How::Cut { known: 2 } });
    assert_eq!(check(&[], &[], Some(records[1].head())), cut);
    assert_eq!(check(&[], &[sign(&records[1])], None), cut);
}

#[test]
fn what_a_log_is_vouched_for_is_said() {
    let records = chain(["a", "b", "c"].map(entry));
    let checkpoints = [sign(&records[1]), sign(&records[0])];
    assert_eq!(
        check(&records, &checkpoints, None),
        Ok(Verified { head: records[2].head(), checkpoints: 2, vouched: 2 })
    );
    let whole = check(&records, &[], Some(records[2].head())).unwrap();
    assert_eq!((whole.checkpoints, whole.vouched), (0, 0));
}

#[test]
fn a_record_that_was_replaced_with_its_hash_does_not_fit_the_next() {
    let mut records = chain(["a", "b", "c"].map(entry));
    records[1].entry.action = "x".to_owned();
    records[1].hash = records[1].computed_hash();
    assert_eq!(check(&records, &[], None), Err(Broken { seq: 3, how: How::Unlinked }));
    let said = check(&records, &[], None).unwrap_err().to_string();
    assert_eq!(
        said,
        "The audit log was changed at record 3: it does not follow from the record before it, one of the two was replaced."
    );
}

#[test]
fn checkpoints_are_the_servers_or_refused() {
    let records = chain(["a", "b"].map(entry));
    let good = sign(&records[1]);
    assert!(good.is_signed_by(&key().public()));
    let other = CheckpointKey::generate().unwrap();
    let forged = [
        Checkpoint::sign(records[1].head(), Timestamp(5), &other),
        Checkpoint { seq: 1, ..good },
        Checkpoint { hash: records[0].hash, ..good },
        Checkpoint { at: Timestamp(6), ..good },
        Checkpoint { signature: [0; 64], ..good },
    ];
    for forged in forged {
        let refused = check(&records, &[sign(&records[0]), forged], None);
        assert_eq!(refused, Err(Broken { seq: forged.seq, how: How::Unsigned }));
    }
    // A checkpoint is not good under a key that is none.
    assert!(!good.is_signed_by(&[0; 32]));
    assert_eq!(format!("{other:?}"), "CheckpointKey(…)");
    let again = CheckpointKey::from_seed(other.seed().expose_secret());
    assert_eq!(again.public(), other.public());
}

/// Two checkpoints that the server signed for different records of one place: the log was put back in between.
#[test]
fn a_log_that_was_put_back_and_written_on_is_found() {
    let first = chain(["a", "b", "c"].map(entry));
    let second = chain(["a", "b", "x"].map(entry));
    let checkpoints = [sign(&first[0]), sign(&first[2]), sign(&second[2])];
    for records in [&first, &second] {
        let found = check(records, &checkpoints, None);
        assert_eq!(found, Err(Broken { seq: 3, how: How::Rewritten { after: 1 } }));
    }
}

#[test]
fn heads_and_records_come_back_from_text() {
    let records = chain(["a", "b"].map(entry));
    let head = records[1].head();
    assert_eq!(format!(" {head}\n").parse(), Ok(head));
    for bad in ["", "2", "2 ", "-1 00", "x 00", &head.to_string()[..60], &format!("{head}0")] {
        assert!(matches!(bad.parse::<Head>(), Err(TeamError::AuditUnreadable(_))), "{bad}");
    }
    let json = serde_json::to_string(&records[1]).unwrap();
    assert!(
        json.contains("\"kind\":\"account\"") && json.contains("\"outcome\":\"done\""),
        "{json}"
    );
    assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), records[1]);
}

fn actors() -> impl Strategy<Value = Actor> {
    prop_oneof![
        any::<[u8; 16]>().prop_map(|id| Actor::Account { account: AccountId::from_bytes(id) }),
        any::<([u8; 16], [u8; 16])>().prop_map(|(token, account)| Actor::Token {
            token: TokenId::from_bytes(token),
            account: AccountId::from_bytes(account),
        }),
        Just(Actor::Server),
        Just(Actor::Nobody),
    ]
}

fn entries() -> impl Strategy<Value = Entry> {
    let outcomes = prop_oneof![Just(Outcome::Done), Just(Outcome::Refused), Just(Outcome::Failed)];
    let text = || option::of(".{0,12}");
    let whose = option::of(any::<[u8; 16]>().prop_map(OrganisationId::from_bytes));
    let acting_as = option::of(any::<[u8; 16]>().prop_map(AccountId::from_bytes));
    let texts = (text(), text(), text(), text());
    (any::<i64>(), actors(), ".{0,12}", texts, outcomes, (whose, acting_as)).prop_map(
        |(at, actor, action, (object, address, reason, detail), outcome, of)| Entry {
            at: Timestamp(at),
            actor,
            action,
            object,
            address,
            reason,
            outcome,
            detail,
            organisation: of.0,
            acting_as: of.1,
        },
    )
}

#[derive(Clone, Debug)]
enum Damage {
    Alter(Index, u8),
    Drop(Index),
    Insert(Index, Index),
    Swap(Index, Index),
    Cut(Index),
}

fn damages() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 0_u8..11).prop_map(|(at, field)| Damage::Alter(at, field)),
        at().prop_map(Damage::Drop),
        (at(), at()).prop_map(|(from, to)| Damage::Insert(from, to)),
        (at(), at()).prop_map(|(a, b)| Damage::Swap(a, b)),
        at().prop_map(Damage::Cut),
    ]
}

impl Damage {
    fn to(&self, records: &mut Vec<Record>) {
        if records.is_empty() {
            return;
        }
        let place = |at: &Index, records: &[Record]| at.index(records.len());
        match self {
            Self::Alter(at, field) => {
                let at = place(at, records);
                alter(&mut records[at], *field);
            }
            Self::Drop(at) => drop(records.remove(place(at, records))),
            Self::Insert(from, to) => {
                let copy = records[place(from, records)].clone();
                records.insert(place(to, records), copy);
            }
            Self::Swap(a, b) => {
                let (a, b) = (place(a, records), place(b, records));
                records.swap(a, b);
            }
            Self::Cut(at) => records.truncate(place(at, records)),
        }
    }
}

fn alter(record: &mut Record, field: u8) {
    let entry = &mut record.entry;
    let more = |text: &mut Option<String>| *text = Some(text.take().unwrap_or_default() + "x");
    match field {
        0 => entry.at.0 = entry.at.0.wrapping_add(1),
        1 => entry.action.push('x'),
        2 => more(&mut entry.object),
        3 => more(&mut entry.address),
        4 => more(&mut entry.reason),
        5 => more(&mut entry.detail),
        6 => record.hash[31] ^= 1,
        7 => record.previous[0] ^= 1,
        8 => {
            let other = entry.organisation.is_none().then_some([1; 16]);
            entry.organisation = other.map(OrganisationId::from_bytes);
        }
        9 => {
            let other = entry.acting_as.is_none().then_some([1; 16]);
            entry.acting_as = other.map(AccountId::from_bytes);
        }
        _ => record.seq += 1,
    }
}

/// The place of the first record that is not what was written; none if nothing is different.
fn first_difference(written: &[Record], found: &[Record]) -> Option<usize> {
    let longest = written.len().max(found.len());
    (0..longest).find(|at| written.get(*at) != found.get(*at)).map(|at| at + 1)
}

proptest! {
    #[test]
    fn entries_come_back_from_their_bytes(entry in entries()) {
        prop_assert_eq!(Entry::from_bytes(&entry.to_bytes()), Ok(entry));
    }

    #[test]
    fn bytes_that_are_cut_or_longer_are_no_entry(entry in entries(), at: Index) {
        let bytes = entry.to_bytes();
        prop_assert!(Entry::from_bytes(&bytes[..at.index(bytes.len())]).is_err());
        prop_assert!(Entry::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn garbage_is_no_entry_that_is_written_otherwise(bytes in vec(any::<u8>(), 0..80)) {
        if let Ok(entry) = Entry::from_bytes(&bytes) {
            prop_assert_eq!(entry.to_bytes(), bytes);
        }
    }

    /// However a log is damaged, the first record that is not what was written is the one that is named.
    #[test]
    fn damage_is_found_where_it_is(
        entries in vec(entries(), 1..12),
        damages in vec(damages(), 0..4),
        signed in option::of(any::<Index>()),
    ) {
        let written = chain(entries);
        let head = written.last().unwrap().head();
        let checkpoints: Vec<_> = signed.iter().map(|at| sign(at.get(&written))).collect();
        let mut found = written.clone();
        damages.iter().for_each(|damage| damage.to(&mut found));
        let verified = check(&found, &checkpoints, Some(head));
        match first_difference(&written, &found) {
            None => prop_assert_eq!(verified.unwrap().head, head),
            Some(at) => prop_assert_eq!(verified.unwrap_err().seq, at as i64),
        }
        // Without any word from outside only what is whole and begins at the beginning goes through.
        if verify(&found, &[], &key().public(), None).is_ok() {
            prop_assert!(written.starts_with(&found));
        }
    }

    /// Whoever writes all the rest anew is found by the first checkpoint or exported head behind the damage.
    #[test]
    fn a_log_written_anew_is_found_by_what_vouches(
        entries in vec(entries(), 1..12),
        damages in vec(damages(), 1..4),
        signed in vec(any::<Index>(), 0..4),
        exported in option::of(any::<Index>()),
    ) {
        let written = chain(entries);
        let checkpoints: Vec<_> = signed.iter().map(|at| sign(at.get(&written))).collect();
        let exported = exported.map(|at| at.get(&written).head());
        let mut found = written.clone();
        damages.iter().for_each(|damage| damage.to(&mut found));
        let found = chain(found.into_iter().map(|record| record.entry));
        let difference = first_difference(&written, &found).map_or(i64::MAX, |at| at as i64);
        let mut vouched: Vec<i64> = checkpoints.iter().map(|one| one.seq).collect();
        vouched.extend(exported.map(|head| head.seq));
        vouched.sort_unstable();
        let after = vouched.iter().copied().filter(|seq| *seq < difference).max().unwrap_or(0);
        let length = found.len() as i64;
        let expected = vouched.iter().find(|seq| **seq >= difference).map(|first| {
            if *first <= length {
                Broken { seq: *first, how: How::Rewritten { after } }
            } else {
                let known = *vouched.last().unwrap();
                Broken { seq: length + 1, how: How::Cut { known } }
            }
        });
        prop_assert_eq!(check(&found, &checkpoints, exported).err(), expected);
    }
}
