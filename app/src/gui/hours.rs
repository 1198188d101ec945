//! Weekly hours and check-ins, set by pointer and keys. What is set stays a text, as in profiles and in the terminal.

mod even;
mod ui;

pub use ui::{checkins, expect, expect_card, hours, windows};
