//! `demo`: two laptops and a blind node live through the guided tour, on this machine's loopback alone.
//!
//! It uses nothing but what the window and the commands use. The laptops are never on at the same time.

mod large;
mod machines;
mod proof;
mod sample;
mod teller;
mod tour;

use std::path::{Path, PathBuf};
use std::time::Instant;

use tern_peer::{ErrorKind, PeerError};

use crate::args::DemoArgs;
use crate::{failure, stop};
pub(crate) use large::MOST_PEOPLE;
use teller::Teller;

/// Exit code of a process that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Runs the tour; any difference from what Tern promises is an error.
pub(crate) fn run(json: bool, args: &DemoArgs) -> Result<(), PeerError> {
    let (dir, temporary) = folder(args.keep.as_deref())?;
    let flag = watch_for_stop(temporary.as_ref().map(|t| t.path().to_path_buf()))?;
    if args.large.large {
        return large::make(json, &args.large, &dir, flag);
    }
    let started = Instant::now();
    let mut teller = Teller::new(json, flag);
    teller.say(
        "Tern, the guided tour. Ben works in London, Aiko in Tokyo; their laptops are never on at the same time.\n\
         Between them stands a node: always on, and unable to read. All of it runs on this machine only.",
    );
    let result = tour::take(&dir, &mut teller);
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    teller.finish(result.is_ok(), took_ms)?;
    result?;
    teller.say(&farewell(&dir, temporary.is_some(), teller.count(), took_ms));
    Ok(())
}

/// The folder of the tour, and its guard when it is to go away afterwards.
fn folder(keep: Option<&Path>) -> Result<(PathBuf, Option<tempfile::TempDir>), PeerError> {
    let Some(dir) = keep else {
        let temporary = tempfile::Builder::new()
            .prefix("tern-demo-")
            .tempdir()
            .map_err(|e| failure::system("Making a temporary folder", &e))?;
        return Ok((temporary.path().to_path_buf(), Some(temporary)));
    };
    std::fs::create_dir_all(dir).map_err(|e| failure::unwritable(dir, &e))?;
    let mut entries = std::fs::read_dir(dir).map_err(|e| failure::unreadable(dir, &e))?;
    if entries.next().is_some() {
        return Err(PeerError::new(ErrorKind::Usage, format!("{} is not empty.", dir.display()))
            .safe("Nothing in it was touched.")
            .next("Name an empty or missing folder."));
    }
    let dir = dir.canonicalize().map_err(|e| failure::unreadable(dir, &e))?;
    Ok((dir, None))
}

/// The first Ctrl-C ends the tour after the step at hand, the second at once; the temporary folder goes either way.
fn watch_for_stop(temporary: Option<PathBuf>) -> Result<stop::Flag, PeerError> {
    let flag = stop::Flag::default();
    let raised = flag.clone();
    stop::on_request(move || {
        if raised.is_raised() {
            if let Some(dir) = &temporary {
                // The process is going; what cannot be removed is left to the system's own cleaning.
                let _ = std::fs::remove_dir_all(dir);
            }
            std::process::exit(INTERRUPTED);
        }
        raised.raise();
        eprintln!("Stopping after this step. Ctrl-C again stops at once.");
    })?;
    Ok(flag)
}

fn farewell(dir: &Path, temporary: bool, steps: usize, took_ms: u64) -> String {
    let seconds = took_ms as f64 / 1000.0;
    let end = if temporary {
        "The folders of the tour are removed; `tern demo --keep DIR` keeps them to look at.".to_owned()
    } else {
        format!("Look around: tern --home {} page list", dir.join("ben").display())
    };
    format!(
        "\nAll {steps} steps ended as promised, in {seconds:.1} s.\n{end}\n\
         Your own workspace: tern init --name YOU --zone YOUR/ZONE --title TITLE"
    )
}
