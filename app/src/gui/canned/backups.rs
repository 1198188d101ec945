//! Backups of the sample.

use tern_peer::{AdoptView, BackupDocView, BackupView, BackupsView, CompareView};

use crate::gui::backend::{BackupAnswer, BackupStep};

/// Backups that there are.
#[derive(Debug, Default)]
pub struct Backups(Vec<BackupView>);

fn backup(id: &str, taken: &str) -> BackupView {
    BackupView { id: id.into(), taken: taken.into(), bytes: 2_340_000 }
}

impl Backups {
    /// One of an hour ago.
    pub fn sample() -> Self {
        Backups(vec![backup("1795442400000", "2026-11-23T14:00+00:00[Europe/London]")])
    }

    /// Does a step.
    pub fn step(&mut self, step: &BackupStep) -> BackupAnswer {
        let find = |id: &str| self.0.iter().find(|b| b.id == *id).cloned().unwrap_or_else(|| backup(id, ""));
        match step {
            BackupStep::List => {}
            BackupStep::Take => {
                self.0.insert(0, backup("1795446600000", "2026-11-23T15:10+00:00[Europe/London]"))
            }
            BackupStep::Compare(id) => {
                let document = BackupDocView {
                    id: "old".into(),
                    kind: "page".into(),
                    title: "Captions, first draft".into(),
                    state: "missing".into(),
                };
                let (items, missing_items, documents) = (412, 3, vec![document]);
                return BackupAnswer::Compared(CompareView {
                    backup: find(id),
                    items,
                    missing_items,
                    documents,
                });
            }
            BackupStep::Adopt(id) => {
                return BackupAnswer::Taken(AdoptView { backup: find(id), taken: 3, refused: 0 });
            }
        }
        BackupAnswer::List(BackupsView {
            backups: self.0.clone(),
            folder: "/home/ben/.local/share/tern/snapshots".into(),
        })
    }
}
