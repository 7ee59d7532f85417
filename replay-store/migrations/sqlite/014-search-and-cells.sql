-- Words of the texts, for full-text search. The index holds no copy of the texts: it reads them from `examples`. New rows are indexed many at a time at
-- the end of the transaction that inserts them (src/store/sqlite/text-index.ts): a trigger for each row makes an intake three times slower.
CREATE VIRTUAL TABLE examples_text USING fts5 (text, content = 'examples', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 0');
-- Removed words are overwritten in the index instead of being marked as removed.
INSERT INTO examples_text (examples_text, rank) VALUES ('secure-delete', 1);
INSERT INTO examples_text (examples_text) VALUES ('rebuild');

-- `examples_text_docsize` has a row for each indexed text. A row that is not indexed yet has nothing to be removed.
CREATE TRIGGER examples_text_removed AFTER DELETE ON examples WHEN EXISTS (SELECT 1 FROM examples_text_docsize WHERE id = OLD.id)
  BEGIN INSERT INTO examples_text (examples_text, rowid, text) VALUES ('delete', OLD.id, OLD.text); END;
CREATE TRIGGER examples_text_changed AFTER UPDATE OF text ON examples WHEN EXISTS (SELECT 1 FROM examples_text_docsize WHERE id = OLD.id)
  BEGIN
    INSERT INTO examples_text (examples_text, rowid, text) VALUES ('delete', OLD.id, OLD.text);
    INSERT INTO examples_text (rowid, text) VALUES (NEW.id, NEW.text);
  END;

-- Counts and filters by label, domain, source, split and day read this index alone.
CREATE INDEX examples_by_cell ON examples (adapter, task, label, domain, source, split, substr(received_at, 1, 10));

-- How many examples of each cell are in which state of the buffer, so that statistics do not read every row that was ever offered. Triggers keep it.
CREATE TABLE buffer_cells (
  adapter TEXT NOT NULL,
  task TEXT NOT NULL,
  label TEXT NOT NULL,
  domain TEXT NOT NULL,
  source TEXT NOT NULL,
  state TEXT NOT NULL,
  -- Of receipt.
  day TEXT NOT NULL,
  -- 0 where the last example left the cell.
  examples INTEGER NOT NULL,
  -- Of the texts, in UTF-8.
  bytes INTEGER NOT NULL,
  PRIMARY KEY (adapter, task, label, domain, source, state, day)
) STRICT, WITHOUT ROWID;
INSERT INTO buffer_cells
  SELECT buffer.adapter, task, label, domain, source, state, substr(received_at, 1, 10), count(*), sum(octet_length(text))
  FROM buffer JOIN examples ON examples.id = buffer.example_id
  GROUP BY buffer.adapter, task, label, domain, source, state, substr(received_at, 1, 10);

CREATE TRIGGER buffer_cells_enter AFTER INSERT ON buffer BEGIN
  INSERT INTO buffer_cells
    SELECT NEW.adapter, task, label, domain, source, NEW.state, substr(received_at, 1, 10), 1, octet_length(text) FROM examples WHERE id = NEW.example_id
    ON CONFLICT DO UPDATE SET examples = examples + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER buffer_cells_move AFTER UPDATE OF state ON buffer WHEN OLD.state <> NEW.state BEGIN
  INSERT INTO buffer_cells
    SELECT NEW.adapter, task, label, domain, source, OLD.state, substr(received_at, 1, 10), -1, -octet_length(text) FROM examples WHERE id = NEW.example_id
    ON CONFLICT DO UPDATE SET examples = examples - 1, bytes = bytes + excluded.bytes;
  INSERT INTO buffer_cells
    SELECT NEW.adapter, task, label, domain, source, NEW.state, substr(received_at, 1, 10), 1, octet_length(text) FROM examples WHERE id = NEW.example_id
    ON CONFLICT DO UPDATE SET examples = examples + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER buffer_cells_leave AFTER DELETE ON buffer BEGIN
  INSERT INTO buffer_cells
    SELECT OLD.adapter, task, label, domain, source, OLD.state, substr(received_at, 1, 10), -1, -octet_length(text) FROM examples WHERE id = OLD.example_id
    ON CONFLICT DO UPDATE SET examples = examples - 1, bytes = bytes + excluded.bytes;
END;
-- Before the example itself goes, since its cell must be known.
CREATE TRIGGER examples_leave_buffer BEFORE DELETE ON examples BEGIN
  DELETE FROM buffer WHERE adapter = OLD.adapter AND example_id = OLD.id;
END;
CREATE TRIGGER examples_change_cell AFTER UPDATE OF adapter, task, text, label, domain, source, received_at ON examples BEGIN
  INSERT INTO buffer_cells
    SELECT adapter, OLD.task, OLD.label, OLD.domain, OLD.source, state, substr(OLD.received_at, 1, 10), -1, -octet_length(OLD.text)
    FROM buffer WHERE adapter = OLD.adapter AND example_id = OLD.id
    ON CONFLICT DO UPDATE SET examples = examples - 1, bytes = bytes + excluded.bytes;
  INSERT INTO buffer_cells
    SELECT adapter, NEW.task, NEW.label, NEW.domain, NEW.source, state, substr(NEW.received_at, 1, 10), 1, octet_length(NEW.text)
    FROM buffer WHERE adapter = NEW.adapter AND example_id = NEW.id
    ON CONFLICT DO UPDATE SET examples = examples + 1, bytes = bytes + excluded.bytes;
END;
