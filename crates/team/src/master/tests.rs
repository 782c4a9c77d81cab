#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
use super::*;
use patchbay_model::{AccountId, OrganisationId};
use proptest::prelude::*;

const SERVER: [u8; 16] = [9; 16];

fn master() -> MasterKey {
    MasterKey::generate().unwrap().0
}

fn passphrase(text: &str) -> MasterKey {
    MasterKey::from_passphrase(Secret::new(text.to_owned()))
}

fn ours() -> Space {
    Space::Organisation(OrganisationId::from_bytes([1; 16]))
}

fn open(keys: &DataKeys, sealed: &[u8]) -> Result<Vec<u8>, TeamError> {
    keys.open(ours(), 1, [2; 16], 3, 4, sealed).map(|data| data.to_vec())
}

fn seal(keys: &DataKeys, data: &[u8]) -> Vec<u8> {
    keys.seal(ours(), 1, [2; 16], 3, 4, data).unwrap()
}

#[test]
fn a_sealed_item_stands_in_for_no_other() {
    let keys = DataKeys::generate(SERVER).unwrap();
    let sealed = seal(&keys, b"secret");
    assert_eq!(open(&keys, &sealed).unwrap(), b"secret");
    assert!(!sealed.windows(6).any(|part| part == b"secret"));
    let elsewhere = [
        keys.open(
            Space::Organisation(OrganisationId::from_bytes([8; 16])),
            1,
            [2; 16],
            3,
            4,
            &sealed,
        ),
        // The same bytes, of another kind of owner.
        keys.open(Space::Personal(AccountId::from_bytes([1; 16])), 1, [2; 16], 3, 4, &sealed),
        keys.open(ours(), 2, [2; 16], 3, 4, &sealed),
        keys.open(ours(), 1, [3; 16], 3, 4, &sealed),
        keys.open(ours(), 1, [2; 16], 4, 4, &sealed),
        keys.open(ours(), 1, [2; 16], 3, 5, &sealed),
        keys.open(ours(), 1, [2; 16], 3, -4, &sealed),
        keys.open_named("", &sealed),
    ];
    for refused in elsewhere {
        assert_eq!(refused, Err(TeamError::Unsealable));
    }
    let named = keys.seal_named("checkpoint key", b"seed").unwrap();
    assert_eq!(keys.open_named("checkpoint key", &named).unwrap().as_slice(), b"seed");
    for other in ["", "checkpoint ke", "checkpoint keys", "totp"] {
        assert_eq!(keys.open_named(other, &named), Err(TeamError::Unsealable));
    }
    let nowhere =
        keys.open(Space::Personal(AccountId::from_bytes([0; 16])), 0, [0; 16], 0, 0, &named);
    assert_eq!(nowhere, Err(TeamError::Unsealable));
}

/// What the first release sealed must open in every later one.
#[test]
fn data_sealed_by_the_first_release_opens() {
    let read = |text: &str| data_encoding::HEXLOWER.decode(text.trim().as_bytes()).unwrap();
    let master = MasterKey::from_text(&Secret::new("a5".repeat(32))).unwrap();
    let wrapped = read(include_str!("../../testdata/keys-v1.hex"));
    let keys = DataKeys::unwrap(SERVER, &wrapped, &master).unwrap();
    let item = read(include_str!("../../testdata/item-v1.hex"));
    assert_eq!(open(&keys, &item).unwrap(), b"hello");
    let named = read(include_str!("../../testdata/named-v1.hex"));
    assert_eq!(keys.open_named("checkpoint key", &named).unwrap().as_slice(), b"hello");
}

#[test]
fn every_flipped_bit_and_every_length_is_refused() {
    let keys = DataKeys::generate(SERVER).unwrap();
    let sealed = seal(&keys, b"secret");
    for bit in 0..sealed.len() * 8 {
        let mut flipped = sealed.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let refused = open(&keys, &flipped);
        let expected = if bit < 32 {
            matches!(refused, Err(TeamError::UnknownDataKey(_)))
        } else {
            refused == Err(TeamError::Unsealable)
        };
        assert!(expected, "{bit}: {refused:?}");
    }
    for length in 0..sealed.len() {
        assert!(open(&keys, &sealed[..length]).is_err());
    }
}

#[test]
fn a_wrong_master_key_is_said_to_be_wrong() {
    let keys = DataKeys::generate(SERVER).unwrap();
    let right = master();
    let wrapped = keys.wrap(&right).unwrap();
    let wrong = DataKeys::unwrap(SERVER, &wrapped, &master()).unwrap_err();
    assert_eq!(wrong, TeamError::WrongMasterKey);
    assert!(wrong.api_error().next_step.contains("last started with"));
    let other_server = DataKeys::unwrap([8; 16], &wrapped, &right).unwrap_err();
    assert_eq!(other_server, TeamError::WrongMasterKey);
    let kind = DataKeys::unwrap(SERVER, &wrapped, &passphrase("correct horse")).unwrap_err();
    assert_eq!(kind, TeamError::OtherMasterKey { passphrase: false });
}

#[test]
fn a_passphrase_is_a_master_key_too() {
    let keys = DataKeys::generate(SERVER).unwrap();
    let sealed = seal(&keys, b"secret");
    let wrapped = keys.wrap(&passphrase("correct horse")).unwrap();
    let opened = DataKeys::unwrap(SERVER, &wrapped, &passphrase("correct horse")).unwrap();
    assert_eq!(open(&opened, &sealed).unwrap(), b"secret");
    let wrong = DataKeys::unwrap(SERVER, &wrapped, &passphrase("correct horsf")).unwrap_err();
    assert_eq!(wrong, TeamError::WrongMasterKey);
    let kind = DataKeys::unwrap(SERVER, &wrapped, &master()).unwrap_err();
    assert_eq!(kind, TeamError::OtherMasterKey { passphrase: true });
}

#[test]
fn another_master_key_and_newer_data_keys_leave_old_items_readable() {
    let mut keys = DataKeys::generate(SERVER).unwrap();
    let first = seal(&keys, b"first");
    let old_master = master();
    let before = keys.wrap(&old_master).unwrap();

    assert_eq!(keys.add(), Ok(2));
    let second = seal(&keys, b"second");
    assert_eq!((DataKeys::key_of(&first), DataKeys::key_of(&second)), (Some(1), Some(2)));
    assert_eq!(keys.newest(), 2);

    let new_master = master();
    let after = keys.wrap(&new_master).unwrap();
    assert_eq!(
        DataKeys::unwrap(SERVER, &after, &old_master).unwrap_err(),
        TeamError::WrongMasterKey
    );
    let opened = DataKeys::unwrap(SERVER, &after, &new_master).unwrap();
    assert_eq!(open(&opened, &first).unwrap(), b"first");
    assert_eq!(open(&opened, &second).unwrap(), b"second");
    assert_eq!(DataKeys::key_of(&seal(&opened, b"third")), Some(2));

    // The wrap from before knows nothing of the newer key, and says so.
    let older = DataKeys::unwrap(SERVER, &before, &old_master).unwrap();
    assert_eq!(open(&older, &first).unwrap(), b"first");
    assert_eq!(open(&older, &second), Err(TeamError::UnknownDataKey(2)));
}

#[test]
fn wrapped_keys_that_were_changed_are_refused() {
    let mut keys = DataKeys::generate(SERVER).unwrap();
    keys.add().unwrap();
    let master = master();
    let wrapped = keys.wrap(&master).unwrap();
    let one = (wrapped.len() - 2) / 2;
    for bit in 0..wrapped.len() * 8 {
        let mut flipped = wrapped.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(DataKeys::unwrap(SERVER, &flipped, &master).is_err(), "{bit}");
    }
    // Where the first key opens, the master key is right and the rest is damaged.
    let mut late = wrapped.clone();
    *late.last_mut().unwrap() ^= 1;
    assert_eq!(DataKeys::unwrap(SERVER, &late, &master).unwrap_err(), TeamError::KeysDamaged);
    for length in (0..wrapped.len()).filter(|length| *length != 2 + one) {
        let cut = DataKeys::unwrap(SERVER, &wrapped[..length], &master);
        assert_eq!(cut.unwrap_err(), TeamError::KeysDamaged);
    }
    let (head, rest) = wrapped.split_at(2);
    let (first, second) = rest.split_at(one);
    for mixed in [[head, second, first].concat(), [head, first, first].concat()] {
        assert!(DataKeys::unwrap(SERVER, &mixed, &master).is_err());
    }
    // A key does not open under another number.
    let mut renumbered = second.to_vec();
    renumbered[3] = 3;
    let renumbered = [head, first, &renumbered].concat();
    assert_eq!(DataKeys::unwrap(SERVER, &renumbered, &master).unwrap_err(), TeamError::KeysDamaged);
}

#[test]
fn master_keys_are_read_as_they_are_made() {
    let (key, text) = MasterKey::generate().unwrap();
    let read = |text: &str| MasterKey::from_text(&Secret::new(text.to_owned()));
    let MasterKey::Key(made) = &key else { panic!("a key is made") };
    let hexadecimal = data_encoding::HEXUPPER.encode(made.expose_secret());
    let text = text.expose_secret();
    for written in [
        text.clone(),
        format!("{text}\n"),
        text.trim_end_matches('=').to_owned(),
        hexadecimal.clone(),
        hexadecimal.to_lowercase(),
    ] {
        let Ok(MasterKey::Key(read)) = read(&written) else { panic!("{written}") };
        assert_eq!(read.expose_secret(), made.expose_secret());
    }
    for bad in ["", "correct horse", &text[1..], &hexadecimal[2..], &format!("{text}AAAA"), "ä"] {
        assert_eq!(read(bad).unwrap_err(), TeamError::MasterKeyMalformed, "{bad}");
    }
    assert_eq!(format!("{key:?}"), "MasterKey(…)");
    assert_eq!(format!("{:?}", DataKeys::generate(SERVER).unwrap()), "DataKeys(1 to 1)");
}

proptest! {
    #[test]
    fn whatever_is_sealed_comes_back_in_its_place_alone(
        data in proptest::collection::vec(any::<u8>(), 0..300),
        place: (u8, [u8; 16], u8, i64),
        other: (u8, [u8; 16], u8, i64),
    ) {
        let keys = DataKeys::generate(SERVER).unwrap();
        let sealed = keys.seal(ours(), place.0, place.1, place.2, place.3, &data).unwrap();
        let opened = keys.open(ours(), place.0, place.1, place.2, place.3, &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), data.as_slice());
        let moved = keys.open(ours(), other.0, other.1, other.2, other.3, &sealed);
        prop_assert_eq!(moved.is_ok(), place == other);
    }

    #[test]
    fn garbage_is_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let keys = DataKeys::generate(SERVER).unwrap();
        prop_assert!(open(&keys, &bytes).is_err());
        prop_assert!(DataKeys::unwrap(SERVER, &bytes, &master()).is_err());
    }
}
