//! Full-text search over titles and bodies (FTS5), a projection like the others.
//!
//! Words are folded by `unicode61 remove_diacritics 2`. Scripts written without spaces are cut into single characters
//! before indexing, and a run of them in a query becomes a phrase, so every substring of Chinese, Japanese or Korean
//! text is found exactly. What a person types is never handed to FTS5 as syntax: it is cut into quoted terms here.
//! The index holds no text: FTS5 reads it through a view that inflates it, row by row, for the hits that are shown.

use std::io::{Read, Write};
use std::ops::Range;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::error::Result;
use crate::items::Id16;
use crate::open::Store;
use crate::txn::Txn;

pub(crate) const SQL: &str = r#"
CREATE TABLE @search_docs (
  n INTEGER PRIMARY KEY,
  doc BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  texts BLOB NOT NULL
) STRICT;
CREATE VIEW @search_texts AS
  SELECT n, tern_text(texts, 0) AS title, tern_text(texts, 1) AS body FROM search_docs;
CREATE VIRTUAL TABLE @search USING fts5 (
  title, body, content = 'search_texts', content_rowid = 'n',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);"#;

/// Longest text of a document that is inflated again.
const TEXT_BYTES_MAX: u64 = 256 << 20;
/// Stands between title and body in `texts`; neither holds it.
const PART: char = '\0';

/// Terms of a query beyond this many are not looked at.
pub const QUERY_TERMS_MAX: usize = 16;
/// Characters of one term beyond this many are not looked at.
const TERM_CHARS_MAX: usize = 64;
/// A last word shorter than this is completed in titles only: as a prefix of bodies it would match nearly everything.
const BODY_PREFIX_CHARS: usize = 3;
/// Tokens of a snippet.
const SNIPPET_TOKENS: u8 = 20;
/// Stands between characters of scripts without spaces, in the index only.
const JOINT: char = '\u{200B}';
const MARK_ON: char = '\u{2}';
const MARK_OFF: char = '\u{3}';

/// A document to index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchRow<'a> {
    /// Document id.
    pub doc: Id16,
    /// Its kind: `page`, `task`, …
    pub kind: &'a str,
    /// Title.
    pub title: &'a str,
    /// Plain text.
    pub body: &'a str,
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// Document id.
    pub doc: Id16,
    /// Its kind.
    pub kind: String,
    /// Title.
    pub title: String,
    /// A piece of the body (or of the title) around the first match.
    pub snippet: String,
    /// Byte ranges of the matches in `snippet`.
    pub matches: Vec<Range<usize>>,
}

impl Store {
    /// The best `limit` documents for what a person typed: all words must occur, the last may be unfinished,
    /// `"quoted words"` stand together, `-word` must not occur. A text without any word finds nothing.
    pub fn search(&self, text: &str, limit: usize) -> Result<Vec<SearchHit>> {
        let Some(query) = query_of(text) else { return Ok(Vec::new()) };
        self.make_index()?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.conn.prepare_cached(
            "SELECT d.doc, d.kind, search.title, snippet(search, -1, ?2, ?3, '…', ?4)
             FROM search JOIN search_docs d ON d.n = search.rowid
             WHERE search MATCH ?1 AND rank MATCH 'bm25(8.0, 1.0)' ORDER BY rank LIMIT ?5",
        )?;
        let columns = (query, MARK_ON.to_string(), MARK_OFF.to_string(), SNIPPET_TOKENS, limit);
        Ok(statement.query_map(columns, read_hit)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Documents in the index.
    pub fn search_count(&self) -> Result<u64> {
        let mut statement = self.conn.prepare_cached("SELECT count(*) FROM search_docs")?;
        Ok(statement.query_row([], |row| row.get::<_, i64>(0))?.cast_unsigned())
    }
}

impl Txn<'_> {
    /// Puts a document into the index in place of what was there of it.
    pub fn index_text(&mut self, row: &SearchRow<'_>) -> Result<()> {
        let texts = packed(&indexed(row.title), &indexed(row.body))?;
        self.projects(&row.doc);
        put(&self.store.conn, &row.doc, row.kind, &texts, self.store.is_indexed())
    }

    /// Takes a document out of the index.
    pub fn remove_text(&mut self, doc: &Id16) -> Result<()> {
        self.projects(doc);
        remove(&self.store.conn, doc, self.store.is_indexed())
    }
}

/// Makes `tern_text(texts, part)` known to a connection: title (0) or body (1) of packed texts.
pub(crate) fn register(conn: &Connection) -> Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    Ok(conn.create_scalar_function("tern_text", 2, flags, |call| {
        let text = unpacked(call.get_raw(0).as_blob().unwrap_or_default());
        let (title, body) = text.split_once(PART).unwrap_or_default();
        Ok(if call.get::<i64>(1)? == 0 { title.to_owned() } else { body.to_owned() })
    })?)
}

/// Both texts of a document as one deflated string.
fn packed(title: &str, body: &str) -> Result<Vec<u8>> {
    let mut out = DeflateEncoder::new(Vec::new(), Compression::default());
    for piece in [title.as_bytes(), &[PART as u8], body.as_bytes()] {
        out.write_all(piece)?;
    }
    Ok(out.finish()?)
}

/// The texts again; what is damaged reads as no text.
fn unpacked(texts: &[u8]) -> String {
    let mut text = String::new();
    match DeflateDecoder::new(texts).take(TEXT_BYTES_MAX).read_to_string(&mut text) {
        Ok(_) => text,
        Err(_) => String::new(),
    }
}

/// Writes a document's texts and, when there is an index, its entries there.
pub(crate) fn put(conn: &Connection, doc: &Id16, kind: &str, texts: &[u8], index: bool) -> Result<()> {
    let known = conn
        .prepare_cached("SELECT n, texts FROM search_docs WHERE doc = ?1")?
        .query_row([doc], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
        .optional()?;
    let n = match known {
        Some((n, same)) if same == texts => {
            conn.prepare_cached("UPDATE search_docs SET kind = ?2 WHERE n = ?1")?.execute((n, kind))?;
            return Ok(());
        }
        Some((n, _)) => {
            if index {
                unindex(conn, n)?;
            }
            conn.prepare_cached("UPDATE search_docs SET kind = ?2, texts = ?3 WHERE n = ?1")?
                .execute((n, kind, texts))?;
            n
        }
        None => {
            conn.prepare_cached("INSERT INTO search_docs (doc, kind, texts) VALUES (?1, ?2, ?3)")?
                .execute((doc, kind, texts))?;
            conn.last_insert_rowid()
        }
    };
    if index {
        conn.prepare_cached(
            "INSERT INTO search (rowid, title, body) SELECT n, title, body FROM search_texts WHERE n = ?1",
        )?
        .execute([n])?;
    }
    Ok(())
}

/// Takes a document's texts and its entries in the index away.
pub(crate) fn remove(conn: &Connection, doc: &Id16, index: bool) -> Result<()> {
    let n: Option<i64> = conn
        .prepare_cached("SELECT n FROM search_docs WHERE doc = ?1")?
        .query_row([doc], |row| row.get(0))
        .optional()?;
    let Some(n) = n else { return Ok(()) };
    if index {
        unindex(conn, n)?;
    }
    conn.prepare_cached("DELETE FROM search_docs WHERE n = ?1")?.execute([n])?;
    Ok(())
}

/// Takes entries out of the index while the texts they came from are still there: FTS5 reads them once more.
fn unindex(conn: &Connection, n: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([n])?;
    Ok(())
}

fn read_hit(row: &Row<'_>) -> rusqlite::Result<SearchHit> {
    let (snippet, matches) = marked(&row.get::<_, String>(3)?);
    let title = row.get::<_, String>(2)?.replace(JOINT, "");
    Ok(SearchHit { doc: row.get(0)?, kind: row.get(1)?, title, snippet, matches })
}

/// Takes the marks out of a snippet and says where they stood.
fn marked(text: &str) -> (String, Vec<Range<usize>>) {
    let (mut plain, mut matches, mut start) = (String::with_capacity(text.len()), Vec::new(), None);
    for c in text.chars() {
        match c {
            JOINT => {}
            MARK_ON => start = Some(plain.len()),
            MARK_OFF => matches.extend(start.take().map(|start| start..plain.len())),
            '\n' | '\r' | '\t' => plain.push(' '),
            c => plain.push(c),
        }
    }
    (plain, matches)
}

/// True for characters of scripts that are written without spaces between words (and for Hangul, whose words grow
/// endings): each is a token of its own.
fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1100}'..='\u{11FF}' | '\u{1780}'..='\u{17FF}'
        | '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{3130}'..='\u{318F}'
        | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{A960}'..='\u{A97F}'
        | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FFDC}'
        | '\u{20000}'..='\u{3FFFF}')
}

/// Letters, digits and the marks that belong to them.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || stands_alone(c) || is_accent(c) || matches!(c, '\u{900}'..='\u{DFF}')
}

/// Combining accents: the tokenizer folds them away, so alone they are no word.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

/// The text as it goes into the index: characters that stand alone are parted, marks of our own are left out.
fn indexed(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut before = ' ';
    for c in text.chars().filter(|c| !matches!(*c, '\0' | JOINT | MARK_ON | MARK_OFF)) {
        if is_word(before) && is_word(c) && (stands_alone(before) || stands_alone(c)) {
            out.push(JOINT);
        }
        out.push(c);
        before = c;
    }
    out
}

/// The FTS5 query for what a person typed; `None` when nothing positive is left to look for.
fn query_of(text: &str) -> Option<String> {
    let mut wanted = Vec::new();
    let mut unwanted = Vec::new();
    let terms = terms_of(text);
    let last = terms.len().saturating_sub(1);
    for (at, term) in terms.iter().enumerate() {
        let phrase = format!("\"{}\"", indexed(&term.words));
        let unfinished = at == last && !term.quoted && text.ends_with(is_word);
        let chars = term.words.chars().count();
        match (term.negative, unfinished) {
            (true, _) => unwanted.push(phrase),
            (false, false) => wanted.push(phrase),
            (false, true) if chars < BODY_PREFIX_CHARS && !term.words.chars().any(stands_alone) => {
                wanted.push(format!("({phrase} OR title : {phrase} *)"));
            }
            (false, true) => wanted.push(format!("{phrase} *")),
        }
    }
    if wanted.is_empty() {
        return None;
    }
    let mut query = wanted.join(" AND ");
    for phrase in unwanted {
        query = format!("({query}) NOT {phrase}");
    }
    Some(query)
}

struct Term {
    words: String,
    quoted: bool,
    negative: bool,
}

/// Cuts a text into terms of letters and digits. Everything else only parts them.
fn terms_of(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut dash = false;
    for (part, piece) in text.split('"').enumerate() {
        if part % 2 == 1 {
            terms.extend(term(piece, true, dash));
        } else {
            for word in piece.split_whitespace() {
                terms.extend(term(word.trim_start_matches('-'), false, word.starts_with('-')));
            }
        }
        dash = piece.ends_with('-');
    }
    terms.truncate(QUERY_TERMS_MAX);
    terms
}

fn term(piece: &str, quoted: bool, negative: bool) -> Option<Term> {
    let spaced: String =
        piece.chars().take(TERM_CHARS_MAX).map(|c| if is_word(c) { c } else { ' ' }).collect();
    let words = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    let names_something = words.chars().any(|c| is_word(c) && !is_accent(c));
    names_something.then_some(Term { words, quoted, negative })
}
