-- How texts that arrived compare with what the champion had learned: a row for all texts of a batch, and one for each of its domains that was compared by
-- itself. The schedule's trigger `drift` reads the rows, so that a look costs one query. A batch is compared with a version once.
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

-- Texts that a champion would not answer, until a person names or drops them. A text is stored as an intake would store it, redacted.
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
