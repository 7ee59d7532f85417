/** An erasure takes examples out of store, files and versions, and leaves a certificate that can be verified. */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErasureReport } from '#espalier/library/erase.js';
import { testRows } from '#espalier/testing/testing.js';
import { copyOfDesk, type Desk, openDesk } from '../curation/support.js';
import { espalier, succeedJson } from '../support/command.js';
import { errorOf } from '../support/errors.js';

const labels = ['refund', 'shipping', 'invoice'];
const first = testRows(labels, 16);
// More than half as many again: an update chooses the penalty anew, as one that takes something out does in any case.
const second = testRows(labels, 16, 11);
const reason = 'the sender asks for it';

const idsOf = async (desk: Desk, rows: readonly { text: string }[]) => {
  const ids: number[] = [];
  for (const { text } of rows) ids.push(await desk.idOf(text));
  return ids;
};

/** Two versions, of which the second learned the later rows. */
const learnedDesk = (strategy = 'analytic') =>
  copyOfDesk(strategy, async () => {
    const desk = await openDesk({ declare: (source) => source.replace('strategy: analytic', `strategy: ${strategy}`) });
    await desk.triage.ingest(first, { domain: 'desk' });
    await desk.ship();
    await desk.triage.ingest(second, { domain: 'later' });
    await desk.ship();
    return desk;
  });

const erase = async ({ triage }: Desk, ids: readonly number[]) =>
  (await triage.erase({ of: { ids }, reason })) as ErasureReport;

/** Files below the workspace that hold the text, as it is or as JSON writes it. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

describe('the candidate of an erasure', () => {
  it('is, byte for byte, the version that had never learned them', async () => {
    const desk = await learnedDesk();
    const going = second.slice(0, 5);
    const { certificate } = await erase(desk, await idsOf(desk, going));
    expect(certificate).toMatchObject({ examples: 5, versions: { tainted: [2], removed: [], stillServing: 2 } });
    const other = await openDesk();
    await other.triage.ingest(first, { domain: 'desk' });
    await other.ship();
    await other.triage.ingest(second, { domain: 'later' });
    await other.triage.buffer.curate({ act: 'quarantine', of: { ids: await idsOf(other, going) }, reason });
    await other.ship();
    for (const file of ['adapter.onnx', 'adapter.safetensors', 'state.safetensors', 'pieces.safetensors'])
      expect(desk.bytesOf(3, file).equals(other.bytesOf(2, file)), file).toBe(true);
    expect(certificate.candidate?.files).toEqual(desk.manifestOf(3).files);
  });

  it('begins anew where they shaped the mean that all versions centre by', async () => {
    const desk = await learnedDesk();
    const going = first.slice(6, 9);
    await erase(desk, await idsOf(desk, going));
    const other = await openDesk();
    await other.triage.ingest(first, { domain: 'desk' });
    await other.triage.ingest(second, { domain: 'later' });
    await other.triage.buffer.curate({ act: 'quarantine', of: { ids: await idsOf(other, going) }, reason });
    await other.ship();
    for (const file of ['adapter.onnx', 'state.safetensors', 'pieces.safetensors'])
      expect(desk.bytesOf(3, file).equals(other.bytesOf(1, file)), file).toBe(true);
  });

  it('of a strategy that trains by gradient learns everything again', async () => {
    const desk = await learnedDesk('replay');
    const { certificate } = await erase(desk, await idsOf(desk, second.slice(0, 3)));
    expect(certificate.candidate).not.toBeNull();
    expect(desk.manifestOf(3).data).toMatchObject({ afterExample: 0 });
  });

  it('is none where no version had learned them, and they go all the same', async () => {
    const desk = await learnedDesk();
    await desk.triage.ingest([{ text: 'an invoice that nobody has learned', label: 'invoice' }], { domain: 'new' });
    const { certificate } = await erase(desk, [await desk.idOf('an invoice that nobody has learned')]);
    expect(certificate).toMatchObject({ candidate: null, versions: { tainted: [] } });
    expect(await errorOf(desk.triage.buffer.show(97))).toMatchObject({ code: 'EXAMPLE_NOT_FOUND' });
  });

  it('is none where nothing but one label would be left, and the next version of the champion begins anew', async () => {
    const desk = await openDesk();
    const two = testRows(['refund', 'shipping'], 8);
    await desk.triage.ingest(two, { domain: 'desk' });
    await desk.ship();
    const { certificate } = await erase(
      desk,
      await idsOf(
        desk,
        two.filter(({ label }) => label === 'refund'),
      ),
    );
    expect(certificate.candidate).toBeNull();
    expect(certificate.noCandidate).toContain('TOO_FEW_CLASSES');
    await desk.triage.ingest(testRows(['refund'], 8, 5), { domain: 'later' });
    await desk.ship();
    expect(desk.manifestOf(2).data.afterExample).toBe(0);
    expect(readdirSync(join(desk.folder, 'adapters', 'triage', 'versions'))).toEqual(['2']);
  });
});

describe('an erased text', () => {
  it('is in no file any more: database, log, rejects, versions', async () => {
    const desk = await learnedDesk();
    const text = second[1]!.text;
    await desk.triage.ingest(
      [
        { text: `${text.toUpperCase()} `, label: 'refund' },
        { text: 'fine', label: 'refund' },
      ],
      { domain: 'x' },
    );
    expect(filesWith(desk.folder, text).length).toBeGreaterThan(0);
    const report = await erase(desk, [await desk.idOf(text)]);
    expect(report.rejects).toEqual([{ file: expect.stringContaining('rejects'), rows: 1 }]);
    expect(filesWith(desk.folder, text)).toEqual([]);
    expect(filesWith(desk.folder, text.toUpperCase())).toEqual([]);
    expect(report.certificate.search).toMatchObject({ texts: 1, tooShort: 0, found: [] });
    expect(report.certificate.search.files).toBeGreaterThan(5);
    const found = await desk.triage.buffer.sql(
      `select count(*) as n from examples_text where examples_text match '"${text}"'`,
    );
    expect(found.rows).toEqual([[0]]);
  });

  it('that a file of the user holds is told, and the file is left alone', async () => {
    const desk = await learnedDesk();
    const text = second[1]!.text;
    writeFileSync(join(desk.folder, 'notes.txt'), `remember: ${text}`);
    const { certificate } = await erase(desk, [await desk.idOf(text)]);
    expect(certificate.search.found).toEqual(['notes.txt']);
  });
});

describe('a version that had learned them', () => {
  it('serves until another is approved, then its files go, and nobody can go back to it', async () => {
    const desk = await learnedDesk();
    const { file, certificate } = await erase(desk, await idsOf(desk, second.slice(0, 2)));
    expect((await desk.espalier.verifyErasure(file)).findings.filter(({ holds }) => !holds)).toMatchObject([
      { detail: 'version 2 serves still: approve one without them' },
    ]);
    const approved = await desk.espalier.candidates.approve(certificate.candidate!.id, { reason, override: true });
    expect(approved).toMatchObject({ champion: 3, removed: [2] });
    expect(await desk.espalier.verifyErasure(file)).toMatchObject({ holds: true });
    expect(await errorOf(desk.triage.rollback({ to: 2, reason }))).toMatchObject({ code: 'VERSION_PRUNED' });
  });

  it('and waits for a decision is rejected', async () => {
    const desk = await openDesk();
    await desk.triage.ingest(first, { domain: 'desk' });
    await desk.ship();
    await desk.triage.ingest(second, { domain: 'later' });
    await desk.triage.update();
    await erase(desk, await idsOf(desk, second.slice(0, 2)));
    expect(await desk.triage.candidates({ all: true })).toMatchObject([{ id: 2, status: 'rejected' }, { id: 1 }]);
    expect(readdirSync(join(desk.folder, 'adapters', 'triage', 'versions'))).toEqual(['1']);
  });

  it('is not trained further, although its candidate was turned down', async () => {
    const desk = await learnedDesk();
    const { certificate } = await erase(desk, await idsOf(desk, second.slice(0, 2)));
    await desk.espalier.candidates.reject(certificate.candidate!.id, { reason });
    await desk.triage.ingest(testRows(labels, 4, 23), { domain: 'last' });
    await desk.ship();
    expect(desk.manifestOf(4).data.afterExample).toBe(0);
  });
});

describe('a certificate', () => {
  it('says when a text has come back, and when it was changed', async () => {
    const desk = await learnedDesk();
    const { id, text, label } = (await desk.triage.listExamples({ domain: 'later', split: 'train', limit: 1 }))[0]!;
    const { file, certificate } = await erase(desk, [id]);
    await desk.espalier.candidates.approve(certificate.candidate!.id, { reason, override: true });
    await desk.triage.ingest([{ text, label }], { domain: 'again' });
    const found = await desk.espalier.verifyErasure(file);
    expect(found.findings.filter(({ holds }) => !holds)).toMatchObject([{ check: 'no row has an erased text' }]);
    const { code, stderr } = await espalier(desk.folder, ['erase', 'verify', file]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('ERASURE_INCOMPLETE')]);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"examples": 1', '"examples": 2'));
    expect(await errorOf(desk.espalier.verifyErasure(file))).toMatchObject({ code: 'CERTIFICATE_INVALID' });
    appendFileSync(file, 'x');
    expect(await errorOf(desk.espalier.verifyErasure(file))).toMatchObject({ code: 'CERTIFICATE_INVALID' });
  });

  it('names no text, and no hash that a table of likely texts would have', async () => {
    const desk = await learnedDesk();
    const { certificate } = await erase(desk, [50]);
    const other = await learnedDesk();
    const twice = await erase(other, [50]);
    expect(twice.certificate.hashes).not.toEqual(certificate.hashes);
  });
});

describe('an erasure', () => {
  it('changes nothing in a dry run', async () => {
    const desk = await learnedDesk();
    const told = await desk.triage.erase({ of: { where: ['domain=later'] }, dryRun: true });
    expect(told).toMatchObject({ applied: false, examples: 48, versions: [2] });
    expect(await desk.espalier.erasures()).toEqual([]);
    expect(await desk.triage.buffer.edits()).toEqual([]);
  });

  it('needs a reason, and says which examples', async () => {
    const desk = await learnedDesk();
    expect(await errorOf(desk.triage.erase({ of: { ids: [1] } }))).toMatchObject({ code: 'USAGE' });
    expect(await errorOf(desk.triage.erase({ of: {}, reason }))).toMatchObject({ code: 'USAGE' });
    expect(await errorOf(desk.triage.erase({ of: { ids: [1, 999] }, reason }))).toMatchObject({
      code: 'EXAMPLE_NOT_FOUND',
    });
  });

  it('that was stopped goes on at its step, and the doctor says so', async () => {
    const desk = await learnedDesk();
    const ids = await idsOf(desk, second.slice(0, 2));
    const stop = new AbortController();
    const stopped = desk.triage.erase({
      ...{ of: { ids }, reason, signal: stop.signal },
      onProgress: ({ kind }) => kind === 'begin' && stop.abort(),
    });
    expect(await errorOf(stopped)).toMatchObject({ code: 'INTERRUPTED' });
    expect(await desk.espalier.erasures()).toMatchObject([{ erasure: 1, step: 'set apart', certificate: null }]);
    expect((await desk.espalier.doctor()).findings.map(({ command }) => command)).toContain('espalier erase resume 1');
    const { certificate } = await desk.espalier.resumeErasure(1);
    expect(certificate).toMatchObject({ examples: 2, versions: { tainted: [2] } });
    expect(await errorOf(desk.espalier.resumeErasure(1))).toMatchObject({ code: 'ERASURE_DONE' });
    expect(await errorOf(desk.espalier.resumeErasure(9))).toMatchObject({ code: 'ERASURE_NOT_FOUND' });
  });

  it('on a disk that is full stops with what was done recorded, and goes on when there is room', async () => {
    const desk = await learnedDesk();
    const ids = await idsOf(desk, second.slice(0, 2));
    const full = { preload: 'small-disk.mjs', environment: { ESPALIER_TEST_PAGES: '0' } };
    const words = ['erase', ...ids.map(String), '--reason', reason];
    const { code, stderr } = await espalier(desk.folder, words, full);
    expect([code, stderr]).toEqual([1, expect.stringContaining('DISK_FULL')]);
    const [begun] = await desk.espalier.erasures();
    const { certificate } = begun
      ? await desk.espalier.resumeErasure(begun.erasure)
      : ((await desk.triage.erase({ of: { ids }, reason })) as ErasureReport);
    expect(certificate).toMatchObject({ examples: 2, search: { found: [] } });
  });

  it.each(['gate:after', 'statement:delete from "examples"', 'statement:vacuum'])(
    'that is killed at %s goes on to the same end',
    async (moment) => {
      const desk = await learnedDesk();
      const ids = await idsOf(desk, second.slice(0, 2));
      const options = { preload: 'die-at.mjs', environment: { ESPALIER_TEST_DIE_AT: moment } };
      const { signal } = await espalier(desk.folder, ['erase', ...ids.map(String), '--reason', reason], options);
      expect(signal).toBe('SIGKILL');
      const { certificate, file } = await desk.espalier.resumeErasure(1);
      expect(certificate).toMatchObject({ examples: 2, versions: { tainted: [2] }, candidate: { id: 3 } });
      expect(filesWith(desk.folder, second[0]!.text)).toEqual([]);
      await desk.espalier.candidates.approve(3, { reason, override: true });
      expect(await desk.espalier.verifyErasure(file)).toMatchObject({ holds: true });
    },
  );

  it('waits for no update that runs: it is refused, and goes on later', async () => {
    const desk = await learnedDesk();
    await desk.triage.ingest(testRows(labels, 4, 23), { domain: 'last' });
    let refused: unknown;
    await desk.triage.update({
      async onProgress({ kind, stage }) {
        if (kind === 'begin' && stage === 'train')
          refused = await errorOf(desk.triage.erase({ of: { ids: [1] }, reason }));
      },
    });
    expect(refused).toMatchObject({ code: 'UPDATE_RUNNING', hint: expect.stringContaining('espalier erase resume 1') });
    expect(await desk.espalier.resumeErasure(1)).toMatchObject({ certificate: { examples: 1 } });
  });

  it('is a command', async () => {
    const { folder } = await learnedDesk();
    const run = <T>(...words: string[]) => succeedJson<T>(folder, words);
    expect(await run('erase', '--where', 'domain=later', '--dry-run')).toMatchObject({ examples: 48 });
    const { file } = await run<ErasureReport>('erase', '50', '51', '--reason', reason);
    expect(await run('erase', 'list')).toMatchObject([{ examples: 2, certificate: file }]);
    expect(await run('candidates', 'approve', '3', '--reason', reason, '--override')).toMatchObject({ removed: [2] });
    expect(await run('erase', 'verify', file)).toMatchObject({ holds: true });
  });
});
