//! Work on a whole home that takes a while, in steps between which the engine does what else is asked.

use crate::api::{CompactView, PeerError};
use crate::handle::{Peer, Progress};

impl Peer {
    /// Folds long histories together, as [`Command::Compact`](crate::Command::Compact), telling how far it is.
    pub fn compact(
        &self,
        on: bool,
        least: Option<u64>,
        progress: &Progress,
    ) -> Result<CompactView, PeerError> {
        let mut folding = self.with(move |core| core.begin_folding(on, least))?;
        loop {
            let more;
            (folding, more) = self.with(move |core| {
                let more = core.fold_some(&mut folding)?;
                Ok((folding, more))
            })?;
            let (looked_at, all) = folding.progress();
            progress("folding long histories", looked_at, all);
            if !more {
                return self.with(|core| core.folded(folding));
            }
        }
    }
}
