-- Words of the texts, for full-text search. Punctuation becomes a space first: the parser of PostgreSQL would otherwise read addresses, paths and
-- hyphenated words as one word, and the same search would find other rows than on SQLite.
CREATE INDEX examples_by_words ON examples
  USING gin (to_tsvector('simple', translate(text, $$!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~$$, repeat(' ', 32))));

-- Counts and filters by label, domain, source, split and day read this index alone.
CREATE INDEX examples_by_cell ON examples (adapter, task, label, domain, source, split, substr(received_at, 1, 10));

-- How many examples of each cell are in which state of the buffer; migrations/sqlite/014 says why. Triggers keep it, once a statement where they can.
CREATE TABLE buffer_cells (
  adapter text COLLATE "C" NOT NULL,
  task text COLLATE "C" NOT NULL,
  label text COLLATE "C" NOT NULL,
  domain text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  day text COLLATE "C" NOT NULL,
  examples bigint NOT NULL,
  bytes bigint NOT NULL,
  PRIMARY KEY (adapter, task, label, domain, source, state, day)
);
INSERT INTO buffer_cells
  SELECT buffer.adapter, task, label, domain, source, state, substr(received_at, 1, 10), count(*), sum(octet_length(text))
  FROM buffer JOIN examples ON examples.id = buffer.example_id
  GROUP BY buffer.adapter, task, label, domain, source, state, substr(received_at, 1, 10);

CREATE FUNCTION buffer_cells_enter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO buffer_cells
    SELECT entered.adapter, task, label, domain, source, entered.state, substr(received_at, 1, 10), count(*), sum(octet_length(text))
    FROM entered JOIN examples ON examples.id = entered.example_id
    GROUP BY entered.adapter, task, label, domain, source, entered.state, substr(received_at, 1, 10)
    ON CONFLICT (adapter, task, label, domain, source, state, day)
    DO UPDATE SET examples = buffer_cells.examples + excluded.examples, bytes = buffer_cells.bytes + excluded.bytes;
  RETURN NULL;
END $$;
CREATE FUNCTION buffer_cells_leave() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO buffer_cells
    SELECT gone.adapter, task, label, domain, source, gone.state, substr(received_at, 1, 10), -count(*), -sum(octet_length(text))
    FROM gone JOIN examples ON examples.id = gone.example_id
    GROUP BY gone.adapter, task, label, domain, source, gone.state, substr(received_at, 1, 10)
    ON CONFLICT (adapter, task, label, domain, source, state, day)
    DO UPDATE SET examples = buffer_cells.examples + excluded.examples, bytes = buffer_cells.bytes + excluded.bytes;
  RETURN NULL;
END $$;
CREATE TRIGGER buffer_cells_enter AFTER INSERT ON buffer
  REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION buffer_cells_enter();
CREATE TRIGGER buffer_cells_move_from AFTER UPDATE ON buffer
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION buffer_cells_leave();
CREATE TRIGGER buffer_cells_move_to AFTER UPDATE ON buffer
  REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION buffer_cells_enter();
CREATE TRIGGER buffer_cells_leave AFTER DELETE ON buffer
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION buffer_cells_leave();

-- Before the example itself goes, since its cell must be known.
CREATE FUNCTION examples_leave_buffer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM buffer WHERE adapter = OLD.adapter AND example_id = OLD.id;
  RETURN OLD;
END $$;
CREATE TRIGGER examples_leave_buffer BEFORE DELETE ON examples FOR EACH ROW EXECUTE FUNCTION examples_leave_buffer();

CREATE FUNCTION examples_change_cell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO buffer_cells
    SELECT adapter, OLD.task, OLD.label, OLD.domain, OLD.source, state, substr(OLD.received_at, 1, 10), -1, -octet_length(OLD.text)
    FROM buffer WHERE adapter = OLD.adapter AND example_id = OLD.id
    ON CONFLICT (adapter, task, label, domain, source, state, day)
    DO UPDATE SET examples = buffer_cells.examples + excluded.examples, bytes = buffer_cells.bytes + excluded.bytes;
  INSERT INTO buffer_cells
    SELECT adapter, NEW.task, NEW.label, NEW.domain, NEW.source, state, substr(NEW.received_at, 1, 10), 1, octet_length(NEW.text)
    FROM buffer WHERE adapter = NEW.adapter AND example_id = NEW.id
    ON CONFLICT (adapter, task, label, domain, source, state, day)
    DO UPDATE SET examples = buffer_cells.examples + excluded.examples, bytes = buffer_cells.bytes + excluded.bytes;
  RETURN NULL;
END $$;
CREATE TRIGGER examples_change_cell AFTER UPDATE OF adapter, task, text, label, domain, source, received_at ON examples
  FOR EACH ROW EXECUTE FUNCTION examples_change_cell();
