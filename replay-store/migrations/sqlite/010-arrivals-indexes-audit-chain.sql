-- Examples of an adapter are numbered in the order of their arrival, apart from their ids. The number is given inside the transaction of the intake, while
-- the adapter's row in `arrivals` is held: 1, 2, 3 and so on, without a gap. Ids of a sequence become visible out of order where transactions overlap, so
-- that "everything after id 40" would miss an example for ever. A number is never given again, also where its example is gone.
CREATE TABLE arrivals (
  adapter TEXT PRIMARY KEY,
  -- Number of the adapter's last example; 0 where it has none.
  last INTEGER NOT NULL
) STRICT;

-- Until now ids were the order of arrival. They stay the numbers of what is there, so that plans, manifests, `learned` and `schedule_checks`, which name
-- them as `throughExample`, mean what they meant. With several adapters in a database these numbers have gaps.
ALTER TABLE examples ADD COLUMN arrival INTEGER NOT NULL DEFAULT 0;
UPDATE examples SET arrival = id;
INSERT INTO arrivals (adapter, last)
  SELECT adapter, max(number)
  FROM (
    SELECT adapter, arrival AS number FROM examples
    UNION ALL SELECT adapter, through_example FROM learned
    UNION ALL SELECT adapter, through_example FROM schedule_checks
  )
  GROUP BY adapter;
CREATE UNIQUE INDEX examples_by_arrival ON examples (adapter, arrival);
DROP INDEX examples_by_split;
CREATE INDEX examples_by_split ON examples (adapter, task, split, arrival);

-- Queries that every command or every look of the schedule asks are answered by an index, in its order.
DROP INDEX buffer_by_state;
CREATE INDEX buffer_by_state ON buffer (adapter, state, example_id);
CREATE INDEX runs_by_adapter ON runs (adapter, id);
CREATE INDEX candidates_by_adapter ON candidates (adapter, id);
CREATE INDEX candidates_by_status ON candidates (status, id);
CREATE INDEX decisions_by_adapter ON decisions (adapter, id);
CREATE INDEX version_scores_by_suite ON version_scores (suite, adapter, version, at);
CREATE INDEX schedule_checks_by_run ON schedule_checks (run_id);

-- Each row of the audit holds the hash of the row before it, and a hash over that and its own columns: who edits, removes or moves a row breaks the
-- chain there. Rows from before are chained as they stand.
ALTER TABLE audit RENAME TO audit_without_chain;
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
CREATE TEMP TABLE unchained (place INTEGER PRIMARY KEY, id, at, actor, act, adapter, subject, detail);
INSERT INTO unchained SELECT row_number() OVER (ORDER BY id), id, at, actor, act, adapter, subject, detail FROM audit_without_chain;
INSERT INTO audit (id, at, actor, via, act, adapter, subject, detail, previous, hash)
  WITH RECURSIVE chain (place, previous, hash) AS (
    SELECT 0, NULL, printf('%064d', 0)
    UNION ALL
    SELECT chain.place + 1, chain.hash, audit_hash(chain.hash, at, actor, NULL, act, adapter, subject, detail)
    FROM chain JOIN unchained ON unchained.place = chain.place + 1
  )
  SELECT id, at, actor, NULL, act, adapter, subject, detail, previous, hash
  FROM chain JOIN unchained USING (place)
  ORDER BY id;
DROP TABLE unchained;
DROP TABLE audit_without_chain;
-- The audit is append-only, and the database itself holds that.
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
CREATE TRIGGER audit_never_replaces BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id OR previous = NEW.previous)
  BEGIN SELECT RAISE(ABORT, 'audit rows are never replaced'); END;
