//! Projects: the list of them, and the page of one with its updates, states, fields, tasks, threads and decisions.

mod composer;
pub mod data;
mod menus;
pub mod ui;

pub use composer::Composer;
