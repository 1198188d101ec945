-- Store version 3. Packs and what they cover (docs/trust.md, Packs). `packs` and `pack_feeds` follow from the items;
-- rows of `covered` are items that an accepted pack lists: absent for everybody, kept here until they may be dropped.

CREATE TABLE packs (
  row INTEGER PRIMARY KEY REFERENCES items (row) ON DELETE CASCADE,
  tag INTEGER NOT NULL,
  accepted INTEGER NOT NULL
) STRICT;
CREATE INDEX packs_by_tag ON packs (tag);

CREATE TABLE pack_feeds (
  feed INTEGER NOT NULL,
  row INTEGER NOT NULL REFERENCES packs (row) ON DELETE CASCADE,
  PRIMARY KEY (feed, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX pack_feeds_by_row ON pack_feeds (row);

CREATE TABLE covered (
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
  since_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX covered_by_tag ON covered (tag);
CREATE INDEX covered_by_since ON covered (since_ms);
