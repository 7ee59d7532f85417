-- What each version was trained with: the members of the replay buffer, and the hash of the ordered set of examples that its update trained on. Labels and
-- weights as they stood follow from the revisions; so the rows of a snapshot are numbers alone, and go with the examples that are erased.
CREATE TABLE snapshots (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  -- Number of members, also where some of them have been erased since.
  members INTEGER NOT NULL,
  -- SHA-256 over the members' tasks, text hashes and labels; the manifest has the same.
  buffer_hash TEXT NOT NULL,
  -- Number and SHA-256 of the examples that the update trained on; the manifest has the same.
  trained_examples INTEGER NOT NULL,
  trained_hash TEXT NOT NULL,
  seal INTEGER NOT NULL,
  PRIMARY KEY (adapter, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot_members (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  example_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  PRIMARY KEY (adapter, version, example_id),
  FOREIGN KEY (adapter, version) REFERENCES snapshots (adapter, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX snapshot_members_by_example ON snapshot_members (example_id);
