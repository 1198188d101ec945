//! Clock and randomness: the one place where the product reads them. The simulator puts its own in their place.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::trial::{InProcess, Trials, of_this_process};

/// What the engine asks of the machine it runs on.
pub trait Host: Send {
    /// Milliseconds since the epoch, UTC. Claims only: no validity rule reads it.
    fn now_ms(&self) -> i64;
    /// Fills `out` with unpredictable bytes.
    fn fill(&mut self, out: &mut [u8]);
    /// Release of the time-zone database that times are computed with here.
    fn zone_data(&self) -> String {
        tern_model::hours::tzdb_version().to_owned()
    }
    /// The zone that this machine is set to, when it says one.
    fn zone(&self) -> Option<String> {
        None
    }
    /// The same machine with a clock that stands still, for whoever looks from another thread at the workspace as it is now.
    fn still(&self) -> Box<dyn Host> {
        Box::new(SystemHost { now_ms: Some(self.now_ms()) })
    }
    /// Where trials of suspect changes are held.
    fn trials(&self) -> Arc<dyn Trials> {
        Arc::new(InProcess)
    }
    /// Feature bits that the build understands; a simulated machine may run an older one.
    fn features(&self) -> u64 {
        crate::hub::FEATURES
    }
}

impl dyn Host + '_ {
    /// `N` unpredictable bytes.
    pub fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}

/// The real machine. `now_ms` may be replaced (`TERN_NOW`).
#[derive(Debug, Clone, Default)]
pub struct SystemHost {
    /// Fixed time for display and derived time.
    pub now_ms: Option<i64>,
}

impl Host for SystemHost {
    fn now_ms(&self) -> i64 {
        self.now_ms.unwrap_or_else(wall_ms)
    }

    fn fill(&mut self, out: &mut [u8]) {
        // Without randomness no key is safe, and nothing has been written yet: stopping is the one right answer.
        getrandom::fill(out).expect("the operating system gives randomness");
    }

    fn zone(&self) -> Option<String> {
        let named = std::env::var("TZ").ok().filter(|name| !name.is_empty());
        named.or_else(|| iana_time_zone::get_timezone().ok())
    }

    fn trials(&self) -> Arc<dyn Trials> {
        of_this_process()
    }
}

/// The wall clock, for timers and time-outs that `TERN_NOW` must not stop.
pub fn wall_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

/// Starts measuring; the result tells the milliseconds since.
pub fn stopwatch() -> impl Fn() -> f64 {
    let started = std::time::Instant::now();
    move || started.elapsed().as_secs_f64() * 1000.0
}
