//! Projects and cycles of the canned workspace.

use tern_peer::{
    CountView, CycleCommand, CycleView, CyclesView, HillMarkView, OwnFieldView, PersonView, ProjectCommand,
    ProjectView, ProjectsView, Query, Reply, ScopeView, StateView, TaskLinkView, TaskView, UpdateDraftView,
    UpdateView, View,
};

/// Projects, and cycles without their scopes: those are tasks.
#[derive(Debug, Clone)]
pub struct Plans {
    pub projects: Vec<ProjectView>,
    pub cycles: Vec<CycleView>,
}

impl Default for Plans {
    fn default() -> Plans {
        let told = UpdateView {
            id: "u1".into(),
            when: "2026-11-17T09:00:00+00:00[Europe/London]".into(),
            author: "Aiko Tanaka".into(),
            health: "on-track".into(),
            text: "The index is built on the device.".into(),
        };
        let web = ProjectView {
            id: "web".into(),
            title: "Web".into(),
            key: "WEB".into(),
            lead: Some(PersonView { id: "aiko".into(), name: "Aiko Tanaka".into() }),
            fields: vec![OwnFieldView {
                name: "Size".into(),
                holds: "select".into(),
                options: vec!["S".into(), "M".into(), "L".into()],
            }],
            health: Some("on-track".into()),
            updates: vec![told],
            counts: vec![
                CountView { status: "doing".into(), tasks: 2 },
                CountView { status: "done".into(), tasks: 1 },
            ],
            ..ProjectView::default()
        };
        let autumn = CycleView {
            id: "autumn".into(),
            title: "Autumn".into(),
            start: Some("2026-10-19".into()),
            work_ends: Some("2026-11-29".into()),
            ends: Some("2026-12-13".into()),
            weeks: 6,
            cooldown: 2,
            phase: "work".into(),
            days_left: Some(5),
            ..CycleView::default()
        };
        Plans { projects: vec![web], cycles: vec![autumn] }
    }
}

/// A task in a few words.
pub fn link(task: &TaskView) -> TaskLinkView {
    TaskLinkView {
        id: task.id.clone(),
        short_id: task.short_id.clone(),
        title: task.title.clone(),
        status: task.status.clone(),
        assignee: task.assignee.clone(),
    }
}

impl Plans {
    fn with_scopes(&self, cycle: &CycleView, tasks: &[TaskView]) -> CycleView {
        let of = tasks.iter().filter(|task| task.more.cycle.as_ref() == Some(&cycle.title));
        let scope = |task: &TaskView| ScopeView {
            task: link(task),
            appetite: task.more.appetite,
            hill: task.more.hill,
            history: task.more.hill_history.clone(),
        };
        CycleView { scopes: of.map(scope).collect(), ..cycle.clone() }
    }

    /// Answers what is asked about projects and cycles.
    pub fn answer(&self, query: &Query, tasks: &[TaskView]) -> Option<View> {
        Some(match query {
            Query::Projects => View::Projects(ProjectsView { projects: self.projects.clone() }),
            Query::Project { project } => {
                View::Project(Box::new(self.projects.iter().find(|known| known.id == *project)?.clone()))
            }
            Query::UpdateDraft { project } => View::UpdateDraft(UpdateDraftView {
                project: project.clone(),
                since: "2026-11-17T09:00:00+00:00[Europe/London]".into(),
                done: vec!["Index format".into()],
                text: "Done\n\n- Index format".into(),
                ..UpdateDraftView::default()
            }),
            Query::Cycles => View::Cycles(CyclesView {
                cycles: self.cycles.iter().map(|cycle| self.with_scopes(cycle, tasks)).collect(),
            }),
            Query::Task { task } => {
                View::Task(Box::new(tasks.iter().find(|known| known.id == *task)?.clone()))
            }
            _ => return None,
        })
    }

    /// Performs a change of projects.
    pub fn project(&mut self, command: ProjectCommand) -> Reply {
        match command {
            ProjectCommand::New { title, .. } => {
                self.projects.push(ProjectView { id: title.to_lowercase(), title, ..ProjectView::default() });
            }
            ProjectCommand::Set { project, fields } => {
                let Some(found) = self.projects.iter_mut().find(|known| known.id == project) else {
                    return Reply::Done {};
                };
                for (field, value) in fields {
                    if let ("state", Some((name, class))) = (field.as_str(), value.split_once(':')) {
                        found.states.push(StateView { name: name.to_owned(), class: class.to_owned() });
                    }
                }
            }
            ProjectCommand::Update { project, health, text } => {
                let Some(found) = self.projects.iter_mut().find(|known| known.id == project) else {
                    return Reply::Done {};
                };
                let told = UpdateView {
                    id: format!("u{}", found.updates.len() + 1),
                    when: "2026-11-24T09:10:00+00:00[Europe/London]".into(),
                    author: "Ben Okafor".into(),
                    health: health.clone(),
                    text,
                };
                found.updates.insert(0, told);
                found.health = Some(health);
            }
            ProjectCommand::RenameState { project, state, name } => {
                let found = self.projects.iter_mut().find(|known| known.id == project);
                let states = found.into_iter().flat_map(|found| &mut found.states);
                states.filter(|known| known.name == state).for_each(|known| known.name.clone_from(&name));
            }
            ProjectCommand::Trash { .. } => {}
        }
        Reply::Done {}
    }

    /// Performs a change of cycles.
    pub fn cycle(&mut self, command: CycleCommand) -> Reply {
        if let CycleCommand::Set { cycle, fields } = &command
            && let Some(found) = self.cycles.iter_mut().find(|known| known.id == *cycle)
        {
            for (field, value) in fields {
                match field.as_str() {
                    "start" => found.start = Some(value.clone()),
                    "weeks" => found.weeks = value.parse().unwrap_or_default(),
                    "cooldown" => found.cooldown = value.parse().unwrap_or_default(),
                    _ => found.title.clone_from(value),
                }
            }
        }
        if let CycleCommand::New { title, .. } = command {
            self.cycles.push(CycleView {
                id: title.to_lowercase(),
                title,
                weeks: 6,
                cooldown: 2,
                ..CycleView::default()
            });
        }
        Reply::Done {}
    }
}

/// Sets what is no common field of a task; `others` are all tasks in a few words.
pub fn set_more(task: &mut TaskView, field: &str, value: String, others: &[TaskLinkView], plans: &Plans) {
    let found = others.iter().find(|other| other.id == value).cloned();
    let more = &mut task.more;
    match field {
        "parent" => more.parent = found,
        "blocks" => more.blocks.extend(found),
        "-blocks" => more.blocks.retain(|other| other.id != value),
        "relates" => more.relates.extend(found),
        "duplicate_of" => more.duplicate_of = found,
        "recur" => {
            more.recurs = (!value.is_empty()).then(|| tern_peer::RecursView {
                words: value,
                next: vec!["2026-11-30".into(), "2026-12-07".into(), "2026-12-14".into()],
                missed: 2,
                ..Default::default()
            });
        }
        "cycle" => {
            let cycle = plans.cycles.iter().find(|cycle| cycle.id == value);
            more.cycle = cycle.map(|cycle| cycle.title.clone());
        }
        "appetite" => more.appetite = value.parse().ok(),
        "hill" => {
            more.hill = value.parse().ok();
            more.hill_history.extend(more.hill.map(|position| HillMarkView {
                when: "2026-11-24T09:10:00+00:00[Europe/London]".into(),
                position,
                by: "Ben Okafor".into(),
            }));
        }
        other => {
            more.fields.insert(other.to_owned(), value);
        }
    }
}
