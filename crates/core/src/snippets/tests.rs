//! Snippets in a real vault.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::{FilledSnippet, typed};
use crate::{
    Authorized, CoreError, Right, WholeVault,
    testing::{Fixture, field, secret},
};
use patchbay_model::{LockReason, ParameterKind, SnippetDraft, SnippetParameter, SnippetValues};

fn vault(fixture: &Fixture) -> Authorized<WholeVault> {
    fixture.ctx.authorize_vault(Right::Edit).unwrap()
}

fn draft(name: &str, body: &str, parameters: &[&str]) -> SnippetDraft {
    let parameters = parameters
        .iter()
        .map(|name| SnippetParameter { name: (*name).into(), ..SnippetParameter::default() })
        .collect();
    SnippetDraft { name: name.into(), body: body.into(), parameters, ..SnippetDraft::default() }
}

#[tokio::test]
async fn they_are_kept_in_the_vault_and_gone_when_deleted() {
    let fixture = Fixture::open().await;
    let snippets = fixture.core.snippets();
    let tail = snippets
        .save(&vault(&fixture), None, draft(" Tail ", "tail {{file}}\n\n", &["file"]))
        .await;
    let tail = tail.unwrap();
    assert_eq!((tail.draft.name.as_str(), tail.draft.body.as_str()), ("Tail", "tail {{file}}"));
    let disk = snippets.save(&vault(&fixture), None, draft("disk", "df -h", &[])).await.unwrap();
    let changed = SnippetDraft { append_enter: true, ..disk.draft.clone() };
    let changed = snippets.save(&vault(&fixture), Some(disk.id), changed).await.unwrap();

    let fixture = fixture.restarted();
    assert!(matches!(fixture.core.snippets().load().await, Err(CoreError::VaultLocked)));
    fixture.unlock().await;
    let snippets = fixture.core.snippets();
    assert_eq!(snippets.list(&vault(&fixture)).await.unwrap(), [changed.clone(), tail.clone()]);
    snippets.delete(&vault(&fixture), tail.id).await.unwrap();
    assert!(matches!(
        snippets.delete(&vault(&fixture), tail.id).await,
        Err(CoreError::NotFound(_))
    ));
    assert!(matches!(
        snippets.save(&vault(&fixture), Some(tail.id), tail.draft).await,
        Err(CoreError::NotFound(_))
    ));
    assert_eq!(snippets.list(&vault(&fixture)).await.unwrap(), [changed]);
    fixture.core.vault().lock(LockReason::Person, false);
}

#[tokio::test]
async fn what_does_not_fit_is_said_at_its_field() {
    let fixture = Fixture::open().await;
    let vault = vault(&fixture);
    let snippets = fixture.core.snippets();
    snippets.save(&vault, None, draft("Disk", "df -h", &[])).await.unwrap();
    let secret_default = SnippetDraft {
        parameters: vec![SnippetParameter {
            name: "pw".into(),
            takes: ParameterKind::Secret,
            default: "hunter2".into(),
            ..SnippetParameter::default()
        }],
        ..draft("secret", "x {{pw}}", &[])
    };
    let kept = snippets.save(&vault, None, secret_default).await.unwrap();
    assert_eq!(kept.draft.parameters[0].default, "", "a secret is never kept");
    let number = |min, max, default: &str| SnippetDraft {
        parameters: vec![SnippetParameter {
            name: "n".into(),
            takes: ParameterKind::Number { min, max },
            default: default.into(),
            ..SnippetParameter::default()
        }],
        ..draft("number", "{{n}}", &[])
    };
    let choice = SnippetDraft {
        parameters: vec![SnippetParameter {
            name: "c".into(),
            takes: ParameterKind::Choice { options: vec![" ".into()] },
            ..SnippetParameter::default()
        }],
        ..draft("choice", "{{c}}", &[])
    };
    for (at, bad) in [
        ("name", draft("", "x", &[])),
        ("name", draft("DISK", "x", &[])),
        ("body", draft("a", " \n", &[])),
        ("body", draft("a", "x\u{1b}[31m", &[])),
        ("body", draft("a", "{{nope}}", &[])),
        ("body", draft("a", "{{machine.colour}}", &[])),
        ("body", draft("a", &"x".repeat(70_000), &[])),
        ("parameters.0.name", draft("a", "x", &["unused"])),
        ("parameters.1.name", draft("a", "{{b}}", &["b", "b"])),
        ("parameters.0.name", draft("a", "{{b}}", &["b c"])),
        ("parameters.0.name", draft("a", "x", &["machine"])),
        ("parameters.0.takes", number(Some(3), Some(2), "")),
        ("parameters.0.default", number(Some(3), None, "2")),
        ("parameters.0.takes", choice),
    ] {
        assert_eq!(field(snippets.save(&vault, None, bad.clone()).await), at, "{bad:?}");
    }
}

#[tokio::test]
async fn a_preview_knows_the_machine_and_shows_no_secret() {
    let fixture = Fixture::open().await;
    let snippets = fixture.core.snippets();
    let wanted = SnippetDraft {
        parameters: vec![SnippetParameter {
            name: "pw".into(),
            takes: ParameterKind::Secret,
            required: true,
            ..SnippetParameter::default()
        }],
        ..draft("a", "login {{machine.user}}@{{machine.name}} {{pw}}", &[])
    };
    let saved = snippets.save(&vault(&fixture), None, wanted).await.unwrap();
    let none = SnippetValues::new();
    let preview = snippets.preview(&vault(&fixture), saved.id, &none, None).await.unwrap();
    assert_eq!(preview.text, "login {{machine.user}}@{{machine.name}} {{pw}}");
    assert_eq!(preview.problems[0].name, "pw");
    let values = SnippetValues::from([("pw".to_owned(), secret("hunter2"))]);
    let preview = snippets.preview(&vault(&fixture), saved.id, &values, None).await.unwrap();
    assert!(preview.problems.is_empty() && !preview.text.contains("hunter2"), "{preview:?}");
    let machine = fixture.add(None, "web 01").await;
    let facts = snippets.facts(&fixture.node(machine)).unwrap();
    assert_eq!(
        (facts.name.as_str(), facts.address.as_str(), facts.user.as_str()),
        ("web 01", "192.0.2.1", "me")
    );
    let filled = snippets.filled(&saved.draft, &values, Some(&facts)).unwrap();
    assert_eq!(filled.text.expose_secret(), "login me@'web 01' hunter2");
    assert!(filled.secret);
    assert_eq!(field(snippets.filled(&saved.draft, &none, None)), "values.pw");
}

#[test]
fn what_is_typed() {
    let filled = |text: &str, has: bool| FilledSnippet {
        text: secret(text),
        shown: String::new(),
        secret: has,
    };
    assert_eq!(&typed(&filled("a\nb", false), false, true)[..], b"a\rb\r");
    assert_eq!(&typed(&filled("a\nb", false), true, true)[..], b"\x1b[200~a\rb\x1b[201~\r");
    assert_eq!(&typed(&filled("a", true), true, false)[..], b" \x1b[200~a\x1b[201~");
}
