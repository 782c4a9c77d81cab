//! What arguments are about, found without making copies of them: secrets come in here.

use patchbay_core::Ctx;
use patchbay_model::{ApiError, ErrorCode, NodeId, WorkspaceId};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Where something is kept, or goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// In this vault, or on this computer.
    Here,
    /// At a team server.
    There(WorkspaceId),
}

/// Something that arguments name.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) place: Place,
    /// It is the folder that a workspace is shown in.
    pub(super) is_root: bool,
    /// As it stands in the arguments.
    pub(super) text: String,
}

type Object<'a> = BTreeMap<String, &'a RawValue>;

/// What stands at these paths, by their order. A path is names with dots between, `*` for each of a list. One that begins
/// with `^` says in what something is or goes, and may name the folder of a workspace; others may not.
///
/// # Errors
/// If the folder of a workspace stands for a thing.
pub(super) fn find(ctx: &Ctx, args: &str, paths: &[&str]) -> Result<Vec<Named>, ApiError> {
    let mut found = Vec::new();
    for path in paths {
        let plain = path.trim_start_matches('^');
        let before = found.len();
        for raw in at(args, plain) {
            named(ctx, raw, &mut found);
        }
        let may_be_root = plain != *path;
        if !may_be_root && let Some(root) = found.iter().skip(before).find(|one| one.is_root) {
            return Err(is_root(ctx, root));
        }
    }
    Ok(found)
}

fn is_root(ctx: &Ctx, root: &Named) -> ApiError {
    let name = match root.place {
        Place::There(id) => ctx.core.workspaces().info(id).map(|info| info.name).ok(),
        Place::Here => None,
    };
    let message =
        format!("“{}” is a team server and no folder of its own.", name.unwrap_or_default());
    ApiError::new(ErrorCode::Invalid, message).next("Choose what is inside, or leave the server.")
}

fn named(ctx: &Ctx, raw: &RawValue, found: &mut Vec<Named>) {
    let text = raw.get();
    if let Ok(id) = serde_json::from_str::<NodeId>(text) {
        found.push(of_id(ctx, id, text));
    } else if let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(text) {
        list.into_iter().for_each(|one| named(ctx, one, found));
    } else if let Ok(place) = serde_json::from_str::<patchbay_model::FilePlace>(text) {
        match place {
            patchbay_model::FilePlace::Here => {
                found.push(Named { place: Place::Here, is_root: false, text: text.to_owned() })
            }
            patchbay_model::FilePlace::Machine { session } => {
                found.push(of_id(ctx, NodeId::from_bytes(*session.as_bytes()), text));
            }
        }
    }
}

/// Where a folder or machine is.
pub(super) fn of_node(ctx: &Ctx, id: NodeId) -> Named {
    of_id(ctx, id, "")
}

/// Ids of all kinds look alike, and no two things have the same.
fn of_id(ctx: &Ctx, id: NodeId, text: &str) -> Named {
    let workspaces = ctx.core.workspaces();
    let text = text.to_owned();
    if let Some(info) = workspaces.of_root(*id.as_bytes()) {
        return Named { place: Place::There(info.id), is_root: true, text };
    }
    let place = workspaces.owner(*id.as_bytes()).map_or(Place::Here, Place::There);
    Named { place, is_root: false, text }
}

/// What stands at a path.
fn at<'a>(args: &'a str, path: &str) -> Vec<&'a RawValue> {
    let Ok(whole) = serde_json::from_str::<&RawValue>(args) else { return Vec::new() };
    path.split('.').fold(vec![whole], |found, part| {
        let inside = found.into_iter().flat_map(|raw| match part {
            "*" => serde_json::from_str::<Vec<&RawValue>>(raw.get()).unwrap_or_default(),
            name => {
                let object = serde_json::from_str::<Object<'_>>(raw.get()).unwrap_or_default();
                object.get(name).copied().into_iter().collect()
            }
        });
        inside.collect()
    })
}

/// The ids at a path.
pub(super) fn ids(args: &str, path: &str) -> Vec<NodeId> {
    let found = at(args, path.trim_start_matches('^')).into_iter();
    found.filter_map(|raw| serde_json::from_str(raw.get()).ok()).collect()
}

/// One field, read.
pub(super) fn field<T: DeserializeOwned>(args: &str, name: &str) -> Option<T> {
    at(args, name).first().and_then(|raw| serde_json::from_str(raw.get()).ok())
}

/// The arguments with another value for a field.
pub(super) fn with(args: &str, name: &str, value: &str) -> Option<String> {
    let value = RawValue::from_string(value.to_owned()).ok()?;
    let mut object = serde_json::from_str::<Object<'_>>(args).ok()?;
    object.insert(name.to_owned(), &value);
    serde_json::to_string(&object).ok()
}

/// The arguments where, within a field, what names a node that is `root` is `{"kind": kind}` instead.
pub(super) fn with_kind(
    args: &str,
    name: &str,
    root: &str,
    kind: &str,
) -> Option<Zeroizing<String>> {
    let mut value: serde_json::Value = field(args, name)?;
    let whole = |one: &mut serde_json::Value| {
        if one.get("id").and_then(serde_json::Value::as_str) == Some(root) {
            *one = serde_json::json!({ "kind": kind });
        }
    };
    match &mut value {
        serde_json::Value::Array(all) => all.iter_mut().for_each(whole),
        other => other.get_mut("scope").into_iter().for_each(whole),
    }
    with(args, name, &value.to_string()).map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn texts(args: &str, path: &str) -> Vec<String> {
        at(args, path).into_iter().map(|raw| raw.get().to_owned()).collect()
    }

    #[test]
    fn paths_lead_through_objects_and_lists() {
        let args =
            r#"{ "id": 1, "place": { "session": "s" }, "all": [{ "id": 2 }, {}, { "id": 3 }] }"#;
        assert_eq!(texts(args, "id"), ["1"]);
        assert_eq!(texts(args, "place.session"), ["\"s\""]);
        assert_eq!(texts(args, "all.*.id"), ["2", "3"]);
        for none in ["nothing", "id.deeper", "place.*", "all.id"] {
            assert!(texts(args, none).is_empty(), "{none}");
        }
        assert!(texts("", "id").is_empty() && texts("[]", "id").is_empty());
    }

    #[test]
    fn a_field_is_put_in_place_of_another_one() {
        let changed = with(r#"{"a":{"x":1.50},"b":"secret"}"#, "a", "null").unwrap();
        assert_eq!(changed, r#"{"a":null,"b":"secret"}"#);
        let root = "0190d0f0-0000-7000-8000-000000000001";
        let args = format!(
            r#"{{"targets":[{{"kind":"node","id":"{root}"}},{{"kind":"tag","tag":"x"}}]}}"#
        );
        let changed = with_kind(&args, "targets", root, "everything").unwrap();
        assert_eq!(
            changed.as_str(),
            r#"{"targets":[{"kind":"everything"},{"kind":"tag","tag":"x"}]}"#
        );
    }
}
