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

/** Runs an update that kills itself at `moment`. */
async function killAt(folder: string, moment: string, strategy = 'analytic'): Promise<void> {
  const killed = await espalier(folder, updateWords(strategy), { preload: 'die-at.mjs', environment: { ESPALIER_TEST_DIE_AT: moment } });
  expect([killed.signal, killed.stdout, killed.stderr]).toEqual(['SIGKILL', '', expect.not.stringContaining('espalier:')]);
}

const versionFiles = ['adapter.onnx', 'adapter.safetensors', 'manifest.json', 'state.safetensors'];

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

const moments = {
  analytic: ['encode', 'mix', 'train', 'evaluate', 'gate'],
  finetune: ['train'],
};

describe.each(['analytic', 'finetune'] as const)('an update by %s that was killed', (strategy) => {
  let undisturbed: ReturnType<typeof versionIn>;
  beforeAll(async () => {
    const folder = copyOf(start);
    await succeed(folder, updateWords(strategy));
    undisturbed = versionIn(folder);
    expect(undisturbed.results.length).toBeGreaterThan(50);
    expect(undisturbed.candidates).toHaveLength(1);
  });

  it.each(moments[strategy])('before and after the end of %s is recorded goes on there, and ends in the same bytes', async (stage) => {
    const folder = copyOf(start);
    await killAt(folder, `${stage}:before`, strategy);
    expect(rowsOf(folder, 'select stage, status from runs where id = 2')).toEqual([{ stage, status: 'running' }]);
    await killAt(folder, `${stage}:after`, strategy);
    const [{ stage: next }] = rowsOf<{ stage: string }>(folder, 'select stage from runs where id = 2') as [{ stage: string }];
    expect(next).not.toBe(stage);
    const { code, stdout, stderr } = await espalier(folder, updateWords(strategy));
    expect([code, stderr]).toEqual([0, expect.not.stringContaining(`  ${stage} `)]);
    expectReport(stdout);
    expect(stdout.replace(/\s+/g, ' ')).toContain(`an earlier run was taken over at its stage ${next}`);
    expectSame(folder, undisturbed);
  });

  it('once its candidate is recorded has lost nothing', async () => {
    const folder = copyOf(start);
    await killAt(folder, 'propose:after', strategy);
    expectSame(folder, undisturbed);
  });

  if (strategy === 'finetune') return;

  it('while it writes files, moves its folder and records the candidate, ends in the same bytes and leaves no remains', async () => {
    const folder = copyOf(start);
    const versions = () => readdirSync(join(folder, 'adapters', 'desk', 'versions'));
    await killAt(folder, 'rename:adapter.safetensors');
    expect(readdirSync(join(folder, 'adapters', 'desk', 'runs', '2')).some((name) => name.endsWith('.part'))).toBe(true);
    await killAt(folder, 'rename:manifest.json');
    await killAt(folder, 'rename:versions/2');
    expect(versions()).toEqual(['1']);
    await killAt(folder, 'propose:before');
    expect(versions()).toEqual(['1', '2']);
    expect(rowsOf(folder, 'select id from candidates where version = 2')).toEqual([]);
    await succeed(folder, updateWords(strategy));
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
