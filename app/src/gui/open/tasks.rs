//! Tasks as list and board: what they are asked, what is selected and marked, where cards go.

use egui::Context;
use tern_peer::{Command, SavedView, TaskCommand, TaskSteps, TaskView, ViewCommand};

use super::Open;
use crate::gui::actions::{Action, Way};
use crate::gui::command::{Held, Route, Then};
use crate::gui::picker::Picker;
use crate::gui::tasks::asked::Asked;
use crate::gui::tasks::data::{Data, Group};
use crate::gui::tasks::state::Typing;
use crate::gui::tasks::{Ask, data, header, menus};

impl Open {
    /// Asks what list and board show, and what one's own work is while it is shown.
    pub(super) fn tend_tasks(&mut self) {
        let (backend, wake) = (self.backend.as_ref(), &self.out.wake);
        let question = self.tasks.asked.question();
        let readable = self.tasks.asked.query.parse::<tern_model::query::Query>().is_ok();
        if readable {
            self.views.listed.follow(backend, wake, question);
        }
        match self.tasks.selected.clone() {
            Some(task) => self.views.task.follow(backend, wake, tern_peer::Query::Task { task }),
            None => self.views.task.clear(),
        }
        if self.any_pane(|pane| pane.route == Route::Work) {
            self.views.work.watch(self.backend.as_ref(), &self.out.wake, tern_peer::Query::Work);
        } else {
            self.views.work.clear();
        }
    }

    fn answer(&self) -> &[TaskView] {
        self.views.listed.get().map(|view| view.tasks.as_slice()).unwrap_or_default()
    }

    fn task_data(&self) -> Data {
        data::build(&self.views, &self.tasks.asked)
    }

    /// Performs what the tasks ask for.
    pub(super) fn task_ask(&mut self, ctx: &Context, ask: Ask) {
        match ask {
            Ask::Question(query) => self.tasks.asked.query = query,
            Ask::Type(true) => {
                let text = self.tasks.asked.query.clone();
                let text = if text.is_empty() { text } else { text + " " };
                self.tasks.typing = Some(Typing { text, ..Typing::default() });
            }
            Ask::Type(false) => self.tasks.typing = None,
            Ask::Group(group) => self.tasks.asked.group = group,
            Ask::Sort(sort) => self.tasks.asked.sort = sort,
            Ask::Board(board) => {
                self.tasks.asked.board = board;
                self.tasks.reveal = true;
            }
            Ask::Unfold(group, true) => {
                self.tasks.unfolded.insert(group);
            }
            Ask::Unfold(group, false) => {
                self.tasks.unfolded.remove(&group);
            }
            Ask::Mark(task) => self.mark(task),
            Ask::Capture(within) => self.tasks.begin_capture(within),
            Ask::EndCapture => self.tasks.capture = None,
            Ask::Details => self.show_details(),
            Ask::Drop { task, group, at } => self.drop_cards(ctx, &task, group, at),
            Ask::OpenView(id) => {
                let views = self.views.saved.get().map(|view| view.views.as_slice()).unwrap_or_default();
                if let Some(view) = views.iter().find(|view| view.id == id).cloned() {
                    self.open_view(&view);
                }
            }
            Ask::LeaveView => self.leave_view(),
            Ask::UpdateView => self.update_view(),
        }
    }

    fn open_view(&mut self, view: &SavedView) {
        self.tasks.asked = Asked::of(view);
        self.tasks.typing = None;
        self.tasks.marked.clear();
        self.go(Route::Tasks);
    }

    fn update_view(&mut self) {
        let Some(view) = header::open_view(&self.tasks, &self.views) else { return };
        let save = |shape| {
            Command::View(ViewCommand::Save { view: Some(view.id.clone()), title: String::new(), shape })
        };
        let back = Box::new(Held(save(view.shape.clone())));
        let said = format!("“{}” shows this to everybody from here on", view.title);
        self.send(save(self.tasks.asked.shape()), Then::Undoable(said, back));
    }

    /// A view that was just saved is the one that is open.
    pub(super) fn show_view(&mut self, view: &SavedView, now: f64) {
        self.tasks.asked.view = Some(view.id.clone());
        let back = Command::View(ViewCommand::Trash { view: view.id.clone(), on: true });
        self.say(&format!("“{}” is saved for everybody", view.title), Some(Box::new(Held(back))), now);
    }

    /// Says how many tasks were changed, with the way back.
    pub(super) fn changed_tasks(&mut self, done: TaskSteps, now: f64) {
        let words = match done.changed {
            0 => return self.say("Nothing had to change: it is so already", None, now),
            1 => "1 task changed".to_owned(),
            count => format!("{count} tasks changed"),
        };
        let back = Command::Tasks(TaskCommand::PutBack { steps: done.steps });
        self.say(&words, Some(Box::new(Held(back))), now);
    }

    /// Selects a task that is pointed at, perhaps from elsewhere: where the question leaves it out, all tasks are shown.
    pub(super) fn show_task(&mut self, task: Option<String>) {
        let left_out =
            |id: &String| self.views.listed.get().is_some() && !self.answer().iter().any(|t| t.id == *id);
        if task.as_ref().is_some_and(left_out) {
            self.leave_view();
        }
        self.select(task);
    }

    fn leave_view(&mut self) {
        self.tasks.asked = Asked { board: self.tasks.asked.board, ..Asked::default() };
    }

    fn mark(&mut self, task: String) {
        if !self.tasks.marked.remove(&task) {
            self.tasks.marked.insert(task);
        }
    }

    /// Shows the details of the selected task.
    pub(super) fn show_details(&mut self) {
        self.tasks.opened = self.tasks.selected.is_some();
        self.prefs.details = true;
        self.details_over = true;
        self.remember();
    }

    /// One step back: from the details over the board, from the marks, from the selection.
    fn leave_task(&mut self) {
        if std::mem::take(&mut self.tasks.opened) && self.tasks.asked.board {
            return;
        }
        if self.tasks.marked.is_empty() {
            self.select(None);
        }
        self.tasks.marked.clear();
    }

    /// Keys of list and board.
    pub(super) fn task_key(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Mark => {
                if let Some(task) = self.tasks.selected.clone() {
                    self.mark(task);
                }
            }
            Action::Extend(on) => {
                let from = self.tasks.selected.clone();
                self.step_task(if on { 1 } else { -1 });
                self.tasks.marked.extend(from);
                self.tasks.marked.extend(self.tasks.selected.clone());
            }
            Action::Card(Way::Down) => self.step_task(1),
            Action::Card(Way::Up) => self.step_task(-1),
            Action::Card(Way::Left) => self.step_column(-1),
            Action::Card(Way::Right) => self.step_column(1),
            Action::MoveCard(way) => self.move_card(ctx, way),
            Action::TypeFilter => self.task_ask(ctx, Ask::Type(true)),
            Action::SwitchLayout => self.task_ask(ctx, Ask::Board(!self.tasks.asked.board)),
            Action::SaveView => self.picker = Some(Box::new(menus::save_view(&self.tasks.asked, None))),
            Action::RenameView => {
                let view = header::open_view(&self.tasks, &self.views);
                self.picker = view.map(|view| Box::new(menus::rename_view(&view.id, &view.title, None)));
            }
            Action::TrashView => self.trash_view(),
            Action::LeaveTask => self.leave_task(),
            _ => {}
        }
    }

    fn trash_view(&mut self) {
        let Some(view) = header::open_view(&self.tasks, &self.views) else { return };
        let trash = |on| Command::View(ViewCommand::Trash { view: view.id.clone(), on });
        let said = format!("The view “{}” is in the trash", view.title);
        self.send(trash(true), Then::Undoable(said, Box::new(Held(trash(false)))));
        self.tasks.asked.view = None;
    }

    /// Groups in sight, each with its tasks.
    fn columns(&self) -> Vec<(usize, Group)> {
        let data = self.task_data();
        data.shown(&self.tasks).into_iter().map(|(at, group)| (at, group.clone())).collect()
    }

    fn id_at(&self, place: usize) -> Option<String> {
        self.answer().get(place).map(|task| task.id.clone())
    }

    /// Where the selected task stands: which of the groups in sight, and the place in it.
    fn stands(&self, columns: &[(usize, Group)]) -> Option<(usize, usize)> {
        let id = self.tasks.selected.as_ref()?;
        columns.iter().enumerate().find_map(|(column, (_, group))| {
            let tasks = self.answer().get(group.tasks.clone())?;
            tasks.iter().position(|task| task.id == *id).map(|at| (column, at))
        })
    }

    /// Selects another task: in the list the next one, on the board the next one of the column.
    pub(super) fn step_task(&mut self, step: isize) {
        let columns = self.columns();
        let first = || columns.iter().find(|(_, group)| !group.tasks.is_empty()).map(|(_, g)| g.tasks.start);
        let next = match self.stands(&columns) {
            None => first(),
            Some((column, at)) if self.tasks.asked.board => {
                let tasks = columns[column].1.tasks.clone();
                Some(tasks.start + at.saturating_add_signed(step).min(tasks.len().saturating_sub(1)))
            }
            Some((column, at)) => {
                let places: Vec<usize> = columns.iter().flat_map(|(_, group)| group.tasks.clone()).collect();
                let before: usize = columns.iter().take(column).map(|(_, group)| group.tasks.len()).sum();
                let at = (before + at).saturating_add_signed(step).min(places.len().saturating_sub(1));
                places.get(at).copied()
            }
        };
        let id = next.and_then(|place| self.id_at(place));
        self.select(id);
    }

    fn step_column(&mut self, step: isize) {
        let columns = self.columns();
        let Some((column, at)) = self.stands(&columns) else { return self.step_task(1) };
        let mut next = column;
        while let Some(other) = next.checked_add_signed(step).filter(|other| *other < columns.len()) {
            next = other;
            let tasks = columns[next].1.tasks.clone();
            if !tasks.is_empty() {
                let id = self.id_at(tasks.start + at.min(tasks.len() - 1));
                return self.select(id);
            }
        }
    }

    /// The selected card goes one place or one column further.
    fn move_card(&mut self, ctx: &Context, way: Way) {
        let columns = self.columns();
        let Some((column, at)) = self.stands(&columns) else { return };
        let Some(task) = self.tasks.selected.clone() else { return };
        let (to, place) = match way {
            Way::Up if at > 0 => (column, at - 1),
            Way::Down => (column, at + 2),
            Way::Left if column > 0 => (column - 1, at),
            Way::Right => (column + 1, at),
            _ => return,
        };
        let Some((group, found)) = columns.get(to) else { return };
        if place <= found.tasks.len() || to != column {
            self.drop_cards(ctx, &task, *group, place.min(found.tasks.len()));
        }
    }

    /// Puts the marked cards, or the one that was dragged, into a group, between the cards at `at`.
    fn drop_cards(&mut self, ctx: &Context, task: &str, group: usize, at: usize) {
        let now = ctx.input(|input| input.time);
        let data = self.task_data();
        let (Some(to), by) = (data.groups.get(group), self.tasks.asked.group.clone()) else { return };
        let here = self.answer().get(to.tasks.clone()).unwrap_or_default();
        let moved = self.tasks.targets_at(task);
        let within = here.iter().any(|other| other.id == task);
        let fields = match (&to.value, within) {
            (_, true) => Vec::new(),
            (Some(value), false) => self.fields_into(task, &by, value),
            (None, false) if by.is_empty() => Vec::new(),
            (None, false) => {
                let words = format!("“{}” is no single value; set the field itself", to.title);
                return self.say(&words, None, now);
            }
        };
        if within && !self.tasks.asked.by_hand() {
            return self.say("Sort by hand to move cards within a column", None, now);
        }
        let stays = |other: &&TaskView| !moved.contains(&other.id);
        let after = here.get(..at).unwrap_or_default().iter().rev().find(stays).map(|task| task.id.clone());
        let before = here.get(at..).unwrap_or_default().iter().find(stays).map(|task| task.id.clone());
        let command = if self.tasks.asked.by_hand() {
            // In the order in which they stand.
            let order = self.answer().iter().map(|task| &task.id).filter(|id| moved.contains(id));
            let mut tasks: Vec<String> = Vec::new();
            for id in order {
                if !tasks.contains(id) {
                    tasks.push(id.clone());
                }
            }
            TaskCommand::Place { tasks, fields, after, before }
        } else {
            TaskCommand::SetMany { tasks: moved, fields }
        };
        self.tasks.reveal = true;
        self.send(Command::Tasks(command), Then::Changed);
    }

    /// The fields that bring a task into a group: of labels, the one of the group it comes from goes.
    fn fields_into(&self, task: &str, by: &str, value: &str) -> Vec<(String, String)> {
        if by != "label" {
            return vec![(by.to_owned(), value.to_owned())];
        }
        let from =
            self.answer().iter().find(|other| other.id == task).and_then(|task| task.group_value.clone());
        let gone = from.filter(|label| !label.is_empty()).map(|label| ("-label".to_owned(), label));
        let come = Some(value).filter(|label| !label.is_empty()).map(|l| ("+label".to_owned(), l.to_owned()));
        gone.into_iter().chain(come).collect()
    }

    /// The menu of a field, for the marked tasks or the selected one.
    pub(super) fn task_menu(&self, action: Action) -> Option<Picker> {
        let (task, tasks) = (self.selected_task()?, self.tasks.targets());
        let at = self.tasks.anchor;
        Some(match action {
            Action::SetStatus => menus::status(&tasks, task, &self.views, at),
            Action::SetPriority => menus::priority(&tasks, &task.priority, at),
            Action::SetAssignee => menus::assignee(&tasks, Some(task), &self.views, at),
            Action::SetDue => menus::due(&tasks, &self.clock, at),
            Action::SetLabels => menus::labels(&tasks, &self.views, at),
            Action::SetEstimate => menus::estimate(&tasks, at),
            _ => menus::choose(task, task.conflicts.first()?, &self.clock, at),
        })
    }
}
