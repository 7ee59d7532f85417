-- Of every label the same share is held out, whatever domains it is spread over: a stratum counts how many of its examples are held out, too.

ALTER TABLE strata ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
-- A set of labels was counted under one of its labels, which the examples do not name: there the share of the task is taken.
UPDATE strata SET held = CASE
  WHEN EXISTS (SELECT 1 FROM examples e WHERE e.adapter = strata.adapter AND e.task = strata.task AND e.label = strata.label)
  THEN (SELECT count(*) FROM examples e
        WHERE e.adapter = strata.adapter AND e.task = strata.task AND e.label = strata.label AND e.domain = strata.domain AND e.split = 'holdout')
  ELSE (SELECT CAST(round(strata.received * coalesce(avg(e.split = 'holdout'), 0)) AS INTEGER) FROM examples e
        WHERE e.adapter = strata.adapter AND e.task = strata.task)
END;
