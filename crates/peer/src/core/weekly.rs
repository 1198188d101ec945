//! The update of one's week, drafted from what oneself did: five headed slots, and how long it takes to read.

use tern_model::form::{DecisionState, Form};
use tern_model::hours::{Weekday, Zone};
use tern_model::{DocId, Value};
use tern_store::TaskRow;
use tern_trust::Id16;
use tern_trust::derive::ZERO16;

use crate::api::*;
use crate::text::escaped;

use super::errors::{bad_input, not_found};
use super::forms::decision_of;
use super::news::Mine;
use super::resolve::hex;
use super::{Core, Work, documents, drafts, pages, people, reading};

/// Words that people read in a minute.
const WORDS_A_MINUTE: usize = 200;
/// Lines of a slot; of more, how many.
const MOST_LINES: usize = 12;
/// Pages whose history is looked through for own changes.
const MOST_PAGES: usize = 500;

/// The first instant of the week that an instant lies in, Monday in a zone.
fn week_begins(zone: &Zone, now_ms: i64) -> i64 {
    let today = zone.date(now_ms);
    let mut days = std::iter::successors(Some(today), |date| date.yesterday().ok()).take(7);
    let monday = days.find(|date| date.weekday() == Weekday::Monday).unwrap_or(today);
    zone.instant_of(monday, 0)
}

fn slot(name: &str, heading: &str, mut lines: Vec<String>) -> WeeklySlot {
    if lines.len() > MOST_LINES {
        let more = lines.len() - MOST_LINES;
        lines.truncate(MOST_LINES);
        lines.push(format!("and {more} more"));
    }
    WeeklySlot { name: name.to_owned(), heading: heading.to_owned(), lines }
}

fn link(title: &str, doc: &Id16) -> String {
    format!("[{}](tern:{})", escaped(title), DocId(*doc))
}

impl Core {
    /// The draft. What lies in private spaces is left out, for the update is for everybody.
    pub(crate) fn weekly(&mut self) -> Result<WeeklyView, PeerError> {
        let me = self.mem.member().ok_or_else(|| not_found("member", "me"))?;
        let (zone, now_ms) = (self.my_zone(), self.now_ms());
        let from_ms = week_begins(&zone, now_ms);
        let tasks: Vec<TaskRow> =
            self.store.tasks()?.into_iter().filter(|task| self.is_mine_in_the_open(task, &me)).collect();
        let done = tasks.iter().filter(|task| task.status == "done" && task.updated_ms >= from_ms);
        let mut next: Vec<&TaskRow> =
            tasks.iter().filter(|task| matches!(task.status.as_str(), "doing" | "review" | "todo")).collect();
        next.sort_by_key(|task| (task.status == "todo", task.due_ms.unwrap_or(i64::MAX), task.ord.clone()));
        let mut slots = vec![
            slot("done", "Done", done.map(|task| link(&task.title, &task.doc)).collect()),
            slot("decided", "Decided", self.decided(&me, from_ms)?),
            slot("written", "Written", self.written(from_ms)?),
            slot("blocked", "Blocked, and on whom", self.blocked()?),
            slot("next", "Next", next.iter().map(|task| link(&task.title, &task.doc)).collect()),
        ];
        let emergencies = self.emergencies(from_ms)?;
        if !emergencies.is_empty() {
            slots.push(slot("emergencies", "Emergencies to look back on", emergencies));
        }
        let day = crate::templates::day(zone.date(now_ms));
        let title = format!("Weekly update, {}, {day}", people::name_of(&self.store, &me));
        let text: String = slots.iter().map(written_slot).collect();
        let blocks = tern_interop::markdown::parse(&text);
        let words = tern_model::page::plain_text(&blocks).split_whitespace().count();
        let reading_minutes = words.div_ceil(WORDS_A_MINUTE).max(1);
        Ok(WeeklyView {
            id: None,
            title,
            from: zone.rfc9557(from_ms),
            slots,
            text,
            words,
            reading_minutes,
            draft: self.weekly_draft()?,
        })
    }

    fn is_mine_in_the_open(&self, task: &TaskRow, me: &Id16) -> bool {
        task.assignee == Some(*me) && !task.trashed && self.mem.access().sealed(&task.lane).is_none()
    }

    fn decided(&self, me: &Id16, from_ms: i64) -> Result<Vec<String>, PeerError> {
        let me = hex(me);
        let mut lines = Vec::new();
        for row in self.store.forms(Form::Decision.name())? {
            let fields = decision_of(&row);
            let takes_part = fields.owner == me || fields.deciders.contains(&me);
            let is_new = fields.state == DecisionState::Decided && row.updated_ms >= from_ms && !row.trashed;
            if takes_part && is_new && self.mem.access().sealed(&row.lane).is_none() {
                lines.push(format!("{}: {}", link(&row.title, &row.doc), escaped(&fields.outcome)));
            }
        }
        Ok(lines)
    }

    /// Pages that oneself wrote in, and nothing made by a form.
    fn written(&mut self, from_ms: i64) -> Result<Vec<String>, PeerError> {
        let membership = self.mem.membership.clone();
        let mine = Mine::new(&membership, self.mem.member());
        let mut rows = self.store.pages()?;
        rows.retain(|page| {
            page.updated_ms >= from_ms && !page.trashed && self.mem.access().sealed(&page.lane).is_none()
        });
        rows.sort_by_key(|page| (-page.updated_ms, page.doc));
        let mut lines = Vec::new();
        for page in rows.into_iter().take(MOST_PAGES) {
            if self.store.form(&page.doc)?.is_some() {
                continue;
            }
            let history = documents::load(&self.store, &mut self.mem, DocId(page.doc))?.history();
            if history.iter().any(|change| change.time_ms >= from_ms && mine.is(&change.actor)) {
                lines.push(link(&page.title, &page.doc));
            }
        }
        Ok(lines)
    }

    fn blocked(&self) -> Result<Vec<String>, PeerError> {
        let mut lines = Vec::new();
        for item in self.owed_view()?.items.into_iter().filter(|item| item.side == "owed_to_me") {
            let Ok(thread) = item.thread.parse::<DocId>() else { continue };
            let lane = self.store.thread(&thread.0)?.map(|row| row.lane).unwrap_or_default();
            if self.mem.access().sealed(&lane).is_none() {
                let by = item.yours.map(|at| format!(", expected {at}")).unwrap_or_default();
                lines.push(format!(
                    "{} owes an answer in {}{by}",
                    escaped(&item.who),
                    link(&item.title, &thread.0)
                ));
            }
        }
        Ok(lines)
    }
}

fn written_slot(slot: &WeeklySlot) -> String {
    let lines: String = slot.lines.iter().map(|line| format!("- {line}\n")).collect();
    let lines = if lines.is_empty() { "Nothing.\n".to_owned() } else { lines };
    format!("## {}\n\n{lines}\n", slot.heading)
}

impl Core {
    fn weekly_draft(&self) -> Result<Option<WeeklyDraft>, PeerError> {
        let marks = self.store.marks_on(&drafts::WEEKLY.0)?;
        let mark = marks.iter().find(|mark| mark.name == drafts::WEEKLY_DRAFT);
        Ok(mark.and_then(|mark| serde_json::from_str(&mark.value).ok()))
    }
}

/// Keeps what was made of the draft, or forgets it.
pub(crate) fn keep(work: &mut Work<'_, '_>, draft: Option<&WeeklyDraft>) -> Result<(), PeerError> {
    let value = match draft {
        Some(draft) => Value::Text(serde_json::to_string(draft).unwrap_or_default()),
        None => Value::Null,
    };
    if matches!(&value, Value::Text(text) if text.len() > MAX_POST_BYTES) {
        return Err(bad_input(format!("The update of a week holds at most {} KiB.", MAX_POST_BYTES / 1024))
            .safe("What was kept before is there.")
            .next("Make pages of its longest parts and link to them."));
    }
    reading::mark(work, &drafts::WEEKLY, &[(drafts::WEEKLY_DRAFT, value)])
}

/// Makes a page of the draft.
pub(crate) fn post(work: &mut Work<'_, '_>, draft: &WeeklyView) -> Result<DocId, PeerError> {
    pages::make(work, &draft.title, None, ZERO16, Some(&draft.text))
}
