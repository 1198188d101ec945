//! Aligned columns for a terminal.

/// Rows of cells under headings; columns are as wide as their widest cell, the last one is not padded.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(headings: &[&str]) -> Self {
        Table { rows: vec![headings.iter().map(|h| (*h).to_owned()).collect()] }
    }

    pub(crate) fn row(&mut self, cells: &[String]) {
        self.rows.push(cells.iter().map(|c| one_line(c)).collect());
    }

    pub(crate) fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest =
            |c: usize| self.rows.iter().filter_map(|r| r.get(c)).map(|cell| width(cell)).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(widest).collect();
        let mut out = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, column_width) in row.iter().zip(&widths) {
                line += cell;
                line.extend(std::iter::repeat_n(' ', column_width + 2 - width(cell)));
            }
            out += line.trim_end();
            out.push('\n');
        }
        out
    }
}

/// Text on one line, with control and direction characters written out, so that a title cannot break a table, steer the
/// terminal or make words read in another order than they are written.
pub(crate) fn one_line(text: &str) -> String {
    written_out(text, |_| false)
}

/// Text that may have several lines, with other control and direction characters written out.
pub(crate) fn safe_lines(text: &str) -> String {
    written_out(text, |c| matches!(c, '\n' | '\t'))
}

fn written_out(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if keep(c) => out.push(c),
            '\n' | '\r' | '\t' => out.extend(c.escape_default()),
            c if c.is_control() || steers_direction(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Characters of Unicode that turn the direction of text or break lines without being seen.
fn steers_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Columns that `text` takes in a terminal: East Asian wide characters and emoji two, combining marks none.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036F | 0x200B..=0x200F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE4F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F
        | 0x1F900..=0x1F9FF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_also_for_wide_characters() {
        let mut table = Table::new(&["ID", "TITLE", "WHO"]);
        table.row(&["7K3QX".into(), "引き継ぎ".into(), "Aiko".into()]);
        table.row(&["A".into(), "Hand-off".into(), "Ben".into()]);
        assert_eq!(table.render(), "ID     TITLE     WHO\n7K3QX  引き継ぎ  Aiko\nA      Hand-off  Ben\n");
    }

    #[test]
    fn a_title_cannot_steer_the_terminal() {
        assert_eq!(one_line("a\x1b[2Jb\nc"), "a\\u{1b}[2Jb\\nc");
        assert_eq!(safe_lines("a\x1b[2J\nb\tc\r"), "a\\u{1b}[2J\nb\tc\\r");
        assert_eq!(one_line("pay \u{202e}lla\u{2069}"), "pay \\u{202e}lla\\u{2069}");
        assert_eq!(one_line("family 👩\u{200d}👧, na\u{200c}me"), "family 👩\u{200d}👧, na\u{200c}me");
    }
}
