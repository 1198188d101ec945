//! One's own work: tasks and owed answers, in the order in which they fit the hours that are left today. Derived when asked.

use tern_model::capture;
use tern_model::hours::Span;
use tern_model::task::Priority;

use crate::api::*;

use super::{Core, people, projects};

/// Minutes that a task without an estimate is reckoned to take.
const TASK_MINUTES: i64 = 30;
/// Minutes that an answer is reckoned to take.
const REPLY_MINUTES: i64 = 15;
/// Minutes of one unit of an estimate: an hour.
const UNIT_MINUTES: i64 = 60;
const MINUTE_MS: i64 = 60_000;

/// An item with what decides its place.
struct Placed {
    by_ms: Option<i64>,
    /// Begun already.
    doing: bool,
    priority: Priority,
    item: WorkItem,
}

impl Placed {
    /// First what is due by the end of the day, then what is begun, then by time, then the most urgent.
    fn key(&self, day_ends_ms: i64) -> (bool, bool, i64, std::cmp::Reverse<Priority>) {
        let today = self.by_ms.is_some_and(|at| at <= day_ends_ms);
        (!today, !self.doing, self.by_ms.unwrap_or(i64::MAX), std::cmp::Reverse(self.priority))
    }
}

impl Core {
    pub(crate) fn work_view(&self) -> Result<WorkView, PeerError> {
        let now_ms = self.now_ms();
        let zone = self.my_zone();
        let today = zone.date(now_ms);
        let day = zone.day(today);
        let profile = self.mem.member().and_then(|me| people::profile_of(&self.store, &me));
        let rest = Span { from_ms: now_ms, until_ms: day.until_ms };
        let spans = profile.as_ref().map(|profile| profile.working_between(rest)).unwrap_or_default();
        let left_ms: i64 = spans.iter().map(Span::length_ms).sum();
        let ends_ms = profile.map_or(day.until_ms, |profile| profile.end_of_day(today)).max(now_ms);
        let mut placed = self.own_tasks(now_ms)?;
        placed.extend(self.own_replies()?);
        placed.extend(self.own_updates(ends_ms)?);
        placed.sort_by_cached_key(|placed| placed.key(ends_ms));
        let mut items = Vec::with_capacity(placed.len());
        let mut used = 0;
        for Placed { by_ms, mut item, .. } in placed {
            let due_today = by_ms.is_some_and(|at| at <= ends_ms);
            let fits = (used + item.minutes) * MINUTE_MS <= left_ms;
            let part = match (fits, due_today) {
                (true, _) => "now",
                (false, true) => "over",
                (false, false) => "later",
            };
            used += if fits { item.minutes } else { 0 };
            part.clone_into(&mut item.part);
            items.push(item);
        }
        // What fits stands before what does not, each in its order.
        items.sort_by_key(|item| match item.part.as_str() {
            "now" => 0,
            "over" => 1,
            _ => 2,
        });
        Ok(WorkView {
            minutes_left: left_ms / MINUTE_MS,
            until: spans.last().map(|span| zone.rfc9557(span.until_ms)),
            items,
        })
    }

    fn own_tasks(&self, now_ms: i64) -> Result<Vec<Placed>, PeerError> {
        let filter = "assignee:me is:open -status:backlog";
        let due: std::collections::BTreeMap<String, i64> = (self.store.tasks()?.into_iter())
            .filter_map(|row| Some((tern_model::DocId(row.doc).to_string(), row.due_ms?)))
            .collect();
        let tasks = self.tasks_view(filter, None, Some("order"))?.tasks;
        let placed = tasks.into_iter().map(|task| {
            let by_ms = due.get(&task.id).copied();
            let units: Option<i64> = task.estimate.as_ref().and_then(|text| text.parse().ok());
            Placed {
                by_ms,
                doing: task.status == "doing",
                priority: capture::parse_priority(&task.priority).unwrap_or_default(),
                item: WorkItem {
                    kind: "task".to_owned(),
                    minutes: units.map_or(TASK_MINUTES, |units| units.saturating_mul(UNIT_MINUTES).max(0)),
                    by: Core::utc(by_ms),
                    overdue: by_ms.is_some_and(|at| at < now_ms),
                    task: Some(task),
                    ..WorkItem::default()
                },
            }
        });
        Ok(placed.collect())
    }

    /// Projects that one leads and of which an update is awaited by the end of the day.
    fn own_updates(&self, ends_ms: i64) -> Result<Vec<Placed>, PeerError> {
        let me = self.mem.member().map(|me| super::resolve::hex(&me));
        let now_ms = self.now_ms();
        let rows = self.store.projects()?.into_iter().filter(|row| !row.trashed);
        let awaited = rows.filter_map(|row| {
            let plan = projects::plan_of(&row);
            let by_ms =
                self.update_due_ms(&plan).filter(|at| Some(&plan.lead) == me.as_ref() && *at <= ends_ms)?;
            let id = tern_model::DocId(row.doc).to_string();
            Some(Placed {
                by_ms: Some(by_ms),
                doing: false,
                priority: Priority::Medium,
                item: WorkItem {
                    kind: "update".to_owned(),
                    minutes: REPLY_MINUTES,
                    by: Core::utc(Some(by_ms)),
                    overdue: by_ms + tern_model::hours::DAY_MS < now_ms,
                    project: Some(OnView { id, kind: "project".to_owned(), title: row.title }),
                    ..WorkItem::default()
                },
            })
        });
        Ok(awaited.collect())
    }

    fn own_replies(&self) -> Result<Vec<Placed>, PeerError> {
        let owed = self.owed_view()?.items.into_iter().filter(|item| item.side == "i_owe");
        let placed = owed.map(|owed| {
            let by_ms = (owed.expected_by.as_ref()).and_then(|at| self.my_zone().moment(at).ok());
            let urgent = owed.urgency == "urgent";
            Placed {
                by_ms,
                doing: false,
                priority: if urgent { Priority::Urgent } else { Priority::Medium },
                item: WorkItem {
                    kind: if owed.intent == "review" { "review" } else { "reply" }.to_owned(),
                    minutes: REPLY_MINUTES,
                    by: owed.expected_by.clone(),
                    overdue: owed.overdue,
                    owed: Some(owed),
                    ..WorkItem::default()
                },
            }
        });
        Ok(placed.collect())
    }
}
