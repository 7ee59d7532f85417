import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { learnPieces } from '#espalier/encoder/pieces.js';
import type { Strategy, TrainedHead } from '#espalier/training/job.js';
import { analytic } from '#espalier/training/strategies/analytic.js';
import { finetune } from '#espalier/training/strategies/finetune.js';
import { versionsOf } from '#espalier/versions/folder-versions.js';
import { type Manifest, readManifest, versionFiles } from '#espalier/versions/manifest.js';
import { publishVersion } from '#espalier/versions/publish.js';
import { adapterFile, readPieces, readTrained, writeTrained } from '#espalier/versions/version-folder.js';
import type { Versions } from '#espalier/versions/versions.js';
import { errorOf } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { manifestOf, trainSmall } from '../support/trained-version.js';

const root = temporaryFolder();
const pieces = learnPieces(['where is my parcel']);
let places = 0;
const newPlace = () => versionsOf({ root: join(root, `${places++}`) });
const contender = { adapter: 'support', run: 1, strategy: 'analytic' };
const name = { adapter: 'support', version: 1 };
const nothing = async () => undefined;

async function writeVersion(strategy: Strategy = analytic) {
  const versions = newPlace();
  const trained = await trainSmall(strategy);
  const files = await writeTrained(versions, contender, trained, { pieces });
  await publishVersion(versions, contender, manifestOf(strategy.name, trained, files), nothing);
  return { versions, folder: versions.whereIs(name), trained };
}

async function read(versions: Versions): Promise<TrainedHead> {
  const manifest = await readManifest(versions, name);
  await adapterFile(versions, manifest);
  expect(await readPieces(versions, manifest)).toEqual(pieces);
  return readTrained(versions, manifest);
}

describe('a version', () => {
  it.each([analytic, finetune])('of $name is read as it was trained, bit for bit', async (strategy) => {
    const { versions, folder, trained } = await writeVersion(strategy);
    expect(await read(versions)).toEqual(trained);
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
    for (const file of Object.values(versionFiles))
      expect(readFileSync(join(one.folder, file)).equals(readFileSync(join(other.folder, file)))).toBe(true);
  });
});

it('a manifest from before there were several tasks names the task of each class and domain', async () => {
  const { versions, folder } = await writeVersion();
  const file = join(folder, versionFiles.manifest);
  const stored = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  writeFileSync(file, JSON.stringify({ ...stored, task: 'intent', classes: ['a', 'b'], domains: ['banking'] }));
  expect(await readManifest(versions, name)).toEqual(stored);
});

describe('a damaged version is ADAPTER_INVALID', () => {
  const files = [versionFiles.onnx, versionFiles.head, versionFiles.state, versionFiles.pieces];

  it.each(files)('%s with one bit changed', async (file) => {
    const { versions, folder } = await writeVersion();
    const bytes = readFileSync(join(folder, file));
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(join(folder, file), bytes);
    const error = await errorOf(read(versions));
    expect(error).toMatchObject({ code: 'ADAPTER_INVALID', at: { file: join(folder, file) } });
  });

  it.each([...files, versionFiles.manifest])('without %s', async (file) => {
    const { versions, folder } = await writeVersion();
    rmSync(join(folder, file));
    const error = await errorOf(read(versions));
    expect(error).toMatchObject({ code: 'ADAPTER_INVALID', at: { file: join(folder, file) } });
  });

  it.each([versionFiles.onnx, versionFiles.head])(
    'is FILE_UNREADABLE where a folder has the name of %s',
    async (file) => {
      const { versions, folder } = await writeVersion();
      rmSync(join(folder, file));
      mkdirSync(join(folder, file));
      expect(await errorOf(read(versions))).toMatchObject({
        code: 'FILE_UNREADABLE',
        at: { file: join(folder, file) },
      });
    },
  );

  it('with a manifest that was cut off', async () => {
    const { versions, folder } = await writeVersion();
    writeFileSync(
      join(folder, versionFiles.manifest),
      readFileSync(join(folder, versionFiles.manifest)).subarray(0, 100),
    );
    expect((await errorOf(read(versions))).code).toBe('ADAPTER_INVALID');
  });

  it.each([versionFiles.onnx, versionFiles.head, versionFiles.state, versionFiles.pieces])(
    'is not signed where %s was changed after training',
    async (changed) => {
      const { trained } = await writeVersion();
      const versions = newPlace();
      const files = await writeTrained(versions, contender, trained, { pieces });
      const file = versions.whereIs(contender, changed);
      appendFileSync(file, ' ');
      const manifest = manifestOf(analytic.name, trained, files);
      const error = await errorOf(publishVersion(versions, contender, manifest, nothing));
      expect(error).toMatchObject({ code: 'ADAPTER_INVALID', at: { file } });
      expect(existsSync(versions.whereIs(contender, versionFiles.manifest))).toBe(false);
      expect(await versions.list(name.adapter)).toEqual([]);
    },
  );

  it('until it is published: what was trained alone is not a version', async () => {
    const { trained } = await writeVersion();
    const versions = newPlace();
    await writeTrained(versions, contender, trained, { pieces });
    expect((await errorOf(read(versions))).code).toBe('ADAPTER_INVALID');
  });
});
