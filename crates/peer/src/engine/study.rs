//! Questions about the past of one document or of all, thought over on a thread of their own: whoever types does not wait.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::mpsc;

use super::Done;
use crate::api::{ErrorKind, PeerError, View};
use crate::core::study::{Study, Told};

/// Most questions that wait for the thread; further ones are answered at once, and everybody else waits.
const MAX_WAITING: usize = 16;

/// What was found, and who asked.
pub(super) type Found = (Told, Done<View>);

/// The one that is thought over, and those that wait.
pub(super) struct Studies {
    done: mpsc::Sender<Found>,
    waiting: VecDeque<(Study, Done<View>)>,
    busy: bool,
}

impl Studies {
    /// With the end at which the engine hears what was found.
    pub(super) fn new() -> (Studies, mpsc::Receiver<Found>) {
        let (done, found) = mpsc::channel(1);
        (Studies { done, waiting: VecDeque::new(), busy: false }, found)
    }

    /// Begins, or waits its turn. What cannot wait comes back.
    pub(super) fn take(&mut self, study: Study, done: Done<View>) -> Option<Found> {
        if self.busy && self.waiting.len() >= MAX_WAITING {
            return Some((think(study), done));
        }
        self.waiting.push_back((study, done));
        if !self.busy {
            self.next();
        }
        None
    }

    /// The one under way is done: the next one begins.
    pub(super) fn next(&mut self) {
        self.busy = false;
        let Some((study, asked)) = self.waiting.pop_front() else { return };
        let found = self.done.clone();
        let work = move || {
            // When the engine has stopped nobody waits any more.
            let _ = found.blocking_send((think(study), asked));
        };
        match std::thread::Builder::new().name("tern-study".to_owned()).spawn(work) {
            Ok(_) => self.busy = true,
            Err(error) => tracing::error!(%error, "no thread for a question about the past"),
        }
    }
}

fn think(study: Study) -> Told {
    catch_unwind(AssertUnwindSafe(study)).unwrap_or_else(|_| Box::new(|_| Err(failed())))
}

fn failed() -> PeerError {
    PeerError::new(ErrorKind::Failed, "The past could not be read.")
        .safe("Every document is as it was.")
        .next("`tern check` looks for damage.")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::super::Msg;
    use super::*;
    use crate::api::{Command, Profile, Query, Reply};
    use crate::core::Core;
    use crate::files::Files;
    use crate::home::Home;
    use crate::host::Host;

    fn noting(number: usize, order: &Sender<usize>, go: Option<Receiver<()>>) -> (Study, Done<View>) {
        let order = order.clone();
        let study: Study = Box::new(move || {
            if let Some(go) = go {
                go.recv().expect("somebody says go");
            }
            order.send(number).expect("somebody reads");
            assert!(number != 1, "one of them fails");
            Box::new(|_| Err(failed()))
        });
        (study, Box::new(|_| ()))
    }

    #[test]
    fn one_is_thought_over_at_a_time_in_order_and_a_failure_stops_nothing() {
        let (mut studies, mut found) = Studies::new();
        let (order, seen) = channel();
        let (go, wait) = channel();
        let (study, done) = noting(0, &order, Some(wait));
        assert!(studies.take(study, done).is_none());
        for number in 1..=MAX_WAITING {
            let (study, done) = noting(number, &order, None);
            assert!(studies.take(study, done).is_none(), "number {number} waits");
        }
        assert!(seen.try_recv().is_err(), "nobody overtakes the first one");
        let (study, done) = noting(99, &order, None);
        assert!(studies.take(study, done).is_some(), "beyond the bound it is answered at once");
        go.send(()).expect("the first one waits");
        for _ in 0..=MAX_WAITING {
            assert!(found.blocking_recv().is_some(), "each one is found");
            studies.next();
        }
        let expected: Vec<usize> = std::iter::once(99).chain(0..=MAX_WAITING).collect();
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), expected);
    }

    /// A machine whose still clock is read when somebody opens the latch.
    struct Latched {
        begun: Sender<()>,
        go: Cell<Option<Receiver<()>>>,
    }

    impl Host for Latched {
        fn now_ms(&self) -> i64 {
            1_000
        }
        fn fill(&mut self, out: &mut [u8]) {
            out.fill(7);
        }
        fn still(&self) -> Box<dyn Host> {
            Box::new(Still { begun: self.begun.clone(), go: Cell::new(self.go.take()) })
        }
    }

    struct Still {
        begun: Sender<()>,
        go: Cell<Option<Receiver<()>>>,
    }

    impl Host for Still {
        fn now_ms(&self) -> i64 {
            if let Some(go) = self.go.take() {
                self.begun.send(()).expect("somebody waits for the beginning");
                go.recv().expect("somebody opens the latch");
            }
            1_000
        }
        fn fill(&mut self, out: &mut [u8]) {
            out.fill(7);
        }
    }

    fn founded(dir: &std::path::Path, host: Latched) -> Core {
        let profile = Profile {
            name: "Aiko".to_owned(),
            zone: "Asia/Tokyo".to_owned(),
            hours: None,
            checkins: None,
            off: Vec::new(),
        };
        Core::found(&dir.join("store"), &[3; 32], Box::new(host), &profile, "Ferry").expect("a workspace").0
    }

    #[test]
    fn a_command_is_answered_while_a_digest_is_being_made() {
        let dir = tempfile::tempdir().expect("a folder");
        let (begun, has_begun) = channel();
        let (go, wait) = channel();
        let core = founded(dir.path(), Latched { begun, go: Cell::new(Some(wait)) });
        let (mut engine, mut found) = super::super::begin(core, Files::new(Home::at(dir.path())));
        let (order, seen) = channel();
        let digest = order.clone();
        engine.message(Msg::Ask(
            Query::Digest { since: None },
            Box::new(move |view| {
                assert!(matches!(view, Ok(View::Digest(_))), "{view:?}");
                digest.send("digest").expect("somebody reads");
            }),
        ));
        assert!(seen.try_recv().is_err(), "the engine does not make it itself");
        has_begun.recv().expect("it is being made");
        let line = "Paint the pier".to_owned();
        engine.message(Msg::Call(
            Command::TaskNew { line },
            None,
            Box::new(move |reply| {
                assert!(matches!(reply, Ok(Reply::Task(_))), "{reply:?}");
                order.send("command").expect("somebody reads");
            }),
        ));
        assert_eq!(seen.try_recv(), Ok("command"), "nobody waited for the digest");
        go.send(()).expect("the digest waits");
        let (told, done) = found.blocking_recv().expect("it is made");
        done(engine.core().and_then(told));
        assert_eq!(seen.try_recv(), Ok("digest"));
    }
}
