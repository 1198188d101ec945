//! Words of `tern compact`.

use clap::Args;

/// Options of `tern compact`.
#[derive(Debug, Args)]
pub(crate) struct CompactArgs {
    /// Ask the whole workspace to do so from now on: the owner, once, there is no way back; an older Tern then says that it must update
    #[arg(long)]
    pub(crate) on: bool,
    /// Fold every document with at least so many loose edits now (else 256, after a quiet day)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..))]
    pub(crate) min: Option<u64>,
}
