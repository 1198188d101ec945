//! What is known of other devices as stores: cursors, what they hold of ours, addresses, refusals.

use rusqlite::Row;

use crate::error::Result;
use crate::items::{Id, Id16};
use crate::open::{Store, StoreId};
use crate::rest::{self, Rest};
use crate::txn::Txn;

/// How long an item that a peer refused is not offered again (docs/wire.md, Session).
pub const REFUSAL_HOLD_MS: i64 = 24 * 60 * 60 * 1000;

/// One known device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeerRow {
    /// Its key.
    pub device: Id,
    /// A name to show, empty when unknown.
    pub name: String,
    /// Identity of its store when last met; zero before.
    pub store_id: u64,
    /// Rows of theirs that we hold: the cursor we tell them.
    pub theirs_row: i64,
    /// Our row up to which it confirmed `Stored`: "on Aiko's laptop".
    pub ours_row: i64,
    /// Our last row when its combined root last equalled ours: everything up to it is there.
    pub in_sync_row: i64,
    /// When we last spoke.
    pub last_met_ms: Option<i64>,
    /// When it last confirmed anything.
    pub last_stored_ms: Option<i64>,
    /// Addresses, newest first, as the engine writes them (JSON list).
    pub addresses_json: String,
}

const COLUMNS: &str = "SELECT device, name, store_id, theirs_row, ours_row, in_sync_row, last_met_ms,
    last_stored_ms, addresses FROM peers";

fn read_row(rest: Option<&Rest>, row: &Row<'_>) -> Result<PeerRow> {
    let mut peer = PeerRow {
        device: row.get(0)?,
        name: row.get(1)?,
        store_id: row.get::<_, i64>(2)?.cast_unsigned(),
        theirs_row: row.get(3)?,
        ours_row: row.get(4)?,
        in_sync_row: row.get(5)?,
        last_met_ms: row.get(6)?,
        last_stored_ms: row.get(7)?,
        addresses_json: row.get(8)?,
    };
    // Hints: a damaged one is as good as none.
    let name = rest::shown_text(rest, &[b"peers name", &peer.device], peer.name);
    peer.name = name.unwrap_or_default();
    let addresses = rest::shown_text(rest, &[b"peers addresses", &peer.device], peer.addresses_json);
    peer.addresses_json = addresses.unwrap_or_else(|| "[]".to_owned());
    Ok(peer)
}

impl Store {
    /// One peer.
    pub fn peer(&self, device: &Id) -> Result<Option<PeerRow>> {
        let mut statement = self.conn.prepare_cached(&format!("{COLUMNS} WHERE device = ?1"))?;
        let mut rows = statement.query([device])?;
        rows.next()?.map(|row| read_row(self.rest.as_ref(), row)).transpose()
    }

    /// All peers by device key.
    pub fn peers(&self) -> Result<Vec<PeerRow>> {
        let mut statement = self.conn.prepare_cached(COLUMNS)?;
        let mut rows = statement.query([])?;
        let mut peers = Vec::new();
        while let Some(row) = rows.next()? {
            peers.push(read_row(self.rest.as_ref(), row)?);
        }
        Ok(peers)
    }

    /// Rows of the items that this peer refused for this reason, held or not. Looks through all items if there is one.
    pub fn refused_rows(&self, device: &Id, reason: u8) -> Result<Vec<i64>> {
        let mut any =
            self.conn.prepare_cached("SELECT 1 FROM refusals WHERE device = ?1 AND reason = ?2 LIMIT 1")?;
        if !any.exists((device, reason))? {
            return Ok(Vec::new());
        }
        let mut statement = self.conn.prepare_cached(
            "SELECT row FROM items WHERE id IN (SELECT id FROM refusals WHERE device = ?1 AND reason = ?2)",
        )?;
        let rows = statement.query_map((device, reason), |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// True while this peer's refusal of an item holds.
    pub fn is_refused(&self, device: &Id, id: &Id, now_ms: i64) -> Result<bool> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT 1 FROM refusals WHERE device = ?1 AND id = ?2 AND until_ms > ?3")?;
        Ok(statement.exists((device, id, now_ms))?)
    }

    /// How many items of a lane lie after `row`: what a peer that holds our rows up to it does not have.
    pub fn items_beyond(&self, lane: &Id16, row: i64) -> Result<u64> {
        if row <= 0 {
            return self.count(lane);
        }
        let Some(lane) = self.lane_number(lane)? else { return Ok(0) };
        // `+` makes it walk the few rows after the cursor, not the lane.
        let mut statement =
            self.conn.prepare_cached("SELECT count(*) FROM items WHERE row > ?2 AND +lane = ?1")?;
        Ok(statement.query_row((lane, row), |row| row.get::<_, i64>(0))?.cast_unsigned())
    }
}

impl Txn<'_> {
    /// Writes everything known of a peer.
    pub fn put_peer(&mut self, peer: &PeerRow) -> Result<()> {
        let mut statement = self.store.conn.prepare_cached(
            "INSERT OR REPLACE INTO peers (device, name, store_id, theirs_row, ours_row, in_sync_row, last_met_ms,
             last_stored_ms, addresses) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        let rest = self.store.rest.as_ref();
        let name = rest::stored_text(rest, &[b"peers name", &peer.device], &peer.name)?;
        let addresses = rest::stored_text(rest, &[b"peers addresses", &peer.device], &peer.addresses_json)?;
        statement.execute((
            peer.device,
            name,
            peer.store_id.cast_signed(),
            peer.theirs_row,
            peer.ours_row,
            peer.in_sync_row,
            peer.last_met_ms,
            peer.last_stored_ms,
            addresses,
        ))?;
        Ok(())
    }

    /// Notes a meeting. A peer whose store is another than last time starts again from row 0 in both directions.
    /// Returns what is known of it.
    pub fn meet_peer(&mut self, device: &Id, store: StoreId, now_ms: i64) -> Result<PeerRow> {
        let known = self.store.peer(device)?;
        let mut peer = known.unwrap_or_else(|| PeerRow {
            device: *device,
            addresses_json: "[]".to_owned(),
            ..PeerRow::default()
        });
        if peer.store_id != store.0 {
            (peer.theirs_row, peer.ours_row, peer.in_sync_row) = (0, 0, 0);
            peer.store_id = store.0;
        }
        peer.last_met_ms = Some(now_ms);
        self.put_peer(&peer)?;
        Ok(peer)
    }

    /// Forgets a peer and what it refused.
    pub fn remove_peer(&mut self, device: &Id) -> Result<()> {
        self.store.conn.prepare_cached("DELETE FROM peers WHERE device = ?1")?.execute([device])?;
        self.store.conn.prepare_cached("DELETE FROM refusals WHERE device = ?1")?.execute([device])?;
        Ok(())
    }

    /// Forgets refusals of a peer whose hold was over at this time: what it still refuses was refused again since.
    /// True when there were any.
    pub fn forget_refusals(&mut self, device: &Id, over_at_ms: i64) -> Result<bool> {
        let mut statement =
            self.store.conn.prepare_cached("DELETE FROM refusals WHERE device = ?1 AND until_ms <= ?2")?;
        Ok(statement.execute((device, over_at_ms))? > 0)
    }

    /// Notes that a peer refused an item; it is held back for [`REFUSAL_HOLD_MS`].
    pub fn put_refusal(&mut self, device: &Id, id: &Id, reason: u8, now_ms: i64) -> Result<()> {
        let mut statement = self.store.conn.prepare_cached(
            "INSERT OR REPLACE INTO refusals (device, id, reason, until_ms) VALUES (?1, ?2, ?3, ?4)",
        )?;
        statement.execute((device, id, reason, now_ms.saturating_add(REFUSAL_HOLD_MS)))?;
        Ok(())
    }
}
