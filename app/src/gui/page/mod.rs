//! The open page: its text model, its data and its drawing.

pub mod cells;
pub mod data;
pub mod editor;
pub mod field;
pub mod menu;
pub mod pictures;
pub mod prose;
pub mod rules;
pub mod table;
pub mod ui;
