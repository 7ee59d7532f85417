import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { exportFormats } from '../../evaluation/export.js';
import { importableKinds } from '../../evaluation/importing/import-kinds.js';
import { importFile } from '../evaluation/import-file.js';
import { history, list, show, validate } from '../evaluation/inspect.js';
import { run } from '../evaluation/run.js';
import {
  inReadingSession,
  inSession,
  namesIn,
  newCommand,
  newGroup,
  type Surroundings,
  wholeNumber,
} from '../session.js';

export function evalCommand(surroundings: Surroundings): Command {
  const group = newGroup('eval', 'measure versions on suites, and look after the suites');
  group.addCommand(
    newCommand('list', 'every suite that can be found')
      .option('--adapter <name>', 'mark what this adapter declares; default: the only one there is')
      .action((options) => inReadingSession(options, surroundings, (session) => list(session, options))),
  );
  group.addCommand(
    newCommand('show', 'one suite: what it measures, where it comes from, and some of its cases')
      .argument('<suite>', 'the suite')
      .action((suite: string, options) => inReadingSession(options, surroundings, (session) => show(session, suite))),
  );
  group.addCommand(
    newCommand('run', 'score one version, apart from any update')
      .argument('<adapter>', 'the adapter')
      .option('--version <n>', 'this version; default: the champion', wholeNumber)
      .option('--suites <a,b>', 'only these, declared or not; default: the declared ones and all holdouts', namesIn)
      .option('--export <format>', `write the scores for other tools, too: ${exportFormats.join(' or ')}`)
      .option('--out <path>', 'where to: a file for lm-eval, a folder for mteb')
      .option('--languages <a,b>', 'mteb: what the suites are written in', namesIn, ['eng-Latn'])
      .action((adapter: string, options) =>
        inSession(options, surroundings, (session) =>
          run(session, adapter, { ...options, workingFolder: surroundings.workingFolder }),
        ),
      ),
  );
  group.addCommand(
    newCommand('history', 'how the versions scored on one suite over time')
      .argument('<suite>', 'the suite, or holdout/<domain>')
      .option('--adapter <name>', 'of this adapter only')
      .action((suite: string, options) =>
        inReadingSession(options, surroundings, (session) => history(session, suite, options)),
      ),
  );
  group.addCommand(
    newCommand('validate', 'check suites without scoring anything')
      .argument('[suite]', 'a suite, or a folder; default: all that can be found')
      .action((suite: string | undefined, options) =>
        inReadingSession(options, surroundings, (session) => validate(session, suite, surroundings.workingFolder)),
      ),
  );
  group.addCommand(importCommand(surroundings));
  return group;
}

function importCommand(surroundings: Surroundings): Command {
  return newCommand('import', 'make a suite of a file')
    .argument('<file>', 'JSON, CSV, Parquet, or an export of Label Studio, Argilla or Rasa; - for standard input')
    .requiredOption('--name <name>', 'what the suite is to be called')
    .requiredOption('--kind <kind>', `${importableKinds().join(', ')}, or one that espalier.config.js adds`)
    .option(
      '--format <format>',
      'jsonl, json (an array), csv, label-studio, argilla, rasa or parquet; default: by the beginning of the file, then by its name',
    )
    .option('--delimiter <name>', 'of CSV: comma, semicolon, tab or bar; default: by the header')
    .option('--encoding <name>', 'such as windows-1252; default: by the byte order mark, else UTF-8')
    .option('--text-field <name>', 'where the text is', 'text')
    .option('--label-field <name>', 'where the label is; default: label, and labels of kind multi-label')
    .option('--a-field <name>', 'pairs: where the first text is', 'a')
    .option('--b-field <name>', 'pairs: where the second text is', 'b')
    .option('--score-field <name>', 'sts: where the similarity is', 'score')
    .option('--query-field <name>', 'retrieval: where the query is', 'query')
    .option('--document-field <name>', 'retrieval: where a document is that was judged for it', 'document')
    .option('--relevance-field <name>', 'retrieval: where its grade is, 0 for no answer; default: none, each answers')
    .option('--perturbed-field <name>', 'robustness, stability: where the perturbed text is', 'perturbed')
    .option('--other-field <name>', 'contrast: where the other text is', 'other')
    .option('--other-label-field <name>', 'contrast: where the label of the other text is', 'otherLabel')
    .option('--out-label <label>', 'out-of-scope, scope: which label says that a text is out of scope', 'out-of-scope')
    .option(
      '--group-field <name>',
      'where the slice is that a case belongs to; default: none; robustness, stability, bias: group',
    )
    .option('--cluster-field <name>', 'where it says which cases depend on each other; default: none')
    .option('--shots <n>', 'probe, knn, calibration, out-of-scope: cases a label that are shown', positiveNumber, 16)
    .option('--seed <n>', 'of the draw of those', wholeNumber, 7)
    .option('--task <name>', 'kinds that ask the head: which task of an adapter is asked; default: its first')
    .option('--capability <sentence>', 'what the suite measures')
    .option('--licence <name>', 'of the cases', 'not stated')
    .action((file: string, options) =>
      inSession(options, surroundings, (session) =>
        importFile(session, file, { ...options, workingFolder: surroundings.workingFolder }, surroundings.stdin),
      ),
    );
}

/** @throws USAGE */
function positiveNumber(value: string): number {
  const number = wholeNumber(value);
  if (number === 0) throw new EspalierError('USAGE', 'with 0 shots there is nothing to learn from');
  return number;
}
