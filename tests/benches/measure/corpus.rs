//! A corpus of Markdown pages out of a seed: the same files on every machine.

use std::fmt::Write as _;
use std::path::Path;

const WORDS: [&str; 24] = [
    "plan", "meeting", "release", "review", "budget", "design", "customer", "north", "river", "stone",
    "paper", "light", "engine", "signal", "window", "table", "garden", "bridge", "quick", "careful",
    "before", "after", "between", "letter",
];

/// Splitmix64.
#[derive(Debug, Clone)]
pub struct Seeded(pub u64);

impl Seeded {
    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// `count` words.
    pub fn words(&mut self, count: usize) -> String {
        let mut text = String::new();
        for at in 0..count {
            let word = WORDS[(self.draw() % 24) as usize];
            // Every eighth word is rare, so that an index has more than 24 entries.
            let sep = if at == 0 { "" } else { " " };
            let _ = if self.draw().is_multiple_of(8) {
                write!(text, "{sep}{word}{}", self.draw() % 5_000)
            } else {
                write!(text, "{sep}{word}")
            };
        }
        text
    }
}

/// One page.
pub fn page(seed: &mut Seeded, index: usize) -> String {
    let (first, second) = (seed.words(30), seed.words(35));
    let (a, b) = (seed.words(4), seed.words(5));
    format!("# Page {index} {}\n\n{first}\n\n{second}\n\n- {a}\n- {b}\n", seed.words(3))
}

/// `count` pages in folders of a hundred.
pub fn write(dir: &Path, count: usize) -> std::io::Result<()> {
    let mut seed = Seeded(7);
    for index in 0..count {
        let folder = dir.join(format!("part-{:03}", index / 100));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("page-{index:05}.md")), page(&mut seed, index))?;
    }
    Ok(())
}
