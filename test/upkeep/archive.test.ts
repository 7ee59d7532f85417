/** What an archive gives back is what was put in, and a hostile one gives back nothing. */
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { createTarPacker, type TarHeader } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { noProgress } from '#espalier/core/progress.js';
import { ArchiveWriter, readArchive } from '#espalier/upkeep/archive.js';
import { restore } from '#espalier/upkeep/restore.js';
import { versionsOf } from '#espalier/versions/folder-versions.js';
import { errorOf } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const place = temporaryFolder();
const newFolder = () => mkdtempSync(join(place, 'archive-'));
const { signal } = new AbortController();
const terms = { now: new Date('2026-11-28T12:00:00Z'), signal, onBytes: () => undefined };

async function write(path: string, entries: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const writer = new ArchiveWriter(path, terms);
  for (const [name, bytes] of entries) await writer.addBytes(name, bytes);
  await writer.finish(path);
}

const placeIn = (folder: string) => async (name: string) => {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  return path;
};

const restoreFrom = (file: string, into: string) =>
  restore({ file, into, placeAt: (root) => versionsOf({ root }), progress: noProgress, signal });

describe('an archive', () => {
  it('gives back every entry byte for byte, and equal entries make equal files', async () => {
    const names = fc.stringMatching(/^[a-z\u00e4\u4e2d]{1,12}(\/[a-z\u00e4 .-]{1,90}x){0,2}$/);
    const entries = fc.uniqueArray(fc.tuple(names, fc.uint8Array({ maxLength: 2000 })), {
      maxLength: 6,
      selector: ([name]) => name.split('/')[0],
    });
    await fc.assert(
      fc.asyncProperty(entries, async (list) => {
        const folder = newFolder();
        const all = new Map(list);
        await write(join(folder, 'one'), all);
        await write(join(folder, 'two'), all);
        expect(readFileSync(join(folder, 'two'))).toEqual(readFileSync(join(folder, 'one')));
        const files = await readArchive(join(folder, 'one'), placeIn(join(folder, 'out')), terms);
        expect(files.map(({ name }) => name)).toEqual([...all.keys()]);
        for (const [name, bytes] of all) expect(readFileSync(join(folder, 'out', name))).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 60 },
    );
  });

  it('is private, and one of 40 MB is written piece by piece', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'large'), Buffer.alloc(40_000_000, 7));
    const writer = new ArchiveWriter(join(folder, 'archive'), terms);
    await writer.addFile('large', join(folder, 'large'));
    await writer.finish(join(folder, 'archive'));
    expect(statSync(join(folder, 'archive')).mode & 0o777).toBe(0o600);
    const [file] = await readArchive(join(folder, 'archive'), placeIn(join(folder, 'out')), terms);
    expect(file).toMatchObject({ name: 'large', bytes: 40_000_000 });
  });

  it.each([
    'workspace/../../evil',
    'workspace/evals/../../../evil',
    '/etc/evil',
    'workspace//evil',
    'workspace/espalier.yaml',
    'workspace/replay-store/espalier.db',
    'trained/../1/adapter.onnx',
    'trained/desk/1/../../evil',
    'trained/desk/0/adapter.onnx',
    'somewhere/else',
  ])('with an entry %s is refused, and nothing is written', async (name) => {
    const folder = newFolder();
    await write(join(folder, 'evil.tar'), new Map([[name, Buffer.from('evil')]]));
    const error = await errorOf(restoreFrom(join(folder, 'evil.tar'), join(folder, 'into')));
    expect(error.code).toBe('BACKUP_INVALID');
    expect([existsSync(join(folder, 'into')), existsSync(join(folder, 'evil'))]).toEqual([false, false]);
  });

  it('with a symbolic link, or one name twice, is refused', async () => {
    const link: TarHeader = { name: 'workspace/evals/link', size: 0, type: 'symlink', linkname: '/etc' };
    const file: TarHeader = { name: 'workspace/evals/file', size: 0 };
    for (const headers of [[link], [file, file]]) {
      const folder = newFolder();
      const { readable, controller } = createTarPacker();
      const bytes = new Response(readable).arrayBuffer();
      for (const header of headers) await controller.add(header).getWriter().close();
      controller.finalize();
      writeFileSync(join(folder, 'evil.tar'), Buffer.from(await bytes));
      const error = await errorOf(restoreFrom(join(folder, 'evil.tar'), join(folder, 'into')));
      expect(error.code).toBe('BACKUP_INVALID');
      expect(existsSync(join(folder, 'into'))).toBe(false);
    }
  });
});
