//! What changed since a page was read, what was combined while apart, comments, and what links to a page.

use tern_peer::block::Block;
use tern_peer::{
    BacklinksView, CommentView, CommentsView, MergeSideView, MergeView, MergesView, SinceReadView,
};

use super::Clock;
use crate::table::{one_line, safe_lines};

/// Characters of an id that are shown.
const SHORT_ID: usize = 8;

pub(crate) fn since(view: &SinceReadView) -> String {
    if !view.changed {
        return "Nothing changed since you read it.\n".into();
    }
    let told = super::pages::diff(&view.diff);
    if view.read_before { told } else { format!("You have not read this page yet.\n{told}") }
}

pub(crate) fn merges(view: &MergesView, reviewed: bool, clock: &Clock) -> String {
    if view.merges.is_empty() {
        return "Nothing was combined that you have not looked at.\n".into();
    }
    let mut text: String = view.merges.iter().map(|merge| one_merge(merge, clock)).collect();
    text += if reviewed {
        "Noted that you have looked at it.\n"
    } else {
        "`tern page revert P --to HEADS --block BLOCK` brings one side back, `tern page merges P --reviewed` puts this away.\n"
    };
    text
}

fn one_merge(merge: &MergeView, clock: &Clock) -> String {
    let side = |name: &str, side: &MergeSideView| {
        let authors: Vec<String> = side.authors.iter().map(|a| one_line(&a.name)).collect();
        format!("{name} ({}, {}): {}\n", authors.join(", "), clock.words(&side.to), side.heads)
    };
    let mut text = side("Yours", &merge.mine) + &side("Theirs", &merge.theirs);
    for block in &merge.blocks {
        text += &format!("\n  block {}\n", block.marker);
        let versions = [
            ("before", &block.base),
            ("yours", &block.mine),
            ("theirs", &block.theirs),
            ("merged", &block.merged),
        ];
        for (name, version) in versions {
            text += &format!("  {name:<7} {}\n", words(version.as_ref()));
        }
    }
    for field in &merge.fields {
        let (mine, theirs, merged) =
            (one_line(&field.mine), one_line(&field.theirs), one_line(&field.merged));
        text += &format!("\n  {}: yours {mine}, theirs {theirs}, shown {merged}\n", field.field);
    }
    text + "\n"
}

fn words(block: Option<&Block>) -> String {
    block.map_or_else(|| "(deleted)".into(), |block| safe_lines(&block.text()).replace('\n', "\n          "))
}

pub(crate) fn comments(view: &CommentsView, clock: &Clock) -> String {
    if view.threads.is_empty() {
        return "No comments. `tern comment add P TEXT --on \"some words\"` makes one.\n".into();
    }
    view.threads.iter().map(|thread| one_thread(thread, clock)).collect::<Vec<_>>().join("\n")
}

fn one_thread(thread: &CommentView, clock: &Clock) -> String {
    let id: String = thread.id.chars().take(SHORT_ID).collect();
    let gone = if thread.gone { "  (its text is gone)" } else { "" };
    let resolved = if thread.resolved { "  (resolved)" } else { "" };
    let whole = thread.place.is_none() && !thread.gone;
    let quote = if whole { "the page".to_owned() } else { format!("“{}”", one_line(&thread.quote)) };
    let mut text = format!("{id}  {quote}{gone}{resolved}\n");
    for message in &thread.messages {
        let says = safe_lines(&message.text).replace('\n', "\n    ");
        text += &format!("  {}, {}: {says}\n", one_line(&message.author), clock.words(&message.when));
    }
    text
}

pub(crate) fn links(view: &BacklinksView) -> String {
    if view.links.is_empty() {
        return "Nothing links to this page.\n".into();
    }
    let line = |link: &tern_peer::BacklinkView| {
        let id: String = link.id.chars().take(SHORT_ID).collect();
        format!("{id}  {}\n          {}\n", one_line(&link.title), one_line(&link.context))
    };
    view.links.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use tern_peer::block::BlockKind;
    use tern_peer::{AuthorView, MergeBlockView};

    use super::*;

    #[test]
    fn a_merge_is_told_with_both_sides_and_the_way_back() {
        let block = |text: &str| Some(Block::plain(BlockKind::Paragraph, text));
        let side = |name: &str, heads: &str| MergeSideView {
            heads: heads.into(),
            authors: vec![AuthorView { name: name.into(), ..AuthorView::default() }],
            ..MergeSideView::default()
        };
        let blocks = vec![MergeBlockView {
            marker: "3@aa".into(),
            base: block("at nine"),
            mine: None,
            theirs: block("at ten"),
            merged: block("at ten"),
            ..MergeBlockView::default()
        }];
        let merge =
            MergeView { mine: side("Ben", "m1"), theirs: side("Aiko", "t1"), blocks, ..MergeView::default() };
        let told = merges(&MergesView { merges: vec![merge], heads: String::new() }, false, &Clock::utc());
        for line in ["block 3@aa", "before  at nine", "yours   (deleted)", "theirs  at ten", "merged  at ten"]
        {
            assert!(told.lines().any(|l| l.trim() == line), "“{line}” is not in {told}");
        }
        assert!(
            told.contains("Yours (Ben") && told.contains(": t1") && told.contains("--reviewed"),
            "{told}"
        );
    }

    #[test]
    fn nothing_to_tell_is_said_in_words() {
        assert!(merges(&MergesView::default(), false, &Clock::utc()).starts_with("Nothing was combined"));
        assert!(comments(&CommentsView::default(), &Clock::utc()).starts_with("No comments"));
        assert!(links(&BacklinksView::default()).starts_with("Nothing links"));
        assert!(since(&SinceReadView::default()).starts_with("Nothing changed"));
    }
}
