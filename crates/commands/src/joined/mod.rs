//! Commands for front ends whose tree has the machines of team servers in it: each runs here, or at the workspace whose
//! things it is about.
//!
//! Deliberately absent: connections with workspaces and what is followed of them (`core/workspaces`).

mod answers;
mod args;
mod merge;
mod table;

use crate::list;
use args::{Named, Place};
use patchbay_core::{CoreError, Ctx};
use patchbay_model::{ApiError, ErrorCode, MovePlace, WorkspaceId, WorkspaceInfo};
use std::collections::BTreeMap;
use table::Route;
use zeroize::Zeroizing;

/// Runs a command: a JSON object (or nothing) in, JSON out.
///
/// # Errors
/// What the command says, here or there; and if it is about things of two places at once.
pub async fn dispatch(ctx: &Ctx, name: &str, args: &str) -> Result<String, ApiError> {
    let here = || list::dispatch(ctx, name, args);
    let route = table::route(name).unwrap_or(Route::Here);
    // What is wrong with arguments is said by whoever reads them, which is nobody's secret business elsewhere.
    if list::check(name, args).is_err() {
        return here().await;
    }
    if !ctx.core.workspaces().is_any() {
        return if rests(ctx, route, args) {
            Err(CoreError::VaultLocked.into())
        } else {
            here().await
        };
    }
    match route {
        Route::Here => here().await,
        Route::HereOnly(paths, what) => match args::find(ctx, args, paths)?.into_iter().next() {
            Some(Named { place: Place::There(id), .. }) => Err(not_there(ctx, id, what)),
            Some(_) | None => here().await,
        },
        Route::By(anchors, also) => match place(ctx, name, args, anchors, also)? {
            Place::Here => here().await,
            Place::There(id) => there(ctx, id, name, args).await,
        },
        Route::Move => move_nodes(ctx, name, args).await,
        Route::Between(paths) => match place(ctx, name, args, paths, &[]) {
            Ok(Place::There(id)) => there(ctx, id, name, args).await,
            // Whatever is wrong with them is said here.
            Ok(Place::Here) | Err(_) => here().await,
        },
        Route::Split(path) => split(ctx, name, args, path).await,
        Route::Both(merge) => merge::run(ctx, name, args, merge).await,
    }
}

/// Whether a command is about something of a workspace while the vault is locked: then it is not gone, but out of reach.
fn rests(ctx: &Ctx, route: Route, args: &str) -> bool {
    let Route::By(anchors, _) = route else { return false };
    let mut ids = anchors.iter().flat_map(|path| args::ids(args, path));
    ids.any(|id| ctx.core.workspaces().rests(*id.as_bytes()))
}

/// Where a command runs: where the things are that it is about.
fn place(
    ctx: &Ctx,
    name: &str,
    args: &str,
    anchors: &[&str],
    also: &[&str],
) -> Result<Place, ApiError> {
    let anchors = args::find(ctx, args, anchors)?;
    let also = args::find(ctx, args, also)?;
    let place = anchors.first().map_or(Place::Here, |one| one.place);
    match anchors.iter().chain(&also).find(|one| one.place != place) {
        Some(other) => Err(mixed(ctx, name, place, other.place)),
        None => Ok(place),
    }
}

/// Runs a command at a workspace, and makes of the answer what it means here.
async fn there(ctx: &Ctx, id: WorkspaceId, name: &str, args: &str) -> Result<String, ApiError> {
    let workspaces = ctx.core.workspaces();
    let info = workspaces.info(id)?;
    let args = at_its_root(&info, name, args);
    let answer = workspaces.rpc(id, name, &args).await?;
    answers::settled(ctx, &info, name, answer)
}

/// Arguments for a workspace: what lies in its folder here lies at its root there.
fn at_its_root(info: &WorkspaceInfo, name: &str, args: &str) -> Zeroizing<String> {
    let root = info.root.to_string();
    let whole = match name {
        "run_start" | "run_targets" => Some(("targets", "everything")),
        "trigger_save" => Some(("draft", "everywhere")),
        _ => None,
    };
    if let Some((key, kind)) = whole.filter(|_| args.contains(&root))
        && let Some(of_all) = args::with_kind(args, key, &root, kind)
    {
        return of_all;
    }
    Zeroizing::new(args.replace(&format!("\"{root}\""), "null"))
}

/// Moves what lies at one place within that place.
async fn move_nodes(ctx: &Ctx, name: &str, args: &str) -> Result<String, ApiError> {
    let from = place(ctx, name, args, &["ids"], &[])?;
    let to: Option<MovePlace> = args::field(args, "place");
    let (to, beside) = match to {
        None | Some(MovePlace::EndOf { folder: None }) => (Place::Here, false),
        Some(MovePlace::EndOf { folder: Some(id) }) => (args::of_node(ctx, id).place, false),
        Some(MovePlace::Before { id } | MovePlace::After { id }) => {
            let one = args::of_node(ctx, id);
            // Beside the folder of a workspace is the end of this vault's own tree.
            if one.is_root { (Place::Here, true) } else { (one.place, false) }
        }
    };
    match from {
        _ if from != to => Err(mixed(ctx, name, from, to)),
        Place::Here if beside => {
            let end = args::with(args, "place", r#"{"kind":"endOf","folder":null}"#);
            list::dispatch(ctx, name, end.as_deref().unwrap_or(args)).await
        }
        Place::Here => list::dispatch(ctx, name, args).await,
        Place::There(id) => there(ctx, id, name, args).await,
    }
}

/// Runs a command at each place for the things that are there. Nothing is answered to it.
async fn split(ctx: &Ctx, name: &str, args: &str, path: &str) -> Result<String, ApiError> {
    let mut here = Vec::new();
    let mut there: BTreeMap<WorkspaceId, Vec<String>> = BTreeMap::new();
    for one in args::find(ctx, args, &[&format!("^{path}")])? {
        match one.place {
            // The folder of a workspace is no machine.
            Place::There(_) if one.is_root => {}
            Place::There(id) => there.entry(id).or_default().push(one.text),
            Place::Here => here.push(one.text),
        }
    }
    let only = |ids: &[String]| {
        args::with(args, path, &format!("[{}]", ids.join(","))).unwrap_or_else(|| args.to_owned())
    };
    let mut result = Ok("null".to_owned());
    if !here.is_empty() || there.is_empty() {
        result = list::dispatch(ctx, name, &only(&here)).await;
    }
    for (id, ids) in there {
        let answer = ctx.core.workspaces().rpc(id, name, &only(&ids)).await;
        result = result.and(answer.map_err(ApiError::from));
    }
    result
}

fn not_there(ctx: &Ctx, id: WorkspaceId, what: &str) -> ApiError {
    let name = called(ctx, Place::There(id));
    ApiError::new(ErrorCode::NotAllowed, format!("{name} is a team server: {what}."))
        .next("Add the machine to your own vault if you need that.")
}

fn mixed(ctx: &Ctx, name: &str, one: Place, other: Place) -> ApiError {
    let (one, other) = (called(ctx, one), called(ctx, other));
    let next = match name {
        "nodes_move" => "What is kept here can be added there anew; the other way round likewise.",
        "entry_save" | "folder_save" | "session_test" => {
            "Choose an identity and a jump host of the same place, or make the identity there."
        }
        "snippet_send" | "snippet_preview" => "Use a snippet that is kept in the same place.",
        "identity_install_key" => "Open the machine from where the identity is kept.",
        _ => "Do it for each place by itself.",
    };
    ApiError::new(
        ErrorCode::Invalid,
        format!("This is about things of {one} and of {other}, which do not go together."),
    )
    .next(next)
}

fn called(ctx: &Ctx, place: Place) -> String {
    match place {
        Place::Here => "your vault".to_owned(),
        Place::There(id) => ctx
            .core
            .workspaces()
            .info(id)
            .map_or_else(|_| "a team server".to_owned(), |info| format!("“{}”", info.name)),
    }
}
