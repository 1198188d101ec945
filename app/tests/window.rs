//! The window, driven by visible labels.
