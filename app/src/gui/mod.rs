//! The window.

pub mod icon;
pub mod look;
pub mod page;
pub mod tokens;
