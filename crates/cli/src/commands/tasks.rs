//! `task …` and `search`.

use tern_peer::{Command, Peer, PeerError, Query, Reply, TaskCommand, TaskView, View};

use super::{ask, views};
use crate::args::{SearchArgs, TaskAction, unshield};
use crate::context::Context;
use crate::{failure, human, values};

pub(super) fn run(context: &Context, action: TaskAction) -> Result<(), PeerError> {
    match action {
        TaskAction::New { line } => {
            let line = words(&line);
            one(context, |peer| changed(peer, Command::TaskNew { line }), "Saved here.\n")
        }
        TaskAction::Set { task, fields } => {
            let fields =
                fields.iter().map(|f| values::field_value(unshield(f))).collect::<Result<Vec<_>, _>>()?;
            one(context, |peer| changed(peer, Command::TaskSet { task, fields }), "Saved here.\n")
        }
        TaskAction::Done { task, skip_missed } => {
            let done = TaskCommand::Done { task: task.clone(), skip_missed };
            one(context, |peer| settled(peer, done, task), "Saved here.\n")
        }
        TaskAction::Skip { task, this } => {
            let skip = TaskCommand::Skip { task: task.clone(), this };
            one(context, |peer| settled(peer, skip, task), "Saved here.\n")
        }
        TaskAction::Show { task } => one(context, |peer| shown(peer, task), ""),
        TaskAction::Trash { task } => {
            one(context, |peer| moved(peer, Command::Trash { doc: task.clone() }, task), "In the trash.\n")
        }
        TaskAction::Restore { task } => one(
            context,
            |peer| moved(peer, Command::Restore { doc: task.clone() }, task),
            "Out of the trash.\n",
        ),
        TaskAction::List { filter, group, sort, view: None } => list(context, filter, group, sort),
        TaskAction::List { filter, group, sort, view: Some(view) } => context.with_peer(|peer| {
            let tasks = views::tasks(peer, &view, &filter, group, sort)?;
            context.emit(&tasks, || human::tasks::list(&tasks, true))
        }),
    }
}

/// Changes fields of one task.
pub(super) fn set(context: &Context, task: String, fields: Vec<(String, String)>) -> Result<(), PeerError> {
    one(context, |peer| changed(peer, Command::TaskSet { task, fields }), "Saved here.\n")
}

fn one(
    context: &Context,
    work: impl FnOnce(&Peer) -> Result<Box<TaskView>, PeerError>,
    done: &str,
) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let task = work(peer)?;
        let clock = human::Clock::of(peer)?;
        context.emit(&task, || format!("{}{done}", human::tasks::one(&task, &clock)))
    })
}

fn changed(peer: &Peer, command: Command) -> Result<Box<TaskView>, PeerError> {
    match peer.call(command)? {
        Reply::Task(task) => Ok(task),
        Reply::Doc(doc) => shown(peer, doc.id),
        _ => Err(failure::mismatch()),
    }
}

fn settled(peer: &Peer, command: TaskCommand, task: String) -> Result<Box<TaskView>, PeerError> {
    peer.call(Command::Tasks(command))?;
    shown(peer, task)
}

fn moved(peer: &Peer, command: Command, task: String) -> Result<Box<TaskView>, PeerError> {
    match peer.call(command)? {
        Reply::Task(task) => Ok(task),
        Reply::Doc(doc) => shown(peer, doc.id),
        _ => shown(peer, task),
    }
}

fn shown(peer: &Peer, task: String) -> Result<Box<TaskView>, PeerError> {
    Ok(ask!(peer, Query::Task { task }, View::Task))
}

fn list(
    context: &Context,
    filter: String,
    group: Option<String>,
    sort: Option<String>,
) -> Result<(), PeerError> {
    let filtered = !filter.trim().is_empty();
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Tasks { filter, group, sort }, View::Tasks);
        context.emit(&view, || human::tasks::list(&view, filtered))
    })
}

pub(super) fn search(context: &Context, args: &SearchArgs) -> Result<(), PeerError> {
    let query = words(&args.query);
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Search { query: query.clone(), limit: args.limit }, View::Search);
        context.emit(&view, || human::tasks::hits(&view, &query))
    })
}

fn words(given: &[String]) -> String {
    given.iter().map(|w| unshield(w)).collect::<Vec<_>>().join(" ")
}
