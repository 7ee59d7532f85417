-- An adapter may have several tasks, and one domain may bring examples of each: its accuracy is of a task and a domain.

ALTER TABLE domain_accuracies RENAME TO domain_accuracies_of_one;
-- The accuracy matrix: a row a version, a column a domain of a task.
CREATE TABLE domain_accuracies (
  adapter TEXT NOT NULL,
  version INTEGER NOT NULL,
  task TEXT NOT NULL,
  domain TEXT NOT NULL,
  cases INTEGER NOT NULL,
  accuracy REAL NOT NULL,
  PRIMARY KEY (adapter, version, task, domain)
) STRICT;
-- Until now each adapter had one task, and the plan of the run names it.
INSERT INTO domain_accuracies
  SELECT kept.adapter, kept.version, coalesce(runs.plan ->> '$.declaration.tasks[0].name', ''), kept.domain, kept.cases, kept.accuracy
  FROM domain_accuracies_of_one AS kept
  LEFT JOIN candidates ON candidates.adapter = kept.adapter AND candidates.version = kept.version
  LEFT JOIN runs ON runs.id = candidates.run_id;
DROP TABLE domain_accuracies_of_one;
