-- Signatures of vectors, by which the nearest of many are found (src/inspecting/signatures.ts). A row has those of all examples of an adapter that arrived
-- in a range of numbers and can be encoded. It is a cache: rows can be removed at any time, and are made again from `embeddings`.
CREATE TABLE signature_blocks (
  adapter text COLLATE "C" NOT NULL,
  fingerprint text COLLATE "C" NOT NULL,
  -- Exclusive and inclusive arrival number.
  after_arrival bigint NOT NULL,
  through_arrival bigint NOT NULL,
  -- Numbers of the examples, float64; the mean of their vectors, float32; and their signatures, uint32: all in the order of the machine (little-endian).
  ids bytea NOT NULL,
  mean bytea NOT NULL,
  signatures bytea NOT NULL,
  -- CRC-32 of the three.
  checksum bigint NOT NULL,
  PRIMARY KEY (adapter, fingerprint, through_arrival)
);
-- Bits do not compress.
ALTER TABLE signature_blocks ALTER COLUMN signatures SET STORAGE EXTERNAL;
