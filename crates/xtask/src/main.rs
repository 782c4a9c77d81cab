//! `cargo xtask`: the one tool of this repository.
//!
//! It orders other programs about and has no dependencies but `serde_json`, so that it compiles in seconds on a machine
//! that has nothing yet. What needs the product's crates (the window driver, servers, figures) is `patchbay-stage`.

mod build;
mod bundle;
mod check;
mod deb;
mod licences;
mod packages;
mod peers;
mod step;
mod ui;
mod verify;

use std::process::ExitCode;
use step::{Outcome, say};

const USAGE: &str = "\
cargo xtask COMMAND

  run              install what is missing, build, open the window
                   (with no display: a virtual one, the demo once, and a picture)
  test             everything CI runs: check, Rust tests, UI tests, the stories in the real window and in Chromium
  check            format, clippy, svelte-check, eslint, knip, licences, layering, bindings
  demo             real servers on loopback and the app on a throwaway vault that holds them
  screenshots      pictures of the main screens, light and dark, into docs/screenshots
  bench [NAME]     figures on a release build, each beside a named peer
  bindings         write ui/src/lib/host/bindings.ts again
  bundle           installers: deb and rpm here, the others in the release workflow
  bundle server    the team server's package for Debian and Ubuntu
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    if let Err(error) = step::enter_root() {
        say(&format!("error: {error}"));
        return ExitCode::FAILURE;
    }
    let outcome = match command.as_str() {
        "run" => run(),
        "test" => verify::everything(),
        "check" => check::all(),
        "demo" => stage("demo", &rest, build::Profile::Debug),
        "screenshots" => stage("screenshots", &rest, build::Profile::Debug),
        "bench" => stage("bench", &rest, build::Profile::Release),
        "bindings" => build::bindings(),
        "bundle" if rest.first().is_some_and(|what| what == "server") => deb::server(),
        "bundle" => bundle::all(),
        _ => {
            print!("{USAGE}");
            return if matches!(command.as_str(), "" | "help" | "-h" | "--help") {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(2)
            };
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Opens the window; where there is no display, drives the demo in a virtual one instead.
fn run() -> Outcome {
    let display = cfg!(not(target_os = "linux"))
        || step::has_variable("DISPLAY")
        || step::has_variable("WAYLAND_DISPLAY");
    if !display {
        say("no display here: the demo runs once in a virtual one");
        return stage("demo", &["--once".to_owned()], build::Profile::Debug);
    }
    packages::install(packages::Need::Build)?;
    ui::build()?;
    build::workspace(build::Profile::Debug)?;
    say("opening the window");
    step::run(&build::Profile::Debug.binary("patchbay"), &[])
}

/// Builds everything and hands over to `patchbay-stage`.
fn stage(command: &str, rest: &[String], profile: build::Profile) -> Outcome {
    packages::install(if command == "bench" {
        packages::Need::Bench
    } else {
        packages::Need::Test
    })?;
    peers::install()?;
    ui::build()?;
    build::workspace(profile)?;
    let mut arguments = vec![command];
    arguments.extend(rest.iter().map(String::as_str));
    step::run(&profile.binary("patchbay-stage"), &arguments)
}
