//! What an answer of a workspace means here: whose it is, where it lies in this tree, and how its bytes are reached.

use patchbay_core::Ctx;
use patchbay_model::{
    ApiError, AppEvent, Attachment, ErrorCode, NodeId, RunInfo, SessionInfo, TaskInfo, WorkspaceId,
    WorkspaceInfo,
};
use serde_json::{Value, json};

/// What an answer has that means something else here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Holds {
    /// A session.
    Session,
    /// A task on files.
    Task,
    /// A run.
    Run,
    /// An identity.
    Identity,
    /// A folder or machine, with the folder it is in.
    Node,
    /// A way to bytes, and nothing else.
    Attachment,
    /// A way to bytes in `attachment`.
    Attached,
    /// Ids of things that are its own from now on.
    Ids,
    /// Nothing.
    Nothing,
}

fn holds(command: &str) -> Holds {
    match command {
        "session_open"
        | "session_reconnect"
        | "session_rename"
        | "session_test"
        | "session_record"
        | "session_record_stop" => Holds::Session,
        "files_copy" | "files_delete" | "files_set_mode_inside" | "task_retry" | "task_verify" => {
            Holds::Task
        }
        "run_start" | "run_retry" | "run_again" => Holds::Run,
        "identity_save" | "identity_generate_key" | "identity_ask_on_use" => Holds::Identity,
        "node_get" | "node_new_detail" | "entry_save" | "folder_save" => Holds::Node,
        "session_attach" | "recording_attach" => Holds::Attachment,
        "files_picture" | "recording_picture" => Holds::Attached,
        "nodes_duplicate" | "nodes_delete" | "snippet_save" | "trigger_save" | "recording_play"
        | "recording_rename" | "recording_search" => Holds::Ids,
        _ => Holds::Nothing,
    }
}

/// The answer of a workspace as an answer of here.
pub(super) fn settled(
    ctx: &Ctx,
    info: &WorkspaceInfo,
    command: &str,
    answer: String,
) -> Result<String, ApiError> {
    let holds = holds(command);
    if holds == Holds::Nothing {
        return Ok(answer);
    }
    let strange = |_| strange(info, command);
    let mut value: Value = serde_json::from_str(&answer).map_err(strange)?;
    match holds {
        Holds::Session => {
            value = of(value, info.id);
            let session: SessionInfo = read(&value).map_err(strange)?;
            ctx.core.workspaces().heard(info.id, AppEvent::Session { session: Box::new(session) });
        }
        Holds::Task => {
            let task: TaskInfo = read(&value).map_err(strange)?;
            ctx.core.workspaces().heard(info.id, AppEvent::Task { task: Box::new(task) });
        }
        Holds::Run => {
            let run: RunInfo = read(&value).map_err(strange)?;
            ctx.core.workspaces().heard(info.id, AppEvent::Run { run: Box::new(run) });
        }
        Holds::Identity => {
            value = of(value, info.id);
            claim(ctx, info.id, &value);
        }
        Holds::Node => {
            claim(ctx, info.id, &value);
            in_its_folder(info, command, &mut value);
        }
        Holds::Attachment => value = attached(ctx, info.id, value).map_err(|error| *error)?,
        Holds::Attached => {
            if let Some(inside) = value.get_mut("attachment") {
                *inside = attached(ctx, info.id, inside.take()).map_err(|error| *error)?;
            }
        }
        Holds::Ids => claim(ctx, info.id, &value),
        Holds::Nothing => {}
    }
    Ok(value.to_string())
}

/// Says whose something is.
pub(super) fn of(mut value: Value, workspace: WorkspaceId) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.insert("workspace".to_owned(), json!(workspace));
    }
    value
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, serde_json::Error> {
    T::deserialize(value)
}

/// What is at the root there is in the workspace's folder here.
fn in_its_folder(info: &WorkspaceInfo, command: &str, value: &mut Value) {
    let root = json!(info.root);
    let put = |node: Option<&mut Value>| {
        if let Some(node) = node
            && node.get("parent").is_some_and(Value::is_null)
            && let Some(object) = node.as_object_mut()
        {
            object.insert("parent".to_owned(), root.clone());
        }
    };
    if matches!(command, "entry_save" | "folder_save") {
        return put(Some(value));
    }
    put(value.get_mut("entry"));
    put(value.get_mut("folder"));
    if let Some(path) = value.get_mut("path").and_then(Value::as_array_mut) {
        path.insert(0, Value::String(info.name.clone()));
    }
}

/// The bytes of a workspace ride through this front end: the ticket of the server stays here.
fn attached(ctx: &Ctx, id: WorkspaceId, value: Value) -> Result<Value, Box<ApiError>> {
    let bug = |error: serde_json::Error| {
        Box::new(ApiError::new(ErrorCode::Protocol, format!("The server gave no ticket: {error}.")))
    };
    let Attachment { token, .. } = serde_json::from_value(value).map_err(bug)?;
    let ticket = ctx.core.workspaces().attachment(id, token.into());
    let ticket = ticket.map_err(|error| Box::new(ApiError::from(error)))?;
    serde_json::to_value(ticket).map_err(bug)
}

/// What an answer names is the workspace's own from now on.
pub(super) fn claim(ctx: &Ctx, id: WorkspaceId, value: &Value) {
    let mut ids = Vec::new();
    collect(value, true, &mut ids);
    ctx.core.workspaces().claim(id, ids);
}

fn collect(value: &Value, is_id: bool, ids: &mut Vec<[u8; 16]>) {
    match value {
        Value::String(text) if is_id => {
            ids.extend(text.parse::<NodeId>().ok().map(|id| *id.as_bytes()));
        }
        Value::Array(all) => all.iter().for_each(|one| collect(one, is_id, ids)),
        Value::Object(fields) => {
            for (name, field) in fields {
                collect(field, matches!(name.as_str(), "id" | "player"), ids);
            }
        }
        _ => {}
    }
}

pub(super) fn strange(info: &WorkspaceInfo, command: &str) -> ApiError {
    let message =
        format!("The team server “{}” answered “{command}” with something else.", info.name);
    ApiError::new(ErrorCode::Protocol, message)
        .next("Its version may be another one than Patchbay's on this computer.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_an_id_is_claimed() {
        let (one, two, three) = (NodeId::new(), NodeId::new(), NodeId::new());
        let answer = json!([
            { "id": one, "name": three, "notes": two.to_string() },
            { "player": two, "at": { "name": three } },
        ]);
        let mut ids = Vec::new();
        collect(&answer, true, &mut ids);
        assert_eq!(ids, [*one.as_bytes(), *two.as_bytes()]);
        let mut ids = Vec::new();
        collect(&json!(three), true, &mut ids);
        assert_eq!(ids, [*three.as_bytes()]);
    }
}
