//! The trial process: sets its own limits, reads one question from standard input, answers on standard output, ends.
//!
//! It opens no file of a home, no network and no key; whatever it reads may be hostile.

use std::io::{self, BufReader, BufWriter, Write};
use std::process::ExitCode;

use tern_model::foreign;
use tern_model::trial::{TrialVerdict, stand};

use crate::api::PeerError;

use super::frame::{Answer, Body, Kind, read_body, read_head, write_answer};

/// Serves one trial. Called by `main` for [`super::SUBCOMMAND`] before anything else is set up.
pub fn serve() -> ExitCode {
    // A panic is an answer, not something to print.
    std::panic::set_hook(Box::new(|_| {}));
    match answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer() -> io::Result<()> {
    let mut from = BufReader::new(io::stdin().lock());
    let mut out = BufWriter::new(io::stdout().lock());
    let head = read_head(&mut from)?;
    limits::begin(head.processor_secs, head.ground_memory_bytes);
    let body = read_body(&mut from)?;
    let last = match head.kind {
        Kind::Changes => changes(&mut out, &body, head.step_memory_bytes)?,
        Kind::Foreign => file(&body),
    };
    write_answer(&mut out, &last)
}

fn changes(out: &mut impl Write, body: &Body, step_memory_bytes: u64) -> io::Result<Answer> {
    let ground = match stand(&body.ground) {
        Ok(ground) => ground,
        Err(reason) => return Ok(Answer::GroundFails(reason)),
    };
    write_answer(out, &Answer::Stands)?;
    limits::next(step_memory_bytes);
    Ok(match ground.take(&body.suspects) {
        TrialVerdict::Ok => Answer::Done(Vec::new()),
        TrialVerdict::Unsafe(reason) => Answer::Fails(reason),
    })
}

fn file(body: &Body) -> Answer {
    let Some(file) = body.suspects.first() else { return Answer::Refused(Vec::new()) };
    match foreign::read(file).map_err(PeerError::from) {
        Ok(found) => serde_json::to_vec(&found).map_or_else(|e| Answer::Fails(e.to_string()), Answer::Done),
        Err(error) => Answer::Refused(serde_json::to_vec(&error).unwrap_or_default()),
    }
}

/// Limits that a process sets on itself; where the system has none, the parent's clock alone limits it.
#[cfg(target_os = "linux")]
mod limits {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// Sets the limit that counts; the hard one, which only sinks, stays.
    fn set(resource: Resource, most: u64) {
        let maximum = getrlimit(resource).maximum;
        let current = Some(maximum.map_or(most, |hard| hard.min(most)));
        // A limit that cannot be set leaves the parent's clock; there is nobody to tell.
        let _ = setrlimit(resource, Rlimit { current, maximum });
    }

    /// A number of `/proc/self/status`, in bytes.
    fn status(name: &str) -> Option<u64> {
        let text = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = text.lines().find_map(|l| l.strip_prefix(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
    }

    /// Before anything hostile is read: no core files, processor time and memory bounded.
    pub(super) fn begin(processor_secs: u64, memory_bytes: u64) {
        set(Resource::Core, 0);
        set(Resource::Cpu, processor_secs);
        if let Some(now) = status("VmSize") {
            set(Resource::As, now.saturating_add(memory_bytes));
        }
    }

    /// Before the suspects: memory from the highest use so far.
    pub(super) fn next(memory_bytes: u64) {
        if let Some(peak) = status("VmPeak") {
            set(Resource::As, peak.saturating_add(memory_bytes));
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod limits {
    pub(super) fn begin(_processor_secs: u64, _memory_bytes: u64) {}

    pub(super) fn next(_memory_bytes: u64) {}
}
