//! What was combined while people were apart, place by place: both sides, and what came of them.

use tern_model::block::{Block, BlockKind, Inline};
use tern_model::flat::Flat;
use tern_peer::{MergeBlockView, MergeFieldView, MergeSideView, MergeView, MergesView};

use super::data::{Run, Touch, kind_name};
use super::words::{self, Fate};
use crate::gui::clock::Clock;

/// Most places that are shown.
const PLACES_MAX: usize = 200;

/// What was combined there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A block.
    Block {
        /// Its marker.
        marker: String,
    },
    /// A field.
    Field {
        /// Its name.
        name: String,
        /// Its values: one's own, the others', and which won.
        values: [String; 3],
    },
}

/// One side of a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// Whose it is: `Yours`, `Carla’s`.
    pub whose: String,
    /// Name for the initials.
    pub name: String,
    /// When, in both zones where they differ.
    pub when: String,
    /// The document as this side had it.
    pub heads: String,
    /// What this side did.
    pub runs: Vec<Run>,
    /// How much that is.
    pub counts: String,
    /// Why it cannot be restored; empty where it can.
    pub fixed: String,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Tells places apart.
    pub key: String,
    /// Where it is: `Pilot, paragraph 1`.
    pub title: String,
    /// Who was there: `You and Carla`.
    pub who: String,
    /// What was combined.
    pub what: What,
    /// One's own side.
    pub mine: Side,
    /// The others'.
    pub theirs: Side,
    /// What came of them.
    pub merged: Vec<Run>,
    /// Whose letters stand in it.
    pub legend: String,
}

/// Place of a member's clock, by member id.
pub type Zones<'a> = &'a dyn Fn(&str) -> Option<String>;

/// All places, in the order in which the engine tells them.
pub fn build(merges: &MergesView, flat: &Flat, clock: &Clock, zones: Zones<'_>) -> Vec<Place> {
    let of = |merge: &MergeView| {
        let sides = (side(&merge.mine, true, clock, zones), side(&merge.theirs, false, clock, zones));
        let blocks = merge.blocks.iter().map(|block| of_block(merge, block, &sides, flat));
        let fields = merge.fields.iter().map(|field| of_field(merge, field, &sides));
        blocks.chain(fields).collect::<Vec<_>>()
    };
    merges.merges.iter().flat_map(of).take(PLACES_MAX).collect()
}

/// `2 paragraphs were combined while you were apart`
pub fn chip_words(merges: &MergesView) -> Option<String> {
    let blocks = merges.merges.iter().map(|merge| merge.blocks.len()).sum::<usize>();
    let fields = merges.merges.iter().map(|merge| merge.fields.len()).sum::<usize>();
    let (count, one) = match (blocks, fields) {
        (0, 0) => return None,
        (blocks, 0) => (blocks, "paragraph"),
        (blocks, fields) => (blocks + fields, "place"),
    };
    Some(match count {
        1 => format!("1 {one} was combined while you were apart"),
        count => format!("{count} {one}s were combined while you were apart"),
    })
}

fn side(side: &MergeSideView, mine: bool, clock: &Clock, zones: Zones<'_>) -> Side {
    let names: Vec<&str> = side.authors.iter().map(|author| author.name.as_str()).collect();
    let (whose, name) = match (mine, names.as_slice()) {
        (true, _) => ("Yours".to_owned(), names.first().copied().unwrap_or("you").to_owned()),
        (false, []) => ("Theirs".to_owned(), "?".to_owned()),
        (false, [one]) => (format!("{one}’s"), (*one).to_owned()),
        (false, [one, ..]) => (format!("{}’s", names.join(" and ")), (*one).to_owned()),
    };
    let zone = side.authors.first().filter(|_| !mine).and_then(|author| zones(&author.member));
    let when = clock.both(&side.to, zone.as_deref());
    Side { whose, name, when, heads: side.heads.clone(), ..Side::default() }
}

fn of_block(merge: &MergeView, block: &MergeBlockView, sides: &(Side, Side), flat: &Flat) -> Place {
    let text = |block: &Option<Block>| block.as_ref().map(shown_text).unwrap_or_default();
    let texts = [text(&block.base), text(&block.mine), text(&block.theirs), text(&block.merged)];
    let fixed = |block: &Option<Block>| match block {
        Some(_) => String::new(),
        None => "This side deleted it: delete it on the page itself".to_owned(),
    };
    let title = block.index.map_or_else(|| "Gone from the page".to_owned(), |index| where_is(flat, index));
    let key = format!("{}/{}", merge.merged_heads, block.marker);
    let mut place = place(key, title, What::Block { marker: block.marker.clone() }, sides, &texts);
    (place.mine.fixed, place.theirs.fixed) = (fixed(&block.mine), fixed(&block.theirs));
    place
}

fn of_field(merge: &MergeView, field: &MergeFieldView, sides: &(Side, Side)) -> Place {
    let texts = [&field.base, &field.mine, &field.theirs, &field.merged].map(Clone::clone);
    let title = match field.field.as_str() {
        "title" => "Title of this page".to_owned(),
        other => format!("“{other}” of this page"),
    };
    let what = What::Field {
        name: field.field.clone(),
        values: [field.mine.clone(), field.theirs.clone(), field.merged.clone()],
    };
    let key = format!("{}/{}", merge.merged_heads, field.field);
    let mut place = place(key, title, what, sides, &texts);
    if field.field != "title" {
        let fixed = "Set it where it is shown";
        (place.mine.fixed, place.theirs.fixed) = (fixed.to_owned(), fixed.to_owned());
    }
    place
}

/// `texts`: before, one's own, the others', and what came of them.
fn place(key: String, title: String, what: What, sides: &(Side, Side), texts: &[String; 4]) -> Place {
    let [base, mine, theirs, merged] = texts;
    let (mut own, mut other) = sides.clone();
    own.runs = runs(base, mine, |_| String::new());
    other.runs = runs(base, theirs, |_| String::new());
    (own.counts, other.counts) = (counts(&own.runs), counts(&other.runs));
    let letters = letters(&own.name, &other.name);
    let did = words::compare(base, mine);
    let whose = |word: &words::Word<'_>| {
        let theirs = !did.contains(word);
        letters[usize::from(theirs)].clone()
    };
    let merged = runs(base, merged, whose);
    let legend = format!("{} you · {} {}", letters[0], letters[1], other.name);
    let who = format!("You and {}", other.name);
    Place { key, title, who, what, mine: own, theirs: other, merged, legend }
}

fn letters(mine: &str, theirs: &str) -> [String; 2] {
    let of = |name: &str, count: usize| name.chars().take(count).collect::<String>().to_uppercase();
    let (a, b) = (of(mine, 1), of(theirs, 1));
    if a == b { [a, of(theirs, 2)] } else { [a, b] }
}

fn runs(old: &str, new: &str, whose: impl Fn(&words::Word<'_>) -> String) -> Vec<Run> {
    let mut out: Vec<(Touch, String, String)> = Vec::new();
    for word in words::compare(old, new) {
        let touch = match word.fate {
            Fate::Keep => Touch::Keep,
            Fate::Delete => Touch::Delete,
            Fate::Insert => Touch::Insert,
        };
        let by = if touch == Touch::Keep { String::new() } else { whose(&word) };
        let space = word.text.trim().is_empty();
        match out.last_mut().filter(|(last, _, who)| *last == touch && (*who == by || space)) {
            Some((_, text, _)) => text.push_str(word.text),
            None => out.push((touch, word.text.to_owned(), by)),
        }
    }
    let run =
        |(touch, text, by): (Touch, String, String)| Run { touch, content: vec![Inline::text(text)], by };
    out.into_iter().map(run).collect()
}

/// `2 insertions, 1 deletion`
fn counts(runs: &[Run]) -> String {
    let of = |touch| runs.iter().filter(|run| run.touch == touch).count();
    let many = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    match (of(Touch::Insert), of(Touch::Delete)) {
        (0, 0) => "other marks or kind".to_owned(),
        (inserts, 0) => many(inserts, "insertion"),
        (0, deletes) => many(deletes, "deletion"),
        (inserts, deletes) => format!("{}, {}", many(inserts, "insertion"), many(deletes, "deletion")),
    }
}

/// A block's text; a table row by row.
fn shown_text(block: &Block) -> String {
    let BlockKind::Table { table } = &block.kind else { return block.text() };
    let cell = |cell: &Vec<Inline>| cell.iter().map(Inline::as_text).collect::<String>();
    let row = |row: &Vec<Vec<Inline>>| row.iter().map(cell).collect::<Vec<_>>().join(" | ");
    table.rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

/// `Pilot, paragraph 1`: the heading above a block, and which block under it that is.
fn where_is(flat: &Flat, index: usize) -> String {
    let blocks: Vec<_> = flat.parts().iter().filter(|part| part.head.is_some()).collect();
    let Some(part) = blocks.get(index) else { return "On this page".to_owned() };
    let kind = |at: usize| blocks[at].head.as_ref().map(|head| &head.kind);
    let name = part.head.as_ref().map_or("block", |head| kind_name(&head.kind));
    let is_heading = |at: &usize| matches!(kind(*at), Some(BlockKind::Heading { .. }));
    let heading = (0..index).rev().find(is_heading);
    if is_heading(&index) {
        return format!("Heading “{}”", part.line.text());
    }
    let first = heading.map_or(0, |at| at + 1);
    let same = |at: &usize| kind(*at).is_some_and(|kind| kind_name(kind) == name);
    let nth = (first..=index).filter(same).count();
    match heading {
        Some(at) => format!("{}, {name} {nth}", blocks[at].line.text()),
        None => format!("Top, {name} {nth}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::past::data::spoken_runs;
    use tern_peer::AuthorView;

    fn text(text: &str) -> Option<Block> {
        Some(Block::plain(BlockKind::Paragraph, text))
    }

    fn sample() -> MergesView {
        let side = |name: &str, mine, to: &str| MergeSideView {
            heads: format!("{name}-heads"),
            authors: vec![AuthorView { member: name.into(), name: name.into(), mine, when: to.into() }],
            from: to.into(),
            to: to.into(),
        };
        let block = MergeBlockView {
            marker: "m1".into(),
            index: Some(1),
            base: text("The pilot runs on two boats from 1 December."),
            mine: text("The pilot runs on three boats from 1 December."),
            theirs: text("The pilot runs on two boats and the Apapa ferry from 7 December."),
            merged: text("The pilot runs on three boats and the Apapa ferry from 7 December."),
        };
        let merge = MergeView {
            merged_heads: "both".into(),
            mine: side("Ben", true, "2026-11-23T17:10:00Z"),
            theirs: side("Carla", false, "2026-11-23T23:20:00Z"),
            blocks: vec![block],
            fields: vec![MergeFieldView {
                field: "title".into(),
                base: "Plan".into(),
                mine: "Plan A".into(),
                theirs: "Plan B".into(),
                merged: "Plan B".into(),
            }],
            ..MergeView::default()
        };
        MergesView { merges: vec![merge], heads: "now".into() }
    }

    #[test]
    fn a_place_shows_both_sides_and_what_came_of_them_with_whose_hand_it_was() {
        let flat = Flat::of(&[
            Block::plain(BlockKind::Heading { level: 2 }, "Pilot"),
            Block::plain(BlockKind::Paragraph, "The pilot"),
        ]);
        let clock = Clock::new(Some(1_795_533_000_000), "Europe/London");
        let zones = |member: &str| (member == "Carla").then(|| "America/Los_Angeles".to_owned());
        let places = build(&sample(), &flat, &clock, &zones);
        let place = &places[0];
        assert_eq!((place.title.as_str(), place.who.as_str()), ("Pilot, paragraph 1", "You and Carla"));
        assert_eq!((place.mine.whose.as_str(), place.mine.when.as_str()), ("Yours", "Mon 17:10"));
        assert_eq!(place.theirs.when, "Mon 23:20 · 15:20 theirs");
        assert_eq!(
            (place.mine.counts.as_str(), place.theirs.counts.as_str()),
            ("1 insertion, 1 deletion", "2 insertions, 1 deletion")
        );
        assert_eq!(
            spoken_runs(&place.merged, false),
            "The pilot runs on [removed B: two][inserted B: three] boats [inserted C: and the Apapa ferry ]from \
             [removed C: 1][inserted C: 7] December."
        );
        assert_eq!(place.legend, "B you · C Carla");
        assert_eq!(places[1].title, "Title of this page");
        assert_eq!(places[1].mine.fixed, "", "a title can be set to either");
        assert_eq!(chip_words(&sample()).as_deref(), Some("2 places were combined while you were apart"));
    }

    #[test]
    fn a_side_that_deleted_the_block_says_why_it_cannot_be_restored_here() {
        let mut merges = sample();
        merges.merges[0].blocks[0].theirs = None;
        merges.merges[0].fields.clear();
        let clock = Clock::new(Some(1_795_533_000_000), "Europe/London");
        let places = build(&merges, &Flat::of(&[]), &clock, &|_| None);
        assert!(places[0].theirs.fixed.starts_with("This side deleted it"));
        assert_eq!(places[0].title, "On this page");
        assert_eq!(chip_words(&merges).as_deref(), Some("1 paragraph was combined while you were apart"));
        assert_eq!(chip_words(&MergesView::default()), None);
    }
}
