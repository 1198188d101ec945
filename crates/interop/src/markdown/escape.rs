//! Writing pieces so that literal characters stay literal: a backslash stands only where the character would mean
//! something in its place.

use super::inline::{Around, Delimiter, Piece};

/// Longest label that can refer to a definition.
const MAX_LABEL: usize = 999;
/// Longest entity name with `&` and `;`.
const MAX_ENTITY: usize = 40;

/// Whether the characters begin with an entity such as `&amp;` or `&#10;`.
pub(super) fn is_entity(mut chars: impl Iterator<Item = char>) -> bool {
    if chars.next() != Some('&') {
        return false;
    }
    let mut any = false;
    for (at, c) in chars.take(MAX_ENTITY).enumerate() {
        match c {
            ';' => return any,
            '#' if at == 0 => {}
            c if c.is_ascii_alphanumeric() => any = true,
            _ => return false,
        }
    }
    false
}

/// How a literal character is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Bare,
    Escaped,
    Entity,
}

/// Writes pieces.
pub(super) fn write(pieces: &[Piece], around: Around<'_>) -> String {
    let mut writer = Writer::new(pieces, around);
    writer.mark_line_starts();
    if around.heading {
        writer.mark_closing_hashes();
    }
    writer.mark_labels();
    writer.mark_characters();
    let underscores = writer.settle_delimiters();
    writer.mark_dependants();
    writer.finish(&underscores)
}

struct Writer<'a> {
    pieces: &'a [Piece],
    around: Around<'a>,
    forms: Vec<Form>,
    strikes: bool,
    dollars: Dollars,
}

/// What dollar signs could do in this text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dollars {
    /// At most one: nothing.
    Alone,
    /// Several literal ones.
    Several,
    /// Finished syntax holds some.
    InSyntax,
}

impl<'a> Writer<'a> {
    fn new(pieces: &'a [Piece], around: Around<'a>) -> Self {
        let literal = pieces.iter().filter(|p| **p == Piece::Lit('$')).count();
        let in_syntax = pieces
            .iter()
            .any(|p| matches!(p, Piece::Syntax(text) | Piece::Target(text) if text.contains('$')));
        let dollars = match (in_syntax, literal) {
            (true, _) => Dollars::InSyntax,
            (false, 0 | 1) => Dollars::Alone,
            _ => Dollars::Several,
        };
        let strikes = pieces.iter().any(|p| matches!(p, Piece::Open(Delimiter::Strike, _)));
        Writer { pieces, around, forms: vec![Form::Bare; pieces.len()], strikes, dollars }
    }

    fn lit(&self, at: usize) -> Option<char> {
        match self.pieces.get(at) {
            Some(Piece::Lit(c)) => Some(*c),
            _ => None,
        }
    }

    /// The character that will stand at the begin of piece `at`; `None` at a line end.
    fn head(&self, at: usize) -> Option<char> {
        match self.pieces.get(at)? {
            Piece::Lit(_) if self.forms[at] == Form::Entity => Some('&'),
            Piece::Lit(c) => Some(*c),
            Piece::Break => None,
            Piece::Syntax(text) => text.chars().next(),
            Piece::Bracket(text) => text.chars().next(),
            Piece::Target(_) => Some(']'),
            Piece::Open(d, _) | Piece::Close(d, _) => Some(delimiter_char(*d)),
        }
    }

    /// The character that will stand at the end of the piece before `at`; `None` at a line start.
    fn tail(&self, at: usize) -> Option<char> {
        let before = at.checked_sub(1)?;
        match self.pieces.get(before)? {
            Piece::Lit(_) if self.forms[before] == Form::Entity => Some(';'),
            Piece::Lit(c) => Some(*c),
            Piece::Break => None,
            Piece::Syntax(text) => text.chars().next_back().filter(|c| *c != '\n'),
            Piece::Bracket(_) => Some('['),
            Piece::Target(_) => Some(')'),
            Piece::Open(d, _) | Piece::Close(d, _) => Some(delimiter_char(*d)),
        }
    }

    fn escape(&mut self, at: usize) {
        if let Some(form) = self.forms.get_mut(at)
            && *form == Form::Bare
        {
            *form = Form::Escaped;
        }
    }

    /// Literal characters of the line from `at` on, up to syntax or the line's end, and whether the line ends there.
    fn line(&self, at: usize) -> (String, bool) {
        let rest = self.pieces.get(at..).unwrap_or_default();
        let text: String = rest
            .iter()
            .map_while(|p| match p {
                Piece::Lit(c) => Some(*c),
                _ => None,
            })
            .collect();
        let end = rest.get(text.chars().count());
        (text, matches!(end, None | Some(Piece::Break)))
    }

    /// Pieces with a colon behind a closing bracket: where a `[` ahead of one begins a line, it would begin a definition,
    /// whose label may hold anything.
    fn ends_of_labels(&self) -> Vec<usize> {
        let mut found = Vec::new();
        let mut before = None;
        for (at, piece) in self.pieces.iter().enumerate() {
            let mut single = [0; 4];
            let text: &str = match piece {
                Piece::Lit(c) => c.encode_utf8(&mut single),
                Piece::Syntax(text) | Piece::Target(text) => text,
                Piece::Bracket(text) => text,
                Piece::Break | Piece::Open(..) | Piece::Close(..) => "*",
            };
            if text.contains("]:") || (before == Some(']') && text.starts_with(':')) {
                found.push(at);
            }
            before = text.chars().next_back().or(before);
        }
        found
    }

    /// Escapes what would begin a block at the begin of a line.
    fn mark_line_starts(&mut self) {
        if self.around.cell || self.around.heading {
            return;
        }
        let labels = self.ends_of_labels();
        for at in 0..self.pieces.len() {
            let starts = match at.checked_sub(1).and_then(|before| self.pieces.get(before)) {
                None | Some(Piece::Break) => true,
                Some(Piece::Syntax(text)) => text.ends_with('\n'),
                Some(_) => false,
            };
            if starts && self.lit(at).is_some() {
                let (line, whole) = self.line(at);
                let label = labels.get(labels.partition_point(|end| *end <= at));
                let definition = || {
                    let near = label.is_some_and(|end| end - at <= MAX_LABEL + 2);
                    (self.lit(at) == Some('[') && near).then_some(0)
                };
                if let Some(offset) =
                    block_start(&line, whole, at == 0 && self.around.item).or_else(definition)
                {
                    self.escape(at + offset);
                }
            }
        }
    }

    /// Escapes a run of `#` at the end of a heading.
    fn mark_closing_hashes(&mut self) {
        let mut at = self.pieces.len();
        while at > 0 && self.lit(at - 1) == Some('#') {
            at -= 1;
        }
        if at < self.pieces.len() && self.tail(at).is_none_or(char::is_whitespace) {
            self.escape(at);
        }
    }

    /// Escapes brackets around a label that a kept definition would turn into a link or a footnote.
    fn mark_labels(&mut self) {
        let Some(labels) = self.around.labels.filter(|l| !l.is_empty()) else { return };
        let mut open: Option<(usize, String)> = None;
        for at in 0..self.pieces.len() {
            match (self.lit(at), &mut open) {
                (Some('['), _) => open = Some((at, String::new())),
                (Some(']'), Some((start, label))) => {
                    let known = labels.contains(&fold_label(label));
                    let start = *start;
                    open = None;
                    if known {
                        self.escape(start);
                    }
                }
                (Some(c), Some((_, label))) if label.len() < MAX_LABEL => label.push(c),
                (None, Some((_, label))) => label.push_str(&syntax_text(&self.pieces[at])),
                (Some(_), Some(_)) => open = None,
                _ => {}
            }
        }
    }

    fn mark_characters(&mut self) {
        let mut brackets = 0usize;
        for at in 0..self.pieces.len() {
            match &self.pieces[at] {
                Piece::Bracket(_) => brackets += 1,
                Piece::Target(_) => brackets = brackets.saturating_sub(1),
                Piece::Lit(c) => match self.form(at, *c, brackets > 0) {
                    Form::Bare => {}
                    Form::Escaped => self.escape(at),
                    Form::Entity => self.forms[at] = Form::Entity,
                },
                _ => {}
            }
        }
    }

    /// Escapes underscores and backslashes; they depend on the forms of their neighbours.
    fn mark_dependants(&mut self) {
        for at in 0..self.pieces.len() {
            if self.lit(at) == Some('_') && self.underscore(at) {
                self.escape(at);
            }
            if self.lit(at) == Some('\\') && self.head(at + 1).is_none_or(|n| n.is_ascii_punctuation()) {
                self.escape(at);
            }
        }
    }

    /// The form of one literal character by what stands beside it.
    fn form(&self, at: usize, c: char, in_brackets: bool) -> Form {
        let special = match c {
            '\u{a0}' | '\u{feff}' => return Form::Entity,
            '`' => true,
            '*' => !(is_gap(self.tail(at)) && is_gap(self.head(at + 1))) || self.line_edge(at),
            '~' => self.tilde(at),
            '$' => match self.dollars {
                Dollars::Alone => false,
                Dollars::Several => !is_gap(self.tail(at)),
                Dollars::InSyntax => true,
            },
            '[' => in_brackets,
            ']' => in_brackets || matches!(self.head(at + 1), Some('(' | '[')),
            '!' => matches!(self.pieces.get(at + 1), Some(Piece::Bracket("["))),
            '<' => {
                self.head(at + 1).is_some_and(|n| n.is_ascii_alphabetic() || matches!(n, '/' | '!' | '?'))
                    || self.is_address(at + 1)
            }
            '&' => is_entity((at..).map_while(|i| self.lit(i))),
            '|' => self.around.cell,
            _ => false,
        };
        if special { Form::Escaped } else { Form::Bare }
    }

    /// Whether an address of electronic mail begins here: after `<` it would become a link.
    fn is_address(&self, at: usize) -> bool {
        let local = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
        let length = (at..).map_while(|i| self.lit(i)).take_while(|c| local(*c)).count();
        length > 0 && self.lit(at + length) == Some('@')
    }

    fn line_edge(&self, at: usize) -> bool {
        self.tail(at).is_none() || self.head(at + 1).is_none()
    }

    /// A run of underscores means nothing inside a word or between white space.
    fn underscore(&self, at: usize) -> bool {
        let mut from = at;
        while from > 0 && self.lit(from - 1) == Some('_') {
            from -= 1;
        }
        let mut to = at + 1;
        while self.lit(to) == Some('_') {
            to += 1;
        }
        if to - from > MAX_LABEL {
            return true;
        }
        let (before, after) = (self.tail(from), self.head(to));
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let apart = before.is_some_and(char::is_whitespace) && after.is_some_and(char::is_whitespace);
        !(apart || (word(before) && word(after)))
    }

    /// A tilde can only end a mark when it follows something; without an end no begin means anything.
    fn tilde(&self, at: usize) -> bool {
        let before = is_gap(self.tail(at));
        let after = is_gap(self.head(at + 1));
        if self.strikes { !(before && after) } else { !before }
    }

    /// Chooses `_` or `*` for every emphasis and turns characters beside a delimiter into entities where the
    /// delimiter would otherwise not count. Returns which emphasis is written with `_`.
    fn settle_delimiters(&mut self) -> Vec<bool> {
        let underscores = self.choose_emphasis();
        let is_underscore = |id: usize| underscores.get(id).copied().unwrap_or(false);
        for at in (0..self.pieces.len()).rev() {
            if let Piece::Open(d, id) = self.pieces[at] {
                let strict = d == Delimiter::Em && is_underscore(id);
                let inside = self.head(at + 1);
                if (strict || !is_word(inside)) && !is_free(self.tail(at)) && at > 0 {
                    self.forms[at - 1] = Form::Entity;
                }
            }
        }
        for at in 0..self.pieces.len() {
            if let Piece::Close(d, id) = self.pieces[at] {
                let strict = d == Delimiter::Em && is_underscore(id);
                let inside = self.tail(at);
                if (strict || !is_word(inside)) && !is_free(self.head(at + 1)) {
                    self.forms[at + 1] = Form::Entity;
                }
            }
        }
        underscores
    }

    fn choose_emphasis(&self) -> Vec<bool> {
        let mut ends: Vec<(bool, bool)> = Vec::new();
        for at in 0..self.pieces.len() {
            let (id, outside) = match self.pieces[at] {
                Piece::Open(Delimiter::Em, id) => (id, self.tail(at)),
                Piece::Close(Delimiter::Em, id) => (id, self.head(at + 1)),
                _ => continue,
            };
            if ends.len() <= id {
                ends.resize(id + 1, (true, false));
            }
            let strong = |p: Option<&Piece>| {
                matches!(p, Some(Piece::Open(Delimiter::Strong, _) | Piece::Close(Delimiter::Strong, _)))
            };
            let beside = strong(self.pieces.get(at + 1)) || (at > 0 && strong(self.pieces.get(at - 1)));
            ends[id].0 &= is_free(outside);
            ends[id].1 |= beside;
        }
        ends.into_iter().map(|(free, beside_strong)| free || beside_strong).collect()
    }

    fn finish(&self, underscores: &[bool]) -> String {
        let mut out = String::with_capacity(self.pieces.len());
        for (at, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Lit(c) => match self.forms[at] {
                    Form::Bare => out.push(*c),
                    Form::Escaped if c.is_ascii_punctuation() => {
                        out.push('\\');
                        out.push(*c);
                    }
                    Form::Entity if *c == '\u{a0}' => out.push_str("&nbsp;"),
                    Form::Escaped | Form::Entity => out.push_str(&format!("&#{};", u32::from(*c))),
                },
                Piece::Break => out.push_str("\\\n"),
                Piece::Syntax(text) | Piece::Target(text) => out.push_str(text),
                Piece::Bracket(text) => out.push_str(text),
                Piece::Open(d, id) | Piece::Close(d, id) => out.push_str(match d {
                    Delimiter::Strong => "**",
                    Delimiter::Strike => "~~",
                    Delimiter::Em if underscores.get(*id).copied().unwrap_or(false) => "_",
                    Delimiter::Em => "*",
                }),
            }
        }
        out
    }
}

/// Labels are compared without case and with single spaces.
pub(super) fn fold_label(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn syntax_text(piece: &Piece) -> String {
    match piece {
        Piece::Syntax(text) => text.clone(),
        _ => " ".to_owned(),
    }
}

fn delimiter_char(delimiter: Delimiter) -> char {
    if delimiter == Delimiter::Strike { '~' } else { '*' }
}

fn is_gap(c: Option<char>) -> bool {
    c.is_none_or(char::is_whitespace)
}

/// Surely neither white space nor punctuation for any reader.
fn is_word(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

/// Surely white space or punctuation for any reader.
fn is_free(c: Option<char>) -> bool {
    c.is_none_or(|c| c.is_ascii_punctuation() || c.is_ascii_whitespace())
}

/// Offset of the character to escape when the line would begin a block (or close a heading under itself).
fn block_start(line: &str, whole: bool, item: bool) -> Option<usize> {
    let first = line.chars().next()?;
    let ends_or_blank = |at: usize| match line.chars().nth(at) {
        None => whole,
        Some(c) => c == ' ' || c == '\t',
    };
    let only = |set: &str| whole && line.chars().all(|c| set.contains(c));
    let hit = match first {
        '#' => {
            let run = line.chars().take_while(|c| *c == '#').count();
            run <= 6 && ends_or_blank(run)
        }
        '>' => true,
        '+' => ends_or_blank(1) || only("+"),
        '-' => ends_or_blank(1) || only("-:| \t"),
        '|' | ':' => only("-:| \t") && line.contains('-'),
        '=' => only("= \t"),
        '_' => only("_ \t"),
        '~' => line.starts_with("~~~"),
        '[' => item && starts_box(line, whole),
        '0'..='9' => {
            let run = line.chars().take_while(char::is_ascii_digit).count();
            let delimiter = matches!(line.chars().nth(run), Some('.' | ')'));
            return (run <= 9 && delimiter && ends_or_blank(run + 1)).then_some(run);
        }
        _ => false,
    };
    hit.then_some(0)
}

fn starts_box(line: &str, whole: bool) -> bool {
    let mut chars = line.chars();
    let mark = matches!(
        (chars.next(), chars.next(), chars.next()),
        (Some('['), Some(' ' | '\t' | 'x' | 'X'), Some(']'))
    );
    mark && chars.next().map_or(whole, char::is_whitespace)
}
