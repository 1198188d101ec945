//! Options of `demo --large`.

use crate::demo::MOST_PEOPLE;

/// `demo --large`: how much, and out of which seed.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct LargeArgs {
    /// Instead of the tour, make a workspace of the size of a company and keep it: people in twenty zones with a home
    /// each, months of tasks, pages and threads. The same seed gives the same content
    #[arg(long, requires = "keep")]
    pub(crate) large: bool,
    /// Which content
    #[arg(long, default_value_t = 1, requires = "large")]
    pub(crate) seed: u64,
    /// How many people
    #[arg(long, default_value_t = 50, requires = "large", value_parser = people)]
    pub(crate) people: usize,
    /// How many tasks
    #[arg(long, default_value_t = 10_000, requires = "large")]
    pub(crate) tasks: usize,
    /// How many pages
    #[arg(long, default_value_t = 2_000, requires = "large")]
    pub(crate) pages: usize,
    /// How many messages, ten a thread
    #[arg(long, default_value_t = 5_000, requires = "large")]
    pub(crate) messages: usize,
}

fn people(text: &str) -> Result<usize, String> {
    let count: usize = text.parse().map_err(|_| "not a number".to_owned())?;
    let range = 2..=MOST_PEOPLE;
    if range.contains(&count) { Ok(count) } else { Err(format!("between 2 and {MOST_PEOPLE}")) }
}
