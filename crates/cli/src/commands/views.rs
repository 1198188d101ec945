//! `view …` and `work`.

use tern_peer::{Command, Peer, PeerError, Query, Reply, SavedView, TasksView, View, ViewCommand, ViewShape};

use super::ask;
use crate::args::ViewAction;
use crate::context::Context;
use crate::{failure, human};

pub(super) fn run(context: &Context, action: ViewAction) -> Result<(), PeerError> {
    match action {
        ViewAction::List => context.with_peer(|peer| {
            let view = ask!(peer, Query::Views, View::Views);
            context.emit(&view, || human::views::list(&view))
        }),
        ViewAction::Save { name, filter, group, sort, layout } => {
            let given = Given { filter, group, sort, layout };
            changed(context, |peer| save(peer, name, given), "Saved here.\n")
        }
        ViewAction::Show { view } => context.with_peer(|peer| {
            let tasks = tasks(peer, &view, "", None, None)?;
            context.emit(&tasks, || human::tasks::list(&tasks, true))
        }),
        ViewAction::Rename { view, name } => {
            changed(context, |_| Ok(ViewCommand::Rename { view, title: name }), "Saved here.\n")
        }
        ViewAction::Remove { view } => {
            changed(context, |_| Ok(ViewCommand::Trash { view, on: true }), "In the trash.\n")
        }
        ViewAction::Restore { view } => {
            changed(context, |_| Ok(ViewCommand::Trash { view, on: false }), "Out of the trash.\n")
        }
    }
}

pub(super) fn work(context: &Context) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Work, View::Work);
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::views::work(&view, &clock))
    })
}

/// What was given of a view; the rest stays as it is.
struct Given {
    filter: Option<String>,
    group: Option<String>,
    sort: Option<String>,
    layout: Option<String>,
}

fn save(peer: &Peer, name: String, given: Given) -> Result<ViewCommand, PeerError> {
    let all = ask!(peer, Query::Views, View::Views).views;
    let known = all.into_iter().find(|view| view.title.to_lowercase() == name.trim().to_lowercase());
    let fresh = ViewShape { layout: "list".to_owned(), ..ViewShape::default() };
    let (view, old) = known.map_or((None, fresh), |view| (Some(view.id), view.shape));
    let shape = ViewShape {
        query: given.filter.unwrap_or(old.query),
        group: given.group.map_or(old.group, |group| if group == "none" { String::new() } else { group }),
        sort: given.sort.unwrap_or(old.sort),
        layout: given.layout.unwrap_or(old.layout),
    };
    Ok(ViewCommand::Save { view, title: name, shape })
}

fn changed(
    context: &Context,
    command: impl FnOnce(&Peer) -> Result<ViewCommand, PeerError>,
    done: &str,
) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let Reply::View(view) = peer.call(Command::View(command(peer)?))? else {
            return Err(failure::mismatch());
        };
        context.emit(&view, || format!("{}{done}", human::views::one(&view)))
    })
}

/// The tasks of a saved view, narrowed by a further question.
pub(super) fn tasks(
    peer: &Peer,
    name: &str,
    narrowed: &str,
    group: Option<String>,
    sort: Option<String>,
) -> Result<TasksView, PeerError> {
    let found = find(&ask!(peer, Query::Views, View::Views).views, name)?;
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    let filter = format!("{} {narrowed}", found.shape.query);
    let (group, sort) = (group.or(given(found.shape.group)), sort.or(given(found.shape.sort)));
    Ok(ask!(peer, Query::Tasks { filter, group, sort }, View::Tasks))
}

fn find(views: &[SavedView], name: &str) -> Result<SavedView, PeerError> {
    let typed = name.trim().to_lowercase();
    let fits = |view: &&SavedView| view.title.to_lowercase() == typed || view.id.to_lowercase() == typed;
    let begins = |view: &&SavedView| typed.len() >= 4 && view.id.to_lowercase().starts_with(&typed);
    let mut found: Vec<&SavedView> = views.iter().filter(fits).collect();
    if found.is_empty() {
        found = views.iter().filter(begins).collect();
    }
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(PeerError::new(tern_peer::ErrorKind::NotFound, format!("There is no view “{name}” here."))
            .next("`tern view list` shows what there is.")),
        _ => {
            Err(PeerError::new(tern_peer::ErrorKind::NotFound, format!("Several views are called “{name}”."))
                .next("Give the id of the one you mean: `tern view list` shows it."))
        }
    }
}
