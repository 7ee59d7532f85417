-- What each version was trained with: the members of the replay buffer, and the hash of the ordered set of examples that its update trained on. Labels and
-- weights as they stood follow from the revisions; so the rows of a snapshot are numbers alone, and go with the examples that are erased.
CREATE TABLE snapshots (
  adapter text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  -- Number of members, also where some of them have been erased since.
  members bigint NOT NULL,
  -- SHA-256 over the members' tasks, text hashes and labels; the manifest has the same.
  buffer_hash text COLLATE "C" NOT NULL,
  -- Number and SHA-256 of the examples that the update trained on; the manifest has the same.
  trained_examples bigint NOT NULL,
  trained_hash text COLLATE "C" NOT NULL,
  seal bigint NOT NULL,
  PRIMARY KEY (adapter, version)
);

CREATE TABLE snapshot_members (
  adapter text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  example_id bigint NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  PRIMARY KEY (adapter, version, example_id),
  FOREIGN KEY (adapter, version) REFERENCES snapshots (adapter, version)
);
CREATE INDEX snapshot_members_by_example ON snapshot_members (example_id);
