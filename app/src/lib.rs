//! The desktop window of Tern. The binary is a thin entry over this library and the terminal commands.

#[cfg(feature = "gui")]
pub mod gui;
