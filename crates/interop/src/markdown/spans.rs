//! The normal form of inline content: lines without white space at their ends, joined runs, marks that begin and end
//! on something visible.

use tern_model::block::{Inline, Marks};

use super::nest::{self, Mark};

/// Rounds of moving marks off white space, and of what else changes where a line begins; each nearly always is the last.
const MAX_ROUNDS: usize = 16;

/// Where inline content stands; that decides what a line break can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A paragraph or the text of a list item: lines may be broken.
    Text,
    /// The same after the box of a task.
    Boxed,
    /// A heading: one line.
    Heading,
    /// A table cell: one line, breaks are `<br>`.
    Cell,
}

/// The normal form.
pub(super) fn settle(inline: Vec<Inline>, place: Place) -> Vec<Inline> {
    let mut runs = settle_once(inline, place);
    if !matches!(place, Place::Text | Place::Boxed) {
        return runs;
    }
    for _ in 0..MAX_ROUNDS {
        if !plain_where_a_block_would_begin(&mut runs, place == Place::Boxed) {
            return runs;
        }
        runs = settle_once(runs, place);
    }
    for run in &mut runs {
        if let Inline::Text { marks, .. } = run {
            marks.raw = false;
        }
    }
    settle_once(runs, place)
}

fn settle_once(inline: Vec<Inline>, place: Place) -> Vec<Inline> {
    if inline.is_empty() {
        return inline;
    }
    let runs = inline.into_iter().map(settle_run).flat_map(|run| break_lines(run, place)).collect();
    let mut runs = trim_marks(settle_nesting(trim_lines(join(runs))));
    runs = trim_lines(runs);
    settle_nesting(runs)
}

/// HTML and the like that came to stand where its reader sees a block of its own (white space before it was taken off, or it
/// was moved): at the begin of a line it is plain text, within itself its lines are joined. Tells whether there was any.
fn plain_where_a_block_would_begin(runs: &mut [Inline], after_box: bool) -> bool {
    let mut any = false;
    for at in 0..runs.len() {
        let (before, rest) = runs.split_at_mut(at);
        let Some((Inline::Text { text, marks }, after)) = rest.split_first_mut() else { continue };
        if !marks.raw {
            continue;
        }
        let first = text.split('\n').next().unwrap_or_default();
        if first.len() < text.len() {
            let start = before.iter().rposition(|run| run.as_text().contains('\n')).unwrap_or(0);
            let mut above: String = before[start..].iter().map(Inline::as_text).collect();
            above = above.rsplit('\n').next().unwrap_or_default().to_owned() + first;
            let begins = text.split('\n').skip(1).any(|line| {
                let begins = super::parse::begins_block(Some(&above), line);
                line.clone_into(&mut above);
                begins
            });
            if begins {
                *text = text.replace('\n', " ");
                any = true;
                continue;
            }
        }
        let line_above = match before.last() {
            None if after_box => continue,
            None => None,
            Some(run) if run.as_text().ends_with('\n') => Some(""),
            Some(_) => continue,
        };
        if opens_mark(marks, before.last()) {
            continue;
        }
        let mut line = first.to_owned();
        for more in std::iter::once(&text[first.len()..]).chain(after.iter().map(seen)) {
            let end = more.find('\n');
            line.push_str(&more[..end.unwrap_or(more.len())]);
            if end.is_some() {
                break;
            }
        }
        if super::parse::begins_block(line_above, &line) {
            marks.raw = false;
            *text = text.replace('\n', " ");
            any = true;
        }
    }
    any
}

/// Whether a mark begins with this run, and so its sign stands before it.
fn opens_mark(marks: &Marks, before: Option<&Inline>) -> bool {
    let open = before.map(Inline::marks).cloned().unwrap_or_default();
    (marks.strong && !open.strong)
        || (marks.em && !open.em)
        || (marks.strike && !open.strike)
        || (marks.link.is_some() && marks.link != open.link)
}

/// What a reader of lines sees of a run: that an image or code is there is all that matters.
fn seen(run: &Inline) -> &str {
    match run {
        Inline::Text { text, marks } if !marks.code => text,
        _ => "a",
    }
}

/// One run without characters that cannot be said, with `code` and `raw` excluding each other.
fn settle_run(run: Inline) -> Inline {
    match run {
        Inline::Text { text, mut marks } => {
            let mut text = super::clean(&text).into_owned();
            if marks.raw {
                marks.code = false;
                text = text.trim_start_matches('\u{feff}').to_owned();
                text = one_line_declarations(without_blank_lines(&text));
            } else if marks.code {
                text = text.replace('\n', " ");
            } else if text.contains(['\u{b}', '\u{c}']) {
                text = text.replace(['\u{b}', '\u{c}'], " ");
            }
            marks.link = marks.link.map(settle_link);
            Inline::Text { text, marks }
        }
        Inline::Image { src, alt, title, mut marks } => {
            marks.link = marks.link.map(settle_link);
            (marks.code, marks.raw) = (false, false);
            let alt = super::clean(&alt).replace(['\n', '\u{b}', '\u{c}'], " ").trim().to_owned();
            Inline::Image { src: super::clean(&src).into_owned(), alt, title: settle_title(&title), marks }
        }
    }
}

fn settle_link(mut link: tern_model::block::Link) -> tern_model::block::Link {
    link.href = super::clean(&link.href).into_owned();
    link.title = settle_title(&link.title);
    link
}

fn settle_title(title: &str) -> String {
    super::clean(title).into_owned()
}

/// `<!NAME ..>` ends at its first `>`, and a line within a quote begins with one.
fn one_line_declarations(text: String) -> String {
    if !text.contains('\n') || !text.contains("<!") {
        return text;
    }
    let mut inside = false;
    let joined = text.char_indices().map(|(at, c)| {
        let rest = text[at..].strip_prefix("<!");
        inside |= rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
        inside &= c != '>';
        if inside && c == '\n' { ' ' } else { c }
    });
    joined.collect()
}

fn without_blank_lines(text: &str) -> String {
    if !text.contains('\n') {
        return text.to_owned();
    }
    let mut out: Vec<&str> = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        if index == 0 {
            out.push(line.trim_end_matches([' ', '\t']));
        } else if !line.trim().is_empty() {
            out.push(line.trim_matches([' ', '\t']));
        }
    }
    let mut joined = out.join("\n");
    if text.trim_end_matches([' ', '\t']).ends_with('\n') && !joined.is_empty() {
        joined.push('\n');
    }
    joined
}

/// Turns line breaks into what the place can hold.
fn break_lines(run: Inline, place: Place) -> Vec<Inline> {
    let Inline::Text { text, marks } = run else { return vec![run] };
    if matches!(place, Place::Text | Place::Boxed) || !text.contains('\n') {
        return vec![Inline::Text { text, marks }];
    }
    if place == Place::Heading || marks.raw {
        return vec![Inline::Text { text: text.replace('\n', " "), marks }];
    }
    let broken = Marks { raw: true, ..marks.clone() };
    let mut out = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push(Inline::Text { text: "<br>".to_owned(), marks: broken.clone() });
        }
        out.push(Inline::Text { text: line.to_owned(), marks: marks.clone() });
    }
    out
}

/// Says the order of marks only where it is not the usual one, and joins.
fn settle_nesting(runs: Vec<Inline>) -> Vec<Inline> {
    let nestings = nest::nestings(&runs);
    let mut runs = runs;
    for (run, nesting) in runs.iter_mut().zip(nestings) {
        let (Inline::Text { marks, .. } | Inline::Image { marks, .. }) = run;
        marks.nesting = nesting;
    }
    join(runs)
}

/// Joins neighbours with the same marks and drops empty ones.
pub(super) fn join(runs: Vec<Inline>) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::with_capacity(runs.len());
    for run in runs {
        if let Inline::Text { text, marks } = &run {
            if text.is_empty() {
                continue;
            }
            if let Some(Inline::Text { text: before, marks: same }) = out.last_mut()
                && same == marks
            {
                before.push_str(text);
                continue;
            }
        }
        out.push(run);
    }
    out
}

fn is_plain(marks: &Marks) -> bool {
    !marks.code && !marks.raw
}

/// Takes spaces and tabs off both ends of every line and line breaks off both ends of the whole.
fn trim_lines(runs: Vec<Inline>) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::with_capacity(runs.len());
    let mut line_start = true;
    let mut any = false;
    for run in runs {
        match run {
            Inline::Text { text, marks } if is_plain(&marks) => {
                let mut kept = String::with_capacity(text.len());
                for c in text.chars() {
                    match c {
                        ' ' | '\t' if line_start => {}
                        '\n' if !any => {}
                        '\n' => {
                            trim_end(&mut kept, &mut out);
                            kept.push('\n');
                            line_start = true;
                        }
                        c => {
                            kept.push(c);
                            (line_start, any) = (false, any || !matches!(c, ' ' | '\t'));
                        }
                    }
                }
                out.push(Inline::Text { text: kept, marks });
            }
            Inline::Text { ref text, .. } if text.is_empty() => {}
            other => {
                line_start = matches!(&other, Inline::Text { text, .. } if text.ends_with('\n'));
                any = true;
                out.push(other);
            }
        }
    }
    trim_all_end(&mut out);
    out
}

/// Takes spaces off the end of the line being written, back over earlier runs.
fn trim_end(kept: &mut String, out: &mut [Inline]) {
    kept.truncate(kept.trim_end_matches([' ', '\t']).len());
    if !kept.is_empty() {
        return;
    }
    for run in out.iter_mut().rev() {
        match run {
            Inline::Text { text, marks } if is_plain(marks) => {
                text.truncate(text.trim_end_matches([' ', '\t']).len());
                if !text.is_empty() {
                    return;
                }
            }
            _ => return,
        }
    }
}

fn trim_all_end(out: &mut Vec<Inline>) {
    while let Some(Inline::Text { text, marks }) = out.last_mut() {
        if is_plain(marks) {
            text.truncate(text.trim_end_matches([' ', '\t', '\n']).len());
        } else if marks.raw {
            text.truncate(text.trim_end_matches('\n').len());
        }
        if !text.is_empty() {
            return;
        }
        out.pop();
    }
}

/// Takes strong, em and strike off white space, and links off line breaks, at which their segments begin or end.
fn trim_marks(mut runs: Vec<Inline>) -> Vec<Inline> {
    for _ in 0..MAX_ROUNDS {
        let (segments, _) = nest::nest(&runs);
        let mut cuts: Vec<Cut> = Vec::new();
        for segment in &segments {
            edge_cuts(&runs, segment, &mut cuts);
        }
        if cuts.is_empty() {
            return runs;
        }
        runs = settle_nesting(apply_cuts(runs, cuts));
    }
    settle_nesting(runs.into_iter().flat_map(bare_white_space).collect())
}

/// Bytes of one run (from, to) that lose a mark.
struct Cut {
    run: usize,
    from: usize,
    to: usize,
    mark: Mark,
}

fn edge_cuts(runs: &[Inline], segment: &nest::Segment, cuts: &mut Vec<Cut>) {
    let mut cut = |run, from, to| cuts.push(Cut { run, from, to, mark: segment.mark.clone() });
    let is_link = matches!(segment.mark, Mark::Link(_));
    let blank = |c: char| c == '\n' || (!is_link && c.is_whitespace());
    let mut first = segment.from;
    while first < segment.to {
        let Some(text) = white_candidate(&runs[first]) else { break };
        let rest = text.trim_start_matches(blank).len();
        if rest < text.len() {
            cut(first, 0, text.len() - rest);
        }
        if rest > 0 {
            break;
        }
        first += 1;
    }
    for last in (first..segment.to).rev() {
        let Some(text) = white_candidate(&runs[last]) else { break };
        let kept = text.trim_end_matches(blank).len();
        if kept < text.len() {
            cut(last, kept, text.len());
        }
        if kept > 0 {
            break;
        }
    }
}

fn white_candidate(run: &Inline) -> Option<&str> {
    match run {
        Inline::Text { text, marks } if is_plain(marks) => Some(text),
        _ => None,
    }
}

fn apply_cuts(runs: Vec<Inline>, mut cuts: Vec<Cut>) -> Vec<Inline> {
    cuts.sort_by_key(|c| c.run);
    let mut cuts = cuts.into_iter().peekable();
    let mut out = Vec::with_capacity(runs.len() + 4);
    for (index, run) in runs.into_iter().enumerate() {
        let mut here = Vec::new();
        while let Some(cut) = cuts.next_if(|c| c.run == index) {
            here.push(cut);
        }
        match run {
            Inline::Text { text, marks } if !here.is_empty() => split_run(&text, &marks, &here, &mut out),
            run => out.push(run),
        }
    }
    out
}

fn split_run(text: &str, marks: &Marks, cuts: &[Cut], out: &mut Vec<Inline>) {
    let mut bounds: Vec<usize> = cuts.iter().flat_map(|c| [c.from, c.to]).chain([0, text.len()]).collect();
    bounds.sort_unstable();
    bounds.dedup();
    for pair in bounds.windows(2) {
        let &[from, to] = pair else { continue };
        let mut marks = marks.clone();
        for cut in cuts.iter().filter(|c| c.from <= from && to <= c.to) {
            drop_mark(&mut marks, &cut.mark);
        }
        out.push(Inline::Text { text: text.get(from..to).unwrap_or_default().to_owned(), marks });
    }
}

fn drop_mark(marks: &mut Marks, mark: &Mark) {
    match mark {
        Mark::Strong => marks.strong = false,
        Mark::Em => marks.em = false,
        Mark::Strike => marks.strike = false,
        Mark::Link(_) => marks.link = None,
    }
}

/// The last resort of [`trim_marks`]: no white space in plain text keeps strong, em or strike.
fn bare_white_space(run: Inline) -> Vec<Inline> {
    let Inline::Text { text, marks } = &run else { return vec![run] };
    if !is_plain(marks) {
        return vec![run];
    }
    let link = marks.link.clone().filter(|_| !text.contains('\n'));
    let bare = Marks { strong: false, em: false, strike: false, link, ..marks.clone() };
    let mut out: Vec<Inline> = Vec::new();
    let mut piece = String::new();
    let mut white = None;
    for c in text.chars() {
        if white.is_some_and(|w: bool| w != c.is_whitespace()) {
            let marks = if white == Some(true) { bare.clone() } else { marks.clone() };
            out.push(Inline::Text { text: std::mem::take(&mut piece), marks });
        }
        white = Some(c.is_whitespace());
        piece.push(c);
    }
    let marks = if white == Some(true) { bare } else { marks.clone() };
    out.push(Inline::Text { text: piece, marks });
    out
}
