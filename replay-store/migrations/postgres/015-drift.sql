-- How texts that arrived compare with what the champion had learned: a row for all texts of a batch, and one for each of its domains that was compared by
-- itself. The schedule's trigger `drift` reads the rows, so that a look costs one query. A batch is compared with a version once.
CREATE TABLE drift_checks (
  adapter text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  task text COLLATE "C" NOT NULL,
  -- 'arrivals FIRST-LAST' of an intake; 'texts HASH' of texts that were not taken in.
  batch text COLLATE "C" NOT NULL,
  -- '' in the row for all texts of the batch.
  domain text COLLATE "C" NOT NULL,
  -- NULL of texts that were not taken in.
  first_arrival bigint,
  last_arrival bigint,
  -- Number of texts in the batch, or in its domain.
  texts bigint NOT NULL,
  -- Whether the row decides if the batch has drifted: a domain's row does, and the row for all texts where no domain has one.
  decides bigint NOT NULL CHECK (decides IN (0, 1)),
  -- The smallest p value of its tests, adjusted for all tests of the batch that decide. NULL: too few texts for any test.
  p double precision,
  -- Of the inputs: the distance of the means as a share of the spread of what was learned.
  effect double precision,
  input_p double precision,
  score_p double precision,
  -- Share of texts that the version would not answer.
  novel_share double precision,
  novel_p double precision,
  -- Everything that was measured, as `espalier drift` tells it.
  detail text COLLATE "C" NOT NULL,
  at text COLLATE "C" NOT NULL,
  PRIMARY KEY (adapter, version, task, batch, domain)
);

-- Texts that a champion would not answer, until a person names or drops them. A text is stored as an intake would store it, redacted.
CREATE TABLE unknown_texts (
  adapter text COLLATE "C" NOT NULL,
  task text COLLATE "C" NOT NULL,
  -- Of the text; examples have the same.
  hash text COLLATE "C" NOT NULL,
  text text COLLATE "C" NOT NULL,
  -- Why the version did not answer.
  reason text COLLATE "C" NOT NULL,
  -- The label that it would have answered, and its calibrated probability.
  likeliest text COLLATE "C",
  score double precision,
  version bigint NOT NULL,
  first_seen text COLLATE "C" NOT NULL,
  last_seen text COLLATE "C" NOT NULL,
  -- How often it was added.
  times_seen bigint NOT NULL,
  PRIMARY KEY (adapter, task, hash)
);
