//! The page tree, history and differences.

use tern_peer::{DiffBlockView, DiffView, DocReply, HistoryView, PageView, PagesView, TemplatesView};

use crate::human::{Clock, count};
use crate::table::{Table, one_line, safe_lines};

/// Characters of a page id that are shown in the tree.
const SHORT_ID: usize = 8;

pub(crate) fn tree(view: &PagesView) -> String {
    if view.pages.is_empty() {
        return "No pages yet. `tern page new \"First page\"` makes one, `tern import FOLDER` brings Markdown in.\n".into();
    }
    let mut text = String::new();
    for p in &view.pages {
        let id: String = p.id.chars().take(SHORT_ID).collect();
        let trash = if p.trashed { "  (in the trash)" } else { "" };
        text += &format!("{id}  {}{}{trash}\n", "  ".repeat(p.depth), title(&p.title));
    }
    text + &set_aside(view)
}

/// What a page's text does not say: values that lost against concurrent ones, and that it is in the trash.
pub(crate) fn remarks(page: &PageView, clock: &Clock) -> Vec<String> {
    let mut lines: Vec<String> = page.conflicts.iter().map(|c| super::tasks::also(c, clock)).collect();
    if page.trashed {
        lines.push("This page is in the trash.".to_owned());
    }
    lines
}

fn set_aside(view: &PagesView) -> String {
    if view.set_aside.is_empty() {
        return String::new();
    }
    let lines: String = view.set_aside.iter().map(|line| format!("  {}\n", one_line(line))).collect();
    format!("\nSet aside, because both could not hold:\n{lines}")
}

fn title(title: &str) -> String {
    if title.trim().is_empty() { "(untitled)".into() } else { one_line(title) }
}

pub(crate) fn placed(done: &str, doc: &DocReply, tree: &PagesView) -> String {
    let Some(row) = tree.pages.iter().find(|p| p.id == doc.id) else {
        return format!("{done} {}. Saved here.\n", doc.id);
    };
    if !doc.changed {
        return format!("“{}” is like that already.\n", title(&row.title));
    }
    let above = row.parent.as_ref().and_then(|parent| tree.pages.iter().find(|p| &p.id == parent));
    let place = above.map_or("at the top".into(), |p| format!("under “{}”", title(&p.title)));
    format!("{done} “{}” ({place}). Saved here.\n{}", title(&row.title), set_aside(tree))
}

pub(crate) fn templates(view: &TemplatesView) -> String {
    let line = |t: &tern_peer::TemplateView| {
        let id: String = t.id.iter().flat_map(|id| id.chars()).take(SHORT_ID).collect();
        format!("{:<SHORT_ID$}  {}\n", if id.is_empty() { "built in" } else { &id }, title(&t.name))
    };
    view.templates.iter().map(line).collect()
}

pub(crate) fn history(view: &HistoryView, clock: &Clock) -> String {
    if view.sessions.is_empty() {
        return "No changes yet.\n".into();
    }
    let mut table = Table::new(&["WHO", "FROM", "TO", "CHANGES", "WHAT", "HEADS"]);
    for s in &view.sessions {
        table.row(&[
            s.author.clone(),
            clock.words(&s.from),
            clock.words(&s.to),
            s.changes.to_string(),
            s.summary.clone(),
            s.heads.clone(),
        ]);
    }
    table.render()
        + "\n`tern page diff P --from HEADS` shows what changed since, `tern page revert P --to HEADS` goes back.\n"
}

pub(crate) fn diff(view: &DiffView) -> String {
    let mut text = String::new();
    for (name, before, after) in &view.fields {
        text += &format!("{name}: {} → {}\n", or_nothing(before), or_nothing(after));
    }
    let mut same = 0;
    for block in &view.blocks {
        if block.state == "same" {
            same += 1;
            continue;
        }
        text += &skipped(std::mem::take(&mut same));
        let sign = match block.state.as_str() {
            "added" => '+',
            "removed" => '-',
            "moved" => '>',
            _ => '~',
        };
        let runs: String = block.runs.iter().map(|(state, run)| marked(state, run, sign)).collect();
        text += &format!("{sign} {}{}\n", runs.replace('\n', "\n  "), hands(block));
    }
    if text.is_empty() { "No difference.\n".into() } else { text + &skipped(same) }
}

/// Whose hands a difference shows.
fn hands(block: &DiffBlockView) -> String {
    let mut names: Vec<String> = Vec::new();
    for author in block.by.iter().chain(block.rich.iter().filter_map(|run| run.by.as_ref())) {
        let name = one_line(&author.name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { String::new() } else { format!("  — {}", names.join(", ")) }
}

fn skipped(same: u64) -> String {
    if same == 0 { String::new() } else { format!("  … {} unchanged\n", count(same, "block", "blocks")) }
}

fn marked(state: &str, run: &str, sign: char) -> String {
    let run = safe_lines(run);
    match state {
        "insert" if sign == '~' => format!("{{+{run}+}}"),
        "delete" if sign == '~' => format!("[-{run}-]"),
        _ => run,
    }
}

fn or_nothing(value: &str) -> String {
    if value.is_empty() { "(nothing)".into() } else { one_line(value) }
}

#[cfg(test)]
mod tests {
    use tern_peer::PageRow;

    use super::*;

    fn row(id: &str, title: &str, depth: usize) -> PageRow {
        PageRow {
            id: id.into(),
            title: title.into(),
            parent: None,
            order: 0,
            depth,
            space: String::new(),
            trashed: false,
        }
    }

    #[test]
    fn the_tree_is_indented_and_names_moves_that_were_set_aside() {
        let view = PagesView {
            pages: vec![row("7K3QXAAAAAAA", "Handbook", 0), row("9BBBBBBBBBBB", "", 1)],
            set_aside: vec!["Releases stays where it was.".into()],
        };
        assert_eq!(
            tree(&view),
            "7K3QXAAA  Handbook\n9BBBBBBB    (untitled)\n\nSet aside, because both could not hold:\n  \
             Releases stays where it was.\n"
        );
    }

    #[test]
    fn an_empty_tree_says_how_to_begin() {
        assert!(tree(&PagesView::default()).contains("tern page new"));
    }

    #[test]
    fn a_difference_shows_words_in_place_and_skips_what_is_the_same() {
        let block = |state: &str, runs: &[(&str, &str)]| DiffBlockView {
            state: state.into(),
            runs: runs.iter().map(|(s, t)| ((*s).into(), (*t).into())).collect(),
            ..DiffBlockView::default()
        };
        let view = DiffView {
            fields: vec![("title".into(), "A".into(), String::new())],
            blocks: vec![
                block("same", &[("keep", "x")]),
                block("changed", &[("keep", "We meet "), ("delete", "daily"), ("insert", "weekly")]),
                block("added", &[("insert", "New.")]),
                block("same", &[]),
            ],
            ..DiffView::default()
        };
        assert_eq!(
            diff(&view),
            "title: A → (nothing)\n  … 1 block unchanged\n~ We meet [-daily-]{+weekly+}\n+ New.\n  … 1 block unchanged\n"
        );
    }
}
