/** What every place that keeps versions must hold; a new one is tested by standing in test/support/places.ts. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { learnPieces } from '#espalier/encoder/pieces.js';
import { openVersionAdapter } from '#espalier/versions/adapter-session.js';
import { readManifest, versionFiles } from '#espalier/versions/manifest.js';
import { publishVersion } from '#espalier/versions/publish.js';
import {
  adapterFile,
  readPieces,
  readTrained,
  requireSoundFiles,
  writeTrained,
} from '#espalier/versions/version-folder.js';
import type { Versions } from '#espalier/versions/versions.js';
import { errorOf } from '../support/errors.js';
import { places } from '../support/places.js';
import { dimension } from '../support/problem.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { manifestOf, trainSmall } from '../support/trained-version.js';

const root = temporaryFolder();
const adapter = 'support';
const contender = { adapter, run: 3, strategy: 'analytic' };
const other = { adapter, run: 3, strategy: 'finetune' };
const ofLaterRun = { adapter, run: 4, strategy: 'analytic' };
const foreign = { ...contender, adapter: 'billing' };
const sha256Of = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
const textOf = (bytes: Buffer | undefined) => bytes?.toString();
const nothing = async () => undefined;

describe.each(places)('a place for versions: $name', ({ open }) => {
  let versions: Versions;
  let opened = 0;
  beforeEach(() => {
    versions = open(join(root, `${sha256Of(String(open)).slice(0, 8)}-${opened++}`));
  });

  const keyOf = (name: string, content: string) => ({ name, sha256: sha256Of(content) });
  const note = keyOf('note.txt', 'learned');

  describe('empty', () => {
    it('has no versions, no contenders and no records, and nothing to discard', async () => {
      expect(await versions.list(adapter)).toEqual([]);
      expect(await versions.readManifest({ adapter, version: 1 })).toBeUndefined();
      expect(await versions.read({ adapter, version: 1 }, note)).toBeUndefined();
      expect(await versions.localFile(contender, note)).toBeUndefined();
      expect(await versions.isStaged(contender)).toBe(false);
      expect(await versions.readRecord(contender)).toBeUndefined();
      await versions.discard(contender);
      await versions.discardAll(adapter);
    });
  });

  describe('what is staged', () => {
    it.each([
      ['text', 'learned', 'learned'],
      ['bytes', Buffer.from('learned'), 'learned'],
      ['several pieces', [Buffer.from('lear'), new Uint8Array(), Buffer.from('ned')], 'learned'],
      ['nothing', '', ''],
    ])('of %s is kept as it was given, under its hash', async (_, content, kept) => {
      expect(await versions.stage(contender, 'note.txt', content)).toBe(sha256Of(kept));
      const key = keyOf('note.txt', kept);
      expect(textOf(await versions.read(contender, key))).toBe(kept);
      expect(readFileSync((await versions.localFile(contender, key))!, 'utf8')).toBe(kept);
      expect(await versions.isStaged(contender)).toBe(true);
    });

    it('takes the place of what was staged under its name', async () => {
      await versions.stage(contender, 'note.txt', 'unlearned');
      await versions.stage(contender, 'note.txt', 'learned');
      expect(textOf(await versions.read(contender, note))).toBe('learned');
    });

    it('is no version, and is seen by no other contender, run or adapter', async () => {
      await versions.stage(contender, 'note.txt', 'learned');
      expect(await versions.list(adapter)).toEqual([]);
      for (const stranger of [other, ofLaterRun, foreign, { adapter, version: 3 }])
        expect(await versions.read(stranger, note)).toBeUndefined();
    });

    it('lacks what was not staged', async () => {
      await versions.stage(contender, 'note.txt', 'learned');
      const key = keyOf('other.txt', 'never staged');
      expect([await versions.read(contender, key), await versions.localFile(contender, key)]).toEqual([
        undefined,
        undefined,
      ]);
    });

    it('has a record of its own, which can be written again', async () => {
      await versions.writeRecord(contender, '{"seconds":1}');
      await versions.writeRecord(contender, '{"seconds":2,"text":"schön"}');
      await versions.writeRecord(other, '{}');
      expect(await versions.readRecord(contender)).toBe('{"seconds":2,"text":"schön"}');
      expect(await versions.readRecord(other)).toBe('{}');
      expect(await versions.readRecord(ofLaterRun)).toBeUndefined();
    });

    it('goes with its run, or with all runs of the adapter, and leaves versions and other adapters alone', async () => {
      await versions.stage(contender, 'note.txt', 'learned');
      await versions.publish(contender, 1, '{}');
      for (const name of [contender, other, ofLaterRun, foreign]) {
        await versions.stage(name, 'note.txt', 'learned');
        await versions.writeRecord(name, '{}');
      }
      const isThere = async (name: typeof contender) => [
        await versions.isStaged(name),
        (await versions.readRecord(name)) !== undefined,
      ];
      await versions.discard(contender);
      expect([await isThere(contender), await isThere(other), await isThere(ofLaterRun)]).toEqual([
        [false, false],
        [false, false],
        [true, true],
      ]);
      await versions.discardAll(adapter);
      expect([await isThere(ofLaterRun), await isThere(foreign)]).toEqual([
        [false, false],
        [true, true],
      ]);
      expect(textOf(await versions.read({ adapter, version: 1 }, note))).toBe('learned');
    });
  });

  describe('what is published', () => {
    const publish = async (version: number, from = contender) => {
      await versions.stage(from, 'note.txt', 'learned');
      await versions.publish(from, version, `{"version":${version}}`);
    };

    it('is a version with its manifest and its files, and is staged no more', async () => {
      await publish(1);
      expect(await versions.list(adapter)).toEqual([1]);
      expect(textOf(await versions.readManifest({ adapter, version: 1 }))).toBe('{"version":1}');
      expect(textOf(await versions.read({ adapter, version: 1 }, note))).toBe('learned');
      expect(readFileSync((await versions.localFile({ adapter, version: 1 }, note))!, 'utf8')).toBe('learned');
      expect(await versions.isStaged(contender)).toBe(false);
      expect(await versions.read(contender, note)).toBeUndefined();
      expect(await versions.list(foreign.adapter)).toEqual([]);
    });

    it('is listed by number', async () => {
      for (const version of [10, 9, 2]) await publish(version);
      expect(await versions.list(adapter)).toEqual([2, 9, 10]);
    });

    it('under a number that is taken is refused: neither the version nor the contender changes', async () => {
      await publish(1);
      await versions.stage(other, 'note.txt', 'otherwise');
      const error = await errorOf(versions.publish(other, 1, '{"version":"another"}'));
      expect(error.code).toBe('VERSION_EXISTS');
      expect(textOf(await versions.readManifest({ adapter, version: 1 }))).toBe('{"version":1}');
      expect(textOf(await versions.read({ adapter, version: 1 }, note))).toBe('learned');
      expect(await versions.isStaged(other)).toBe(true);
    });

    it('by several at once under one number is the version of one of them', async () => {
      const names = Array.from({ length: 5 }, (_, run) => ({ adapter, run, strategy: 'analytic' }));
      for (const name of names) await versions.stage(name, 'note.txt', `by ${name.run}`);
      const outcomes = await Promise.allSettled(names.map((name) => versions.publish(name, 1, `${name.run}`)));
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
      expect(refused).toEqual(Array.from({ length: 4 }, () => 'VERSION_EXISTS'));
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
      expect(textOf(await versions.readManifest({ adapter, version: 1 }))).toBe(`${winner}`);
      const key = keyOf('note.txt', `by ${winner}`);
      expect(textOf(await versions.read({ adapter, version: 1 }, key))).toBe(`by ${winner}`);
    });
  });

  describe('what is removed', () => {
    it('is a version no longer, and leaves the other versions and the contenders alone', async () => {
      for (const version of [1, 2]) {
        await versions.stage(contender, 'note.txt', 'learned');
        await versions.publish(contender, version, `{"version":${version}}`);
      }
      await versions.stage(other, 'note.txt', 'learned');
      await versions.remove({ adapter, version: 1 });
      expect(await versions.list(adapter)).toEqual([2]);
      expect(await versions.readManifest({ adapter, version: 1 })).toBeUndefined();
      expect(await versions.read({ adapter, version: 1 }, note)).toBeUndefined();
      expect(await versions.localFile({ adapter, version: 1 }, note)).toBeUndefined();
      expect(textOf(await versions.read({ adapter, version: 2 }, note))).toBe('learned');
      expect(await versions.isStaged(other)).toBe(true);
    });

    it('need not be there, and its number can be published again', async () => {
      await versions.remove({ adapter, version: 1 });
      await versions.stage(contender, 'note.txt', 'learned');
      await versions.publish(contender, 1, '{}');
      await versions.remove({ adapter, version: 1 });
      await versions.stage(contender, 'note.txt', 'learned');
      await versions.publish(contender, 1, '{"again":true}');
      expect(textOf(await versions.readManifest({ adapter, version: 1 }))).toBe('{"again":true}');
    });
  });

  it('lists the runs that have staged files or a record', async () => {
    await versions.stage(contender, 'note.txt', 'learned');
    await versions.writeRecord(ofLaterRun, '{}');
    await versions.stage(foreign, 'note.txt', 'learned');
    expect(await versions.listRuns(adapter)).toEqual([contender.run, ofLaterRun.run].sort((a, b) => a - b));
    await versions.discard(contender);
    expect(await versions.listRuns(adapter)).toEqual([ofLaterRun.run]);
  });

  it('names versions, contenders and their files in words that tell them apart', () => {
    const version = { adapter, version: 3 };
    const words = [version, { adapter, version: 4 }, contender, other, ofLaterRun, foreign].flatMap((owner) => [
      versions.whereIs(owner),
      versions.whereIs(owner, 'adapter.onnx'),
      versions.whereIs(owner, 'manifest.json'),
    ]);
    expect(new Set(words).size).toBe(words.length);
    expect(versions.whereIs(version, 'adapter.onnx')).toContain('adapter.onnx');
  });

  describe('a trained version', () => {
    const name = { adapter, version: 1 };
    const pieces = learnPieces(['where is my parcel']);

    async function publishTrained(place: Versions, beforehand = nothing) {
      const trained = await trainSmall();
      const files = await writeTrained(place, contender, trained, {
        about: { 'espalier.adapter': '"support"' },
        pieces,
      });
      const manifest = manifestOf('analytic', trained, files);
      return { trained, manifest, hash: await publishVersion(place, contender, manifest, beforehand) };
    }

    it('is read as it was trained, and its adapter answers', async () => {
      const { trained, manifest, hash } = await publishTrained(versions);
      const read = await readManifest(versions, name);
      expect(read).toEqual(manifest);
      expect(hash).toBe(sha256Of((await versions.readManifest(name))!));
      expect(await readTrained(versions, read)).toEqual(trained);
      expect(await readPieces(versions, read)).toEqual(pieces);
      await requireSoundFiles(versions, read);
      const session = await openVersionAdapter(versions, read, 2);
      const [output] = await session.run(new Float32Array(dimension).fill(1), dimension);
      expect(output!.answers.get('intent')!.label).toMatch(/^[ab]$/);
      await session.close();
    });

    it('that was published before is found again, and that of another update is refused', async () => {
      const { manifest, hash } = await publishTrained(versions);
      await versions.writeRecord(contender, '{}');
      expect(await publishVersion(versions, contender, manifest, () => Promise.reject(new Error('too late')))).toBe(
        hash,
      );
      expect(await versions.readRecord(contender)).toBeUndefined();
      const later = { ...manifest, createdAt: '2026-11-25T12:00:00.000Z' };
      expect((await errorOf(publishVersion(versions, contender, later, nothing))).code).toBe('VERSION_EXISTS');
    });

    it('is not published where what comes beforehand fails', async () => {
      await expect(publishTrained(versions, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
      expect([await versions.list(adapter), await versions.isStaged(contender)]).toEqual([[], true]);
    });

    it('is not published with a manifest that could not be read again', async () => {
      const trained = await trainSmall();
      const files = await writeTrained(versions, contender, trained);
      const broken = { ...manifestOf('analytic', trained, files), seed: Number.NaN };
      expect((await errorOf(publishVersion(versions, contender, broken, nothing))).code).toBe('ADAPTER_INVALID');
      expect(await versions.list(adapter)).toEqual([]);
    });

    it('is refused under the name of another version', async () => {
      const trained = await trainSmall();
      const manifest = manifestOf('analytic', trained, await writeTrained(versions, contender, trained));
      await versions.publish(contender, 2, JSON.stringify(manifest));
      const error = await errorOf(readManifest(versions, { adapter, version: 2 }));
      expect(error).toMatchObject({ code: 'ADAPTER_INVALID', message: expect.stringContaining("in another's place") });
    });

    it('whose bytes come back otherwise is refused, whichever file it is', async () => {
      await publishTrained(versions);
      const manifest = await readManifest(versions, name);
      const lying = withOneBitChanged(versions);
      const readings: [string, () => Promise<unknown>][] = [
        ['every file', () => requireSoundFiles(lying, manifest)],
        ['adapter.onnx', () => adapterFile(lying, manifest)],
        ['adapter.onnx', () => openVersionAdapter(lying, manifest)],
        ['adapter.safetensors', () => readTrained(lying, manifest)],
        ['pieces.safetensors', () => readPieces(lying, manifest)],
      ];
      for (const [what, reading] of readings)
        expect(await errorOf(reading), what).toMatchObject({
          code: 'ADAPTER_INVALID',
          message: expect.stringContaining('SHA-256 differs'),
        });
    });

    it.each([versionFiles.onnx, versionFiles.head, versionFiles.state])('without %s is refused', async (file) => {
      const { manifest } = await publishTrained(versions);
      const files = { ...manifest.files, [file]: sha256Of('another file') };
      const wrong = { ...manifest, files };
      const reading = file === versionFiles.onnx ? adapterFile(versions, wrong) : readTrained(versions, wrong);
      expect((await errorOf(reading)).code).toBe('ADAPTER_INVALID');
    });
  });
});

/** The place as a failing disk or a hostile hand would show it. */
function withOneBitChanged(versions: Versions): Versions {
  const changed = (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    copy[copy.length - 1]! ^= 1;
    return copy;
  };
  return new Proxy(versions, {
    get(target, key) {
      if (key === 'read')
        return async (...asked: Parameters<Versions['read']>) => {
          const bytes = await target.read(...asked);
          return bytes && changed(bytes);
        };
      if (key === 'localFile')
        return async (...asked: Parameters<Versions['localFile']>) => {
          const file = (await target.localFile(...asked))!;
          const copy = join(root, 'changed');
          writeFileSync(copy, changed(readFileSync(file)));
          return copy;
        };
      const value = target[key as keyof Versions] as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
