-- A version may be measured apart from any update, on suites that no update has asked. Scoring is deterministic: the same version on the
-- same cases gives the same score, so that a row replaces itself.

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
