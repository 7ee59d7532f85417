-- Several strategies may train for one update. What became of each is kept, so that its verdict can be worked out again from stored
-- rows: the results of every case under its name, and a row of its own beside them.

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
CREATE UNIQUE INDEX contenders_chosen_once ON contenders (run_id) WHERE chosen = 1;

-- Until now each run had one strategy, and its plan names it.
INSERT INTO contenders (run_id, strategy, place, report, chosen)
  SELECT candidates.run_id, coalesce(runs.plan ->> '$.strategy', ''), 0, candidates.report, 1
  FROM candidates JOIN runs ON runs.id = candidates.run_id;

-- A primary key cannot be changed in place.
ALTER TABLE eval_results RENAME TO eval_results_of_one;
-- One row is one eval case, scored on both sides. NULL on the champion's side: there was none, or it cannot answer the case.
CREATE TABLE eval_results (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  contender TEXT NOT NULL,
  suite TEXT NOT NULL,
  case_id TEXT NOT NULL,
  champion_score REAL,
  candidate_score REAL NOT NULL,
  champion_answer TEXT,
  candidate_answer TEXT,
  PRIMARY KEY (run_id, contender, suite, case_id)
) STRICT;
INSERT INTO eval_results
  SELECT run_id, coalesce(runs.plan ->> '$.strategy', ''), suite, case_id, champion_score, candidate_score, champion_answer, candidate_answer
  FROM eval_results_of_one JOIN runs ON runs.id = run_id;
DROP TABLE eval_results_of_one;
