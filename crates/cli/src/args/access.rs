//! Options of commands about who may do what: devices, members, review, spaces, recovery, keys.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `device …`
#[derive(Debug, Subcommand)]
pub(crate) enum DeviceAction {
    /// Devices and when each was last heard of
    List {
        /// Of this member (name, id or prefix); your own when absent
        #[arg(long, value_name = "M")]
        member: Option<String>,
    },
    /// Offer to link another device of yours; prints its ticket and waits for it (network)
    Link(LinkArgs),
    /// Become a further device of yours by such a ticket (network)
    Accept {
        /// The ticket (`-` reads it from standard input)
        ticket: String,
        /// Use loopback and the addresses in the ticket only
        #[arg(long)]
        quiet: bool,
    },
    /// Remove a device; its later edits wait in review, the key changes
    Remove {
        /// Its key, or a prefix
        device: String,
    },
}

/// `device link`
#[derive(Debug, Args)]
pub(crate) struct LinkArgs {
    /// Address and UDP port to listen on
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Announce nothing on the local network
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// `member …`
#[derive(Debug, Subcommand)]
pub(crate) enum MemberAction {
    /// Members, their roles and zones, and who waits to be let in
    List,
    /// Change a member's role
    Role {
        /// Name, id or prefix
        member: String,
        /// admin, writer, commenter or reader
        #[arg(value_parser = ["admin", "writer", "commenter", "reader"])]
        role: String,
    },
    /// Remove a member; their later edits wait in review, the key changes
    Remove {
        /// Name, id or prefix
        member: String,
    },
    /// Let somebody in who asked with a ticket that needs approval
    Approve {
        /// Id of the request or of the member, or a prefix
        request: String,
        /// Another role than the invite offers
        #[arg(long, value_parser = ["admin", "writer", "commenter", "reader"])]
        role: Option<String>,
    },
    /// Bring a removed member back
    Restore {
        /// Name, id or prefix
        member: String,
        /// admin, writer, commenter or reader
        #[arg(long, default_value = "writer", value_parser = ["admin", "writer", "commenter", "reader"])]
        role: String,
    },
    /// Leave the workspace yourself
    Leave {
        /// Yes, leave
        #[arg(long, required = true)]
        yes: bool,
    },
}

/// `review …`
#[derive(Debug, Subcommand)]
pub(crate) enum ReviewAction {
    /// Edits that are kept but do not count
    List,
    /// Let an entry's edits count, for everybody
    Admit {
        /// Id of the entry, or a prefix
        entry: String,
    },
    /// Write the page with an entry's edits in it to a new Markdown file
    Export {
        /// Id of the entry, or a prefix
        entry: String,
        /// The file
        file: PathBuf,
    },
    /// Put an entry away; its edits stay kept
    Discard {
        /// Id of the entry, or a prefix
        entry: String,
    },
}

/// `space …`
#[derive(Debug, Subcommand)]
pub(crate) enum SpaceAction {
    /// Spaces you can see
    List,
    /// Make a space
    New {
        /// Title
        title: String,
        /// Own keys and members; nobody else can read anything of it
        #[arg(long)]
        private: bool,
        /// Members to begin with, by comma, as writers
        #[arg(long, value_name = "M,…", value_delimiter = ',', requires = "private")]
        with: Vec<String>,
    },
    /// Add a member to a private space, or change their role in it
    Add {
        /// Title, id or prefix of the space
        space: String,
        /// Name, id or prefix of the member
        member: String,
        /// admin, writer, commenter or reader
        #[arg(long, default_value = "writer", value_parser = ["admin", "writer", "commenter", "reader"])]
        role: String,
    },
    /// Remove a member from a private space
    Remove {
        /// Title, id or prefix of the space
        space: String,
        /// Name, id or prefix of the member
        member: String,
    },
    /// Move a page and those below it to another space
    Move {
        /// The page
        page: String,
        /// Title, id or prefix of the space; `root` is the workspace's own
        space: String,
        /// Only say what would become visible to whom
        #[arg(long)]
        dry_run: bool,
    },
}

/// `recover`
#[derive(Debug, Args)]
pub(crate) struct RecoverArgs {
    /// The node's ticket
    #[arg(required_unless_present = "drill")]
    pub(crate) ticket: Option<String>,
    /// Another name for you from now on
    #[arg(long, value_name = "N")]
    pub(crate) name: Option<String>,
    /// Only check the words on standard input against the workspace of this home
    #[arg(long, conflicts_with_all = ["ticket", "name"])]
    pub(crate) drill: bool,
    /// Let your other devices stay; without it they are taken as lost and removed
    #[arg(long)]
    pub(crate) keep_devices: bool,
    /// Put out a stolen laptop that removed these words; what it did to the membership since then falls
    #[arg(long)]
    pub(crate) take_back: bool,
}

/// `lock …`
#[derive(Debug, Subcommand)]
pub(crate) enum LockAction {
    /// Lock this home with a passphrase (asked, or from TERN_PASSPHRASE_FILE)
    On,
    /// Take the lock away again
    Off,
}

/// `keys …`
#[derive(Debug, Subcommand)]
pub(crate) enum KeysAction {
    /// Keep them elsewhere from now on
    Keep {
        /// `keyring` of the operating system, or `file` that only you may read
        #[arg(value_parser = ["keyring", "file"])]
        place: String,
    },
}

/// `notices`
#[derive(Debug, Args)]
pub(crate) struct NoticesArgs {
    /// This one was read
    #[arg(long, value_name = "ID")]
    pub(crate) seen: Option<String>,
}
