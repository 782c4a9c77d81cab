//! Patchbay from a shell: the commands of the window, terminals, and remote commands in scripts.
//!
//! Everything it does goes through the services the window uses. Deliberately absent: state of its own. Each run opens
//! the vault and closes it again.

mod app;
mod args;
mod ask;
mod call;
mod connect;
mod cp;
mod devices;
mod escape;
mod exchange;
mod exec;
mod forward;
mod list;
mod names;
mod on;
mod record;
mod report;
mod run;
mod stdin;

use app::App;
use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use report::Failure;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_env("PATCHBAY_LOG").unwrap_or_else(|_| EnvFilter::new("off")),
        )
        .with_writer(std::io::stderr)
        .init();
    patchbay_core::descriptors::make_room();
    let json = cli.options.json;
    match run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            failure.print(json);
            ExitCode::from(failure.code)
        }
    }
}

fn run(cli: Cli) -> Result<u8, Failure> {
    let Cli { options, command } = cli;
    match &command {
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "patchbay-cli", &mut script);
            report::print(&String::from_utf8_lossy(&script));
            return Ok(0);
        }
        Command::Commands => return call::list(options.json),
        Command::Call(call) if call.list => return call::list(options.json),
        _ => {}
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
            patchbay_model::ApiError::new(
                patchbay_model::ErrorCode::Internal,
                format!("No threads can be started: {error}."),
            )
        })?;
    let result = runtime.block_on(work(options, command));
    // A question nobody answered any more may still be waiting for a key.
    runtime.shutdown_background();
    result
}

async fn work(options: args::Options, command: Command) -> Result<u8, Failure> {
    let app = App::new(options)?;
    match &command {
        Command::Call(call) => call::call(&app, call).await,
        Command::List { filter } => list::list(&app, filter.as_deref()).await,
        Command::Show { name } => list::show(&app, name).await,
        Command::Connect { name } => connect::connect(&app, name).await,
        Command::Exec { name, command } => exec::exec(&app, name, command).await,
        Command::Record { command } => record::record(&app, command).await,
        Command::Cp(args) => cp::cp(&app, args).await,
        Command::Run(args) => run::run(&app, args).await,
        Command::Import(import) => exchange::import(&app, import).await,
        Command::Export(export) => exchange::export(&app, export).await,
        Command::Forward(forward) => {
            let args::Forward { name, local, remote, dynamic, names } = forward;
            forward::forward(&app, name, forward::Wanted { local, remote, dynamic, names }).await
        }
        Command::Power(args) => devices::power(&app, args).await,
        Command::Bmc(args) => devices::bmc(&app, args).await,
        Command::Console(args) => devices::console(&app, args).await,
        Command::Guests { name } => devices::guests(&app, name).await,
        Command::Guest(args) => devices::guest(&app, args).await,
        Command::Ports { name } => devices::ports(&app, name).await,
        Command::Port(args) => devices::port(&app, args).await,
        Command::ConsolePorts { name } => devices::console_ports(&app, name).await,
        Command::Vlan(args) => devices::vlan(&app, args).await,
        Command::Outlets { name } => devices::outlets(&app, name).await,
        Command::Outlet(args) => devices::outlet(&app, args).await,
        Command::Fleet => devices::fleet(&app).await,
        Command::Trust { name } => devices::trust(&app, name).await,
        Command::Commands | Command::Completions { .. } => Ok(0),
    }
}
