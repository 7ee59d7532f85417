import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { espalier, succeed } from '../support/command.js';
import { at, copyOf, ingestWords, rowsOf, trainedDesk } from '../support/desk.js';
import { expectReport } from '../support/plain.js';

/** A desk with a champion of billing, and shipping taken in but not learned. Each test works in a copy of it. */
let start: string;
beforeAll(async () => {
  start = await trainedDesk();
  await succeed(start, [...ingestWords('shipping'), ...at(11)]);
});

const updateWords = (strategy: string) => ['update', 'desk', '--strategy', strategy, ...at(12)];

/** Runs an update that kills itself at `moment`; gives back the stages that it had ended by then, as far as it could tell. */
async function killAt(folder: string, moment: string, strategy = 'analytic'): Promise<string> {
  const killed = await espalier(folder, updateWords(strategy), { preload: 'die-at.mjs', environment: { ESPALIER_TEST_DIE_AT: moment } });
  expect([killed.signal, killed.stdout]).toEqual(['SIGKILL', '']);
  return killed.stderr;
}

const runOf = (folder: string) => rowsOf(folder, 'select stage, status from runs where id = 2')[0];

const versionFiles = ['adapter.onnx', 'adapter.safetensors', 'manifest.json', 'pieces.safetensors', 'state.safetensors'];

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
  expect([undisturbed.results.length, undisturbed.candidates.length]).toEqual([325, 1]);
  return undisturbed;
}

describe('an update that is killed again and again', () => {
  let undisturbed: ReturnType<typeof versionIn>;
  let folder: string;
  beforeAll(async () => {
    undisturbed = await undisturbedBy('analytic');
    folder = copyOf(start);
  });

  /** In this order: each process goes on where the one before it died, and dies a little later. */
  it.each([
    ['encode:before', 'encode'],
    ['encode:after', 'mix'],
    ['mix:before', 'mix'],
    ['mix:after', 'train'],
    ['rename:adapter.safetensors', 'train'],
    ['train:before', 'train'],
    ['train:after', 'evaluate'],
    ['evaluate:before', 'evaluate'],
    ['evaluate:after', 'gate'],
    ['gate:before', 'gate'],
    ['gate:after', 'propose'],
    ['rename:manifest.json', 'propose'],
    ['rename:versions/2', 'propose'],
    ['propose:before', 'propose'],
  ])('at %s is left at the stage %s, having done no stage twice', async (moment, stage) => {
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
});
