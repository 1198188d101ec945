//! The task list.

pub mod data;
pub mod menus;
pub mod ui;

pub use data::build;
