/** `buffer similar`: exact in a small store, by signatures in a larger one, and without what was erased. */
import { describe, expect, it } from 'vitest';
import { noProgress } from '#espalier/core/progress.js';
import { seededRandom } from '#espalier/core/random.js';
import { dot, unitLength } from '#espalier/core/vectors.js';
import type { Encoder } from '#espalier/encoder/encoder.js';
import { findSimilar } from '#espalier/inspecting/similar.js';
import { saveEmbeddings } from '#espalier/store/embeddings.js';
import { listBlockRanges } from '#espalier/store/signature-blocks.js';
import { testRows } from '#espalier/testing/testing.js';
import { openDesk } from '../curation/support.js';
import { espalier, succeed } from '../support/command.js';
import { errorOf } from '../support/errors.js';
import { newExample, stored, temporaryStore } from '../support/store.js';

const width = 64;
const encoder = { dense: width, denseFingerprint: 'test' } as Encoder;
const space = { fingerprint: 'test', dimension: width };
const signal = new AbortController().signal;

/** Vectors around 12 centres, far from the origin, where a sign alone would say nothing. */
function vectorsOf(count: number): Float32Array[] {
  const random = seededRandom('similar test');
  const centres = Array.from({ length: 12 }, () => Float32Array.from({ length: width }, () => random.normal()));
  return Array.from({ length: count }, (_, row) =>
    centres[row % 12]!.map((value) => 5 + value + 0.6 * random.normal()),
  );
}

async function filledStore(vectors: readonly Float32Array[]) {
  const store = await temporaryStore();
  const examples = await stored(
    store,
    'desk',
    vectors.map((_, row) => newExample({ text: `text ${row}` })),
  );
  const rows = examples.map(({ hash }, row) => ({ hash, vector: vectors[row]! }));
  await saveEmbeddings(store, 'test', rows);
  return { store, examples, source: { store, encoder, adapter: 'desk', progress: noProgress, signal, blockSize: 100 } };
}

const cosine = (a: Float32Array, b: Float32Array) => dot(unitLength(a), unitLength(b));

describe('the nearest stored examples', () => {
  it('are those of a comparison with all, by signatures or without', async () => {
    const vectors = vectorsOf(1330);
    const { examples, source, store } = await filledStore(vectors);
    for (const query of [3, 700, 1329]) {
      const wanted = examples
        .map(({ id }, row) => ({ id, similarity: cosine(vectors[query]!, vectors[row]!) }))
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, 10);
      for (const blockSize of [100, 5000]) {
        const found = await findSimilar({ ...source, blockSize }, { vector: vectors[query]!, count: 10 });
        expect(found.examples).toBe(1330);
        expect(found.signed).toBe(blockSize === 100 ? 1300 : 0);
        expect(found.found.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
        expect(found.found[4]!.similarity).toBeCloseTo(wanted[4]!.similarity, 5);
      }
    }
    expect(await listBlockRanges(store.queries, { adapter: 'desk', space })).toHaveLength(13);
  });

  it('are sought among the wanted ones alone', async () => {
    const vectors = vectorsOf(260);
    const { source, examples } = await filledStore(vectors);
    const wanted = new Set(examples.filter((_, row) => row % 7 === 0).map(({ id }) => id));
    const found = await findSimilar(source, { vector: vectors[0]!, count: 500, isWanted: (id) => wanted.has(id) });
    expect(found.examples).toBe(wanted.size);
    expect(new Set(found.found.map(({ id }) => id))).toEqual(wanted);
  });

  it('come from blocks that were damaged or removed as well, since they are made again', async () => {
    const vectors = vectorsOf(240);
    const { source, store } = await filledStore(vectors);
    const ask = () => findSimilar(source, { vector: vectors[17]!, count: 5 });
    const before = await ask();
    await store.queries
      .updateTable('signature_blocks')
      .set({ signatures: Buffer.alloc(8) })
      .where('through_arrival', '=', 100)
      .execute();
    await store.queries.deleteFrom('signature_blocks').where('through_arrival', '=', 200).execute();
    expect(await ask()).toEqual(before);
  });

  it('of vectors that are all equal are in the order of their numbers', async () => {
    const { source, examples } = await filledStore(
      Array.from({ length: 220 }, () => new Float32Array(width).fill(0.5)),
    );
    const found = await findSimilar(source, { vector: new Float32Array(width).fill(2), count: 3 });
    expect(found.found.map(({ id }) => id)).toEqual(examples.slice(0, 3).map(({ id }) => id));
    expect(found.found[0]!.similarity).toBeCloseTo(1, 6);
    const none = await findSimilar(source, { vector: new Float32Array(width), count: 1 });
    expect(none.found[0]!.similarity).toBe(0);
  });

  it('of an empty store are none', async () => {
    const store = await temporaryStore();
    const source = { store, encoder, adapter: 'desk', progress: noProgress, signal, blockSize: 100 };
    expect(await findSimilar(source, { vector: new Float32Array(width), count: 3 })).toEqual({
      ...{ examples: 0, signed: 0, found: [] },
    });
  });
});

describe('the command', () => {
  const labels = ['refund', 'shipping', 'invoice'];
  const rows = testRows(labels, 12);

  async function filledDesk() {
    const desk = await openDesk();
    await desk.triage.ingest(rows, { domain: 'd' });
    return desk;
  }

  it('asks about an example or a text, before there is a champion', async () => {
    const desk = await filledDesk();
    const id = await desk.idOf(rows[0]!.text);
    const found = await desk.triage.buffer.similar({ to: id, limit: 4 });
    expect(found).toMatchObject({ to: { id, text: rows[0]!.text }, examples: rows.length - 1, signed: 0 });
    expect(found.matches).toHaveLength(4);
    expect(found.matches.map((match) => match.id)).not.toContain(id);
    const same = await desk.triage.buffer.similar({ to: rows[0]!.text, limit: 1 });
    expect(same.matches[0]).toMatchObject({ id });
    expect(same.matches[0]!.similarity).toBeCloseTo(1, 5);
    const filtered = await desk.triage.buffer.similar({ to: rows[0]!.text, label: 'invoice' });
    expect(new Set(filtered.matches.map(({ label }) => label))).toEqual(new Set(['invoice']));
    expect((await desk.triage.buffer.sql('select count(*) from embeddings')).rows).toEqual([[rows.length]]);
  });

  it('shows them at 80 columns, with nothing that a terminal obeys', async () => {
    const desk = await filledDesk();
    const { stdout } = await espalier(desk.folder, ['buffer', 'similar', 'a \u001b[31mred\u001b[0m refund <b> \u202e']);
    expect(stdout).toContain('36 examples, compared exactly');
    for (const character of ['\u001b', '\u202e']) expect(stdout).not.toContain(character);
    for (const line of stdout.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80);
    expect(await succeed(desk.folder, ['buffer', 'similar', '1', '--label', 'none'])).toContain('No example fits.');
  });

  it('refuses an unknown number, and a text without a letter', async () => {
    const desk = await filledDesk();
    expect(await errorOf(desk.triage.buffer.similar({ to: 999 }))).toMatchObject({ code: 'EXAMPLE_NOT_FOUND' });
    expect(await errorOf(desk.triage.buffer.similar({ to: '  ' }))).toMatchObject({ code: 'INPUT_EMPTY' });
    expect(await errorOf(desk.triage.buffer.similar({ to: 'x', limit: 0 }))).toMatchObject({ code: 'USAGE' });
  });

  it('does not find what was erased, and the store keeps no signature of it', async () => {
    const desk = await filledDesk();
    const id = await desk.idOf(rows[0]!.text);
    await desk.triage.buffer.similar({ to: id });
    await desk.triage.erase({ of: { ids: [id] }, reason: 'the sender asks for it' });
    const found = await desk.triage.buffer.similar({ to: rows[0]!.text, limit: 50 });
    expect(found.matches.map((match) => match.id)).not.toContain(id);
    expect(found.examples).toBe(rows.length - 1);
  });
});
