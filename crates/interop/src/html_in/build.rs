//! Builds blocks from tags and text as they come. One file: it is one state machine, tag by tag.

use tern_model::block::{Block, BlockKind, Container, Inline, Link, Marks, Table};

use crate::markdown::MAX_DEPTH;

/// Most marks that are open at once; tags beyond that mark nothing.
const MAX_OPEN: usize = 256;
/// Most blocks that one paste gives; the text of what follows joins the last.
const MAX_BLOCKS: usize = 50_000;
/// Most cells of a table, and most in a row.
const MAX_CELLS: usize = 65_536;
const MAX_COLUMNS: usize = 1_024;

/// A container that is open.
#[derive(Debug)]
enum Frame {
    Quote,
    List {
        ordered: bool,
        start: Option<u64>,
        items: usize,
    },
    /// An item; its first text opens it.
    Item {
        ordered: bool,
        opened: bool,
        checked: Option<bool>,
    },
}

/// A table being read.
#[derive(Debug, Default)]
struct Rows {
    rows: Vec<Vec<Vec<Inline>>>,
    cells: usize,
    in_cell: bool,
    /// Tables inside this one, which are read as text.
    inner: usize,
}

/// What is built.
#[derive(Debug, Default)]
pub(super) struct Builder {
    out: Vec<Block>,
    frames: Vec<Frame>,
    /// Containers that were not opened for being too deep.
    too_deep: usize,
    marks: Marks,
    /// Inline elements that are open, and the marks before each.
    open: Vec<(String, Marks)>,
    inline: Vec<Inline>,
    heading: Option<u8>,
    /// Text of a `pre`, and its language.
    pre: Option<(String, String)>,
    table: Option<Rows>,
}

impl Builder {
    /// Everything that was read.
    pub fn finish(mut self) -> Vec<Block> {
        self.end_pre();
        self.end_table();
        self.flush();
        self.out
    }

    /// Takes text.
    pub fn text(&mut self, text: &str) {
        if let Some((source, _)) = &mut self.pre {
            source.push_str(text);
            return;
        }
        if self.table.as_ref().is_some_and(|table| !table.in_cell) {
            return;
        }
        let mut spaced = self.inline.last().is_none_or(|run| run.as_text().ends_with([' ', '\n']));
        let mut words = String::with_capacity(text.len());
        for c in text.chars() {
            let space = c.is_whitespace() || c == '\0';
            if !(space && spaced) {
                words.push(if space { ' ' } else { c });
            }
            spaced = space;
        }
        self.push(&words, self.marks.clone());
    }

    fn push(&mut self, words: &str, marks: Marks) {
        match self.inline.last_mut() {
            _ if words.is_empty() => {}
            Some(Inline::Text { text, marks: same }) if *same == marks => text.push_str(words),
            _ => self.inline.push(Inline::Text { text: words.to_owned(), marks }),
        }
    }

    /// Takes a start tag.
    pub fn start(&mut self, name: &str, attr: &dyn Fn(&str) -> Option<String>) {
        match name {
            "br" => self.line_break(),
            "hr" => self.divider(),
            "img" => self.picture(attr),
            "input" => self.check_box(attr),
            "pre" if self.table.is_none() => {
                self.flush();
                self.pre.get_or_insert_default();
            }
            "code" if self.pre.is_some() => self.language(attr),
            "ul" | "ol" | "menu" => self.list(name == "ol", attr("start")),
            "li" => self.item(),
            "blockquote" => self.container(Frame::Quote),
            "table" => self.begin_table(),
            "tr" => self.begin_row(),
            "td" | "th" => self.begin_cell(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = name.get(1..).and_then(|level| level.parse().ok());
            }
            _ if is_block(name) => self.flush(),
            _ => self.mark(name, attr),
        }
    }

    /// Takes an end tag.
    pub fn end(&mut self, name: &str) {
        match name {
            "pre" => self.end_pre(),
            "ul" | "ol" | "menu" => self.close(|frame| matches!(frame, Frame::List { .. })),
            "li" => self.close_item(),
            "blockquote" => self.close(|frame| matches!(frame, Frame::Quote)),
            "td" | "th" | "tr" => self.end_cell(),
            "table" => match &mut self.table {
                Some(table) if table.inner > 0 => table.inner -= 1,
                _ => self.end_table(),
            },
            "p" => self.flush(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = None;
            }
            _ if is_block(name) => self.flush(),
            _ => {
                if let Some(at) = self.open.iter().rposition(|(open, _)| open == name) {
                    self.marks.clone_from(&self.open[at].1);
                    self.open.truncate(at);
                }
            }
        }
    }

    // ---- inside a line ----

    fn mark(&mut self, name: &str, attr: &dyn Fn(&str) -> Option<String>) {
        if self.open.len() >= MAX_OPEN {
            return;
        }
        let before = self.marks.clone();
        match name {
            "b" | "strong" => self.marks.strong = true,
            "i" | "em" | "cite" | "dfn" | "var" => self.marks.em = true,
            "s" | "del" | "strike" => self.marks.strike = true,
            "code" | "kbd" | "samp" | "tt" => self.marks.code = true,
            "a" => {
                let href = attr("href").filter(|href| is_safe(href));
                self.marks.link = href.map(|href| Link { href, title: String::new() });
            }
            _ => {}
        }
        if let Some(style) = attr("style") {
            styled(&style, &mut self.marks);
        }
        self.open.push((name.to_owned(), before));
    }

    fn line_break(&mut self) {
        match &mut self.pre {
            Some((source, _)) => source.push('\n'),
            None if self.table.is_some() => self.text(" "),
            None if self.inline.is_empty() => {}
            None => self.push("\n", self.marks.clone()),
        }
    }

    /// A picture is a link to it with its words; what cannot be named is left out.
    fn picture(&mut self, attr: &dyn Fn(&str) -> Option<String>) {
        let src = attr("src").filter(|src| is_safe(src));
        let words = attr("alt").filter(|alt| !alt.trim().is_empty());
        let Some(words) = words.or_else(|| src.as_ref().map(|_| "Picture".to_owned())) else { return };
        let link = self.marks.link.clone().or(src.map(|href| Link { href, title: String::new() }));
        self.push(words.trim(), Marks { link, ..self.marks.clone() });
    }

    fn check_box(&mut self, attr: &dyn Fn(&str) -> Option<String>) {
        if attr("type").is_some_and(|kind| kind.eq_ignore_ascii_case("checkbox"))
            && let Some(Frame::Item { checked, opened: false, .. }) = self.frames.last_mut()
        {
            *checked = Some(attr("checked").is_some());
        }
    }

    // ---- blocks ----

    /// The containers around what comes next.
    fn parents(&self) -> Vec<Container> {
        let of = |ordered: bool| if ordered { Container::Ordered } else { Container::Bullet };
        let mut parents = Vec::new();
        for (at, frame) in self.frames.iter().enumerate() {
            match frame {
                Frame::Quote => parents.push(Container::Quote),
                Frame::Item { ordered, opened: true, .. } => parents.push(of(*ordered)),
                // What lies in a list but in none of its items belongs to the item before.
                Frame::List { ordered, items, .. }
                    if *items > 0 && !matches!(self.frames.get(at + 1), Some(Frame::Item { .. })) =>
                {
                    parents.push(of(*ordered));
                }
                _ => {}
            }
        }
        parents
    }

    fn emit(&mut self, kind: BlockKind, restart: Option<usize>, inline: Vec<Inline>) {
        let parents = self.parents();
        if self.out.len() < MAX_BLOCKS {
            self.out.push(Block { parents, restart, kind, inline });
        } else if let Some(last) = self.out.last_mut() {
            last.inline.push(Inline::text(" "));
            last.inline.extend(inline);
        }
    }

    /// Ends the text that was begun: it becomes a block.
    fn flush(&mut self) {
        if let Some(table) = &self.table {
            if table.in_cell {
                self.text(" ");
            }
            return;
        }
        if self.pre.is_some() {
            return;
        }
        let blank = self.inline.iter().all(|run| run.as_text().trim().is_empty());
        let inline = std::mem::take(&mut self.inline);
        if blank {
            return;
        }
        if self.opens_item() {
            self.open_item(inline);
        } else {
            let kind = self.heading.map_or(BlockKind::Paragraph, |level| BlockKind::Heading { level });
            self.emit(kind, None, inline);
        }
    }

    fn opens_item(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::Item { opened: false, .. }))
    }

    fn open_item(&mut self, inline: Vec<Inline>) {
        let Some(Frame::Item { ordered, checked, .. }) = self.frames.last() else { return };
        let (ordered, checked) = (*ordered, *checked);
        let mut start = None;
        let mut first = true;
        if let [.., Frame::List { start: from, items, .. }, _] = self.frames.as_mut_slice() {
            first = *items == 0;
            start = first.then(|| from.unwrap_or(1));
            *items += 1;
        }
        let kind = match (ordered, checked) {
            (true, _) => BlockKind::OrderedItem { start, loose: false },
            (false, Some(checked)) => BlockKind::TaskItem { checked, loose: false },
            (false, None) => BlockKind::BulletItem { loose: false },
        };
        let restart = self.restart(&kind).filter(|_| first);
        self.emit(kind, restart, inline);
        if let Some(Frame::Item { opened, .. }) = self.frames.last_mut() {
            *opened = true;
        }
    }

    /// The depth at which a new list begins although one of its kind is open there.
    fn restart(&self, kind: &BlockKind) -> Option<usize> {
        let parents = self.parents();
        let last = self.out.last()?;
        let mut inside = last.parents.clone();
        inside.extend(last.opens());
        let same = inside.starts_with(&parents) && inside.get(parents.len()) == kind.opens().as_ref();
        same.then_some(parents.len())
    }

    fn container(&mut self, frame: Frame) {
        if self.table.is_some() {
            return;
        }
        self.flush();
        if self.opens_item() && !matches!(frame, Frame::Item { .. }) {
            self.open_item(Vec::new());
        }
        let depth = self.frames.iter().filter(|frame| !matches!(frame, Frame::Item { .. })).count();
        if depth >= MAX_DEPTH && !matches!(frame, Frame::Item { .. }) {
            self.too_deep += 1;
        } else {
            self.frames.push(frame);
        }
    }

    fn list(&mut self, ordered: bool, start: Option<String>) {
        let start = start.and_then(|start| start.trim().parse().ok());
        self.container(Frame::List { ordered, start, items: 0 });
    }

    fn item(&mut self) {
        self.close_item();
        if let Some(Frame::List { ordered, .. }) = self.frames.last() {
            let ordered = *ordered;
            self.container(Frame::Item { ordered, opened: false, checked: None });
        } else {
            self.flush();
        }
    }

    /// Ends the item that is open in the innermost list.
    fn close_item(&mut self) {
        self.flush();
        if self.table.is_none() && matches!(self.frames.last(), Some(Frame::Item { .. })) {
            if self.opens_item() {
                self.open_item(Vec::new());
            }
            self.frames.pop();
        }
    }

    fn close(&mut self, which: impl Fn(&Frame) -> bool) {
        self.flush();
        if self.table.is_some() {
            return;
        }
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(at) = self.frames.iter().rposition(which) else { return };
        self.close_item();
        self.frames.truncate(at);
    }

    fn divider(&mut self) {
        self.flush();
        if self.table.is_none() && self.pre.is_none() {
            if self.opens_item() {
                self.open_item(Vec::new());
            }
            self.emit(BlockKind::Divider, None, Vec::new());
        }
    }

    fn language(&mut self, attr: &dyn Fn(&str) -> Option<String>) {
        let class = attr("class").unwrap_or_default();
        let named = class.split_whitespace().find_map(|class| {
            class.strip_prefix("language-").or_else(|| class.strip_prefix("lang-")).map(str::to_owned)
        });
        if let (Some((_, language)), Some(named)) = (&mut self.pre, named) {
            *language = named;
        }
    }

    fn end_pre(&mut self) {
        let Some((source, language)) = self.pre.take() else { return };
        let source = source.strip_prefix('\n').unwrap_or(&source);
        let source = source.strip_suffix('\n').unwrap_or(source);
        if self.opens_item() {
            self.open_item(Vec::new());
        }
        self.emit(BlockKind::Code { language }, None, vec![Inline::text(source)]);
    }

    // ---- tables ----

    fn begin_table(&mut self) {
        match &mut self.table {
            Some(table) => table.inner += 1,
            None => {
                self.flush();
                if self.opens_item() {
                    self.open_item(Vec::new());
                }
                self.table = Some(Rows::default());
            }
        }
    }

    fn begin_row(&mut self) {
        self.end_cell();
        if let Some(table) = self.table.as_mut().filter(|table| table.inner == 0) {
            table.rows.push(Vec::new());
        }
    }

    fn begin_cell(&mut self) {
        self.end_cell();
        let Some(table) = self.table.as_mut().filter(|table| table.inner == 0) else { return };
        let room = table.cells < MAX_CELLS && table.rows.last().is_none_or(|row| row.len() < MAX_COLUMNS);
        if table.rows.is_empty() {
            table.rows.push(Vec::new());
        }
        table.in_cell = room;
        table.cells += 1;
    }

    fn end_cell(&mut self) {
        let Some(table) = self.table.as_mut().filter(|table| table.inner == 0 && table.in_cell) else {
            return;
        };
        table.in_cell = false;
        if let Some(row) = table.rows.last_mut() {
            row.push(std::mem::take(&mut self.inline));
        }
    }

    fn end_table(&mut self) {
        if let Some(table) = &mut self.table {
            table.inner = 0;
        }
        self.end_cell();
        let Some(mut table) = self.table.take() else { return };
        table.rows.retain(|row| !row.is_empty());
        let columns = table.rows.iter().map(Vec::len).max().unwrap_or(0);
        // A table is filled up to a rectangle later, so one wide row must not make all of them wide.
        if columns > 0 && columns.saturating_mul(table.rows.len()) <= MAX_CELLS {
            let table = Table { align: vec![Default::default(); columns], rows: table.rows };
            self.emit(BlockKind::Table { table }, None, Vec::new());
        } else {
            for row in table.rows {
                let line = row.into_iter().flat_map(|cell| cell.into_iter().chain([Inline::text(" ")]));
                self.emit(BlockKind::Paragraph, None, line.collect());
            }
        }
    }
}

/// Elements that stand on lines of their own.
fn is_block(name: &str) -> bool {
    const BLOCKS: [&str; 24] = [
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "aside",
        "nav",
        "figure",
        "figcaption",
        "dl",
        "dt",
        "dd",
        "address",
        "form",
        "fieldset",
        "center",
        "body",
        "html",
        "details",
        "summary",
        "caption",
        "tr",
    ];
    BLOCKS.contains(&name)
}

/// Addresses that a page may hold.
fn is_safe(href: &str) -> bool {
    const SCHEMES: [&str; 5] = ["https://", "http://", "mailto:", "tern:", "tern-member:"];
    SCHEMES
        .iter()
        .any(|scheme| href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// What a style says of weight, slant and strike.
fn styled(style: &str, marks: &mut Marks) {
    for (name, value) in style.split(';').filter_map(|part| part.split_once(':')) {
        let value = value.trim().to_ascii_lowercase();
        match name.trim().to_ascii_lowercase().as_str() {
            "font-weight" => match value.parse::<u16>() {
                Ok(weight) => marks.strong = weight >= 600,
                Err(_) if value.starts_with("bold") => marks.strong = true,
                Err(_) if value == "normal" => marks.strong = false,
                Err(_) => {}
            },
            "font-style" if value == "italic" => marks.em = true,
            "font-style" if value == "normal" => marks.em = false,
            "text-decoration" | "text-decoration-line" if value.contains("line-through") => {
                marks.strike = true
            }
            _ => {}
        }
    }
}
