/** A user is told at once, and again by an update, how many texts the encoder cannot read whole. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, billing, copyOf, writeDesk } from '../support/desk.js';
import { jsonLines } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const { label } = billing[0]!;
const long = billing
  .slice(0, 3)
  .map(({ text }) => ({ text: `${text} ${'and so on and so forth '.repeat(60)}`, label }));
const strange = [{ text: '\u8acb\u9000\u6b3e\u7d66\u6211', label }];
const input = jsonLines([...billing, ...long, ...strange]);
const words = ['ingest', '-', '--adapter', 'desk', '--domain', 'billing', '--format', 'jsonl', ...at(9)];

interface Told {
  readonly accepted: number;
  readonly coverage: unknown;
}

let desk: string;
beforeAll(async () => {
  desk = writeDesk();
  // Encodes something, so that the embedded encoder is converted.
  await succeed(desk, ['embed', 'desk', 'where is my parcel']);
});

describe('ingest', () => {
  it('says how many texts are cut, and of how many no token is known', async () => {
    const all = billing.length + 4;
    const told = await succeed(copyOf(desk), words, { input });
    expect(told).toContain(
      `warning: 3 of ${all} texts (${(300 / all).toFixed(1)} %) are longer than the encoder reads; their ends were cut off`,
    );
    expect(told).toContain(
      `warning: 1 of ${all} texts (${(100 / all).toFixed(1)} %) have no token that the encoder knows`,
    );
    const { accepted, coverage } = await succeedJson<Told>(copyOf(desk), words, { input });
    expect([accepted, coverage]).toEqual([all, { texts: all, cut: 3, unknown: 1 }]);
  });

  it('says nothing where every text is read whole, or none is new', async () => {
    const folder = copyOf(desk);
    const told = await succeed(folder, words, { input: jsonLines(billing) });
    expect(told).not.toMatch(/encoder/);
    const { accepted, coverage } = await succeedJson<Told>(folder, words, { input: jsonLines(billing) });
    expect([accepted, coverage]).toEqual([0, null]);
  });

  it('neither converts nor fails where the encoder is not there yet, and says that it does not know', async () => {
    const cache = join(temporaryFolder(), 'cache');
    const environment = { ESPALIER_CACHE: cache };
    const told = await succeed(copyOf(desk), words, { input, environment });
    expect(told).toContain('how much of the texts the encoder can read is not known');
    expect(existsSync(join(cache, 'models'))).toBe(false);
    expect((await succeedJson<Told>(copyOf(desk), words, { input, environment })).coverage).toBeNull();
    // Without a home there is no place to look in.
    const { code } = await espalier(copyOf(desk), words, {
      input,
      bare: true,
      environment: { HOME: '', PATH: process.env.PATH! },
    });
    expect(code).toBe(0);
  });
});

it('update says so at the stage that encodes, and in the report', async () => {
  const folder = copyOf(desk);
  await succeed(folder, words, { input });
  const { code, stdout, stderr } = await espalier(folder, ['update', 'desk', ...at(10)]);
  expect(code).toBe(0);
  const all = billing.length + 4;
  expect(stderr).toMatch(
    new RegExp(`encode .*texts were new; 3 of ${all} texts .* are longer than the encoder reads; 1 of ${all} texts`),
  );
  expect(stdout).toContain(`3 of ${all} texts`);
});
