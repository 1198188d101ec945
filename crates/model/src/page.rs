//! Pages: the public Automerge rich-text schema to and from [`Block`]s. `docs/decisions/0001-rich-text-mapping.md`
//! says how each kind lies in the document.

use crate::block::{Block, BlockKind};
use crate::crdt::Read;

/// A block as it lies in the page.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// Its id.
    pub(crate) marker: String,
    /// The block.
    pub(crate) block: Block,
}

pub(crate) fn read_page(_doc: &impl Read) -> Vec<Placed> {
    Vec::new()
}

/// The characters of blocks, one line a block; cells of a table are set apart by tabs.
pub fn plain_text(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        if !out.is_empty() {
            out.push('\n');
        }
        match &block.kind {
            BlockKind::Table { table } => {
                let cell = |c: &Vec<crate::block::Inline>| c.iter().map(|i| i.as_text()).collect::<String>();
                let row = |r: &Vec<_>| r.iter().map(cell).collect::<Vec<_>>().join("\t");
                out.push_str(&table.rows.iter().map(row).collect::<Vec<_>>().join("\n"));
            }
            _ => out.push_str(&block.text()),
        }
    }
    out
}
