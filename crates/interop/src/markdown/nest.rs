//! Which mark lies inside which: runs with sets of marks become properly nested segments.
//!
//! Marks that overlap in part are split at the end of the outer one; a link is never split.

use tern_model::block::{Inline, Link, Marks};

/// A mark that has delimiters around its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// A link.
    Link(Link),
    /// Strong emphasis.
    Strong,
    /// Emphasis.
    Em,
    /// Struck through.
    Strike,
}

/// A mark and the runs it spans without a break (first, one past the last).
#[derive(Debug, Clone)]
pub(super) struct Segment {
    /// What it is.
    pub mark: Mark,
    /// Index of the first run.
    pub from: usize,
    /// One past the last run.
    pub to: usize,
    /// It spans the same runs as another mark, in an order that is not the usual one.
    unusual: bool,
}

impl Mark {
    /// Its letter in [`Marks::nesting`].
    fn letter(&self) -> char {
        match self {
            Mark::Strong => 's',
            Mark::Em => 'e',
            Mark::Strike => 'k',
            Mark::Link(_) => 'l',
        }
    }
}

/// One step of the walk over the runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The segment of this index begins.
    Open(usize),
    /// The segment of this index ends.
    Close(usize),
    /// The run of this index.
    Run(usize),
}

/// The marks of a run, outermost first where they span the same runs.
fn marks_of(marks: &Marks) -> Vec<Mark> {
    let mut out = Vec::new();
    out.extend(marks.strong.then_some(Mark::Strong));
    out.extend(marks.em.then_some(Mark::Em));
    out.extend(marks.strike.then_some(Mark::Strike));
    out.extend(marks.link.clone().map(Mark::Link));
    out
}

fn has(marks: &Marks, mark: &Mark) -> bool {
    match mark {
        Mark::Link(link) => marks.link.as_ref() == Some(link),
        Mark::Strong => marks.strong,
        Mark::Em => marks.em,
        Mark::Strike => marks.strike,
    }
}

/// For every run, where the stretch of runs with the same link, strong, em and strike ends.
fn extents(runs: &[Inline]) -> Vec<[usize; 4]> {
    let mut out = vec![[0; 4]; runs.len()];
    for at in (0..runs.len()).rev() {
        let here = runs[at].marks();
        let next = runs.get(at + 1).map(Inline::marks);
        let mut ends = [at + 1; 4];
        if let Some(next) = next {
            let after = out[at + 1];
            let same = [
                here.link == next.link,
                here.strong == next.strong,
                here.em == next.em,
                here.strike == next.strike,
            ];
            for (slot, end) in ends.iter_mut().enumerate() {
                if same[slot] {
                    *end = after[slot];
                }
            }
        }
        out[at] = ends;
    }
    out
}

fn extent(extents: &[usize; 4], mark: &Mark) -> usize {
    match mark {
        Mark::Link(_) => extents[0],
        Mark::Strong => extents[1],
        Mark::Em => extents[2],
        Mark::Strike => extents[3],
    }
}

/// What [`Marks::nesting`] says of each run in normal form: nothing, unless an unusual order shows there.
pub(super) fn nestings(runs: &[Inline]) -> Vec<String> {
    let (segments, steps) = nest(runs);
    let mut open: Vec<usize> = Vec::new();
    let mut out = vec![String::new(); runs.len()];
    for step in steps {
        match step {
            Step::Open(segment) => open.push(segment),
            Step::Close(_) => {
                open.pop();
            }
            Step::Run(run) if open.iter().any(|&s| segments[s].unusual) => {
                out[run] = open.iter().map(|&s| segments[s].mark.letter()).collect();
            }
            Step::Run(_) => {}
        }
    }
    out
}

/// Nests the marks of `runs`.
pub(super) fn nest(runs: &[Inline]) -> (Vec<Segment>, Vec<Step>) {
    let extents = extents(runs);
    let mut segments: Vec<Segment> = Vec::new();
    let mut steps = Vec::with_capacity(runs.len());
    let mut open: Vec<usize> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let marks = run.marks();
        let stays = |segment: &Segment, from: usize| has(marks, &segment.mark) && from <= at;
        let mut keep =
            open.iter().position(|&s| !stays(&segments[s], segments[s].from)).unwrap_or(open.len());
        let link_open = open[..keep].iter().any(|&s| matches!(segments[s].mark, Mark::Link(_)));
        if marks.link.is_some() && !link_open {
            let link_end = extents[at][0];
            let ends_inside =
                open[..keep].iter().position(|&s| extent(&extents[at], &segments[s].mark) < link_end);
            keep = ends_inside.unwrap_or(keep);
        }
        while open.len() > keep
            && let Some(segment) = open.pop()
        {
            segments[segment].to = at;
            steps.push(Step::Close(segment));
        }
        let mut begin: Vec<Mark> = marks_of(marks);
        begin.retain(|mark| !open.iter().any(|&s| segments[s].mark == *mark));
        begin.sort_by_key(|mark| std::cmp::Reverse(extent(&extents[at], mark)));
        let usual = begin.clone();
        let place = |mark: &Mark| marks.nesting.find(mark.letter());
        begin.sort_by_key(|mark| (std::cmp::Reverse(extent(&extents[at], mark)), place(mark)));
        for (mark, usual) in begin.into_iter().zip(usual) {
            open.push(segments.len());
            steps.push(Step::Open(segments.len()));
            segments.push(Segment { unusual: mark != usual, mark, from: at, to: runs.len() });
        }
        steps.push(Step::Run(at));
    }
    steps.extend(open.into_iter().rev().map(Step::Close));
    (segments, steps)
}
