//! Front matter: found, cut off, and single fields read. It is never rewritten.

/// Splits a file into its front matter (with fences, to the letter; empty when there is none) and its body.
///
/// YAML between `---` lines (closed by `---` or `...`) and TOML between `+++` lines are recognised, at the very
/// beginning only. A byte order mark belongs to the front matter.
pub fn split_front_matter(text: &str) -> (&str, &str) {
    let mut lines = text.split_inclusive(['\n']);
    let Some(first) = lines.next() else { return ("", text) };
    let fence = first.strip_prefix('\u{feff}').unwrap_or(first).trim_end();
    if fence != "---" && fence != "+++" {
        return ("", text);
    }
    let mut end = first.len();
    for line in lines {
        end += line.len();
        let line = line.trim_end();
        if line == fence || (fence == "---" && line == "...") {
            return text.split_at(end);
        }
    }
    ("", text)
}

/// A top-level scalar of front matter, without its quotes: `field("---\ntitle: A\n---\n", "title") == Some("A")`.
/// Lists, blocks and nested values give `None`.
pub fn field(front_matter: &str, name: &str) -> Option<String> {
    let toml = front_matter.trim_start_matches('\u{feff}').starts_with("+++");
    let separator = if toml { '=' } else { ':' };
    front_matter.lines().find_map(|line| {
        let (key, value) = line.split_once(separator)?;
        if key.trim_end() != name {
            return None;
        }
        scalar(value.trim())
    })
}

fn scalar(value: &str) -> Option<String> {
    let mut chars = value.chars();
    match chars.next()? {
        '"' => {
            let inner = value.get(1..)?;
            let (mut out, mut escaped) = (String::new(), false);
            for c in inner.chars() {
                match (escaped, c) {
                    (true, 'n') => out.push('\n'),
                    (true, 't') => out.push('\t'),
                    (true, c) => out.push(c),
                    (false, '"') => return Some(out),
                    (false, '\\') => {}
                    (false, c) => out.push(c),
                }
                escaped = !escaped && c == '\\';
            }
            None
        }
        '\'' => {
            let inner = value.get(1..)?;
            let end = inner.rfind('\'')?;
            Some(inner.get(..end)?.replace("''", "'"))
        }
        '|' | '>' | '[' | '{' | '&' | '*' | '!' | '#' => None,
        _ => Some(value.split(" #").next().unwrap_or(value).trim_end().to_owned()).filter(|v| !v.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_is_cut_off_to_the_letter() {
        for (text, front) in [
            ("---\ntitle: A\n---\n\nx", "---\ntitle: A\n---\n"),
            ("\u{feff}---\r\na: 1\r\n---\r\nx", "\u{feff}---\r\na: 1\r\n---\r\n"),
            ("---\na: 1\n...\nx", "---\na: 1\n...\n"),
            ("+++\na = 1\n+++", "+++\na = 1\n+++"),
            ("---\nnever closed\n", ""),
            ("text\n---\n", ""),
            ("----\na\n----\n", ""),
            ("", ""),
        ] {
            let (cut, body) = split_front_matter(text);
            assert_eq!(cut, front, "{text:?}");
            assert_eq!(format!("{cut}{body}"), text);
        }
    }

    #[test]
    fn scalars_are_read_without_quotes_and_nested_values_are_left_alone() {
        let front =
            "---\ntitle: \"A \\\"b\\\"\"\nother: 'it''s'\nplain: a: b # note\nlist: [a]\n  title: no\n---\n";
        assert_eq!(field(front, "title").as_deref(), Some("A \"b\""));
        assert_eq!(field(front, "other").as_deref(), Some("it's"));
        assert_eq!(field(front, "plain").as_deref(), Some("a: b"));
        assert_eq!(field(front, "list"), None);
        assert_eq!(field(front, "absent"), None);
        assert_eq!(field("+++\ntitle = \"T\"\n+++\n", "title").as_deref(), Some("T"));
    }
}
