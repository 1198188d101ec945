//! The open page: its text between window and engine, what keys and pointer do to it, and its drawing.
//!
//! `session` meets the engine; `select`, `edit`, `blocks`, `typing`, `rules`, `clip`, `find` and `complete` are what hands
//! do; `rows`, `layout`, `view`, `prose`, `table`, `live`, `draw` and `ui` show it.

pub mod anchors;
pub mod ask;
pub mod blocks;
pub mod clip;
pub mod complete;
pub mod draw;
pub mod dropped;
pub mod edit;
pub mod figures;
pub mod find;
pub mod highlight;
pub mod input;
pub mod keys;
pub mod layout;
pub mod links;
pub mod live;
pub mod menu;
pub mod offer;
pub mod over;
pub mod pictures;
pub mod pointer;
pub mod preview;
pub mod prose;
pub mod rows;
pub mod rules;
pub mod select;
pub mod session;
pub mod table;
pub mod typing;
pub mod ui;
pub mod view;
