//! Tells the tour: to people as it happens, to programs as one list of steps at the end.

use std::time::Instant;

use serde::Serialize;
use tern_peer::{ErrorKind, PeerError};

use crate::context::{print, to_json};
use crate::stop::Flag;
use crate::table::safe_lines;

/// One step of the tour.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    name: &'static str,
    ok: bool,
    took_ms: u64,
    detail: String,
}

/// The whole tour for programs.
#[derive(Debug, Serialize)]
struct Report<'a> {
    ok: bool,
    took_ms: u64,
    steps: &'a [Step],
}

/// Collects steps and prints them for people.
#[derive(Debug)]
pub(super) struct Teller {
    json: bool,
    stop: Flag,
    steps: Vec<Step>,
}

impl Teller {
    pub(super) fn new(json: bool, stop: Flag) -> Self {
        Teller { json, stop, steps: Vec::new() }
    }

    /// Prints a paragraph for people.
    pub(super) fn say(&self, text: &str) {
        if !self.json {
            print(&format!("{text}\n"));
        }
    }

    /// Does a step; its lines are what there is to see, its error ends the tour.
    pub(super) fn step(
        &mut self,
        name: &'static str,
        heading: &str,
        work: impl FnOnce() -> Result<Vec<String>, PeerError>,
    ) -> Result<(), PeerError> {
        if self.stop.is_raised() {
            return Err(stopped());
        }
        self.say(&format!("\n{}. {heading}", self.steps.len() + 1));
        let started = Instant::now();
        let result = work();
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (ok, lines) = match &result {
            Ok(lines) => (true, lines.clone()),
            Err(e) => (false, vec![e.to_string()]),
        };
        for line in lines.iter().flat_map(|l| l.lines()) {
            self.say(&format!("   {}", safe_lines(line)));
        }
        self.steps.push(Step { name, ok, took_ms, detail: lines.join("\n") });
        result.map(|_| ())
    }

    /// Prints the list of steps for programs.
    pub(super) fn finish(&self, ok: bool, took_ms: u64) -> Result<(), PeerError> {
        if self.json {
            print(&(to_json(&Report { ok, took_ms, steps: &self.steps })? + "\n"));
        }
        Ok(())
    }

    /// Steps that were told.
    pub(super) fn count(&self) -> usize {
        self.steps.len()
    }
}

/// The tour found something other than what Tern promises.
pub(super) fn broken(what: impl Into<String>) -> PeerError {
    PeerError::new(ErrorKind::Failed, what)
        .safe("The tour works in folders of its own; your workspace was not touched.")
        .next("Run `tern demo --keep DIR` and report what you see: this is a fault of Tern.")
}

fn stopped() -> PeerError {
    PeerError::new(ErrorKind::Failed, "The tour was stopped.").safe("Its folders are removed.")
}
