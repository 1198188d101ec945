-- Store version 2. What the projections of a locked store say of a document, sealed; empty in any other store.
-- `turn` grows with every commit, so that each process finds what the others wrote.

CREATE TABLE projected (
  n INTEGER PRIMARY KEY,
  doc BLOB NOT NULL UNIQUE,
  turn INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE INDEX projected_by_turn ON projected (turn);
