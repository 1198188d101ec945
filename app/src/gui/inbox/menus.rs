//! Menus of the inbox: how long a thread is away, and what an acknowledgement tells.

use egui::Rect;
use tern_peer::{
    AckSays, Command, InboxCommand, InboxDoes, MembersView, RecordWhat, SnoozeUntil, ThreadCommand,
};

use crate::gui::command::{Held, Then, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};
use crate::gui::threads::{Ask, Meant};

/// How a moment is typed.
const MOMENT: &str = "2026-12-01 17:00";

/// A field for a moment.
fn moment(name: &'static str, thread: &str, does: fn(&[String], &str) -> UiCommand) -> Entered {
    let with = vec![thread.to_owned()];
    Entered { name, hint: MOMENT.to_owned(), text: String::new(), narrows: false, does, with }
}

fn typed(with: &[String], text: &str, meant: fn(String) -> Meant) -> UiCommand {
    let thread = with.first().cloned().unwrap_or_default();
    UiCommand::Threads(Ask::Moment(meant(thread), text.to_owned()))
}

/// Does something with a thread in the inbox.
pub fn does(thread: &str, does: InboxDoes) -> Command {
    Command::Inbox(InboxCommand { thread: thread.to_owned(), does })
}

/// The same, with a way back.
pub fn undoable(thread: &str, what: InboxDoes, said: String, back: InboxDoes) -> UiCommand {
    let undo = Held(does(thread, back));
    UiCommand::Send(Box::new(does(thread, what)), Then::Undoable(said, Box::new(undo)))
}

/// How long a thread is away; `back` is what brings it back.
pub fn snooze(thread: &str, back: &InboxDoes, anchor: Option<Rect>) -> Picker {
    let entry = |icon, label: &str, said: &str, until| {
        let said = format!("Away until {said}");
        let command = undoable(thread, InboxDoes::Snooze(until), said, back.clone());
        Entry::new(Sign::Icon(icon), label, command)
    };
    let entries = vec![
        entry(Icon::Sun, "Until my next morning", "your next morning", SnoozeUntil::Morning),
        entry(Icon::Threads, "Until a reply", "somebody writes in it", SnoozeUntil::Reply),
    ];
    let typed = |with: &[String], text: &str| typed(with, text, Meant::Snooze);
    Picker { entered: Some(moment("Snooze until", thread, typed)), ..Picker::new("Snooze", anchor, entries) }
}

/// Tells something about the newest message that waits for an answer, without writing one.
pub fn ack(thread: &str, says: AckSays, said: &str) -> UiCommand {
    let command = ThreadCommand::Ack { thread: thread.to_owned(), message: None, says };
    UiCommand::Send(Box::new(Command::Thread(command)), Then::CloseAndSay(said.to_owned()))
}

/// What an acknowledgement tells.
pub fn acknowledge(thread: &str, members: Option<&MembersView>, anchor: Option<Rect>) -> Picker {
    let promise = "They see that you will answer by your next check-in";
    let entries = vec![
        Entry::new(Sign::Icon(Icon::Check), "Seen", ack(thread, AckSays::Seen, "They see that you saw it")),
        Entry::new(
            Sign::Icon(Icon::Clock),
            "Will answer by my next check-in",
            ack(thread, AckSays::WillAnswer(None), promise),
        ),
        Entry::new(
            Sign::Icon(Icon::People),
            "Not me…",
            UiCommand::Pick(Box::new(not_me(thread, members, anchor))),
        ),
    ];
    let typed = |with: &[String], text: &str| typed(with, text, Meant::Promise);
    let entered = Some(moment("Will answer by", thread, typed));
    Picker { entered, ..Picker::new("Acknowledge", anchor, entries) }
}

/// What a thread is recorded as. It lies where the thread lies, so nobody new can read it.
pub fn record(thread: &str, anchor: Option<Rect>) -> Picker {
    let entry = |icon, kind: &str, label: &str| {
        let what = RecordWhat { thread: thread.to_owned(), kind: kind.to_owned(), ..RecordWhat::default() };
        let command = Command::Record { what, yes: false };
        Entry::new(Sign::Icon(icon), label, UiCommand::Send(Box::new(command), Then::Recorded))
    };
    let entries = vec![
        entry(Icon::Check, "decision", "A decision"),
        entry(Icon::Tasks, "task", "A task"),
        entry(Icon::Page, "page", "A page"),
    ];
    Picker::new("Record, for those who can read the thread", anchor, entries)
}

/// Who is to answer instead.
fn not_me(thread: &str, members: Option<&MembersView>, anchor: Option<Rect>) -> Picker {
    let members = members.map(|view| view.members.as_slice()).unwrap_or_default();
    let others = members.iter().filter(|member| member.state == "active" && !member.me);
    let entries = others
        .map(|member| {
            let said = format!("Handed on to {}", member.name);
            let command = ack(thread, AckSays::NotMe(member.id.clone()), &said);
            Entry::new(Sign::Person(member.name.clone()), &member.name, command)
        })
        .collect();
    Picker::new("Not me: who answers?", anchor, entries)
}
