-- What each version has learned: of every task the training examples up to a number, but for those that were left out. Admission to the
-- replay buffer, replay and the choice of new examples read this record, and nothing else.

CREATE TABLE learned (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  task TEXT NOT NULL,
  through_example INTEGER NOT NULL,
  PRIMARY KEY (adapter, version, task)
) STRICT;

-- Training examples up to that number which the version has not learned. They stay new until a version learns them.
CREATE TABLE left_out (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  example_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  reason TEXT NOT NULL CHECK (reason IN ('leaked', 'unreadable')),
  PRIMARY KEY (adapter, version, example_id)
) STRICT;

-- Texts that an encoder cannot turn into a vector, by the fingerprint of its dense part.
CREATE TABLE unreadable (
  fingerprint TEXT NOT NULL,
  hash TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (fingerprint, hash)
) STRICT;

-- CRC-32 of the vector's bytes. NULL: it was stored before this was kept.
ALTER TABLE embeddings ADD COLUMN checksum INTEGER;
-- CRC-32 of task, text hash, label, domain and split: an example that was changed outside of Espalier is neither trained on nor asked.
ALTER TABLE examples ADD COLUMN seal INTEGER NOT NULL DEFAULT 0;
UPDATE examples SET seal = example_seal(task, hash, label, domain, split);

-- Every version that was proposed, and what its run set out to do.
CREATE TEMP TABLE proposed AS
  SELECT
    candidates.adapter,
    candidates.version,
    candidates.champion_version AS parent,
    runs.plan ->> '$.throughExample' AS through_example,
    runs.plan -> '$.declaration.tasks' AS tasks,
    coalesce(runs.outputs -> ('$.mix."' || contenders.strategy || '"'), runs.outputs -> '$.mix') AS mix
  FROM candidates
  JOIN runs ON runs.id = candidates.run_id
  LEFT JOIN contenders ON contenders.run_id = runs.id AND contenders.chosen = 1;

-- A version has learned what it was shown, and what those had learned from whose heads it went on.
CREATE TEMP TABLE lineage AS
  WITH RECURSIVE ancestry (adapter, version, ancestor) AS (
    SELECT adapter, version, version FROM proposed
    UNION ALL
    SELECT ancestry.adapter, ancestry.version, proposed.parent
    FROM ancestry
    JOIN proposed ON proposed.adapter = ancestry.adapter AND proposed.version = ancestry.ancestor
    WHERE proposed.parent IS NOT NULL AND coalesce(proposed.mix ->> '$.afterExample', 1) > 0
  )
  SELECT ancestry.adapter, ancestry.version, proposed.through_example, proposed.tasks, proposed.mix
  FROM ancestry
  JOIN proposed ON proposed.adapter = ancestry.adapter AND proposed.version = ancestry.ancestor;

INSERT INTO learned (adapter, version, task, through_example)
  SELECT lineage.adapter, lineage.version, task.value ->> '$.name', max(lineage.through_example)
  FROM lineage, json_each(lineage.tasks) AS task
  WHERE lineage.through_example IS NOT NULL AND task.value ->> '$.name' IS NOT NULL
  GROUP BY lineage.adapter, lineage.version, task.value ->> '$.name';

INSERT OR IGNORE INTO left_out (adapter, version, example_id, reason)
  SELECT lineage.adapter, lineage.version, leaked.value, 'leaked'
  FROM lineage, json_each(coalesce(lineage.mix -> '$.leakedIds', '[]')) AS leaked
  WHERE leaked.value IN (SELECT id FROM examples);

-- Approvals used to offer these to the buffer as well.
DELETE FROM buffer
WHERE EXISTS (
  SELECT 1
  FROM adapters
  JOIN left_out ON left_out.adapter = adapters.name AND left_out.version = adapters.champion_version
  WHERE adapters.name = buffer.adapter AND left_out.example_id = buffer.example_id
);

DROP TABLE proposed;
DROP TABLE lineage;
