//! Starts the trial process, asks it and ends it at its limits.

use std::io::{BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use tern_model::foreign::{Foreign, MAX_FOREIGN_BYTES};

use crate::api::{ErrorKind, PeerError};

use super::frame::{Answer, Head, Kind, fits, read_answer, write_question};
use super::{Limits, Outcome, SEARCH_TIME, SUBCOMMAND, Trials};

/// Bytes of the child's complaints that are read.
const MAX_COMPLAINT_BYTES: u64 = 4096;
/// What the runtime says before it ends a process that is out of memory.
const OUT_OF_MEMORY: &str = "memory allocation of";

/// Trials in children of a program.
#[derive(Debug, Clone)]
pub struct ChildTrials {
    program: PathBuf,
}

/// What a child did.
enum Did {
    /// It gave its last answer.
    Answered(Answer),
    /// It ended without one.
    Ended { stood: bool, memory: bool, why: String },
    /// It was ended because its time was over, or by somebody else, or never ran.
    Unknown(String),
}

impl ChildTrials {
    /// Trials in children of `program`, which serves [`super::serve`] under [`SUBCOMMAND`].
    pub fn new(program: PathBuf) -> Self {
        ChildTrials { program }
    }

    fn ask(&self, kind: Kind, ground: &[&[u8]], suspects: &[&[u8]], limits: &Limits) -> Did {
        if !fits(ground, suspects) {
            return Did::Unknown("the document is too large for a trial".to_owned());
        }
        let secs = |d: Duration| d.as_secs() + 1;
        let head = Head {
            kind,
            ground_memory_bytes: limits.ground_memory_bytes,
            step_memory_bytes: limits.step_memory_bytes,
            processor_secs: 2 * secs(limits.ground_time) + secs(limits.step_time),
        };
        let child = match start(&self.program) {
            Ok(child) => child,
            Err(error) => return Did::Unknown(format!("no trial could be started: {error}")),
        };
        talk(child, &head, ground, suspects, limits)
    }
}

/// A child that does not outlive its handle.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(program: &PathBuf) -> std::io::Result<Started> {
    let mut command = Command::new(program);
    // Nothing of ours: no environment, no folder, no open file.
    command.arg(SUBCOMMAND).env_clear();
    #[cfg(unix)]
    command.current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map(Started)
}

fn talk(mut child: Started, head: &Head, ground: &[&[u8]], suspects: &[&[u8]], limits: &Limits) -> Did {
    let (Some(mut stdin), Some(stdout), Some(stderr)) =
        (child.0.stdin.take(), child.0.stdout.take(), child.0.stderr.take())
    else {
        return Did::Unknown("the trial has no pipes".to_owned());
    };
    std::thread::scope(|scope| {
        let (answers, heard) = sync_channel(2);
        scope.spawn(move || {
            let mut from = BufReader::new(stdout);
            while let Ok(answer) = read_answer(&mut from) {
                if answers.send(answer).is_err() {
                    break;
                }
            }
        });
        let complaint = scope.spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.take(MAX_COMPLAINT_BYTES).read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        scope.spawn(move || {
            // A child that ends early does not read on.
            let _ = write_question(&mut std::io::BufWriter::new(&mut stdin), head, ground, suspects);
            let _ = stdin.flush();
        });
        let (did, stood) = listen(&heard, head.kind, limits);
        let status = match did {
            Some(did) => {
                drop(child);
                return did;
            }
            None => child.0.wait(),
        };
        ended(status.ok(), stood, &complaint.join().unwrap_or_default())
    })
}

/// What the child says within its time: `None` when it ended without a last answer.
fn listen(heard: &Receiver<Answer>, kind: Kind, limits: &Limits) -> (Option<Did>, bool) {
    let begun = Instant::now();
    let mut stood = kind == Kind::Foreign;
    let mut until = begun + if stood { limits.step_time } else { limits.ground_time };
    loop {
        match heard.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Answer::Stands) if !stood => {
                stood = true;
                until = Instant::now() + begun.elapsed() + limits.step_time;
            }
            Ok(answer) => return (Some(Did::Answered(answer)), stood),
            Err(RecvTimeoutError::Timeout) => {
                return (Some(Did::Unknown("it takes too long".to_owned())), stood);
            }
            Err(RecvTimeoutError::Disconnected) => return (None, stood),
        }
    }
}

fn ended(status: Option<ExitStatus>, stood: bool, complaint: &str) -> Did {
    let killed = status.is_none_or(|s| by_others(&s));
    if killed {
        return Did::Unknown("the trial was ended by the system".to_owned());
    }
    let memory = complaint.contains(OUT_OF_MEMORY);
    let why = if memory { "it takes too much memory" } else { "the document library crashes on it" };
    Did::Ended { stood, memory, why: why.to_owned() }
}

/// Ended from outside (memory of the whole machine, processor time), which says nothing about the suspect.
#[cfg(unix)]
fn by_others(status: &ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    const KILL: i32 = 9;
    const TERM: i32 = 15;
    const PROCESSOR_TIME: i32 = 24;
    matches!(status.signal(), Some(KILL | TERM | PROCESSOR_TIME)) || status.code().is_some()
}

#[cfg(not(unix))]
fn by_others(status: &ExitStatus) -> bool {
    status.code().is_some_and(|code| (0..=1).contains(&code))
}

impl Trials for ChildTrials {
    fn changes(&self, ground: &[&[u8]], suspects: &[&[u8]], limits: &Limits) -> Outcome {
        match self.ask(Kind::Changes, ground, suspects, limits) {
            Did::Answered(Answer::Done(_)) => Outcome::Safe,
            Did::Answered(Answer::Fails(reason)) => Outcome::Fails(reason),
            Did::Answered(Answer::GroundFails(reason)) => Outcome::GroundFails(reason),
            Did::Answered(_) => Outcome::None("the trial gave a strange answer".to_owned()),
            Did::Ended { stood: true, memory: true, .. } => Outcome::Memory,
            Did::Ended { stood: true, memory: false, why } => Outcome::Fails(why),
            Did::Ended { stood: false, memory: true, .. } => {
                Outcome::None("the document is too large for a trial".to_owned())
            }
            Did::Ended { stood: false, memory: false, why } => Outcome::GroundFails(why),
            Did::Unknown(why) => Outcome::None(why),
        }
    }

    fn foreign(&self, file: &[u8]) -> Result<Foreign, PeerError> {
        if file.len() > MAX_FOREIGN_BYTES {
            // Refused by its size alone.
            return super::InProcess.foreign(file);
        }
        let refused = |why: &str| {
            PeerError::new(ErrorKind::BadInput, format!("This Automerge file cannot be read: {why}."))
                .safe("Nothing was changed; the file was read in a process of its own.")
                .next("Open it with the software that wrote it and save it again, perhaps in parts.")
        };
        let strange = || refused("the answer makes no sense");
        match self.ask(Kind::Foreign, &[], &[file], &Limits::FOREIGN) {
            Did::Answered(Answer::Done(json)) => serde_json::from_slice(&json).map_err(|_| strange()),
            Did::Answered(Answer::Refused(json)) => {
                Err(serde_json::from_slice(&json).unwrap_or_else(|_| strange()))
            }
            Did::Answered(Answer::Fails(why)) => Err(refused(&why)),
            Did::Answered(_) => Err(strange()),
            Did::Ended { why, .. } | Did::Unknown(why) => Err(refused(&why)),
        }
    }

    fn patience(&self) -> Option<Duration> {
        Some(SEARCH_TIME)
    }
}
