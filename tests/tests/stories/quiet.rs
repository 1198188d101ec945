//! Quiet hours through the engine over clock changes: nothing makes itself heard outside somebody's hours, or while they want to
//! hear nothing, but an emergency, and that by whoever is on call.

use anyhow::{Context, Result, bail, ensure};
use tern_model::hours::Zone;
use tern_peer::{
    Command, NotifyView, PracticeCommand, ProfileChange, Query, Reply, Say, ThreadCommand, View,
};
use tern_tests::World;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Somebody and their week, written down once more by hand: nothing of the product tells what their clock shows.
struct Person {
    laptop: usize,
    hours: &'static str,
    checkins: &'static str,
    /// Minutes that the clock is ahead of UTC in winter; an hour more in summer.
    winter: i64,
    /// Summers of 2027, as instants.
    summer: (&'static str, &'static str),
    /// Day of the week from Monday, from and until which minute.
    works: fn(i64, i64) -> bool,
    /// The same for being on call.
    on_call: fn(i64) -> bool,
}

/// In London; on call by night. Her Sunday night lies over the change of the clocks.
const ADA: Person = Person {
    laptop: 0,
    hours: "Mon-Fri 09:00-17:30; Sun 00:30-03:00",
    checkins: "01:30,09:00,13:00",
    winter: 0,
    summer: ("2027-03-28T01:00:00Z", "2027-10-31T01:00:00Z"),
    works: |day, minute| match day {
        0..=4 => (540..1_050).contains(&minute),
        6 => (30..180).contains(&minute),
        _ => false,
    },
    on_call: |minute| !(360..1_080).contains(&minute),
};

/// In Newfoundland, half an hour beside everybody's clock; never on call.
const CLEO: Person = Person {
    laptop: 2,
    hours: "Mon-Fri 08:00-16:00; Sun 00:30-04:00",
    checkins: "00:30,08:00,12:00",
    winter: -210,
    summer: ("2027-03-14T05:30:00Z", "2027-11-07T04:30:00Z"),
    works: |day, minute| match day {
        0..=4 => (480..960).contains(&minute),
        6 => (30..240).contains(&minute),
        _ => false,
    },
    on_call: |_| false,
};

/// Weekends of 2027 over which clocks change, by the Friday noon before.
const WEEKENDS: [(&str, &str); 4] = [
    ("2027-03-12T12:00:00Z", "Newfoundland goes to summer"),
    ("2027-03-26T12:00:00Z", "London goes to summer"),
    ("2027-10-29T12:00:00Z", "London goes to winter"),
    ("2027-11-05T12:00:00Z", "Newfoundland goes to winter"),
];

fn at(text: &str) -> Result<i64> {
    Zone::utc().moment(text).with_context(|| format!("{text} is no moment"))
}

impl Person {
    /// Day of the week from Monday, and minute of the day, on their wall.
    fn wall(&self, now_ms: i64) -> Result<(i64, i64)> {
        let summer = at(self.summer.0)? <= now_ms && now_ms < at(self.summer.1)?;
        let local_ms = now_ms + (self.winter + if summer { 60 } else { 0 }) * MINUTE_MS;
        // The first of January 1970 was a Thursday.
        Ok(((local_ms.div_euclid(DAY_MS) + 3).rem_euclid(7), local_ms.rem_euclid(DAY_MS) / MINUTE_MS))
    }

    fn works(&self, now_ms: i64) -> Result<bool> {
        let (day, minute) = self.wall(now_ms)?;
        Ok((self.works)(day, minute))
    }

    fn is_on_call(&self, now_ms: i64) -> Result<bool> {
        Ok((self.on_call)(self.wall(now_ms)?.1))
    }
}

/// A workspace at Friday noon before a change of the clocks, with an agreement that names who is on call.
fn friday(seed: u64, noon: &str) -> Result<World> {
    let mut world = World::ready(seed, 3)?;
    let now_ms = world.core_ref(0).now_ms();
    world.pass(at(noon)? - DAY_MS - now_ms);
    for person in [&ADA, &CLEO] {
        let (hours, checkins) = (Some(person.hours.to_owned()), Some(person.checkins.to_owned()));
        let change = ProfileChange { hours, checkins, ..ProfileChange::default() };
        world.perform(person.laptop, &Command::ProfileSet(change))?;
    }
    let template = "working-agreement".to_owned();
    let agreement = Command::PageFromTemplate { template, title: None, parent: None, space: None };
    world.perform(0, &agreement)?;
    let fields =
        [("criteria", "Boats stand still"), ("rota", "Ada daily 18:00-24:00; Ada daily 00:00-06:00")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let agreed = PracticeCommand::AgreementSet { page: None, fields };
    world.perform(0, &Command::Practice(agreed))?;
    world.quiesce()?;
    let now_ms = world.core_ref(0).now_ms();
    world.pass(at(noon)? - now_ms);
    Ok(world)
}

/// Tokyo asks both of them something.
fn ask(world: &mut World, title: &str, emergency: bool) -> Result<String> {
    let say = Say {
        body: format!("{title}: what now?"),
        to: vec!["Ada".to_owned(), "Cleo".to_owned()],
        intent: Some("question".to_owned()),
        urgency: emergency.then(|| "emergency".to_owned()),
        criterion: emergency.then(|| "boats".to_owned()),
        ..Say::default()
    };
    let new = ThreadCommand::New { title: title.to_owned(), on: None, space: None, say };
    let Reply::Thread(thread) = world.perform(1, &Command::Thread(new))? else { bail!("no thread") };
    world.quiesce()?;
    Ok(thread.id)
}

fn heard(world: &mut World, person: &Person) -> Result<NotifyView> {
    let View::Notify(view) = world.ask(person.laptop, &Query::Notify)? else { bail!("no notifications") };
    Ok(view)
}

/// What was heard at all, so that the law is not kept by hearing nothing.
#[derive(Debug, Default)]
struct Tally {
    /// By night, an emergency on call.
    woken: usize,
    /// In hours, anything.
    by_day: usize,
    /// Held, outside hours or in focus.
    held: usize,
}

/// The law at one instant, for one person. `emergency` is the thread of one that nobody has answered.
fn keeps_quiet(
    world: &mut World,
    person: &Person,
    emergency: Option<&str>,
    focus_ms: Option<i64>,
    tally: &mut Tally,
) -> Result<()> {
    let now_ms = world.core_ref(person.laptop).now_ms();
    let (works, on_call) = (person.works(now_ms)?, person.is_on_call(now_ms)?);
    let focus = focus_ms.is_some_and(|until| now_ms < until);
    let view = heard(world, person)?;
    let when = Zone::utc().rfc3339(now_ms);
    ensure!(view.quiet != works, "{when}: quiet {} and works {works}: {view:?}", view.quiet);
    ensure!(view.focus_until.is_some() == focus, "{when}: {view:?}");
    for item in &view.notify {
        let called = on_call && Some(item.id.as_str()) == emergency;
        ensure!(called || (works && !focus), "{when}: “{}” is heard: {view:?}", item.title);
    }
    let called = view.notify.iter().any(|item| Some(item.id.as_str()) == emergency);
    ensure!(called || !on_call || emergency.is_none(), "{when}: who is on call is not called: {view:?}");
    for held in &view.held {
        let until = held.until.as_deref().with_context(|| format!("held for ever: {held:?}"))?;
        ensure!(at(until)? > now_ms, "{when}: held until {until}, which is past");
    }
    tally.woken += usize::from(called && !works);
    tally.by_day += usize::from(works && !view.notify.is_empty());
    tally.held += usize::from((!works || focus) && !view.held.is_empty());
    Ok(())
}

/// Half hour by half hour from Friday noon to Tuesday noon. Questions come on Friday and on Saturday night, an emergency with the
/// latter; on Sunday evening somebody answers it.
fn weekend(seed: u64, noon: &str, focus: bool) -> Result<()> {
    let mut world = friday(seed, noon)?;
    let start_ms = world.core_ref(0).now_ms();
    ask(&mut world, "Fares", false)?;
    let (mut emergency, mut focus_ms) = (None, None);
    let mut tallies = [Tally::default(), Tally::default()];
    for half_hours in 0..8 * 24 {
        let now_ms = world.core_ref(0).now_ms();
        world.pass((start_ms + half_hours * HOUR_MS / 2 - now_ms).max(0));
        match half_hours {
            // Saturday 20:00 UTC.
            64 => {
                ask(&mut world, "Tides", false)?;
                emergency = Some(ask(&mut world, "Pier", true)?);
            }
            // From Saturday 22:00 to Monday 15:00 UTC both want to hear nothing.
            68 if focus => {
                let until_ms = start_ms + 75 * HOUR_MS;
                for person in [&ADA, &CLEO] {
                    let until = Some(Zone::utc().rfc3339(until_ms));
                    world.perform(person.laptop, &Command::Focus { until })?;
                }
                focus_ms = Some(until_ms);
            }
            // Sunday 22:00 UTC.
            116 => {
                let thread = emergency.take().context("an emergency")?;
                let say = Say { body: "They sail.".to_owned(), ..Say::default() };
                world.perform(0, &Command::Thread(ThreadCommand::Reply { thread, say }))?;
                world.quiesce()?;
            }
            _ => {}
        }
        for (person, tally) in [&ADA, &CLEO].into_iter().zip(&mut tallies) {
            let called = emergency.as_deref();
            keeps_quiet(&mut world, person, called, focus_ms, tally)?;
        }
    }
    let [ada, cleo] = tallies;
    ensure!(ada.woken > 20 && cleo.woken == 0, "{ada:?} {cleo:?}");
    ensure!([&ada, &cleo].iter().all(|tally| tally.by_day > 10 && tally.held > 20), "{ada:?} {cleo:?}");
    Ok(())
}

/// Law: over every clock change of both, nothing is heard outside hours but an emergency by who is on call.
#[test]
fn over_clock_changes_only_who_is_on_call_is_woken_and_only_by_an_emergency() -> Result<()> {
    for (seed, (noon, what)) in (90_000..).zip(WEEKENDS) {
        weekend(seed, noon, false).context(what)?;
    }
    Ok(())
}

/// Law: the same holds in one's hours while one wants to hear nothing.
#[test]
fn focus_over_clock_changes_lets_only_an_emergency_through_and_only_on_call() -> Result<()> {
    for (seed, (noon, what)) in (91_000..).zip(WEEKENDS) {
        weekend(seed, noon, true).context(what)?;
    }
    Ok(())
}
