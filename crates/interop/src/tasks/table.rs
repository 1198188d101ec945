//! A file of separated values into rows of text: which character separates, where the header is, what a cell holds.

use std::cmp::Reverse;

use csv::{ReaderBuilder, StringRecord};
use thiserror::Error;

/// Largest file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 32 << 20;
/// Most rows of a file.
pub const MAX_ROWS: usize = 100_000;
/// Most columns of a file.
pub const MAX_COLUMNS: usize = 1_024;
/// Most cells of a file that say something.
pub const MAX_CELLS: usize = 2_000_000;
/// Most characters of the name of a column.
pub const MAX_NAME_CHARS: usize = 128;
/// Rows before the header that are passed over: titles, addresses, blank lines.
const MAX_PREAMBLE_ROWS: usize = 16;
/// What may separate values.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Why a file is no table of tasks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TableError {
    /// It is larger than [`MAX_FILE_BYTES`].
    #[error("it is larger than {} MiB", MAX_FILE_BYTES >> 20)]
    TooLarge,
    /// It has more than [`MAX_ROWS`] rows.
    #[error("it has more than {MAX_ROWS} rows")]
    TooManyRows,
    /// It has more than [`MAX_CELLS`] cells that say something.
    #[error("it has more than {MAX_CELLS} cells")]
    TooManyCells,
    /// The name of a column has more than [`MAX_NAME_CHARS`] characters.
    #[error("the name of a column has more than {MAX_NAME_CHARS} characters")]
    LongName,
    /// It has more than [`MAX_COLUMNS`] columns.
    #[error("it has more than {MAX_COLUMNS} columns")]
    TooManyColumns,
    /// It is no text in UTF-8 or UTF-16.
    #[error("it is no text in UTF-8")]
    NotText,
    /// There is no row in it.
    #[error("it is empty")]
    Empty,
    /// No column holds titles; with the columns that there are.
    #[error("no column holds titles; its columns are {}", .0.join(", "))]
    NoTitle(Vec<String>),
    /// A column that was asked for is not there; with its name and the columns that there are.
    #[error("there is no column “{0}”; its columns are {columns}", columns = .1.join(", "))]
    NoColumn(String, Vec<String>),
    /// It is an export of a tool whose tables say something else in each row.
    #[error("it is an export of {0}, whose tables are not read yet")]
    NotRead(&'static str),
}

/// Rows below a header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Table {
    /// Names of the columns as written; a name may occur several times.
    pub(super) columns: Vec<String>,
    /// The number of the line that a row begins in, and its cells.
    pub(super) rows: Vec<(u64, Vec<String>)>,
}

/// Reads a table. Of all separators and first rows the one counts that `is_header` takes; of several the first, then the
/// one with the most columns.
pub(super) fn read(bytes: &[u8], is_header: &dyn Fn(&[String]) -> bool) -> Result<Table, TableError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(TableError::TooLarge);
    }
    let text = text_of(bytes)?;
    let heads = SEPARATORS.map(|separator| head(&text, separator, is_header));
    if let [Err(error), ..] | [_, Err(error), _] | [.., Err(error)] = &heads
        && !heads.iter().flatten().flatten().any(|head| head.known)
    {
        return Err(error.clone());
    }
    let heads = heads.map(|head| head.ok().flatten());
    let most = heads.iter().flatten().max_by_key(|head| (head.known, Reverse(head.at), head.columns.len()));
    let Some(head) = most else { return Err(TableError::Empty) };
    if head.columns.iter().any(|name| name.chars().count() > MAX_NAME_CHARS) {
        return Err(TableError::LongName);
    }
    let mut filled = 0;
    let mut table = Table { columns: head.columns.clone(), rows: Vec::new() };
    for record in records(&text, head.separator).skip(head.at + 1) {
        let (line, cells) = record?;
        if cells.iter().all(String::is_empty) {
            continue;
        }
        filled += cells.iter().filter(|cell| !cell.is_empty()).count();
        if filled > MAX_CELLS {
            return Err(TableError::TooManyCells);
        }
        if table.rows.len() == MAX_ROWS {
            return Err(TableError::TooManyRows);
        }
        table.rows.push((line, cells));
    }
    Ok(table)
}

struct Head {
    separator: u8,
    at: usize,
    columns: Vec<String>,
    known: bool,
}

/// The header with this separator: the first row that is one and that says more than each row before it, for those are no
/// rows of the table; else the first row.
fn head(
    text: &str,
    separator: u8,
    is_header: &dyn Fn(&[String]) -> bool,
) -> Result<Option<Head>, TableError> {
    let mut first: Option<Head> = None;
    let mut before = 0;
    for (at, record) in records(text, separator).take(MAX_PREAMBLE_ROWS).enumerate() {
        let (_, columns) = record?;
        let filled = columns.iter().filter(|cell| !cell.is_empty()).count();
        if filled == 0 {
            continue;
        }
        if filled > before && is_header(&columns) {
            return Ok(Some(Head { separator, at, columns, known: true }));
        }
        before = before.max(filled);
        first = first.or(Some(Head { separator, at, columns, known: false }));
    }
    Ok(first)
}

type Record = Result<(u64, Vec<String>), TableError>;

fn records(text: &str, separator: u8) -> impl Iterator<Item = Record> {
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let (mut line, mut counted) = (1, 0);
    std::iter::from_fn(move || match reader.read_record(&mut record) {
        Ok(false) => None,
        Ok(true) if record.len() > MAX_COLUMNS => Some(Err(TableError::TooManyColumns)),
        Ok(true) => {
            // The reader says where it began to look: line ends and blank lines may come first.
            let from = record.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX));
            let blank = text.as_bytes().get(from..).unwrap_or_default();
            let begin = from + blank.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let passed = text.as_bytes().get(counted..begin).unwrap_or_default();
            line += line_ends(passed);
            counted = begin;
            Some(Ok((line, record.iter().map(cell).collect())))
        }
        Err(_) => Some(Err(TableError::NotText)),
    })
}

/// Line feeds, and carriage returns without one.
fn line_ends(bytes: &[u8]) -> u64 {
    let after = bytes.iter().skip(1).copied().map(Some).chain([None]);
    let ends = bytes.iter().zip(after).filter(|(byte, next)| match byte {
        b'\n' => true,
        b'\r' => *next != Some(b'\n'),
        _ => false,
    });
    ends.count() as u64
}

/// What a cell says: without blanks around it, with line feeds alone, and without the mark that keeps spreadsheets from
/// taking it for a formula.
fn cell(text: &str) -> String {
    let text = text.trim().replace("\r\n", "\n").replace('\r', "\n");
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest.to_owned(),
        _ => text,
    }
}

/// The text of a file: UTF-8, or UTF-16 where its mark says so.
fn text_of(bytes: &[u8]) -> Result<String, TableError> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (units, rest) = bytes.as_chunks::<2>();
        let text: Result<String, _> = char::decode_utf16(units.iter().map(|pair| unit(*pair))).collect();
        text.ok().filter(|_| rest.is_empty()).ok_or(TableError::NotText)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => {
            std::str::from_utf8(rest).map(str::to_owned).map_err(|_| TableError::NotText)
        }
    }
}
