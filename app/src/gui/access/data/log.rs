//! The membership log in sentences, newest first.

use tern_peer::RecordView;

use crate::gui::clock::Clock;
use crate::gui::views::Views;

/// One record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Who wrote it.
    pub author: String,
    /// The sentence that follows the name.
    pub text: String,
    /// The day that it claims.
    pub day: String,
    /// It takes effect.
    pub effective: bool,
}

/// The log. Only lines that are drawn are made from records: a log may be long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// Places of the records that were looked for, newest first.
    pub found: Vec<usize>,
    /// How many there are, in words.
    pub count: String,
}

/// The mark of a record that counts for nothing.
pub const NO_EFFECT: &str = "had no effect";

/// The records in causal order.
pub fn records(views: &Views) -> &[RecordView] {
    views.log.get().map(|view| view.records.as_slice()).unwrap_or_default()
}

/// The log as data.
pub fn build(views: &Views, filter: &str) -> Data {
    let records = records(views);
    let wanted: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    let matches = |record: &RecordView| {
        wanted.is_empty() || {
            let effect = if record.effective { "" } else { NO_EFFECT };
            let all = format!("{} {} {} {effect}", record.author, record.text, record.when).to_lowercase();
            wanted.iter().all(|word| all.contains(word))
        }
    };
    let found: Vec<usize> =
        records.iter().enumerate().rev().filter(|(_, record)| matches(record)).map(|(at, _)| at).collect();
    let count = match (views.log.get().is_some(), wanted.is_empty()) {
        (false, _) => "Reading the log".to_owned(),
        (true, true) => format!("{} records, each signed by who wrote it", records.len()),
        (true, false) => format!("{} of {} records", found.len(), records.len()),
    };
    Data { found, count }
}

/// One record as shown.
pub fn line(record: &RecordView, clock: &Clock) -> Line {
    Line {
        author: record.author.clone(),
        text: record.text.clone(),
        day: clock.day(&record.when),
        effective: record.effective,
    }
}

/// A record as one sentence.
pub fn sentence(line: &Line) -> String {
    let effect = if line.effective { String::new() } else { format!(" — {NO_EFFECT}") };
    format!("{} {}{effect}, {}", line.author, line.text, line.day)
}

/// The log as text, for tests.
#[cfg(test)]
pub fn text(views: &Views, filter: &str, clock: &Clock) -> String {
    let records = records(views);
    let data = build(views, filter);
    data.found.iter().map(|at| sentence(&line(&records[*at], clock)) + "\n").collect()
}
