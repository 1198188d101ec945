//! The terminal commands of Tern: reads the command line, asks the running replica, prints the answer.
//!
//! It holds no rules of the workspace: those lie behind `tern_peer`. Names, JSON keys and exit codes are a contract
//! with scripts and only grow.

mod args;
mod commands;
mod context;
mod demo;
mod failure;
mod fault;
mod human;
mod stop;
mod table;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind as ClapKind;
use tern_peer::{Env, Network, PeerError};

pub use fault::quiet_faults;

use args::{Cli, DemoArgs, shield};
use context::Context;

/// What the window needs to start.
#[derive(Debug, Clone)]
pub struct WindowStart {
    /// Folder of this device.
    pub home: PathBuf,
    /// Its surroundings.
    pub env: Env,
}

/// The home and surroundings for the window when the command line names no command, else `None` (also for a command
/// line that cannot be read: [`run`] then says what is wrong with it).
pub fn wants_window(args: &[OsString]) -> Option<WindowStart> {
    let cli = Cli::try_parse_from(args).ok()?;
    if cli.action.is_some() || cli.json {
        return None;
    }
    let mut env = context::env_from_surroundings().ok()?;
    env.network = Network::Lan;
    let home = context::home(cli.home).ok()?;
    Some(WindowStart { home, env })
}

/// Runs the command line and returns the exit code of the contract.
pub fn run(args: Vec<OsString>) -> ExitCode {
    start_log();
    let asked_json = args.iter().skip(1).any(|a| a == "--json");
    match Cli::try_parse_from(shield(args)) {
        Ok(cli) => perform(cli),
        Err(e) if matches!(e.kind(), ClapKind::DisplayHelp | ClapKind::DisplayVersion) => {
            context::print(&e.render().to_string());
            ExitCode::SUCCESS
        }
        Err(e) => failure::usage(&e, asked_json),
    }
}

/// Says why there is no window and shows the guided tour instead.
pub fn run_without_window(args: Vec<OsString>, reason: &str) -> ExitCode {
    start_log();
    let json = match Cli::try_parse_from(args) {
        Ok(cli) => cli.json,
        Err(e) => return failure::usage(&e, false),
    };
    eprintln!(
        "The window cannot be opened: {reason}.\nHere is the guided tour in the terminal instead (`tern demo`); \
         `tern --help` lists the commands.\n"
    );
    finish(json, demo::run(json, &DemoArgs::default()))
}

fn perform(cli: Cli) -> ExitCode {
    let json = cli.json;
    let Some(action) = cli.action else {
        return run_without_window(vec!["tern".into()], "--json asks for text");
    };
    if let args::Action::Demo(demo) = &action {
        return finish(json, demo::run(json, demo));
    }
    let result =
        Context::new(cli.home, cli.workspace, json).and_then(|context| commands::run(&context, action));
    finish(json, result)
}

fn finish(json: bool, result: Result<(), PeerError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => failure::report(&e, json),
    }
}

/// Diagnostics go to standard error, by the filter in `TERN_LOG` (errors only when absent).
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("TERN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error,iroh=off,noq=off,swarm_discovery=off"));
    // A second call in one process (tests) keeps the first subscriber.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
