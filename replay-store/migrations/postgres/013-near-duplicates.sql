-- migrations/sqlite/013 says why each is as it is.
CREATE TABLE near_bands (
  example_id bigint NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  -- A 32-bit hash of the adapter, the task, the band's number and its minima.
  band bigint NOT NULL,
  PRIMARY KEY (example_id, band)
);
CREATE INDEX near_bands_by_band ON near_bands (band, example_id);

CREATE TABLE near_marks (
  adapter text COLLATE "C" NOT NULL,
  task text COLLATE "C" NOT NULL,
  through_arrival bigint NOT NULL,
  PRIMARY KEY (adapter, task)
);

CREATE TABLE near_links (
  example_id bigint PRIMARY KEY REFERENCES examples (id) ON DELETE CASCADE,
  -- The earlier example.
  near_id bigint NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  -- Jaccard similarity of their shingles, from 0 to 1.
  similarity double precision NOT NULL
);
CREATE INDEX near_links_by_near ON near_links (near_id);
