//! Reading and printing queries.

use std::fmt;
use std::str::FromStr;

use super::{Compare, Query, State, Term, Test, When, Who};
use crate::capture::{parse_date, parse_priority};
use crate::task::{Priority, Status};
use jiff::civil::Date;

/// Most terms of a query.
const MAX_TERMS: usize = 64;
/// Most bytes of a query.
const MAX_QUERY_BYTES: usize = 4_096;

/// A query that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A value that the operator does not know.
    #[error("“{operator}:{value}” is not understood; {operator}: takes {takes}")]
    Value {
        /// The operator.
        operator: String,
        /// What was typed.
        value: String,
        /// What it takes, for people.
        takes: &'static str,
    },
    /// The closing quote is missing.
    #[error("the quote that begins with {0} is not closed")]
    Quote(String),
    /// Too long.
    #[error("the query is too long")]
    TooLong,
}

const STATES: [(&str, State); 11] = [
    ("open", State::Open),
    ("closed", State::Closed),
    ("done", State::Closed),
    ("overdue", State::Overdue),
    ("unassigned", State::Unassigned),
    ("conflicted", State::Conflicted),
    ("blocked", State::Blocked),
    ("recurring", State::Recurring),
    ("duplicate", State::Duplicate),
    ("trashed", State::Trashed),
    ("deleted", State::Trashed),
];
const STATUSES: [(&str, Status); 6] = [
    ("backlog", Status::Backlog),
    ("todo", Status::Todo),
    ("doing", Status::Doing),
    ("review", Status::Review),
    ("done", Status::Done),
    ("cancelled", Status::Cancelled),
];
const PRIORITIES: [(&str, Priority); 5] = [
    ("none", Priority::None),
    ("low", Priority::Low),
    ("medium", Priority::Medium),
    ("high", Priority::High),
    ("urgent", Priority::Urgent),
];
const COMPARISONS: [(&str, Compare); 5] = [
    ("<=", Compare::AtMost),
    (">=", Compare::AtLeast),
    ("<", Compare::Less),
    (">", Compare::More),
    ("=", Compare::Equal),
];

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_QUERY_BYTES {
            return Err(QueryError::TooLong);
        }
        let mut terms = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (word, after) = next_word(rest)?;
            terms.extend(read_term(word)?);
            if terms.len() > MAX_TERMS {
                return Err(QueryError::TooLong);
            }
            rest = after.trim_start();
        }
        Ok(Query { terms })
    }
}

/// Cuts off a word; white space inside quotes belongs to it.
fn next_word(text: &str) -> Result<(&str, &str), QueryError> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => return Ok(text.split_at(at)),
            _ => {}
        }
    }
    if quoted { Err(QueryError::Quote(text.chars().take(40).collect())) } else { Ok((text, "")) }
}

fn read_term(word: &str) -> Result<Option<Term>, QueryError> {
    let (negated, body) = match word.strip_prefix('-') {
        Some(body) if !body.is_empty() => (true, body),
        _ => (false, word),
    };
    let test = match body.split_once(':') {
        Some((operator, value)) if !body.starts_with('"') && !value.is_empty() => {
            read_operator(&operator.to_lowercase(), value)?
        }
        _ => None,
    };
    let test = test.unwrap_or_else(|| Test::Text(unquoted(body).to_lowercase()));
    Ok((test != Test::Text(String::new())).then_some(Term { negated, test }))
}

fn unquoted(text: &str) -> String {
    text.replace('"', "")
}

/// An operator with its values; `None` when there is no such operator and the word is text (`http://…`).
fn read_operator(operator: &str, value: &str) -> Result<Option<Test>, QueryError> {
    let values: Vec<String> = split_values(value)
        .into_iter()
        .map(|v| unquoted(v).trim().to_lowercase())
        .filter(|v| !v.trim_start_matches('@').is_empty())
        .collect();
    // An operator without a value asks for nothing: it is a word as it was typed.
    if values.is_empty() {
        return Ok(None);
    }
    let none = |v: String| (v != "none").then_some(v);
    let test = match operator {
        "is" => Test::Is(each(
            operator,
            values,
            "open, closed, overdue, blocked, recurring, duplicate, unassigned, conflicted or trashed",
            |v| find(&STATES, v),
        )?),
        "status" => {
            let takes = "backlog, todo, doing, review, done or cancelled";
            Test::Status(each(operator, values, takes, |v| find(&STATUSES, v))?)
        }
        "priority" => {
            let takes = "none, low, medium, high or urgent, also with < or > before it";
            Test::Priority(each(operator, values, takes, |v| {
                let (compare, name) = comparison(v);
                parse_priority(name).map(|priority| (compare, priority))
            })?)
        }
        "due" => {
            let takes = "none, any, today, tomorrow, week, days ahead like +3d, or a date, also with < or > before it";
            Test::Due(each(operator, values, takes, read_when)?)
        }
        "assignee" => Test::Assignee(values.iter().map(|name| who(name)).collect()),
        "label" => Test::Label(values.into_iter().map(none).collect()),
        "project" => Test::Project(values.into_iter().map(none).collect()),
        "state" => Test::NamedState(values),
        "parent" => Test::Parent(values.into_iter().map(none).collect()),
        "cycle" => Test::Cycle(values.into_iter().map(none).collect()),
        // Addresses of the web are words.
        name if is_name(name) && !value.starts_with('/') && !values.is_empty() => {
            Test::Own(name.to_owned(), values)
        }
        _ => return Ok(None),
    };
    Ok(Some(test))
}

/// Whether a word can be the name of a field.
fn is_name(word: &str) -> bool {
    word.starts_with(char::is_alphabetic)
        && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
}

/// Cuts at commas outside quotes.
fn split_values(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let comma = |c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    };
    text.split(comma).collect()
}

fn each<T>(
    operator: &str,
    values: Vec<String>,
    takes: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, QueryError> {
    let one = |value: String| {
        read(&value).ok_or_else(|| QueryError::Value { operator: operator.to_owned(), value, takes })
    };
    values.into_iter().map(one).collect()
}

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

fn name_of<T: PartialEq>(table: &[(&'static str, T)], value: &T) -> &'static str {
    table.iter().find(|(_, known)| known == value).map_or("", |(name, _)| *name)
}

fn comparison(text: &str) -> (Compare, &str) {
    let found = COMPARISONS.iter().find_map(|(sign, compare)| Some((*compare, text.strip_prefix(sign)?)));
    found.unwrap_or((Compare::Equal, text))
}

fn who(name: &str) -> Who {
    match name.trim_start_matches('@') {
        "me" => Who::Me,
        "none" => Who::Nobody,
        name => Who::Named(name.to_owned()),
    }
}

fn read_when(text: &str) -> Option<When> {
    match text {
        "none" => return Some(When::Never),
        "any" => return Some(When::Any),
        "week" => return Some(When::Within(6)),
        _ => {}
    }
    let (compare, text) = comparison(text);
    if let Ok(date) = text.parse::<Date>() {
        return Some(When::Is(compare, date));
    }
    // Days counted from a fixed date: what is relative stays relative until the question is asked.
    let days = match text {
        "yesterday" => -1,
        _ if text.starts_with('+') || text == "today" || text == "tomorrow" => {
            let base = Date::constant(2000, 1, 3);
            i32::try_from((parse_date(text, base)?.duration_since(base)).as_hours() / 24).ok()?
        }
        _ => return None,
    };
    Some(When::Relative(compare, days))
}

impl fmt::Display for Query {
    /// Writes the query so that it reads back the same: what saved views keep.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.terms.iter().enumerate() {
            write!(f, "{}{term}", if at > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.negated { "-" } else { "" }, self.test)
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| format!("\"{text}\"");
        let (operator, values): (&str, Vec<String>) = match self {
            Test::Text(text) => return f.write_str(&quoted(text)),
            Test::Is(any) => ("is", any.iter().map(|v| name_of(&STATES, v).to_owned()).collect()),
            Test::Status(any) => ("status", any.iter().map(|v| name_of(&STATUSES, v).to_owned()).collect()),
            Test::Priority(any) => {
                ("priority", any.iter().map(|(c, p)| format!("{c}{}", name_of(&PRIORITIES, p))).collect())
            }
            Test::Assignee(any) => ("assignee", any.iter().map(Who::to_string).collect()),
            Test::Label(any) => {
                ("label", any.iter().map(|v| v.as_deref().map_or("none".to_owned(), quoted)).collect())
            }
            Test::Project(any) => {
                ("project", any.iter().map(|v| v.as_deref().map_or("none".to_owned(), quoted)).collect())
            }
            Test::Due(any) => ("due", any.iter().map(When::to_string).collect()),
            Test::NamedState(any) => ("state", any.iter().map(|v| quoted(v)).collect()),
            Test::Own(name, any) => (name.as_str(), any.iter().map(|v| quoted(v)).collect()),
            Test::Parent(any) | Test::Cycle(any) => {
                let operator = if matches!(self, Test::Parent(_)) { "parent" } else { "cycle" };
                (operator, any.iter().map(|v| v.as_deref().map_or("none".to_owned(), quoted)).collect())
            }
        };
        write!(f, "{operator}:{}", values.join(","))
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Me => f.write_str("me"),
            Who::Nobody => f.write_str("none"),
            Who::Named(name) => write!(f, "\"{name}\""),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Never => f.write_str("none"),
            When::Any => f.write_str("any"),
            When::Within(_) => f.write_str("week"),
            When::Is(compare, date) => write!(f, "{compare}{date}"),
            When::Relative(compare, -1) => write!(f, "{compare}yesterday"),
            When::Relative(compare, days) => write!(f, "{compare}+{days}d"),
        }
    }
}

impl fmt::Display for Compare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Compare::Equal => Ok(()),
            other => f.write_str(name_of(&COMPARISONS, other)),
        }
    }
}
