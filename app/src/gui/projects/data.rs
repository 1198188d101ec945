//! Projects as plain data.

use tern_peer::{ProjectView, ProjectsView, UpdateView};

use crate::gui::clock::Clock;
use crate::gui::tasks::data::STATUSES;
use crate::gui::titled::{Line, Tone};

/// How a project goes, with its words.
pub const HEALTHS: [(&str, &str); 3] =
    [("on-track", "On track"), ("at-risk", "At risk"), ("off-track", "Off track")];

/// An update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// How it went.
    pub health: String,
    /// By whom and when.
    pub by: String,
    /// Its paragraphs.
    pub text: String,
}

/// The words of a health.
pub fn health_name(word: &str) -> &str {
    HEALTHS.iter().find(|(known, _)| *known == word).map_or(word, |(_, name)| name)
}

/// What a health means; told by its words.
pub fn tone(health: &str) -> Tone {
    match health {
        "On track" => Tone::Good,
        "At risk" => Tone::Waits,
        _ => Tone::Bad,
    }
}

/// How many tasks are not closed.
fn open_count(project: &ProjectView) -> usize {
    let open = project.counts.iter().filter(|count| !matches!(count.status.as_str(), "done" | "cancelled"));
    open.map(|count| count.tasks).sum()
}

/// The list.
pub fn build(view: &ProjectsView, clock: &Clock) -> Vec<Line> {
    let line = |project: &ProjectView| {
        let lead = project.lead.as_ref().map(|lead| format!("{} leads", lead.name));
        let open = match open_count(project) {
            0 => "nothing open".to_owned(),
            1 => "1 task open".to_owned(),
            count => format!("{count} tasks open"),
        };
        let told = project.updates.first().map(|update| format!("told {}", clock.words(&update.when)));
        let about: Vec<String> = lead.into_iter().chain([open]).chain(told).collect();
        let health = project.health.as_deref().map(health_name).unwrap_or_default();
        Line {
            id: project.id.clone(),
            title: project.title.clone(),
            beside: project.key.clone(),
            state: health.to_owned(),
            tone: tone(health),
            about: about.join(" · "),
            when: String::new(),
            everywhere: String::new(),
        }
    };
    view.projects.iter().map(line).collect()
}

/// Updates, newest first.
pub fn updates(project: &ProjectView, clock: &Clock) -> Vec<Told> {
    let told = |update: &UpdateView| Told {
        id: update.id.clone(),
        health: health_name(&update.health).to_owned(),
        by: format!("{}, {}", update.author, clock.words(&update.when)),
        text: update.text.clone(),
    };
    project.updates.iter().map(told).collect()
}

/// Columns of its board with what each means and how many tasks its class holds.
pub fn columns(project: &ProjectView) -> Vec<(String, String)> {
    let class = |class: &str| STATUSES.iter().find(|(key, _)| *key == class).map_or("", |(_, name)| name);
    if project.states.is_empty() {
        return Vec::new();
    }
    project.states.iter().map(|state| (state.name.clone(), class(&state.class).to_owned())).collect()
}

/// Tasks by class in words: `3 Todo · 1 Done`.
pub fn tasks_line(project: &ProjectView) -> String {
    let name = |status: &str| STATUSES.iter().find(|(key, _)| *key == status).map_or("", |(_, name)| name);
    let counts: Vec<String> =
        project.counts.iter().map(|count| format!("{} {}", count.tasks, name(&count.status))).collect();
    if counts.is_empty() { "No task yet".to_owned() } else { counts.join(" · ") }
}

/// The page as text, for tests.
#[cfg(test)]
pub fn text(project: &ProjectView, clock: &Clock) -> String {
    let mut out = format!("{} {}\n{}\n", project.key, project.title, tasks_line(project));
    for (name, class) in columns(project) {
        out += &format!("state {name}: {class}\n");
    }
    for field in &project.fields {
        out += &format!("field {}: {} {}\n", field.name, field.holds, field.options.join("/"));
    }
    for update in updates(project, clock) {
        out += &format!("{} — {}\n{}\n", update.health, update.by, update.text);
    }
    out
}
