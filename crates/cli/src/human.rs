//! Answers as people read them. Pure: views in, text out.

pub(crate) mod access;
pub(crate) mod away;
pub(crate) mod backup;
pub(crate) mod files;
pub(crate) mod network;
pub(crate) mod node;
pub(crate) mod pages;
pub(crate) mod past;
pub(crate) mod people;
pub(crate) mod practice;
pub(crate) mod projects;
pub(crate) mod setup;
pub(crate) mod tasks;
pub(crate) mod threads;
pub(crate) mod time;
pub(crate) mod upkeep;
pub(crate) mod views;

use jiff::tz::TimeZone;
use tern_peer::{Peer, PeerError, Query, View};

use crate::{failure, values};

/// The reader's zone.
#[derive(Debug)]
pub(crate) struct Clock {
    zone: TimeZone,
}

impl Clock {
    /// The clock of the member whose laptop this is.
    pub(crate) fn of(peer: &Peer) -> Result<Self, PeerError> {
        let View::About(about) = peer.query(Query::About)? else { return Err(failure::mismatch()) };
        Ok(Clock { zone: values::zone(&about.zone).unwrap_or(TimeZone::UTC) })
    }

    /// Universal time, where no reader is known.
    #[cfg(test)]
    pub(crate) fn utc() -> Self {
        Clock { zone: TimeZone::UTC }
    }

    /// An RFC 3339 time in words, in the reader's zone.
    pub(crate) fn words(&self, text: &str) -> String {
        values::local_words(text, &self.zone)
    }

    /// As [`Clock::words`]; “never” when there is none.
    pub(crate) fn words_or_never(&self, text: Option<&str>) -> String {
        text.map_or_else(|| "never".into(), |t| self.words(t))
    }
}

/// `1 page`, `3 pages`.
pub(crate) fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// A size in bytes in words: `812 B`, `1.5 KiB`, `20.0 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1024.0;
    }
    format!("{value:.1} TiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_counts_read_like_prose() {
        assert_eq!(size(812), "812 B");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(5 << 40), "5.0 TiB");
        assert_eq!(count(1, "page", "pages"), "1 page");
        assert_eq!(count(0, "page", "pages"), "0 pages");
    }
}
