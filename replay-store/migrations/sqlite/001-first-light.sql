-- First light. Everything an update needs to be repeatable and answerable lives here: the examples as they arrived, the vectors
-- they were given, who is in the replay buffer and why, each run with its stage, what it proposed, how every eval case came out on
-- both sides, and who decided. Times are ISO 8601 in UTC; JSON columns are named so in src/store/schema.ts.

CREATE TABLE adapters (
  name TEXT PRIMARY KEY,
  champion_version INTEGER,
  created_at TEXT NOT NULL
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
) STRICT;
-- One text has one label in a task: the second is a duplicate or a contradiction, and never silently another example.
CREATE UNIQUE INDEX examples_by_text ON examples (adapter, task, hash);
CREATE INDEX examples_by_split ON examples (adapter, task, split, id);

-- How many examples each stratum has had. The holdout picks by position in its stratum, so a count must never go back.
CREATE TABLE strata (
  adapter TEXT NOT NULL,
  task TEXT NOT NULL,
  label TEXT NOT NULL,
  domain TEXT NOT NULL,
  received INTEGER NOT NULL,
  PRIMARY KEY (adapter, task, label, domain)
) STRICT;

-- A text is encoded once ever for an encoder.
CREATE TABLE embeddings (
  fingerprint TEXT NOT NULL,
  hash TEXT NOT NULL,
  dimension INTEGER NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (fingerprint, hash)
) STRICT;

-- Every example that was ever offered to the buffer keeps a row, so that "why not" has an answer too.
CREATE TABLE buffer (
  adapter TEXT NOT NULL,
  example_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  state TEXT NOT NULL CHECK (state IN ('member', 'evicted', 'declined')),
  policy TEXT NOT NULL,
  score REAL NOT NULL,
  reason TEXT NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (adapter, example_id)
) STRICT;
CREATE INDEX buffer_by_state ON buffer (adapter, state);

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
) STRICT;
-- Two schedulers never train the same adapter at once.
CREATE UNIQUE INDEX runs_one_at_a_time ON runs (adapter) WHERE status = 'running';

CREATE TABLE candidates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  run_id INTEGER NOT NULL UNIQUE REFERENCES runs (id),
  champion_version INTEGER,
  status TEXT NOT NULL CHECK (status IN ('waiting', 'approved', 'rejected')),
  verdict TEXT NOT NULL CHECK (verdict IN ('pass', 'fail', 'inconclusive')),
  report TEXT NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (adapter, version)
) STRICT;

-- One row is one eval case, scored on both sides. NULL on the champion's side: there was none, or it cannot answer the case.
CREATE TABLE eval_results (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  suite TEXT NOT NULL,
  case_id TEXT NOT NULL,
  champion_score REAL,
  candidate_score REAL NOT NULL,
  champion_answer TEXT,
  candidate_answer TEXT,
  PRIMARY KEY (run_id, suite, case_id)
) STRICT;

-- The accuracy matrix: a row a version, a column a domain.
CREATE TABLE domain_accuracies (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  domain TEXT NOT NULL,
  cases INTEGER NOT NULL,
  accuracy REAL NOT NULL,
  PRIMARY KEY (adapter, version, domain)
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
CREATE INDEX schedule_checks_by_adapter ON schedule_checks (adapter, id);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  adapter TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
-- The audit is append-only, and the database itself holds that.
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
CREATE TRIGGER audit_never_replaces BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
  BEGIN SELECT RAISE(ABORT, 'audit rows are never replaced'); END;
