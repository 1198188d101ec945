//! Addresses: of pages and attachments inside the workspace, and the relative paths that stand for them in files.
//!
//! Inside, a link to a page is `tern:DOCID`, an attachment `tern-blob:HEX`. Where the file spelled the address
//! otherwise than Tern would (`./a.md`, `a.html`, `[[A]]`), the spelling rides along as `?as=…`, so that an export
//! writes it again while it still leads to the same place.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tern_model::ids::DocId;

const PAGE: &str = "tern:";
const BLOB: &str = "tern-blob:";
const AS: &str = "?as=";

/// Names of files that hold the content of their folder, in order of preference.
const FOLDER_PAGES: [&str; 3] = ["index.md", "_index.md", "readme.md"];

/// A link to a page of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageLink {
    /// The page.
    pub page: DocId,
    /// What follows `#`, as written; empty for the whole page.
    pub fragment: String,
    /// The address as it stood in the file, when it was not the plain relative path. `[[Name` and `[[Name|` are the
    /// two forms of wiki links, without and with a text of their own.
    pub written: Option<String>,
}

/// An attachment of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobLink {
    /// blake3 of its content.
    pub hash: [u8; 32],
    /// The address as it stood in the file, when it was not the plain relative path.
    pub written: Option<String>,
}

impl PageLink {
    /// Reads `tern:DOCID?as=…#fragment`.
    pub fn parse(href: &str) -> Option<PageLink> {
        let rest = href.strip_prefix(PAGE)?;
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (id, written) = split_written(rest);
        Some(PageLink { page: id.parse().ok()?, fragment: fragment.to_owned(), written })
    }

    /// The address inside the workspace.
    pub fn href(&self) -> String {
        let mut out = format!("{PAGE}{}", self.page);
        push_written(&self.written, &mut out);
        if !self.fragment.is_empty() {
            let _ = write!(out, "#{}", self.fragment);
        }
        out
    }
}

impl BlobLink {
    /// Reads `tern-blob:HEX?as=…`.
    pub fn parse(src: &str) -> Option<BlobLink> {
        let (hex, written) = split_written(src.strip_prefix(BLOB)?);
        Some(BlobLink { hash: unhex(hex)?, written })
    }

    /// The address inside the workspace.
    pub fn src(&self) -> String {
        let mut out = String::from(BLOB);
        for byte in self.hash {
            let _ = write!(out, "{byte:02x}");
        }
        push_written(&self.written, &mut out);
        out
    }
}

fn split_written(rest: &str) -> (&str, Option<String>) {
    match rest.split_once(AS) {
        Some((id, written)) => (id, decode(written)),
        None => (rest, None),
    }
}

fn push_written(written: &Option<String>, out: &mut String) {
    if let Some(written) = written {
        out.push_str(AS);
        encode_into(written, |c| c.is_ascii_alphanumeric() || "-._~/".contains(c), out);
    }
}

fn unhex(hex: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// Percent-encodes everything but `keep`.
fn encode_into(text: &str, keep: impl Fn(char) -> bool, out: &mut String) {
    for c in text.chars() {
        if keep(c) {
            out.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

/// Percent-decodes; `None` when the result is not UTF-8. A `%` without two hex digits stays.
pub(crate) fn decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).filter(|_| byte == b'%');
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

/// A relative path with `/`, without `.` and `..`; `None` when it leads out of its root or is empty.
pub fn clean_path(path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    if path.starts_with('/') || path.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// The folder of a file, without `/` at its end; empty for the root.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// The last part of a path without the extension of Markdown.
pub(crate) fn stem(path: &str) -> &str {
    let name = file_name(path);
    match name.rsplit_once('.') {
        Some((stem, extension)) if is_markdown_extension(extension) && !stem.is_empty() => stem,
        _ => name,
    }
}

fn is_markdown_extension(extension: &str) -> bool {
    ["md", "markdown"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Whether the file is Markdown by its name.
pub(crate) fn is_markdown(path: &str) -> bool {
    file_name(path).rsplit_once('.').is_some_and(|(_, extension)| is_markdown_extension(extension))
}

/// How much the file is the content of its folder: lower is more, `None` is not at all.
pub(crate) fn folder_rank(path: &str) -> Option<usize> {
    let name = file_name(path).to_ascii_lowercase();
    FOLDER_PAGES.iter().position(|known| *known == name)
}

/// The address of `to` seen from the file `from`.
pub(crate) fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = folder(from).split('/').filter(|p| !p.is_empty()).collect();
    let to: Vec<&str> = to.split('/').collect();
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count().min(to.len().saturating_sub(1));
    let mut out = "../".repeat(from.len() - same);
    let rest = to.get(same..).unwrap_or_default().join("/");
    if out.is_empty() && rest.split('/').next().is_some_and(|part| part.contains(':')) {
        out.push_str("./");
    }
    let keep = |c: char| !(c.is_whitespace() || c.is_control() || "%#?()<>[]\"`\\|*^{}".contains(c));
    encode_into(&rest, keep, &mut out);
    out
}

/// Whether the address leads out of any folder (`https:`, `mailto:`, `//host`) or stays on its page (`#part`).
fn is_foreign(href: &str) -> bool {
    let scheme = href.split(['/', '?', '#']).next().unwrap_or_default();
    href.is_empty() || href.starts_with('#') || href.starts_with("//") || scheme.contains(':')
}

/// The files that addresses can lead to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    paths: BTreeMap<String, ()>,
    by_name: BTreeMap<String, Vec<String>>,
}

impl Index {
    /// Adds a file (or a folder page, whose path ends with `/`).
    pub fn add(&mut self, path: &str) {
        if self.paths.insert(path.to_owned(), ()).is_none() {
            self.by_name.entry(stem(path).to_lowercase()).or_default().push(path.to_owned());
        }
    }

    fn has(&self, path: &str) -> bool {
        self.paths.contains_key(path)
    }

    /// The file that `href` in the file `from` leads to, and its fragment.
    pub fn find(&self, from: &str, href: &str) -> Option<(String, String)> {
        if is_foreign(href) {
            return None;
        }
        let (path, fragment) = href.split_once('#').unwrap_or((href, ""));
        let path = decode(path)?;
        let joined = match path.strip_prefix('/') {
            Some(rooted) => rooted.to_owned(),
            None => format!("{}/{path}", folder(from)),
        };
        let as_folder = path.ends_with('/');
        let joined = clean_path(joined.trim_start_matches('/'))?;
        self.candidate(&joined, as_folder).map(|found| (found, fragment.to_owned()))
    }

    fn candidate(&self, path: &str, as_folder: bool) -> Option<String> {
        if !as_folder && self.has(path) {
            return Some(path.to_owned());
        }
        let html = path.strip_suffix(".html").map(|stem| format!("{stem}.md"));
        let plain = (!as_folder).then(|| format!("{path}.md"));
        let inside = FOLDER_PAGES.iter().map(|name| format!("{path}/{name}"));
        let readme = [format!("{path}/README.md"), format!("{path}/"), format!("{path}.md")];
        html.into_iter().chain(plain).chain(inside).chain(readme).find(|path| self.has(path))
    }

    /// The file that a wiki link's target (without `#…` and `|…`) names.
    pub fn find_named(&self, from: &str, name: &str) -> Option<String> {
        let name = name.trim();
        let path = clean_path(name)?;
        for candidate in [path.clone(), format!("{path}.md"), format!("{}/{path}.md", folder(from))] {
            if self.has(&candidate) {
                return Some(candidate);
            }
        }
        let wanted = path.to_lowercase();
        let named = self.by_name.get(&stem(&wanted).to_lowercase())?;
        let matches = |found: &&String| {
            let lower = found.to_lowercase();
            let lower = lower.strip_suffix(".md").unwrap_or(&lower).trim_end_matches('/');
            let wanted = wanted.strip_suffix(".md").unwrap_or(&wanted);
            lower == wanted || lower.ends_with(&format!("/{wanted}"))
        };
        named
            .iter()
            .filter(matches)
            .min_by_key(|found| (found.matches('/').count(), found.len(), *found))
            .cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_the_workspace_keep_their_written_form() {
        let page = DocId([1; 16]);
        for written in [None, Some("./a b.md?x#y".to_owned()), Some("[[Ä|".to_owned())] {
            let link = PageLink { page, fragment: "part-1".to_owned(), written: written.clone() };
            assert_eq!(PageLink::parse(&link.href()), Some(link));
            let blob = BlobLink { hash: [0xab; 32], written };
            assert_eq!(BlobLink::parse(&blob.src()), Some(blob));
        }
        assert_eq!(PageLink::parse("tern:"), None);
        assert_eq!(BlobLink::parse("tern-blob:éé"), None);
    }

    #[test]
    fn relative_addresses_lead_back_to_their_file() {
        let mut index = Index::default();
        let paths = ["a.md", "b/c d.md", "b/e/100% (x).md", "é/ü#1.md", "b/index.md", "x:y.md", "f/"];
        paths.iter().for_each(|path| index.add(path));
        for from in ["a.md", "b/c d.md", "b/e/deep/er.md", "q/w.md"] {
            for to in paths {
                let href = relative(from, to);
                assert_eq!(index.find(from, &href).map(|f| f.0).as_deref(), Some(to), "{from} {href}");
            }
        }
    }

    #[test]
    fn paths_never_lead_out() {
        for (path, clean) in [
            ("a/../b.md", Some("b.md")),
            ("./a//b", Some("a/b")),
            ("../a", None),
            ("/etc/passwd", None),
            ("a/../../b", None),
            ("", None),
            ("a\\..\\..\\b", None),
            ("a\0", None),
        ] {
            assert_eq!(clean_path(path).as_deref(), clean, "{path:?}");
        }
    }

    #[test]
    fn wiki_names_find_the_nearest_page_of_the_name() {
        let mut index = Index::default();
        ["Home.md", "deep/er/Plan.md", "deep/Plan.md", "Journal/2024.md"].iter().for_each(|p| index.add(p));
        let find = |name| index.find_named("deep/er/x.md", name);
        assert_eq!(find("home").as_deref(), Some("Home.md"));
        assert_eq!(find("Plan").as_deref(), Some("deep/er/Plan.md"));
        assert_eq!(find("deep/plan").as_deref(), Some("deep/Plan.md"));
        assert_eq!(find("Absent"), None);
    }
}
