//! Backups of a home, in words.

use tern_peer::{AdoptView, BackupView, BackupsView, CompareView, RestoredView};

use super::{count, size};
use crate::table::{Table, one_line};

/// Documents listed one by one.
const MOST_LISTED: usize = 40;

pub(crate) fn list(view: &BackupsView) -> String {
    if view.backups.is_empty() {
        return format!(
            "No backup yet. One is taken every hour while Tern runs, or by `tern backup now`; they lie in {}.\n",
            view.folder
        );
    }
    let mut table = Table::new(&["TAKEN", "SIZE", "ID"]);
    for backup in &view.backups {
        table.row(&[backup.taken.clone(), size(backup.bytes), backup.id.clone()]);
    }
    table.render()
}

pub(crate) fn taken(view: &BackupView) -> String {
    format!("Backup {} taken ({}).\n", view.id, size(view.bytes))
}

pub(crate) fn compared(view: &CompareView) -> String {
    let mut text =
        format!("The backup of {} holds {}", view.backup.taken, count(view.items, "item", "items"));
    text += &match view.missing_items {
        0 => "; this home has all of them.\n".to_owned(),
        n => {
            format!("; this home lacks {n} of them. `tern backup adopt {}` takes them in.\n", view.backup.id)
        }
    };
    let word = |state: &str| match state {
        "missing" => "only in the backup",
        "more" => "has more in the backup",
        _ => "went on since",
    };
    let mut table = Table::new(&["DOCUMENT", "KIND", "STATE"]);
    for doc in view.documents.iter().take(MOST_LISTED) {
        let title = if doc.title.is_empty() { doc.id.clone() } else { one_line(&doc.title) };
        table.row(&[title, doc.kind.clone(), word(&doc.state).to_owned()]);
    }
    if !view.documents.is_empty() {
        text += &table.render();
    }
    if view.documents.len() > MOST_LISTED {
        text += &format!("… and {} more (--json has all).\n", view.documents.len() - MOST_LISTED);
    }
    text
}

pub(crate) fn adopted(view: &AdoptView) -> String {
    let mut text = match view.taken {
        0 => "This home has everything that the backup has.\n".to_owned(),
        n => format!("Took in {} of the backup of {}.\n", count(n, "item", "items"), view.backup.taken),
    };
    if view.refused > 0 {
        text += &format!(
            "{} could not be taken in; they stay in the backup.\n",
            count(view.refused, "item", "items")
        );
    }
    text
}

pub(crate) fn restored(view: &RestoredView) -> String {
    let mut text = format!("{} now holds the backup of {}.\n", view.home, view.backup.taken);
    if let Some(aside) = &view.aside {
        text += &format!("The store that was there lies in {aside}.\n");
    }
    text + "`tern sync` brings what came since from other machines.\n"
}
