//! Trials of suspect changes and readings of foreign files: in a child process with hard limits where the program can
//! start itself, else (tests, simulator, other users of the library) in this process.
//!
//! What a trial means is `tern_model::trial`; when one is held is `core::sift`. Nothing here touches a store or a key.

mod child;
pub mod frame;
mod serve;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tern_model::foreign::{self, Foreign};
use tern_model::trial::{TrialVerdict, stand};

use crate::api::PeerError;

pub use child::ChildTrials;
pub use serve::serve;

/// The hidden subcommand under which the program serves one trial and ends.
pub const SUBCOMMAND: &str = "__trial";

const MIB: u64 = 1024 * 1024;
/// Memory that a suspect may take beyond what the document it is tried on took.
const STEP_MEMORY_BYTES: u64 = 64 * MIB;
/// Memory that building a document may take in a trial, and reading a foreign file.
const GROUND_MEMORY_BYTES: u64 = 512 * MIB;
/// Time that a suspect may take, beyond as much again as the document it is tried on took.
const STEP_TIME: Duration = Duration::from_secs(2);
/// Time that building a document may take.
const GROUND_TIME: Duration = Duration::from_secs(5);
/// Time that reading a foreign file may take.
const FOREIGN_TIME: Duration = Duration::from_secs(30);
/// Time that the search for the bad changes of one document may take; what is left then waits for another try.
const SEARCH_TIME: Duration = Duration::from_secs(30);

/// How far a trial may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For the changes tried on, bytes beyond the empty process.
    pub ground_memory_bytes: u64,
    /// For the changes tried on.
    pub ground_time: Duration,
    /// For the suspects, bytes beyond the highest use until then.
    pub step_memory_bytes: u64,
    /// For the suspects, beyond as much again as those tried on took.
    pub step_time: Duration,
}

impl Limits {
    /// For the canonical trial of one change on its ancestors.
    pub const SUSPECT: Limits = Limits {
        ground_memory_bytes: GROUND_MEMORY_BYTES,
        ground_time: GROUND_TIME,
        step_memory_bytes: STEP_MEMORY_BYTES,
        step_time: STEP_TIME,
    };
    /// For a group that may be honest and large.
    pub const GROUP: Limits = Limits {
        ground_memory_bytes: GROUND_MEMORY_BYTES,
        ground_time: GROUND_TIME,
        step_memory_bytes: GROUND_MEMORY_BYTES,
        step_time: GROUND_TIME,
    };
    /// For a foreign file.
    pub const FOREIGN: Limits = Limits {
        ground_memory_bytes: GROUND_MEMORY_BYTES,
        ground_time: FOREIGN_TIME,
        step_memory_bytes: GROUND_MEMORY_BYTES,
        step_time: FOREIGN_TIME,
    };
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The suspects apply, save, load and read.
    Safe,
    /// They do not: an error, a panic or the end of the process.
    Fails(String),
    /// They took more memory than allowed.
    Memory,
    /// The changes that they were to be tried on do not stand themselves.
    GroundFails(String),
    /// Nothing is known: it took too long, or the trial could not be held.
    None(String),
}

/// Where trials are held.
pub trait Trials: Send + Sync + fmt::Debug {
    /// Tries raw changes in causal order on a document of `ground`.
    fn changes(&self, ground: &[&[u8]], suspects: &[&[u8]], limits: &Limits) -> Outcome;

    /// Reads a file of other software.
    fn foreign(&self, file: &[u8]) -> Result<Foreign, PeerError>;

    /// How long the search for the bad changes of one document may take; `None` for as long as it needs.
    fn patience(&self) -> Option<Duration> {
        None
    }
}

/// Trials in this process, without limits on memory and time. A panic of the library is caught.
#[derive(Debug, Clone, Copy, Default)]
pub struct InProcess;

impl Trials for InProcess {
    fn changes(&self, ground: &[&[u8]], suspects: &[&[u8]], _limits: &Limits) -> Outcome {
        let own = |chunks: &[&[u8]]| chunks.iter().map(|c| c.to_vec()).collect::<Vec<_>>();
        match stand(&own(ground)) {
            Err(reason) => Outcome::GroundFails(reason),
            Ok(ground) => match ground.take(&own(suspects)) {
                TrialVerdict::Ok => Outcome::Safe,
                TrialVerdict::Unsafe(reason) => Outcome::Fails(reason),
            },
        }
    }

    fn foreign(&self, file: &[u8]) -> Result<Foreign, PeerError> {
        Ok(foreign::read(file)?)
    }
}

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Says that `program`, started with [`SUBCOMMAND`], calls [`serve`]: from then on trials of this process run in
/// children of it. For the `main` of that program; the first call counts.
pub fn use_program(program: PathBuf) {
    let _ = PROGRAM.set(program);
}

/// Trials in children of the program named to [`use_program`], or in this process when none was.
pub(crate) fn of_this_process() -> Arc<dyn Trials> {
    match PROGRAM.get() {
        Some(program) => Arc::new(ChildTrials::new(program.clone())),
        None => Arc::new(InProcess),
    }
}
