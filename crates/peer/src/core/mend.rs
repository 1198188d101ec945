//! Lists that say something else than their documents, after damage of a disk: told by a check, and made anew.

use tern_model::DocId;

use crate::api::PeerError;

use super::{Core, Work, project};

impl Core {
    /// Makes every projected row anew and compares. What differs is told and stays mended; what is equal is not written.
    pub(crate) fn mend_lists(&mut self) -> Result<Option<String>, PeerError> {
        // While a record of the log is missing, documents say less than they will again.
        if self.store.is_read_only() || self.mem.log_has_gaps() {
            return Ok(None);
        }
        let txn = self.store.begin()?;
        let mut work = Work::new(txn, &mut self.mem, self.host.as_mut());
        work.catch_up()?;
        let before = work.txn.projections_digest()?;
        work.txn.drop_projections()?;
        for row in work.txn.docs()? {
            if project::project(&mut work, DocId(row.doc)).is_err() {
                // The check tells of it; what the lists say of it is better than nothing until it is back.
                return Ok(None);
            }
        }
        work.project_touched()?;
        if work.txn.projections_digest()? == before {
            return Ok(None);
        }
        work.txn.projections_rebuilt()?;
        work.finish()?;
        Ok(Some("Lists said something else than their documents; they were made anew.".to_owned()))
    }
}
