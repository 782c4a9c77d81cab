//! `patchbay-stage`: what shows and measures the finished app: the demo, the pictures, the figures.
//!
//! Started by `cargo xtask`, which has built everything and installed what it needs. Nothing in here ships.

mod bench;
mod demo;
mod desktops;
mod devices;
mod screenshots;
mod team;
mod view;
mod world;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "patchbay-stage", about = "Shows and measures the app; started by cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Real servers on loopback and the app on a throwaway vault that holds them.
    Demo {
        /// Drive it once in a virtual display, take a picture and end.
        #[arg(long)]
        once: bool,
    },
    /// Pictures of the main screens, light and dark.
    Screenshots {
        /// Only screens whose name contains this.
        name: Option<String>,
    },
    /// Figures, each beside a named peer.
    Bench {
        /// Only figures whose name contains this.
        name: Option<String>,
    },
    /// A desktop on loopback, looked at by a process of its own: what figures start.
    #[command(hide = true)]
    View {
        /// How it is spoken to, and by what.
        with: view::With,
        /// The port of 127.0.0.1.
        port: u16,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    patchbay_core::descriptors::make_room();
    let outcome = match Arguments::parse().command {
        Command::Demo { once: true } => demo::once().await,
        Command::Demo { once: false } => demo::open().await,
        Command::Screenshots { name } => {
            screenshots::take(name.as_deref().unwrap_or_default()).await
        }
        Command::View { with, port } => view::open(with, port).await,
        Command::Bench { name } => bench::run(name.as_deref().unwrap_or_default()).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What any of it can fail with: it only ever becomes a line on the terminal.
type Error = Box<dyn std::error::Error + Send + Sync>;
