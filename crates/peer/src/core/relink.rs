//! Links follow their page's title: where the words of a link are the old title, they become the new one.

use tern_interop::links::PageLink;
use tern_model::block::{Block, BlockKind, Inline};
use tern_model::{Class, DocId, Edit};

use crate::api::PeerError;

use super::Work;

/// Most documents whose links are rewritten at once.
const MAX_DOCUMENTS: usize = 500;
/// Words of a link that was made to a page without a title.
const UNTITLED: &str = "Untitled";

/// Gives links to `page` that say its old title the new one, as edits of one's own. Links with other words stay, and so
/// do those in documents that one may not write or that are in the trash.
pub(crate) fn renamed(work: &mut Work<'_, '_>, page: DocId, old: &str, new: &str) -> Result<(), PeerError> {
    let old = if old.trim().is_empty() { UNTITLED } else { old };
    if new.is_empty() || old == new {
        return Ok(());
    }
    let linking = work.txn.links_to(&page.0)?.into_iter().map(DocId);
    let linking: Vec<DocId> = linking.filter(|id| id.class() == Class::Content).take(MAX_DOCUMENTS).collect();
    for id in linking {
        if work.may_write(id).is_err() {
            continue;
        }
        let doc = work.doc(id)?;
        if super::project::trashed(doc) {
            continue;
        }
        let mut blocks = doc.blocks();
        if reword(&mut blocks, page, old, new) {
            work.edit(id, &[Edit::SetBlocks { base: None, blocks }])?;
        }
    }
    Ok(())
}

/// Rewrites the words of links; true when there were any to rewrite.
fn reword(blocks: &mut [Block], page: DocId, old: &str, new: &str) -> bool {
    let mut changed = false;
    for block in blocks {
        match &mut block.kind {
            BlockKind::Table { table } => {
                for cell in table.rows.iter_mut().flatten() {
                    changed |= reword_line(cell, page, old, new);
                }
            }
            _ => changed |= reword_line(&mut block.inline, page, old, new),
        }
    }
    changed
}

/// One link may be several runs, where parts of its words carry marks of their own; the new words take the first one's.
fn reword_line(line: &mut Vec<Inline>, page: DocId, old: &str, new: &str) -> bool {
    let href = |run: &Inline| match run {
        Inline::Text { marks, .. } => marks.link.as_ref().map(|link| link.href.clone()),
        Inline::Image { .. } => None,
    };
    let (mut at, mut changed) = (0, false);
    while at < line.len() {
        let Some(here) = line.get(at).and_then(href) else {
            at += 1;
            continue;
        };
        let count = line.iter().skip(at).take_while(|run| href(run).as_ref() == Some(&here)).count();
        let words: String = line.iter().skip(at).take(count).map(Inline::as_text).collect();
        let leads = PageLink::parse(&here).is_some_and(|link| link.page == page);
        if leads && words == old {
            if let Some(Inline::Text { text, .. }) = line.get_mut(at) {
                *text = new.to_owned();
            }
            line.drain(at + 1..at + count);
            changed = true;
            at += 1;
        } else {
            at += count;
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_interop::markdown::{parse, render};

    #[test]
    fn only_links_that_say_the_old_title_say_the_new_one_and_keep_their_marks() {
        let page = DocId([1; 16]);
        let source = format!(
            "See **[Old plan](tern:{page})**, [the plan](tern:{page}), [Old plan](tern:{other}), Old plan.\n\n\
             | [Old _plan_](tern:{page}#part) |\n| --- |\n| x |\n",
            other = DocId([2; 16]),
        );
        let mut blocks = parse(&source);
        assert!(reword(&mut blocks, page, "Old plan", "New one"));
        let wanted =
            source.replacen("**[Old plan]", "**[New one]", 1).replacen("[Old _plan_]", "[New one]", 1);
        assert_eq!(render(&blocks), wanted);
        assert!(!reword(&mut blocks, page, "Old plan", "New one"), "once is enough");
    }
}
