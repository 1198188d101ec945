//! Blocks as plain HTML for reading: escaped, without scripts, and with links only to where a click is harmless.

use std::fmt::Write as _;

use tern_model::block::{Align, Block, BlockKind, Container, Inline, Marks, Table};

use crate::markdown;

/// Renders blocks as an HTML fragment. Source without a form (inline HTML too) is shown as text.
pub fn render(blocks: &[Block]) -> String {
    let mut page = Page { out: String::new(), open: Vec::new() };
    for block in markdown::normalise(blocks) {
        page.block(&block);
    }
    page.close_to(0);
    page.out
}

struct Page {
    out: String,
    open: Vec<Container>,
}

impl Page {
    /// Closes containers until `depth` are open. A list container stands for its list and its open item.
    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth
            && let Some(container) = self.open.pop()
        {
            self.out.push_str(match container {
                Container::Quote => "</blockquote>\n",
                Container::Bullet => "</li>\n</ul>\n",
                Container::Ordered => "</li>\n</ol>\n",
            });
        }
    }

    fn block(&mut self, block: &Block) {
        let depth = block.parents.len();
        let same = block.parents.iter().zip(&self.open).take_while(|(a, b)| a == b).count();
        let shared = same.min(block.restart.unwrap_or(same));
        let continues = block.opens().is_some()
            && shared == depth
            && block.restart.is_none()
            && self.open.get(depth) == block.opens().as_ref();
        self.close_to(if continues { depth + 1 } else { shared });
        for container in block.parents.get(self.open.len()..).unwrap_or_default() {
            self.out.push_str(match container {
                Container::Quote => "<blockquote>\n",
                Container::Bullet => "<ul>\n<li>",
                Container::Ordered => "<ol>\n<li>",
            });
            self.open.push(*container);
        }
        match block.opens() {
            Some(container) => self.item(block, container, continues),
            None => self.leaf(block),
        }
    }

    fn item(&mut self, block: &Block, container: Container, continues: bool) {
        if continues {
            self.out.push_str("</li>\n");
        } else {
            match block.kind {
                BlockKind::OrderedItem { start: Some(start), .. } if start != 1 => {
                    let _ = writeln!(self.out, "<ol start=\"{start}\">");
                }
                _ => self.out.push_str(if container == Container::Ordered { "<ol>\n" } else { "<ul>\n" }),
            }
            self.open.push(container);
        }
        self.out.push_str("<li>");
        if let BlockKind::TaskItem { checked, .. } = block.kind {
            let checked = if checked { " checked" } else { "" };
            let _ = write!(self.out, "<input type=\"checkbox\" disabled{checked}> ");
        }
        if let BlockKind::Task { id } = &block.kind {
            self.out.push_str("<a href=\"");
            escape(&crate::markdown::task_address(id), &mut self.out);
            self.out.push_str("\">task</a>");
        }
        inlines(&block.inline, &mut self.out);
        self.out.push('\n');
    }

    fn leaf(&mut self, block: &Block) {
        let out = &mut self.out;
        match &block.kind {
            BlockKind::Heading { level } => {
                let _ = write!(out, "<h{level}>");
                inlines(&block.inline, out);
                let _ = writeln!(out, "</h{level}>");
            }
            BlockKind::Code { language } => {
                let language = language.split_whitespace().next().unwrap_or_default();
                if language.is_empty() {
                    out.push_str("<pre><code>");
                } else {
                    out.push_str("<pre><code class=\"language-");
                    escape(language, out);
                    out.push_str("\">");
                }
                escape(&block.text(), out);
                out.push_str("\n</code></pre>\n");
            }
            BlockKind::Callout { tone } => {
                out.push_str("<blockquote class=\"callout ");
                escape(tone, out);
                out.push_str("\">\n<p>");
                inlines(&block.inline, out);
                out.push_str("</p>\n</blockquote>\n");
            }
            BlockKind::Divider => out.push_str("<hr>\n"),
            BlockKind::Table { table } => render_table(table, out),
            BlockKind::Verbatim | BlockKind::Unknown { .. } => {
                out.push_str("<pre class=\"source\">");
                escape(&block.text(), out);
                out.push_str("</pre>\n");
            }
            _ => {
                out.push_str("<p>");
                inlines(&block.inline, out);
                out.push_str("</p>\n");
            }
        }
    }
}

fn render_table(table: &Table, out: &mut String) {
    out.push_str("<table>\n");
    for (index, row) in table.rows.iter().enumerate() {
        let tag = if index == 0 { "th" } else { "td" };
        out.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let align = match table.align.get(column) {
                Some(Align::Left) => " style=\"text-align:left\"",
                Some(Align::Center) => " style=\"text-align:center\"",
                Some(Align::Right) => " style=\"text-align:right\"",
                _ => "",
            };
            let _ = write!(out, "<{tag}{align}>");
            inlines(cell, out);
            let _ = write!(out, "</{tag}>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

fn inlines(runs: &[Inline], out: &mut String) {
    for run in runs {
        let tags = open_tags(run.marks(), out);
        match run {
            Inline::Text { text, .. } => {
                for (index, line) in text.split('\n').enumerate() {
                    if index > 0 {
                        out.push_str("<br>\n");
                    }
                    escape(line, out);
                }
            }
            Inline::Image { src, alt, title, .. } => image(src, alt, title, out),
        }
        for tag in tags.iter().rev() {
            let _ = write!(out, "</{tag}>");
        }
    }
}

fn open_tags(marks: &Marks, out: &mut String) -> Vec<&'static str> {
    let mut tags = Vec::new();
    if let Some(link) = marks.link.as_ref().filter(|link| is_harmless(&link.href)) {
        out.push_str("<a href=\"");
        escape(&link.href, out);
        out.push('"');
        title_attribute(&link.title, out);
        out.push('>');
        tags.push("a");
    }
    for (on, tag) in
        [(marks.strong, "strong"), (marks.em, "em"), (marks.strike, "del"), (marks.code || marks.raw, "code")]
    {
        if on {
            let _ = write!(out, "<{tag}>");
            tags.push(tag);
        }
    }
    tags
}

fn image(src: &str, alt: &str, title: &str, out: &mut String) {
    if !is_harmless(src) {
        return escape(alt, out);
    }
    out.push_str("<img src=\"");
    escape(src, out);
    out.push_str("\" alt=\"");
    escape(alt, out);
    out.push('"');
    title_attribute(title, out);
    out.push('>');
}

fn title_attribute(title: &str, out: &mut String) {
    if !title.is_empty() {
        out.push_str(" title=\"");
        escape(title, out);
        out.push('"');
    }
}

/// Web, mail, the workspace's own addresses, and paths without a scheme.
fn is_harmless(href: &str) -> bool {
    let href: String = href.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let head = href.split(['/', '?', '#']).next().unwrap_or_default();
    match head.split_once(':') {
        None => true,
        Some((scheme, _)) => {
            let scheme = scheme.to_ascii_lowercase();
            ["http", "https", "mailto", "tern", "tern-blob"].contains(&scheme.as_str())
        }
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_page_can_run_or_lead_to_a_script() {
        let source = "<script>alert(1)</script>\n\n[a](javascript:alert(1)) [b](JaVa\tScript:x) ![c](data:text/html,x \"t\")\n\n\
            text <img src=x onerror=y> [d](https://e.org/?a=1&b=\"2\")\n\n```\"><script>\nx\n```\n";
        let html = render(&markdown::parse(source));
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("javascript:alert(1)\"") && !html.contains("data:"), "{html}");
        assert!(!html.contains("<img src=x"), "{html}");
        assert!(html.contains("<a href=\"https://e.org/?a=1&amp;b=&quot;2&quot;\">d</a>"), "{html}");
    }

    #[test]
    fn containers_open_and_close_in_order() {
        let source = "> a\n>\n> - b\n>   1. c\n>   2. d\n> - e\n\n3. f\n\n- [x] g\n\n| h | i |\n| --- | --: |\n| j | k |\n";
        assert_eq!(
            render(&markdown::parse(source)).replace('\n', ""),
            "<blockquote><p>a</p><ul><li>b<ol><li>c</li><li>d</li></ol></li><li>e</li></ul></blockquote>\
             <ol start=\"3\"><li>f</li></ol><ul><li><input type=\"checkbox\" disabled checked> g</li></ul>\
             <table><tr><th>h</th><th style=\"text-align:right\">i</th></tr>\
             <tr><td>j</td><td style=\"text-align:right\">k</td></tr></table>"
        );
    }
}
