//! `[[wiki links]]`: found in plain text, and written back as they were.

use tern_model::block::{Inline, Link, Marks};

use crate::links::PageLink;

/// Longest text between the brackets of a wiki link, in bytes.
const MAX_LENGTH: usize = 1024;

/// What stands between `[[` and `]]`.
pub(crate) struct Wiki<'a> {
    /// Page name or path.
    pub name: &'a str,
    /// After `#`.
    pub fragment: &'a str,
    /// Name with fragment.
    target: &'a str,
    /// After `|`.
    alias: Option<&'a str>,
}

impl<'a> Wiki<'a> {
    /// Reads the inside of the brackets.
    fn parse(inner: &'a str) -> Option<Wiki<'a>> {
        let (target, alias) = match inner.split_once('|') {
            Some((target, alias)) => (target, Some(alias)),
            None => (inner, None),
        };
        let (name, fragment) = target.split_once('#').unwrap_or((target, ""));
        let whole = !name.trim().is_empty() && alias.is_none_or(|a| !a.trim().is_empty() && a == a.trim());
        (whole && target == target.trim()).then_some(Wiki { name, fragment, target, alias })
    }
}

/// Turns the wiki links of plain text into links; `find` gives the address for a name, or `None` to leave the text.
pub(crate) fn link(
    runs: Vec<Inline>,
    find: &mut dyn FnMut(&Wiki<'_>, String) -> Option<String>,
) -> Vec<Inline> {
    let mut out = Vec::with_capacity(runs.len());
    for run in runs {
        match run {
            Inline::Text { text, marks } if is_plain(&marks) && text.contains("[[") => {
                split(&text, &marks, find, &mut out);
            }
            run => out.push(run),
        }
    }
    out
}

fn is_plain(marks: &Marks) -> bool {
    !marks.code && !marks.raw && marks.link.is_none()
}

fn split(
    text: &str,
    marks: &Marks,
    find: &mut dyn FnMut(&Wiki<'_>, String) -> Option<String>,
    out: &mut Vec<Inline>,
) {
    let mut plain = 0;
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find("[[")).map(|found| at + found) {
        at = open + 2;
        let Some((inner, end)) = closed(text, open) else { continue };
        let embed = text.get(..open).is_some_and(|before| before.ends_with('!'));
        let Some(wiki) = Wiki::parse(inner).filter(|_| !embed) else { continue };
        let written = format!("[[{}{}", wiki.target, if wiki.alias.is_some() { "|" } else { "" });
        let Some(href) = find(&wiki, written) else { continue };
        out.push(Inline::Text {
            text: text.get(plain..open).unwrap_or_default().to_owned(),
            marks: marks.clone(),
        });
        let link = Some(Link { href, title: String::new() });
        let shown = wiki.alias.unwrap_or(wiki.target).to_owned();
        out.push(Inline::Text { text: shown, marks: Marks { link, ..marks.clone() } });
        (plain, at) = (end, end);
    }
    out.push(Inline::Text { text: text.get(plain..).unwrap_or_default().to_owned(), marks: marks.clone() });
    out.retain(|run| !matches!(run, Inline::Text { text, .. } if text.is_empty()));
}

/// The text between `[[` at `open` and the next `]]` on the same line, and where it ends.
fn closed(text: &str, open: usize) -> Option<(&str, usize)> {
    let rest = text.get(open + 2..)?;
    let end = rest.bytes().take(MAX_LENGTH).position(|b| matches!(b, b'[' | b']' | b'\n'))?;
    rest.get(end..)?.starts_with("]]").then(|| (rest.get(..end).unwrap_or_default(), open + 2 + end + 2))
}

/// Writes links that were wiki links as such again; `still` tells whether name and spelling lead to the page.
pub(crate) fn unlink(runs: Vec<Inline>, still: &mut dyn FnMut(&PageLink, &str) -> bool) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::with_capacity(runs.len());
    let mut runs = runs.into_iter().peekable();
    while let Some(run) = runs.next() {
        let Some((target, aliased, link)) = wiki_target(&run, still) else {
            out.push(run);
            continue;
        };
        let mut group = vec![run];
        while let Some(next) = runs.next_if(|next| next.marks().link.as_ref() == Some(&link)) {
            group.push(next);
        }
        let shown: String = group.iter().map(Inline::as_text).collect();
        let mut inside = if !aliased && shown == target {
            vec![Inline::text(target)]
        } else {
            let mut inside = vec![Inline::text(format!("{target}|"))];
            inside.extend(group.iter().cloned());
            inside
        };
        let outer = Marks { link: None, ..group.first().map(|r| r.marks().clone()).unwrap_or_default() };
        inside.insert(0, Inline::text("[["));
        inside.push(Inline::text("]]"));
        let same = group.iter().all(|run| Marks { link: None, ..run.marks().clone() } == outer);
        for mut run in inside {
            let (Inline::Text { marks, .. } | Inline::Image { marks, .. }) = &mut run;
            marks.link = None;
            if same {
                marks.clone_from(&outer);
            }
            out.push(run);
        }
    }
    out
}

fn wiki_target(run: &Inline, still: &mut dyn FnMut(&PageLink, &str) -> bool) -> Option<(String, bool, Link)> {
    let link = run.marks().link.as_ref()?;
    let page = PageLink::parse(&link.href)?;
    let written = page.written.as_deref()?.strip_prefix("[[")?;
    let (target, aliased) = match written.strip_suffix('|') {
        Some(target) => (target, true),
        None => (written, false),
    };
    let name = target.split('#').next().unwrap_or_default();
    let plain = matches!(run, Inline::Text { text, marks } if !marks.code && !marks.raw && !text.contains([']', '[', '\n']));
    (plain && still(&page, name)).then(|| (target.to_owned(), aliased, link.clone()))
}
