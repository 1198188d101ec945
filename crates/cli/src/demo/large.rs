//! `demo --large`: a workspace of the size of a company, out of a seed, through the real engine and without a network.
//!
//! Every person has a device of their own and joins through bundles; words, people and amounts are a function of the seed,
//! ids and keys are drawn anew each time. The founder's home holds everything, and has not looked for thirty days.

mod cast;
mod desk;
mod words;

use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;
use tern_peer::{Command, Peer, PeerError, Progress, Query, Reply, View};

use crate::args::LargeArgs;
use crate::context::{env_from_surroundings, print, to_json};
use crate::failure;
use crate::stop::Flag;
pub(crate) use cast::MOST_PEOPLE;
use cast::Person;
use desk::{carry_in, carry_out};

const DAY_MS: i64 = 86_400_000;
/// The workspace is founded this many days before the present.
const AGE_DAYS: i64 = 180;
/// How long the founder has not looked.
const AWAY_DAYS: i64 = 30;
/// Days before the present at which everybody works: first those that the founder has seen.
const SEEN_DAYS: [i64; 5] = [170, 140, 110, 80, 45];
/// Those that came while the founder was away.
const UNSEEN_DAYS: [i64; 3] = [28, 12, 1];
/// Of each amount, this many parts lie in the time that the founder has seen and one in the time since.
const SEEN_PARTS: usize = 5;
/// One thread for so many messages.
const MESSAGES_OF_A_THREAD: usize = 10;
/// Threads of work that make people; more would only wait for the disk.
const MOST_HANDS: usize = 4;
/// Projects that tasks belong to.
const PROJECTS: [&str; 8] =
    ["Website", "Ferries", "Harbour", "Tickets", "Crew", "Winter", "Mobile", "Ledger"];

/// What was made, for programs.
#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    seed: u64,
    took_ms: u64,
    tasks: usize,
    pages: usize,
    threads: usize,
    messages: usize,
    people: Vec<PersonReport>,
}

#[derive(Debug, Serialize)]
struct PersonReport {
    name: String,
    zone: String,
    home: String,
}

/// A whole run.
struct Run<'a> {
    args: &'a LargeArgs,
    dir: &'a Path,
    people: Vec<Person>,
    now_ms: i64,
    stop: Flag,
    progress: Progress,
}

/// What each person makes in one part of the time.
#[derive(Debug, Clone, Copy)]
struct Share {
    tasks: usize,
    pages: usize,
    replies: usize,
}

/// Makes the workspace in `dir`.
pub(super) fn make(json: bool, args: &LargeArgs, dir: &Path, stop: Flag) -> Result<(), PeerError> {
    let started = Instant::now();
    let now_ms = env_from_surroundings()?.now_ms.unwrap_or_else(tern_peer::host::wall_ms);
    let people = cast::people(dir, args.people);
    let run = Run { args, dir, people, now_ms, stop, progress: reporter(json) };
    run.everything()?;
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let report = run.report(took_ms)?;
    print(&if json { to_json(&report)? + "\n" } else { run.farewell(&report) });
    Ok(())
}

/// Progress on standard error, a line each where that is no terminal.
fn reporter(json: bool) -> Progress {
    let last = Mutex::new(String::new());
    std::sync::Arc::new(move |doing, done, of| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if !json && (*last != doing || done == of) {
            eprintln!("{doing}: {done} of {of}");
            doing.clone_into(&mut last);
        }
    })
}

impl Run<'_> {
    fn everything(&self) -> Result<(), PeerError> {
        let ticket = self.found()?;
        self.join(&ticket)?;
        self.threads()?;
        self.part("Months of work", "seen", true)?;
        self.catch_up()?;
        self.part("The last weeks", "since", false)
    }

    fn founder(&self) -> Result<&Person, PeerError> {
        self.people.first().ok_or_else(failure::mismatch)
    }

    fn days_ago(&self, days: i64) -> i64 {
        self.now_ms - days * DAY_MS
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.dir.join(format!("{name}.tern"))
    }

    fn check_stop(&self) -> Result<(), PeerError> {
        if self.stop.is_raised() {
            return Err(PeerError::new(tern_peer::ErrorKind::Failed, "Making the workspace was stopped.")
                .safe("What was made so far lies in its folder; nothing else was touched.")
                .next("Remove the folder and begin again."));
        }
        Ok(())
    }

    /// Workspace, projects, and one ticket for all.
    fn found(&self) -> Result<String, PeerError> {
        let founder = self.founder()?;
        let at_ms = self.days_ago(AGE_DAYS);
        Peer::init(&founder.home, &founder.profile, words::TITLE, &desk::env(at_ms))?;
        founder.open(at_ms, |desk| {
            for project in PROJECTS {
                desk.task(&format!("Plan the year of {project} >{project}"), &[])?;
            }
            let uses = u16::try_from(self.people.len()).unwrap_or(u16::MAX);
            let (role, mode) = ("writer".to_owned(), "open".to_owned());
            let invite = Command::Invite { role, mode, uses, expires_ms: AGE_DAYS * DAY_MS };
            let Reply::Ticket { ticket } = desk.call(invite)? else { return Err(failure::mismatch()) };
            desk.export(&self.file("invited"))?;
            Ok(ticket)
        })
    }

    /// Everybody joins by that ticket and a file, and tells the founder by another.
    fn join(&self, ticket: &str) -> Result<(), PeerError> {
        let at_ms = self.days_ago(AGE_DAYS);
        let invited = self.file("invited");
        self.each("People join", |person| {
            if person.index == 0 {
                return Ok(());
            }
            Peer::join(&person.home, ticket, &person.profile, Some(&invited), &desk::env(at_ms))?;
            person.open(at_ms, |desk| desk.export(&person.file("joined")))
        })?;
        self.gather("joined", at_ms, "members")
    }

    /// Everybody opens their share of the threads, asking people by name; then everybody has all of them.
    fn threads(&self) -> Result<(), PeerError> {
        let at_ms = self.days_ago(AGE_DAYS - 3);
        let count = self.args.messages / MESSAGES_OF_A_THREAD;
        let members = self.file("members");
        self.each("Threads are opened", |person| {
            person.open(at_ms + person.stagger_ms(), |desk| {
                if person.index > 0 {
                    desk.import(&members)?;
                }
                let mut dice = person.dice(self.args.seed, 1);
                for n in self.of_person(count, person.index) {
                    desk.open_thread(&self.people, person, &mut dice, n)?;
                }
                desk.export(&person.file("threads"))
            })
        })?;
        self.gather("threads", at_ms + DAY_MS, "all-threads")
    }

    /// One part of the time, for everybody; then the founder takes in what the others made.
    fn part(&self, doing: &str, name: &str, seen: bool) -> Result<(), PeerError> {
        let days: &[i64] = if seen { &SEEN_DAYS } else { &UNSEEN_DAYS };
        let known = self.file("all-threads");
        self.each(doing, |person| {
            let share = self.share(person.index, seen);
            let mut dice = person.dice(self.args.seed, if seen { 2 } else { 3 });
            for (turn, ago) in days.iter().enumerate() {
                self.check_stop()?;
                person.open(self.days_ago(*ago) + person.stagger_ms(), |desk| {
                    if seen && turn == 0 && person.index > 0 {
                        desk.import(&known)?;
                    }
                    let of = |amount: usize| part_of(amount, days.len(), turn);
                    let turn_share =
                        Share { tasks: of(share.tasks), pages: of(share.pages), replies: of(share.replies) };
                    desk.work(&self.people, person, &mut dice, turn_share, (name, turn), &PROJECTS)
                })?;
            }
            person.open(self.now_ms, |desk| desk.export(&person.file(name)))
        })?;
        self.gather(name, if seen { self.days_ago(AWAY_DAYS + 1) } else { self.now_ms }, "")
    }

    /// The founder reads everything, and goes away.
    fn catch_up(&self) -> Result<(), PeerError> {
        self.founder()?.open(self.days_ago(AWAY_DAYS), |desk| {
            let View::Digest(digest) = desk.query(Query::Digest { since: None })? else {
                return Err(failure::mismatch());
            };
            let items = digest.items.into_iter().map(|item| (item.id, item.heads));
            let counted = digest.counted.into_iter().map(|one| (one.id, one.heads));
            let seen = items.chain(counted).filter(|(_, heads)| !heads.is_empty()).collect();
            desk.call(Command::SeenAll { seen }).map(|_| ())
        })
    }

    /// The founder takes in a file of everybody, and writes one for everybody when `out` names it.
    fn gather(&self, name: &str, at_ms: i64, out: &str) -> Result<(), PeerError> {
        let of = self.people.len() as u64;
        self.founder()?.open(at_ms, |desk| {
            for person in &self.people {
                self.check_stop()?;
                (self.progress)("Files are taken in", person.index as u64 + 1, of);
                let file = person.file(name);
                if person.index > 0 {
                    carry_in(desk, &file)?;
                } else {
                    carry_out(&file)?;
                }
            }
            if out.is_empty() { Ok(()) } else { desk.export(&self.file(out)) }
        })
    }

    /// Numbers of the things that are a person's, of `count` altogether.
    fn of_person(&self, count: usize, index: usize) -> impl Iterator<Item = usize> + use<> {
        (index..count).step_by(self.people.len())
    }

    fn share(&self, index: usize, seen: bool) -> Share {
        let threads = self.args.messages / MESSAGES_OF_A_THREAD;
        let whole = |count: usize| self.of_person(count, index).count();
        let of = |count: usize| {
            let late = whole(count) / (SEEN_PARTS + 1);
            if seen { whole(count) - late } else { late }
        };
        Share {
            tasks: of(self.args.tasks.saturating_sub(PROJECTS.len())),
            pages: of(self.args.pages),
            replies: of(self.args.messages - threads),
        }
    }

    /// Does something for every person, several at a time. The first error ends it.
    fn each(
        &self,
        doing: &str,
        work: impl Fn(&Person) -> Result<(), PeerError> + Sync,
    ) -> Result<(), PeerError> {
        let hands = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_HANDS);
        let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
        let failed: Mutex<Option<PeerError>> = Mutex::new(None);
        let keep = |error: PeerError| {
            failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            next.store(self.people.len(), Ordering::SeqCst);
        };
        std::thread::scope(|scope| {
            for _ in 0..hands {
                scope.spawn(|| {
                    while let Some(person) = self.people.get(next.fetch_add(1, Ordering::SeqCst)) {
                        if let Err(error) = self.check_stop().and_then(|()| work(person)) {
                            return keep(error);
                        }
                        let done = done.fetch_add(1, Ordering::SeqCst) + 1;
                        (self.progress)(doing, done, self.people.len() as u64);
                    }
                });
            }
        });
        failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }

    /// Counts what the founder's home holds.
    fn report(&self, took_ms: u64) -> Result<Report, PeerError> {
        for name in ["invited", "members", "all-threads"] {
            carry_out(&self.file(name))?;
        }
        let (tasks, pages, threads) = self.founder()?.open(self.now_ms, desk::Desk::count)?;
        let person = |person: &Person| PersonReport {
            name: person.profile.name.clone(),
            zone: person.profile.zone.clone(),
            home: person.home.display().to_string(),
        };
        Ok(Report {
            ok: true,
            seed: self.args.seed,
            took_ms,
            tasks,
            pages,
            threads: threads.len(),
            messages: threads.iter().sum(),
            people: self.people.iter().map(person).collect(),
        })
    }

    fn farewell(&self, report: &Report) -> String {
        let home = report.people.first().map(|founder| founder.home.as_str()).unwrap_or_default();
        format!(
            "{} tasks, {} pages and {} messages in {} threads by {} people, in {:.1} s, seed {}.\n\
             {} has been away for {AWAY_DAYS} days: tern --home {home} digest\n\
             Everybody has a home of their own beside it; what the others made comes there with an exchange.\n",
            report.tasks,
            report.pages,
            report.messages,
            report.threads,
            report.people.len(),
            report.took_ms as f64 / 1000.0,
            report.seed,
            report.people.first().map(|founder| founder.name.as_str()).unwrap_or_default(),
        )
    }
}

/// The part of an amount that falls on one of `turns`.
fn part_of(amount: usize, turns: usize, turn: usize) -> usize {
    amount * (turn + 1) / turns - amount * turn / turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_share_an_amount_without_rest() {
        for amount in [0, 1, 7, 40, 1_000] {
            let all: usize = (0..5).map(|turn| part_of(amount, 5, turn)).sum();
            assert_eq!(all, amount);
        }
    }
}
