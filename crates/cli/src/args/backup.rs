//! Words of `tern backup`.

use std::path::PathBuf;

use clap::Subcommand;

/// `backup …`
#[derive(Debug, Subcommand)]
pub(crate) enum BackupAction {
    /// Backups of this home, newest first; one is taken every hour while Tern runs, older ones are thinned out
    List,
    /// Take one now
    Now,
    /// What a backup holds and this home does not
    Compare {
        /// Id of the backup or its beginning (else the newest)
        id: Option<String>,
    },
    /// Take in what a backup holds and this home lacks; nothing here is replaced
    Adopt {
        /// Id of the backup or its beginning (else the newest)
        id: Option<String>,
    },
    /// Make a store of a backup: beside this home to look at, or in the place of one that does not open
    Restore {
        /// Id of the backup or its beginning (else the newest)
        id: Option<String>,
        /// An empty folder that becomes a home of its own
        #[arg(long, value_name = "DIR", conflicts_with = "replace")]
        into: Option<PathBuf>,
        /// Also when the store opens; it is kept beside
        #[arg(long)]
        replace: bool,
    },
}
