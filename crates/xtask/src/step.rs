//! Saying what is done, running programs, and remembering what need not be done again.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    io,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

/// Nothing, or a sentence that says what failed and what to do.
pub(crate) type Outcome = Result<(), String>;

/// One line to the person, on standard output as CI reads it.
pub(crate) fn say(line: &str) {
    println!("xtask: {line}");
}

/// Whether an environment variable is set to something.
pub(crate) fn has_variable(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Makes the workspace's root the current folder, wherever the command was given.
pub(crate) fn enter_root() -> io::Result<()> {
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?)
}

/// Runs a step that takes long enough to say so, and says how long it took.
pub(crate) fn timed(what: &str, estimate: &str, step: impl FnOnce() -> Outcome) -> Outcome {
    say(&format!("{what} ({estimate})"));
    let start = Instant::now();
    step()?;
    say(&format!("{what}: done in {:.0} s", start.elapsed().as_secs_f32()));
    Ok(())
}

/// Runs a program in the root and waits for it.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Outcome {
    run_in(Path::new("."), program, arguments, &[])
}

/// Runs a program in a folder, with extra environment, and waits for it.
pub(crate) fn run_in(
    folder: &Path,
    program: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Outcome {
    let status = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .envs(environment.iter().copied())
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{program} {}` ended with {status}", arguments.join(" "))),
        Err(error) => Err(format!("`{program}` cannot be started: {error}")),
    }
}

/// What a program prints, or `None` if it cannot be started or fails.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs `step` unless it succeeded before on the very same inputs.
///
/// Inputs are files and folders; what counts of each file is its path, size and time of change.
pub(crate) fn unless_fresh(
    name: &str,
    inputs: &[&str],
    produces: &str,
    step: impl FnOnce() -> Outcome,
) -> Outcome {
    let stamp = PathBuf::from("target/xtask").join(name);
    let print = fingerprint(inputs).map_err(|error| format!("{name}: {error}"))?;
    if Path::new(produces).exists() && fs::read_to_string(&stamp).is_ok_and(|old| old == print) {
        return Ok(());
    }
    step()?;
    fs::create_dir_all("target/xtask")
        .and_then(|()| fs::write(&stamp, print))
        .map_err(|error| format!("{}: {error}", stamp.display()))
}

fn fingerprint(inputs: &[&str]) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    for input in inputs {
        hash_path(Path::new(input), &mut hasher)?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn hash_path(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    if path.is_dir() {
        let mut children: Vec<PathBuf> = fs::read_dir(path)?
            .map(|child| child.map(|child| child.path()))
            .collect::<io::Result<_>>()?;
        children.sort();
        return children.iter().try_for_each(|child| hash_path(child, hasher));
    }
    let metadata = fs::metadata(path)?;
    path.hash(hasher);
    metadata.len().hash(hasher);
    metadata.modified()?.hash(hasher);
    Ok(())
}
