-- Checksums of what a later stage reads. NULL: the row was written before there were any, and is read as it is.

-- The row of a suite is written together with the last of its results: a suite that has one is done.
-- The evaluation rules that its results were stored for.
ALTER TABLE eval_suites ADD COLUMN rules INTEGER;
-- By contender: the number of its results, and the sum of their checksums.
ALTER TABLE eval_suites ADD COLUMN seals TEXT;
-- Of the row itself.
ALTER TABLE eval_suites ADD COLUMN seal INTEGER;

-- Of the plan and the outputs of the stages.
ALTER TABLE runs ADD COLUMN seal INTEGER;

-- Of what a policy decided about an example, and by which number.
ALTER TABLE buffer ADD COLUMN seal INTEGER;

-- Of all that the version has been shown: each of its rows has the same, so that a row that is missing is found, too.
ALTER TABLE learned ADD COLUMN seal INTEGER;
