//! The past of pages in the canned workspace: comments, what changed since one read, what was combined, links.

use std::collections::BTreeMap;

use tern_model::block::{Block, BlockKind, Inline};
use tern_model::flat::Flat;
use tern_peer::{
    AuthorView, BacklinkView, BacklinksView, Command, CommentOn, CommentPlace, CommentView, CommentsView,
    DiffBlockView, DiffRunView, DiffView, LinkTargetView, LinkTargetsView, MergeBlockView, MergeSideView,
    MergeView, MergesView, MessageView, PageView, SinceReadView,
};

use super::paper::Paper;
use crate::gui::details::facts::target;

/// What is kept of the past of pages.
#[derive(Default)]
pub struct Pasts {
    /// Threads by page.
    pub threads: BTreeMap<String, Vec<CommentView>>,
    /// What changed since one read a page; nothing where there is no entry.
    pub since: BTreeMap<String, SinceReadView>,
    /// What was combined in a page.
    pub merges: BTreeMap<String, Vec<MergeView>>,
    made: usize,
}

/// Somebody's hand.
pub fn by(name: &str, mine: bool) -> Option<AuthorView> {
    let when = "2026-11-24T13:20:00Z".to_owned();
    Some(AuthorView { member: name.to_lowercase(), name: name.into(), mine, when })
}

fn run(state: &str, text: &str, by: Option<AuthorView>) -> DiffRunView {
    DiffRunView { state: state.into(), content: vec![Inline::text(text)], was: Vec::new(), by }
}

/// What a sitting of Mia did: words at the end of the first block.
pub fn diff(first: Option<&Block>, from: &str, to: &str) -> DiffView {
    let block = first.cloned().unwrap_or_else(|| Block::plain(BlockKind::Paragraph, ""));
    let rich = vec![run("keep", &block.text(), None), run("insert", " Mia added this.", by("Mia", false))];
    let changed = DiffBlockView {
        state: "changed".into(),
        marker: "first".into(),
        was: Some(block.clone()),
        block: Some(block),
        rich,
        ..DiffBlockView::default()
    };
    DiffView { blocks: vec![changed], from_heads: from.into(), to_heads: to.into(), ..DiffView::default() }
}

/// Both sides of a paragraph that was combined.
pub fn merge(marker: &str, texts: [&str; 4]) -> MergeView {
    let side = |name: &str, mine, to: &str| MergeSideView {
        heads: format!("{name}-heads"),
        authors: by(name, mine).into_iter().collect(),
        from: to.into(),
        to: to.into(),
    };
    let [base, mine, theirs, merged] = texts.map(|text| Some(Block::plain(BlockKind::Paragraph, text)));
    let block = MergeBlockView { marker: marker.into(), index: Some(0), base, mine, theirs, merged };
    MergeView {
        base_heads: "base".into(),
        merged_heads: format!("both-{marker}"),
        mine: side("Ben", true, "2026-11-23T17:10:00Z"),
        theirs: side("Carla", false, "2026-11-23T23:20:00Z"),
        blocks: vec![block],
        fields: Vec::new(),
    }
}

impl Pasts {
    /// Comments on a page.
    pub fn comments(&self, page: &str, heads: String) -> CommentsView {
        CommentsView { threads: self.threads.get(page).cloned().unwrap_or_default(), heads }
    }

    /// What changed since oneself read a page.
    pub fn since(&self, page: &str, heads: String) -> SinceReadView {
        let nothing = SinceReadView { read_before: true, ..SinceReadView::default() };
        let mut view = self.since.get(page).cloned().unwrap_or(nothing);
        view.diff.to_heads = heads;
        view
    }

    /// What was combined in a page.
    pub fn merges(&self, page: &str, heads: String) -> MergesView {
        MergesView { merges: self.merges.get(page).cloned().unwrap_or_default(), heads }
    }

    /// Performs a command that is about the past; false when it is not.
    pub fn perform(&mut self, command: &Command, flat: Option<&Flat>) -> bool {
        match command {
            Command::MarkRead { page, .. } => drop(self.since.remove(page)),
            Command::MergeReviewed { page, .. } => drop(self.merges.remove(page)),
            Command::CommentNew { page, on, text } => self.comment(page, on, text, flat),
            Command::CommentReply { thread, text } => {
                for found in self.threads.values_mut().flatten().filter(|found| found.id == *thread) {
                    found.messages.push(message("Ben", true, text));
                }
            }
            Command::CommentResolve { thread, on } => {
                for found in self.threads.values_mut().flatten().filter(|found| found.id == *thread) {
                    found.resolved = *on;
                }
            }
            _ => return false,
        }
        true
    }

    fn comment(&mut self, page: &str, on: &CommentOn, text: &str, flat: Option<&Flat>) {
        self.made += 1;
        let mut thread = CommentView {
            id: format!("thread{}", self.made),
            messages: vec![message("Ben", true, text)],
            ..CommentView::default()
        };
        if let (CommentOn::Range { from, to, .. }, Some(flat)) = (on, flat) {
            let (index, at) = flat.find(*from);
            thread.quote = flat.parts()[index].line.slice(at, at + (to - from)).to_owned();
            thread.place = Some(CommentPlace { from: *from, to: *to, ..CommentPlace::default() });
        }
        self.threads.entry(page.to_owned()).or_default().push(thread);
    }
}

/// A message of a thread.
pub fn message(author: &str, mine: bool, text: &str) -> MessageView {
    let (author_id, when) = (author.to_lowercase(), "2026-11-24T13:20:00Z".to_owned());
    MessageView { author: author.into(), author_id, mine, when, text: text.into() }
}

fn links(paper: &Paper) -> impl Iterator<Item = String> {
    let runs = paper.flat().parts().iter().flat_map(|part| part.line.runs());
    runs.filter_map(|(_, marks)| target(&marks.link.as_ref()?.href).map(str::to_owned))
}

/// Pages that link to one.
pub fn backlinks(pages: &[(PageView, Option<String>, Paper)], id: &str) -> BacklinksView {
    let found = pages.iter().filter(|(.., paper)| links(paper).any(|link| link == id));
    let row = |(page, ..): &(PageView, Option<String>, Paper)| BacklinkView {
        id: page.id.clone(),
        kind: "page".into(),
        title: page.title.clone(),
        context: "see the launch plan".into(),
    };
    BacklinksView { id: id.to_owned(), links: found.map(row).collect() }
}

/// What links lead to.
pub fn targets(pages: &[(PageView, Option<String>, Paper)], ids: &[String]) -> LinkTargetsView {
    let of = |id: &String| {
        let found = pages.iter().find(|(page, ..)| page.id == *id);
        LinkTargetView {
            id: id.clone(),
            kind: if found.is_some() { "page" } else { "" }.into(),
            title: found.map(|(page, ..)| page.title.clone()).unwrap_or_default(),
            present: found.is_some(),
            trashed: false,
        }
    };
    LinkTargetsView { targets: ids.iter().map(of).collect() }
}
