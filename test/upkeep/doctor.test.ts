/** Every kind of fault is found, and the command that a finding names mends it. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Examination, Finding } from '#espalier/upkeep/doctor.js';
import { espalier, succeed } from '../support/command.js';
import {
  at,
  copyOf,
  databaseOf,
  declare,
  deskDeclaration,
  ingestWords,
  rowsOf,
  trainedDesk,
  withDatabase,
} from '../support/desk.js';

/** Version 1 served before version 2, and the candidate of version 3 waits. */
let whole: string;
let backup: string;

beforeAll(async () => {
  whole = await trainedDesk();
  chmodSync(join(whole, 'replay-store'), 0o700);
  await succeed(whole, [...ingestWords('shipping'), ...at(11)]);
  await succeed(whole, ['update', 'desk', ...at(12)]);
  await succeed(whole, ['candidates', 'approve', '2', '--override', '--reason', 'a test', ...at(13)]);
  writeFileSync(
    join(whole, 'more.jsonl'),
    ['wo ist mein Paket', 'mein Paket ist weg', 'das Paket kam nie an', 'kein Paket weit und breit']
      .map((text) => JSON.stringify({ text, label: 'missing_parcel' }))
      .join('\n'),
  );
  await succeed(whole, ['ingest', 'more.jsonl', '--adapter', 'desk', '--domain', 'german', ...at(14)]);
  await succeed(whole, ['update', 'desk', ...at(15)]);
  backup = join(whole, '..', 'whole.tar');
  await succeed(whole, ['backup', backup]);
});

const versionIn = (folder: string, version: number) => join(folder, 'adapters', 'desk', 'versions', String(version));

async function examine(folder: string): Promise<{ code: number | null; findings: readonly Finding[] }> {
  const { code, stdout, stderr } = await espalier(folder, ['doctor', '--json']);
  const told = JSON.parse(stdout) as Examination & { result?: Examination };
  const findings = (told.result ?? told).findings;
  if (findings === undefined) throw new Error(`${stdout}${stderr}`);
  return { code, findings };
}

/** The words of a command as a shell reads them. */
const wordsOf = (command: string) =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

/** Runs the command of a finding. @returns where the workspace is then */
async function mend(folder: string, { command }: Finding): Promise<string> {
  const [program, ...words] = wordsOf(command);
  if (program !== 'espalier') {
    expect(spawnSync(program!, words, { cwd: folder }).status).toBe(0);
    return folder;
  }
  const isRestore = words[0] === 'restore';
  const into = join(folder, 'restored');
  const filled = words.map((word) => ({ BACKUP: backup, DIR: into })[word] ?? word);
  const timed = ['rollback', 'candidates', 'update', 'prune'].includes(words[0]!) ? [...filled, ...at(20)] : filled;
  await succeed(folder, timed);
  if (isRestore) chmodSync(join(into, 'replay-store'), 0o700);
  return isRestore ? into : folder;
}

const change = (statement: string) => (folder: string) =>
  withDatabase(folder, (database) => void database.exec(statement));

interface Fault {
  readonly check: string;
  readonly severity: Finding['severity'];
  readonly what: RegExp;
  readonly command: RegExp;
  readonly spoil: (folder: string) => unknown;
}

const dead = () => {
  // A process of this machine that has ended.
  const { pid } = spawnSync('true');
  return pid;
};

const faults: Readonly<Record<string, Fault>> = {
  'a row that points to none': {
    check: 'database',
    severity: 'error',
    what: /points to no row of examples/,
    command: /^espalier restore BACKUP --into DIR$/,
    spoil: change(`PRAGMA foreign_keys = OFF; DROP TRIGGER examples_leave_buffer;
      DELETE FROM examples WHERE id = (SELECT min(example_id) FROM buffer)`),
  },
  'a changed example': {
    check: 'rows',
    severity: 'error',
    what: /^example 3 of desk was changed outside of Espalier$/,
    command: /^espalier restore/,
    spoil: change("UPDATE examples SET label = 'refund' WHERE id = 3"),
  },
  'a text that a search misses': {
    check: 'derived',
    severity: 'warning',
    what: /^a search misses 1 examples, and its index has 0 texts of examples that are gone$/,
    command: /^espalier store reindex$/,
    spoil: change(
      "INSERT INTO examples_text (examples_text, rowid, text) SELECT 'delete', id, text FROM examples WHERE id = 3",
    ),
  },
  'a wrong count of the buffer': {
    check: 'derived',
    severity: 'warning',
    what: /^the counts of \d+ cells of the buffer differ from its rows$/,
    command: /^espalier store reindex$/,
    spoil: change("UPDATE buffer_cells SET examples = examples + 1 WHERE state = 'member'"),
  },
  'a changed place in the buffer': {
    check: 'rows',
    severity: 'error',
    what: /what the buffer says of example/,
    command: /^espalier restore/,
    spoil: change('UPDATE buffer SET score = score + 1 WHERE example_id = (SELECT min(example_id) FROM buffer)'),
  },
  'a changed result': {
    check: 'rows',
    severity: 'error',
    what: /the results of analytic on the suite .* in run 2/,
    command: /^espalier restore/,
    spoil: change(
      'UPDATE eval_results SET candidate_score = 1 - candidate_score WHERE run_id = 2 AND suite = (SELECT min(suite) FROM eval_results WHERE run_id = 2)',
    ),
  },
  'a changed run': {
    check: 'rows',
    severity: 'error',
    what: /run 2 of desk/,
    command: /^espalier restore/,
    spoil: change(`UPDATE runs SET trigger = 'somebody' WHERE id = 2`),
  },
  'a changed record of what was learned': {
    check: 'rows',
    severity: 'error',
    what: /what version 2 of desk has learned/,
    command: /^espalier restore/,
    spoil: change('UPDATE learned SET through_example = through_example - 1 WHERE version = 2'),
  },
  'a changed row of the audit': {
    check: 'audit',
    severity: 'error',
    what: /^row 2 of the audit was changed$/,
    command: /^espalier restore/,
    spoil: change("DROP TRIGGER audit_never_changes; UPDATE audit SET actor = 'eve' WHERE id = 2"),
  },
  'a champion that was never decided on': {
    check: 'decisions',
    severity: 'error',
    what: /champion is version 3, but the last decision made it version 2/,
    command: /^espalier restore/,
    spoil: change('UPDATE adapters SET champion_version = 3'),
  },
  'a damaged champion': {
    check: 'versions',
    severity: 'error',
    what: /^the champion cannot serve: .*SHA-256 differs/,
    command: /^espalier rollback desk --to 1 --reason 'version 2 is damaged'$/,
    spoil: (folder) => writeFileSync(join(versionIn(folder, 2), 'adapter.onnx'), 'no model'),
  },
  'a champion whose folder is gone, and no version before it': {
    check: 'versions',
    severity: 'error',
    what: /^the champion cannot serve: desk version 2 has no folder/,
    command: /^espalier restore/,
    spoil: (folder) => {
      for (const version of [1, 2]) rmSync(versionIn(folder, version), { recursive: true });
    },
  },
  'a damaged version whose candidate waits': {
    check: 'versions',
    severity: 'error',
    what: /^candidate 3 cannot be approved/,
    command: /^espalier candidates reject 3 --reason 'it is damaged'$/,
    spoil: (folder) => rmSync(join(versionIn(folder, 3), 'state.safetensors')),
  },
  'a version that a rollback goes to, without its folder': {
    check: 'versions',
    severity: 'error',
    what: /^desk version 1 has no folder, and a rollback goes to it$/,
    command: /^espalier restore/,
    spoil: (folder) => rmSync(versionIn(folder, 1), { recursive: true }),
  },
  'a folder that no candidate names': {
    check: 'prunable',
    severity: 'warning',
    what: /^unproposed version 9: no candidate names it/,
    command: /^espalier prune$/,
    spoil: (folder) => cpSync(versionIn(folder, 1), versionIn(folder, 9), { recursive: true }),
  },
  'staged files of a run that has ended': {
    check: 'prunable',
    severity: 'warning',
    what: /^staged files of run 7: the run has ended/,
    command: /^espalier prune$/,
    spoil: (folder) => {
      const staged = join(folder, 'adapters', 'desk', 'runs', '7', 'analytic');
      mkdirSync(staged, { recursive: true });
      writeFileSync(join(staged, 'adapter.onnx'), 'half');
    },
  },
  'what a killed process left': {
    check: 'prunable',
    severity: 'warning',
    what: /^unfinished replay-store\/rejects\/.*\.part: the process that wrote it is gone/,
    command: /^espalier prune$/,
    spoil: (folder) => {
      const rejects = join(folder, 'replay-store', 'rejects');
      mkdirSync(rejects, { recursive: true });
      const file = join(rejects, `rows.jsonl.${dead()}-1-000000000000.1f2e3d4c.part`);
      writeFileSync(file, '{}', { mode: 0o600 });
      utimesSync(file, 1, 1);
    },
  },
  'vectors of an encoder that nothing uses': {
    check: 'prunable',
    severity: 'note',
    what: /^1 vectors of the encoder f00d: no adapter uses that encoder/,
    command: /^espalier prune$/,
    spoil: change(
      "INSERT INTO embeddings (fingerprint, hash, dimension, vector) VALUES ('f00d', 'h', 2, x'0000000000000000')",
    ),
  },
  'old rejects': {
    check: 'prunable',
    severity: 'note',
    what: /^rejects file old\.jsonl: it is old/,
    command: /^espalier prune$/,
    spoil: (folder) => {
      const file = join(folder, 'replay-store', 'rejects', 'old.jsonl');
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, '{}', { mode: 0o600 });
      utimesSync(file, 1, 1);
    },
  },
  'texts that others can read': {
    check: 'permissions',
    severity: 'warning',
    what: /^others than the owner can read texts in it$/,
    command: /^chmod go-rwx .*espalier\.db$/,
    spoil: (folder) => {
      chmodSync(join(folder, 'replay-store'), 0o755);
      chmodSync(databaseOf(folder), 0o644);
    },
  },
  'another encoder than the champion has': {
    check: 'encoders',
    severity: 'warning',
    what: /declares another encoder \(use-lite\) than version 2 was trained on \(use-lite\)/,
    command: /^espalier update desk --reencode$/,
    spoil: (folder) =>
      declare(
        folder,
        deskDeclaration((source) => source.replace('model: use-lite', 'model: use-lite\n  prompt: "query: "')),
      ),
  },
};

describe('espalier doctor', () => {
  it('says nothing of a workspace that is whole, and writes nothing', async () => {
    const { code, findings } = await examine(whole);
    expect([code, findings]).toEqual([0, []]);
    expect(await succeed(whole, ['doctor'])).toContain(
      'Nothing is wrong: database, rows, derived, audit, decisions, versions',
    );
  });

  it.each(Object.entries(faults))('finds %s, and the command mends it', async (_name, fault) => {
    let folder = copyOf(whole);
    await fault.spoil(folder);
    const { code, findings } = await examine(folder);
    expect(code).toBe(findings.some(({ severity }) => severity === 'error') ? 1 : 0);
    const finding = findings.find(({ check, what }) => check === fault.check && fault.what.test(what));
    expect(finding, JSON.stringify(findings, null, 1)).toMatchObject({
      severity: fault.severity,
      command: expect.stringMatching(fault.command),
    });
    folder = await mend(folder, finding!);
    if (fault.command.source.includes('reencode'))
      await succeed(folder, ['candidates', 'approve', '4', '--override', '--reason', 'a test', ...at(21)]);
    for (let turn = 0, left = (await examine(folder)).findings; left.length > 0; turn++) {
      expect(turn, JSON.stringify(left, null, 1)).toBeLessThan(4);
      folder = await mend(folder, left[0]!);
      left = (await examine(folder)).findings;
    }
  });

  it('finds an interrupted run, and says to begin it anew where what it trained is gone', async () => {
    const folder = copyOf(whole);
    await succeed(folder, ['candidates', 'reject', '3', '--reason', 'a test', ...at(16)]);
    await espalier(folder, ['update', 'desk', ...at(17)], {
      preload: 'die-at.mjs',
      environment: { ESPALIER_TEST_DIE_AT: 'gate:before' },
    });
    const [run] = rowsOf<{ id: number; status: string; stage: string }>(folder, 'select * from runs order by id desc');
    expect(run).toMatchObject({ status: 'running' });
    const { findings } = await examine(folder);
    expect(findings).toEqual([expect.objectContaining({ check: 'runs', command: 'espalier update desk' })]);
    renameSync(join(folder, 'adapters', 'desk', 'runs'), join(folder, 'gone'));
    const gone = await examine(folder);
    expect(gone.findings).toEqual([
      expect.objectContaining({ check: 'runs', command: 'espalier update desk --fresh' }),
    ]);
    await mend(folder, gone.findings[0]!);
    expect((await examine(folder)).findings.filter(({ check }) => check === 'runs')).toEqual([]);
  });

  it('works where nothing may be written', async () => {
    const folder = copyOf(whole);
    await succeed(folder, ['status']);
    const lock = (mode: (isFolder: boolean) => number) => {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).reverse())
        chmodSync(join(folder, name), mode(statSync(join(folder, name)).isDirectory()));
    };
    lock((isFolder) => (isFolder ? 0o500 : 0o400));
    const { code, stdout } = await espalier(folder, ['doctor'], { permissions: 'obeyed' });
    expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing is wrong')]);
    lock((isFolder) => (isFolder ? 0o700 : 0o600));
    expect(existsSync(databaseOf(folder))).toBe(true);
  });
});
