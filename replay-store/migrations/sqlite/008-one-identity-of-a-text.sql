-- Duplicates, contradictions, the holdout and the guard of eval suites share one normal form of a text; the hashes of the form before are
-- replaced. Examples that are the same text by the new form and came before it stay as they are.
UPDATE examples SET twin = same_text_hash(text);

-- Whether the examples of a task have one label each or a set each. It was guessed from the look of the first label before, which a single label
-- that looks like a set deceives.
CREATE TABLE answer_forms (
  adapter TEXT NOT NULL,
  task TEXT NOT NULL,
  multi_label INTEGER NOT NULL CHECK (multi_label IN (0, 1)),
  PRIMARY KEY (adapter, task)
) STRICT;
INSERT INTO answer_forms (adapter, task, multi_label)
  SELECT adapter, task, min(is_label_set(label)) FROM examples GROUP BY adapter, task;
