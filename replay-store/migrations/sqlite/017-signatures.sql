-- Signatures of vectors, by which the nearest of many are found (src/inspecting/signatures.ts). A row has those of all examples of an adapter that arrived
-- in a range of numbers and can be encoded. It is a cache: rows can be removed at any time, and are made again from `embeddings`.
CREATE TABLE signature_blocks (
  adapter TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  -- Exclusive and inclusive arrival number.
  after_arrival INTEGER NOT NULL,
  through_arrival INTEGER NOT NULL,
  -- Numbers of the examples, float64; the mean of their vectors, float32; and their signatures, uint32: all in the order of the machine (little-endian).
  ids BLOB NOT NULL,
  mean BLOB NOT NULL,
  signatures BLOB NOT NULL,
  -- CRC-32 of the three.
  checksum INTEGER NOT NULL,
  PRIMARY KEY (adapter, fingerprint, through_arrival)
) STRICT;
