//! How the cells of a row are read: what each column holds, and in which words.

use std::collections::{BTreeMap, BTreeSet};

use tern_model::block::{Block, BlockKind};
use tern_model::task::Status;

use super::{DateOrder, Field, ImportedTask, Options, Source, StatusWord, columns, words};

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    source: Source,
    meanings: BTreeMap<String, Field>,
    statuses: BTreeMap<String, Status>,
    pub(super) order: DateOrder,
}

impl Reading {
    pub(super) fn new(source: Source, names: &[String], options: &Options) -> Reading {
        Reading {
            source,
            meanings: columns::meanings(source, names, &options.given()),
            statuses: options
                .statuses
                .iter()
                .map(|(word, status)| (columns::normal(word), *status))
                .collect(),
            order: DateOrder::default(),
        }
    }

    pub(super) fn meaning(&self, column: &str) -> Field {
        self.meanings.get(&columns::normal(column)).copied().unwrap_or(Field::Own)
    }

    pub(super) fn knows(&self, column: &str) -> bool {
        self.meanings.contains_key(&columns::normal(column))
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.meanings.values().any(|other| *other == field)
    }

    pub(super) fn first<'a>(&self, cells: &'a [(String, String)], field: Field) -> Option<&'a str> {
        cells.iter().find(|(name, _)| self.meaning(name) == field).map(|(_, cell)| cell.as_str())
    }

    /// What cells say.
    pub(super) fn task(&self, cells: &[(String, String)]) -> ImportedTask {
        let mut task = ImportedTask::default();
        let (mut completed, mut team, mut labels) = (false, None, BTreeSet::new());
        for (name, cell) in cells {
            let own = |task: &mut ImportedTask| {
                let value = task.own.entry(name.clone()).or_default();
                if !value.is_empty() {
                    value.push_str("; ");
                }
                value.push_str(cell);
            };
            match self.meaning(name) {
                Field::Id | Field::Kept | Field::Archived => {}
                Field::Key => task.key = Some(cell.clone()),
                // A title is a line.
                Field::Title if task.title.is_empty() => {
                    task.title = cell.split_whitespace().collect::<Vec<_>>().join(" ");
                }
                Field::Description => {
                    if !task.description.is_empty() {
                        task.description.push_str("\n\n");
                    }
                    task.description.push_str(cell);
                }
                Field::Status => task.status = Some(self.status(cell)),
                Field::Priority => match words::priority(cell) {
                    Some(priority) => task.priority = Some(priority),
                    None => own(&mut task),
                },
                Field::Assignee => {
                    let mut people = words::people(cell).into_iter();
                    task.assignee = people.next();
                    if people.next().is_some() {
                        own(&mut task);
                    }
                }
                Field::Labels => {
                    let new: Vec<String> =
                        words::items(cell).into_iter().filter(|label| labels.insert(label.clone())).collect();
                    task.labels.extend(new);
                }
                Field::Estimate => match words::whole(cell) {
                    Some(estimate) => task.estimate = Some(estimate),
                    None => own(&mut task),
                },
                Field::Due => match words::date(cell, self.order) {
                    Some(date) => task.due = Some(date.to_string()),
                    None => own(&mut task),
                },
                Field::Project if task.project.is_none() => task.project = Some(cell.clone()),
                Field::Team => team = Some((name.clone(), cell.clone())),
                Field::Parent if task.parent.is_none() => task.parent = Some(cell.clone()),
                Field::BlockedBy => task.blocked_by.extend(words::items(cell)),
                Field::Relates => task.relates.extend(words::items(cell)),
                Field::DuplicateOf => task.duplicate_of = words::items(cell).into_iter().next(),
                Field::Completed => completed = words::says_yes(cell),
                Field::Title | Field::Project | Field::Parent | Field::Own => own(&mut task),
            }
        }
        if let Some((name, team)) = team {
            match task.project {
                None => task.project = Some(team),
                Some(_) => drop(task.own.insert(name, team)),
            }
        }
        let open =
            task.status.as_ref().is_none_or(|word| self.source == Source::Asana && !word.status.is_closed());
        if completed && open {
            task.status =
                Some(StatusWord { word: "Done".to_owned(), status: Status::Done, plain: true, given: false });
        }
        task
    }

    fn status(&self, word: &str) -> StatusWord {
        let (means, plain) = words::status(word);
        let given = self.statuses.get(&columns::normal(word)).copied();
        let status = given.unwrap_or(means);
        StatusWord { word: word.to_owned(), status, plain: plain && status == means, given: given.is_some() }
    }

    pub(super) fn blocks(&self, description: &str) -> Vec<Block> {
        if self.source != Source::Jira {
            return crate::markdown::parse(description);
        }
        let lines = description.lines().filter(|line| !line.trim().is_empty());
        let blocks: Vec<Block> = lines.map(|line| Block::plain(BlockKind::Paragraph, line)).collect();
        crate::markdown::normalise(&blocks)
    }
}
