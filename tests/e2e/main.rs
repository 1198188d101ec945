//! Stories of the real binary: homes in temporary folders, processes on loopback, answers read as JSON.

mod apart;
mod bad_input;
mod by_bundle;
mod contract;
mod crash;
mod digest;
mod direct;
mod folder;
mod harness;
mod help;
mod keeping;
mod links;
mod members;
mod offline;
mod practice;
mod processes;
mod quota;
mod recovery;
mod replicas;
mod story;
mod tables;
mod threads;
mod through_node;
mod time;
mod tour;
mod trials;
mod views;
mod weekend;
#[cfg(feature = "gui")]
mod weekend_windows;
#[cfg(feature = "gui")]
mod window;
#[cfg(feature = "gui")]
mod windows;
#[cfg(feature = "gui")]
mod writing;
