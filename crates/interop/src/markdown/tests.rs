//! Tables of cases: what each construct becomes, the normal form it is written in, and input meant to hurt.

use tern_model::block::{Block, BlockKind, Container, Inline};

use super::{MAX_DEPTH, normalise, parse, read, render, write};

/// What a text is read as, which is what it is read as again once it was written.
fn kept(text: &str) -> Vec<Block> {
    let blocks = parse(text);
    assert_eq!(parse(&render(&blocks)), blocks, "{text:?}");
    blocks
}

/// Blocks in one line each: parents, restart, kind, text with marks.
fn show(blocks: &[Block]) -> Vec<String> {
    blocks.iter().map(show_block).collect()
}

fn show_block(block: &Block) -> String {
    let mut out = String::new();
    for parent in &block.parents {
        out.push(match parent {
            Container::Bullet => '-',
            Container::Ordered => '1',
            Container::Quote => '>',
        });
    }
    if let Some(depth) = block.restart {
        out.push_str(&format!("!{depth}"));
    }
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(&match &block.kind {
        BlockKind::Paragraph => "p".to_owned(),
        BlockKind::Heading { level } => format!("h{level}"),
        BlockKind::BulletItem { loose } => format!("li{}", if *loose { " loose" } else { "" }),
        BlockKind::OrderedItem { start, loose } => {
            let start = start.map(|n| n.to_string()).unwrap_or_default();
            format!("ol{start}{}", if *loose { " loose" } else { "" })
        }
        BlockKind::TaskItem { checked, loose } => {
            format!("task{}{}", if *checked { " x" } else { "" }, if *loose { " loose" } else { "" })
        }
        BlockKind::Code { language } => format!("code({language})"),
        BlockKind::Divider => "hr".to_owned(),
        BlockKind::Table { table } => {
            let rows: Vec<String> = table
                .rows
                .iter()
                .map(|row| row.iter().map(|cell| show_runs(cell)).collect::<Vec<_>>().join("|"))
                .collect();
            format!("table {:?} {}", table.align, rows.join("/"))
        }
        BlockKind::Callout { tone } => format!("callout {tone}"),
        BlockKind::Verbatim => "source".to_owned(),
        BlockKind::Task { id } => format!("live {id}"),
        BlockKind::Unknown { name } => format!("unknown({name})"),
    });
    let text = show_runs(&block.inline);
    if text.is_empty() { out } else { format!("{out}: {text}") }
}

fn show_runs(runs: &[Inline]) -> String {
    let mut out = String::new();
    for run in runs {
        let marks = run.marks();
        let mut tags = String::new();
        for (on, tag) in
            [(marks.strong, 's'), (marks.em, 'e'), (marks.strike, 'k'), (marks.code, 'c'), (marks.raw, 'r')]
        {
            if on {
                tags.push(tag);
            }
        }
        let link = marks.link.as_ref().map(|l| format!("@{}", l.href)).unwrap_or_default();
        let text = match run {
            Inline::Text { text, .. } => text.replace('\n', "⏎"),
            Inline::Image { src, alt, .. } => format!("image {src} {alt}"),
        };
        if tags.is_empty() && link.is_empty() && matches!(run, Inline::Text { .. }) {
            out.push_str(&text);
        } else {
            out.push_str(&format!("{{{tags}{link}|{text}}}"));
        }
    }
    out
}

/// Source, blocks, normal form ("" when the source is its own normal form).
const CONSTRUCTS: &[(&str, &[&str], &str)] = &[
    ("one\ntwo  \nthree\\\nfour\n", &["p: one two⏎three⏎four"], "one two\\\nthree\\\nfour\n"),
    ("Title\n=====\n\nSub *x*\n---\n", &["h1: Title", "h2: Sub {e|x}"], "# Title\n\n## Sub _x_\n"),
    (
        "- [ ] a\n- [x] [Fix the *login*](tern-task:ab1~2)\n  - b\n",
        &["task: a", "live ab1~2", "- li: b"],
        "- [ ] a\n- [ ] [task](tern-task:ab1~2)\n  - b\n",
    ),
    ("- [ ] see [it](tern-task:ab1)\n", &["task: see {@tern-task:ab1|it}"], ""),
    ("- [it](tern-task:ab1)\n", &["li: {@tern-task:ab1|it}"], ""),
    ("###### six ######\n", &["h6: six"], "###### six\n"),
    ("# a \\#\n", &["h1: a #"], ""),
    ("*a* __b__ ~~c~~ `d`\n", &["p: {e|a} {s|b} {k|c} {c|d}"], "_a_ **b** ~~c~~ `d`\n"),
    ("x*y*z **_both_**\n", &["p: x{e|y}z {se|both}"], ""),
    ("`` a`b `` and ``` `` ```\n", &["p: {c|a`b} and {c|``}"], "``a`b`` and ` `` `\n"),
    (
        "[a](b.md \"t\") <https://e.org/x> <me@e.org>\n",
        &["p: {@b.md|a} {@https://e.org/x|https://e.org/x} {@mailto:me@e.org|me@e.org}"],
        "",
    ),
    (
        "[a][r] [r] [R][]\n\n[r]: <x y> 'T'\n",
        &["p: {@x y|a} {@x y|r} {@x y|R}"],
        "[a](<x y> \"T\") [r](<x y> \"T\") [R](<x y> \"T\")\n",
    ),
    ("[**a**](b) **[a](b)** _**c**_ **_c_**\n", &["p: {s@b|a} {s@b|a} {se|c} {se|c}"], ""),
    ("[a](x)[b](x)\n", &["p: {@x|ab}"], "[ab](x)\n"),
    ("text\n\n[unused]: /url \"words kept\"\n", &["p: text", "source: [unused]: /url \"words kept\""], ""),
    (
        "![alt *x*](i.png) [![b](c.png)](d)\n",
        &["p: {|image i.png alt x} {@d|image c.png b}"],
        "![alt x](i.png) [![b](c.png)](d)\n",
    ),
    (
        "a <b>bold</b> &lt;i&gt; &copy; &nbsp;x\n",
        &["p: a {r|<b>}bold{r|</b>} <i> © \u{a0}x"],
        "a <b>bold</b> \\<i> © &nbsp;x\n",
    ),
    ("[](empty.md) x\n", &["p: {r|[](empty.md)} x"], ""),
    ("<div>\n*raw*\n</div>\n", &["source: <div>⏎*raw*⏎</div>"], ""),
    ("<!-- a\n\nb -->\n\ntext\n", &["source: <!-- a⏎⏎b -->", "p: text"], ""),
    ("x[^1]\n\n[^1]: note *a*\n    more\n", &["p: x{r|[^1]}", "source: [^1]: note *a*⏎    more"], ""),
    (
        "cost $5 and $6, math $a_b$\n",
        &["p: cost $5 and $6, math {r|$a_b$}"],
        "cost \\$5 and \\$6, math $a_b$\n",
    ),
    ("> [!NOTE]\n> Take *care*.\n", &["callout note: Take {e|care}."], "> [!NOTE]\n> Take _care_.\n"),
    ("> [!CAUTION]\n> a\n> # b\n", &["> p: {r|[!CAUTION]⏎}a", "> h1: b"], "> [!CAUTION]\n> a\n>\n> # b\n"),
    (
        "> [!TODO]\n> a\n\n> [!TIP]\n> b\n\n> c\n",
        &["> p: {r|[!TODO]⏎}a", "callout tip: b", "> p: c"],
        "> [!TODO]\n> a\n\n> [!TIP]\n> b\n\n> c\n",
    ),
    ("- a\n  > [!WARNING]\n  > b\n", &["li: a", "- callout warning: b"], "- a\n  > [!WARNING]\n  > b\n"),
    ("- a\n- b\n", &["li: a", "li: b"], ""),
    ("* a\n\n* b\n", &["li loose: a", "li loose: b"], "- a\n\n- b\n"),
    (
        "- a\n\n  more\n  - n\n\n    ```rs\n    x\n\n    y\n    ```\n- b\n",
        &["li loose: a", "- p: more", "- li loose: n", "-- code(rs): x⏎⏎y", "li loose: b"],
        "- a\n\n  more\n\n  - n\n\n    ```rs\n    x\n\n    y\n    ```\n\n- b\n",
    ),
    ("7. a\n8. b\n   1) c\n", &["ol7: a", "ol: b", "1 ol1: c"], "7. a\n8. b\n   1. c\n"),
    ("- a\n\n* b\n", &["li: a", "!0 li: b"], "- a\n\n+ b\n"),
    ("- [ ] a\n- [x] b\n  - [ ] c\n", &["task: a", "task x: b", "- task: c"], ""),
    ("1. [x] a\n", &["ol1: {r|[x]} a"], ""),
    (
        "- # h\n- > q\n- \n- ```\n  c\n  ```\n",
        &["li", "- h1: h", "li", "-> p: q", "li", "li", "- code(): c"],
        "- # h\n- > q\n-\n- ```\n  c\n  ```\n",
    ),
    (
        "> a\n>\n> - b\n>   > c\n\n> d\n",
        &["> p: a", "> li: b", ">-> p: c", ">!0 p: d"],
        "> a\n>\n> - b\n>   > c\n\n> d\n",
    ),
    (">\n", &["> p"], ""),
    ("    indented\n\n    code\n", &["code(): indented⏎⏎code"], "```\nindented\n\ncode\n```\n"),
    ("````md\n```\n````\n", &["code(md): ```"], ""),
    ("~~~ a`b\nx\n~~~\n", &["code(a`b): x"], "~~~a`b\nx\n~~~\n"),
    ("***\n\na\n\n* * *\n", &["hr", "p: a", "hr"], "***\n\na\n\n---\n"),
    (
        "a|b\n:-|-:\n`x\\|y`|**z**\nq\n",
        &["table [Left, Right] a|b/{c|x|y}|{s|z}/q|"],
        "| a | b |\n| :-- | --: |\n| `x\\|y` | **z** |\n| q |  |\n",
    ),
    ("| a |\n| - |\n| b | lost? |\n", &["source: | a |⏎| - |⏎| b | lost? |"], ""),
];

#[test]
fn every_construct_has_its_blocks_and_its_normal_form() {
    for (source, blocks, normal) in CONSTRUCTS {
        let parsed = parse(source);
        assert_eq!(show(&parsed), *blocks, "{source}");
        let normal = if normal.is_empty() { source } else { normal };
        assert_eq!(render(&parsed), *normal, "{source}");
        assert_eq!(parse(normal), parsed, "{source}");
    }
}

#[test]
fn text_that_looks_like_syntax_stays_text() {
    for (text, written) in [
        ("# no heading", "\\# no heading"),
        ("#tag and C# and #1", "#tag and C# and #1"),
        ("1. no list", "1\\. no list"),
        ("1.5 stays", "1.5 stays"),
        ("- no item", "\\- no item"),
        ("a - b + c", "a - b + c"),
        ("> no quote", "\\> no quote"),
        ("a > b < c", "a > b < c"),
        ("snake_case and _edge", "snake_case and \\_edge"),
        ("2 * 3 and *star*", "2 * 3 and \\*star\\*"),
        ("[box] and [a](b)", "[box] and [a\\](b)"),
        ("[[Wiki Page|alias]]", "[[Wiki Page|alias]]"),
        ("[label]: x", "\\[label]: x"),
        ("AT&T &amp; &c", "AT&T \\&amp; &c"),
        ("C:\\dir \\* \\", "C:\\dir \\\\\\* \\\\"),
        ("~5 minutes, a~b", "~5 minutes, a\\~b"),
        ("---", "\\---"),
        ("a\n===", "a\\\n\\==="),
        ("a | b\n--|--", "a | b\\\n\\--|--"),
        ("<b> i < 5", "\\<b> i < 5"),
        ("{{#include x.rs}}", "{{#include x.rs}}"),
        ("US$5", "US$5"),
        ("`tick`", "\\`tick\\`"),
    ] {
        let block = Block::plain(BlockKind::Paragraph, text);
        assert_eq!(render(std::slice::from_ref(&block)), format!("{written}\n"), "{text}");
        assert_eq!(parse(&format!("{written}\n")), [block], "{text}");
    }
}

#[test]
fn html_over_several_lines_is_the_same_in_a_quote_and_in_a_list() {
    for (within, inside) in [
        ("> a <!-- b\n> c --> d\n", "<!-- b\nc -->"),
        ("> 1. a <!-- b\n>    c --> d\n", "<!-- b\nc -->"),
        ("- > a <? b\n  > c ?> d\n", "<? b\nc ?>"),
        ("> a <!Name b\n c -- x> d\n", "<!Name b c -- x>"),
        ("> a <!Name b\n> c\n> d\n", "a <!Name b c d"),
        ("> a <!Name b\n>c\n", "a <!Name b c"),
        ("- > a <!Name b\n  > c > d\n", "a <!Name b c > d"),
        ("> a <b\n> title=\"c\"> d\n", "<b\ntitle=\"c\">"),
    ] {
        let blocks = kept(within);
        let words = |inline: &[Inline]| inline.iter().any(|run| run.as_text() == inside);
        assert!(blocks.iter().any(|block| words(&block.inline)), "{within:?}: {blocks:?}");
    }
}

#[test]
fn brackets_with_marks_inside_do_not_become_a_definition() {
    for html in [
        "<p>[a <s>b]: c</s></p>",
        "<p>[a <em>b</em> c]: d</p>",
        "<p>[a<br>b]: c</p>",
        "<p>[a <code>b]: c</code></p>",
    ] {
        let blocks = crate::html_in::parse(html);
        assert_eq!(parse(&render(&blocks)), normalise(&blocks), "{html}");
    }
}

#[test]
fn definitions_that_are_kept_read_back() {
    for text in [
        "> [!\nx]: a..b>\n",
        "> [!NOTE\na]: <b>c\n",
        "> [a]: b\\>c \"d\\\\\"\n",
        "> [a]: <b\\>c> 'd\"e&amp;'\n",
    ] {
        kept(text);
    }
}

#[test]
fn html_that_comes_to_stand_where_a_block_of_its_own_would_begin_is_text() {
    for text in [
        "a \\\n\u{b}\u{b}<div>\n\nb\n",
        "\u{b}<div>\n",
        "\u{b}<b>\n",
        "a\\\n\u{b}<b>\n",
        "a\\\n\u{b}<!-- b -->\n",
        "\u{b}<!-- b -->\n",
        "- \u{b}<!-- b -->\n",
        "# \u{b}<div>\n",
        "a\\\n\u{c}# b\n",
        "a <!-- b\n        <div> -->\n",
        "a <!-- b\n        # c -->\n",
        "\u{b}[^1]: a\n\n[^1]: b\n",
        "a <!-- b\n       --- -->\n",
        "| a\n$b| c\n| :-- | --: |\n| d | e$\n",
    ] {
        kept(text);
    }
}

#[test]
fn html_within_a_line_stays_html() {
    for text in [
        "- [ ] <!-- id:42 --> Buy milk\n",
        "- [ ] <img src=\"x\">\n",
        "[<img src=\"badge.svg\">](https://example.org)\n",
        "<br>![](a.png)\n",
        "<span id=x>`a`</span>\n",
        "**<!-- c --> bold**\n",
        "a **b\\\n<br> c**\n",
        "<b>bold</b> text\n",
        "> <kbd>K</kbd> text\n",
    ] {
        let blocks = kept(text);
        let raw = blocks.iter().flat_map(|block| &block.inline).any(|run| run.marks().raw);
        assert!(raw, "{text:?}: {blocks:?}");
        assert_eq!(render(&blocks), text);
    }
}

#[test]
fn a_byte_order_mark_within_a_text_stays() {
    for text in ["[a](b)\u{feff} c\n", "# \u{feff}a\n", "\u{feff}\u{feff}a\n"] {
        let blocks = kept(text);
        let words: String = blocks.iter().flat_map(|block| &block.inline).map(Inline::as_text).collect();
        assert_eq!(words.matches('\u{feff}').count(), 1, "{blocks:?}");
    }
}

#[test]
fn front_matter_comes_back_to_the_letter() {
    for front in ["---\ntitle:   'A'  \n# note\n---\n", "\u{feff}---\r\na: 1\r\n---\r\n", "+++\na = 1\n+++\n"]
    {
        let text = format!("{front}\n# A\n");
        let document = read(&text);
        assert_eq!(document.front_matter, front);
        assert_eq!(write(&document.front_matter, &document.blocks), text);
    }
    assert_eq!(read("---\nno end\n").front_matter, "");
}

#[test]
fn a_page_without_words_is_an_empty_file() {
    let empty = Block::plain(BlockKind::Paragraph, " \n ");
    assert_eq!(render(&[empty]), "");
    assert_eq!(render(&[]), "");
    assert!(parse(" \n\n\t\n").is_empty());
}

#[test]
fn blocks_of_other_software_leave_a_trace_and_their_text() {
    let block = Block::plain(BlockKind::Unknown { name: "poll --> x".to_owned() }, "Which day?");
    let text = render(&[block]);
    assert!(text.contains("Which day?") && text.contains("poll - -> x"), "{text}");
    assert_eq!(render(&parse(&text)), text);
}

#[test]
fn hostile_input_comes_through_with_its_words() {
    let long_line = "word ".repeat(200_000);
    let deep_quotes = format!("{}deep", ">".repeat(20_000));
    let deep_lists: String = (0..400).map(|n| format!("{}- i{n}\n", "  ".repeat(n))).collect();
    let wide_table = format!("|{}\n|{}\n|{}\n", "h|".repeat(3_000), "-|".repeat(3_000), "c|".repeat(3_000));
    let long_table = format!("a|b\n-|-\n{}", "x|y\n".repeat(20_000));
    for (name, source, word) in [
        ("NUL", "a\0b\n".to_owned(), "a\u{fffd}b"),
        ("lone CR", "a\rb\r\rc".to_owned(), "c"),
        ("CRLF", "- a\r\n- b\r\n\r\n```\r\nx\r\ny\r\n```\r\n".to_owned(), "x\ny"),
        ("byte order mark", "\u{feff}# T\n".to_owned(), "# T"),
        ("one long line", long_line, "word word"),
        ("deep quotes", deep_quotes, "deep"),
        ("deep lists", deep_lists, "i399"),
        ("wide table", wide_table, "c"),
        ("long table", long_table, "x"),
        ("open brackets", "[".repeat(50_000), "["),
        ("open emphasis", "*a **a ".repeat(20_000), "a"),
        ("nested marks", format!("{}a{}", "*a **a ".repeat(3_000), "b** b*".repeat(3_000)), "a"),
        ("open fence", "```\nnever closed".to_owned(), "never closed"),
        ("open comment", "<!-- never closed\n\nx".to_owned(), "x"),
        ("backslash at the end", "a\\".to_owned(), "a"),
        ("only controls", "\u{1}\u{7f}\u{85}x\u{2028}".to_owned(), "x"),
    ] {
        let once = render(&parse(&source));
        assert!(once.contains(word), "{name}");
        assert_eq!(render(&parse(&once)), once, "{name}");
    }
}

#[test]
fn containers_beyond_the_bound_are_kept_as_source() {
    let source = format!("{} deep\n", "> ".repeat(MAX_DEPTH + 3));
    let blocks = parse(&source);
    assert!(blocks.iter().all(|b| b.parents.len() <= MAX_DEPTH));
    assert_eq!(blocks.last().map(Block::text), Some("> > > deep".replace("> deep", ">  deep")));
    let too_deep = Block {
        parents: vec![Container::Quote; MAX_DEPTH + 40],
        ..Block::plain(BlockKind::BulletItem { loose: false }, "x")
    };
    let normal = normalise(&[too_deep]);
    assert_eq!(parse(&render(&normal)), normal);
}

#[test]
fn blocks_survive_as_json() {
    let source: String = CONSTRUCTS.iter().map(|(source, ..)| format!("{source}\n")).collect();
    let blocks = parse(&source);
    let json = serde_json::to_string(&blocks).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Block>>(&json).unwrap(), blocks);
}
