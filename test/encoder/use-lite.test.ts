/** The folder of the embedded encoder: same bytes everywhere, whole or absent. */
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256OfFile } from '#espalier/core/hash.js';
import { ensureUseLite } from '#espalier/encoder/use-lite.js';
import { markOfDead } from '../support/dead-process.js';
import { temporaryFolder } from './temporary-folder.js';

const files = ['config.json', 'onnx/model.onnx', 'tokenizer.json', 'tokenizer_config.json'];
const hashesOf = (folder: string) => Promise.all(files.map((name) => sha256OfFile(join(folder, name))));

describe('ensureUseLite', () => {
  const cacheFolder = temporaryFolder();
  let folder: string;
  let hashes: string[];

  beforeAll(async () => {
    folder = await ensureUseLite(cacheFolder);
    hashes = await hashesOf(folder);
  });

  it('gives the same bytes in another place, also when two do it at once, and leaves nothing half-written', async () => {
    const other = temporaryFolder();
    const place = async () => {
      const made = await ensureUseLite(other);
      return { made, inode: (await stat(made)).ino };
    };
    const [first, second] = await Promise.all([place(), place()]);
    // The same inode: the slower one keeps the folder that somebody may be reading already.
    expect(first).toEqual(second);
    expect(await hashesOf(first.made)).toEqual(hashes);
    expect(await readdir(join(other, 'models'))).toEqual(['use-lite-2']);
  });

  it('states the hashes of its files', async () => {
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
    expect(files.map((name) => manifest[name].sha256)).toEqual(hashes);
  });

  it('does not write again what is whole', async () => {
    const before = await stat(join(cacheFolder, 'models'), { bigint: true });
    await ensureUseLite(cacheFolder);
    // Even a temporary folder that came and went would show.
    expect((await stat(join(cacheFolder, 'models'), { bigint: true })).mtimeNs).toBe(before.mtimeNs);
  });

  it('makes a folder anew whose model was cut off', async () => {
    await truncate(join(folder, 'onnx/model.onnx'), 1000);
    await ensureUseLite(cacheFolder);
    expect(await hashesOf(folder)).toEqual(hashes);
  });

  it('takes away what a killed conversion left', async () => {
    await truncate(join(folder, 'onnx/model.onnx'), 1000);
    const left = join(cacheFolder, 'models', `use-lite-2.${markOfDead()}.0011aabb.part`);
    await mkdir(join(left, 'onnx'), { recursive: true });
    await ensureUseLite(cacheFolder);
    expect(await readdir(join(cacheFolder, 'models'))).toEqual(['use-lite-2']);
  });

  it('makes a folder anew whose manifest is not whole', async () => {
    await writeFile(join(folder, 'manifest.json'), '{}');
    await truncate(join(folder, 'tokenizer.json'), 10);
    await ensureUseLite(cacheFolder);
    expect(await hashesOf(folder)).toEqual(hashes);
    expect(await readdir(join(cacheFolder, 'models'))).toEqual(['use-lite-2']);
  });
});
