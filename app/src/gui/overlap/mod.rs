//! Hours that people share: whom one looks at, stretches of the next weeks, and what clock changes do to them.

pub mod data;
pub mod ui;

/// Weeks that are looked at.
pub const WEEKS: u16 = 8;
