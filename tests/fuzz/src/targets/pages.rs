//! Pages of other programs: Markdown, HTML, folders.

use std::collections::BTreeSet;

use tern_interop::import::{Known, SourceFile, plan, resolve};
use tern_interop::tasks::{self, Options};
use tern_interop::{html as html_out, html_in, markdown as md};
use tern_model::block::{Block, Inline};
use tern_model::ids::DocId;

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// The law of the Markdown form: what is written reads back as the same blocks, which are in normal form.
fn round_trip(blocks: &[Block]) -> String {
    assert_eq!(md::normalise(blocks), blocks, "not in normal form");
    let written = md::render(blocks);
    assert_eq!(md::parse(&written), blocks, "reads back otherwise:\n{written}");
    written
}

/// A Markdown file.
pub fn markdown(data: &[u8]) {
    let source = text(data);
    let blocks = md::parse(&source);
    // A definition of a link inside the definition of a footnote is not written as it was read (docs/proof.md).
    if !(source.contains("[^") && source.contains("]:")) {
        let written = round_trip(&blocks);
        assert_eq!(md::render(&md::parse(&written)), written, "no fixed point");
    }
    let file = md::read(&source);
    let (front, body) = md::split_front_matter(&source);
    assert_eq!((file.front_matter.as_str(), format!("{front}{body}")), (front, source.clone()));
    let again = md::read(&md::write(&file.front_matter, &file.blocks));
    if !front.is_empty() && !source.contains("]:") {
        assert_eq!(again.blocks, file.blocks);
        assert_eq!(again.front_matter.trim_end(), file.front_matter.trim_end());
    }
    for name in ["title", "id", "kind"] {
        let _ = md::field(front, name);
    }
    harmless(&html_out::render(&blocks));
}

/// HTML as it is pasted.
pub fn html(data: &[u8]) {
    let blocks = html_in::parse(&text(data));
    round_trip(&blocks);
    for run in blocks.iter().flat_map(|block| &block.inline) {
        let link = run.marks().link.as_ref().map(|link| link.href.as_str());
        let image = if let Inline::Image { src, .. } = run { Some(src.as_str()) } else { None };
        for address in link.into_iter().chain(image) {
            let known = ["https://", "http://", "mailto:", "tern:", "tern-member:", "data:image/"];
            let lower = address.to_lowercase();
            assert!(known.iter().any(|scheme| lower.starts_with(scheme)), "an address of {address:?}");
        }
    }
    harmless(&html_out::render(&blocks));
}

/// A table of tasks.
pub fn table(data: &[u8]) {
    let Ok(table) = tasks::read(data, &Options::default()) else { return };
    let ids: BTreeSet<&str> = table.rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids.len(), table.rows.len(), "two rows are one");
    let mut line = 0;
    for row in &table.rows {
        assert!(row.line > line, "line {} after {line}", row.line);
        line = row.line;
        let task = table.task(&row.cells);
        assert!(!task.title.is_empty() && !task.title.contains('\n'), "{:?}", task.title);
        assert!(task.due.is_none_or(|due| due.parse::<jiff::civil::Date>().is_ok()));
        assert!(row.cells.iter().all(|(_, cell)| !cell.is_empty()));
        let blocks = table.blocks(&task.description);
        assert_eq!(md::normalise(&blocks), blocks);
    }
    // The rows written again, as a table that needs no guess, say the same.
    let wild = |text: &str| text.starts_with('\'') || text.trim() != text || text.contains('\r');
    let names: Vec<&String> = table.columns.iter().map(|(name, _)| name).collect();
    let tame = table.rows.iter().all(|row| {
        let mut seen = BTreeSet::new();
        row.cells.iter().all(|(name, cell)| !wild(cell) && names.contains(&name) && seen.insert(name))
    });
    let separates = |name: &str| name.contains([',', ';', '\t', '"', '\n']);
    if !tame || names.iter().any(|name| wild(name) || separates(name)) || names.len() < 2 {
        return;
    }
    let quoted = |cells: Vec<&str>| {
        let guard = |cell: &str| if cell.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
        let cells = cells.iter().map(|cell| format!("\"{}{}\"", guard(cell), cell.replace('"', "\"\"")));
        cells.collect::<Vec<_>>().join(",") + "\r\n"
    };
    let mut again = quoted(names.iter().map(|name| name.as_str()).collect());
    for row in &table.rows {
        let cell =
            |name: &&String| row.cells.iter().find(|(n, _)| n == *name).map_or("", |(_, cell)| cell.as_str());
        again += &quoted(names.iter().map(cell).collect());
    }
    let options = Options { source: Some(table.source), ..Options::default() };
    let again = tasks::read(again.as_bytes(), &options).expect("a table");
    let say = |table: &tasks::TaskTable| {
        let said = table.rows.iter().map(|row| {
            let mut cells = row.cells.clone();
            cells.sort();
            (row.id.clone(), cells, table.task(&row.cells))
        });
        said.collect::<Vec<_>>()
    };
    assert_eq!(say(&again), say(&table), "written again it says otherwise");
}

/// What Tern writes as HTML runs nothing and leads nowhere by itself.
fn harmless(html: &str) {
    let lower = html.to_lowercase();
    for bad in ["<script", "<iframe", "<style", "<object", "javascript:\"", "=\"javascript:", "=\"data:text"]
    {
        assert!(!lower.contains(bad), "{bad} in {html}");
    }
}

/// A folder: files set apart by zero bytes, the first line of each its path.
pub fn import(data: &[u8]) {
    let parts: Vec<&[u8]> = data.split(|byte| *byte == 0).take(16).collect();
    let files: Vec<(String, &[u8])> = parts
        .iter()
        .map(|part| {
            let at = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
            (text(&part[..at]), part.get(at + 1..).unwrap_or_default())
        })
        .collect();
    let sources: Vec<SourceFile<'_>> = files
        .iter()
        .map(|(path, bytes)| SourceFile { path, bytes, hash: *blake3::hash(bytes).as_bytes() })
        .collect();
    let first = plan(&sources, &[]);
    assert!(first.pages.len() <= 16 * 64, "{} pages out of {} files", first.pages.len(), files.len());
    let id_of = |path: &str| {
        let mut id = [1; 16];
        id[1..].copy_from_slice(&blake3::hash(path.as_bytes()).as_bytes()[..15]);
        DocId(id)
    };
    let pages = resolve(&first, &|path| Some(id_of(path)), &|_| None);
    let ids: BTreeSet<DocId> = pages.iter().map(|page| page.id).collect();
    assert_eq!(ids.len(), pages.len(), "one page twice");
    for page in &pages {
        assert_ne!(page.parent, Some(page.id));
        assert!(page.parent.is_none_or(|parent| ids.contains(&parent)), "a parent that is not there");
        assert_eq!(md::normalise(&page.blocks), page.blocks);
    }
    // The same folder again changes nothing.
    let known: Vec<Known> = first
        .pages
        .iter()
        .map(|page| Known { path: Some(page.path.clone()), hash: page.hash, page: Some(id_of(&page.path)) })
        .collect();
    let again = plan(&sources, &known);
    for page in &again.pages {
        let unchanged = page.outcome == tern_interop::import::Outcome::Unchanged;
        assert!(unchanged, "{}: {:?} when imported again", page.path, page.outcome);
    }
}
