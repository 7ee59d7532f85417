import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { espalier, type RunningCommand, startEspalier, succeed } from '../support/command.js';
import {
  at,
  billing,
  copyOf,
  declare,
  deskDeclaration,
  ingestWords,
  rowsOf,
  trainedDesk,
  withDatabase,
} from '../support/desk.js';
import { jsonLines } from '../support/suite.js';

/** Some seconds of training, by tiny steps; with `replay`, many of them. */
const slow = deskDeclaration((source) =>
  source.replace('epochs: 20', 'epochs: 1000\n  replayRatio: 16').replace('batchSize: 16', 'batchSize: 1'),
);

let start: string;
beforeAll(async () => {
  start = await trainedDesk();
  await succeed(start, [...ingestWords('shipping'), ...at(11)]);
});

const updateBy = (strategy: string) => ['update', 'desk', '--strategy', strategy, ...at(12)];
const update = updateBy('finetune');
const adapterFolder = (folder: string) => join(folder, 'adapters', 'desk');

/** Every file of the adapter, with what tells whether it was written. */
function filesIn(folder: string) {
  const names = readdirSync(adapterFolder(folder), { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => [name, statSync(join(adapterFolder(folder), name)).mtimeMs]);
}

/** A run does what was planned; a test that has seen enough of its length cuts the plan short. */
function shorten(folder: string): void {
  withDatabase(folder, (database) => {
    database
      .prepare(
        "update runs set seal = null, plan = json_set(plan, '$.declaration.training.epochs', 2, '$.declaration.training.batchSize', 64) where id = 2",
      )
      .run();
  });
}

async function startedTraining(folder: string, strategy: string): Promise<RunningCommand> {
  const running = startEspalier(folder, updateBy(strategy));
  await running.says('  mix ');
  // From here on it trains; that its thread is at work already shows in no output.
  await new Promise((resolve) => setTimeout(resolve, 400));
  return running;
}

describe('Ctrl-C', () => {
  it('while it trains ends with 130, tells so, and leaves nothing half-written; the next update goes on at that stage', async () => {
    const folder = copyOf(start);
    declare(folder, slow);
    const running = await startedTraining(folder, 'replay');
    running.process.kill('SIGINT');
    // One press reaches a command twice where another process passes it on: from the terminal, and from that process.
    setTimeout(() => running.process.kill('SIGINT'), 2);
    const { code, stdout, stderr } = await running.outcome;
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toMatch(
      /stopped while training \[INTERRUPTED\]\n {2}hint {2}Run the same command again: it goes on at its stage\.\n$/,
    );
    expect(rowsOf(folder, 'select status, stage from runs where id = 2')).toEqual([
      { status: 'running', stage: 'train' },
    ]);
    expect(readdirSync(join(adapterFolder(folder), 'versions'))).toEqual(['1']);
    expect(filesIn(folder).filter(([name]) => String(name).endsWith('.part'))).toEqual([]);
    shorten(folder);
    const next = await espalier(folder, updateBy('replay'));
    expect([next.code, next.stdout]).toEqual([
      0,
      expect.stringContaining('an earlier run was taken over at its stage train'),
    ]);
    expect(next.stderr).not.toContain('  mix ');
  });

  it('while it encodes keeps the vectors that it has, and the next update encodes the rest', async () => {
    const folder = copyOf(start);
    const many = Array.from({ length: 1600 }, (_, index) => ({
      text: `${billing[index % billing.length]!.text} and my ticket is number ${index}`,
      label: billing[index % billing.length]!.label,
    }));
    writeFileSync(join(folder, 'tickets.jsonl'), jsonLines(many));
    await succeed(folder, [...ingestWords('tickets'), ...at(11)]);
    const countVectors = () => rowsOf<{ count: number }>(folder, 'select count(*) as count from embeddings')[0]!.count;
    const before = countVectors();
    const running = startEspalier(folder, update);
    while (countVectors() === before && running.process.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
    running.process.kill('SIGINT');
    const { code, stderr } = await running.outcome;
    expect([code, stderr]).toEqual([130, expect.stringContaining('encoding was stopped [INTERRUPTED]')]);
    const kept = countVectors() - before;
    expect(kept).toBeGreaterThan(0);
    expect(rowsOf(folder, 'select status, stage from runs where id = 2')).toEqual([
      { status: 'running', stage: 'encode' },
    ]);
    expect(existsSync(join(adapterFolder(folder), 'runs', '2'))).toBe(false);
    const next = await espalier(folder, update);
    expect(next.code).toBe(0);
    expect(next.stderr).toContain(`${many.length + 102 - kept} texts were new`);
  });
});

describe('Ctrl-C in the midst of what an update does by itself', () => {
  const endOf = (folder: string) => ({
    run: rowsOf(folder, 'select status, stage from runs where id = 2'),
    results: rowsOf(folder, 'select * from eval_results where run_id = 2 order by contender, suite, case_id'),
    report: rowsOf(folder, 'select report from candidates where run_id = 2'),
  });
  let undisturbed: ReturnType<typeof endOf>;
  beforeAll(async () => {
    const folder = copyOf(start);
    await succeed(folder, updateBy('analytic'));
    undisturbed = endOf(folder);
  });

  it.each([
    ['scores, between two suites', 'suite:holdout/billing', 'evaluate'],
    ['is about to judge', 'evaluate:after', 'gate'],
  ])(
    'while it %s: it ends with 130, and the next update ends as if nothing had happened',
    async (_what, moment, stage) => {
      const folder = copyOf(start);
      const interrupted = await espalier(folder, updateBy('analytic'), {
        preload: 'die-at.mjs',
        environment: { ESPALIER_TEST_DIE_AT: moment, ESPALIER_TEST_SIGNAL: 'SIGINT' },
      });
      expect([interrupted.code, interrupted.stdout]).toEqual([130, '']);
      expect(interrupted.stderr).toContain('[INTERRUPTED]');
      expect(rowsOf(folder, 'select status, stage from runs where id = 2')).toEqual([{ status: 'running', stage }]);
      await succeed(folder, updateBy('analytic'));
      expect(endOf(folder)).toEqual(undisturbed);
    },
  );
});

describe('two updates at once', () => {
  it('the second is refused, and the first ends well', async () => {
    const folder = copyOf(start);
    const first = startEspalier(folder, update);
    await first.says('  encode ');
    first.process.kill('SIGSTOP');
    const second = await espalier(folder, update);
    first.process.kill('SIGCONT');
    expect([second.code, second.stdout]).toEqual([1, '']);
    expect(second.stderr).toMatch(
      /run 2 of desk is at stage \w+, by .* \[UPDATE_RUNNING\]\n {2}hint {2}Wait for it to end/,
    );
    expect((await first.outcome).code).toBe(0);
    expect(rowsOf(folder, 'select status from runs where id > 1')).toEqual([{ status: 'done' }]);
  });
});

describe('an update that was paused until its lease ran out', () => {
  it('ends with LEASE_LOST when it wakes, and writes nothing over what the other has made', async () => {
    const folder = copyOf(start);
    declare(folder, slow);
    const paused = await startedTraining(folder, 'finetune');
    paused.process.kill('SIGSTOP');
    withDatabase(folder, (database) => {
      database.prepare("update runs set lease_until = '2026-01-01T00:00:00.000Z' where id = 2").run();
    });
    shorten(folder);
    const other = await espalier(folder, update);
    expect([other.code, other.stdout]).toEqual([0, expect.stringContaining('candidate 2: desk version 2 by finetune')]);
    const [made, manifest] = [
      filesIn(folder),
      readFileSync(join(adapterFolder(folder), 'versions', '2', 'manifest.json')),
    ];
    paused.process.kill('SIGCONT');
    const { code, stdout, stderr } = await paused.outcome;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain("run 2 is not this process's any more [LEASE_LOST]");
    expect(filesIn(folder)).toEqual(made);
    expect(readFileSync(join(adapterFolder(folder), 'versions', '2', 'manifest.json'))).toEqual(manifest);
    expect(rowsOf(folder, 'select status from runs where id = 2')).toEqual([{ status: 'done' }]);
  });
});
