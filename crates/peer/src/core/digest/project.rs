//! Projects in a digest: what was told of how one goes comes before what else changed in it.

use tern_model::Heads;
use tern_model::project::{Health, Update};

use crate::api::PeerError;

use super::tell::line;
use super::{Changed, Desk, Group, Told};

impl Desk<'_> {
    pub(super) fn project(&mut self, changed: &Changed) -> Result<Told, PeerError> {
        let doc = &changed.doc;
        let is_new = changed.from == Heads::default();
        let seen = if is_new { Vec::new() } else { doc.at(&changed.from)?.plan().updates };
        let updates = doc.plan().updates;
        let told: Vec<&Update> = updates
            .iter()
            .filter(|(id, update)| update.author != self.me && !seen.iter().any(|(known, _)| known == id))
            .map(|(_, update)| update)
            .collect();
        let mut parts = Vec::new();
        if let Some(newest) = told.first() {
            parts.push(format!("{}: {}", health(newest.health), line(&newest.text)));
        }
        match told.len() {
            0 | 1 => {}
            2 => parts.push("and an update before it".to_owned()),
            more => parts.push(format!("and {} updates before it", more - 1)),
        }
        // An update is one change; what is beyond that is told as in any other document.
        if told.is_empty() || (!is_new && changed.fresh.len() > told.len()) {
            parts.push(self.difference(changed)?.0);
        }
        Ok(Told {
            group: Group::Fyi,
            kind: "project",
            title: doc.title(),
            text: parts.join(" · "),
            why: if told.is_empty() { "" } else { "update" },
            expected_by_ms: None,
            parts: Vec::new(),
            page: None,
        })
    }
}

fn health(health: Health) -> &'static str {
    match health {
        Health::OnTrack => "On track",
        Health::AtRisk => "At risk",
        Health::OffTrack => "Off track",
    }
}
