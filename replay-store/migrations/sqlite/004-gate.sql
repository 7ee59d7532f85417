-- A verdict is worked out again from stored rows alone, whatever has become of the suites on disk: what each suite was, what its scores
-- are held against, and how it came out on a fixed older version.

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
  left_out INTEGER NOT NULL,
  PRIMARY KEY (run_id, suite)
) STRICT;
CREATE INDEX eval_suites_by_content ON eval_suites (suite, content_hash);

-- What a score is held against: a graded similarity, a class; NULL where the score says all.
ALTER TABLE eval_results ADD COLUMN gold REAL;
ALTER TABLE eval_results ADD COLUMN anchor_score REAL;
-- Probability of the answer; NULL where there is none.
ALTER TABLE eval_results ADD COLUMN champion_confidence REAL;
ALTER TABLE eval_results ADD COLUMN candidate_confidence REAL;
-- What slices are cut by, as a JSON object.
ALTER TABLE eval_results ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';
-- Cases of one cluster are drawn together.
ALTER TABLE eval_results ADD COLUMN cluster TEXT;
