//! Options of commands about other machines.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::values;

/// `sync`
#[derive(Debug, Args)]
pub(crate) struct SyncArgs {
    /// Meet everybody once and stop (the default)
    #[arg(long)]
    pub(crate) once: bool,
    /// Give up on machines that do not answer in this time (30s, 2m)
    #[arg(long, default_value = "30s", value_parser = values::duration)]
    pub(crate) timeout: Duration,
    /// Meet only the machine of this ticket (`-` reads it from standard input)
    #[arg(long, value_name = "TICKET")]
    pub(crate) with: Option<String>,
}

/// `online`
#[derive(Debug, Args)]
pub(crate) struct OnlineArgs {
    /// Address and UDP port to listen on
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Announce nothing on the local network; only known addresses are used
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// `status`
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Print again whenever it changes, until stopped
    #[arg(long)]
    pub(crate) watch: bool,
}

/// `bundle …`
#[derive(Debug, Subcommand)]
pub(crate) enum BundleAction {
    /// Write an encrypted file with what others may lack
    Export {
        /// The file to write
        file: PathBuf,
        /// For one member: name, id or prefix
        #[arg(long = "for", value_name = "M", conflicts_with = "all")]
        member: Option<String>,
        /// For all members (the default)
        #[arg(long)]
        all: bool,
    },
    /// Take in such a file
    Import {
        /// The file to read
        file: PathBuf,
        /// Write what the sender lacks to this file
        #[arg(long, value_name = "F2")]
        reply: Option<PathBuf>,
    },
}

/// `node …`
#[derive(Debug, Subcommand)]
pub(crate) enum NodeAction {
    /// Make a node in an empty home
    Init {
        /// IP and UDP port; remembered, and part of the ticket
        #[arg(long, value_name = "ADDR")]
        listen: Option<SocketAddr>,
    },
    /// Run it until stopped (network)
    Run {
        /// IP and UDP port; remembered, and part of the ticket
        #[arg(long, value_name = "ADDR")]
        listen: Option<SocketAddr>,
    },
    /// Its ticket and what it holds
    Status,
    /// How much each workspace may take; a running node sees a change by itself
    Quota(QuotaArgs),
    /// Write its key, settings and what it carries into one private file; it may go on running
    Backup {
        /// The file to make
        file: PathBuf,
    },
    /// Make a node of such a file in an empty home
    Restore {
        /// The file
        file: PathBuf,
    },
}

/// `node quota`
#[derive(Debug, Args)]
pub(crate) struct QuotaArgs {
    /// The workspace: id or prefix. Without it: all that have no quota of their own
    pub(crate) workspace: Option<String>,
    /// Bytes of items and attachments that it may take (500MB, 20GiB)
    #[arg(long, value_name = "SIZE", value_parser = values::size)]
    pub(crate) bytes: Option<u64>,
    /// Items that it may take
    #[arg(long, value_name = "N")]
    pub(crate) items: Option<u64>,
    /// As if nothing had been said
    #[arg(long, conflicts_with_all = ["bytes", "items"])]
    pub(crate) clear: bool,
}

/// `relay …`
#[derive(Debug, Subcommand)]
pub(crate) enum RelayAction {
    /// Tell the workspace to use a node
    Add {
        /// The node's ticket (`-` reads it from standard input)
        ticket: String,
    },
    /// Stop using a node
    Remove {
        /// Device key of the node, or a prefix
        device: String,
    },
    /// Nodes in use
    List,
}
