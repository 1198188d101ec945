-- Store version 1. Row hashes (`hash`) are described in docs/storage.md.

CREATE TABLE meta (
  key TEXT PRIMARY KEY NOT NULL,
  value BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Small numbers stand for the long keys that repeat in every item.
CREATE TABLE lanes (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  lane BLOB NOT NULL UNIQUE,
  items INTEGER NOT NULL DEFAULT 0,
  root BLOB NOT NULL
) STRICT;

CREATE TABLE feeds (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  author BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  space BLOB NOT NULL,
  UNIQUE (author, incarnation, space)
) STRICT;

CREATE TABLE tags (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  lane INTEGER NOT NULL,
  tag BLOB NOT NULL,
  UNIQUE (lane, tag)
) STRICT;

-- Row numbers grow and are never used again; `store.row_mark` in meta remembers the last one before a deletion.
CREATE TABLE items (
  row INTEGER PRIMARY KEY,
  lane INTEGER NOT NULL,
  day INTEGER NOT NULL,
  id BLOB NOT NULL,
  kind INTEGER NOT NULL,
  feed INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  tag INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE (lane, day, id)
) STRICT;
CREATE INDEX items_by_tag ON items (tag);
CREATE INDEX items_by_feed ON items (feed, seq);

-- Trie nodes above the cache threshold; rebuildable from items.
CREATE TABLE trie (
  lane INTEGER NOT NULL,
  prefix BLOB NOT NULL,
  children BLOB NOT NULL,
  PRIMARY KEY (lane, prefix)
) STRICT, WITHOUT ROWID;

CREATE TABLE docs (
  doc BLOB PRIMARY KEY NOT NULL,
  lane BLOB NOT NULL,
  tag BLOB NOT NULL,
  kind TEXT NOT NULL,
  heads BLOB NOT NULL,
  upto_row INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX docs_by_tag ON docs (lane, tag);

CREATE TABLE snapshots (
  n INTEGER PRIMARY KEY,
  doc BLOB NOT NULL UNIQUE,
  bytes BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;

CREATE TABLE own_feeds (
  author BLOB NOT NULL,
  space BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  next_seq INTEGER NOT NULL,
  prev BLOB NOT NULL,
  updated_ms INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (author, space, incarnation)
) STRICT, WITHOUT ROWID;

CREATE TABLE verdicts (
  row INTEGER PRIMARY KEY REFERENCES items (row) ON DELETE CASCADE,
  doc BLOB,
  tag BLOB NOT NULL,
  author BLOB NOT NULL,
  class INTEGER NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  since_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX verdicts_by_tag ON verdicts (tag);
CREATE INDEX verdicts_by_author ON verdicts (author);
CREATE INDEX verdicts_by_class ON verdicts (class);

CREATE TABLE waits (
  awaited BLOB NOT NULL,
  row INTEGER NOT NULL REFERENCES items (row) ON DELETE CASCADE,
  kind INTEGER NOT NULL,
  PRIMARY KEY (awaited, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX waits_by_row ON waits (row);

CREATE TABLE journal (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  owner INTEGER NOT NULL,
  doc BLOB NOT NULL,
  seq INTEGER NOT NULL,
  op TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX journal_by_doc ON journal (doc);

CREATE TABLE peers (
  device BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  store_id INTEGER NOT NULL,
  theirs_row INTEGER NOT NULL,
  ours_row INTEGER NOT NULL,
  last_met_ms INTEGER,
  last_stored_ms INTEGER,
  in_sync_row INTEGER NOT NULL,
  addresses TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE refusals (
  device BLOB NOT NULL,
  id BLOB NOT NULL,
  reason INTEGER NOT NULL,
  until_ms INTEGER NOT NULL,
  PRIMARY KEY (device, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE blobs (
  hash BLOB PRIMARY KEY NOT NULL,
  size INTEGER NOT NULL,
  present INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE blob_docs (
  hash BLOB NOT NULL REFERENCES blobs (hash) ON DELETE CASCADE,
  doc BLOB NOT NULL,
  PRIMARY KEY (hash, doc)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_docs_by_doc ON blob_docs (doc);
