//! Threads in the canned workspace: what needs oneself, what is owed, and just enough behaviour that every key shows its effect.

use std::collections::BTreeMap;

use tern_model::hours::{self, ProfileText};
use tern_peer::{
    AckSays, AckView, ClosingView, Command, DecideByView, DeciderView, DecisionLink, DecisionView,
    DecisionsView, DeliveredView, DraftView, DraftsView, ErrorKind, ExpectedView, InboxCommand, InboxDoes,
    InboxItem, InboxView, OnView, OwedItem, OwedView, PeerError, PersonView, PostView, PracticeQuery,
    PracticeView, ProfileView, Query, RecordedView, Reply, Say, SnoozeUntil, SnoozedView, ThreadCommand,
    ThreadRowView, ThreadView, ThreadsView, UpkeepView, View, WhenChoice, WhenPerson, WhenView,
};

use super::NOW_MS;

/// What is kept of threads.
#[derive(Default)]
pub struct Talks {
    /// By id.
    pub threads: BTreeMap<String, ThreadView>,
    /// What needs oneself.
    pub inbox: Vec<InboxItem>,
    /// Questions that are due and pages to look at.
    pub asks: Vec<tern_peer::AskView>,
    /// Answers that are owed.
    pub owed: Vec<OwedItem>,
    away: Vec<(InboxItem, SnoozedView)>,
    done: Vec<InboxItem>,
    /// What stands over pages.
    pub heads: BTreeMap<String, PracticeView>,
    /// How the group works.
    pub group: super::group::Group,
    draft: Option<DraftView>,
    made: usize,
}

/// Somebody of the sample.
fn person(id: &str) -> PersonView {
    let name = match id {
        "me" => "Ben".to_owned(),
        other => other[..1].to_uppercase() + &other[1..],
    };
    PersonView { id: id.into(), name }
}

/// A message of somebody.
fn post(id: &str, by: &str, when: &str, body: &str) -> PostView {
    let author = person(by);
    PostView {
        id: id.into(),
        author: author.name,
        author_id: author.id,
        mine: by == "me",
        body: body.into(),
        intent: "fyi".into(),
        urgency: "none".into(),
        sent: when.into(),
        unread: by != "me",
        delivered: vec![DeliveredView {
            rung: "here".into(),
            text: "Saved here".into(),
            ..DeliveredView::default()
        }],
        ..PostView::default()
    }
}

fn asks(post: PostView, intent: &str, of: &str, by: &str) -> PostView {
    let expected = ExpectedView {
        id: of.into(),
        name: person(of).name,
        by: Some(by.into()),
        state: "owed".into(),
        ..ExpectedView::default()
    };
    PostView { intent: intent.into(), urgency: "standard".into(), expected: vec![expected], ..post }
}

fn thread(id: &str, title: &str, people: &[&str], messages: Vec<PostView>) -> ThreadView {
    ThreadView {
        id: id.into(),
        title: title.into(),
        participants: people.iter().map(|id| person(id)).collect(),
        messages,
        heads: "t0".into(),
        ..ThreadView::default()
    }
}

fn item(thread: &ThreadView, why: &str) -> InboxItem {
    let asked = thread.messages.first().cloned().unwrap_or_default();
    InboxItem {
        id: thread.id.clone(),
        title: thread.title.clone(),
        on: thread.on.clone(),
        why: why.into(),
        message: asked.id,
        text: asked.body,
        author: asked.author,
        intent: asked.intent,
        urgency: asked.urgency,
        when: asked.sent,
        unread: 1,
        expected_by: asked.expected.first().and_then(|one| one.by.clone()),
        expected_local: None,
        put_away: None,
        comment: false,
    }
}

/// The threads of the sample.
pub(super) fn sample() -> Talks {
    let on = |id: &str, title: &str| Some(OnView { id: id.into(), kind: "page".into(), title: title.into() });
    let question = asks(
        post(
            "q",
            "aiko",
            "2026-11-24T08:40:00Z",
            "Surveyors remember the photo, see https://maps.example/t3.",
        ),
        "question",
        "me",
        "2026-11-25T09:00:00Z",
    );
    let more = post("a", "dev", "2026-11-24T11:52:00Z", "Captions are 9 MB of 70.");
    let mut captions = thread(
        "captions",
        "Can the index hold photo captions?",
        &["me", "aiko", "dev"],
        vec![question, more],
    );
    captions.on = on("launch", "Launch plan, 3.2");
    let review = asks(
        post("r", "mia", "2026-11-24T13:05:00Z", "Are these figures right?"),
        "review",
        "me",
        "2026-11-25T13:00:00Z",
    );
    let mut battery = thread("figures", "Battery figures for the kick-off", &["me", "mia"], vec![review]);
    battery.on = on("battery", "Battery tests, Lagos");
    let weekly = thread(
        "weekly",
        "Weekly update, Kolkata",
        &["dev", "me"],
        vec![post("w", "dev", "2026-11-24T13:20:00Z", "All is well.")],
    );
    let mine = asks(
        post("m", "me", "2026-11-23T15:00:00Z", "Which tablets do we stop supporting?"),
        "decision",
        "carla",
        "2026-11-24T13:00:00Z",
    );
    let tablets = thread("tablets", "Which tablets do we stop supporting?", &["me", "carla"], vec![mine]);
    let inbox = vec![item(&captions, "owed"), item(&battery, "owed"), item(&weekly, "follows")];
    let owed = vec![
        owed(&tablets, "owed_to_me", "carla", true),
        owed(&captions, "i_owe", "aiko", false),
        owed(&battery, "i_owe", "mia", false),
    ];
    let threads = [captions, battery, weekly, tablets];
    let threads = threads.into_iter().map(|thread| (thread.id.clone(), thread)).collect();
    Talks { threads, inbox, owed, ..Talks::default() }
}

fn owed(thread: &ThreadView, side: &str, who: &str, overdue: bool) -> OwedItem {
    let asked = thread.messages.first().cloned().unwrap_or_default();
    OwedItem {
        side: side.into(),
        thread: thread.id.clone(),
        title: thread.title.clone(),
        message: asked.id,
        intent: asked.intent,
        urgency: asked.urgency,
        who: person(who).name,
        who_id: who.into(),
        said: asked.sent,
        expected_by: asked.expected.first().and_then(|one| one.by.clone()),
        overdue,
        delivered: true,
        ..OwedItem::default()
    }
}

/// The log: an old decision, what replaced it, and one that is open.
fn decisions() -> Vec<DecisionView> {
    let person = |id: &str, name: &str| PersonView { id: id.into(), name: name.into() };
    let link = |id: &str, title: &str| DecisionLink { id: id.into(), title: title.into() };
    let decision = |id: &str, title: &str, state: &str, outcome: &str, updated: &str| DecisionView {
        id: id.into(),
        title: title.into(),
        state: state.into(),
        outcome: outcome.into(),
        owner: Some(person("me", "Ben")),
        updated: updated.into(),
        ..DecisionView::default()
    };
    let by = DecideByView {
        date: "2026-11-25".into(),
        yours: Some("Wed 25 Nov 17:00".into()),
        ..Default::default()
    };
    let aiko = DeciderView { id: "aiko".into(), name: "Aiko".into(), local: None };
    vec![
        DecisionView {
            superseded_by: vec![link("launch", "Map tiles: vector")],
            ..decision("web", "Map tiles: raster", "superseded", "Raster.", "2026-03-02T10:00:00Z")
        },
        DecisionView {
            supersedes: vec![link("web", "Map tiles: raster")],
            ..decision(
                "launch",
                "Map tiles: vector",
                "decided",
                "Vector, from the node.",
                "2026-11-24T05:20:00Z",
            )
        },
        DecisionView {
            decide_by: Some(by),
            deciders: vec![aiko],
            ..decision("decision", "Keep the search index", "proposed", "", "2026-11-24T15:00:00Z")
        },
    ]
}

impl Talks {
    /// Answers a query about threads.
    pub(super) fn answer(&self, query: &Query, people: &[ProfileView]) -> Option<Result<View, PeerError>> {
        let missing = || PeerError::new(ErrorKind::NotFound, "This thread is not here.");
        Some(match query {
            Query::Inbox => Ok(View::Inbox(InboxView {
                items: self.inbox.clone(),
                asks: self.asks.clone(),
                snoozed: self.away.iter().map(|(_, away)| away.clone()).collect(),
                coming: "Your next check-in is at 16:00; what arrives until then comes together.".into(),
            })),
            Query::Owed => Ok(View::Owed(OwedView { items: self.owed.clone() })),
            Query::Threads { .. } => {
                Ok(View::Threads(ThreadsView { threads: self.threads.values().map(row).collect() }))
            }
            Query::Thread { thread } => match self.threads.get(thread) {
                Some(thread) => Ok(View::Thread(Box::new(thread.clone()))),
                None => Err(missing()),
            },
            Query::Drafts => Ok(View::Drafts(DraftsView { drafts: self.draft.iter().cloned().collect() })),
            Query::Practice(PracticeQuery::Head { page }) => Ok(View::Practice(self.head(page))),
            Query::Practice(query) => Ok(View::Practice(self.group.answer(query)?)),
            Query::Decisions { .. } => Ok(View::Decisions(DecisionsView { decisions: decisions() })),
            Query::When { who, .. } => Ok(View::When(when(who, people))),
            _ => return None,
        })
    }

    fn head(&self, page: &str) -> PracticeView {
        self.heads.get(page).cloned().unwrap_or(PracticeView::Upkeep(UpkeepView::default()))
    }

    /// Performs what concerns threads; nothing for anything else.
    pub(super) fn perform(&mut self, command: &Command) -> Option<Reply> {
        match command {
            Command::Thread(command) => Some(self.perform_thread(command)),
            Command::Practice(command) => Some(Reply::Practice(Box::new(self.group.perform(command)))),
            Command::Inbox(command) => {
                self.perform_inbox(command);
                Some(Reply::Done {})
            }
            Command::Record { what, .. } => Some(Reply::Recorded(Box::new(RecordedView {
                id: Some("launch".into()),
                kind: what.kind.clone(),
                note: "Recorded; the three who take part can read it".into(),
                ..RecordedView::default()
            }))),
            Command::MarkRead { page, .. } if self.threads.contains_key(page) => {
                self.threads.get_mut(page)?.messages.iter_mut().for_each(|post| post.unread = false);
                self.inbox.retain(|item| item.id != *page || item.why == "owed");
                Some(Reply::Done {})
            }
            _ => None,
        }
    }

    fn perform_inbox(&mut self, command: &InboxCommand) {
        let at = self.inbox.iter().position(|item| item.id == command.thread);
        match &command.does {
            InboxDoes::Done => self.done.extend(at.map(|at| self.inbox.remove(at))),
            InboxDoes::Snooze(until) => {
                let Some(item) = at.map(|at| self.inbox.remove(at)) else { return };
                let until = match until {
                    SnoozeUntil::Reply => None,
                    SnoozeUntil::Moment(text) => Some(text.clone()),
                    SnoozeUntil::Morning => Some("2026-11-25T09:00:00Z".to_owned()),
                };
                let view = SnoozedView { id: item.id.clone(), title: item.title.clone(), until };
                self.away.push((item, view));
            }
            InboxDoes::Unread | InboxDoes::Back(_) => {
                let away = self.away.iter().position(|(item, _)| item.id == command.thread);
                let done = self.done.iter().position(|item| item.id == command.thread);
                let back = away.map(|at| self.away.remove(at).0).or(done.map(|at| self.done.remove(at)));
                self.inbox.extend(back);
            }
            InboxDoes::Mute(on) => {
                if let Some(thread) = self.threads.get_mut(&command.thread) {
                    thread.muted = *on;
                }
            }
        }
    }

    fn perform_thread(&mut self, command: &ThreadCommand) -> Reply {
        let id = match command {
            ThreadCommand::New { title, on, say, .. } => {
                self.made += 1;
                let id = format!("thread{}", self.made);
                let on =
                    on.as_ref().map(|id| OnView { id: id.clone(), kind: "page".into(), title: id.clone() });
                let people: Vec<&str> = ["me"].into_iter().chain(say.to.iter().map(String::as_str)).collect();
                let new = ThreadView { on, ..thread(&id, title, &people, vec![said(say, self.made)]) };
                self.threads.insert(id.clone(), new);
                self.draft = None;
                id
            }
            ThreadCommand::Draft { thread, title, say } => {
                let draft = DraftView {
                    thread: thread.clone(),
                    title: title.clone(),
                    say: say.clone().unwrap_or_default(),
                };
                let is_empty = draft.say.body.is_empty() && title.is_empty();
                let kept = Some(draft).filter(|_| !is_empty);
                match thread.as_ref().and_then(|id| self.threads.get_mut(id)) {
                    Some(thread) => thread.draft = kept,
                    None => self.draft = kept,
                }
                return Reply::Done {};
            }
            ThreadCommand::Reply { thread, .. }
            | ThreadCommand::Ack { thread, .. }
            | ThreadCommand::Close { thread, .. }
            | ThreadCommand::Edit { thread, .. }
            | ThreadCommand::Cancel { thread, .. } => thread.clone(),
            ThreadCommand::ShareSeen { .. } => return Reply::Done {},
        };
        self.made += 1;
        let made = self.made;
        if matches!(command, ThreadCommand::Reply { .. } | ThreadCommand::Ack { .. }) {
            self.inbox.retain(|item| item.id != id);
            self.owed.retain(|item| item.thread != id || item.side != "i_owe");
        }
        let Some(thread) = self.threads.get_mut(&id) else { return Reply::Done {} };
        change(thread, command, made);
        Reply::Thread(Box::new(thread.clone()))
    }
}

fn change(thread: &mut ThreadView, command: &ThreadCommand, made: usize) {
    let when = "2026-11-24T15:10:00Z".to_owned();
    match command {
        ThreadCommand::Reply { say, .. } => {
            thread.messages.push(said(say, made));
            thread.draft = None;
        }
        ThreadCommand::Ack { says, .. } => {
            let (kind, until, hand_on) = match says {
                AckSays::Seen => ("seen", None, None),
                AckSays::WillAnswer(until) => {
                    ("will_answer", until.clone().or(Some("2026-11-24T16:00:00Z".into())), None)
                }
                AckSays::NotMe(who) => ("not_me", None, Some(person(who).name)),
            };
            let kind = kind.to_owned();
            let ack = AckView { by: "Ben".into(), by_id: "me".into(), kind, until, hand_on, when };
            thread.messages.first_mut().expect("a message").acks.push(ack);
        }
        ThreadCommand::Close { outcome, .. } => {
            let closing = ClosingView { by: "Ben".into(), when, outcome: outcome.clone() };
            thread.closings.push(closing.clone());
            thread.closed = Some(closing).filter(|closing| closing.outcome.is_some());
        }
        ThreadCommand::Edit { message, body, .. } => {
            let found = thread.messages.iter_mut().find(|post| post.id == *message).expect("a message");
            found.body = body.clone().expect("a text");
        }
        ThreadCommand::Cancel { message, .. } => thread.messages.retain(|post| post.id != *message),
        ThreadCommand::New { .. } | ThreadCommand::Draft { .. } | ThreadCommand::ShareSeen { .. } => {}
    }
}

fn said(say: &Say, made: usize) -> PostView {
    let waiting = say.deliver_at.as_ref();
    PostView {
        intent: say.intent.clone().unwrap_or("fyi".into()),
        reason: say.reason.clone().unwrap_or_default(),
        deliver_at: say.deliver_at.clone(),
        waiting: waiting.map(|at| format!("Not yet sent; leaves at {at}. It has not left this laptop yet.")),
        ..post(&format!("mine{made}"), "me", "2026-11-24T15:10:00Z", &say.body)
    }
}

fn row(thread: &ThreadView) -> ThreadRowView {
    let last = thread.messages.last().cloned().unwrap_or_default();
    ThreadRowView {
        id: thread.id.clone(),
        title: thread.title.clone(),
        on: thread.on.clone(),
        outcome: thread.closed.as_ref().and_then(|closing| closing.outcome.clone()),
        messages: thread.messages.len(),
        unread: thread.messages.iter().filter(|post| post.unread).count(),
        owed: thread.messages.iter().flat_map(|post| &post.expected).count(),
        last_author: last.author,
        last: Some(last.sent),
    }
}

/// When people of the sample may be expected to answer, as the engine works it out.
fn when(who: &str, people: &[ProfileView]) -> WhenView {
    let profile = |id: &str| {
        let person = people.iter().find(|person| person.id == id).expect("a member");
        let text = ProfileText {
            zone: &person.zone,
            hours: &person.hours,
            checkins: Some(&person.checkins),
            ..ProfileText::default()
        };
        (person, hours::Profile::read(&text).expect("a profile"))
    };
    let asked: Vec<_> = who.split(',').map(profile).collect();
    let utc = |ms: i64| hours::Zone::utc().rfc3339(ms);
    let by = |at: i64| {
        let mut all: Vec<i64> =
            asked.iter().filter_map(|(_, p)| Some(hours::expected(p, at)?.standard_by_ms)).collect();
        all.sort_unstable();
        all
    };
    let choice = |deliver: &str, at: i64| WhenChoice {
        deliver: deliver.into(),
        at: utc(at),
        first_by: by(at).first().map(|at| utc(*at)),
        last_by: by(at).last().map(|at| utc(*at)),
        text: String::new(),
    };
    let mut choices = vec![choice("now", NOW_MS)];
    if asked.iter().any(|(_, profile)| !profile.is_working(NOW_MS)) {
        let morning = asked.iter().filter_map(|(_, profile)| profile.next_morning(NOW_MS)).min();
        choices.extend(morning.map(|at| choice("their-morning", at)));
    }
    let people = asked.iter().map(|(person, profile)| WhenPerson {
        id: person.id.clone(),
        name: person.name.clone(),
        zone: person.zone.clone(),
        working: profile.is_working(NOW_MS),
        urgent_by: hours::expected(profile, NOW_MS).map(|expected| utc(expected.urgent_by_ms)),
        not_met_days: (person.id == "carla").then_some(4),
        ..WhenPerson::default()
    });
    WhenView { people: people.collect(), choices, ..WhenView::default() }
}
