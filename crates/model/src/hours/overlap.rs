//! Time that people share, and clock changes that take it away.

use jiff::civil::Date;

use super::{OffsetChange, Profile, Span, Zone};

/// Most days that one question about shared time covers.
const MAX_DAYS: usize = 400;

/// Working time that people share on one date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedDay {
    /// The date, in the zone asked for.
    pub date: Date,
    /// The shared stretches on it.
    pub spans: Vec<Span>,
}

impl SharedDay {
    /// How much is shared on that date.
    pub fn total_ms(&self) -> i64 {
        self.spans.iter().map(Span::length_ms).sum()
    }
}

/// The working time that all of `people` share between two instants; nothing when there is nobody.
pub fn shared_spans(people: &[&Profile], span: Span) -> Vec<Span> {
    let Some((first, rest)) = people.split_first() else { return Vec::new() };
    let mut shared = first.working_between(span);
    for person in rest {
        let theirs = person.working_between(span);
        shared = intersect(&shared, &theirs);
    }
    shared
}

/// The working time that all of `people` share on each of `days` dates of a zone, from `first` on.
pub fn shared_days(people: &[&Profile], zone: &Zone, first: Date, days: usize) -> Vec<SharedDay> {
    let dates = std::iter::successors(Some(first), |date| date.tomorrow().ok());
    dates
        .take(days.min(MAX_DAYS))
        .map(|date| SharedDay { date, spans: shared_spans(people, zone.day(date)) })
        .collect()
}

/// Clock changes of the people's zones between two instants, each with the index of the first person in that zone.
pub fn clock_change_effects(people: &[&Profile], span: Span) -> Vec<(usize, OffsetChange)> {
    let mut changes: Vec<(usize, OffsetChange)> = Vec::new();
    for (index, person) in people.iter().enumerate() {
        if people[..index].iter().all(|before| before.zone != person.zone) {
            let coming = person.zone.changes(span.from_ms, span.until_ms);
            changes.extend(coming.into_iter().map(|change| (index, change)));
        }
    }
    changes.sort_by_key(|(index, change)| (change.at_ms, *index));
    changes
}

/// What two ordered lists of stretches share.
fn intersect(a: &[Span], b: &[Span]) -> Vec<Span> {
    let (mut i, mut j) = (0, 0);
    let mut shared = Vec::new();
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        shared.extend(x.shared(y));
        if x.until_ms <= y.until_ms {
            i += 1;
        } else {
            j += 1;
        }
    }
    shared
}
