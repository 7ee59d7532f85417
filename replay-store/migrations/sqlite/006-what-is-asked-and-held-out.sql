-- A head that leaves the embedding as it is cannot change what the encoder is good for. Which suites ask for the head's own answers, and which look
-- at the embedding, decides what is judged.

ALTER TABLE eval_suites ADD COLUMN examines TEXT NOT NULL DEFAULT 'encoder' CHECK (examines IN ('answers', 'encoder'));
-- Holdouts ask the head, and so do sets of labels. Of other suites of earlier runs it is not known; their verdicts stay as they were.
UPDATE eval_suites SET examines = 'answers' WHERE domain IS NOT NULL OR metric = 'jaccard';

-- Texts that differ in letter case, punctuation or invisible characters only are twins, and stand on one side of the holdout.
ALTER TABLE examples ADD COLUMN twin TEXT NOT NULL DEFAULT '';
UPDATE examples SET twin = twin_hash(text);
CREATE INDEX examples_by_twin ON examples (adapter, task, twin);

-- SHA-256 of the version's manifest.json, which holds those of its other files. NULL: it was proposed before this was kept.
ALTER TABLE candidates ADD COLUMN manifest_hash TEXT;
