//! Answers of here and of every connected workspace as one.

use super::{
    answers::{claim, of},
    table::Merge,
};
use crate::list;
use patchbay_core::{Ctx, Right};
use patchbay_model::{
    ApiError, ErrorCode, Identity, NodeId, RecordingInfo, RunInfo, SessionInfo, Snippet, TaskInfo,
    TreeRows, TriggerList, WorkspaceId,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{cmp::Reverse, collections::BTreeSet, time::Duration};
use tokio::{task::JoinSet, time::timeout};

/// What is kept here is not held up longer by a server that thinks.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs a command here and there.
pub(super) async fn run(
    ctx: &Ctx,
    name: &str,
    args: &str,
    merge: Merge,
) -> Result<String, ApiError> {
    let workspaces = ctx.core.workspaces();
    if merge == Merge::Tree {
        let rows = ctx.core.tree().rows(&ctx.authorize_vault(Right::View)?)?;
        return written(name, &workspaces.joined(rows));
    }
    let here = list::dispatch(ctx, name, args).await?;
    match merge {
        // These are followed: nobody has to be asked.
        Merge::Sessions => {
            let mut all: Vec<SessionInfo> = read(name, &here)?;
            all.extend(workspaces.sessions());
            all.sort_by_key(|one| (one.opened, one.id));
            written(name, &all)
        }
        Merge::Tasks => {
            let mut all: Vec<TaskInfo> = read(name, &here)?;
            all.extend(workspaces.tasks());
            all.sort_by_key(|one| (one.began, one.id));
            written(name, &all)
        }
        Merge::Runs => {
            let mut all: Vec<RunInfo> = read(name, &here)?;
            all.extend(workspaces.runs());
            all.sort_by_key(|one| Reverse((one.began, one.id)));
            written(name, &all)
        }
        Merge::Tags => {
            let mut all: BTreeSet<String> = read(name, &here)?;
            let shown = workspaces.joined(TreeRows::default());
            all.extend(shown.tags.iter().flat_map(|tags| tags.split(' ')).map(str::to_owned));
            all.remove("");
            written(name, &all)
        }
        Merge::Recordings => {
            let mut all: Vec<RecordingInfo> = read(name, &here)?;
            all.extend(there::<Vec<_>>(ctx, name, args).await.into_iter().flatten());
            all.sort_by_key(|one| Reverse((one.started, one.id)));
            written(name, &all)
        }
        Merge::Identities => {
            let mut all: Vec<Identity> = read(name, &here)?;
            all.extend(there::<Vec<_>>(ctx, name, args).await.into_iter().flatten());
            all.sort_by_cached_key(|one| (one.name.to_lowercase(), one.id));
            written(name, &all)
        }
        Merge::Snippets => {
            let mut all: Vec<Snippet> = read(name, &here)?;
            all.extend(there::<Vec<_>>(ctx, name, args).await.into_iter().flatten());
            written(name, &all)
        }
        Merge::Triggers => {
            let mut all: TriggerList = read(name, &here)?;
            for more in there::<TriggerList>(ctx, name, args).await {
                all.triggers.extend(more.triggers);
                all.skipped = all.skipped.saturating_add(more.skipped);
            }
            written(name, &all)
        }
        Merge::Recents => {
            let mut lists: Vec<Vec<NodeId>> = vec![read(name, &here)?];
            lists.extend(there::<Vec<NodeId>>(ctx, name, args).await);
            written(name, &in_turns(&lists))
        }
        Merge::All => {
            there::<Value>(ctx, name, args).await;
            Ok(here)
        }
        Merge::Tree => Ok(here),
    }
}

/// The answers of all connected workspaces, as far as they came in time.
async fn there<T: DeserializeOwned>(ctx: &Ctx, name: &str, args: &str) -> Vec<T> {
    let mut asked = JoinSet::new();
    for id in ctx.core.workspaces().connected() {
        let (ctx, name, args) = (ctx.clone(), name.to_owned(), args.to_owned());
        asked.spawn(async move {
            let answer = timeout(PATIENCE, ctx.core.workspaces().rpc(id, &name, &args)).await;
            (id, answer.ok().and_then(Result::ok))
        });
    }
    let mut answers = Vec::new();
    while let Some(answered) = asked.join_next().await {
        match answered {
            Ok((id, Some(answer))) => answers.push((id, answer)),
            _ => tracing::warn!(command = name, "a team server is left out of a list"),
        }
    }
    answers.sort_by_key(|(id, _)| *id);
    answers.into_iter().filter_map(|(id, answer)| mine(ctx, id, &answer)).collect()
}

/// An answer that says whose its things are.
fn mine<T: DeserializeOwned>(ctx: &Ctx, id: WorkspaceId, answer: &str) -> Option<T> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    claim(ctx, id, &answer);
    let answer = match answer {
        Value::Array(all) => Value::Array(all.into_iter().map(|one| of(one, id)).collect()),
        other => other,
    };
    serde_json::from_value(answer).ok()
}

/// When machines were used is not said, so those of each place take turns.
fn in_turns(lists: &[Vec<NodeId>]) -> Vec<NodeId> {
    let longest = lists.iter().map(Vec::len).max().unwrap_or_default();
    (0..longest).flat_map(|at| lists.iter().filter_map(move |list| list.get(at))).copied().collect()
}

fn read<T: DeserializeOwned>(name: &str, answer: &str) -> Result<T, ApiError> {
    serde_json::from_str(answer).map_err(|error| bug(name, &error))
}

fn written(name: &str, answer: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_string(answer).map_err(|error| bug(name, &error))
}

fn bug(name: &str, error: &serde_json::Error) -> ApiError {
    ApiError::new(
        ErrorCode::Internal,
        format!("The command “{name}” failed inside Patchbay: {error}."),
    )
    .next("Please report it.")
}
