import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskError, readText, writeFileAtomic } from '#espalier/core/files.js';
import { removeUnfinished } from '#espalier/core/left-behind.js';
import { errorOf } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const root = temporaryFolder();
let folders = 0;
const newFolder = () => {
  const folder = join(root, `${folders++}`);
  mkdirSync(folder);
  return folder;
};

describe('writeFileAtomic', () => {
  it('writes text, bytes, and bytes in pieces', async () => {
    const folder = newFolder();
    await writeFileAtomic(join(folder, 'text'), 'naïve');
    await writeFileAtomic(join(folder, 'bytes'), Uint8Array.of(1, 2, 3));
    await writeFileAtomic(join(folder, 'pieces'), [Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3)]);
    expect(readFileSync(join(folder, 'text'), 'utf8')).toBe('naïve');
    expect([...readFileSync(join(folder, 'bytes'))]).toEqual([1, 2, 3]);
    expect([...readFileSync(join(folder, 'pieces'))]).toEqual([1, 2, 3]);
    expect(readdirSync(folder).sort()).toEqual(['bytes', 'pieces', 'text']);
  });

  it('makes the folders it needs', async () => {
    const path = join(newFolder(), 'a', 'b', 'file');
    await writeFileAtomic(path, 'there');
    expect(readFileSync(path, 'utf8')).toBe('there');
  });

  it('replaces a longer file whole', async () => {
    const path = join(newFolder(), 'file');
    writeFileSync(path, 'a much longer file');
    await writeFileAtomic(path, 'short');
    expect(readFileSync(path, 'utf8')).toBe('short');
  });

  it('leaves the old file whole, and nothing beside it, when writing fails midway', async () => {
    const folder = newFolder();
    const path = join(folder, 'file');
    writeFileSync(path, 'the old content');
    const brokenPieces = [new Uint8Array(100_000).fill(65), 42 as unknown as Uint8Array];
    await expect(writeFileAtomic(path, brokenPieces)).rejects.toThrow(TypeError);
    expect(readFileSync(path, 'utf8')).toBe('the old content');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('leaves nothing behind when the target is a folder', async () => {
    const folder = newFolder();
    const path = join(folder, 'taken');
    mkdirSync(path);
    const error = await errorOf(writeFileAtomic(path, 'content'));
    expect(error.code).toBe('FILE_UNREADABLE');
    expect(error.at?.file).toBe(path);
    expect(readdirSync(folder)).toEqual(['taken']);
    expect(readdirSync(path)).toEqual([]);
  });

  it('keeps one whole content when many write the same file at once', async () => {
    const folder = newFolder();
    const path = join(folder, 'file');
    const contents = Array.from({ length: 8 }, (_, index) => String(index).repeat(50_000));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(contents).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(folder)).toEqual(['file']);
  });
});

it('removeUnfinished takes away what a killed process left half-written, and nothing else', async () => {
  const folder = newFolder();
  for (const name of ['adapter.onnx', 'adapter.onnx.1a2b3c4d.part', 'part'])
    writeFileSync(join(folder, name), 'content');
  await removeUnfinished(folder);
  expect(readdirSync(folder).sort()).toEqual(['adapter.onnx', 'part']);
});

describe('readText', () => {
  it('FILE_NOT_FOUND names the file', async () => {
    const path = join(newFolder(), 'none');
    const error = await errorOf(readText(path));
    expect(error.code).toBe('FILE_NOT_FOUND');
    expect(error.at?.file).toBe(path);
  });

  it('FILE_NOT_FOUND where a part of the path is a file', async () => {
    const path = join(newFolder(), 'file');
    writeFileSync(path, '');
    expect((await errorOf(readText(join(path, 'inside')))).code).toBe('FILE_NOT_FOUND');
  });

  it('FILE_UNREADABLE for a folder', async () => {
    expect((await errorOf(readText(newFolder()))).code).toBe('FILE_UNREADABLE');
  });
});

describe('diskError', () => {
  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['SQLITE_FULL', 'DISK_FULL'],
    ['EROFS', 'DISK_READ_ONLY'],
    ['EACCES', 'FILE_UNREADABLE'],
    ['EPERM', 'FILE_UNREADABLE'],
  ])('%s of the system is %s, with its cause', (systemCode, code) => {
    const thrown = Object.assign(new Error('refused'), { code: systemCode });
    expect(diskError(thrown, '/data/file')).toMatchObject({ code, cause: thrown, at: { file: '/data/file' } });
  });

  it('hands anything else on as it is', () => {
    const thrown = new RangeError('a defect');
    expect(diskError(thrown, '/data/file')).toBe(thrown);
  });
});
