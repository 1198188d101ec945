//! The open page.

pub mod cells;
pub mod editor;
pub mod rules;
