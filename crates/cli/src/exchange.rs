//! Import from other programs, and export to files.

use crate::{
    app::App,
    args::{Export, ExportKind, Import},
    ask,
    report::{Failure, print, print_json, say},
};
use patchbay_model::{
    ApiError, ErrorCode, ExportDone, ImportDone, ImportKind, ImportLock, ImportPreview,
    ImportRemark, NodeId, TreeRows,
};
use serde_json::{Value, json};
use std::{fmt::Write as _, path::Path};

/// Longer ones are no passwords.
const LONGEST_SECRET: u64 = 4 * 1024;

/// `import FILE`
pub(crate) async fn import(app: &App, import: &Import) -> Result<u8, Failure> {
    let parent = folder(app, import.into.as_deref()).await?;
    let mut source = json!({
        "path": absolute(&import.file),
        "format": import.format,
        "password": secret_file(import.file_password.as_deref())?,
    });
    let mut preview: ImportPreview =
        app.ask("import_preview", &json!({ "source": source })).await?;
    while preview.lock != ImportLock::Open {
        let label = format!("Password of {}: ", import.file.display());
        let typed = if import.file_password.is_none() && ask::somebody_is_there() {
            if preview.lock == ImportLock::Wrong {
                say("The password does not open the file.");
            }
            tokio::task::spawn_blocking(move || ask::secret(&label)).await.ok().flatten()
        } else {
            None
        };
        let Some(typed) = typed else { return Err(locked(preview.lock).into()) };
        set(&mut source, "password", Value::from(typed.expose_secret().as_str()));
        preview = app.ask("import_preview", &json!({ "source": source })).await?;
    }
    if import.dry_run {
        if app.options.json {
            print_json(&preview)?;
        } else {
            print(&shown(&preview));
        }
        return Ok(0);
    }
    // What was recognized once stays so.
    set(&mut source, "format", Value::from(preview.format.as_str()));
    let wanted = preview.rows.iter().filter(|row| import.again || row.there.is_none());
    let keys: Vec<&str> = wanted.map(|row| row.key.as_str()).collect();
    let there = preview.rows.len() - keys.len();
    let args = json!({ "source": source, "keys": keys, "parent": parent });
    let done: ImportDone = app.ask("import_apply", &args).await?;
    if app.options.json {
        print_json(&done)?;
        return Ok(0);
    }
    let mut text = format!(
        "Imported {} machines, {} folders and {} host keys from {}.\n",
        done.machines, done.folders, done.host_keys, preview.format_name
    );
    if there > 0 {
        // Writing to a string cannot fail.
        let _done = writeln!(text, "{there} are there already; --again imports them once more.");
    }
    text.push_str(&remarks(&done.remarks));
    print(&text);
    Ok(0)
}

/// `export FILE`
pub(crate) async fn export(app: &App, export: &Export) -> Result<u8, Failure> {
    let parent = folder(app, export.folder.as_deref()).await?;
    let format = match export.format {
        ExportKind::Csv => "csv",
        ExportKind::SshConfig => "ssh-config",
        ExportKind::Archive => "archive",
    };
    let passphrase = match (export.format, &export.archive_passphrase) {
        (ExportKind::Archive, Some(path)) => secret_file(Some(path))?,
        (ExportKind::Archive, None) => {
            let typed = tokio::task::spawn_blocking(twice).await.ok().flatten();
            let typed = typed.ok_or_else(|| {
                ApiError::new(ErrorCode::Invalid, "The archive has no passphrase.")
                    .next("Type the same one twice, or name a file that holds it with --archive-passphrase.")
            })?;
            Value::from(typed)
        }
        _ => Value::Null,
    };
    let args = json!({
        "format": format,
        "path": absolute(&export.file),
        "folder": parent,
        "replace": export.replace,
        "passwords": export.passwords,
        "passphrase": passphrase,
    });
    let done: ExportDone = app.ask("export_write", &args).await?;
    if app.options.json {
        print_json(&done)?;
        return Ok(0);
    }
    let mut text = format!("Exported {} machines to {}.\n", done.machines, done.path);
    if export.passwords {
        text.push_str("The file holds passwords that anybody can read who has it.\n");
    }
    text.push_str(&remarks(&done.remarks));
    print(&text);
    Ok(0)
}

fn twice() -> Option<String> {
    if !ask::somebody_is_there() {
        return None;
    }
    let first = ask::secret("Passphrase for the archive: ")?;
    let second = ask::secret("Once more: ")?;
    (first == second).then(|| first.expose_secret().clone())
}

fn locked(lock: ImportLock) -> ApiError {
    let message = match lock {
        ImportLock::Wrong => "The password does not open the file.",
        ImportLock::Needed | ImportLock::Open => "The file is protected with a password.",
    };
    ApiError::new(ErrorCode::Invalid, message)
        .next("Name a file that holds the password with --file-password.")
}

fn set(source: &mut Value, key: &str, value: Value) {
    if let Some(object) = source.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

/// The services may run elsewhere than this shell does.
fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// The first line of a file.
fn secret_file(path: Option<&Path>) -> Result<Value, ApiError> {
    use std::io::Read;
    let Some(path) = path else { return Ok(Value::Null) };
    let mut text = String::new();
    let read = std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST_SECRET).read_to_string(&mut text));
    read.map_err(|error| {
        ApiError::new(ErrorCode::Storage, format!("Reading {} failed: {error}.", path.display()))
            .next("Check the name of the file.")
    })?;
    Ok(Value::from(text.lines().next().unwrap_or_default()))
}

/// The folder of a path like `Production/Web`.
async fn folder(app: &App, path: Option<&str>) -> Result<Option<NodeId>, ApiError> {
    let Some(path) = path else { return Ok(None) };
    let rows: TreeRows = app.ask("tree_load", &json!({})).await?;
    let mut above: Vec<&str> = Vec::new();
    let columns = rows.ids.iter().zip(&rows.depths).zip(&rows.folders).zip(&rows.names);
    for (((id, depth), folder), name) in columns {
        above.truncate(usize::from(*depth));
        if *folder == 0 {
            continue;
        }
        above.push(name);
        if above.join("/") == path || id.to_string() == path {
            return Ok(Some(*id));
        }
    }
    Err(ApiError::new(ErrorCode::NotFound, format!("No folder is called “{path}”."))
        .next("Write it with the folders it is in: Folder/Folder."))
}

fn shown(preview: &ImportPreview) -> String {
    let rows: Vec<[String; 4]> = preview
        .rows
        .iter()
        .map(|row| {
            let name = match (row.kind, row.folder.as_str()) {
                (ImportKind::HostKey, _) => format!("host key {}", row.name),
                (ImportKind::Machine, "") => row.name.clone(),
                (ImportKind::Machine, folder) => format!("{folder}/{}", row.name),
            };
            let note = match &row.there {
                Some(there) => format!("there already as {there}"),
                None => row.sign_in.join(", "),
            };
            [name, row.summary.clone(), row.jumps.join(", "), note]
        })
        .collect();
    let width = |at: usize| {
        rows.iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let (name, summary, jumps) = (width(0), width(1), width(2));
    let mut text = format!("{}: {} found\n", preview.format_name, rows.len());
    for [a, b, c, d] in &rows {
        let line = format!("{a:name$}  {b:summary$}  {c:jumps$}  {d}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(&remarks(&preview.remarks));
    text
}

fn remarks(all: &[ImportRemark]) -> String {
    let mut text = String::new();
    if !all.is_empty() {
        text.push_str("Left out:\n");
    }
    for remark in all {
        let place = match (remark.file.as_str(), remark.line) {
            ("", _) => String::new(),
            (file, 0) => format!("{file}: "),
            (file, line) => format!("{file}:{line}: "),
        };
        let what = remark.text.trim();
        let what = if what.is_empty() { String::new() } else { format!("{what}: ") };
        let _done = writeln!(text, "  {place}{what}{}", remark.reason);
    }
    text
}
