//! The files in `testdata` were encrypted by another implementation of the same ciphers; the password is `geheim`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use crate::{ExchangeError, File, Format, Found, JumpTo, Options, Protocol, SignIn, read};
use patchbay_model::Secret;

fn parsed(text: &str, password: Option<&str>) -> Result<Found, ExchangeError> {
    let file = File { name: "confCons.xml".into(), bytes: text.into() };
    let password = password.map(|password| Secret::new(password.to_owned()));
    read(Format::MRemoteNg, &[file], &Options { password, ..Options::default() })
}

fn password(found: &Found, machine: usize) -> String {
    let at = found.machines[machine].sign_ins.as_ref().unwrap()[0];
    let SignIn::Draft(draft) = &found.sign_ins[at] else { panic!("a password") };
    draft.password.as_ref().unwrap().expose_secret().clone()
}

fn check(found: &Found) {
    assert_eq!(found.machines.len(), 3);
    let web = &found.machines[0];
    assert_eq!(web.draft.name, "web & more");
    assert_eq!((web.protocol.clone(), web.draft.settings.port), (Protocol::Ssh, Some(2222)));
    assert_eq!(web.draft.settings.user.as_deref(), Some("deploy"));
    assert_eq!(web.draft.notes, "The first");
    assert_eq!(web.jump, Some(JumpTo::Named { host: "gate".into(), port: None, user: None }));
    assert_eq!(found.folders[web.folder.unwrap()].draft.name, "Production");
    assert_eq!((password(found, 0), password(found, 1)), ("hunter2".into(), "other".into()));
    assert_eq!(found.machines[2].protocol, Protocol::Rdp);
    assert_eq!(found.machines[2].sign_ins, Some(vec![2]));
    let skipped: Vec<_> = found.skipped.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(skipped, ["nowhere"]);
}

const PLAIN: &str = include_str!("../../testdata/confcons-plain.xml");
const LOCKED: [&str; 4] = [
    include_str!("../../testdata/confcons-password.xml"),
    include_str!("../../testdata/confcons-full.xml"),
    include_str!("../../testdata/confcons-old.xml"),
    include_str!("../../testdata/confcons-old-full.xml"),
];

#[test]
fn a_file_without_a_password_of_its_own() {
    check(&parsed(PLAIN, None).unwrap());
    check(&parsed(PLAIN, Some("not needed")).unwrap());
}

#[test]
fn files_with_a_password() {
    for text in LOCKED {
        assert_eq!(parsed(text, None).unwrap_err(), ExchangeError::PasswordNeeded);
        assert_eq!(parsed(text, Some("wrong")).unwrap_err(), ExchangeError::PasswordWrong);
        check(&parsed(text, Some("geheim")).unwrap());
    }
}

#[test]
fn a_damaged_password_is_left_out_and_the_machine_is_not() {
    let at = PLAIN.find("Password=\"").unwrap() + 30;
    let mut damaged = PLAIN.to_owned();
    damaged.replace_range(at..at + 4, "AAAA");
    let found = parsed(&damaged, None).unwrap();
    assert_eq!(found.machines[0].sign_ins, None);
    assert!(found.skipped[0].reason.contains("cannot be decrypted"));
}

#[test]
fn files_that_are_something_else_or_hostile() {
    let bomb =
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\">]><Connections Name=\"&a;\"/>";
    assert!(parsed(bomb, None).unwrap_err().to_string().contains("document type"));
    assert!(
        parsed("<Connections><Node Name=\"&a;\" Type=\"Connection\"/></Connections>", None)
            .is_err()
    );
    assert!(parsed("<html/>", None).is_err());
    assert!(parsed("", None).is_err());
    let deep = format!("<Connections>{}", "<Node Type=\"Container\" Name=\"x\">".repeat(1000));
    assert!(matches!(parsed(&deep, None), Err(ExchangeError::TooMuch(_))));
    let dear = PLAIN.replace("KdfIterations=\"1000\"", "KdfIterations=\"4000000000\"");
    assert!(matches!(parsed(&dear, None), Err(ExchangeError::TooMuch(_))));
}
