CREATE INDEX buffer_by_example ON buffer (example_id);

CREATE INDEX buffer_by_state ON buffer (adapter, state, example_id);

CREATE INDEX candidates_by_adapter ON candidates (adapter, id);

CREATE INDEX candidates_by_status ON candidates (status, id);

CREATE UNIQUE INDEX contenders_chosen_once ON contenders (run_id) WHERE chosen = 1;

CREATE INDEX curation_by_adapter ON curation (adapter, example_id);

CREATE INDEX decisions_by_adapter ON decisions (adapter, id);

CREATE INDEX edits_by_adapter ON edits (adapter, id);

CREATE INDEX edits_by_revision ON edits (adapter, revision);

CREATE INDEX edits_by_undone ON edits (undoes);

CREATE INDEX erasure_examples_by_example ON erasure_examples (example_id);

CREATE INDEX erasures_by_adapter ON erasures (adapter, id);

CREATE INDEX eval_suites_by_content ON eval_suites (suite, content_hash);

CREATE UNIQUE INDEX examples_by_arrival ON examples (adapter, arrival);

CREATE INDEX examples_by_cell ON examples (adapter, task, label, domain, source, split, substr(received_at, 1, 10));

CREATE INDEX examples_by_split ON examples (adapter, task, split, arrival);

CREATE UNIQUE INDEX examples_by_text ON examples (adapter, task, hash);

CREATE INDEX examples_by_twin ON examples (adapter, task, twin);

CREATE INDEX left_out_by_example ON left_out (example_id);

CREATE INDEX near_bands_by_band ON near_bands (band, example_id);

CREATE INDEX near_links_by_near ON near_links (near_id);

CREATE INDEX revisions_by_edit ON revisions (edit_id, number);

CREATE INDEX revisions_by_example ON revisions (example_id, number);

CREATE INDEX runs_by_adapter ON runs (adapter, id);

CREATE UNIQUE INDEX runs_one_at_a_time ON runs (adapter) WHERE status = 'running';

CREATE INDEX schedule_checks_by_adapter ON schedule_checks (adapter, id);

CREATE INDEX schedule_checks_by_run ON schedule_checks (run_id);

CREATE INDEX snapshot_members_by_example ON snapshot_members (example_id);

CREATE INDEX version_scores_by_suite ON version_scores (suite, adapter, version, at);

CREATE TABLE adapters (
  name TEXT PRIMARY KEY,
  champion_version INTEGER,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE answer_forms (
  adapter TEXT NOT NULL,
  task TEXT NOT NULL,
  multi_label INTEGER NOT NULL CHECK (multi_label IN (0, 1)),
  PRIMARY KEY (adapter, task)
) STRICT;

CREATE TABLE arrivals (
  adapter TEXT PRIMARY KEY,
  -- Number of the adapter's last example; 0 where it has none.
  last INTEGER NOT NULL
, revision INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  -- Through what the actor acted: `cli`, `schedule`. NULL: the act happened before this was kept.
  via TEXT,
  act TEXT NOT NULL,
  adapter TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  -- The hash of the row before, which no two rows share: the chain never forks. 64 zeros in the first row.
  previous TEXT NOT NULL UNIQUE,
  -- SHA-256, see src/store/audit-chain.ts.
  hash TEXT NOT NULL
) STRICT;

CREATE TABLE buffer (
  adapter TEXT NOT NULL,
  example_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  state TEXT NOT NULL CHECK (state IN ('member', 'evicted', 'declined')),
  policy TEXT NOT NULL,
  score REAL NOT NULL,
  reason TEXT NOT NULL,
  since TEXT NOT NULL, seal INTEGER,
  PRIMARY KEY (adapter, example_id)
) STRICT;

CREATE TABLE buffer_cells (
  adapter TEXT NOT NULL,
  task TEXT NOT NULL,
  label TEXT NOT NULL,
  domain TEXT NOT NULL,
  source TEXT NOT NULL,
  state TEXT NOT NULL,
  -- Of receipt.
  day TEXT NOT NULL,
  -- 0 where the last example left the cell.
  examples INTEGER NOT NULL,
  -- Of the texts, in UTF-8.
  bytes INTEGER NOT NULL,
  PRIMARY KEY (adapter, task, label, domain, source, state, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE candidates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  run_id INTEGER NOT NULL UNIQUE REFERENCES runs (id),
  champion_version INTEGER,
  status TEXT NOT NULL CHECK (status IN ('waiting', 'approved', 'rejected')),
  verdict TEXT NOT NULL CHECK (verdict IN ('pass', 'fail', 'inconclusive')),
  report TEXT NOT NULL,
  created_at TEXT NOT NULL, manifest_hash TEXT,
  UNIQUE (adapter, version)
) STRICT;

CREATE TABLE contenders (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  strategy TEXT NOT NULL,
  -- In the order of the plan, which breaks ties.
  place INTEGER NOT NULL,
  -- Of training alone. NULL: not known, or it failed.
  seconds REAL,
  bytes_kept INTEGER,
  -- NULL: it did not fail.
  error TEXT,
  -- NULL: not judged.
  report TEXT,
  chosen INTEGER NOT NULL CHECK (chosen IN (0, 1)),
  PRIMARY KEY (run_id, strategy)
) STRICT;

CREATE TABLE curation (
  example_id INTEGER PRIMARY KEY REFERENCES examples (id) ON DELETE CASCADE,
  adapter TEXT NOT NULL,
  weight REAL NOT NULL,
  quarantined INTEGER NOT NULL CHECK (quarantined IN (0, 1)),
  pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),
  note TEXT,
  seal INTEGER NOT NULL
) STRICT;

CREATE TABLE decisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  adapter TEXT NOT NULL,
  candidate_id INTEGER REFERENCES candidates (id),
  act TEXT NOT NULL CHECK (act IN ('approve', 'override', 'reject', 'rollback')),
  from_version INTEGER,
  to_version INTEGER,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;

CREATE TABLE domain_accuracies (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  task TEXT NOT NULL,
  domain TEXT NOT NULL,
  cases INTEGER NOT NULL,
  accuracy REAL NOT NULL,
  PRIMARY KEY (adapter, version, task, domain)
) STRICT;

CREATE TABLE drift_checks (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  task TEXT NOT NULL,
  -- 'arrivals FIRST-LAST' of an intake; 'texts HASH' of texts that were not taken in.
  batch TEXT NOT NULL,
  -- '' in the row for all texts of the batch.
  domain TEXT NOT NULL,
  -- NULL of texts that were not taken in.
  first_arrival INTEGER,
  last_arrival INTEGER,
  -- Number of texts in the batch, or in its domain.
  texts INTEGER NOT NULL,
  -- Whether the row decides if the batch has drifted: a domain's row does, and the row for all texts where no domain has one.
  decides INTEGER NOT NULL CHECK (decides IN (0, 1)),
  -- The smallest p value of its tests, adjusted for all tests of the batch that decide. NULL: too few texts for any test.
  p REAL,
  -- Of the inputs: the distance of the means as a share of the spread of what was learned.
  effect REAL,
  input_p REAL,
  score_p REAL,
  -- Share of texts that the version would not answer.
  novel_share REAL,
  novel_p REAL,
  -- Everything that was measured, as `espalier drift` tells it.
  detail TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (adapter, version, task, batch, domain)
) STRICT;

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

CREATE TABLE embeddings (
  fingerprint TEXT NOT NULL,
  hash TEXT NOT NULL,
  dimension INTEGER NOT NULL,
  vector BLOB NOT NULL, checksum INTEGER,
  PRIMARY KEY (fingerprint, hash)
) STRICT;

CREATE TABLE erasure_examples (
  erasure_id INTEGER NOT NULL REFERENCES erasures (id),
  example_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  PRIMARY KEY (erasure_id, example_id)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE eval_results (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  contender TEXT NOT NULL,
  suite TEXT NOT NULL,
  case_id TEXT NOT NULL,
  champion_score REAL,
  candidate_score REAL NOT NULL,
  champion_answer TEXT,
  candidate_answer TEXT, gold REAL, anchor_score REAL, champion_confidence REAL, candidate_confidence REAL, tags TEXT NOT NULL DEFAULT '{}', cluster TEXT,
  PRIMARY KEY (run_id, contender, suite, case_id)
) STRICT;

CREATE TABLE eval_suites (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  suite TEXT NOT NULL,
  -- In the order in which the report names them.
  place INTEGER NOT NULL,
  version INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  -- The group that it belongs to by its own account.
  family TEXT NOT NULL,
  metric TEXT NOT NULL,
  chance REAL NOT NULL,
  task TEXT NOT NULL,
  -- Whose holdout it is. NULL: a declared suite.
  domain TEXT,
  -- Whether the champion, and the anchor, had learned that domain; of a declared suite whether there was one.
  known_to_champion INTEGER NOT NULL CHECK (known_to_champion IN (0, 1)),
  known_to_anchor INTEGER NOT NULL CHECK (known_to_anchor IN (0, 1)),
  -- Cases that were not asked, since no contender knows their label.
  left_out INTEGER NOT NULL, examines TEXT NOT NULL DEFAULT 'encoder' CHECK (examines IN ('answers', 'encoder')), rules INTEGER, seals TEXT, seal INTEGER,
  PRIMARY KEY (run_id, suite)
) STRICT;

CREATE TABLE examples (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  adapter TEXT NOT NULL,
  task TEXT NOT NULL,
  text TEXT NOT NULL,
  hash TEXT NOT NULL,
  label TEXT NOT NULL,
  domain TEXT NOT NULL,
  source TEXT NOT NULL,
  received_at TEXT NOT NULL,
  split TEXT NOT NULL CHECK (split IN ('train', 'holdout')),
  provenance TEXT NOT NULL
, twin TEXT NOT NULL DEFAULT '', seal INTEGER NOT NULL DEFAULT 0, arrival INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE VIRTUAL TABLE examples_text USING fts5 (text, content = 'examples', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 0');

CREATE TABLE 'examples_text_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'examples_text_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'examples_text_docsize'(id INTEGER PRIMARY KEY, sz BLOB);

CREATE TABLE 'examples_text_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE learned (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  task TEXT NOT NULL,
  through_example INTEGER NOT NULL, seal INTEGER, through_revision INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (adapter, version, task)
) STRICT;

CREATE TABLE left_out (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  example_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  reason TEXT NOT NULL CHECK (reason IN ('leaked', 'unreadable', 'quarantined')),
  PRIMARY KEY (adapter, version, example_id)
) STRICT;

CREATE TABLE near_bands (
  example_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  -- A 32-bit hash of the adapter, the task, the band's number and its minima.
  band INTEGER NOT NULL,
  PRIMARY KEY (example_id, band)
) STRICT, WITHOUT ROWID;

CREATE TABLE near_links (
  example_id INTEGER PRIMARY KEY REFERENCES examples (id) ON DELETE CASCADE,
  -- The earlier example.
  near_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  -- Jaccard similarity of their shingles, from 0 to 1.
  similarity REAL NOT NULL
) STRICT;

CREATE TABLE near_marks (
  adapter TEXT NOT NULL,
  task TEXT NOT NULL,
  through_arrival INTEGER NOT NULL,
  PRIMARY KEY (adapter, task)
) STRICT;

CREATE TABLE renames (
  edit_id INTEGER NOT NULL REFERENCES edits (id),
  task TEXT NOT NULL,
  label_from TEXT NOT NULL,
  label_to TEXT NOT NULL,
  PRIMARY KEY (edit_id, task, label_from)
) STRICT;

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

CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  adapter TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed')),
  stage TEXT NOT NULL,
  plan TEXT NOT NULL,
  outputs TEXT NOT NULL,
  trigger TEXT NOT NULL,
  lease_owner TEXT NOT NULL,
  lease_until TEXT NOT NULL,
  fencing_token INTEGER NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  error TEXT
, seal INTEGER) STRICT;

CREATE TABLE schedule_checks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  adapter TEXT NOT NULL,
  trigger TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('candidate', 'nothing', 'failed')),
  reason TEXT NOT NULL,
  run_id INTEGER REFERENCES runs (id),
  -- The newest example then: what a trigger has acted on, or failed on, does not set it off again.
  through_example INTEGER NOT NULL,
  at TEXT NOT NULL
) STRICT;

CREATE TABLE signature_blocks (
  adapter TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  -- Exclusive and inclusive arrival number.
  after_arrival INTEGER NOT NULL,
  through_arrival INTEGER NOT NULL,
  -- Numbers of the examples, float64; the mean of their vectors, float32; and their signatures, uint32: all in the order of the machine (little-endian).
  ids BLOB NOT NULL,
  mean BLOB NOT NULL,
  signatures BLOB NOT NULL,
  -- CRC-32 of the three.
  checksum INTEGER NOT NULL,
  PRIMARY KEY (adapter, fingerprint, through_arrival)
) STRICT;

CREATE TABLE snapshot_members (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  example_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  PRIMARY KEY (adapter, version, example_id),
  FOREIGN KEY (adapter, version) REFERENCES snapshots (adapter, version)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE strata (
  adapter TEXT NOT NULL,
  task TEXT NOT NULL,
  label TEXT NOT NULL,
  domain TEXT NOT NULL,
  received INTEGER NOT NULL, held INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (adapter, task, label, domain)
) STRICT;

CREATE TABLE tainted_versions (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  erasure_id INTEGER NOT NULL REFERENCES erasures (id),
  PRIMARY KEY (adapter, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE unknown_texts (
  adapter TEXT NOT NULL,
  task TEXT NOT NULL,
  -- Of the text; examples have the same.
  hash TEXT NOT NULL,
  text TEXT NOT NULL,
  -- Why the version did not answer.
  reason TEXT NOT NULL,
  -- The label that it would have answered, and its calibrated probability.
  likeliest TEXT,
  score REAL,
  version INTEGER NOT NULL,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  -- How often it was added.
  times_seen INTEGER NOT NULL,
  PRIMARY KEY (adapter, task, hash)
) STRICT;

CREATE TABLE unreadable (
  fingerprint TEXT NOT NULL,
  hash TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (fingerprint, hash)
) STRICT;

CREATE TABLE version_scores (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  suite TEXT NOT NULL,
  -- Of the suite's cases, and how many of them were asked: figures of different cases are never compared.
  content_hash TEXT NOT NULL,
  cases INTEGER NOT NULL,
  suite_version INTEGER NOT NULL,
  metric TEXT NOT NULL,
  -- Which answer of the adapter was asked for, where the suite asks for one.
  task TEXT NOT NULL,
  score REAL NOT NULL,
  -- Of the two-sided 95 % interval.
  lower REAL NOT NULL,
  upper REAL NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (adapter, version, suite, content_hash, cases)
) STRICT;

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;

CREATE TRIGGER audit_never_replaces BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id OR previous = NEW.previous)
  BEGIN SELECT RAISE(ABORT, 'audit rows are never replaced'); END;

CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;

CREATE TRIGGER buffer_cells_enter AFTER INSERT ON buffer BEGIN
  INSERT INTO buffer_cells
    SELECT NEW.adapter, task, label, domain, source, NEW.state, substr(received_at, 1, 10), 1, octet_length(text) FROM examples WHERE id = NEW.example_id
    ON CONFLICT DO UPDATE SET examples = examples + 1, bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER buffer_cells_leave AFTER DELETE ON buffer BEGIN
  INSERT INTO buffer_cells
    SELECT OLD.adapter, task, label, domain, source, OLD.state, substr(received_at, 1, 10), -1, -octet_length(text) FROM examples WHERE id = OLD.example_id
    ON CONFLICT DO UPDATE SET examples = examples - 1, bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER buffer_cells_move AFTER UPDATE OF state ON buffer WHEN OLD.state <> NEW.state BEGIN
  INSERT INTO buffer_cells
    SELECT NEW.adapter, task, label, domain, source, OLD.state, substr(received_at, 1, 10), -1, -octet_length(text) FROM examples WHERE id = NEW.example_id
    ON CONFLICT DO UPDATE SET examples = examples - 1, bytes = bytes + excluded.bytes;
  INSERT INTO buffer_cells
    SELECT NEW.adapter, task, label, domain, source, NEW.state, substr(received_at, 1, 10), 1, octet_length(text) FROM examples WHERE id = NEW.example_id
    ON CONFLICT DO UPDATE SET examples = examples + 1, bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER examples_change_cell AFTER UPDATE OF adapter, task, text, label, domain, source, received_at ON examples BEGIN
  INSERT INTO buffer_cells
    SELECT adapter, OLD.task, OLD.label, OLD.domain, OLD.source, state, substr(OLD.received_at, 1, 10), -1, -octet_length(OLD.text)
    FROM buffer WHERE adapter = OLD.adapter AND example_id = OLD.id
    ON CONFLICT DO UPDATE SET examples = examples - 1, bytes = bytes + excluded.bytes;
  INSERT INTO buffer_cells
    SELECT adapter, NEW.task, NEW.label, NEW.domain, NEW.source, state, substr(NEW.received_at, 1, 10), 1, octet_length(NEW.text)
    FROM buffer WHERE adapter = NEW.adapter AND example_id = NEW.id
    ON CONFLICT DO UPDATE SET examples = examples + 1, bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER examples_leave_buffer BEFORE DELETE ON examples BEGIN
  DELETE FROM buffer WHERE adapter = OLD.adapter AND example_id = OLD.id;
END;

CREATE TRIGGER examples_text_changed AFTER UPDATE OF text ON examples WHEN EXISTS (SELECT 1 FROM examples_text_docsize WHERE id = OLD.id)
  BEGIN
    INSERT INTO examples_text (examples_text, rowid, text) VALUES ('delete', OLD.id, OLD.text);
    INSERT INTO examples_text (rowid, text) VALUES (NEW.id, NEW.text);
  END;

CREATE TRIGGER examples_text_removed AFTER DELETE ON examples WHEN EXISTS (SELECT 1 FROM examples_text_docsize WHERE id = OLD.id)
  BEGIN INSERT INTO examples_text (examples_text, rowid, text) VALUES ('delete', OLD.id, OLD.text); END;
