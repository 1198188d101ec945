//! What imports and exports did.

use std::path::Path;

use tern_peer::{ExportReport, ImportLine, ImportReport};

use crate::args::ImportArgs;
use crate::human::{count, size};
use crate::table::one_line;

/// Lines of a list that are shown before the rest is counted.
const LINES_SHOWN: usize = 20;

pub(crate) fn imported(report: &ImportReport, args: &ImportArgs) -> String {
    let verb = if args.dry_run { "Would import" } else { "Imported" };
    let mut text = format!(
        "{verb} {}: {} created, {} updated, {} unchanged.\n",
        args.path.display(),
        report.created,
        report.updated,
        report.unchanged,
    );
    text += &lines("Kept to the letter or as an attachment", &report.kept);
    text += &lines("Not taken", &report.refused);
    if report.created + report.updated + report.unchanged == 0 && report.refused.is_empty() {
        text += "There is no Markdown file in it.\n";
    }
    text
}

pub(crate) fn exported(report: &ExportReport, dir: &Path) -> String {
    let mut text = format!(
        "Wrote {} ({}) to {}.\n",
        count(report.files, "file", "files"),
        size(report.bytes),
        dir.display()
    );
    text += &lines("Not on this laptop, so not written", &report.missing);
    if !report.missing.is_empty() {
        text += "`tern sync` fetches what other machines have.\n";
    }
    text
}

fn lines(heading: &str, list: &[ImportLine]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut text = format!("{heading}:\n");
    for line in list.iter().take(LINES_SHOWN) {
        text += &format!("  {}: {}\n", one_line(&line.path), one_line(&line.reason));
    }
    if list.len() > LINES_SHOWN {
        text += &format!("  … and {} more (--report FILE or --json lists all)\n", list.len() - LINES_SHOWN);
    }
    text
}
