//! Placeholder module text.
