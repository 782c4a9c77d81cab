//! Files of this computer and of machines, and the tasks that work on them.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right};
use patchbay_model::{
    ApiError, Conflict, FileCount, FileListing, FilePicture, FilePlace, FilePreview, TaskId,
    TaskInfo,
};
use serde::Deserialize;
use specta::Type;

/// A folder to list.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FilesList {
    /// Where.
    pub(crate) place: FilePlace,
    /// Its path; the home folder if none is given.
    pub(crate) path: Option<String>,
}

/// A file or folder.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FileRef {
    /// Where.
    pub(crate) place: FilePlace,
    /// Its path.
    pub(crate) path: String,
}

/// Files and folders.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FilesRef {
    /// Where.
    pub(crate) place: FilePlace,
    /// Their paths.
    pub(crate) paths: Vec<String>,
}

/// Another name or place.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FilesRename {
    /// Where.
    pub(crate) place: FilePlace,
    /// Its path.
    pub(crate) from: String,
    /// Its path from then on; nothing may be there.
    pub(crate) to: String,
}

/// Other permissions.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FilesSetMode {
    /// Where.
    pub(crate) place: FilePlace,
    /// Their paths.
    pub(crate) paths: Vec<String>,
    /// The low twelve bits of `st_mode`.
    pub(crate) mode: u16,
}

/// Files to copy.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FilesCopy {
    /// Where they are.
    pub(crate) from: FilePlace,
    /// Their paths.
    pub(crate) paths: Vec<String>,
    /// Where they go.
    pub(crate) to: FilePlace,
    /// The folder there.
    pub(crate) folder: String,
    /// What to do about files that are there already.
    pub(crate) conflict: Conflict,
    /// They are taken away where they are.
    #[serde(default)]
    pub(crate) moves: bool,
}

/// A task.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TaskRef {
    /// Its id.
    pub(crate) id: TaskId,
}

/// A decision about a file that is there already.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TaskAnswer {
    /// The task.
    pub(crate) id: TaskId,
    /// What to do.
    pub(crate) conflict: Conflict,
    /// Also about all that are still to come.
    pub(crate) all: bool,
}

pub(crate) async fn list(ctx: Ctx, args: FilesList) -> Result<FileListing, ApiError> {
    let place = ctx.authorize_files(args.place, Right::View)?;
    Ok(ctx.core.files().list(&place, args.path.as_deref()).await?)
}

pub(crate) async fn count(ctx: Ctx, args: FilesRef) -> Result<FileCount, ApiError> {
    let place = ctx.authorize_files(args.place, Right::View)?;
    Ok(ctx.core.files().count(&place, &args.paths).await?)
}

pub(crate) async fn make_folder(ctx: Ctx, args: FileRef) -> Result<(), ApiError> {
    let place = ctx.authorize_files(args.place, Right::Edit)?;
    Ok(ctx.core.files().make_folder(&place, &args.path).await?)
}

pub(crate) async fn rename(ctx: Ctx, args: FilesRename) -> Result<(), ApiError> {
    let place = ctx.authorize_files(args.place, Right::Edit)?;
    Ok(ctx.core.files().rename(&place, &args.from, &args.to).await?)
}

pub(crate) async fn set_mode(ctx: Ctx, args: FilesSetMode) -> Result<(), ApiError> {
    let place = ctx.authorize_files(args.place, Right::Edit)?;
    Ok(ctx.core.files().set_mode(&place, &args.paths, args.mode).await?)
}

pub(crate) async fn set_mode_inside(ctx: Ctx, args: FilesSetMode) -> Result<TaskInfo, ApiError> {
    let place = ctx.authorize_files(args.place, Right::Edit)?;
    Ok(ctx.core.files().set_mode_inside(&place, &args.paths, args.mode)?)
}

pub(crate) async fn preview(ctx: Ctx, args: FileRef) -> Result<FilePreview, ApiError> {
    let place = ctx.authorize_files(args.place, Right::View)?;
    Ok(ctx.core.files().preview(&place, &args.path).await?)
}

pub(crate) async fn picture(ctx: Ctx, args: FileRef) -> Result<FilePicture, ApiError> {
    let place = ctx.authorize_files(args.place, Right::View)?;
    Ok(ctx.core.files().picture(&place, &args.path).await?)
}

pub(crate) async fn copy(ctx: Ctx, args: FilesCopy) -> Result<TaskInfo, ApiError> {
    let right = if args.moves { Right::Edit } else { Right::View };
    let from = ctx.authorize_files(args.from, right)?;
    let to = ctx.authorize_files(args.to, Right::Edit)?;
    let files = ctx.core.files();
    if args.moves {
        return Ok(files.move_to(&from, args.paths, &to, &args.folder, args.conflict)?);
    }
    Ok(files.copy(&from, args.paths, &to, args.folder, args.conflict)?)
}

pub(crate) async fn delete(ctx: Ctx, args: FilesRef) -> Result<TaskInfo, ApiError> {
    let place = ctx.authorize_files(args.place, Right::Edit)?;
    Ok(ctx.core.files().delete(&place, args.paths)?)
}

pub(crate) async fn tasks(ctx: Ctx, _: NoArgs) -> Result<Vec<TaskInfo>, ApiError> {
    Ok(ctx.core.files().tasks())
}

pub(crate) async fn task_cancel(ctx: Ctx, args: TaskRef) -> Result<(), ApiError> {
    Ok(ctx.core.files().cancel(args.id)?)
}

pub(crate) async fn task_answer(ctx: Ctx, args: TaskAnswer) -> Result<(), ApiError> {
    Ok(ctx.core.files().answer(args.id, args.conflict, args.all)?)
}

pub(crate) async fn task_retry(ctx: Ctx, args: TaskRef) -> Result<TaskInfo, ApiError> {
    Ok(ctx.core.files().retry(args.id)?)
}

pub(crate) async fn task_forget(ctx: Ctx, args: TaskRef) -> Result<(), ApiError> {
    Ok(ctx.core.files().forget(args.id)?)
}

pub(crate) async fn task_pause(ctx: Ctx, args: TaskRef) -> Result<(), ApiError> {
    Ok(ctx.core.files().pause(args.id)?)
}

pub(crate) async fn task_resume(ctx: Ctx, args: TaskRef) -> Result<(), ApiError> {
    Ok(ctx.core.files().resume(args.id)?)
}

pub(crate) async fn tasks_pause(ctx: Ctx, _: NoArgs) -> Result<(), ApiError> {
    ctx.core.files().pause_all();
    Ok(())
}

pub(crate) async fn tasks_resume(ctx: Ctx, _: NoArgs) -> Result<(), ApiError> {
    ctx.core.files().resume_all();
    Ok(())
}

pub(crate) async fn task_verify(ctx: Ctx, args: TaskRef) -> Result<TaskInfo, ApiError> {
    Ok(ctx.core.files().verify(args.id)?)
}
