use super::parse;
use crate::markdown::render;

/// HTML, and the Markdown of the blocks that it becomes.
const CASES: &[(&str, &str)] = &[
    ("a <b>b</b> <i>c</i> <s>d</s> <code>e</code>", "a **b** _c_ ~~d~~ `e`\n"),
    ("<p>one\n  two</p><p>three<br>four</p>", "one two\n\nthree\\\nfour\n"),
    ("<h1>T</h1><h3>S <em>x</em></h3><div>p</div>", "# T\n\n### S _x_\n\np\n"),
    ("<ul><li>a<ul><li>b</li></ul></li><li>c</ul>", "- a\n  - b\n- c\n"),
    ("<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul>", "- a\n  - b\n- c\n"),
    ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b\n"),
    ("<ul><li><input type=checkbox checked> a<li><input type='checkbox'>b</ul>", "- [x] a\n- [ ] b\n"),
    ("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b\n"),
    ("<blockquote><p>a</p><ul><li>b</ul></blockquote>c", "> a\n>\n> - b\n\nc\n"),
    (
        "<pre><code class=\"x language-rust\">fn a() {\n  b\n}\n</code></pre>",
        "```rust\nfn a() {\n  b\n}\n```\n",
    ),
    ("a<hr>b", "a\n\n---\n\nb\n"),
    (
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tr><td><p>c</p><p><b>d</b></p><td>e</table>",
        "| a | b |\n| --- | --- |\n| c **d** | e |\n",
    ),
    ("<a href='https://a.example/x'>l</a> <a href='javascript:x()'>m</a>", "[l](https://a.example/x) m\n"),
    (
        "<img src='https://a.example/i.png' alt='Boat'><img src='file:///x'>",
        "[Boat](https://a.example/i.png)\n",
    ),
    ("<script>alert('<b>no</b>')</script><style>p{}</style><title>t</title>yes", "yes\n"),
    ("before<!--StartFragment--><p>in</p><!--EndFragment-->after", "in\n"),
    ("&lt;b&gt; &amp; *x* &copy;", "\\<b> & \\*x\\* ©\n"),
    ("<font color=red><marquee>kept</marquee></font>", "kept\n"),
    (
        // As Google Docs has it.
        "<meta charset='utf-8'><b style=\"font-weight:normal;\" id=\"docs-internal-guid-1\"><p dir=\"ltr\"><span \
         style=\"font-weight:700;font-style:normal\">Bold</span><span style=\"font-weight:400;font-style:italic\"> \
         and</span></p><ul><li dir=\"ltr\" aria-level=\"1\"><p dir=\"ltr\" role=\"presentation\"><span \
         style=\"font-weight:400\">one</span></p></li><ul><li aria-level=\"2\"><p><span>two</span></p></li></ul>\
         </ul></b><br class=\"Apple-interchange-newline\">",
        "**Bold** _and_\n\n- one\n  - two\n",
    ),
];

#[test]
fn what_other_programs_copy_becomes_blocks_of_the_same_sense() {
    for (html, markdown) in CASES {
        assert_eq!(render(&parse(html)), *markdown, "{html}");
    }
}

#[test]
fn input_meant_to_hurt_is_read_in_bounded_time_and_keeps_its_text() {
    let deep =
        |tag: &str| format!("{}x{}y", format!("<{tag}>").repeat(10_000), format!("</{tag}>").repeat(10_000));
    for tag in
        ["div", "blockquote", "ul", "b", "ul><li", "table", "table><tr><td", "pre", "a href='https://x'"]
    {
        let text: String =
            parse(&deep(tag)).iter().map(|block| render(std::slice::from_ref(block))).collect();
        assert!(tag.starts_with("table") || text.contains('x'), "{tag}");
    }
    let wide = format!("<table><tr>{}</tr>{}</table>", "<td>x".repeat(2_000), "<tr><td>y".repeat(3_000));
    assert!(parse(&wide).len() > 1_000, "too wide for a table: lines of text");
    let unclosed = format!("<p title=\"{}", "<b>".repeat(10_000));
    assert!(parse(&unclosed).is_empty());
    assert_eq!(super::cut(&"é".repeat(3 << 20)).len(), super::MAX_HTML_BYTES);
}
