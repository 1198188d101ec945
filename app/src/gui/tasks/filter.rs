//! The question as chips, and what can be added to it: pure functions over its text.

use tern_model::query::Query;

use super::data::{PRIORITIES, STATUSES};
use crate::gui::views::Views;

/// Most offers under the field.
const OFFERS_MAX: usize = 10;

/// Operators of the query language, with names.
pub const OPERATORS: [(&str, &str); 10] = [
    ("is", "State"),
    ("assignee", "Assignee"),
    ("label", "Label"),
    ("project", "Project"),
    ("due", "Due"),
    ("status", "Status"),
    ("priority", "Priority"),
    ("state", "Named state"),
    ("parent", "Part of"),
    ("cycle", "Cycle"),
];

const STATES: [(&str, &str); 9] = [
    ("open", "Open"),
    ("closed", "Closed"),
    ("overdue", "Overdue"),
    ("blocked", "Blocked"),
    ("recurring", "Recurring"),
    ("duplicate", "Duplicate"),
    ("unassigned", "Unassigned"),
    ("conflicted", "Set by two people"),
    ("trashed", "In the trash"),
];

const DUES: [(&str, &str); 7] = [
    ("today", "Today"),
    ("tomorrow", "Tomorrow"),
    ("week", "In the next seven days"),
    ("<today", "Before today"),
    (">+6d", "Later than in a week"),
    ("any", "Any date"),
    ("none", "No date"),
];

/// One condition of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// The operator; empty for words.
    pub operator: String,
    /// What it is called.
    pub name: &'static str,
    /// Its values in words.
    pub words: String,
}

/// A way to go on with the question that is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What it is called.
    pub label: String,
    /// The question with it.
    pub text: String,
}

/// The conditions of a question; none where it cannot be read.
pub fn chips(text: &str) -> Vec<Chip> {
    let query: Query = text.parse().unwrap_or_default();
    query.terms().iter().map(|term| chip(term)).collect()
}

fn chip(term: &str) -> Chip {
    let (not, body) = term.strip_prefix('-').map_or(("", term), |body| ("not ", body));
    let found = OPERATORS
        .iter()
        .find(|(operator, _)| body.strip_prefix(operator).is_some_and(|rest| rest.starts_with(':')));
    let Some((operator, name)) = found else {
        return Chip {
            operator: String::new(),
            name: "Words",
            words: format!("{not}{}", body.replace('"', "")),
        };
    };
    let values = body.get(operator.len() + 1..).unwrap_or_default();
    let said: Vec<String> = split(values).iter().map(|value| value_words(operator, value)).collect();
    Chip { operator: (*operator).to_owned(), name, words: format!("{not}{}", said.join(" or ")) }
}

/// Cuts at commas outside quotes.
fn split(values: &str) -> Vec<String> {
    let mut quoted = false;
    let comma = |c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    };
    values.split(comma).map(str::to_owned).collect()
}

fn value_words(operator: &str, value: &str) -> String {
    let mut plain = value.replace('"', "");
    if operator == "due" {
        plain = plain.replace("+0d", "today").replace("+1d", "tomorrow");
    }
    let table: &[(&str, &str)] = match operator {
        "is" => &STATES,
        "status" => &STATUSES,
        "priority" => &PRIORITIES,
        "due" => &DUES,
        _ => &[],
    };
    let known = table.iter().find(|(key, _)| *key == plain).map(|(_, name)| (*name).to_owned());
    let relative = plain.strip_suffix('d').filter(|text| operator == "due" && text.contains('+'));
    match (known, relative) {
        (Some(name), _) => name,
        (None, Some(days)) => days
            .replace("<=+", "until day ")
            .replace(">=+", "from day ")
            .replace("<+", "before day ")
            .replace(">+", "after day ")
            .replace('+', "in days: "),
        (None, None) => plain,
    }
}

/// The question without its condition at `index`.
pub fn without(text: &str, index: usize) -> String {
    let query: Query = text.parse().unwrap_or_default();
    let mut terms = query.terms();
    if index < terms.len() {
        terms.remove(index);
    }
    terms.join(" ")
}

/// The question with one more value of an operator: beside the values it has already, or as a condition of its own.
pub fn with(text: &str, operator: &str, value: &str) -> String {
    let query: Query = text.parse().unwrap_or_default();
    let mut terms = query.terms();
    let (head, value) = (format!("{operator}:"), quoted(operator, value));
    match terms.iter_mut().find(|term| term.starts_with(&head)) {
        Some(term) if split(term.get(head.len()..).unwrap_or_default()).contains(&value) => {}
        Some(term) => *term = format!("{term},{value}"),
        None => terms.push(format!("{head}{value}")),
    }
    terms.join(" ")
}

fn quoted(operator: &str, value: &str) -> String {
    let plain = value.replace('"', "");
    let keyword = matches!(plain.as_str(), "me" | "none");
    match operator {
        "assignee" | "label" | "project" | "state" | "parent" | "cycle" if !keyword => {
            format!("\"{}\"", plain.to_lowercase())
        }
        _ => plain,
    }
}

/// Values of an operator that make sense here: as they are typed, and in words.
pub fn values(operator: &str, views: &Views) -> Vec<(String, String)> {
    let table = |table: &[(&str, &str)]| {
        table.iter().map(|(key, name)| ((*key).to_owned(), (*name).to_owned())).collect::<Vec<_>>()
    };
    let tasks = views.tasks.get().map(|view| view.tasks.as_slice()).unwrap_or_default();
    let named = |mut names: Vec<String>| {
        names.sort_by_key(|name| name.to_lowercase());
        names.dedup();
        names.into_iter().map(|name| (name.clone(), name)).collect::<Vec<_>>()
    };
    let none = |mut values: Vec<(String, String)>, words: &str| {
        values.push(("none".to_owned(), words.to_owned()));
        values
    };
    match operator {
        "is" => table(&STATES),
        "status" => table(&STATUSES),
        "priority" => table(&PRIORITIES),
        "due" => table(&DUES),
        "assignee" => {
            let members = views.members.get().map(|view| view.members.as_slice()).unwrap_or_default();
            let mut all = vec![("me".to_owned(), "Me".to_owned())];
            let others = members.iter().filter(|member| member.state == "active" && !member.me);
            all.extend(named(others.map(|member| member.name.clone()).collect()));
            none(all, "Nobody")
        }
        "label" => none(named(tasks.iter().flat_map(|task| task.labels.clone()).collect()), "No label"),
        "project" => {
            none(named(tasks.iter().filter_map(|task| task.project.clone()).collect()), "No project")
        }
        "state" => {
            let projects = views.projects.get().map(|view| view.projects.as_slice()).unwrap_or_default();
            named(
                projects.iter().flat_map(|project| &project.states).map(|state| state.name.clone()).collect(),
            )
        }
        "parent" => {
            let wholes = tasks.iter().filter_map(|task| task.more.parent.as_ref());
            none(named(wholes.map(|task| task.title.clone()).collect()), "Nothing")
        }
        "cycle" => {
            let cycles = views.cycles.get().map(|view| view.cycles.as_slice()).unwrap_or_default();
            none(named(cycles.iter().map(|cycle| cycle.title.clone()).collect()), "No cycle")
        }
        _ => Vec::new(),
    }
}

/// Ways to go on with what is typed: operators, or the values of the one that is being typed.
pub fn offers(text: &str, views: &Views) -> Vec<Offer> {
    let quotes = text.matches('"').count();
    let start =
        text.rfind(|c: char| c.is_whitespace()).filter(|_| quotes.is_multiple_of(2)).map_or(0, |at| at + 1);
    let (before, word) = text.split_at(start);
    let (not, word) = word.strip_prefix('-').map_or(("", word), |word| ("-", word));
    let mut found = Vec::new();
    match word.split_once(':') {
        None if word.is_empty() => {}
        None => {
            let begins = |operator: &str| operator.starts_with(&word.to_lowercase());
            for (operator, name) in OPERATORS.iter().filter(|(operator, _)| begins(operator)) {
                found.push(Offer {
                    label: format!("{operator}:  {name}"),
                    text: format!("{before}{not}{operator}:"),
                });
            }
        }
        Some((operator, typed)) => {
            let at = typed.rfind(',').map_or(0, |at| at + 1);
            let (done, last) = typed.split_at(at);
            let wanted = last.replace('"', "").to_lowercase();
            for (value, name) in values(operator, views) {
                if name.to_lowercase().starts_with(&wanted) || value.starts_with(&wanted) {
                    let value = quoted(operator, &value);
                    found
                        .push(Offer { label: name, text: format!("{before}{not}{operator}:{done}{value} ") });
                }
            }
        }
    }
    found.truncate(OFFERS_MAX);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        chips(text).iter().map(|chip| format!("{} {}", chip.name, chip.words)).collect()
    }

    #[test]
    fn a_question_reads_as_chips() {
        let text = "is:open label:offline,search -status:doing assignee:me due:<today \"log in\"";
        assert_eq!(
            words(text),
            [
                "State Open",
                "Label offline or search",
                "Status not Doing",
                "Assignee me",
                "Due Before today",
                "Words log in"
            ]
        );
        assert!(chips("due:someday").is_empty(), "what cannot be read shows no chips");
    }

    #[test]
    fn conditions_are_added_beside_others_and_taken_out_again() {
        let text = with(&with(&with("is:open", "label", "Offline"), "label", "search"), "label", "search");
        assert_eq!(text, "is:open label:\"offline\",\"search\"");
        assert_eq!(with("", "assignee", "me"), "assignee:me");
        assert_eq!(without(&text, 0), "label:\"offline\",\"search\"");
        assert_eq!(without(&text, 9), text);
        let same: Query = text.parse().expect("a question");
        assert_eq!(same.to_string(), text, "what is written reads back");
    }

    #[test]
    fn what_is_typed_is_completed_at_its_end() {
        let views = Views::default();
        let texts = |text: &str| offers(text, &views).into_iter().map(|offer| offer.text).collect::<Vec<_>>();
        assert_eq!(texts("is:open as"), ["is:open assignee:"]);
        assert_eq!(texts("-status:do"), ["-status:doing ", "-status:done "]);
        assert_eq!(texts("status:doing,rev"), ["status:doing,review "]);
        assert!(texts("is:open ").is_empty() && texts("\"as").is_empty());
    }
}
