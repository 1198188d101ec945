//! Options of commands about devices, members, profiles and time.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::values;

/// The profile that `init` and `join` begin with.
#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    /// Your name as others see it
    #[arg(long, value_name = "N")]
    pub(crate) name: String,
    /// Your IANA zone (Europe/London); detected when absent
    #[arg(long, value_name = "Z")]
    pub(crate) zone: Option<String>,
    /// Weekly hours, “Mon-Fri 09:00-18:00”
    #[arg(long)]
    pub(crate) hours: Option<String>,
    /// When you look at messages, “09:00,13:00,16:00”
    #[arg(long)]
    pub(crate) checkins: Option<String>,
}

/// `init`
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
    /// Title of the workspace
    #[arg(long, value_name = "T")]
    pub(crate) title: String,
}

/// `join`
#[derive(Debug, Args)]
pub(crate) struct JoinArgs {
    /// The ticket you were given (`-` reads it from standard input)
    pub(crate) ticket: String,
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
    /// Join from this bundle file instead of the network
    #[arg(long, value_name = "F")]
    pub(crate) bundle: Option<PathBuf>,
}

/// `invite`
#[derive(Debug, Args)]
pub(crate) struct InviteArgs {
    /// writer, commenter or reader; admin with --mode approve alone
    #[arg(long, default_value = "writer", value_parser = ["writer", "commenter", "reader", "admin"])]
    pub(crate) role: String,
    /// open: the holder of the ticket is in at once; approve: an admin lets them in
    #[arg(long, default_value = "open", value_parser = ["open", "approve"])]
    pub(crate) mode: String,
    /// How many people may use it
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) uses: u16,
    /// For how long it is meant (30m, 72h, 14d)
    #[arg(long, default_value = "72h", value_parser = values::duration)]
    pub(crate) expires: Duration,
    /// Show the invites instead, and who came by them
    #[arg(long)]
    pub(crate) list: bool,
    /// End this invite instead: its ticket opens nothing new
    #[arg(long, value_name = "ID", conflicts_with = "list")]
    pub(crate) revoke: Option<String>,
}

/// `profile …`
#[derive(Debug, Subcommand)]
pub(crate) enum ProfileAction {
    /// Change your own profile
    Set(ProfileSetArgs),
    /// A profile; your own when no member is named
    Show {
        /// Name, id or prefix
        member: Option<String>,
    },
}

/// `profile set`
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct ProfileSetArgs {
    /// Your name
    #[arg(long, value_name = "N")]
    pub(crate) name: Option<String>,
    /// IANA zone
    #[arg(long, value_name = "Z")]
    pub(crate) zone: Option<String>,
    /// Weekly hours, “Mon-Fri 09:00-12:00,13:00-18:00”
    #[arg(long)]
    pub(crate) hours: Option<String>,
    /// Check-in times
    #[arg(long)]
    pub(crate) checkins: Option<String>,
    /// A day or range of days off, 2026-12-24 or 2026-12-24..2026-12-31 (may be repeated)
    #[arg(long, value_name = "DATE[..DATE]")]
    pub(crate) off: Vec<String>,
    /// Holidays: an iCalendar file of whole days, once or every year; they take the place of those you have
    #[arg(long, value_name = "FILE.ics", conflicts_with = "no_holidays")]
    pub(crate) holidays: Option<PathBuf>,
    /// Takes all holidays away
    #[arg(long)]
    pub(crate) no_holidays: bool,
    /// Whether others are told what you have seen; they are not unless you say so
    #[arg(long, value_parser = ["yes", "no"])]
    pub(crate) share_seen: Option<String>,
}

/// `when`
#[derive(Debug, Args)]
pub(crate) struct WhenArgs {
    /// Names, ids or prefixes of members
    #[arg(required = true)]
    pub(crate) who: Vec<String>,
    /// When it reaches them (RFC 3339); now when absent
    #[arg(long, value_name = "WHEN")]
    pub(crate) available: Option<String>,
    /// Only this one
    #[arg(long, value_parser = ["urgent", "standard"])]
    pub(crate) urgency: Option<String>,
}

/// `strip`
#[derive(Debug, Args)]
pub(crate) struct StripArgs {
    /// At this moment (RFC 3339, or local as 2026-11-24 09:00); now when absent
    #[arg(long, value_name = "WHEN")]
    pub(crate) at: Option<String>,
}

/// `overlap`
#[derive(Debug, Args)]
pub(crate) struct OverlapArgs {
    /// Names or ids, set apart by commas; `me` is you
    #[arg(value_delimiter = ',', required_unless_present = "clocks")]
    pub(crate) who: Vec<String>,
    /// Only the clock changes that alter these hours: of all of them together and of every two; without names, those
    /// within a week that alter what you share with anybody
    #[arg(long)]
    pub(crate) clocks: bool,
    /// For how many weeks from today
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=52))]
    pub(crate) weeks: u16,
}
