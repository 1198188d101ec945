//! What a link leads to: pages, people, files of the workspace, the web. The one list of what may be opened lies here.

use std::path::{Path, PathBuf};

use egui::Context;
use tern_peer::{ErrorKind, PeerError, Query, View};

use super::{Event, Open};
use crate::gui::command::{Route, Section};
use crate::gui::page::pictures::BLOB;

/// Addresses that are handed to the desktop. Everything else stays here.
const OUTSIDE: [&str; 3] = ["https://", "http://", "mailto:"];
/// Names that are tried for a file before it is given up.
const NAMES_MAX: usize = 1_000;

impl Open {
    /// Opens what a link of a page names.
    pub(super) fn open_link(&mut self, ctx: &Context, address: &str) {
        if OUTSIDE.iter().any(|scheme| address.starts_with(scheme)) {
            ctx.open_url(egui::OpenUrl::new_tab(address));
        } else if let Some(hash) = address.strip_prefix(BLOB) {
            let query = Query::AttachmentBytes { hash: hash.to_owned() };
            self.saving.push(self.backend.watch(query, self.out.wake.clone()));
        } else if address.starts_with("tern-member:") {
            self.go(Route::People(Section::Members));
        } else {
            let now = ctx.input(|input| input.time);
            self.say(&format!("“{address}” leads to nothing in this workspace"), None, now);
        }
    }

    /// Files that arrived are written where files of this person lie, beside what is there.
    pub(super) fn save_files(&mut self) {
        let mut waiting = Vec::new();
        for mut asked in std::mem::take(&mut self.saving) {
            let Some(answer) = asked.take() else {
                waiting.push(asked);
                continue;
            };
            match answer.as_ref() {
                Ok(View::Bytes { name, bytes, .. }) => self.save(name.clone(), bytes.clone()),
                Ok(_) => {}
                Err(error) => self.fault = Some(error.clone()),
            }
        }
        self.saving = waiting;
    }

    fn save(&self, name: String, bytes: Vec<u8>) {
        let folder = self.out.documents.clone();
        let (report, wake) = (self.events.0.clone(), self.out.wake.clone());
        (self.out.spawn)(Box::new(move || {
            if report.send(Event::Saved(write(&folder, &name, &bytes))).is_ok() {
                wake();
            }
        }));
    }
}

/// Writes a file under its name, or under a numbered one where that is taken.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, PeerError> {
    let plain = Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned());
    let plain = plain.filter(|name| !name.starts_with('.')).unwrap_or_else(|| "attachment".to_owned());
    let (stem, end) = match plain.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() => (stem.to_owned(), format!(".{end}")),
        _ => (plain, String::new()),
    };
    let failed = |error: std::io::Error| {
        PeerError::new(ErrorKind::Failed, format!("The file “{name}” could not be written: {error}."))
            .safe("It is still in the workspace.")
            .next("Make room or write access to the folder and open the link again.")
    };
    for n in 0..NAMES_MAX {
        let number = if n == 0 { String::new() } else { format!(" {n}") };
        let path = folder.join(format!("{stem}{number}{end}"));
        match std::fs::File::create_new(&path) {
            Ok(mut file) => {
                std::io::Write::write_all(&mut file, bytes).map_err(failed)?;
                return Ok(path);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Err(failed(std::io::ErrorKind::AlreadyExists.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_never_takes_the_place_of_another_and_stays_in_its_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let names = ["plan.pdf", "plan.pdf", "../../evil.txt", ".hidden", "", "..", "a/b"];
        let written: Vec<String> = names
            .iter()
            .map(|name| write(folder.path(), name, b"x").expect("written"))
            .map(|path| path.strip_prefix(folder.path()).expect("inside").to_string_lossy().into_owned())
            .collect();
        assert_eq!(
            written,
            ["plan.pdf", "plan 1.pdf", "evil.txt", "attachment", "attachment 1", "attachment 2", "b"]
        );
    }
}
