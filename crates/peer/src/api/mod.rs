//! What the window and the terminal may ask of a running replica, as plain data.
//!
//! A [`Command`] changes something and is answered only after the change is durable. A [`Query`] reads; its [`View`]
//! serialises to exactly the JSON that the terminal prints.

mod access;
mod clock_watch;
mod command;
mod comments;
mod cycles;
mod decisions;
mod digest;
mod error;
mod handover;
mod heads;
mod inbox;
mod links;
mod page;
mod past;
mod practice;
mod profile;
mod projects;
mod query;
mod record;
mod reply;
mod strip;
mod task_more;
mod tasks;
mod templates;
mod threads;
mod upkeep;
mod view;
mod when;
mod zone_data;

pub use access::*;
pub use clock_watch::*;
pub use command::*;
pub use comments::*;
pub use cycles::*;
pub use decisions::*;
pub use digest::*;
pub use error::{ErrorKind, PeerError};
pub use handover::*;
pub use heads::*;
pub use inbox::*;
pub use links::*;
pub use page::*;
pub use past::*;
pub use practice::*;
pub use profile::*;
pub use projects::*;
pub use query::*;
pub use record::*;
pub use reply::*;
pub use strip::*;
pub use task_more::*;
pub use tasks::*;
pub use templates::*;
pub use threads::*;
pub use upkeep::*;
pub use view::*;
pub use when::*;
pub use zone_data::*;
