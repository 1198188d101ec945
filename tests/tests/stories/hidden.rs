//! What mute, done and snooze hide: every message that was not read or put away lies in exactly one place that says so, and
//! is back when what hid it ends.

use anyhow::{Result, bail, ensure};
use proptest::prelude::*;
use tern_model::hours::{HOUR_MS, Zone};
use tern_peer::{
    Command, DigestView, InboxCommand, InboxDoes, InboxView, Query, Reply, Say, SnoozeUntil, ThreadCommand,
    View,
};
use tern_tests::World;

const ADA: usize = 0;
const BAO: usize = 1;
/// Threads in which Bao takes part.
const THREADS: usize = 2;

#[derive(Debug, Clone)]
enum Act {
    /// Ada says something.
    Say(usize),
    /// It reaches Bao.
    Meet,
    Read(usize),
    Done(usize),
    Mute(usize, bool),
    SnoozeToReply(usize),
    /// For some hours.
    Snooze(usize, i64),
    /// Hours go by.
    Pass(i64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let thread = || 0..THREADS;
    let one = prop_oneof![
        4 => thread().prop_map(Act::Say),
        4 => Just(Act::Meet),
        1 => thread().prop_map(Act::Read),
        1 => thread().prop_map(Act::Done),
        2 => (thread(), any::<bool>()).prop_map(|(thread, on)| Act::Mute(thread, on)),
        1 => thread().prop_map(Act::SnoozeToReply),
        1 => (thread(), 1..30_i64).prop_map(|(thread, hours)| Act::Snooze(thread, hours)),
        1 => (1..30_i64).prop_map(Act::Pass),
    ];
    prop::collection::vec(one, 6..40)
}

/// What hides a thread beside mute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Snoozed {
    No,
    ToReply,
    Until(i64),
}

/// A thread as it should be for Bao.
#[derive(Debug)]
struct Should {
    id: String,
    /// Lines that have not reached him.
    on_the_way: Vec<String>,
    /// Lines that have.
    here: Vec<String>,
    /// How many of them he has not read or put away.
    unseen: usize,
    muted: bool,
    snoozed: Snoozed,
}

struct Story {
    world: World,
    threads: Vec<Should>,
}

impl Story {
    fn begin(seed: u64) -> Result<Story> {
        let mut world = World::ready(seed, 2)?;
        let mut threads = Vec::new();
        for n in 0..THREADS {
            let say = Say {
                body: "Which pier?".to_owned(),
                intent: Some("question".to_owned()),
                to: vec!["Bao".to_owned()],
                ..Say::default()
            };
            let new = ThreadCommand::New { title: format!("Thread {n}"), on: None, space: None, say };
            let Reply::Thread(view) = world.perform(ADA, &Command::Thread(new))? else { bail!("no thread") };
            threads.push(view.id);
        }
        world.quiesce()?;
        for thread in &threads {
            let say = Say { body: "The second.".to_owned(), ..Say::default() };
            let answer = ThreadCommand::Reply { thread: thread.clone(), say };
            world.perform(BAO, &Command::Thread(answer))?;
            world.perform(BAO, &Command::MarkRead { page: thread.clone(), heads: None })?;
        }
        world.quiesce()?;
        let should = |id| Should {
            id,
            on_the_way: Vec::new(),
            here: Vec::new(),
            unseen: 0,
            muted: false,
            snoozed: Snoozed::No,
        };
        Ok(Story { world, threads: threads.into_iter().map(should).collect() })
    }

    fn does(&mut self, thread: usize, does: InboxDoes) -> Result<()> {
        let thread = self.threads[thread].id.clone();
        self.world.perform(BAO, &Command::Inbox(InboxCommand { thread, does }))?;
        Ok(())
    }

    fn say(&mut self, thread: usize, body: String) -> Result<()> {
        let say = Say { body: body.clone(), ..Say::default() };
        let reply = ThreadCommand::Reply { thread: self.threads[thread].id.clone(), say };
        self.world.perform(ADA, &Command::Thread(reply))?;
        self.threads[thread].on_the_way.push(body);
        Ok(())
    }

    fn meet(&mut self) -> Result<()> {
        self.world.quiesce()?;
        for thread in &mut self.threads {
            if !thread.on_the_way.is_empty() && thread.snoozed == Snoozed::ToReply {
                thread.snoozed = Snoozed::No;
            }
            thread.unseen += thread.on_the_way.len();
            thread.here.append(&mut thread.on_the_way);
        }
        Ok(())
    }

    fn act(&mut self, step: usize, act: &Act) -> Result<()> {
        match *act {
            Act::Say(thread) => self.say(thread, format!("Line {step}."))?,
            Act::Meet => self.meet()?,
            Act::Read(thread) => {
                let page = self.threads[thread].id.clone();
                self.world.perform(BAO, &Command::MarkRead { page, heads: None })?;
                self.threads[thread].unseen = 0;
            }
            Act::Done(thread) => {
                self.does(thread, InboxDoes::Done)?;
                (self.threads[thread].unseen, self.threads[thread].snoozed) = (0, Snoozed::No);
            }
            Act::Mute(thread, on) => {
                self.does(thread, InboxDoes::Mute(on))?;
                self.threads[thread].muted = on;
            }
            Act::SnoozeToReply(thread) => {
                self.does(thread, InboxDoes::Snooze(SnoozeUntil::Reply))?;
                self.threads[thread].snoozed = Snoozed::ToReply;
            }
            Act::Snooze(thread, hours) => {
                let at_ms = self.world.core_ref(BAO).now_ms() / 1_000 * 1_000 + hours * HOUR_MS;
                let until = SnoozeUntil::Moment(Zone::utc().rfc3339(at_ms));
                self.does(thread, InboxDoes::Snooze(until))?;
                self.threads[thread].snoozed = Snoozed::Until(at_ms);
            }
            Act::Pass(hours) => self.world.pass(hours * HOUR_MS),
        }
        self.check()
    }

    /// The law.
    fn check(&mut self) -> Result<()> {
        let View::Inbox(inbox) = self.world.ask(BAO, &Query::Inbox)? else { bail!("no inbox") };
        let View::Digest(digest) = self.world.ask(BAO, &Query::Digest { since: None })? else {
            bail!("no digest")
        };
        let now_ms = self.world.core_ref(BAO).now_ms();
        for thread in &self.threads {
            self.in_its_place(thread, &inbox, &digest, now_ms)?;
        }
        for thread in 0..self.threads.len() {
            let query = Query::Thread { thread: self.threads[thread].id.clone() };
            let View::Thread(view) = self.world.ask(BAO, &query)? else { bail!("no thread") };
            let bodies: Vec<String> = view.messages.into_iter().map(|message| message.body).collect();
            let here = &self.threads[thread].here;
            ensure!(here.iter().all(|line| bodies.contains(line)), "{here:?} in {bodies:?}");
        }
        Ok(())
    }

    fn in_its_place(
        &self,
        thread: &Should,
        inbox: &InboxView,
        digest: &DigestView,
        now_ms: i64,
    ) -> Result<()> {
        let listed = inbox.items.iter().find(|item| item.id == thread.id).map(|item| item.unread);
        let aside = inbox.snoozed.iter().any(|item| item.id == thread.id);
        let counted = digest.counted.iter().any(|one| one.id == thread.id && one.why == "muted");
        let told = digest.items.iter().any(|item| item.id == thread.id);
        let hidden = match thread.snoozed {
            Snoozed::No => false,
            Snoozed::ToReply => true,
            Snoozed::Until(at) => at > now_ms,
        };
        let (unseen, muted) = (thread.unseen > 0, thread.muted);
        let should = if unseen && !muted && !hidden { Some(thread.unseen) } else { None };
        ensure!(listed == should, "{thread:?}\nis in the inbox: {listed:?}, not {should:?}");
        ensure!(aside == (unseen && !muted && hidden), "{thread:?}\nis among what is snoozed: {aside}");
        ensure!(counted == (unseen && muted), "{thread:?}\nis counted as muted: {counted}");
        ensure!(told == (unseen && !muted), "{thread:?}\nis told by a digest: {told}");
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    /// Law: what came and was neither read nor put away is in the inbox, among what is snoozed, or counted as muted, and in
    /// one of them only; once nothing hides it, all of it is in the inbox.
    #[test]
    fn nothing_that_is_hidden_is_lost(acts in acts(), seed in 0..1_000_u64) {
        let run = || -> Result<()> {
            let mut story = Story::begin(90_000 + seed)?;
            for (step, one) in acts.iter().enumerate() {
                story.act(step, one)?;
            }
            story.meet()?;
            for thread in 0..THREADS {
                // A last line wakes what waits for one.
                story.say(thread, "The last line.".to_owned())?;
                story.act(0, &Act::Mute(thread, false))?;
            }
            story.act(0, &Act::Meet)?;
            story.act(0, &Act::Pass(31))?;
            let View::Inbox(inbox) = story.world.ask(BAO, &Query::Inbox)? else { bail!("no inbox") };
            for thread in &story.threads {
                let back = inbox.items.iter().any(|item| item.id == thread.id && item.unread == thread.unseen);
                ensure!(back && thread.unseen > 0, "{thread:?} is not back: {inbox:?}");
            }
            Ok(())
        };
        run().map_err(|e| TestCaseError::fail(format!("{e:#}")))?;
    }
}
