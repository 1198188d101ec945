//! The people of a large workspace: names, zones, hours, and their folders.

use std::path::{Path, PathBuf};

use tern_peer::{Peer, PeerError, Profile};

use super::desk::{self, Desk};
use super::words::Dice;

/// Most people that can be named apart.
pub(crate) const MOST_PEOPLE: usize = FIRST.len();

const FIRST: [&str; 50] = [
    "Ada", "Bao", "Chidi", "Dana", "Emeka", "Freja", "Gita", "Hana", "Ines", "Jonas", "Kaito", "Lea",
    "Mateo", "Nadia", "Olu", "Priya", "Quentin", "Rosa", "Sami", "Tala", "Ursula", "Viktor", "Wanjiru",
    "Ximena", "Yusuf", "Zofia", "Amara", "Bjarne", "Carmen", "Dmitri", "Elif", "Farid", "Greta", "Hugo",
    "Isla", "Jiro", "Karima", "Luca", "Minh", "Noa", "Otto", "Paloma", "Rahul", "Saoirse", "Tomas", "Uma",
    "Vera", "Wren", "Yara", "Zane",
];
const LAST: [&str; 10] =
    ["Lindqvist", "Okafor", "Tanaka", "Whitfield", "Moreau", "Silva", "Haddad", "Novak", "Kaur", "O’Brien"];
/// Twenty zones, with half hours, quarter hours and clock changes of both hemispheres among them.
const ZONES: [&str; 20] = [
    "Europe/London",
    "Asia/Tokyo",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Sydney",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Africa/Nairobi",
    "America/Sao_Paulo",
    "Pacific/Auckland",
    "America/St_Johns",
    "Asia/Singapore",
    "Europe/Lisbon",
    "Africa/Lagos",
    "America/Mexico_City",
    "Asia/Dubai",
    "Europe/Helsinki",
    "Australia/Adelaide",
    "America/Denver",
];
const HOURS: [&str; 4] =
    ["Mon-Fri 09:00-17:30", "Mon-Fri 08:00-12:00,13:00-17:00", "Mon-Thu 10:00-19:00", "Sun-Thu 09:00-18:00"];

/// A person with a device of their own.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) index: usize,
    pub(super) home: PathBuf,
    pub(super) profile: Profile,
}

/// `count` people; the first founds the workspace.
pub(super) fn people(dir: &Path, count: usize) -> Vec<Person> {
    let person = |(index, first): (usize, &&str)| Person {
        index,
        home: dir.join(first.to_lowercase()),
        profile: Profile {
            name: format!("{first} {}", LAST[(index * 7 + index / 10) % LAST.len()]),
            zone: ZONES[index % ZONES.len()].to_owned(),
            hours: Some(HOURS[index % HOURS.len()].to_owned()),
            checkins: None,
            off: Vec::new(),
        },
    };
    FIRST.iter().take(count).enumerate().map(person).collect()
}

impl Person {
    /// Opens their lid at an instant, does `work`, closes the lid.
    pub(super) fn open<T>(
        &self,
        at_ms: i64,
        work: impl FnOnce(&Desk) -> Result<T, PeerError>,
    ) -> Result<T, PeerError> {
        let desk = Desk(Peer::open(&self.home, &desk::env(at_ms))?);
        let result = work(&desk);
        desk.0.shutdown();
        result
    }

    /// A file of theirs under way to somebody else.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.home.with_extension(format!("{name}.tern"))
    }

    /// Their own randomness for one part of the story.
    pub(super) fn dice(&self, seed: u64, part: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9) ^ (self.index as u64) << 8 ^ part)
    }

    /// People do not all work at the same minute.
    pub(super) fn stagger_ms(&self) -> i64 {
        self.index as i64 * 17 * 60_000
    }
}
