//! Stories and laws of a team in the engine, and of the house itself: one binary, so that what waits for a clock or for the
//! network waits beside the rest.

mod absence;
mod away;
mod board;
mod boundaries;
mod digest;
mod digest_law;
mod everyday;
mod flood;
mod healing;
mod hidden;
mod hostile;
mod practice;
mod private;
mod projects;
mod promises;
mod quiet;
mod relay;
mod room;
mod settling;
mod threads;
mod traps;
mod trials;
mod typing;
mod zone_data;
