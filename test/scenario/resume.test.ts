import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Stage, stages } from '#espalier/store/runs.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import {
  at,
  copyOf,
  declare,
  deskDeclaration,
  ingestWords,
  rowsOf,
  shipping,
  trainedDesk,
  withDatabase,
} from '../support/desk.js';
import { expectReport } from '../support/plain.js';
import { jsonLines } from '../support/suite.js';
import { onTerminal } from '../support/terminal.js';

/** A desk with a champion of billing, and shipping taken in but not learned. Each test works in a copy of it. */
let start: string;
beforeAll(async () => {
  start = await trainedDesk();
  await succeed(start, [...ingestWords('shipping'), ...at(11)]);
});

const updateWords = (strategy: string) => ['update', 'desk', '--strategy', strategy, ...at(12)];

/**
 * Runs an update that kills itself at `moment`; gives back the stages that it had ended by then, as far as it could
 * tell.
 */
async function killAt(folder: string, moment: string, strategy = 'analytic'): Promise<string> {
  const killed = await espalier(folder, updateWords(strategy), {
    preload: 'die-at.mjs',
    environment: { ESPALIER_TEST_DIE_AT: moment },
  });
  expect([killed.signal, killed.stdout]).toEqual(['SIGKILL', '']);
  return killed.stderr;
}

const runOf = (folder: string) => rowsOf(folder, 'select stage, status from runs where id = 2')[0];

const versionFiles = [
  'adapter.onnx',
  'adapter.safetensors',
  'manifest.json',
  'pieces.safetensors',
  'state.safetensors',
];

/** Everything that version 2 is: its files byte by byte, and what the store says of it. */
function versionIn(folder: string) {
  const version = join(folder, 'adapters', 'desk', 'versions', '2');
  return {
    files: Object.fromEntries(
      readdirSync(version)
        .sort()
        .map((name) => [name, readFileSync(join(version, name)).toString('base64')]),
    ),
    results: rowsOf(folder, 'select * from eval_results where run_id = 2 order by suite, case_id'),
    candidates: rowsOf(folder, 'select * from candidates where version = 2'),
    accuracies: rowsOf(folder, 'select * from domain_accuracies order by version, domain'),
    audit: rowsOf(folder, 'select * from audit order by id'),
    run: rowsOf(
      folder,
      "select status, stage, plan, json_remove(outputs, '$.encode') as outputs, started_at, ended_at, error from runs where id = 2",
    ),
  };
}

function expectSame(folder: string, undisturbed: ReturnType<typeof versionIn>): void {
  const resumed = versionIn(folder);
  expect(Object.keys(resumed.files)).toEqual(versionFiles);
  // File by file, so that a difference is told by a name and not by a screen of base64.
  expect(versionFiles.filter((name) => resumed.files[name] !== undisturbed.files[name])).toEqual([]);
  expect({ ...resumed, files: [] }).toEqual({ ...undisturbed, files: [] });
  expect(readdirSync(join(folder, 'adapters', 'desk', 'runs'))).toEqual([]);
}

async function undisturbedBy(strategy: string) {
  const folder = copyOf(start);
  await succeed(folder, updateWords(strategy));
  const undisturbed = versionIn(folder);
  expect([undisturbed.results.length, undisturbed.candidates.length]).toEqual([328, 1]);
  return undisturbed;
}

describe('an update that is killed again and again', () => {
  let undisturbed: ReturnType<typeof versionIn>;
  let folder: string;
  beforeAll(async () => {
    undisturbed = await undisturbedBy('analytic');
    folder = copyOf(start);
  });

  /** Files that get their names within a stage, in the order in which they do. */
  const renamed: Readonly<Partial<Record<Stage, readonly string[]>>> = {
    train: ['adapter.safetensors'],
    propose: ['manifest.json', 'versions/2'],
  };
  const last = stages.at(-1)!;
  const moments = stages.flatMap((stage, index) => [
    ...(renamed[stage] ?? []).map((name) => [`rename:${name}`, stage]),
    [`${stage}:before`, stage],
    ...(stage === last ? [] : [[`${stage}:after`, stages[index + 1]!]]),
  ]);

  /** In this order: each process goes on where the one before it died, and dies a little later. */
  it.each(moments)('at %s is left at the stage %s, having done no stage twice', async (moment, stage) => {
    expect(await killAt(folder, moment)).toBe('');
    expect(runOf(folder)).toEqual({ stage, status: 'running' });
  });

  it('has by then its version in place, without the remains of half-written files, and no candidate', () => {
    const version = readdirSync(join(folder, 'adapters', 'desk', 'versions', '2'));
    expect(version.sort()).toEqual(versionFiles);
    expect(rowsOf(folder, 'select id from candidates where version = 2')).toEqual([]);
  });

  it('ends, once it is let, in the same bytes as one that was never disturbed', async () => {
    const printed = await succeed(folder, updateWords('analytic'));
    expectReport(printed);
    expect(printed).toContain('an earlier run was taken over at its stage propose');
    expectSame(folder, undisturbed);
  });

  it('has lost nothing either when it dies right after its candidate was recorded', async () => {
    const other = copyOf(start);
    expect(await killAt(other, 'propose:after')).toContain('  gate ');
    expectSame(other, undisturbed);
  });
});

describe('an update by gradient that is killed', () => {
  it('before and after its training is recorded ends in the same bytes', async () => {
    const undisturbed = await undisturbedBy('finetune');
    const folder = copyOf(start);
    await killAt(folder, 'train:before', 'finetune');
    expect(runOf(folder)).toEqual({ stage: 'train', status: 'running' });
    await killAt(folder, 'train:after', 'finetune');
    expect(runOf(folder)).toEqual({ stage: 'evaluate', status: 'running' });
    await succeed(folder, updateWords('finetune'));
    expectSame(folder, undisturbed);
  });
});

describe('a killed update', () => {
  it('is given up when another strategy is asked for, and its remains go', async () => {
    const folder = copyOf(start);
    await killAt(folder, 'train:after', 'finetune');
    await succeed(folder, updateWords('analytic'));
    expect(rowsOf(folder, 'select id, status, error from runs where id > 1')).toEqual([
      { id: 2, status: 'failed', error: 'given up: another strategy was asked for' },
      { id: 3, status: 'done', error: null },
    ]);
    expect(readdirSync(join(folder, 'adapters', 'desk', 'runs'))).toEqual([]);
  });

  it('ended by --fresh between the version and the candidate leaves the whole version where it is, and takes the next number', async () => {
    const folder = copyOf(start);
    await killAt(folder, 'propose:before');
    const { givenUp, plan } = await succeedJson<Resuming>(folder, [...updateWords('analytic'), '--fresh']);
    expect(givenUp).toEqual({ run: 2, stage: 'propose', reason: 'a fresh run was asked for' });
    expect(readdirSync(join(folder, 'adapters', 'desk', 'versions')).sort()).toEqual(['1', '2', '3']);
    expect(plan.version).toBe(3);
  });

  it('is given up, and the word of it is in the result, when the champion is another by now', async () => {
    const folder = copyOf(start);
    await killAt(folder, 'train:before');
    withDatabase(folder, (database) => {
      database.prepare("update runs set seal = null, plan = json_set(plan, '$.parentVersion', 7) where id = 2").run();
    });
    const { givenUp, resumed } = await succeedJson<Resuming>(folder, updateWords('analytic'));
    expect([givenUp, resumed]).toEqual([{ run: 2, stage: 'train', reason: 'the champion is another now' }, undefined]);
  });

  it('is given up when the encoder is another by now, but not before there is a way forward', async () => {
    const folder = copyOf(start);
    await killAt(folder, 'train:before');
    declare(
      folder,
      deskDeclaration((source) => source.replace('model: use-lite', 'model: use-lite\n  prompt: "ticket: "')),
    );
    const refused = await espalier(folder, updateWords('analytic'));
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('[ENCODER_MISMATCH]')]);
    expect(runOf(folder)).toEqual({ stage: 'train', status: 'running' });
    const printed = await succeed(folder, [...updateWords('analytic'), '--reencode']);
    expect(printed).toContain('run 2, unfinished at its stage train, was given up: everything is to be encoded again');
  });
});

interface Resuming {
  readonly resumedAt?: string;
  readonly resumed?: { at: string; differs: { key: string; planned?: unknown; now?: unknown; sentence: string }[] };
  readonly givenUp?: { run: number; stage: string; reason: string };
  readonly plan: { version: number; declaration: { training: { seed: number } } };
}

describe('a killed update, after something was mended', () => {
  const mended = deskDeclaration((source) =>
    source
      .replace('width: 256', 'width: 128\n  seed: 9')
      .replace('suites: [desk-tones, desk-likeness]', 'suites: [desk-likeness]')
      .replace('margin: 0.3\n', 'margin: 0.3\n  gain: 0.02\n')
      // No update reads how rows are taken in: this makes no difference to a run.
      .concat('intake: { redact: [email], nearDuplicates: { action: link } }\n'),
  );
  const sentences = [
    'training.width 256 -> 128',
    'training.seed 7 -> 9',
    'suites: desk-tones removed',
    'gate.gain not set -> 0.02',
    'suite desk-likeness: its files were edited',
    '2 more examples have arrived: 2 to learn from, 0 held out',
  ];

  let stopped: string;
  beforeAll(async () => {
    stopped = copyOf(start);
    await killAt(stopped, 'train:before');
    declare(stopped, mended);
    appendFileSync(join(stopped, 'evals', 'desk-likeness', 'suite.yaml'), '# read again\n');
    const rows = ['the invoice is wrong once more', 'my parcel is lost once more'].map((text) => ({
      text,
      label: 'another',
    }));
    writeFileSync(join(stopped, 'more.jsonl'), jsonLines(rows));
    await succeed(stopped, [...ingestWords('more'), ...at(11)]);
  });

  it('without a terminal is resumed as it was planned, and says what differs and how to begin anew', async () => {
    const { code, stdout, stderr } = await espalier(copyOf(stopped), updateWords('analytic'));
    expect(code).toBe(0);
    expect(stderr).toMatch(/^ATTENTION: run 2 of desk is unfinished at its stage train\./);
    expect(stderr).toContain('`espalier update desk --fresh` ends it and begins anew');
    expect(stdout).toContain('an earlier run was taken over at its stage train, as it was planned');
    for (const sentence of sentences) for (const said of [stdout, stderr]) expect(said).toContain(`  ${sentence}\n`);
  });

  it('with --json carries what differs beside the stage', async () => {
    const { resumedAt, resumed, plan } = await succeedJson<Resuming>(copyOf(stopped), updateWords('analytic'));
    expect([resumedAt, resumed!.at, plan.declaration.training.seed]).toEqual(['train', 'train', 7]);
    expect(resumed!.differs.map(({ sentence }) => sentence).sort()).toEqual([...sentences].sort());
    expect(resumed!.differs.find(({ key }) => key === 'training.seed')).toMatchObject({ planned: 7, now: 9 });
    expect(resumed!.differs.find(({ key }) => key === 'examples')).toMatchObject({ now: { train: 2, holdout: 0 } });
  });

  it('with --fresh is ended and its files go, and another begins with what is declared and stored now', async () => {
    const folder = copyOf(stopped);
    const { givenUp, resumed, plan } = await succeedJson<Resuming>(folder, [...updateWords('analytic'), '--fresh']);
    expect(givenUp).toEqual({ run: 2, stage: 'train', reason: 'a fresh run was asked for' });
    expect([resumed, plan.declaration.training.seed]).toEqual([undefined, 9]);
    expect(rowsOf(folder, 'select id, status, error from runs where id > 1')).toEqual([
      { id: 2, status: 'failed', error: 'given up: a fresh run was asked for' },
      { id: 3, status: 'done', error: null },
    ]);
    expect(readdirSync(join(folder, 'adapters', 'desk', 'runs'))).toEqual([]);
  });

  it.each([
    ['r', 0, 'an earlier run was taken over at its stage train, as it was planned'],
    ['what?\nfresh', 0, 'was given up: a fresh run was asked for'],
    ['stop', 130, 'run 2 of desk was left as it is, unfinished at its stage train [INTERRUPTED]'],
    ['\u0004', 130, 'run 2 of desk was left as it is'],
    ['\u0003', 130, 'run 2 of desk was left as it is'],
  ])('on a terminal asks, and %j is heeded', async (typed, code, says) => {
    const folder = copyOf(stopped);
    const outcome = await onTerminal(folder, updateWords('analytic'), { asked: '[resume/fresh/stop]', typed });
    expect(outcome.screen).toContain(says);
    expect(outcome.code).toBe(code);
    if (code === 130) expect(runOf(folder)).toEqual({ stage: 'train', status: 'running' });
  });

  it('asks nothing on a terminal where nothing differs', async () => {
    const folder = copyOf(start);
    await killAt(folder, 'train:before');
    const { screen, code } = await onTerminal(folder, updateWords('analytic'), {
      asked: '[resume/fresh/stop]',
      typed: 'stop',
    });
    expect([code, screen]).toEqual([
      0,
      expect.stringContaining('an earlier run was taken over at its stage train\r\n'),
    ]);
  });
});

describe('a database that is restored from a backup, after a run that it does not know was killed', () => {
  /** The same texts with their labels the other way round: the plan of the run is the same to the letter. */
  function takeSwapped(folder: string): Promise<string> {
    const labels = [...new Set(shipping.map(({ label }) => label))];
    const swapped = shipping.map(({ text, label }) => ({
      text,
      label: labels[(labels.indexOf(label) + 1) % labels.length]!,
    }));
    writeFileSync(join(folder, 'shipping.jsonl'), jsonLines(swapped));
    return succeed(folder, [...ingestWords('shipping'), ...at(11)]);
  }
  const runFolders = (folder: string) => join(folder, 'adapters', 'desk', 'runs');

  it("trains the new run of that number on its own data, and leaves nobody's files", async () => {
    const [before, folder] = [await trainedDesk(), copyOf(start)];
    await killAt(folder, 'train:before');
    expect(readdirSync(join(runFolders(folder), '2'))).toContain('analytic.json');
    cpSync(join(runFolders(folder), '2'), join(runFolders(folder), '7'), { recursive: true });
    rmSync(join(folder, 'replay-store'), { recursive: true });
    cpSync(join(before, 'replay-store'), join(folder, 'replay-store'), { recursive: true });
    for (const desk of [before, folder]) {
      await takeSwapped(desk);
      await succeed(desk, updateWords('analytic'));
    }
    expectSame(folder, versionIn(before));
  });
});
