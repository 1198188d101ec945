//! Walking over every link and image of a page.

use tern_model::block::{Block, BlockKind, Inline};

/// Replaces the inline content of every text, cell and item.
pub(crate) fn inlines(blocks: &mut [Block], mut change: impl FnMut(Vec<Inline>) -> Vec<Inline>) {
    for block in blocks {
        match &mut block.kind {
            BlockKind::Table { table } => {
                for cell in table.rows.iter_mut().flatten() {
                    *cell = change(std::mem::take(cell));
                }
            }
            BlockKind::Code { .. } | BlockKind::Verbatim => {}
            _ => block.inline = change(std::mem::take(&mut block.inline)),
        }
    }
}

/// Replaces addresses of links and images; `None` leaves one as it is.
pub(crate) fn addresses(runs: &mut [Inline], mut change: impl FnMut(&str) -> Option<String>) {
    for run in runs {
        let (src, marks) = match run {
            Inline::Text { marks, .. } => (None, marks),
            Inline::Image { src, marks, .. } => (Some(src), marks),
        };
        if let Some(src) = src
            && let Some(new) = change(src)
        {
            *src = new;
        }
        if let Some(link) = &mut marks.link
            && let Some(new) = change(&link.href)
        {
            link.href = new;
        }
    }
}
