//! Prints how long a log of 10,000 records takes to evaluate: `cargo run -p tern-trust --example evaluate_log`.

use std::time::Instant;

use tern_trust::derive::{Dice, Id};
use tern_trust::eval::{Act, AddError, Entry, Evaluation, Intro};
use tern_trust::record::Role;

const RECORDS: usize = 10_000;

/// A chain with a fork at every third record, fifty members, and a role that changes at every fiftieth.
fn history() -> Vec<Entry> {
    let mut dice = Dice::new([1; 32]);
    let device = |device: Id| Intro { device, x25519: device, recovery: false };
    let owner = dice.draw();
    let first = Entry {
        id: dice.draw(),
        author: owner,
        heads: Vec::new(),
        act: Act::Genesis { member: [1; 16], devices: vec![device(owner)] },
    };
    let mut entries = vec![first];
    for number in 1..RECORDS {
        let last = entries[number - 1].id;
        let heads = match number % 3 {
            0 if number > 3 => vec![entries[number - 2].id, last],
            2 if number > 3 => vec![entries[number - 2].id],
            _ => vec![last],
        };
        let act = match number % 50 {
            0 => Act::RoleSet { member: [2 + (number / 50 % 50) as u8; 16], role: Role::Writer },
            _ => Act::Plain { needs: Role::Reader },
        };
        entries.push(Entry { id: dice.draw(), author: owner, heads, act });
    }
    entries
}

#[allow(clippy::disallowed_methods, reason = "it measures; no rule reads this clock")]
fn main() -> Result<(), AddError> {
    let entries = history();
    let start = Instant::now();
    let mut eval = Evaluation::new();
    for entry in entries {
        eval.add(entry)?;
    }
    let effective = eval.view().effective().count();
    let one_by_one = start.elapsed();
    let start = Instant::now();
    let rebuilt = eval.view().rebuilt().len();
    println!("{RECORDS} records: one by one {one_by_one:?}, {effective} effective");
    println!("the whole set anew {:?}, {rebuilt} effective", start.elapsed());
    Ok(())
}
