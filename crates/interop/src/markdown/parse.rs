//! Markdown to the tree of blocks, over the events of pulldown-cmark.
//!
//! Whatever the events do not show (link definitions, excess table cells) or Tern has no form for (footnote
//! definitions, containers nested too deep) is taken from the source as it stands.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, OffsetIter, Options, Parser, Tag, TagEnd};
use tern_model::block::{Align, BlockKind, Inline, Table};

use super::MAX_DEPTH;
use super::collect::Spans;
use super::inline;
use super::tree::{Item, List, Node};

const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_MATH);

/// Whether a line of a paragraph, its first one or one below another, begins something else.
pub(super) fn begins_block(above: Option<&str>, line: &str) -> bool {
    // Of the line above, only the columns of a table count.
    let text = match above {
        None => line.to_owned(),
        Some("") => format!("a\n{line}"),
        Some(above) => {
            let columns: String = above.chars().map(|c| if c == '|' { c } else { 'a' }).collect();
            format!("{columns}\n{line}")
        }
    };
    let mut events = Parser::new_ext(&text, OPTIONS);
    let paragraph = matches!(events.next(), Some(Event::Start(Tag::Paragraph)));
    !(paragraph && matches!(events.last(), Some(Event::End(TagEnd::Paragraph))))
}

/// Parses clean text.
pub(super) fn nodes(text: &str) -> Vec<Node> {
    let mut events = Parser::new_ext(text, OPTIONS).into_offset_iter();
    let definitions = definitions(&events);
    let mut reader = Reader::new(text);
    while let Some((event, range)) = events.next() {
        note_reference(&events, &event, &mut reader);
        reader.event(event, range);
    }
    reader.finish(&definitions)
}

/// A link reference definition: where it stands, and how to write it if its lines cannot be cut out.
struct Definition {
    span: Range<usize>,
    source: String,
}

fn definitions(events: &OffsetIter<'_>) -> Vec<Definition> {
    let mut found: Vec<Definition> = events
        .reference_definitions()
        .iter()
        .map(|(label, def)| {
            let title = def.title.as_deref().unwrap_or_default();
            let source = format!("[{label}]: {}", inline::address(&def.dest, title));
            Definition { span: def.span.clone(), source }
        })
        .collect();
    found.sort_by_key(|d| d.span.start);
    found
}

/// Remembers which definition a link uses, and whether the link keeps its own source and so needs the definition.
fn note_reference(events: &OffsetIter<'_>, event: &Event<'_>, reader: &mut Reader<'_>) {
    if let Event::Start(Tag::Link { link_type, id, .. } | Tag::Image { link_type, id, .. }) = event
        && matches!(link_type, LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut)
        && let Some(definition) = events.reference_definitions().get(id)
    {
        let set = if reader.skipping.is_some() { &mut reader.needed } else { &mut reader.used };
        set.insert(definition.span.start);
        reader.last_reference = Some(definition.span.start);
    }
}

enum Frame {
    Root,
    Quote(Vec<Node>),
    List(List),
    /// An item, and the columns of its marker.
    Item(Item, usize),
}

/// A part of the source that is kept as it stands: events are counted until it ends.
struct Skip {
    depth: usize,
    range: Range<usize>,
}

struct Reader<'a> {
    text: &'a str,
    root: Vec<(Range<usize>, Node)>,
    frames: Vec<Frame>,
    /// Top-level block being read begins here.
    top: Option<usize>,
    spans: Option<Spans>,
    block: Option<BlockKind>,
    source: String,
    table: Option<TableReader>,
    skipping: Option<Skip>,
    used: BTreeSet<usize>,
    needed: BTreeSet<usize>,
    last_reference: Option<usize>,
}

#[derive(Default)]
struct TableReader {
    table: Table,
    row: Vec<Vec<Inline>>,
    last_cell_end: usize,
    excess: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Reader {
            text,
            root: Vec::new(),
            frames: vec![Frame::Root],
            top: None,
            spans: None,
            block: None,
            source: String::new(),
            table: None,
            skipping: None,
            used: BTreeSet::new(),
            needed: BTreeSet::new(),
            last_reference: None,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if self.skip(&event) {
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Rule => {
                self.end_text();
                self.push(Node::Leaf(BlockKind::Divider, Vec::new()), range);
            }
            Event::Html(text) => self.source.push_str(&text),
            Event::Text(text) if self.block.is_some() && self.spans.is_none() => self.source.push_str(&text),
            Event::TaskListMarker(checked) => self.task_marker(checked),
            other => self.inline(other, &range),
        }
    }

    /// Whether the event lies in a part that is kept as source.
    fn skip(&mut self, event: &Event<'_>) -> bool {
        let Some(skip) = &mut self.skipping else { return false };
        match event {
            Event::Start(_) => skip.depth += 1,
            Event::End(_) => skip.depth -= 1,
            _ => {}
        }
        if skip.depth == 0
            && let Some(skip) = self.skipping.take()
        {
            let source = self.cut(&skip.range);
            self.push(Node::verbatim(&source), skip.range);
        }
        true
    }

    fn keep(&mut self, range: Range<usize>) {
        self.end_text();
        self.skipping = Some(Skip { depth: 1, range });
    }

    fn depth(&self) -> usize {
        self.frames.iter().filter(|f| matches!(f, Frame::Quote(_) | Frame::List(_))).count()
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        if self.frames.len() == 1 && self.top.is_none() {
            self.top = Some(range.start);
        }
        match tag {
            Tag::BlockQuote(_) | Tag::List(_) | Tag::FootnoteDefinition(_)
                if self.depth() >= MAX_DEPTH || matches!(tag, Tag::FootnoteDefinition(_)) =>
            {
                self.keep(range);
            }
            Tag::BlockQuote(_) => {
                self.end_text();
                self.frames.push(Frame::Quote(Vec::new()));
            }
            Tag::List(start) => {
                self.end_text();
                self.frames.push(Frame::List(List { start, loose: false, items: Vec::new() }));
            }
            Tag::Item => {
                let columns = marker_columns(self.text.get(range).unwrap_or_default());
                self.frames.push(Frame::Item(Item::default(), columns));
            }
            Tag::Paragraph => {
                let callout =
                    matches!(self.frames.last(), Some(Frame::Quote(children)) if children.is_empty());
                self.end_text();
                self.spans = Some(Spans::new(callout));
                self.loosen();
            }
            Tag::Heading { level, .. } => {
                self.end_text();
                self.block = Some(BlockKind::Heading { level: level as u8 });
                self.spans = Some(Spans::default());
            }
            Tag::CodeBlock(kind) => {
                self.end_text();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.block = Some(BlockKind::Code { language });
            }
            Tag::HtmlBlock => {
                self.end_text();
                self.block = Some(BlockKind::Verbatim);
            }
            Tag::Table(align) => {
                self.end_text();
                let align = align.into_iter().map(alignment).collect();
                self.table =
                    Some(TableReader { table: Table { align, rows: Vec::new() }, ..TableReader::default() });
            }
            Tag::TableHead | Tag::TableRow => {}
            Tag::TableCell => self.spans = Some(Spans::default()),
            tag => self.inline(Event::Start(tag), &range),
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) => self.end_text_at(range),
            TagEnd::CodeBlock | TagEnd::HtmlBlock => self.end_source(range),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => {
                self.end_text();
                self.end_frame(range);
            }
            TagEnd::Table | TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell => {
                self.end_table(tag, range);
            }
            tag => self.inline(Event::End(tag), &range),
        }
    }

    /// A paragraph directly in an item makes its list loose.
    fn loosen(&mut self) {
        if let [.., Frame::List(list), Frame::Item(..)] = self.frames.as_mut_slice() {
            list.loose = true;
        }
    }

    fn task_marker(&mut self, checked: bool) {
        let bullets = match self.frames.as_slice() {
            [.., Frame::List(list), Frame::Item(..)] => list.start.is_none(),
            _ => false,
        };
        if bullets && let Some(Frame::Item(item, _)) = self.frames.last_mut() {
            item.checked = Some(checked);
            return;
        }
        let spans = self.spans.get_or_insert_default();
        spans.raw(if checked { "[x]" } else { "[ ]" });
        spans.text(" ");
    }

    fn inline(&mut self, event: Event<'_>, range: &Range<usize>) {
        // What is no tag comes with the marks of the containers around it.
        if let Event::InlineHtml(text) = &event
            && text.contains('\n')
            && (text.starts_with("<!") || text.starts_with("<?"))
        {
            let html = self.cut(range);
            if html.ends_with('>') {
                return self.spans.get_or_insert_default().raw(&html);
            }
            // What seemed to end it is the mark of a quote, so it has not ended and is text.
            let words: String = html.lines().flat_map(|line| [line.trim(), " "]).collect();
            return self.spans.get_or_insert_default().text(&words);
        }
        let source = self.text.get(range.clone()).unwrap_or_default();
        let kept = self.spans.get_or_insert_default().event(event, source);
        if kept && let Some(definition) = self.last_reference.take() {
            self.needed.insert(definition);
        }
    }

    /// Ends the loose text of a tight item, if there is any.
    fn end_text(&mut self) {
        let end = self.root.last().map_or(0, |(range, _)| range.end);
        self.end_text_at(end..end);
    }

    /// Ends a paragraph or a heading.
    fn end_text_at(&mut self, range: Range<usize>) {
        let Some(spans) = self.spans.take() else { return };
        let inline = spans.finish();
        match self.block.take() {
            Some(kind @ BlockKind::Heading { .. }) => self.push(Node::Leaf(kind, inline), range),
            _ if inline.is_empty() => {}
            _ => match self.frames.last_mut() {
                Some(Frame::Item(item, _)) if item.inline.is_empty() && item.children.is_empty() => {
                    item.inline = inline;
                }
                _ => self.push(Node::paragraph(inline), range),
            },
        }
    }

    fn end_source(&mut self, range: Range<usize>) {
        let mut source = std::mem::take(&mut self.source);
        let Some(kind) = self.block.take() else { return };
        if source.ends_with('\n') {
            source.pop();
        }
        let inline = if source.is_empty() { Vec::new() } else { vec![Inline::text(source)] };
        self.push(Node::Leaf(kind, inline), range);
    }

    fn end_frame(&mut self, range: Range<usize>) {
        match self.frames.pop() {
            Some(Frame::Quote(children)) => self.push(Node::Quote(children), range),
            Some(Frame::List(list)) => self.push(Node::List(list), range),
            Some(Frame::Item(item, _)) => {
                if let Some(Frame::List(list)) = self.frames.last_mut() {
                    list.items.push(item);
                }
            }
            Some(Frame::Root) | None => self.frames.push(Frame::Root),
        }
    }

    fn end_table(&mut self, tag: TagEnd, range: Range<usize>) {
        let Some(reader) = &mut self.table else { return };
        match tag {
            TagEnd::TableCell => {
                let spans = self.spans.take().unwrap_or_default();
                reader.row.push(spans.finish());
                reader.last_cell_end = range.end;
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                reader.table.rows.push(std::mem::take(&mut reader.row));
                let rest = self.text.get(reader.last_cell_end..range.end).unwrap_or_default();
                reader.excess |= rest.contains(|c: char| c != '|' && !c.is_whitespace());
            }
            _ => {
                let Some(reader) = self.table.take() else { return };
                let node = if reader.excess {
                    Node::verbatim(&self.cut(&range))
                } else {
                    Node::Leaf(BlockKind::Table { table: reader.table }, Vec::new())
                };
                self.push(node, range);
            }
        }
    }

    fn push(&mut self, node: Node, range: Range<usize>) {
        match self.frames.last_mut() {
            Some(Frame::Quote(children)) => children.push(node),
            Some(Frame::Item(item, _)) => item.children.push(node),
            Some(Frame::List(_)) => {}
            Some(Frame::Root) | None => {
                let start = self.top.take().unwrap_or(range.start).min(range.start);
                self.root.push((start..range.end, node));
            }
        }
    }

    /// The source of a range with the marks of the containers around it taken off its lines.
    fn cut(&self, range: &Range<usize>) -> String {
        let source = self.text.get(range.clone()).unwrap_or_default();
        let mut out = String::with_capacity(source.len());
        for (index, line) in source.lines().enumerate() {
            if index > 0 {
                out.push('\n');
            }
            out.push_str(if index == 0 { line } else { self.uncontained(line) });
        }
        out
    }

    fn uncontained<'l>(&self, mut line: &'l str) -> &'l str {
        for frame in &self.frames {
            match frame {
                Frame::Quote(_) => {
                    let inner = line.trim_start_matches(' ');
                    let marked = line.len() - inner.len() < 4;
                    if let Some(inner) = inner.strip_prefix('>').filter(|_| marked) {
                        line = inner.strip_prefix(' ').unwrap_or(inner);
                    }
                }
                Frame::Item(_, columns) => {
                    let spaces = line.bytes().take(*columns).take_while(|b| *b == b' ').count();
                    line = line.get(spaces..).unwrap_or_default();
                }
                Frame::Root | Frame::List(_) => {}
            }
        }
        line
    }
}

/// Columns from the begin of an item to its content.
fn marker_columns(item: &str) -> usize {
    let rest = item.trim_start_matches(' ');
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let before = item.len() - rest.len() + digits + 1;
    let after = item.bytes().skip(before).take_while(|b| *b == b' ').count();
    let blank = item.get(before..).is_none_or(|r| r.lines().next().is_none_or(|l| l.trim().is_empty()));
    before + if blank || after > 4 || after == 0 { 1 } else { after }
}

fn alignment(align: pulldown_cmark::Alignment) -> Align {
    match align {
        pulldown_cmark::Alignment::None => Align::None,
        pulldown_cmark::Alignment::Left => Align::Left,
        pulldown_cmark::Alignment::Center => Align::Center,
        pulldown_cmark::Alignment::Right => Align::Right,
    }
}

impl Reader<'_> {
    /// The blocks in order, with the definitions that no link has taken up.
    fn finish(mut self, definitions: &[Definition]) -> Vec<Node> {
        self.end_text();
        let (taken, mut open): (Vec<&Definition>, Vec<&Definition>) = definitions
            .iter()
            .partition(|d| self.used.contains(&d.span.start) && !self.needed.contains(&d.span.start));
        open.reverse();
        let root = std::mem::take(&mut self.root);
        let mut out = Vec::new();
        let mut at = 0;
        for (range, node) in root {
            self.gap(at..range.start, &taken, &mut out);
            out.push(node);
            at = at.max(range.end);
            while let Some(definition) = open.pop_if(|d| d.span.start < range.end) {
                if definition.span.start >= range.start {
                    out.push(Node::verbatim(&definition.source));
                }
            }
        }
        self.gap(at..self.text.len(), &taken, &mut out);
        out
    }

    /// Keeps what stands between two blocks, except definitions that have become part of links.
    fn gap(&self, range: Range<usize>, taken: &[&Definition], out: &mut Vec<Node>) {
        if self.text.get(range.clone()).is_none_or(|gap| gap.trim().is_empty()) {
            return;
        }
        let mut at = range.start;
        let first = taken.partition_point(|d| d.span.start < range.start);
        let inside = taken.iter().skip(first).take_while(|d| d.span.start < range.end);
        let mut kept = String::new();
        for definition in inside {
            kept.push_str(self.text.get(at..definition.span.start).unwrap_or_default());
            at = definition.span.end.max(at);
        }
        kept.push_str(self.text.get(at..range.end).unwrap_or_default());
        for part in kept.split("\n\n").map(str::trim).filter(|p| !p.is_empty()) {
            out.push(Node::verbatim(part));
        }
    }
}
