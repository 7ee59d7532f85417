import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { beforeAll, describe, expect, it } from 'vitest';
import { succeed, succeedJson } from '../support/command.js';
import { billing, copyOf, declare, deskDeclaration, trainedDesk, writeDesk } from '../support/desk.js';

let desk: string;
beforeAll(async () => {
  desk = await trainedDesk();
});

const versionFile = (name: string) => join(desk, 'adapters/desk/versions/1', name);
const manifest = () => JSON.parse(readFileSync(versionFile('manifest.json'), 'utf8'));
function metadataOf(file: string): Record<string, unknown> {
  const { metadataProps } = onnxProto.onnx.ModelProto.decode(readFileSync(file));
  return Object.fromEntries(metadataProps.map(({ key, value }) => [key, JSON.parse(value!)]));
}

describe('adapter.onnx', () => {
  it('names its classes, tasks, recipe and encoder, as the manifest does', () => {
    const { classes, encoder } = manifest();
    expect(metadataOf(versionFile('adapter.onnx'))).toEqual({
      'espalier.adapter': 'desk',
      'espalier.classes': classes.map(({ label }: { label: string }) => label),
      'espalier.tasks': classes.map(({ task }: { task: string }) => task),
      'espalier.multi_label': [],
      'espalier.encoder': { model: 'use-lite', ...encoder.recipe },
      'espalier.encoder_fingerprint': encoder.fingerprint,
    });
    expect(encoder.recipe.pooling).toEqual(['output:sentence_embedding', 'mean', 'ngrams:2048']);
  });
});

describe('embed', () => {
  it('prints a vector a line, and null where there is no text', async () => {
    const printed = await succeed(desk, ['embed', 'desk'], { input: 'where is my refund\n\n' });
    const lines = printed
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0].vector).toHaveLength(manifest().encoder.dimension);
    expect(lines[1]).toEqual({ text: '', vector: null, reason: 'empty text' });
    const dense = JSON.parse(await succeed(desk, ['embed', 'desk', 'where is my refund', '--dense']));
    expect(dense.vector).toEqual(lines[0].vector.slice(0, 1024));
  });

  it('prints what the champion reads, also where another encoder is declared by now; without a champion what is declared', async () => {
    const declared = deskDeclaration((source) =>
      source.replace('  model: use-lite\n', '  model: use-lite\n  pooling: [mean]\n'),
    );
    const folder = copyOf(desk);
    declare(folder, declared);
    const ask = (where: string) => succeed(where, ['embed', 'desk', 'where is my refund']);
    expect(await ask(folder)).toBe(await ask(desk));
    expect(JSON.parse(await ask(writeDesk(declared))).vector).toHaveLength(512);
  });
});

const python = process.env.ESPALIER_PYTHON ?? 'python3';
const canRun = spawnSync(python, ['-c', 'import onnxruntime, numpy, tokenizers']).status === 0;

describe('export --fused', () => {
  it('writes one model with script, tokenizer and README', async () => {
    const { files } = await succeedJson<{ files: string[] }>(desk, ['export', 'desk', '--fused', 'out/desk.onnx']);
    for (const file of files) expect(existsSync(file), file).toBe(true);
    expect(metadataOf(join(desk, 'out/desk.onnx'))).toMatchObject({
      'espalier.label_tasks': ['intent'],
      'espalier.ngram_buckets': 2048,
    });
  });

  it.skipIf(!canRun)(
    'answers in Python as predict does, to 1e-5 (skipped without onnxruntime, numpy and tokenizers)',
    async () => {
      const texts = [
        ...billing.slice(0, 20).map(({ text }) => text),
        "caf\u00e9  l'\u00e9t\u00e9",
        'R\u00dcCKZAHLUNG',
        '???',
        '\u8acb\u9000\u6b3e',
        'x '.repeat(400).trim(),
      ];
      const input = `${texts.join('\n')}\n`;
      const { stdout, stderr } = spawnSync(python, [join(desk, 'out/desk.py')], { input, encoding: 'utf8' });
      expect(stderr).toBe('');
      const theirs = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      const printed = await succeed(desk, ['predict', 'desk', '--json', '--always-answer'], { input });
      const ours = printed
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(theirs.map(({ label }) => label)).toEqual(ours.map(({ label }) => label));
      for (const [index, { confidence }] of ours.entries())
        expect(Math.abs(theirs[index].confidence - confidence), texts[index]).toBeLessThan(1e-5);
    },
  );
});
