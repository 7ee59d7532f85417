/** A manifest that a hand has edited is refused with the field that is wrong, whatever field that is. */
import { describe, expect, it } from 'vitest';
import { type Manifest, parseManifest } from '#espalier/versions/manifest.js';
import { errorOf } from '../support/errors.js';

const sha256 = 'ab'.repeat(32);

/** With everything that a manifest can hold. */
const sound: Manifest = {
  ...{ adapter: 'desk', version: 2, parent: 1, createdAt: '2026-11-24T12:00:00.000Z', strategy: 'analytic' },
  ...{ headKind: 'ridge', headShape: { dimension: 12, lexical: 4, classes: 2, width: 64 }, seed: 7 },
  hyperParameters: { seed: 7, head: 'ridge' },
  encoder: {
    ...{ model: 'use-lite', fingerprint: 'f', dimension: 12 },
    recipe: { pooling: ['mean', 'ngrams:256'], prompt: '', dtype: 'fp32', normalise: true },
  },
  classes: ['a', 'b'].map((label) => ({ task: 'intent', label })),
  multiLabel: ['topics'],
  domains: [{ task: 'intent', domain: 'banking' }],
  data: { afterExample: 0, throughExample: 20, fresh: 20, replayed: 0 },
  bufferSnapshotHash: 'h',
  unknown: { intent: { threshold: 0.4, share: 0.05, inScope: 40, refused: 2, outOfScope: 0, accepted: 0 } },
  facts: { lambda: 0.1 },
  metrics: { suites: {} },
  files: { 'adapter.onnx': sha256, 'adapter.safetensors': sha256, 'state.safetensors': sha256 },
};

const file = '/versions/2/manifest.json';
const parse = (content: unknown) => parseManifest(Buffer.from(JSON.stringify(content)), file);
const optional = ['multiLabel', 'unknown', 'encoder.recipe', 'headShape.lexical'];

/** Everything that has a type of its own: "adapter", "headShape.dimension", "classes.0.label". */
function fieldsOf(value: object, path: readonly string[] = []): string[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const own = [...path, key];
    const isFree = ['hyperParameters', 'metrics'].includes(key);
    return [own.join('.'), ...(inner !== null && typeof inner === 'object' && !isFree ? fieldsOf(inner, own) : [])];
  });
}

/** What only tells how a threshold was chosen is read by nobody. */
const fields = fieldsOf(sound).filter((field) => !/^unknown\.intent\.(?!threshold)/.test(field));

function without(field: string): unknown {
  const copy = structuredClone(sound) as unknown;
  const [holder, key] = holderOf(copy, field);
  if (Array.isArray(holder)) holder[Number(key)] = null;
  else delete holder[key];
  return copy;
}

function withValue(field: string, value: unknown): unknown {
  const copy = structuredClone(sound) as unknown;
  const [holder, key] = holderOf(copy, field);
  holder[key] = value;
  return copy;
}

function holderOf(root: unknown, field: string): [Record<string, unknown>, string] {
  const path = field.split('.');
  // Names of files hold a dot.
  const keys = path[0] === 'files' && path.length > 1 ? ['files', path.slice(1).join('.')] : path;
  const holder = keys.slice(0, -1).reduce((value, key) => (value as Record<string, unknown>)[key], root);
  return [holder as Record<string, unknown>, keys.at(-1)!];
}

describe('a manifest', () => {
  it('is given back as it was written, with keys that a later Espalier added', () => {
    const later = { ...sound, signature: 's', encoder: { ...sound.encoder, revision: 'r' } };
    expect(JSON.stringify(parse(later))).toBe(JSON.stringify(later));
  });

  it.each(optional)('need not have %s', (field) => {
    expect(parse(without(field))).toEqual(without(field));
  });

  it.each(
    fields.filter((field) => !optional.includes(field) && !/^(files|facts|unknown|headShape\.width)\b/.test(field)),
  )('without %s is refused by that name', async (field) => {
    const error = await errorOf(() => parse(without(field)));
    expect(error.code).toBe('ADAPTER_INVALID');
    expect(error.at).toEqual({ file, field });
  });

  it.each(fields)('with something else as %s is refused by that name', async (field) => {
    const value = holderOf(structuredClone(sound), field);
    const wrong = typeof value[0][value[1]] === 'string' ? 7 : 'seven';
    const error = await errorOf(() => parse(withValue(field, wrong)));
    expect(error.code).toBe('ADAPTER_INVALID');
    expect(error.at).toEqual({ file, field });
  });

  it.each([
    ['version', 0],
    ['version', 1.5],
    ['parent', -1],
    ['headShape.dimension', 0],
    ['headShape.classes', 3],
    ['classes', []],
    ['data.fresh', -1],
    ['files', { '../../../etc/passwd': sha256 }],
    ['files', { 'adapter.onnx': 'abc' }],
    ['unknown', []],
  ])('with %s = %j is refused', async (field, value) => {
    expect((await errorOf(() => parse(withValue(field, value)))).code).toBe('ADAPTER_INVALID');
  });

  it.each([['null'], ['[]'], ['7'], ['"text"'], ['{}'], [''], ['{'], ['\ufeff{}']])(
    'that is %j is refused',
    async (text) => {
      expect(await errorOf(() => parseManifest(Buffer.from(text), file))).toMatchObject({
        code: 'ADAPTER_INVALID',
        at: { file },
      });
    },
  );

  it('of Espalier 0.1, without what was kept later, is read', () => {
    const { multiLabel: _, unknown: __, encoder, headShape, ...others } = sound;
    const { recipe: ___, ...bare } = encoder;
    const { lexical: ____, ...dense } = headShape;
    const first = { ...others, encoder: bare, headShape: dense, parent: null };
    expect(parse({ ...first, task: 'intent', classes: ['a', 'b'], domains: ['banking'] })).toEqual(first);
  });
});
