//! `check --repair`: everything that follows from the items is made anew, and what items are damaged is asked for again.

use tern_store::Finding;

use crate::api::{CheckView, PeerError};

use super::Core;
use super::ingest::{Spot, judge_spot};

impl Core {
    /// Looks at everything and mends what can be mended on this machine: damaged items are taken out so that peers bring
    /// them again, tries, verdicts, documents and projections are made anew from the rest. Says what was found.
    pub(crate) fn repair(&mut self) -> Result<CheckView, PeerError> {
        let report = self.store.check(&mut |_| Ok(Vec::new()))?;
        self.heal_findings(&report.findings);
        let cache = |finding: &Finding| match finding {
            Finding::Row { table, .. } => matches!(*table, "docs" | "snapshots"),
            Finding::Trie { .. } | Finding::Projection { .. } => true,
            Finding::Structure { .. } => false,
        };
        if report.findings.iter().any(cache) {
            self.store.write(|txn| -> tern_store::Result<()> { txn.rebuild_tries() })?;
        }
        let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        let differs = report.findings.iter().any(cache) || !self.differences()?.is_empty();
        if differs {
            self.build_anew()?;
        }
        let bad = findings.len() as u64;
        Ok(CheckView { items: report.items, bad, repaired: 0, findings, set_aside: self.set_aside()? })
    }

    /// What lists show and documents do not, or a document that cannot be read for comparing.
    fn differences(&mut self) -> Result<Vec<String>, PeerError> {
        match self.compare_projections() {
            Err(error) if error.kind == crate::api::ErrorKind::Damaged => Ok(vec![error.to_string()]),
            other => other,
        }
    }

    /// Every document from its items, as if nothing had been kept of it.
    fn build_anew(&mut self) -> Result<(), PeerError> {
        self.store.write(|txn| -> tern_store::Result<()> { txn.forget_documents() })?;
        self.mem.docs.clear();
        self.write(|work| {
            work.txn.drop_projections()?;
            let mut spots: Vec<Spot> = Vec::new();
            for (lane, _) in work.txn.lanes()? {
                let tags = work.txn.tags(&lane)?.into_iter();
                spots.extend(tags.filter(|tag| *tag != tern_trust::derive::ZERO16).map(|tag| (lane, tag)));
            }
            for spot in spots.iter().filter(|(lane, _)| *lane != tern_sync::Lane::LOG.0) {
                judge_spot(work, spot)?;
            }
            Ok(work.txn.projections_rebuilt()?)
        })?;
        self.mem.moved();
        Ok(())
    }
}
