//! Documents of practice, and what a group was asked.

use std::fmt::Write as _;

use tern_peer::{
    AgreementView, ConflictView, IncidentView, MeetingCard, MeetingView, MeetingsView, PollView,
    PracticeView, QuestionView, UpkeepPage, UpkeepView, VotesView,
};

use crate::human::{Clock, count};
use crate::table::{Table, one_line};

/// Characters of an id that are shown.
const SHORT_ID: usize = 8;

fn short(id: &str) -> String {
    id.chars().take(SHORT_ID).collect()
}

/// Any of them as people read it.
pub(crate) fn show(view: &PracticeView, clock: &Clock) -> String {
    match view {
        PracticeView::Meetings(view) => meetings(view),
        PracticeView::Meeting(view) => meeting(view),
        PracticeView::Card(view) => card(view),
        PracticeView::Upkeep(view) => upkeep(view),
        PracticeView::Incidents(view) if view.incidents.is_empty() => {
            "No incidents. `tern page new T --template incident` makes one.\n".into()
        }
        PracticeView::Incidents(view) => {
            view.incidents.iter().map(|one| incident(one, clock)).collect::<Vec<_>>().join("\n")
        }
        PracticeView::Incident(view) => incident(view, clock),
        PracticeView::Agreement(view) => agreement(view, clock),
        PracticeView::Votes(view) => votes(view),
        PracticeView::Questions(view) => {
            if view.questions.is_empty() {
                return "No questions come again. `tern question new` asks one.\n".into();
            }
            view.questions.iter().map(question).collect()
        }
    }
}

fn conflicts(all: &[ConflictView]) -> String {
    let line =
        |c: &ConflictView| format!("also {}: {} ({})\n", c.field, one_line(&c.value), one_line(&c.author));
    all.iter().map(line).collect()
}

fn meetings(view: &MeetingsView) -> String {
    if view.meetings.is_empty() {
        return "No meetings. `tern meeting new T --with …` makes one.\n".into();
    }
    let mut table = Table::new(&["ID", "TITLE", "STATE", "STARTS", "LACKS", "OUTCOME"]);
    for m in &view.meetings {
        let starts = m.starts_local.clone().unwrap_or_default();
        let lacks = m.lacks.clone().unwrap_or_default();
        table.row(&[short(&m.id), m.title.clone(), m.state.clone(), starts, lacks, m.outcome.clone()]);
    }
    table.render()
}

fn meeting(m: &MeetingView) -> String {
    let mut text = format!("{}  {}\n{}\n", one_line(&m.title), m.id, m.state);
    if let Some(starts) = &m.starts_local {
        let _ = writeln!(text, "starts {starts}");
    }
    for who in &m.attendees {
        let local = who.local.as_deref().map(|at| format!(" · {at}")).unwrap_or_default();
        let outside = if who.in_hours == Some(false) { " · outside their hours" } else { "" };
        let was = match (m.state.as_str(), who.present, who.excused) {
            ("closed", true, _) => " · was there",
            ("closed", false, true) => " · could not come",
            ("closed", false, false) => " · was not there",
            (_, false, true) => " · cannot come",
            _ => "",
        };
        let _ = writeln!(text, "comes: {}{local}{outside}{was}", one_line(&who.name));
    }
    for line in &m.agenda {
        let _ = writeln!(text, "agenda: {}", one_line(line));
    }
    if !m.outcome.is_empty() {
        let _ = writeln!(text, "outcome: {}", one_line(&m.outcome));
    }
    for action in &m.actions {
        let owner = action.owner.as_ref().map(|p| format!(" · {}", one_line(&p.name))).unwrap_or_default();
        let task = match (&action.task, &action.status) {
            (Some(task), Some(status)) => format!(" · task {} {status}", short(task)),
            _ => String::new(),
        };
        let _ = writeln!(text, "action: {}{owner}{task}", one_line(&action.text));
    }
    if let Some(lacks) = &m.lacks {
        let _ = writeln!(text, "It lacks an {lacks}.");
    }
    text += &conflicts(&m.conflicts);
    if let Some(view) = m.card.as_ref().filter(|_| m.state == "planned") {
        text.push('\n');
        text += &card(view);
    }
    text
}

fn incident(view: &IncidentView, clock: &Clock) -> String {
    let mut text = format!("{}  {}\n{}", one_line(&view.title), view.id, view.state);
    if let Some(severity) = &view.severity {
        let _ = write!(text, ", {severity}");
    }
    text.push('\n');
    let when = |at: &Option<String>| at.as_deref().map(|at| clock.words(at)).unwrap_or_default();
    let owner = view.owner.as_ref().map(|owner| owner.name.clone()).unwrap_or_default();
    for (name, value) in [
        ("held by", owner),
        ("affected", view.affected.clone()),
        ("started", when(&view.started)),
        ("resolved", when(&view.resolved)),
        ("outcome", view.outcome.clone()),
    ] {
        if !value.is_empty() {
            let _ = writeln!(text, "  {name:<9} {}", one_line(&value));
        }
    }
    text + &conflicts(&view.conflicts)
}

fn card(view: &MeetingCard) -> String {
    let mut text = format!("{}\n", one_line(&view.text));
    for (heading, lines) in [("Meet for", &view.meet_for), ("Write for", &view.write_for)] {
        let _ = writeln!(text, "{heading}: {}.", lines.join("; "));
    }
    text
}

fn upkeep(view: &UpkeepView) -> String {
    if view.pages.is_empty() {
        return "No page has a date to be looked at. `tern page set P owner=… review_by=DATE` gives it one.\n".into();
    }
    let mut table = Table::new(&["ID", "TITLE", "OWNER", "LOOK BY", "STATE", "STILL TRUE"]);
    for page in &view.pages {
        let owner = page.owner.as_ref().map(|owner| owner.name.clone()).unwrap_or_default();
        let state = if page.overdue { "overdue" } else { "" };
        let row = [short(&page.id), page.title.clone(), owner, look_by(page), state.into(), looked(page)];
        table.row(&row);
    }
    table.render()
}

fn look_by(page: &UpkeepPage) -> String {
    page.review_by.as_deref().and_then(|by| by.split('[').next()).unwrap_or("never").to_owned()
}

fn looked(page: &UpkeepPage) -> String {
    let by = page.still_true_by.as_ref().map(|by| format!(" ({})", by.name)).unwrap_or_default();
    page.still_true.as_deref().map(|day| format!("{day}{by}")).unwrap_or_default()
}

fn agreement(view: &AgreementView, clock: &Clock) -> String {
    let mut text = match &view.id {
        Some(id) => format!("{}  {id}\n", one_line(&view.title)),
        None => "Nothing is agreed; everything is as usual.\n".to_owned(),
    };
    match (&view.held_by, &view.id) {
        (Some(held), _) => {
            let made = clock.words(&held.made);
            let _ = writeln!(
                text,
                "It does not hold: “{}” ({}) holds here, the oldest one that says something, made {made}.",
                one_line(&held.title),
                short(&held.id)
            );
        }
        (None, Some(_)) if !view.in_force => text += "It does not hold: it says nothing.\n",
        _ => {}
    }
    for other in &view.others {
        let _ = writeln!(
            text,
            "Another agreement says something here and does not hold: “{}” ({}), made {}.",
            one_line(&other.title),
            short(&other.id),
            clock.words(&other.made)
        );
    }
    let urgent = count(u64::from(view.urgent_hours), "working hour", "working hours");
    let _ = writeln!(text, "answers: urgent within {urgent}, ordinary after {} hours", view.standard_hours);
    let _ = writeln!(text, "quiet: {} · meetings from {} shared minutes", view.quiet, view.meeting_minutes);
    for line in &view.configures {
        let _ = writeln!(text, "configures: {}", one_line(line));
    }
    for (n, criterion) in view.criteria.iter().enumerate() {
        let _ = writeln!(text, "emergency {}: {}", n + 1, one_line(criterion));
    }
    for step in &view.ladder {
        let who =
            step.who.as_ref().map_or_else(|| "whoever is on call".to_owned(), |who| one_line(&who.name));
        let _ = writeln!(text, "after {} min: {who}", step.minutes);
    }
    for entry in &view.rota {
        let _ = writeln!(text, "on call: {} {} ({})", one_line(&entry.who.name), entry.when, entry.zone);
    }
    let names: Vec<String> = view.on_call.iter().map(|who| one_line(&who.name)).collect();
    let names = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
    let _ = writeln!(text, "on call {}: {names}", clock.words(&view.at));
    for duty in &view.then {
        let names: Vec<String> = duty.who.iter().map(|who| one_line(&who.name)).collect();
        let names = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
        let _ = writeln!(text, "then, from {}: {names}", clock.words(&duty.from));
    }
    text + &conflicts(&view.conflicts)
}

fn votes(view: &VotesView) -> String {
    if view.polls.is_empty() {
        return "No votes in this thread. `tern vote new` asks for one.\n".into();
    }
    let polls: String = view.polls.iter().map(poll).collect();
    format!("{}  {}\n{polls}", one_line(&view.title), view.thread)
}

/// A poll under its thread.
pub(crate) fn poll(view: &PollView) -> String {
    let mut text = format!("\nvote {} · {}\n", view.id, one_line(&view.question));
    for (n, option) in view.options.iter().enumerate() {
        let mine = if view.mine == Some(n + 1) { " · yours" } else { "" };
        let votes = count(option.votes as u64, "vote", "votes");
        let _ = writeln!(text, "  {}. {} · {votes}{mine}", n + 1, one_line(&option.text));
    }
    let leads = view.leads.as_deref().map_or_else(|| "nothing".to_owned(), one_line);
    match (&view.closes_local, view.closed) {
        (Some(at), true) => writeln!(text, "  closed {at}: {leads}"),
        (Some(at), false) => writeln!(text, "  closes {at}"),
        (None, _) => writeln!(text, "  open: it has not reached everybody"),
    }
    .unwrap_or_default();
    for voter in &view.voters {
        let closes = voter.closes_local.clone().unwrap_or_else(|| "not reached".into());
        let choice = voter.choice.as_deref().map(|c| format!(" · {}", one_line(c))).unwrap_or_default();
        let late = voter.late.as_deref().map(|c| format!(" · late: {}", one_line(c))).unwrap_or_default();
        let _ = writeln!(text, "  {}: until {closes}{choice}{late}", one_line(&voter.name));
    }
    text
}

/// A question that comes again.
pub(crate) fn question(view: &QuestionView) -> String {
    let due = view.day.as_deref().map(|day| format!(" · due for {day}")).unwrap_or_default();
    let names = |people: &[tern_peer::PersonView]| {
        people.iter().map(|person| one_line(&person.name)).collect::<Vec<_>>().join(", ")
    };
    let mut text = format!("{}  {}{due}\n", short(&view.thread), one_line(&view.question));
    let _ = writeln!(text, "  {} of {}, each at their own time", view.when, names(&view.to));
    if !view.answered.is_empty() {
        let _ = writeln!(text, "  answered by {}", names(&view.answered));
    }
    text
}
