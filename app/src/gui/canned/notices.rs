//! What may be heard, what people share and what one did this week, in the canned workspace.

use tern_peer::{
    ClockWatchView, Command, HeldItem, InboxItem, NotifyView, OverlapView, OverlapWarning, OverlapWeek,
    OverlapWindow, ProfileView, Query, Reply, View, WeeklySlot, WeeklyView,
};

/// Answers as tests set them.
#[derive(Default)]
pub struct Notices {
    /// Outside one's hours.
    pub quiet: bool,
    /// Until when one wants to hear nothing.
    pub focus_until: Option<String>,
    /// What clocks are about to change.
    pub clocks: Vec<OverlapWarning>,
}

/// A clock change that takes an hour away.
pub fn warning() -> OverlapWarning {
    OverlapWarning {
        when: "2026-11-29T01:00:00Z".into(),
        zone: "Europe/London".into(),
        soon: true,
        minutes_before: 300,
        minutes_after: 0,
        text: "Clocks go back in Europe/London on Sun 29 Nov: Ben, Aiko share no time in the week after it, 5 h in the week before."
            .into(),
    }
}

impl Notices {
    /// Answers a query; nothing for anything else.
    pub(super) fn answer(&self, query: &Query, inbox: &[InboxItem], people: &[ProfileView]) -> Option<View> {
        match query {
            Query::Notify => Some(View::Notify(self.notify(inbox))),
            Query::ClockWatch => Some(View::ClockWatch(ClockWatchView { warnings: self.clocks.clone() })),
            Query::Overlap { who, .. } => Some(View::Overlap(overlap(who, people))),
            Query::Weekly => Some(View::Weekly(weekly())),
            _ => None,
        }
    }

    fn notify(&self, inbox: &[InboxItem]) -> NotifyView {
        let next = Some("2026-11-24T16:00:00Z".to_owned());
        let view =
            NotifyView { quiet: self.quiet, focus_until: self.focus_until.clone(), ..NotifyView::default() };
        if !self.quiet && self.focus_until.is_none() {
            return NotifyView { notify: inbox.to_vec(), next, ..view };
        }
        let held = inbox.iter().map(|item| HeldItem { item: item.clone(), until: next.clone() });
        NotifyView { held: held.collect(), next, ..view }
    }

    /// Performs a command; nothing for anything else.
    pub(super) fn perform(&mut self, command: &Command) -> Option<Reply> {
        if let Command::Focus { until } = command {
            self.focus_until.clone_from(until);
            return Some(Reply::Done {});
        }
        None
    }
}

fn overlap(who: &[String], people: &[ProfileView]) -> OverlapView {
    let window = |day: &str, from: &str, until: &str, minutes| OverlapWindow {
        date: format!("2026-{day}"),
        from: format!("2026-{day}T{from}:00Z"),
        until: format!("2026-{day}T{until}:00Z"),
        minutes,
    };
    let named = people.iter().filter(|person| who.contains(&person.id));
    OverlapView {
        people: named.map(|person| person.name.clone()).collect(),
        zone: "Europe/London".into(),
        windows: vec![
            window("11-24", "16:00", "17:30", 90),
            window("11-25", "16:00", "17:30", 90),
            window("12-01", "16:00", "17:00", 60),
        ],
        weeks: vec![
            OverlapWeek { from: "2026-11-24".into(), minutes: 180 },
            OverlapWeek { from: "2026-12-01".into(), minutes: 60 },
        ],
        warnings: vec![warning()],
        holidays: Vec::new(),
        zone_data: "2026e".into(),
    }
}

fn weekly() -> WeeklyView {
    let slot = |name: &str, heading: &str, lines: &[&str]| WeeklySlot {
        name: name.into(),
        heading: heading.into(),
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
    };
    WeeklyView {
        title: "Weekly update, Ben, 24 Nov 2026".into(),
        slots: vec![
            slot("done", "Done", &["[Measure index size](tern:6yq2d)"]),
            slot("decided", "Decided", &[]),
            slot("written", "Written", &["[Launch plan, 3.2](tern:launch)"]),
            slot("blocked", "Blocked, and on whom", &["Carla owes an answer in [Tablets](tern:tablets)"]),
            slot("next", "Next", &[]),
        ],
        ..WeeklyView::default()
    }
}
