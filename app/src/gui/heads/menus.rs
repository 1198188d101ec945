//! What the fields of a head open: menus, with a field where something is typed.

use egui::Rect;
use jiff::ToSpan;
use jiff::civil::Date;
use tern_peer::{Command, DecisionLink, HeadView, MembersView, StripView};

use super::Part;
use super::data::{DecisionHead, HandoffHead};
use crate::gui::clock::Clock;
use crate::gui::command::{Held, Then, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};
use crate::gui::sidebar::shown_title;

/// States by word, as people read them.
const STATES: [(&str, &str); 3] =
    [("proposed", "Proposed"), ("decided", "Decided"), ("superseded", "Superseded")];
/// The field that takes an outcome; choosing Decided without one leads here.
const OUTCOME: &str = "What was decided";

fn fields(page: &str, fields: &[(&str, &str)]) -> Command {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Command::DecisionSet { page: page.to_owned(), fields: fields.collect() }
}

/// Sets fields, and takes them back where that is wished.
fn set(page: &str, new: &[(&str, &str)], old: &[(&str, &str)], said: String) -> UiCommand {
    let undo = Held(fields(page, old));
    UiCommand::Send(Box::new(fields(page, new)), Then::Undoable(said, Box::new(undo)))
}

/// The menu of a field of a decision.
pub fn decision(
    part: Part,
    head: &DecisionHead,
    view: &HeadView,
    members: Option<&MembersView>,
    clock: &Clock,
    anchor: Option<Rect>,
) -> Picker {
    match part {
        Part::State => state(head, anchor),
        Part::Owner => owner(head, members, anchor),
        Part::Deciders => deciders(head, members, anchor),
        Part::DecideBy => decide_by(head, clock.now().date(), anchor),
        Part::Affects => affects(head, view, anchor),
        Part::Replaces => replaces(head, &view.decisions, anchor),
        Part::Outcome | Part::Accept | Part::Return | Part::Incident(_) => outcome(head, false, anchor),
    }
}

/// Where it stands. Decided without an outcome is refused: the outcome is asked for instead.
fn state(head: &DecisionHead, anchor: Option<Rect>) -> Picker {
    let entries = STATES.iter().map(|(word, name)| {
        let command = if *word == "decided" && head.outcome.trim().is_empty() {
            UiCommand::Pick(Box::new(outcome(head, true, anchor)))
        } else {
            let said = format!("The decision is {}", name.to_lowercase());
            set(&head.id, &[("state", word)], &[("state", &head.state)], said)
        };
        let sign = if *word == head.state { Sign::Icon(Icon::Check) } else { Sign::None };
        Entry::new(sign, name, command)
    });
    Picker::new("State of the decision", anchor, entries.collect()).at(head.state_name())
}

/// What was decided; with it the decision is decided, where that was asked for.
pub fn outcome(head: &DecisionHead, decides: bool, anchor: Option<Rect>) -> Picker {
    let does = |with: &[String], text: &str| {
        let of = |at: usize| with.get(at).map(String::as_str).unwrap_or_default();
        let (page, decides) = (of(0), of(1) == "decides");
        if text.is_empty() {
            return UiCommand::Say(
                "Decided needs an outcome: one line that says what was decided".to_owned(),
            );
        }
        let old = [("outcome", of(2)), ("state", of(3))];
        if decides {
            set(page, &[("outcome", text), ("state", "decided")], &old, "It is decided".to_owned())
        } else {
            set(page, &[("outcome", text)], &old[..1], "The outcome is written".to_owned())
        }
    };
    let with = vec![
        head.id.clone(),
        if decides { "decides" } else { "" }.to_owned(),
        head.outcome.clone(),
        head.state.clone(),
    ];
    let hint = "One line that somebody who was not there understands".to_owned();
    let text = if decides { String::new() } else { head.outcome.clone() };
    let entered = Some(Entered { name: OUTCOME, hint, text, narrows: false, does, with });
    let title = if decides { "Decided needs an outcome: what was decided?" } else { OUTCOME };
    let keep = Entry::new(Sign::Icon(Icon::Close), "Leave it as it is", UiCommand::Close);
    Picker { entered, ..Picker::new(title, anchor, vec![keep]) }
}

fn active(members: Option<&MembersView>) -> impl Iterator<Item = &tern_peer::MemberView> {
    let members = members.map(|view| view.members.as_slice()).unwrap_or_default();
    members.iter().filter(|member| member.state == "active")
}

fn owner(head: &DecisionHead, members: Option<&MembersView>, anchor: Option<Rect>) -> Picker {
    let before = head.owner.as_ref().map(|owner| owner.id.clone()).unwrap_or_default();
    let entries = active(members).map(|member| {
        let said = format!("{} owns the decision", member.name);
        let command = set(&head.id, &[("owner", &member.id)], &[("owner", &before)], said);
        let right = if member.id == before { "owns it" } else { "" };
        Entry::new(Sign::Person(member.name.clone()), &member.name, command).right(right)
    });
    Picker::new("Who owns the decision", anchor, entries.collect())
}

fn deciders(head: &DecisionHead, members: Option<&MembersView>, anchor: Option<Rect>) -> Picker {
    let now: Vec<&str> = head.deciders.iter().map(|decider| decider.id.as_str()).collect();
    let entries = active(members).map(|member| {
        let decides = now.contains(&member.id.as_str());
        let mut next = now.clone();
        if decides {
            next.retain(|id| *id != member.id);
        } else {
            next.push(&member.id);
        }
        let said = if decides {
            format!("{} does not decide any more", member.name)
        } else {
            format!("{} decides too", member.name)
        };
        let (next, before) = (next.join(","), now.join(","));
        let command = set(&head.id, &[("deciders", &next)], &[("deciders", &before)], said);
        let right = if decides { "decides" } else { "" };
        Entry::new(Sign::Person(member.name.clone()), &member.name, command).right(right)
    });
    Picker::new("Who decides", anchor, entries.collect())
}

fn decide_by(head: &DecisionHead, today: Date, anchor: Option<Rect>) -> Picker {
    let before = head.date.clone();
    let by = |name: &str, date: Option<Date>| {
        let text = date.map(|date| date.to_string()).unwrap_or_default();
        let said = match date {
            Some(date) => format!("To be decided by {}", date.strftime("%a %-d %b")),
            None => "No time is set for the decision".to_owned(),
        };
        let right = date.map(|date| date.strftime("%a %-d %b").to_string()).unwrap_or_default();
        let command = set(&head.id, &[("decide_by", &text)], &[("decide_by", &before)], said);
        Entry::new(Sign::Icon(Icon::Calendar), name, command).right(&right)
    };
    let day = |days: i32| today.checked_add(days.days()).ok();
    let mut entries = vec![
        by("Tomorrow", day(1)),
        by("In three days", day(3)),
        by("In a week", day(7)),
        by("In two weeks", day(14)),
    ];
    if !before.is_empty() {
        entries.push(by("No time", None));
    }
    let does = |with: &[String], text: &str| {
        let page = with.first().map(String::as_str).unwrap_or_default();
        let before = with.get(1).map(String::as_str).unwrap_or_default();
        set(page, &[("decide_by", text)], &[("decide_by", before)], format!("To be decided by {text}"))
    };
    let with = vec![head.id.clone(), before];
    let hint = "2026-12-01, or 2026-12-01[Asia/Tokyo]".to_owned();
    let entered = Some(Entered { name: "Decide by", hint, text: String::new(), narrows: false, does, with });
    Picker { entered, ..Picker::new("Decide by the end of", anchor, entries) }
}

fn affects(head: &DecisionHead, view: &HeadView, anchor: Option<Rect>) -> Picker {
    let now: Vec<&str> = head.affects.iter().map(|(id, _)| id.as_str()).collect();
    let entries = view.projects.iter().map(|project| {
        let concerned = now.contains(&project.id.as_str());
        let mut next = now.clone();
        if concerned {
            next.retain(|id| *id != project.id);
        } else {
            next.push(&project.id);
        }
        let (next, before) = (next.join(","), now.join(","));
        let said = if concerned {
            format!("It does not concern {} any more", project.title)
        } else {
            format!("It concerns {}", project.title)
        };
        let command = set(&head.id, &[("affects", &next)], &[("affects", &before)], said);
        let sign = if concerned { Sign::Icon(Icon::Check) } else { Sign::Icon(Icon::Board) };
        Entry::new(sign, &project.title, command).right(if concerned { "concerned" } else { "" })
    });
    let mut entries: Vec<Entry> = entries.collect();
    if entries.is_empty() {
        let words = "There is no project yet; the first task of one makes it";
        entries.push(Entry::new(Sign::Icon(Icon::Info), words, UiCommand::Close));
    }
    Picker::new("Projects that it concerns", anchor, entries)
}

fn replaces(head: &DecisionHead, decisions: &[DecisionLink], anchor: Option<Rect>) -> Picker {
    let now: Vec<&str> = head.replaces.iter().map(|(id, _)| id.as_str()).collect();
    let entries = decisions.iter().map(|other| {
        let replaced = now.contains(&other.id.as_str());
        let mut next = now.clone();
        if replaced {
            next.retain(|id| *id != other.id);
        } else {
            next.push(&other.id);
        }
        let title = shown_title(&other.title);
        let said = if replaced {
            format!("It does not replace “{title}” any more")
        } else {
            format!("“{title}” is superseded")
        };
        let command = UiCommand::Send(
            Box::new(fields(&head.id, &[("supersedes", &next.join(","))])),
            Then::CloseAndSay(said),
        );
        let sign = if replaced { Sign::Icon(Icon::Check) } else { Sign::None };
        Entry::new(sign, title, command).right(if replaced { "replaced" } else { "" })
    });
    let mut entries: Vec<Entry> = entries.collect();
    if entries.is_empty() {
        entries.push(Entry::new(Sign::Icon(Icon::Info), "There is no other decision", UiCommand::Close));
    }
    Picker::new("Decisions that this one replaces", anchor, entries)
}

/// Takes a hand-off.
pub fn accept(head: &HandoffHead) -> UiCommand {
    let command = Command::HandoffAnswer { page: head.id.clone(), accept: true, reason: None };
    UiCommand::Send(
        Box::new(command),
        Then::CloseAndSay(format!("You have taken it; {} is told", head.from.name)),
    )
}

/// Gives a hand-off back; why is typed.
pub fn give_back(head: &HandoffHead, anchor: Option<Rect>) -> Picker {
    let does = |with: &[String], text: &str| {
        let page = with.first().cloned().unwrap_or_default();
        let name = with.get(1).map(String::as_str).unwrap_or_default();
        let reason = Some(text.to_owned());
        let command = Command::HandoffAnswer { page, accept: false, reason };
        UiCommand::Send(Box::new(command), Then::CloseAndSay(format!("It is given back; {name} is told why")))
    };
    let with = vec![head.id.clone(), head.from.name.clone()];
    let hint = "What keeps you from taking it".to_owned();
    let entered =
        Some(Entered { name: "Why it goes back", hint, text: String::new(), narrows: false, does, with });
    let keep = Entry::new(Sign::Icon(Icon::Close), "Leave it open", UiCommand::Close);
    Picker { entered, ..Picker::new("Give it back, with a reason", anchor, vec![keep]) }
}

/// To whom one's open work is handed: whose hours begin next comes first.
pub fn hand_off(members: Option<&MembersView>, strip: Option<&StripView>, clock: &Clock) -> Picker {
    let mut others: Vec<(Option<String>, &tern_peer::MemberView)> = active(members)
        .filter(|member| !member.me)
        .map(|member| (begins(strip, &member.id, clock), member))
        .collect();
    let at = |begins: &Option<String>| begins.as_deref().map_or(i64::MAX, |from| clock.at_ms(from));
    others.sort_by(|(a, one), (b, other)| (at(a), &one.name).cmp(&(at(b), &other.name)));
    let hand = |to: Option<String>| UiCommand::Send(Box::new(Command::Handoff { to }), Then::HandedOff);
    let entries = others.iter().enumerate().map(|(at, (begins, member))| {
        let right = match begins {
            Some(from) => {
                let next = if at == 0 { "next, " } else { "" };
                format!("{next}{}", clock.due_both(from, Some(member.zone.as_str())))
            }
            None => "not in the next 18 h".to_owned(),
        };
        Entry::new(Sign::Person(member.name.clone()), &member.name, hand(Some(member.id.clone())))
            .right(&right)
    });
    Picker::new("Hand off my open work to", None, entries.collect())
}

/// The first hours of somebody that begin after now.
fn begins(strip: Option<&StripView>, id: &str, clock: &Clock) -> Option<String> {
    let person = strip?.people.iter().find(|person| person.id == id)?;
    person.hours.iter().map(|span| span.from.clone()).find(|from| clock.is_to_come(from))
}
