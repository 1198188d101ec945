//! `project …` and `cycle …`.

use tern_peer::{Command, CycleCommand, Peer, PeerError, ProjectCommand, Query, Reply, View};

use super::ask;
use crate::args::{CycleAction, ProjectAction, ProjectUpdateArgs, unshield};
use crate::context::Context;
use crate::{failure, human, values};

pub(super) fn run(context: &Context, action: ProjectAction) -> Result<(), PeerError> {
    match action {
        ProjectAction::New { title, fields } => {
            changed(context, ProjectCommand::New { title, fields: typed(&fields)? }, "Saved here.\n")
        }
        ProjectAction::Set { project, fields } => {
            changed(context, ProjectCommand::Set { project, fields: typed(&fields)? }, "Saved here.\n")
        }
        ProjectAction::List => context.with_peer(|peer| {
            let view = ask!(peer, Query::Projects, View::Projects);
            context.emit(&view, || human::projects::list(&view))
        }),
        ProjectAction::Show { project } => context.with_peer(|peer| {
            let view = ask!(peer, Query::Project { project }, View::Project);
            let clock = human::Clock::of(peer)?;
            context.emit(&view, || human::projects::one(&view, &clock))
        }),
        ProjectAction::RenameState { project, state, name } => {
            changed(context, ProjectCommand::RenameState { project, state, name }, "Saved here.\n")
        }
        ProjectAction::Update(args) => update(context, args),
        ProjectAction::Trash { project } => {
            changed(context, ProjectCommand::Trash { project, on: true }, "In the trash.\n")
        }
        ProjectAction::Restore { project } => {
            changed(context, ProjectCommand::Trash { project, on: false }, "Out of the trash.\n")
        }
    }
}

fn typed(fields: &[String]) -> Result<Vec<(String, String)>, PeerError> {
    fields.iter().map(|field| values::field_value(unshield(field))).collect()
}

fn changed(context: &Context, command: ProjectCommand, done: &str) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let Reply::Project(view) = peer.call(Command::Project(command))? else {
            return Err(failure::mismatch());
        };
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || format!("{}{done}", human::projects::one(&view, &clock)))
    })
}

fn update(context: &Context, args: ProjectUpdateArgs) -> Result<(), PeerError> {
    let ProjectUpdateArgs { project, health, text, file, changes } = args;
    let said = match (text, file) {
        (Some(text), _) => Some(text),
        (None, Some(file)) => Some(values::text_file(&file)?),
        (None, None) => None,
    };
    let Some(health) = health else {
        if said.is_some() {
            return Err(failure::bad_usage(
                "An update says how it goes.",
                "Add --health on-track, at-risk or off-track.",
            ));
        }
        return context.with_peer(|peer| {
            let view = ask!(peer, Query::UpdateDraft { project }, View::UpdateDraft);
            let clock = human::Clock::of(peer)?;
            context.emit(&view, || human::projects::draft(&view, &clock))
        });
    };
    context.with_peer(|peer| {
        let mut text = said.unwrap_or_default();
        if changes {
            let draft = ask!(peer, Query::UpdateDraft { project: project.clone() }, View::UpdateDraft);
            text = format!("{}\n\n{}", text.trim_end(), draft.text).trim().to_owned();
        }
        let command = Command::Project(ProjectCommand::Update { project, health, text });
        let Reply::Project(view) = peer.call(command)? else { return Err(failure::mismatch()) };
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || format!("{}Saved here.\n", human::projects::one(&view, &clock)))
    })
}

pub(super) fn cycle(context: &Context, action: CycleAction) -> Result<(), PeerError> {
    match action {
        CycleAction::New { title, start, weeks, cooldown } => {
            let number =
                |name: &str, weeks: Option<u32>| weeks.map(|weeks| (name.to_owned(), weeks.to_string()));
            let start = start.map(|start| ("start".to_owned(), start));
            let fields = start.into_iter().chain(number("weeks", weeks)).chain(number("cooldown", cooldown));
            let command = CycleCommand::New { title, fields: fields.collect() };
            cycle_changed(context, command, "Saved here.\n")
        }
        CycleAction::Set { cycle, fields } => {
            cycle_changed(context, CycleCommand::Set { cycle, fields: typed(&fields)? }, "Saved here.\n")
        }
        CycleAction::List => context.with_peer(|peer| {
            let view = ask!(peer, Query::Cycles, View::Cycles);
            context.emit(&view, || human::projects::cycles(&view))
        }),
        CycleAction::Show { cycle } => context.with_peer(|peer| {
            let view = ask!(peer, Query::Cycle { cycle }, View::Cycle);
            let clock = human::Clock::of(peer)?;
            context.emit(&view, || human::projects::cycle(&view, &clock))
        }),
        CycleAction::Add { cycle, task, appetite } => {
            let appetite = appetite.map(|days| ("appetite".to_owned(), days.to_string()));
            let fields = [("cycle".to_owned(), cycle)].into_iter().chain(appetite).collect();
            super::tasks::set(context, task, fields)
        }
        CycleAction::Drop { task } => {
            super::tasks::set(context, task, vec![("cycle".to_owned(), String::new())])
        }
        CycleAction::Hill { task, position } => {
            super::tasks::set(context, task, vec![("hill".to_owned(), position.to_string())])
        }
        CycleAction::Trash { cycle } => {
            cycle_changed(context, CycleCommand::Trash { cycle, on: true }, "In the trash.\n")
        }
        CycleAction::Restore { cycle } => {
            cycle_changed(context, CycleCommand::Trash { cycle, on: false }, "Out of the trash.\n")
        }
    }
}

fn cycle_changed(context: &Context, command: CycleCommand, done: &str) -> Result<(), PeerError> {
    let work = |peer: &Peer| match peer.call(Command::Cycle(command))? {
        Reply::Cycle(view) => Ok(view),
        _ => Err(failure::mismatch()),
    };
    context.with_peer(|peer| {
        let view = work(peer)?;
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || format!("{}{done}", human::projects::cycle(&view, &clock)))
    })
}
