//! The binary `tern`: opens the window when no command is given, else runs the terminal command.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    if args.get(1).is_some_and(|a| a == tern_peer::trial::SUBCOMMAND) {
        return tern_peer::trial::serve();
    }
    tern_cli::quiet_faults();
    if let Ok(program) = std::env::current_exe() {
        tern_peer::trial::use_program(program);
    }
    match tern_cli::wants_window(&args) {
        Some(start) => open_window(start, args),
        None => tern_cli::run(args),
    }
}

#[cfg(feature = "gui")]
fn open_window(start: tern_cli::WindowStart, args: Vec<OsString>) -> ExitCode {
    match tern_app::gui::run(start.home, start.env) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => tern_cli::run_without_window(args, &reason),
    }
}

#[cfg(not(feature = "gui"))]
fn open_window(_start: tern_cli::WindowStart, args: Vec<OsString>) -> ExitCode {
    tern_cli::run_without_window(args, "this build has no window")
}
