//! One number for all that is projected, so that a check can tell lists that say something else than their documents.

use rusqlite::types::ValueRef;

use super::{Place, TABLES};
use crate::error::Result;
use crate::items::Id;
use crate::open::Store;

/// Tables whose row numbers are the order in which documents came: their texts are read by document.
const BY_ORDER_OF_ARRIVAL: [&str; 2] = ["search_docs", "search"];

impl Store {
    /// A hash over every projected row. Rows that are made anew from the same documents give the same.
    pub fn projections_digest(&self) -> Result<Id> {
        let place = if self.rest.is_some() { Place::Temp } else { Place::Main };
        let mut hasher = blake3::Hasher::new();
        for table in TABLES.iter().filter(|table| !BY_ORDER_OF_ARRIVAL.contains(table)) {
            self.hash_rows(&mut hasher, &format!("SELECT * FROM {}{table}", place.prefix()))?;
        }
        self.hash_rows(&mut hasher, &format!("SELECT doc, kind, texts FROM {}search_docs", place.prefix()))?;
        Ok(*hasher.finalize().as_bytes())
    }

    /// Adds the rows of a question in an order that does not depend on where they lie.
    fn hash_rows(&self, hasher: &mut blake3::Hasher, sql: &str) -> Result<()> {
        let mut statement = self.conn.prepare(sql)?;
        let columns = statement.column_count();
        let mut hashes = Vec::new();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let mut one = blake3::Hasher::new();
            for column in 0..columns {
                let number: [u8; 8];
                let (kind, bytes): (u8, &[u8]) = match row.get_ref(column)? {
                    ValueRef::Null => (0, &[]),
                    ValueRef::Integer(value) => {
                        number = value.to_le_bytes();
                        (1, &number)
                    }
                    ValueRef::Real(value) => {
                        number = value.to_le_bytes();
                        (2, &number)
                    }
                    ValueRef::Text(text) => (3, text),
                    ValueRef::Blob(bytes) => (4, bytes),
                };
                one.update(&[kind]).update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
            }
            hashes.push(*one.finalize().as_bytes());
        }
        hashes.sort_unstable();
        hasher.update(&(hashes.len() as u64).to_le_bytes());
        hashes.iter().for_each(|hash| {
            hasher.update(hash);
        });
        Ok(())
    }
}
