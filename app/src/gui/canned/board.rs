//! Tasks of the canned workspace: questions, several tasks in one step, saved views.

use std::collections::BTreeMap;

use tern_model::query::{Asker, GroupBy, GroupKey, Query as Question, Sort, TaskRow};
use tern_model::task::{Priority, Status};
use tern_model::{Class, DocId, Value};
use tern_peer::{
    ErrorKind, PeerError, Reply, SavedView, TaskCommand, TaskStep, TaskSteps, TaskView, TasksView,
    ViewCommand, WorkItem, WorkView,
};

use super::World;

fn row(at: usize, task: &TaskView) -> TaskRow {
    let mut id = [0; 15];
    id[7..].copy_from_slice(&(at as u64).to_be_bytes());
    let due_date = task.due.as_ref().and_then(|due| due.value.parse().ok());
    TaskRow {
        id: DocId::new(Class::Content, id),
        short_id: task.short_id.clone(),
        title: task.title.clone(),
        status: Status::from_name(&task.status).unwrap_or_default(),
        priority: Priority::from_name(&task.priority).unwrap_or_default(),
        assignee: task.assignee_id.clone(),
        assignee_name: task.assignee.clone(),
        labels: task.labels.clone(),
        project: None,
        project_name: task.project.clone(),
        due_ms: None,
        due_date,
        order: format!("{at:06}"),
        created_ms: 0,
        updated_ms: 0,
        conflicted: !task.conflicts.is_empty(),
        trashed: task.trashed,
        more: tern_model::query::More {
            state: task.more.state.clone(),
            blocked: task.more.blocked,
            ..Default::default()
        },
    }
}

impl World {
    /// Answers a question about tasks as the engine does.
    pub(super) fn ask_tasks(
        &self,
        filter: &str,
        group: Option<&str>,
        sort: Option<&str>,
    ) -> Result<TasksView, PeerError> {
        let wrong = |error: String| PeerError::new(ErrorKind::BadInput, error);
        let question: Question = filter.parse().map_err(|e| wrong(format!("{e}")))?;
        let group: GroupBy = group.unwrap_or_default().parse().map_err(|e| wrong(format!("{e}")))?;
        let sort: Sort = sort.unwrap_or_default().parse().map_err(|e| wrong(format!("{e}")))?;
        let today = jiff::civil::date(2026, 11, 24);
        let asker = Asker { me: "me".into(), now_ms: super::NOW_MS, today };
        let rows: Vec<TaskRow> = self.tasks.iter().enumerate().map(|(at, task)| row(at, task)).collect();
        let mut groups: BTreeMap<GroupKey, Vec<(usize, &TaskRow)>> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| question.matches(row, &asker)) {
            for key in group.keys(row, &asker) {
                groups.entry(key).or_default().push((at, row));
            }
        }
        let mut tasks = Vec::new();
        for (key, mut members) in groups {
            members.sort_by(|a, b| sort.compare(a.1, b.1));
            tasks.extend(members.into_iter().map(|(at, _)| TaskView {
                group: (group != GroupBy::Nothing).then(|| key.title()),
                group_value: if group == GroupBy::Nothing { None } else { key.value(today) },
                ..self.tasks[at].clone()
            }));
        }
        let states = self.states_asked(&question, group);
        for task in &mut tasks {
            if let Some(state) = states.iter().find(|state| state.class == task.status) {
                task.group = Some(state.name.clone());
                task.group_value = Some(state.name.clone());
                task.more.state = Some(state.name.clone());
            }
        }
        Ok(TasksView { tasks, states })
    }

    /// Named states of the one project that is asked for.
    fn states_asked(&self, question: &Question, group: GroupBy) -> Vec<tern_peer::StateView> {
        let asked = question.one_project().filter(|_| group == GroupBy::Status);
        let project =
            self.plans.projects.iter().find(|project| asked == Some(project.title.to_lowercase().as_str()));
        project.map(|project| project.states.clone()).unwrap_or_default()
    }

    /// Own tasks that are open: the first two fit.
    pub(super) fn work(&self) -> WorkView {
        let mine = self.tasks.iter().filter(|task| task.assignee_id.as_deref() == Some("me"));
        let open = mine.filter(|task| !matches!(task.status.as_str(), "done" | "cancelled"));
        let items = open.enumerate().map(|(at, task)| WorkItem {
            kind: "task".into(),
            part: if at < 2 { "now" } else { "later" }.into(),
            minutes: 30,
            task: Some(task.clone()),
            ..WorkItem::default()
        });
        let until = Some("2026-11-24T17:30:00+00:00[Europe/London]".to_owned());
        WorkView { minutes_left: 140, until, items: items.collect() }
    }

    fn value(&self, task: &str, field: &str) -> Value {
        let task = self.tasks.iter().find(|found| found.id == task).expect("a task");
        let order = self.tasks.iter().position(|found| found.id == task.id).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Text);
        match field {
            "status" => Value::Text(task.status.clone()),
            "priority" => Value::Text(task.priority.clone()),
            "assignee" => text(&task.assignee_id),
            "labels" => Value::List(task.labels.clone()),
            "estimate" => text(&task.estimate),
            "order" => Value::Int(order as i64),
            _ => Value::Null,
        }
    }

    fn step(&mut self, task: &str, fields: &[(String, String)], done: &mut TaskSteps) {
        let name =
            |field: &str| if field.ends_with("label") { "labels".to_owned() } else { field.to_owned() };
        let before: Vec<(String, Value)> =
            fields.iter().map(|(field, _)| (name(field), self.value(task, &name(field)))).collect();
        self.set_task(task, fields.to_vec());
        done.changed += 1;
        for (field, was) in before {
            let became = self.value(task, &field);
            done.steps.push(TaskStep { task: task.to_owned(), field, was, became });
        }
    }

    pub(super) fn perform_tasks(&mut self, command: TaskCommand) -> Result<Reply, PeerError> {
        let mut done = TaskSteps::default();
        match command {
            TaskCommand::New { line, fields } => {
                let reply = self.perform(tern_peer::Command::TaskNew { line })?;
                if let Reply::Task(task) = &reply {
                    self.set_task(&task.id, fields);
                }
                return Ok(reply);
            }
            TaskCommand::SetMany { tasks, fields } => {
                for task in tasks {
                    self.step(&task, &fields, &mut done);
                }
            }
            TaskCommand::Place { tasks, fields, after, before } => {
                for task in &tasks {
                    self.step(task, &fields, &mut done);
                }
                let (moved, mut rest): (Vec<TaskView>, Vec<TaskView>) =
                    self.tasks.drain(..).partition(|task| tasks.contains(&task.id));
                let at = |id: Option<String>| rest.iter().position(|task| Some(&task.id) == id.as_ref());
                let place = at(after).map(|at| at + 1).or(at(before)).unwrap_or(rest.len());
                rest.splice(place..place, moved);
                self.tasks = rest;
            }
            TaskCommand::Done { task, .. } => {
                let fields = vec![("status".to_owned(), "done".to_owned())];
                self.step(&task, &fields, &mut done);
            }
            TaskCommand::Skip { task, this } => {
                let found = self.tasks.iter_mut().find(|found| found.id == task);
                if let Some(recurs) = found.and_then(|task| task.more.recurs.as_mut()) {
                    if this && !recurs.next.is_empty() {
                        recurs.next.remove(0);
                    }
                    recurs.missed = 0;
                    done.changed += 1;
                }
            }
            TaskCommand::PutBack { steps } => {
                for step in steps {
                    if let Value::Text(text) = step.was {
                        self.set_task(&step.task, vec![(step.field, text)]);
                    } else if let Value::List(labels) = step.was {
                        let found = self.tasks.iter_mut().find(|task| task.id == step.task);
                        found.expect("a task").labels = labels;
                    } else {
                        self.set_task(&step.task, vec![(step.field, String::new())]);
                    }
                }
            }
        }
        Ok(Reply::Steps(done))
    }

    pub(super) fn perform_view(&mut self, command: ViewCommand) -> Reply {
        let find = |views: &mut Vec<SavedView>, id: &str| {
            views.iter().position(|view| view.id == id).expect("a view")
        };
        let at = match command {
            ViewCommand::Save { view: None, title, shape } => {
                self.made += 1;
                let id = format!("view{}", self.made);
                self.saved.push(SavedView { id, title, shape, ..SavedView::default() });
                self.saved.len() - 1
            }
            ViewCommand::Save { view: Some(id), shape, .. } => {
                let at = find(&mut self.saved, &id);
                self.saved[at].shape = shape;
                at
            }
            ViewCommand::Rename { view, title } => {
                let at = find(&mut self.saved, &view);
                self.saved[at].title = title;
                at
            }
            ViewCommand::Trash { view, on } => {
                let at = find(&mut self.saved, &view);
                self.saved[at].trashed = on;
                at
            }
        };
        Reply::View(Box::new(self.saved[at].clone()))
    }
}
