import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { learnPieces } from '#espalier/encoder/pieces.js';
import type { Strategy, TrainedHead } from '#espalier/training/job.js';
import { analytic } from '#espalier/training/strategies/analytic.js';
import { finetune } from '#espalier/training/strategies/finetune.js';
import {
  type Manifest,
  readManifest,
  readPieces,
  readTrained,
  verifiedFile,
  versionFiles,
  writeManifest,
  writeTrained,
} from '#espalier/versions/version-folder.js';
import { errorOf } from '../support/errors.js';
import { clusters, dimension, jobOf, quiet } from '../support/problem.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const root = temporaryFolder();
const pieces = learnPieces(['where is my parcel']);
let folders = 0;
const fresh = clusters({ classes: [0, 1], perClass: 10, noise: 1, seed: 1 });

const manifestOf = (strategy: Strategy, { head, facts }: TrainedHead): Omit<Manifest, 'files'> => ({
  adapter: 'support',
  version: 1,
  parent: null,
  createdAt: '2026-11-24T12:00:00.000Z',
  strategy: strategy.name,
  headKind: head.kind,
  headShape: head.shape,
  seed: 7,
  hyperParameters: { width: 64 },
  encoder: { model: 'use-lite', fingerprint: 'f', dimension },
  classes: ['a', 'b'].map((label) => ({ task: 'intent', label })),
  domains: [{ task: 'intent', domain: 'banking' }],
  data: { afterExample: 0, throughExample: 20, fresh: 20, replayed: 0 },
  bufferSnapshotHash: 'h',
  facts,
  metrics: {},
});

async function writeVersion(strategy: Strategy = analytic): Promise<{ folder: string; trained: TrainedHead }> {
  const folder = join(root, `${folders++}`);
  const trained = await strategy.train(jobOf(strategy.name, 2, { fresh }), quiet);
  const files = await writeTrained(folder, trained, { pieces });
  await writeManifest(folder, { ...manifestOf(strategy, trained), files });
  return { folder, trained };
}

async function read(folder: string): Promise<TrainedHead> {
  const manifest = await readManifest(folder);
  await verifiedFile(folder, manifest, versionFiles.onnx);
  expect(await readPieces(folder, manifest)).toEqual(pieces);
  return readTrained(folder, manifest);
}

describe('a version', () => {
  it.each([analytic, finetune])('of $name is read as it was trained, bit for bit', async (strategy) => {
    const { folder, trained } = await writeVersion(strategy);
    expect(await read(folder)).toEqual(trained);
    expect(readdirSync(folder).sort()).toEqual([
      'adapter.onnx',
      'adapter.safetensors',
      'manifest.json',
      'pieces.safetensors',
      'state.safetensors',
    ]);
  });

  it('has the same bytes when it is made again', async () => {
    const [one, other] = [await writeVersion(), await writeVersion()];
    for (const name of Object.values(versionFiles))
      expect(readFileSync(join(one.folder, name)).equals(readFileSync(join(other.folder, name)))).toBe(true);
  });
});

it('a manifest from before there were several tasks names the task of each class and domain', async () => {
  const { folder } = await writeVersion();
  const file = join(folder, versionFiles.manifest);
  const stored = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  writeFileSync(file, JSON.stringify({ ...stored, task: 'intent', classes: ['a', 'b'], domains: ['banking'] }));
  expect(await readManifest(folder)).toEqual(stored);
});

describe('ADAPTER_INVALID', () => {
  const files = [versionFiles.onnx, versionFiles.head, versionFiles.state, versionFiles.pieces];

  it.each(files)('%s with one bit changed', async (name) => {
    const { folder } = await writeVersion();
    const bytes = readFileSync(join(folder, name));
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(join(folder, name), bytes);
    const error = await errorOf(read(folder));
    expect(error).toMatchObject({ code: 'ADAPTER_INVALID', at: { file: join(folder, name) } });
  });

  it.each([...files, versionFiles.manifest])('without %s', async (name) => {
    const { folder } = await writeVersion();
    rmSync(join(folder, name));
    const error = await errorOf(read(folder));
    expect(error).toMatchObject({ code: 'ADAPTER_INVALID', at: { file: join(folder, name) } });
  });

  it('with a manifest that was cut off', async () => {
    const { folder } = await writeVersion();
    writeFileSync(
      join(folder, versionFiles.manifest),
      readFileSync(join(folder, versionFiles.manifest)).subarray(0, 100),
    );
    expect((await errorOf(read(folder))).code).toBe('ADAPTER_INVALID');
  });

  it.each([versionFiles.onnx, versionFiles.head, versionFiles.state, versionFiles.pieces])(
    'is not signed where %s was changed after training',
    async (name) => {
      const { trained } = await writeVersion();
      const folder = join(root, `${folders++}`);
      const files = await writeTrained(folder, trained, { pieces });
      appendFileSync(join(folder, name), ' ');
      const error = await errorOf(writeManifest(folder, { ...manifestOf(analytic, trained), files }));
      expect(error).toMatchObject({ code: 'ADAPTER_INVALID', at: { file: join(folder, name) } });
      expect(existsSync(join(folder, versionFiles.manifest))).toBe(false);
    },
  );

  it('until the manifest is written: what was trained alone is not a version', async () => {
    const { folder, trained } = await writeVersion();
    const half = `${folder}-half`;
    await writeTrained(half, trained, { pieces });
    expect((await errorOf(read(half))).code).toBe('ADAPTER_INVALID');
  });
});
