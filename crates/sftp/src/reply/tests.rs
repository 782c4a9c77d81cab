#![allow(clippy::unwrap_used)]
use super::*;
use crate::codec::Draft;
use proptest::{collection::vec, prelude::*};

fn packet(draft: Draft, id: u32) -> Bytes {
    let (head, payload) = draft.numbered(id);
    Bytes::from([head, payload].concat()).slice(4..)
}

fn entry() -> impl Strategy<Value = DirEntry> {
    (vec(any::<u8>(), 0..40), any::<Option<u64>>(), any::<Option<u32>>()).prop_map(
        |(name, size, permissions)| DirEntry {
            name,
            attributes: Attributes { size, permissions, ..Attributes::default() },
        },
    )
}

fn reply() -> impl Strategy<Value = (Reply, Draft)> {
    let bytes = || vec(any::<u8>(), 1..=256).prop_map(Bytes::from);
    prop_oneof![
        (any::<u32>(), "[a-z ]{0,60}[a-z]").prop_map(|(code, message)| {
            let draft = Draft::new(kind::STATUS).u32(code).string(message.as_bytes()).string(b"en");
            (Reply::Status { code: StatusCode::from_wire(code), message }, draft)
        }),
        bytes().prop_map(|b| (Reply::Handle(b.clone()), Draft::new(kind::HANDLE).payload(b))),
        bytes().prop_map(|b| (Reply::Data(b.clone()), Draft::new(kind::DATA).payload(b))),
        vec(entry(), 1..20).prop_map(|names| {
            let mut draft = Draft::new(kind::NAME).u32(u32::try_from(names.len()).unwrap());
            for entry in &names {
                draft = draft.string(&entry.name).string(b"long").attributes(&entry.attributes);
            }
            (Reply::Names(names), draft)
        }),
        any::<Option<u64>>().prop_map(|size| {
            let attributes = Attributes { size, ..Attributes::default() };
            (Reply::Attributes(attributes), Draft::new(kind::ATTRS).attributes(&attributes))
        }),
        any::<u32>().prop_map(|value| {
            let bytes = Bytes::copy_from_slice(&value.to_be_bytes());
            (Reply::Extended(bytes), Draft::new(kind::EXTENDED_REPLY).u32(value))
        }),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read((reply, draft) in reply(), id in any::<u32>()) {
        prop_assert_eq!(Reply::decode(packet(draft, id)).unwrap(), (id, reply));
    }

    #[test]
    fn every_cut_is_refused((reply, draft) in reply(), cut in 1usize..400) {
        let whole = packet(draft, 1);
        let cut = whole.slice(..whole.len().saturating_sub(cut));
        let open_ended = matches!(reply, Reply::Status { .. } | Reply::Extended(_));
        prop_assert!(open_ended || Reply::decode(cut).is_err());
    }

    #[test]
    fn garbage_never_panics(kind in 100u8..=202, body in vec(any::<u8>(), 0..300)) {
        let mut bytes = vec![kind];
        bytes.extend(&body);
        let _ = Reply::decode(bytes.into());
        let _ = Reply::decode(body.into());
    }
}

#[test]
fn the_limits_hold() {
    let broken = |draft| Reply::decode(packet(draft, 1)).is_err();
    assert!(broken(Draft::new(kind::HANDLE).string(&[7; 257])));
    assert!(broken(Draft::new(kind::HANDLE).string(b"")));
    assert!(broken(Draft::new(kind::NAME).u32(0)));
    assert!(broken(Draft::new(kind::NAME).u32(u32::MAX).string(&[0; 100])));
    let many = Draft::new(kind::NAME).u32(MAX_NAMES + 1).string(&vec![0; 200_000]);
    assert!(broken(many));
    assert!(broken(Draft::new(kind::READ).u32(0)));
    assert!(broken(Draft::new(kind::ATTRS).attributes(&Attributes::default()).u32(0)));
}

#[test]
fn a_status_without_words_is_one() {
    let (_, reply) = Reply::decode(packet(Draft::new(kind::STATUS).u32(2), 1)).unwrap();
    assert_eq!(reply, Reply::Status { code: StatusCode::NoSuchFile, message: String::new() });
}
