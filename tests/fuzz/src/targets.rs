//! The targets, and what each of them may cost.

mod files;
mod gates;
mod items;
mod pages;
mod rows;
mod session;
mod texts;
mod trial;

pub use files::{bundle, door, trial_frame};
pub use gates::{gate, graph, operations};
pub use items::{batch, inner, item, log, pack, record};
pub use pages::{html, import, markdown, table};
pub use rows::{search, store_row};
pub use session::{control, hello, item_frame, talk};
pub use texts::{ics, link, query, recurrence, ticket, typed, words};
pub use trial::{foreign, trial, unfold};

pub(crate) use files::Clear;
pub(crate) use session::exporter as session_exporter;

use crate::{Target, seeds};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

macro_rules! target {
    ($name:ident, $max:expr, $memory:expr, $mutations:expr) => {
        Target {
            name: stringify!($name),
            run: $name,
            seeds: seeds::$name,
            max_bytes: $max,
            memory_bytes: $memory,
            mutations: $mutations,
        }
    };
}

/// All of them: name, most bytes of an input, most bytes held, mutations of each input in the default run.
pub const ALL: &[Target] = &[
    target!(item, 4 * KIB, 128 * KIB, 400),
    target!(record, 4 * KIB, 64 * KIB, 400),
    target!(inner, 4 * KIB, 128 * KIB, 400),
    target!(log, 4 * KIB, 4 * MIB, 200),
    // What a batch inflates to, twice (read again), and the encoder's own state.
    target!(batch, 16 * KIB, 6 * MIB, 200),
    // A list makes room for what it claims, a MiB at most; an item frame has two lists.
    target!(control, 8 * KIB, 2 * MIB, 400),
    target!(item_frame, 8 * KIB, 3 * MIB, 400),
    target!(hello, 4 * KIB, 2 * MIB, 400),
    target!(talk, 8 * KIB, 8 * MIB, 100),
    target!(gate, 8 * KIB, 128 * KIB, 400),
    target!(graph, 2 * KIB, MIB, 400),
    // Two bytes stand for thousands of operations; the header gate bounds them.
    target!(operations, 8 * KIB, 16 * MIB, 400),
    target!(pack, 8 * KIB, 256 * KIB, 400),
    target!(unfold, 8 * KIB, 512 * MIB, 200),
    // As the limits that `peer::trial` sets on the process that does this.
    target!(trial, 4 * KIB, 64 * MIB, 200),
    target!(foreign, 8 * KIB, 512 * MIB, 400),
    target!(ticket, 4 * KIB, 128 * KIB, 100),
    target!(words, 4 * KIB, 128 * KIB, 60),
    target!(query, 4 * KIB, MIB, 400),
    target!(recurrence, 4 * KIB, 4 * MIB, 200),
    target!(ics, 8 * KIB, 2 * MIB, 400),
    target!(typed, KIB, 512 * KIB, 400),
    target!(link, 2 * KIB, 64 * KIB, 400),
    target!(markdown, 4 * KIB, 16 * MIB, 200),
    target!(html, 4 * KIB, 16 * MIB, 300),
    target!(import, 4 * KIB, 16 * MIB, 300),
    target!(table, 4 * KIB, 2 * MIB, 400),
    target!(bundle, 16 * KIB, 2 * MIB, 200),
    target!(trial_frame, 4 * KIB, 128 * KIB, 400),
    target!(door, 4 * KIB, 512 * KIB, 400),
    target!(store_row, KIB, 4 * MIB, 24),
    target!(search, KIB, MIB, 100),
];
