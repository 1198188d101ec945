//! Membership records: the signed statements from which everybody computes who is in and who may do what.
//!
//! Hand encoded: heads first, then the fields of the kind. Sets are strictly ascending, nothing trails, unknown
//! enumeration values are errors, so that one meaning has one id.

pub(crate) mod codec;
mod fields;

pub use fields::*;

use crate::derive::Id;
use crate::item::{Item, Kind, Malformed};

/// A decoded record: what the author knew, and what he says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// All heads of the log the author knew, ascending; none in Genesis.
    pub heads: Vec<Id>,
    /// The statement.
    pub fields: Fields,
}

impl Record {
    /// Decodes the body of a record item.
    pub fn of(item: &Item) -> Result<Record, Malformed> {
        match item.kind() {
            Kind::Record(kind) => Record::decode(kind, item.body()),
            _ => Err(Malformed::UnknownValue("record kind")),
        }
    }
}
