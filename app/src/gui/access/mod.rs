//! Who is in the workspace and who may do what: members, devices, invites, review, spaces and the log.

pub mod bars;
pub mod confirm;
pub mod data;
pub mod menus;
pub mod ui;

use std::collections::BTreeSet;

/// What the view remembers between frames.
#[derive(Debug, Clone, Default)]
pub struct AccessState {
    /// Members other than oneself whose devices are shown.
    pub shown: BTreeSet<String>,
    /// With whom oneself looks for shared hours.
    pub shared: BTreeSet<String>,
    /// The day on which clock changes were last looked for.
    pub clock_day: Option<jiff::civil::Date>,
    /// What the log is searched for.
    pub filter: String,
}
