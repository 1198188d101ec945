//! Votes with a fair deadline: a poll closes when every voter has had so many of their own working hours since it reached
//! them. The result is a function of the thread, the voters' hours and an instant; what comes late is shown as late.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::read::MemberOf;
use super::write::{MESSAGE, TO, bounded, text};
use super::{Conversation, MAX_ADDRESSED, MAX_LINE_BYTES};
use crate::crdt::Scalar;
use crate::doc::{Changes, Doc, Hash, ModelError, Stamp};
use crate::hours::{HOUR_MS, Profile, Zone, worked};
use crate::thread::{AT, SAYS};

const POLLS: &str = "polls";
const BALLOTS: &str = "ballots";
const OPTIONS: &str = "options";
const HOURS: &str = "hours";
const POLL: &str = "poll";
const OPTION: &str = "option";
const POLL_KEYS: [&str; 6] = [MESSAGE, SAYS, OPTIONS, HOURS, TO, AT];
const BALLOT_KEYS: [&str; 3] = [POLL, OPTION, AT];

/// Working hours that every voter has where nothing is said.
pub const USUAL_HOURS: u32 = 8;
/// Most working hours that a poll waits for.
pub const MAX_HOURS: u32 = 200;
/// Most options of a poll.
pub const MAX_OPTIONS: usize = 20;

/// A poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// Stable id within the thread.
    pub id: String,
    /// The message that asks for votes.
    pub message: String,
    /// Who asks.
    pub by: String,
    /// What is asked.
    pub question: String,
    /// What can be chosen.
    pub options: Vec<String>,
    /// Working hours that every voter has.
    pub hours: u32,
    /// Who votes.
    pub voters: Vec<String>,
    /// When it was made, by the clock of who asks.
    pub at_ms: i64,
}

/// A vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    /// Which poll.
    pub poll: String,
    /// Whose.
    pub by: String,
    /// Place of the option.
    pub option: usize,
    /// When, by their clock.
    pub at_ms: i64,
    /// The change that wrote it.
    pub change: Option<Hash>,
}

/// A voter, as things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voter {
    /// Member id, hex.
    pub member: String,
    /// When it reached them.
    pub reached_ms: Option<i64>,
    /// When their time is over; none while it has not reached them.
    pub closes_ms: Option<i64>,
    /// What they chose in time.
    pub choice: Option<usize>,
    /// What they chose after the poll had closed, if that is another thing.
    pub late: Option<usize>,
}

/// What a poll has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Voters in the order of their ids.
    pub voters: Vec<Voter>,
    /// When it closes: the last of the voters' times; none while it has not reached all of them.
    pub closes_ms: Option<i64>,
    /// Whether that is past.
    pub is_closed: bool,
    /// Votes in time for each option.
    pub counts: Vec<usize>,
    /// The option with most votes; none at a tie or without votes.
    pub leads: Option<usize>,
}

impl Poll {
    /// What the poll has come to. `profiles` holds the voters who are still here; whoever states no hours has those of an
    /// ordinary week in UTC.
    pub fn tally(
        &self,
        conversation: &Conversation,
        profiles: &BTreeMap<String, Option<Profile>>,
        now_ms: i64,
    ) -> Tally {
        let ballots: Vec<&Ballot> = conversation
            .ballots
            .iter()
            .filter(|b| b.poll == self.id && b.option < self.options.len())
            .collect();
        let here = self.voters.iter().filter_map(|voter| Some((voter, profiles.get(voter)?)));
        let mut voters: Vec<Voter> = here
            .map(|(voter, profile)| {
                // Who voted had it by then.
                let voted = ballots.iter().filter(|b| b.by == *voter).map(|b| b.at_ms).min();
                let noted = conversation.reached_ms(&self.message, voter);
                let reached_ms = noted.into_iter().chain(voted).min().map(|at| at.max(self.at_ms));
                let reached_ms = if *voter == self.by { Some(self.at_ms) } else { reached_ms };
                let usual = || Profile::usual(Zone::utc());
                let profile = profile.clone().unwrap_or_else(usual);
                let work_ms = i64::from(self.hours) * HOUR_MS;
                // Who works at no time that can be seen keeps nobody waiting.
                let closes =
                    |at: i64| worked(&profile, at, work_ms).or_else(|| worked(&usual(), at, work_ms));
                let closes_ms = reached_ms.and_then(closes);
                Voter { member: voter.clone(), reached_ms, closes_ms, choice: None, late: None }
            })
            .collect();
        voters.sort_by(|a, b| a.member.cmp(&b.member));
        let all_reached = !voters.is_empty() && voters.iter().all(|voter| voter.closes_ms.is_some());
        let closes_ms = voters.iter().filter_map(|v| v.closes_ms).max().filter(|_| all_reached);
        let is_late = |ballot: &Ballot| closes_ms.is_some_and(|at| ballot.at_ms >= at);
        for voter in &mut voters {
            let own = || ballots.iter().filter(|b| b.by == voter.member && b.at_ms <= now_ms);
            let last = |late: bool| {
                let some = own().filter(|b| is_late(b) == late);
                // Of one instant the last in the list, which is the same everywhere.
                some.max_by_key(|b| b.at_ms).map(|b| b.option)
            };
            (voter.choice, voter.late) = (last(false), last(true));
            voter.late = voter.late.filter(|late| voter.choice != Some(*late));
        }
        let mut counts = vec![0; self.options.len()];
        voters.iter().filter_map(|voter| voter.choice).for_each(|option| counts[option] += 1);
        let most = counts.iter().copied().max().filter(|most| *most > 0);
        let mut leading = (0..counts.len()).filter(|option| most == Some(counts[*option]));
        let leads = leading.next().filter(|_| leading.next().is_none());
        Tally { voters, closes_ms, is_closed: closes_ms.is_some_and(|at| at <= now_ms), counts, leads }
    }
}

impl Doc {
    /// Adds a poll that a message of the thread asks for; answers with its id.
    pub fn open_poll(
        &mut self,
        stamp: &Stamp,
        message: &str,
        question: &str,
        options: &[String],
        hours: u32,
        voters: &[String],
    ) -> Result<(Changes, String), ModelError> {
        bounded("a question", question, MAX_LINE_BYTES)?;
        if !(2..=MAX_OPTIONS).contains(&options.len()) || voters.len() > MAX_ADDRESSED {
            return Err(ModelError::TooLarge(format!(
                "a poll has 2 to {MAX_OPTIONS} options and at most {MAX_ADDRESSED} voters"
            )));
        }
        options.iter().try_for_each(|option| bounded("an option", option, MAX_LINE_BYTES))?;
        let entry = [
            (MESSAGE, text(message)),
            (SAYS, text(question)),
            (OPTIONS, Scalar::Str(options.join("\n"))),
            (HOURS, Scalar::Int(i64::from(hours))),
            (TO, Scalar::Str(voters.join(","))),
            (AT, Scalar::Int(stamp.time_ms)),
        ];
        self.append(stamp, POLLS, &entry)
    }

    /// Votes, or votes otherwise.
    pub fn vote(&mut self, stamp: &Stamp, poll: &str, option: usize) -> Result<Changes, ModelError> {
        let option = i64::try_from(option).unwrap_or(i64::MAX);
        let entry = [(POLL, text(poll)), (OPTION, Scalar::Int(option)), (AT, Scalar::Int(stamp.time_ms))];
        Ok(self.append(stamp, BALLOTS, &entry)?.0)
    }

    pub(super) fn polls(&self, member_of: MemberOf<'_>) -> (Vec<Poll>, Vec<Ballot>) {
        let polls = self.entries(POLLS, &POLL_KEYS);
        let poll = |entry: &super::read::Entry| {
            let options = entry.text(OPTIONS)?.lines().take(MAX_OPTIONS).map(str::to_owned).collect();
            let hours = entry.int(HOURS).and_then(|hours| u32::try_from(hours).ok());
            Some(Poll {
                id: entry.id.clone(),
                message: entry.text(MESSAGE)?.to_owned(),
                by: entry.author(member_of)?,
                question: entry.text(SAYS).unwrap_or_default().to_owned(),
                options,
                hours: hours.unwrap_or(USUAL_HOURS).clamp(1, MAX_HOURS),
                voters: entry.members(TO),
                at_ms: entry.int(AT).unwrap_or(0),
            })
        };
        let ballots = self.entries(BALLOTS, &BALLOT_KEYS);
        let ballot = |entry: &super::read::Entry| {
            Some(Ballot {
                poll: entry.text(POLL)?.to_owned(),
                by: entry.author(member_of)?,
                option: usize::try_from(entry.int(OPTION)?).ok()?,
                at_ms: entry.int(AT).unwrap_or(0),
                change: entry.change,
            })
        };
        (polls.iter().filter_map(poll).collect(), ballots.iter().filter_map(ballot).collect())
    }
}
