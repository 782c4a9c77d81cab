//! Copying files between this computer and machines, as the window's transfers do it: beside their place first, times
//! and permissions kept, and on again by themselves after a lost connection.

use crate::{
    app::App,
    args::{Cp, IfThere},
    ask, names,
    report::{FAILED, Failure, INTERRUPTED, print_json, say},
};
use patchbay_core::{Authorized, Right, sessions::OpenTarget};
use patchbay_model::{
    ApiError, CloseReason, Conflict, ErrorCode, FileKind, FileListing, FilePlace, SessionState,
    TaskInfo, TaskState, TerminalSize,
};
use std::{
    io::{IsTerminal, Write},
    time::Duration,
};

/// How often the line of progress is drawn.
const EVERY: Duration = Duration::from_millis(200);

/// `cp SOURCE… TARGET`
pub(crate) async fn cp(app: &App, args: &Cp) -> Result<u8, Failure> {
    let Some((target, sources)) = args.paths.split_last() else { return Ok(FAILED) };
    let machines = app.machines().await?;
    let sources = sources.iter().map(|text| Spot::read(&machines, text)).collect::<Vec<_>>();
    let target = Spot::read(&machines, target);
    let Some(first) = sources.first() else { return Ok(FAILED) };
    if let Some(other) = sources.iter().find(|spot| spot.machine != first.machine) {
        let message = format!("{} is in another place than {}.", other.text, first.text);
        let error = ApiError::new(ErrorCode::Invalid, message);
        return Err(error.next("Copy from one machine at a time.").into());
    }
    let from = place(app, first.machine.as_deref()).await?;
    let to = if target.machine == first.machine {
        from
    } else {
        place(app, target.machine.as_deref()).await?
    };
    let (view, edit) = (proof(app, from, Right::View)?, proof(app, to, Right::Edit)?);
    let mut paths = Vec::new();
    for spot in &sources {
        paths.push(spot.whole(app, &view).await?);
    }
    let (folder, name) = goal(app, &edit, &target, paths.len()).await?;
    let (files, conflict) = (app.ctx.core.files(), conflict(args.if_there));
    let task = match (name, paths.pop()) {
        (Some(name), Some(path)) => {
            files.copy_as(&view, path, &edit, (&folder, &name), conflict)?
        }
        (_, last) => {
            paths.extend(last);
            files.copy(&view, paths, &edit, folder, conflict)?
        }
    };
    follow(app, task).await
}

fn conflict(choice: IfThere) -> Conflict {
    match choice {
        IfThere::Overwrite => Conflict::Overwrite,
        IfThere::Skip => Conflict::Skip,
        IfThere::Newer => Conflict::Newer,
        IfThere::KeepBoth => Conflict::KeepBoth,
    }
}

/// A place as it was written: `PATH`, or `MACHINE:PATH`.
struct Spot {
    text: String,
    machine: Option<String>,
    path: String,
}

impl Spot {
    /// A colon makes the part before it a machine, unless a slash comes first or, on Windows, it is a drive.
    fn read(machines: &[names::Machine], text: &str) -> Self {
        let parts = text.split_once(':').filter(|(machine, _)| {
            let drive = cfg!(windows) && machine.len() == 1;
            // A name of the tree may have slashes.
            !machine.is_empty()
                && !drive
                && (!machine.contains('/') || names::resolve(machines, machine).is_ok())
        });
        let (machine, path) = match parts {
            Some((machine, path)) => (Some(machine.to_owned()), path),
            None => (None, text),
        };
        let path = match path.trim_end_matches('/') {
            "" if path.starts_with('/') => "/",
            path => path,
        };
        Self { text: text.to_owned(), machine, path: path.to_owned() }
    }

    /// The folder it is in, and its name there.
    fn split(&self) -> (Option<&str>, &str) {
        match self.path.rsplit_once('/') {
            Some(("", name)) => (Some("/"), name),
            Some((folder, name)) => (Some(folder), name),
            None => (None, &self.path),
        }
    }

    /// As an absolute path, and it is there.
    async fn whole(&self, app: &App, place: &Authorized<FilePlace>) -> Result<String, Failure> {
        let (folder, name) = self.split();
        if matches!(name, "" | "." | "..") {
            return Ok(listed(app, place, self.local(), Some(&self.path)).await?.path);
        }
        let listing = listed(app, place, self.local(), folder).await?;
        if !listing.entries.iter().any(|entry| entry.name == name) {
            let error = ApiError::new(ErrorCode::NotFound, format!("{} is not there.", self.text));
            return Err(error.next("Check the name.").into());
        }
        Ok(join(&listing.path, name))
    }

    const fn local(&self) -> bool {
        self.machine.is_none()
    }
}

fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// A folder's content; what is relative here starts where the shell stands, there in the home folder.
async fn listed(
    app: &App,
    place: &Authorized<FilePlace>,
    local: bool,
    path: Option<&str>,
) -> Result<FileListing, Failure> {
    let path = path.filter(|path| !path.is_empty());
    let path = if local {
        let absolute = std::path::absolute(path.unwrap_or("."));
        Some(absolute.map_or_else(|_| ".".to_owned(), |path| path.to_string_lossy().into_owned()))
    } else {
        path.map(str::to_owned)
    };
    Ok(app.ctx.core.files().list(place, path.as_deref()).await?)
}

/// The folder that is copied into; of one source also the name it gets there, if the last argument is no folder.
async fn goal(
    app: &App,
    place: &Authorized<FilePlace>,
    spot: &Spot,
    sources: usize,
) -> Result<(String, Option<String>), Failure> {
    let Failure { error, code } = match listed(app, place, spot.local(), Some(&spot.path)).await {
        Ok(listing) => return Ok((listing.path, None)),
        Err(failure) => failure,
    };
    let (folder, name) = spot.split();
    let is_name = sources == 1 && !spot.text.ends_with('/') && !matches!(name, "" | "." | "..");
    if is_name
        && let Ok(listing) = listed(app, place, spot.local(), folder).await
        // One that is there and cannot be listed is no name for something else.
        && !listing.entries.iter().any(|it| it.name == name && it.kind == FileKind::Folder)
    {
        return Ok((listing.path, Some(name.to_owned())));
    }
    let next = match sources {
        1 => "The last argument must be a folder that is there, or a new name in one.",
        _ => "The last argument must be a folder that is there.",
    };
    Err(Failure { error: error.next(next), code })
}

fn proof(app: &App, place: FilePlace, right: Right) -> Result<Authorized<FilePlace>, Failure> {
    Ok(app.ctx.authorize_files(place, right)?)
}

/// This computer, or a machine once its files can be reached; whatever is asked on the way, the person answers.
async fn place(app: &App, machine: Option<&str>) -> Result<FilePlace, Failure> {
    let Some(name) = machine else { return Ok(FilePlace::Here) };
    let machine = app.machine(name).await?;
    let target = OpenTarget::Files(app.ctx.authorize(machine.id, Right::Use)?);
    let size = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
    let mut events = app.ctx.core.events();
    let sessions = app.ctx.core.sessions();
    let session = sessions.open(target, size, None).await?.id;
    loop {
        match sessions.info(session)?.state {
            SessionState::Open => return Ok(FilePlace::Machine { session }),
            SessionState::Closed { reason: CloseReason::Failed { error } } => {
                return Err(Failure::connection(error));
            }
            SessionState::Closed { .. } => {
                let error = ApiError::new(ErrorCode::Cancelled, format!("No files of {name}."));
                return Err(Failure::connection(error));
            }
            state => ask::answer(app, session, state).await?,
        }
        let _changed = events.recv().await;
    }
}

/// Shows how it goes until it is over; Ctrl-C stops it.
async fn follow(app: &App, mut task: TaskInfo) -> Result<u8, Failure> {
    let files = app.ctx.core.files();
    let mut line = Line { shown: std::io::stderr().is_terminal() && !app.options.json };
    let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
    let mut tick = tokio::time::interval(EVERY);
    loop {
        let now = files.tasks().into_iter().find(|now| now.id == task.id);
        task = now.unwrap_or(task);
        match &task.state {
            TaskState::Done => break,
            TaskState::Cancelled => {
                line.end();
                return Ok(INTERRUPTED);
            }
            TaskState::Failed { error } | TaskState::Paused { error: Some(error) } => {
                line.end();
                return Err(error.clone().into());
            }
            _ => line.draw(&task),
        }
        tokio::select! {
            _ = tick.tick() => {}
            _ = &mut stop => files.cancel(task.id)?,
        }
    }
    line.end();
    if app.options.json {
        print_json(&task)?;
    }
    for problem in &task.problems {
        say(problem);
    }
    Ok(if task.problems.is_empty() { 0 } else { FAILED })
}

/// The line of progress.
struct Line {
    shown: bool,
}

impl Line {
    fn draw(&self, task: &TaskInfo) {
        if !self.shown {
            return;
        }
        let mib = |bytes: f64| bytes / 1_048_576.0;
        let words = match &task.state {
            TaskState::Reconnecting { machine, attempt, most } => {
                format!("Connection to {machine} lost. Connecting again ({attempt} of {most})…")
            }
            _ => format!(
                "{} of {} files, {:.1} of {:.1} MiB, {:.1} MiB/s",
                task.files_done,
                task.files,
                mib(task.bytes_done),
                mib(task.bytes),
                mib(task.rate)
            ),
        };
        write(&format!("\r\x1b[K{words}"));
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.shown) {
            write("\r\x1b[K");
        }
    }
}

fn write(text: &str) {
    let mut err = std::io::stderr();
    let _nobody_sees = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
