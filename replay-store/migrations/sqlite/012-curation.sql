-- What people change of examples that are in the store. Each command is an edit; each example it changes is a revision, numbered 1, 2, 3 and so on by
-- adapter. A version records the last revision it was trained with, so that what it has learned of an example can be told from what holds now.
ALTER TABLE arrivals ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE learned ADD COLUMN through_revision INTEGER NOT NULL DEFAULT 0;

CREATE TABLE edits (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  adapter TEXT NOT NULL,
  act TEXT NOT NULL,
  -- What it was asked to do, in words: "rename `billing` to `invoices`".
  summary TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  -- Number of examples that it changed.
  examples INTEGER NOT NULL,
  -- Its last revision, which says whether a version knows of it.
  revision INTEGER NOT NULL,
  -- The edit that this one takes back.
  undoes INTEGER REFERENCES edits (id)
) STRICT;
CREATE INDEX edits_by_adapter ON edits (adapter, id);
CREATE INDEX edits_by_revision ON edits (adapter, revision);
CREATE INDEX edits_by_undone ON edits (undoes);

-- Only what an edit changed has values; the other columns are NULL on both sides.
CREATE TABLE revisions (
  adapter TEXT NOT NULL,
  number INTEGER NOT NULL,
  edit_id INTEGER NOT NULL REFERENCES edits (id),
  example_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  label_before TEXT,
  label_after TEXT,
  weight_before REAL,
  weight_after REAL,
  quarantined_before INTEGER CHECK (quarantined_before IN (0, 1)),
  quarantined_after INTEGER CHECK (quarantined_after IN (0, 1)),
  pinned_before INTEGER CHECK (pinned_before IN (0, 1)),
  pinned_after INTEGER CHECK (pinned_after IN (0, 1)),
  note_before TEXT,
  note_after TEXT,
  seal INTEGER NOT NULL,
  PRIMARY KEY (adapter, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX revisions_by_edit ON revisions (edit_id, number);
CREATE INDEX revisions_by_example ON revisions (example_id, number);

-- What was decided of an example, as it is now. An example without a row is as it came.
CREATE TABLE curation (
  example_id INTEGER PRIMARY KEY REFERENCES examples (id) ON DELETE CASCADE,
  adapter TEXT NOT NULL,
  weight REAL NOT NULL,
  quarantined INTEGER NOT NULL CHECK (quarantined IN (0, 1)),
  pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),
  note TEXT,
  seal INTEGER NOT NULL
) STRICT;
CREATE INDEX curation_by_adapter ON curation (adapter, example_id);

-- Labels that an edit renamed as a whole: answers of versions from before it are read by their new names.
CREATE TABLE renames (
  edit_id INTEGER NOT NULL REFERENCES edits (id),
  task TEXT NOT NULL,
  label_from TEXT NOT NULL,
  label_to TEXT NOT NULL,
  PRIMARY KEY (edit_id, task, label_from)
) STRICT;

-- An example that is taken out of the store is looked for in this table.
CREATE INDEX buffer_by_example ON buffer (example_id);

-- A training example may be left out for one more reason: it was quarantined when the version was made.
ALTER TABLE left_out RENAME TO left_out_before;
CREATE TABLE left_out (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  example_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  reason TEXT NOT NULL CHECK (reason IN ('leaked', 'unreadable', 'quarantined')),
  PRIMARY KEY (adapter, version, example_id)
) STRICT;
INSERT INTO left_out (adapter, version, example_id, reason) SELECT adapter, version, example_id, reason FROM left_out_before;
DROP TABLE left_out_before;
CREATE INDEX left_out_by_example ON left_out (example_id);
