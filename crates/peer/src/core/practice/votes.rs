//! Votes in threads. A poll comes with a message to its voters, so that its delivery is noted like any other.

use std::collections::BTreeMap;

use tern_model::DocId;
use tern_model::conversation::poll::{MAX_HOURS, MAX_OPTIONS, Poll, USUAL_HOURS};
use tern_model::conversation::{Conversation, MAX_LINE_BYTES};
use tern_model::hours::Profile;
use tern_trust::Role;

use crate::api::*;

use super::super::errors::{bad_input, not_found, usage};
use super::super::resolve::{hex, unhex};
use super::super::{Core, Work, documents, people, posts, threads};
use super::{me, members};

fn line(what: &str, text: &str) -> Result<String, PeerError> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() || line.len() > MAX_LINE_BYTES {
        return Err(usage(format!("{what} is empty or too long."), "Write a few words."));
    }
    Ok(line)
}

/// Asks for votes.
pub(crate) fn open(
    work: &mut Work<'_, '_>,
    thread: &str,
    question: &str,
    options: &[String],
    to: &[String],
    hours: Option<u32>,
) -> Result<DocId, PeerError> {
    let id = threads::find(&work.txn, thread)?;
    let question = line("The question", question)?;
    let options = options.iter().map(|text| line("An option", text)).collect::<Result<Vec<_>, _>>()?;
    let unlike: std::collections::BTreeSet<String> = options.iter().map(|o| o.to_lowercase()).collect();
    if !(2..=MAX_OPTIONS).contains(&options.len()) || unlike.len() != options.len() {
        return Err(usage(
            format!("A vote needs 2 to {MAX_OPTIONS} options that differ."),
            "Give each with --option.",
        ));
    }
    let hours = hours.unwrap_or(USUAL_HOURS);
    if !(1..=MAX_HOURS).contains(&hours) {
        return Err(usage(
            format!("Voters have 1 to {MAX_HOURS} of their own working hours."),
            "Give another number with --hours.",
        ));
    }
    let me = me(work)?;
    let doc = work.doc(id)?.clone();
    let conversation = posts::read(&work.mem.membership.clone(), &doc);
    let is_in = |m: &String| unhex::<16>(m).is_some_and(|m| work.mem.membership.role_of(&m) != Role::None);
    let mut voters = members(work, to)?;
    if voters.is_empty() {
        voters = conversation.participants.into_iter().filter(is_in).collect();
    }
    let asked: Vec<String> = voters.iter().filter(|voter| **voter != me).cloned().collect();
    if asked.is_empty() {
        return Err(usage("Nobody else would vote.", "Name voters with --to."));
    }
    let lines: String =
        options.iter().enumerate().map(|(n, option)| format!("\n{}. {option}", n + 1)).collect();
    let say = Say {
        body: format!("{question}\n{lines}"),
        intent: Some("decision".to_owned()),
        to: asked,
        ..Say::default()
    };
    threads::perform(work, &ThreadCommand::Reply { thread: id.to_string(), say })?;
    let doc = work.doc(id)?.clone();
    let conversation = posts::read(&work.mem.membership.clone(), &doc);
    let message = conversation.posts.iter().rev().find(|post| post.author == me);
    let message = message.map(|post| post.id.clone()).unwrap_or_default();
    work.edit_with(id, |doc, stamp| {
        Ok(doc.open_poll(stamp, &message, &question, &options, hours, &voters)?.0)
    })?;
    Ok(id)
}

fn find<'c>(conversation: &'c Conversation, text: Option<&str>) -> Result<&'c Poll, PeerError> {
    let Some(text) = text else {
        let last = conversation.polls.last();
        return last
            .ok_or_else(|| usage("There is no vote in this thread.", "`tern vote new` asks for one."));
    };
    let typed = text.trim().to_uppercase();
    let mut found = conversation.polls.iter().filter(|poll| !typed.is_empty() && poll.id.starts_with(&typed));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(not_found("vote", text.trim()).next("`tern vote show` prints their ids.")),
        _ => Err(bad_input(format!("“{}” could mean several votes.", text.trim())).next("Type more of it.")),
    }
}

/// Votes, or votes otherwise.
pub(crate) fn cast(
    work: &mut Work<'_, '_>,
    thread: &str,
    poll: Option<&str>,
    option: &str,
) -> Result<DocId, PeerError> {
    let id = threads::find(&work.txn, thread)?;
    let me = me(work)?;
    let doc = work.doc(id)?.clone();
    let conversation = posts::read(&work.mem.membership.clone(), &doc);
    let poll = find(&conversation, poll)?.clone();
    if !poll.voters.contains(&me) {
        return Err(usage("You are not asked to vote here.", "`tern vote show` says who is."));
    }
    let typed = option.trim().to_lowercase();
    let number = typed.parse::<usize>().ok().filter(|n| (1..=poll.options.len()).contains(n)).map(|n| n - 1);
    let whole = poll.options.iter().position(|option| option.to_lowercase() == typed);
    let chosen = whole.or(number).ok_or_else(|| {
        usage(
            format!("“{}” is no option.", option.trim()),
            &format!("Choose one of: {}.", poll.options.join("; ")),
        )
    })?;
    let profiles = profiles(&work.txn, &work.mem.membership, &poll);
    let (now_ms, tally) = (work.now_ms(), poll.tally(&conversation, &profiles, work.now_ms()));
    if tally.closes_ms.is_some_and(|at| at <= now_ms) {
        return Err(usage(
            "The vote is closed: everybody has had their hours.",
            "Say in the thread what you think; the result can be decided anew.",
        ));
    }
    work.edit_with(id, |doc, stamp| {
        let mut changes = tern_model::Changes(Vec::new());
        if conversation.reached_ms(&poll.message, &me).is_none() && me != poll.by {
            changes.0.extend(doc.note_reached(stamp, &poll.message, &me, now_ms)?.0);
        }
        changes.0.extend(doc.vote(stamp, &poll.id, chosen)?.0);
        Ok(changes)
    })?;
    Ok(id)
}

/// Hours of the voters who are still here.
fn profiles(
    store: &tern_store::Store,
    membership: &tern_trust::Membership,
    poll: &Poll,
) -> BTreeMap<String, Option<Profile>> {
    let here = poll.voters.iter().filter_map(|voter| Some((voter, unhex::<16>(voter)?)));
    let here = here.filter(|(_, id)| membership.role_of(id) != Role::None);
    here.map(|(voter, id)| (voter.clone(), people::profile_of(store, &id))).collect()
}

impl Core {
    pub(crate) fn votes_view(&mut self, thread: &str) -> Result<VotesView, PeerError> {
        let id = threads::find(&self.store, thread)?;
        let doc = documents::load(&self.store, &mut self.mem, id)?.clone();
        let conversation = posts::read(&self.mem.membership, &doc);
        let polls = self.poll_views(&conversation);
        Ok(VotesView { thread: id.to_string(), title: conversation.title, polls })
    }

    /// The polls of a thread as they stand.
    pub(crate) fn poll_views(&self, conversation: &Conversation) -> Vec<PollView> {
        conversation.polls.iter().map(|poll| self.poll_view(poll, conversation)).collect()
    }

    fn poll_view(&self, poll: &Poll, conversation: &Conversation) -> PollView {
        let (now_ms, zone) = (self.now_ms(), self.my_zone());
        let me = self.mem.member().map(|me| hex(&me)).unwrap_or_default();
        let profiles = profiles(&self.store, &self.mem.membership, poll);
        let tally = poll.tally(conversation, &profiles, now_ms);
        let text = |option: usize| poll.options.get(option).cloned();
        let voters = tally.voters.iter().map(|voter| {
            let profile = profiles.get(&voter.member).and_then(Option::as_ref);
            let theirs = profile.map_or_else(tern_model::hours::Zone::utc, |profile| profile.zone.clone());
            VoterView {
                name: self.person_view(&voter.member).name,
                id: voter.member.clone(),
                closes: Core::utc(voter.closes_ms),
                closes_local: voter.closes_ms.map(|at| theirs.show(at)),
                choice: voter.choice.and_then(text),
                late: voter.late.and_then(text),
            }
        });
        let mine = tally.voters.iter().find(|voter| voter.member == me);
        PollView {
            id: poll.id.clone(),
            message: poll.message.clone(),
            question: poll.question.clone(),
            by: self.person_view(&poll.by),
            hours: poll.hours,
            voters: voters.collect(),
            closes: Core::utc(tally.closes_ms),
            closes_local: tally.closes_ms.map(|at| zone.show(at)),
            closed: tally.is_closed,
            leads: tally.leads.and_then(text),
            mine: mine.and_then(|voter| voter.choice).map(|option| option + 1),
            can_vote: mine.is_some() && !tally.is_closed,
            options: poll
                .options
                .iter()
                .zip(&tally.counts)
                .map(|(text, votes)| OptionView { text: text.clone(), votes: *votes })
                .collect(),
        }
    }
}
