import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256, sha256OfFile } from '#espalier/core/hash.js';
import { textHash } from '#espalier/core/text.js';
import { countNgrams } from '#espalier/encoder/ngrams.js';
import { stages } from '#espalier/store/runs.js';
import type { Manifest } from '#espalier/versions/manifest.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, billing, copyOf, databaseOf, ingestWords, rowsOf, shipping, writeDesk } from '../support/desk.js';
import { expectNoControls, expectReport } from '../support/plain.js';

/** One workspace, through its whole life; the tests stand in the order of its days. */
let desk: string;
beforeAll(() => {
  desk = writeDesk();
});

const versionOf = (version: number) => join(desk, 'adapters', 'desk', 'versions', String(version));
const manifestOf = (version: number) =>
  JSON.parse(readFileSync(join(versionOf(version), 'manifest.json'), 'utf8')) as Manifest;

describe('init', () => {
  it('makes a workspace that the other commands find, also from a folder inside it', async () => {
    const folder = join(copyOf(desk), 'fresh');
    const printed = await succeed(desk, ['init', folder, '--adapter', 'mail']);
    expect(printed).toContain(' update mail');
    const status = await succeedJson<{ workspace: string; adapters: { name: string }[] }>(
      join(folder, 'adapters', 'mail'),
      ['status'],
    );
    expect(status).toMatchObject({ workspace: folder, adapters: [{ name: 'mail', champion: null }] });
    expect(existsSync(databaseOf(folder))).toBe(true);
  });

  it('leaves a declaration that is there as it is', async () => {
    const before = readFileSync(join(desk, 'adapters', 'desk', 'adapter.yaml'), 'utf8');
    const { code, stderr } = await espalier(desk, ['init', '.', '--adapter', 'desk']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('[USAGE]')]);
    expect(readFileSync(join(desk, 'adapters', 'desk', 'adapter.yaml'), 'utf8')).toBe(before);
  });
});

describe('the first domain', () => {
  it('is taken in, a stratified share of it held out', async () => {
    const report = await succeedJson<Record<string, unknown>>(desk, [...ingestWords('billing'), ...at(8)]);
    const perLabel = rowsOf<{ label: string; received: number; held: number }>(
      desk,
      "select label, count(*) as received, sum(split = 'holdout') as held from examples group by label",
    );
    expect(report).toMatchObject({
      accepted: billing.length,
      duplicates: 0,
      rejected: 0,
      heldOut: perLabel.reduce((sum, { held }) => sum + held, 0),
    });
    for (const { received, held } of perLabel) expect(Math.abs(held - received / 4)).toBeLessThanOrEqual(1);
  });

  it('taken in again, is all duplicates', async () => {
    const report = await succeedJson<Record<string, unknown>>(desk, [...ingestWords('billing'), ...at(8)]);
    expect(report).toMatchObject({ accepted: 0, duplicates: billing.length, rejected: 0 });
  });

  it('becomes a candidate that is judged by floors, in a report that fits a terminal', async () => {
    const { code, stdout, stderr } = await espalier(desk, ['update', 'desk', ...at(9)]);
    expect(code).toBe(0);
    expectReport(stdout);
    expectReport(stderr);
    expect(stdout).toContain('candidate 1: desk version 1 by analytic, no champion yet');
    expect(stdout).toContain('PASS');
    expect(stdout).toContain('espalier candidates approve 1 --reason');
    for (const stage of stages) expect(stderr).toContain(`  ${stage} `);
  });

  it('serves only once a person has approved it', async () => {
    const refused = await espalier(desk, ['predict', 'desk', 'where is my refund']);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('[NO_CHAMPION]')]);
    const printed = await succeed(desk, ['candidates', 'approve', '1', '--reason', 'the first', ...at(10)]);
    expect(printed).toContain('desk version 1 is champion; the buffer added');
    expect(rowsOf(desk, 'select act, actor, reason, from_version, to_version from decisions')).toEqual([
      { act: 'approve', actor: 'ann', reason: 'the first', from_version: null, to_version: 1 },
    ]);
  });
});

describe('the second domain, fine-tuned naively', () => {
  it('is refused by the gate with rule, value and limit', async () => {
    await succeed(desk, [...ingestWords('shipping'), ...at(11)]);
    const printed = await succeed(desk, ['update', 'desk', '--strategy', 'finetune', ...at(12)]);
    expectReport(printed);
    expect(printed).toContain('FAIL');
    expect(printed).toMatch(/Not improved: lost \d+\.\d points .* on holdout\/billing/);
    expect(printed).toMatch(/FAIL holdout\/billing: not-inferior, −\d+\.\d, limit −30\.0/);
    expect(printed).toContain('while gaining');
  });

  it('cannot be approved without --override', async () => {
    const { code, stdout, stderr } = await espalier(desk, [
      'candidates',
      'approve',
      '2',
      '--reason',
      'it is new',
      ...at(13),
    ]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('[CANDIDATE_REFUSED]');
    expect(stderr).toContain('--override');
    expect(
      rowsOf(
        desk,
        'select status from candidates where id = 2 union all select act from decisions where candidate_id = 2',
      ),
    ).toEqual([{ status: 'waiting' }]);
  });

  it('approved with --override, is recorded as an override in decisions and audit for ever', async () => {
    const forced = copyOf(desk);
    const printed = await succeed(forced, [
      'candidates',
      'approve',
      '2',
      '--override',
      '--reason',
      'a drill',
      ...at(13),
    ]);
    expect(printed).toContain('by override');
    expect(rowsOf(forced, 'select act, reason from decisions where candidate_id = 2')).toEqual([
      { act: 'override', reason: 'a drill' },
    ]);
    expect(rowsOf(forced, "select actor, detail ->> 'reason' as reason from audit where act = 'override'")).toEqual([
      { actor: 'ann', reason: 'a drill' },
    ]);
    const shown = await succeed(forced, ['candidates', 'show', '2']);
    expect(shown).toContain('override by ann at 2026-11-24T13:00:00.000Z: a drill');
  });

  it('is turned down with a reason, and its data stays new', async () => {
    const printed = await succeed(desk, ['candidates', 'reject', '2', '--reason', 'it forgets', ...at(13)]);
    expect(printed).toContain('candidate 2 of desk is rejected');
    const { adapters } = await succeedJson<{ adapters: { newExamples: number; waiting: number[] }[] }>(desk, [
      'status',
    ]);
    expect(adapters[0]).toMatchObject({
      champion: 1,
      waiting: [],
      newExamples: rowsOf(desk, "select id from examples where domain = 'shipping' and split = 'train'").length,
    });
  });
});

describe('the second domain, in closed form', () => {
  it('passes the gate: it gains what is new and keeps what was', async () => {
    const update = await succeedJson<{ candidateId: number; report: Report }>(desk, ['update', 'desk', ...at(14)]);
    expect(update.candidateId).toBe(3);
    const { verdict, sentence, rows, domains, unchanged } = update.report;
    expect([verdict, sentence]).toEqual([
      'pass',
      expect.stringMatching(/^Unambiguously improved: .* while gaining .* on holdout\/shipping\.$/),
    ]);
    expect(rows.map(({ suite }) => suite)).toEqual([
      'holdout/earlier labels',
      'holdout/billing',
      'holdout/shipping',
      'answers/robustness',
      'answers/invariance',
      'answers/scope',
    ]);
    // The head leaves the embedding as it is: what looks at the embedding is told, and is no evidence.
    expect(unchanged).toEqual([
      { suite: 'desk-tones', version: 1, metric: 'accuracy', score: null },
      { suite: 'desk-likeness', version: 1, metric: 'spearman', score: null },
    ]);
    expect(domains).toMatchObject([{ domain: 'billing' }, { domain: 'shipping', champion: 0 }]);
    expect(domains[1]!.candidate).toBeGreaterThan(0.5);
  });

  it('becomes champion, and the buffer takes its examples in', async () => {
    const before = rowsOf(desk, "select example_id from buffer where state = 'member'").length;
    const promoted = await succeedJson<Promotion>(desk, [
      'candidates',
      'approve',
      '3',
      '--reason',
      'better everywhere',
      ...at(15),
    ]);
    expect(promoted).toMatchObject({ adapter: 'desk', champion: 3 });
    expect(promoted.admitted).toBeGreaterThan(0);
    expect(rowsOf(desk, "select example_id from buffer where state = 'member'").length).toBe(
      before + promoted.admitted - promoted.evicted,
    );
  });

  it('leaves every act in the audit, in order', () => {
    const acts = rowsOf<{ act: string; subject: string }>(desk, 'select act, subject from audit order by id').map(
      ({ act, subject }) => `${act} ${subject}`,
    );
    expect(acts).toEqual([
      `ingested ${billing.length} examples`,
      'proposed candidate 1',
      'approve candidate 1',
      `ingested ${shipping.length} examples`,
      'proposed candidate 2',
      'reject candidate 2',
      'proposed candidate 3',
      'approve candidate 3',
    ]);
  });
});

describe('a version on disk', () => {
  it('of few examples was made from all that was ever learned, beyond what the buffer holds', () => {
    const [{ learned }] = rowsOf<{ learned: number }>(
      desk,
      "select count(*) as learned from examples where split = 'train'",
    ) as [{ learned: number }];
    const { facts, data } = manifestOf(3);
    expect(data.fresh + data.replayed).toBeLessThan(learned);
    expect([facts.examplesInStatistics, facts.examplesReread]).toEqual([learned, learned]);
  });

  it('says in its manifest where it comes from, and the hashes of its files are true', async () => {
    const [first, second] = [manifestOf(1), manifestOf(3)];
    const [{ last }] = rowsOf<{ last: number }>(desk, 'select max(id) as last from examples') as [{ last: number }];
    expect(first).toMatchObject({ version: 1, parent: null, data: { afterExample: 0, replayed: 0 } });
    expect(second).toMatchObject({
      adapter: 'desk',
      version: 3,
      parent: 1,
      createdAt: '2026-11-24T14:00:00.000Z',
      strategy: 'analytic',
      headKind: 'ridge',
      seed: 7,
      hyperParameters: { width: 256, seed: 7, threads: 1 },
      encoder: { model: 'use-lite', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/), dimension: 3072 },
      headShape: { dimension: 3072, lexical: 2048, classes: 6, width: 256 },
      domains: ['billing', 'shipping'].map((domain) => ({ task: 'intent', domain })),
      data: { afterExample: first.data.throughExample, throughExample: last },
      unknown: { intent: { share: 0.05, inScope: expect.any(Number), outOfScope: 200 } },
      metrics: { suites: { 'answers/robustness': expect.any(Number) }, continual: { forgetting: expect.any(Number) } },
    });
    expect(new Set(second.classes.map(({ task }) => task))).toEqual(new Set(['intent']));
    expect(second.classes.map(({ label }) => label).sort()).toEqual(
      [...new Set([...billing, ...shipping].map(({ label }) => label))].sort(),
    );
    expect(Object.keys(second.files).sort()).toEqual([
      'adapter.onnx',
      'adapter.safetensors',
      'pieces.safetensors',
      'state.safetensors',
    ]);
    for (const [name, hash] of Object.entries(second.files))
      expect(await sha256OfFile(join(versionOf(3), name))).toBe(hash);
  });

  it('names the buffer that it was trained beside: what the first approval had let in', () => {
    // Of that moment: members then are members or evicted now, and were let in at 10 o'clock.
    const members = rowsOf<{ hash: string; label: string }>(
      desk,
      "select hash, label from buffer join examples on examples.id = buffer.example_id where domain = 'billing' and (state = 'member' or since > '2026-11-24T10:00:00.000Z')",
    );
    expect(manifestOf(3).bufferSnapshotHash).toBe(
      sha256(JSON.stringify(members.map(({ hash, label }) => ['intent', hash, label]).sort())),
    );
  });

  it('runs in a plain ONNX Runtime: embedding in, logits out, and the label that predict gives', async () => {
    const texts = [billing[3]!, billing[40]!, shipping[5]!, shipping[60]!].map(({ text }) => text);
    const predicted = await predictAll(desk, texts);
    const session = await InferenceSession.create(join(versionOf(3), 'adapter.onnx'));
    const { classes, encoder, headShape } = manifestOf(3);
    const embeddings = new Map(
      rowsOf<{ hash: string; vector: Buffer }>(desk, 'select hash, vector from embeddings').map(({ hash, vector }) => [
        hash,
        vector,
      ]),
    );
    for (const [index, text] of texts.entries()) {
      // The cache holds what the model gives; n-grams are counted from the text.
      const vector = new Float32Array(encoder.dimension);
      vector.set(new Float32Array(Uint8Array.from(embeddings.get(textHash(text))!).buffer));
      countNgrams(text, vector.subarray(headShape.dimension - headShape.lexical));
      const { logits } = await session.run({ embedding: new Tensor('float32', vector, [1, encoder.dimension]) });
      const scores = [...(logits!.data as Float32Array)];
      expect(scores).toHaveLength(classes.length);
      expect(predicted[index]).toEqual({
        text,
        ...classes[scores.indexOf(Math.max(...scores))],
        confidence: expect.any(Number),
        version: 3,
      });
      // The largest of six, calibrated: the softmax of the logits as they are.
      const share = 1 / scores.reduce((sum, score) => sum + Math.exp(score - Math.max(...scores)), 0);
      expect(predicted[index]!.confidence).toBeCloseTo(share, 5);
    }
    await session.release();
  });
});

describe('predict', () => {
  it('answers one text with label, confidence and the champion version', async () => {
    const printed = await succeed(desk, ['predict', 'desk', 'my parcel never arrived']);
    expectReport(printed);
    expect(printed).toMatch(/^missing_parcel {2,}\d+\.\d % {2}v3 {2}my parcel never arrived\n$/);
  });

  it('answers lines from standard input, one line each, in their order', async () => {
    const input = 'my parcel never arrived\n\nplease cancel my subscription\n';
    const printed = await succeed(desk, ['predict', 'desk'], { input });
    expectReport(printed);
    const lines = printed.trimEnd().split('\n');
    expect(lines.map((line) => line.split('  ')[0])).toEqual(['missing_parcel', '(no answer)', 'cancel_subscription']);
  });
});

describe('the buffer', () => {
  it('stats: within its budget, cell by cell', async () => {
    const stats = await succeedJson<{ members: number; budget: unknown; cells: { members: number; domain: string }[] }>(
      desk,
      ['buffer', 'stats'],
    );
    expect(stats).toMatchObject({ members: 40, budget: { examples: 40 } });
    expect(stats.cells).toHaveLength(6);
    for (const { members } of stats.cells) expect(members).toBeGreaterThanOrEqual(6);
    const printed = await succeed(desk, ['buffer', 'stats']);
    expectReport(printed);
    expect(printed).toContain('desk: 40 of 40 examples, 6 cells');
  });

  it('list: filtered by label, domain, state and content', async () => {
    const listed = await succeedJson<{ id: number; label: string; domain: string }[]>(desk, [
      'buffer',
      'list',
      '--domain',
      'shipping',
      '--label',
      'shipping_cost',
      '--limit',
      '3',
    ]);
    expect(listed).toHaveLength(3);
    for (const example of listed)
      expect(example).toMatchObject({ domain: 'shipping', label: 'shipping_cost', membership: { state: 'member' } });
    const evicted = await succeed(desk, ['buffer', 'list', '--state', 'evicted', '--contains', 'REFUND']);
    expectReport(evicted);
    const rows = evicted.trimEnd().split('\n').slice(1);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.toLowerCase()).toContain('refund');
  });

  it('show and why: which rule let an example in or put it out, also of one that was held out', async () => {
    const pick = (where: string) =>
      rowsOf<{ id: number }>(
        desk,
        `select examples.id from examples left join buffer on example_id = examples.id where ${where} limit 1`,
      )[0]!.id;
    const why = (id: number) => succeed(desk, ['buffer', 'why', String(id)]);
    const member = pick("state = 'member'");
    const shown = await succeed(desk, ['buffer', 'show', String(member)]);
    const [letIn, putOut, heldOut] = [
      await why(member),
      await why(pick("state = 'evicted'")),
      await why(pick("split = 'holdout'")),
    ];
    expect(shown).toMatch(/\nlabel {5}\w+\n(.*\n)*buffer {4}member since .*\n/);
    expect(letIn).toMatch(/reason +admitted: .*\nrule +balanced-reservoir, draw 0\.\d{4}, since 2026-11-24T1[05]:00/);
    expect(putOut).toMatch(/reason +evicted: the buffer was full, .*\nrule +balanced-reservoir, draw/);
    expect(heldOut).toContain('held out for evaluation: it is never trained on');
    for (const printed of [shown, letIn, putOut, heldOut]) expectNoControls(printed);
  });
});

describe('candidates', () => {
  it('list: those that wait, or with --all every one; show: the report again, and the decision', async () => {
    expect(await succeed(desk, ['candidates', 'list'])).toBe('No candidate waits for a decision.\n');
    const all = await succeed(desk, ['candidates', 'list', '--all']);
    expectReport(all);
    expect(
      all
        .split('\n')
        .slice(1, 4)
        .map((line) => line.trim().split(/ {2,}/).slice(0, 5)),
    ).toEqual([
      ['3', 'desk', '3', 'PASS', 'approved'],
      ['2', 'desk', '2', 'FAIL', 'rejected'],
      ['1', 'desk', '1', 'PASS', 'approved'],
    ]);
    const shown = await succeed(desk, ['candidates', 'show', '2']);
    expectReport(shown);
    expect(shown).toContain('reject by ann at 2026-11-24T13:00:00.000Z: it forgets');
    expect(shown).toMatch(/right before, wrong now: \d+/);
  });
});

describe('rollback', () => {
  it('lets the champion before serve again, at once and on record', async () => {
    expect(await succeed(desk, ['rollback', 'desk', '--reason', 'complaints', ...at(16)])).toBe(
      'desk is back at version 1; version 3 stays on disk\n',
    );
    const [{ label, version } = { label: '', version: 0 }] = await predictAll(desk, ['my parcel never arrived']);
    expect(version).toBe(1);
    expect(billing.map((row) => row.label)).toContain(label);
    expect(rowsOf(desk, "select act, from_version, to_version, reason from decisions where act = 'rollback'")).toEqual([
      { act: 'rollback', from_version: 3, to_version: 1, reason: 'complaints' },
    ]);
  });

  it('shows in the status: what came since is new again', async () => {
    const printed = await succeed(desk, ['status']);
    expectReport(printed);
    expect(printed).toMatch(/\n desk +analytic +v1 +\d+ +- +done at propose\n/);
  });
});

describe('--json', () => {
  it('prints one JSON value on every command, and nothing on standard error', async () => {
    const commands = [
      ['candidates', 'show', '3'],
      ['buffer', 'why', '1'],
      ['rollback', 'desk', '--to', '3', '--reason', 'back again', ...at(17)],
      ['init', 'another'],
    ];
    for (const words of commands) {
      const { code, stdout, stderr } = await espalier(desk, [...words, '--json']);
      expect([words.join(' '), code, stderr]).toEqual([words.join(' '), 0, '']);
      expect(JSON.parse(stdout)).toBeTypeOf('object');
      expectNoControls(stdout);
    }
  });

  it('prints an error as JSON too, beside the words', async () => {
    const { code, stdout, stderr } = await espalier(desk, ['candidates', 'show', '99', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'CANDIDATE_NOT_FOUND',
        kind: 'missing',
        message: 'there is no candidate 99',
        at: null,
        hint: expect.stringContaining('candidates list'),
      },
    });
    expect(stderr).toContain('[CANDIDATE_NOT_FOUND]');
  });
});

interface Report {
  readonly verdict: string;
  readonly unchanged: readonly unknown[];
  readonly sentence: string;
  readonly rows: readonly { suite: string }[];
  readonly domains: readonly { domain: string; champion: number | null; candidate: number }[];
}

interface Promotion {
  readonly admitted: number;
  readonly evicted: number;
}

interface Prediction {
  readonly text: string;
  readonly label: string;
  readonly confidence: number;
  readonly version: number;
}

async function predictAll(folder: string, texts: readonly string[]): Promise<Prediction[]> {
  const printed = await succeed(folder, ['predict', 'desk', '--json'], { input: texts.join('\n') });
  return printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Prediction);
}
