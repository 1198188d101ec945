//! Campaigns: many runs, each made by one number, and what is left of a failing one when every step that it does not need
//! is left out.
//!
//! Each step of a run is drawn from the run's number and its own, so that it does the same thing whichever of the
//! others are taken, as far as what it finds allows.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;

/// Runs that are tried to make a failing one shorter.
const MOST_TRIES: usize = 120;
/// Failing runs after which a campaign ends.
const MOST_FAILURES: usize = 5;

/// Runs of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Campaign {
    /// The variable that replays one run.
    pub variable: &'static str,
    /// Steps of a run.
    pub steps: usize,
    /// Runs these steps of a number and gives the plan; the error says what differed, after the plan.
    pub run: fn(u64, &[usize]) -> Result<String>,
}

/// A run that fails and needs every step it has, as far as was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    /// Its number.
    pub seed: u64,
    /// The steps that it takes.
    pub steps: Vec<usize>,
    /// What went wrong then, with the plan.
    pub error: String,
}

impl Campaign {
    /// Runs numbers from zero on all cores; gives the first failures, each as short as it could be made.
    pub fn go(&self, seeds: u64) -> Vec<String> {
        let next = AtomicU64::new(0);
        let failures: Mutex<Vec<String>> = Mutex::default();
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        let enough = failures.lock().is_ok_and(|f| f.len() >= MOST_FAILURES);
                        if seed >= seeds || enough {
                            return;
                        }
                        if let Err(error) = self.one(seed, &self.all()) {
                            let text = self.tell(&self.shorten(seed, error));
                            failures.lock().expect("no thread of a campaign panics").push(text);
                        }
                    }
                });
            }
        });
        failures.into_inner().expect("no thread of a campaign panics")
    }

    /// Numbers of all steps.
    pub fn all(&self) -> Vec<usize> {
        (0..self.steps).collect()
    }

    /// Runs some steps of one number and gives their plan; a panic is an error too.
    pub fn one(&self, seed: u64, steps: &[usize]) -> Result<String, String> {
        match catch_unwind(AssertUnwindSafe(|| (self.run)(seed, steps))) {
            Ok(result) => result.map_err(|error| format!("{error:#}")),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                Err(format!("a panic: {}", text.unwrap_or("without words")))
            }
        }
    }

    /// Leaves steps out of a failing run, halves first, for as long as it fails.
    pub fn shorten(&self, seed: u64, error: String) -> Short {
        let mut short = Short { seed, steps: self.all(), error };
        let (mut tries, mut size) = (0, self.steps.div_ceil(2));
        while size > 0 {
            let (mut at, mut shorter) = (0, false);
            while at < short.steps.len() && tries < MOST_TRIES {
                let end = (at + size).min(short.steps.len());
                let left: Vec<usize> = [&short.steps[..at], &short.steps[end..]].concat();
                tries += 1;
                match self.one(seed, &left) {
                    Err(error) => {
                        (short.steps, short.error, shorter) = (left, error, true);
                    }
                    Ok(_) => at = end,
                }
            }
            // A single step may become needless once others are gone.
            if size > 1 || !shorter {
                size /= 2;
            }
        }
        short
    }

    /// A short run in words: what failed, and how to run it again.
    pub fn tell(&self, short: &Short) -> String {
        let steps: Vec<String> = short.steps.iter().map(usize::to_string).collect();
        format!(
            "{} of {} steps of seed {} fail ({}={} TERN_STEPS={} replays them)\n{}",
            short.steps.len(),
            self.steps,
            short.seed,
            self.variable,
            short.seed,
            steps.join(","),
            short.error
        )
    }

    /// Runs what the environment asks for, in place of a campaign: a number, and which of its steps.
    pub fn replay(&self) -> Option<Result<String, String>> {
        let seed = number(self.variable)?;
        let step = |text: &str| text.trim().parse::<usize>().expect("TERN_STEPS names steps by number");
        let steps =
            std::env::var("TERN_STEPS").ok().map(|text| text.split(',').map(step).collect::<Vec<_>>());
        Some(self.one(seed, &steps.unwrap_or_else(|| self.all())))
    }
}

/// A number in the environment.
pub fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}
