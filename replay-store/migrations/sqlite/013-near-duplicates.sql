-- Examples whose texts are similar are found by the bands of their MinHash signatures (src/core/min-hash.ts): examples of one task that share a band are
-- candidates, and their texts decide. Only adapters that declare `intake.nearDuplicates` have rows here; all of them can be made again from the examples.
CREATE TABLE near_bands (
  example_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  -- A 32-bit hash of the adapter, the task, the band's number and its minima.
  band INTEGER NOT NULL,
  PRIMARY KEY (example_id, band)
) STRICT, WITHOUT ROWID;
CREATE INDEX near_bands_by_band ON near_bands (band, example_id);

-- The examples of a task that arrived up to this number have their bands. Examples that arrived while the setting was off come later.
CREATE TABLE near_marks (
  adapter TEXT NOT NULL,
  task TEXT NOT NULL,
  through_arrival INTEGER NOT NULL,
  PRIMARY KEY (adapter, task)
) STRICT;

-- An example that was stored although its text is similar to that of an earlier one. Both are in the same split.
CREATE TABLE near_links (
  example_id INTEGER PRIMARY KEY REFERENCES examples (id) ON DELETE CASCADE,
  -- The earlier example.
  near_id INTEGER NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
  -- Jaccard similarity of their shingles, from 0 to 1.
  similarity REAL NOT NULL
) STRICT;
CREATE INDEX near_links_by_near ON near_links (near_id);
