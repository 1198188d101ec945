//! Colours of code blocks, worked out away from the window's thread; until they are here code is plain.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};

use egui::Color32;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

use super::pictures::Spawn;
use crate::gui::backend::Wake;
use crate::gui::look::Look;

/// Code beyond which nothing is coloured, bytes.
const CODE_MAX: usize = 200 * 1024;
/// Lines beyond which a line is not coloured, bytes.
const LINE_MAX: usize = 4 * 1024;
/// Most blocks whose colours are kept.
const KEPT_MAX: usize = 64;

/// What a stretch of code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A comment.
    Comment,
    /// A string or character.
    Text,
    /// A keyword or type of the language.
    Keyword,
}

/// A stretch of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First character.
    pub from: usize,
    /// End.
    pub to: usize,
    /// What it is.
    pub class: Class,
}

impl Class {
    /// Colour, and whether it is bold.
    pub fn colour(self, p: &Look) -> (Color32, bool) {
        match self {
            Class::Comment => (p.ink3, false),
            Class::Text => (p.add, false),
            Class::Keyword => (p.ink, true),
        }
    }
}

fn syntaxes() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(SyntaxSet::load_defaults_newlines)
}

/// The coloured stretches of code in a language; none for one that is not known.
pub fn spans(language: &str, code: &str) -> Vec<Span> {
    let set = syntaxes();
    let name = language.split([' ', ',', '{']).next().unwrap_or_default();
    let Some(syntax) = set.find_syntax_by_token(name).filter(|_| !name.is_empty() && code.len() <= CODE_MAX)
    else {
        return Vec::new();
    };
    let (mut state, mut stack) = (ParseState::new(syntax), ScopeStack::new());
    let (mut out, mut at): (Vec<Span>, usize) = (Vec::new(), 0);
    for line in code.split_inclusive('\n') {
        let count = line.chars().count();
        if line.len() <= LINE_MAX
            && let Ok(ops) = state.parse_line(line, set)
        {
            let mut byte = 0;
            for (end, op) in &ops {
                push(&mut out, at, line, byte..*end, &stack);
                byte = *end;
                if stack.apply(op).is_err() {
                    return out;
                }
            }
            push(&mut out, at, line, byte..line.len(), &stack);
        }
        at += count;
    }
    out
}

fn push(out: &mut Vec<Span>, at: usize, line: &str, bytes: std::ops::Range<usize>, stack: &ScopeStack) {
    let Some(class) = class(stack.as_slice()).filter(|_| !bytes.is_empty()) else { return };
    let (Some(before), Some(text)) = (line.get(..bytes.start), line.get(bytes)) else { return };
    let from = at + before.chars().count();
    let to = from + text.chars().count();
    match out.last_mut() {
        Some(last) if last.to == from && last.class == class => last.to = to,
        _ => out.push(Span { from, to, class }),
    }
}

fn class(scopes: &[Scope]) -> Option<Class> {
    scopes.iter().rev().find_map(|scope| {
        let name = scope.build_string();
        let has = |prefix: &str| name.starts_with(prefix);
        if has("comment") || has("punctuation.definition.comment") {
            Some(Class::Comment)
        } else if has("string") || has("constant.character") || has("punctuation.definition.string") {
            Some(Class::Text)
        } else if (has("keyword") && !has("keyword.operator")) || has("storage") || has("constant.language") {
            Some(Class::Keyword)
        } else {
            None
        }
    })
}

type Found = (u64, u64, Vec<Span>);

/// The colours of the code blocks of a page.
pub struct Highlights {
    known: BTreeMap<u64, (u64, Arc<Vec<Span>>)>,
    wanted: Vec<(u64, u64, String, String)>,
    asked: BTreeMap<u64, u64>,
    found: (SyncSender<Found>, Receiver<Found>),
}

impl std::fmt::Debug for Highlights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Highlights").field("known", &self.known.len()).finish_non_exhaustive()
    }
}

impl Default for Highlights {
    fn default() -> Self {
        let found = sync_channel(KEPT_MAX);
        Highlights { known: BTreeMap::new(), wanted: Vec::new(), asked: BTreeMap::new(), found }
    }
}

impl Highlights {
    /// The colours of a block at a revision; asks for them when they are not here. An older block's colours stand in only
    /// when it is this revision: places would not fit.
    pub fn get(&mut self, key: u64, rev: u64, language: &str, code: &str) -> Option<Arc<Vec<Span>>> {
        if let Some((known, spans)) = self.known.get(&key)
            && *known == rev
        {
            return Some(spans.clone());
        }
        if self.asked.get(&key) != Some(&rev) && !language.is_empty() && self.wanted.len() < KEPT_MAX {
            self.asked.insert(key, rev);
            self.wanted.push((key, rev, language.to_owned(), code.to_owned()));
        }
        None
    }

    /// Hands out what is wanted, takes in what is found.
    pub fn work(&mut self, wake: &Wake, spawn: &Spawn) {
        for (key, rev, language, code) in std::mem::take(&mut self.wanted) {
            let (done, wake) = (self.found.0.clone(), wake.clone());
            spawn(Box::new(move || {
                let found = spans(&language, &code);
                if done.try_send((key, rev, found)).is_ok() {
                    wake();
                }
            }));
        }
        while let Ok((key, rev, spans)) = self.found.1.try_recv() {
            if self.known.len() >= KEPT_MAX {
                self.known.clear();
                self.asked.clear();
            }
            self.known.insert(key, (rev, Arc::new(spans)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_keywords_are_told_apart() {
        let code = "-- one\nCREATE TABLE x;\n'söt';";
        let shown: Vec<(String, Class)> = spans("sql", code)
            .iter()
            .map(|span| (code.chars().skip(span.from).take(span.to - span.from).collect(), span.class))
            .collect();
        let has =
            |text: &str, class| shown.iter().any(|(shown, found)| shown.contains(text) && *found == class);
        assert!(has("one", Class::Comment), "{shown:?}");
        assert!(has("CREATE", Class::Keyword), "{shown:?}");
        assert!(has("söt", Class::Text), "{shown:?}");
        assert!(spans("no such language", code).is_empty());
        assert!(spans("", code).is_empty());
    }
}
