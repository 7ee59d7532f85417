-- Examples that are taken out of everything. An erasure goes by steps, each of which can be done again: its examples are set apart, what had learned them
-- is made again without them, they are removed from the store, and every file is searched for them.
CREATE TABLE erasures (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  adapter TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  step TEXT NOT NULL CHECK (step IN ('set apart', 'trained', 'removed', 'done')),
  -- Number of its examples.
  examples INTEGER NOT NULL,
  -- The edit that quarantined them.
  edit_id INTEGER REFERENCES edits (id),
  -- SHA-256 of a salt and the hash of each text, in ascending order: who has the text and the certificate can tell that it was among them, and nobody else.
  salt TEXT NOT NULL,
  hashes TEXT NOT NULL,
  -- The candidate that was trained without them, or why there is none.
  candidate_id INTEGER,
  no_candidate TEXT
) STRICT;
CREATE INDEX erasures_by_adapter ON erasures (adapter, id);

CREATE TABLE erasure_examples (
  erasure_id INTEGER NOT NULL REFERENCES erasures (id),
  example_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  PRIMARY KEY (erasure_id, example_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_examples_by_example ON erasure_examples (example_id);

-- Versions that had learned an erased example. None of them is trained further, and none serves again once another has taken its place.
CREATE TABLE tainted_versions (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  erasure_id INTEGER NOT NULL REFERENCES erasures (id),
  PRIMARY KEY (adapter, version)
) STRICT, WITHOUT ROWID;
