//! What people type for a page, task or member, and the document it means.

use tern_model::DocId;
use tern_model::shortid::{Found, ShortIds};
use tern_store::Store;
use tern_trust::Id16;

use crate::api::{ErrorKind, PeerError};

use super::errors::not_found;

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// Reads exactly `N` bytes of hex.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N * 2 || !text.is_ascii() {
        return None;
    }
    let mut out = [0; N];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(out)
}

/// The one id that begins with these hexadecimal digits, of at least four.
pub(crate) fn by_prefix<const N: usize>(
    ids: impl IntoIterator<Item = [u8; N]>,
    text: &str,
) -> Option<[u8; N]> {
    let typed = text.trim().to_lowercase();
    let mut found = ids.into_iter().filter(|id| typed.len() >= 4 && hex(id).starts_with(&typed));
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// Kinds of document that a reference may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Page,
    Task,
    Any,
}

impl Wanted {
    fn word(self) -> &'static str {
        match self {
            Wanted::Page => "page",
            Wanted::Task => "task",
            Wanted::Any => "page or task",
        }
    }
}

/// The document that `text` names: full id, short id, task id with its key, unique prefix, or a title that only one has; of
/// several with one title the only one that is not in the trash.
pub(crate) fn document(store: &Store, text: &str, wanted: Wanted) -> Result<DocId, PeerError> {
    let typed = text.trim();
    if let Ok(id) = typed.parse::<DocId>()
        && ((wanted != Wanted::Task && store.page(&id.0)?.is_some())
            || (wanted != Wanted::Page && store.task(&id.0)?.is_some()))
    {
        return Ok(id);
    }
    let mut candidates: Vec<(DocId, String, bool)> = Vec::new();
    if wanted != Wanted::Task {
        candidates.extend(store.sidebar()?.into_iter().map(|p| (DocId(p.doc), p.title, p.trashed)));
    }
    if wanted != Wanted::Page {
        candidates.extend(store.tasks()?.into_iter().map(|t| (DocId(t.doc), t.title, t.trashed)));
    }
    let titled = || candidates.iter().filter(|(_, title, _)| title == typed);
    let here: Vec<DocId> = titled().filter(|(_, _, trashed)| !trashed).map(|(id, ..)| *id).collect();
    let titled: Vec<DocId> = titled().map(|(id, ..)| *id).collect();
    if let ([one], _) | (_, [one]) = (here.as_slice(), titled.as_slice()) {
        return Ok(*one);
    }
    let ids = ShortIds::new(candidates.iter().map(|(id, ..)| *id));
    match ids.resolve(typed) {
        Found::One(id) => Ok(id),
        Found::Many(some) => {
            let shown: Vec<String> = some.iter().take(5).map(|id| ids.shown(id)).collect();
            Err(ambiguous(typed, &shown.join(", ")))
        }
        Found::None if titled.len() > 1 => {
            let shown: Vec<String> = titled.iter().take(5).map(|id| ids.shown(id)).collect();
            Err(ambiguous(typed, &shown.join(", ")))
        }
        Found::None => Err(not_found(wanted.word(), typed).next(
            "`tern page list` and `tern task list` show what there is; `tern search` looks into texts.",
        )),
    }
}

fn ambiguous(typed: &str, shown: &str) -> PeerError {
    PeerError::new(ErrorKind::NotFound, format!("“{typed}” could mean several: {shown}."))
        .next("Type one character more.")
}

/// The member that `text` names: id, unique prefix of it, or name in any case. `me` is oneself.
pub(crate) fn member(people: &[(Id16, String)], me: Option<Id16>, text: &str) -> Result<Id16, PeerError> {
    let typed = text.trim().trim_start_matches('@');
    if typed.eq_ignore_ascii_case("me")
        && let Some(me) = me
    {
        return Ok(me);
    }
    let lower = typed.to_lowercase();
    let by = |test: &dyn Fn(&(Id16, String)) -> bool| -> Vec<Id16> {
        people.iter().filter(|p| test(p)).map(|p| p.0).collect()
    };
    let named = by(&|p| p.1.to_lowercase() == lower);
    let first = by(&|p| p.1.to_lowercase().split_whitespace().next() == Some(&lower));
    let prefixed = if lower.len() >= 4 { by(&|p| hex(&p.0).starts_with(&lower)) } else { Vec::new() };
    for found in [named, first, prefixed] {
        match found.as_slice() {
            [one] => return Ok(*one),
            [] => {}
            several => {
                let shown: Vec<String> = several.iter().map(|m| hex(m)[..8].to_owned()).collect();
                return Err(ambiguous(typed, &shown.join(", ")));
            }
        }
    }
    Err(not_found("member", typed).next("`tern member list` shows who is here."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_by_name_first_name_and_id() {
        let people = vec![([1; 16], "Aiko Tanaka".to_owned()), ([2; 16], "Ben".to_owned())];
        assert_eq!(member(&people, None, "@aiko").unwrap(), [1; 16]);
        assert_eq!(member(&people, None, "BEN").unwrap(), [2; 16]);
        assert_eq!(member(&people, None, "0202").unwrap(), [2; 16]);
        assert_eq!(member(&people, Some([2; 16]), "me").unwrap(), [2; 16]);
        assert_eq!(member(&people, None, "carla").unwrap_err().kind, ErrorKind::NotFound);
    }

    #[test]
    fn hex_reads_back_and_refuses_other_lengths() {
        assert_eq!(unhex::<2>(&hex(&[7, 255])), Some([7, 255]));
        assert_eq!(unhex::<2>("07f"), None);
        assert_eq!(unhex::<2>("07fg"), None);
    }
}
