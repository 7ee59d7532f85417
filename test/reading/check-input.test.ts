import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkInput } from '#espalier/reading/check-input.js';
import { errorOf } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const path = join(folder, 'input');
/** How much Node reads from a file at once. */
const chunkSize = 64 * 1024;

function check(content: string | Buffer) {
  writeFileSync(path, content);
  return checkInput({ path, name: 'rows.jsonl', format: 'jsonl' });
}

describe('checkInput', () => {
  it('gives the size of a file that is text', async () => {
    expect(await check('{"text":"Grüße"}\n')).toEqual({ bytes: 19 });
  });

  it('passes a byte order mark, and characters that lie across the chunks it reads', async () => {
    const content = Buffer.from(`\ufeff${'a'.repeat(chunkSize - 4)}👋👋${'é'.repeat(chunkSize)}`);
    expect(await check(content)).toEqual({ bytes: content.length });
  });
});

describe('INPUT_EMPTY', () => {
  it.each([
    ['no bytes', ''],
    ['only white space', ' \n\r\n\t\n'],
    ['only a byte order mark', '\ufeff'],
    ['more white space than is read at once', ' \n'.repeat(chunkSize)],
  ])('%s', async (_what, content) => {
    const error = await errorOf(check(content));
    expect(error.code).toBe('INPUT_EMPTY');
    expect(error.at).toEqual({ file: 'rows.jsonl' });
  });
});

describe('INPUT_BINARY', () => {
  it.each([
    ['a zero byte', Buffer.from('abc\0def')],
    ['UTF-16', Buffer.from('{"text":"a"}', 'utf16le')],
    ['a zero byte far into the file', Buffer.concat([Buffer.alloc(3 * chunkSize, 'a\n'), Buffer.of(0)])],
  ])('%s', async (_what, content) => {
    expect((await errorOf(check(content))).code).toBe('INPUT_BINARY');
  });
});

describe('INPUT_ENCODING names the line', () => {
  const latin1 = Buffer.from([0xe9]); // é in Latin-1
  const lines = (count: number, start = '') => Buffer.from(start + 'a line of text\n'.repeat(count));

  it.each([
    ['in the first line', Buffer.concat([Buffer.from('caf'), latin1, Buffer.from('\n')]), 1],
    ['in a later line', Buffer.concat([lines(41), Buffer.from('caf'), latin1, Buffer.from(' noir\n'), lines(9)]), 42],
    ['far into the file', Buffer.concat([lines(20_000), latin1, Buffer.from('\n'), lines(9)]), 20_001],
    ['in an unfinished character at the very end', Buffer.concat([lines(3), Buffer.from([0xf0, 0x9f])]), 4],
    ['in a character that a line feed cuts off', Buffer.concat([lines(3), Buffer.from([0xc3, 0x0a]), lines(5)]), 4],
  ])('%s', async (_where, content, line) => {
    const error = await errorOf(check(content));
    expect(error.code).toBe('INPUT_ENCODING');
    expect(error.at).toEqual({ file: 'rows.jsonl', line });
  });

  it.each([
    ['1 of 2', 'é', 1],
    ['1 of 4', '👋', 1],
    ['2 of 4', '👋', 2],
    ['3 of 4', '👋', 3],
  ])(
    'when a good character lies across two chunks (%s bytes in the first) before the bad one',
    async (_what, character, bytesBefore) => {
      const filling = Buffer.alloc(chunkSize - bytesBefore, 'aaaaaaa\n');
      const content = Buffer.concat([filling, Buffer.from(`${character}\n`), lines(10), latin1, Buffer.from('\n')]);
      const line = content.subarray(0, content.length - 2).filter((byte) => byte === 10).length + 1;
      expect((await errorOf(check(content))).at).toEqual({ file: 'rows.jsonl', line });
    },
  );

  it.each([[0xc3], [0xf0, 0x9f], [0xf0, 0x9f, 0x91]])(
    'when the bad character itself begins at the end of a chunk (%#)',
    async (...start) => {
      const filling = Buffer.alloc(chunkSize - start.length, 'aaaaaaa\n');
      const content = Buffer.concat([filling, Buffer.from(start), Buffer.from('\n'), lines(10)]);
      const line = filling.filter((byte) => byte === 10).length + 1;
      expect((await errorOf(check(content))).at).toEqual({ file: 'rows.jsonl', line });
    },
  );
});

describe('a path that cannot be read', () => {
  it('FILE_NOT_FOUND', async () => {
    const missing = join(folder, 'none');
    const error = await errorOf(checkInput({ path: missing, name: 'none', format: 'csv' }));
    expect(error).toMatchObject({ code: 'FILE_NOT_FOUND', at: { file: missing } });
  });

  it('FILE_UNREADABLE for a folder', async () => {
    expect((await errorOf(checkInput({ path: folder, name: 'folder', format: 'csv' }))).code).toBe('FILE_UNREADABLE');
  });
});
