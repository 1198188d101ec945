//! Inline events of pulldown-cmark to runs of text with marks.

use pulldown_cmark::{Event, LinkType, Tag, TagEnd};
use tern_model::block::{Inline, Link, Marks};

/// Bytes of a `[!NOTE]`-like word that is kept on a line of its own at the begin of a quotation.
const MAX_CALLOUT: usize = 32;

/// Collects inline content.
#[derive(Default)]
pub(super) struct Spans {
    out: Vec<Inline>,
    strong: usize,
    em: usize,
    strike: usize,
    /// The open link, and whether it holds anything yet.
    link: Option<(Link, bool)>,
    /// Letters of the open marks, each once, outermost first.
    nesting: String,
    image: Option<ImageReader>,
    /// A `[!WORD]` at the begin is kept on its own line.
    callout: bool,
}

struct ImageReader {
    depth: usize,
    src: String,
    title: String,
    alt: String,
}

impl Spans {
    /// An empty collector; `callout` when a `[!WORD]` at its begin is kept on its own line.
    pub fn new(callout: bool) -> Self {
        Spans { callout, ..Spans::default() }
    }

    fn marks(&self) -> Marks {
        Marks {
            strong: self.strong > 0,
            em: self.em > 0,
            strike: self.strike > 0,
            link: self.link.as_ref().map(|(link, _)| link.clone()),
            nesting: self.nesting.clone(),
            ..Marks::default()
        }
    }

    fn push(&mut self, text: &str, marks: Marks) {
        if let Some((_, filled)) = &mut self.link {
            *filled |= !text.is_empty();
        }
        if let Some(image) = &mut self.image {
            image.alt.push_str(text);
        } else if let Some(Inline::Text { text: before, marks: same }) = self.out.last_mut()
            && *same == marks
        {
            before.push_str(text);
        } else if !text.is_empty() {
            self.out.push(Inline::Text { text: text.to_owned(), marks });
        }
    }

    /// Adds text with the marks that are open.
    pub fn text(&mut self, text: &str) {
        self.push(text, self.marks());
    }

    /// Adds source that is kept to the letter.
    pub fn raw(&mut self, text: &str) {
        self.push(text, Marks { raw: true, ..self.marks() });
    }

    /// Takes one event; true when a link had no text and is kept as source.
    pub fn event(&mut self, event: Event<'_>, source: &str) -> bool {
        match event {
            Event::Text(text) => self.text(&text),
            Event::Code(text) => self.push(&text, Marks { code: true, ..self.marks() }),
            Event::Html(text) | Event::InlineHtml(text) => self.raw(&text),
            Event::InlineMath(text) => self.raw(&format!("${text}$")),
            Event::DisplayMath(text) => self.raw(&format!("$${text}$$")),
            Event::FootnoteReference(label) => self.raw(&format!("[^{label}]")),
            Event::SoftBreak => self.soft_break(),
            Event::HardBreak => self.text("\n"),
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => return self.end(tag, source),
            Event::TaskListMarker(_) | Event::Rule => self.text(source),
        }
        false
    }

    fn soft_break(&mut self) {
        if self.callout
            && let Some((word, false)) = self.callout_word()
        {
            self.out.clear();
            self.raw(&format!("{word}\n"));
            self.callout = false;
        } else {
            self.callout = false;
            self.text(" ");
        }
    }

    /// The text so far when it is one `[!WORD]`, and whether it carries marks.
    fn callout_word(&self) -> Option<(String, bool)> {
        let [Inline::Text { text, marks }] = self.out.as_slice() else { return None };
        let inner = text.strip_prefix("[!")?;
        let (word, tail) = inner.split_once(']')?;
        let simple = !word.is_empty()
            && text.len() <= MAX_CALLOUT
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && matches!(tail, "" | "-" | "+");
        simple.then(|| (text.clone(), *marks != Marks::default()))
    }

    fn start(&mut self, tag: Tag<'_>) {
        if let Some(image) = &mut self.image {
            image.depth += 1;
            return;
        }
        match tag {
            Tag::Emphasis => open_mark(&mut self.em, 'e', &mut self.nesting),
            Tag::Strong => open_mark(&mut self.strong, 's', &mut self.nesting),
            Tag::Strikethrough => open_mark(&mut self.strike, 'k', &mut self.nesting),
            Tag::Link { link_type, dest_url, title, .. } => {
                let mail = matches!(link_type, LinkType::Email) && !dest_url.starts_with("mailto:");
                let href = if mail { format!("mailto:{dest_url}") } else { dest_url.into_string() };
                self.nesting.push('l');
                self.link = Some((Link { href, title: title.into_string() }, false));
            }
            Tag::Image { dest_url, title, .. } => {
                self.image = Some(ImageReader {
                    depth: 1,
                    src: dest_url.into_string(),
                    title: title.into_string(),
                    alt: String::new(),
                });
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, source: &str) -> bool {
        if let Some(image) = &mut self.image {
            image.depth -= 1;
            if image.depth == 0
                && let Some(ImageReader { src, title, alt, .. }) = self.image.take()
            {
                let marks = self.marks();
                self.out.push(Inline::Image { src, alt, title, marks });
                if let Some((_, filled)) = &mut self.link {
                    *filled = true;
                }
            }
            return false;
        }
        match tag {
            TagEnd::Emphasis => close_mark(&mut self.em, 'e', &mut self.nesting),
            TagEnd::Strong => close_mark(&mut self.strong, 's', &mut self.nesting),
            TagEnd::Strikethrough => close_mark(&mut self.strike, 'k', &mut self.nesting),
            TagEnd::Link => {
                self.nesting.retain(|letter| letter != 'l');
                if let Some((_, false)) = self.link.take() {
                    self.raw(&source.split_whitespace().collect::<Vec<_>>().join(" "));
                    return true;
                }
            }
            _ => {}
        }
        false
    }

    /// The runs collected.
    pub fn finish(self) -> Vec<Inline> {
        self.out
    }
}

/// Counts a mark that may lie in its own kind; only the outermost counts for the nesting.
fn open_mark(depth: &mut usize, letter: char, nesting: &mut String) {
    if *depth == 0 {
        nesting.push(letter);
    }
    *depth += 1;
}

fn close_mark(depth: &mut usize, letter: char, nesting: &mut String) {
    *depth = depth.saturating_sub(1);
    if *depth == 0 {
        nesting.retain(|open| open != letter);
    }
}
