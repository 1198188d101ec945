//! The window.

pub mod actions;
pub mod backend;
pub mod clock;
pub mod icon;
pub mod look;
pub mod page;
pub mod tokens;
pub mod views;
