//! Projects and cycles.

use tern_peer::{CycleView, CyclesView, HillMarkView, ProjectView, ProjectsView, UpdateDraftView};

use crate::human::{Clock, count};
use crate::table::{Table, one_line, safe_lines};

/// Letters of a hill drawn in the terminal.
const HILL_CHARS: i64 = 20;

/// `At risk`
fn health(word: &str) -> &str {
    match word {
        "on-track" => "On track",
        "at-risk" => "At risk",
        "off-track" => "Off track",
        other => other,
    }
}

pub(crate) fn list(view: &ProjectsView) -> String {
    if view.projects.is_empty() {
        return "No project yet. `tern project new \"Web\" key=WEB lead=me` makes one.\n".into();
    }
    let mut table = Table::new(&["KEY", "NAME", "LEAD", "HEALTH", "TASKS"]);
    for project in &view.projects {
        table.row(&[
            project.key.clone(),
            project.title.clone(),
            project.lead.as_ref().map(|lead| lead.name.clone()).unwrap_or_default(),
            project.health.as_deref().map(health).unwrap_or_default().to_owned(),
            counts(project),
        ]);
    }
    table.render()
}

fn counts(project: &ProjectView) -> String {
    project.counts.iter().map(|c| format!("{} {}", c.tasks, c.status)).collect::<Vec<_>>().join(", ")
}

pub(crate) fn one(project: &ProjectView, clock: &Clock) -> String {
    let mut text = format!("{}  {}\n", one_line(&project.key), one_line(&project.title));
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            text += &format!("  {name:<9} {}\n", one_line(value));
        }
    };
    line("lead", project.lead.as_ref().map(|lead| lead.name.as_str()).unwrap_or_default());
    line("health", project.health.as_deref().map(health).unwrap_or_default());
    let due = project.update_due.as_deref().map(|due| clock.words(due)).unwrap_or_default();
    line("update by", &due);
    let states: Vec<String> = project.states.iter().map(|s| format!("{} ({})", s.name, s.class)).collect();
    line("states", &states.join(" → "));
    for field in &project.fields {
        let options =
            if field.options.is_empty() { String::new() } else { format!(": {}", field.options.join(", ")) };
        line("field", &format!("{} ({}{options})", field.name, field.holds));
    }
    line("tasks", &counts(project));
    line("", if project.trashed { "in the trash" } else { "" });
    for conflict in &project.conflicts {
        text += &format!("  {}\n", crate::human::tasks::also(conflict, clock));
    }
    for page in &project.pages {
        text += &format!("  {:<9} {}\n", page.kind, one_line(&page.title));
    }
    for thread in &project.threads {
        text += &format!("  {:<9} {}\n", "thread", one_line(&thread.title));
    }
    for update in &project.updates {
        text += &format!(
            "\n{} — {}, {}\n{}\n",
            health(&update.health),
            one_line(&update.author),
            clock.words(&update.when),
            safe_lines(update.text.trim_end())
        );
    }
    text
}

pub(crate) fn draft(view: &UpdateDraftView, clock: &Clock) -> String {
    let since = clock.words(&view.since);
    if view.text.is_empty() {
        return format!("Nothing changed since {since}.\n");
    }
    format!(
        "Since {since}:\n\n{}\n\nAdd --health and --text to tell it; --changes puts this behind the text.\n",
        safe_lines(&view.text)
    )
}

pub(crate) fn cycles(view: &CyclesView) -> String {
    if view.cycles.is_empty() {
        return "No cycle yet. `tern cycle new \"Autumn\" --start 2026-12-01` makes one.\n".into();
    }
    let mut table = Table::new(&["ID", "NAME", "FROM", "WORK UNTIL", "COOL UNTIL", "NOW", "SCOPES"]);
    for cycle in &view.cycles {
        table.row(&[
            cycle.id.chars().take(8).collect(),
            cycle.title.clone(),
            cycle.start.clone().unwrap_or_default(),
            cycle.work_ends.clone().unwrap_or_default(),
            cycle.ends.clone().unwrap_or_default(),
            phase(cycle),
            cycle.scopes.len().to_string(),
        ]);
    }
    table.render()
}

fn phase(cycle: &CycleView) -> String {
    match (cycle.phase.as_str(), cycle.days_left) {
        ("work", Some(days)) => format!("work, {} left", count(days.max(0) as u64, "day", "days")),
        ("cooldown", _) => "cooling down".to_owned(),
        (other, _) => other.to_owned(),
    }
}

pub(crate) fn cycle(cycle: &CycleView, clock: &Clock) -> String {
    let mut text = format!(
        "{}\n  {} weeks from {} to {}, then {} of cooling down until {}\n  {}\n",
        one_line(&cycle.title),
        cycle.weeks,
        cycle.start.as_deref().unwrap_or("?"),
        cycle.work_ends.as_deref().unwrap_or("?"),
        cycle.cooldown,
        cycle.ends.as_deref().unwrap_or("?"),
        phase(cycle)
    );
    if cycle.scopes.is_empty() {
        return text + "  No scope yet. `tern cycle add CYCLE TASK --appetite 10` takes one in.\n";
    }
    let mut table = Table::new(&["ID", "SCOPE", "STATUS", "APPETITE", "HILL", ""]);
    for scope in &cycle.scopes {
        table.row(&[
            scope.task.short_id.clone(),
            scope.task.title.clone(),
            scope.task.status.clone(),
            scope.appetite.map(|days| count(days.max(0) as u64, "day", "days")).unwrap_or_default(),
            hill(scope.hill),
            moved(&scope.history, clock),
        ]);
    }
    text += &format!("\n{}", table.render());
    if !cycle.unfinished.is_empty() {
        text += "\nNot finished; nothing is moved:\n";
        for task in &cycle.unfinished {
            text += &format!("  {}  {}\n", task.short_id, one_line(&task.title));
        }
    }
    text
}

/// `····●····|··········  20`
fn hill(position: Option<i64>) -> String {
    let Some(position) = position else { return "not set".to_owned() };
    let at = position * (HILL_CHARS - 1) / 100;
    let line: String = (0..HILL_CHARS)
        .map(|x| {
            if x == at {
                '●'
            } else if x == HILL_CHARS / 2 {
                '|'
            } else {
                '·'
            }
        })
        .collect();
    format!("{line} {position}")
}

fn moved(history: &[HillMarkView], clock: &Clock) -> String {
    let [.., before, last] = history else { return String::new() };
    format!("from {} ({}, {})", before.position, last.by, clock.words(&last.when))
}
