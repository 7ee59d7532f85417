import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codesByKind } from '#espalier/core/error-kinds.js';
import {
  catalogue,
  describePlace,
  type ErrorCode,
  EspalierError,
  messageOf,
  systemCodeOf,
} from '#espalier/core/errors.js';

describe('the catalogue', () => {
  it('is what docs/errors.md says, code by code', () => {
    const kindOf = (code: string) => new EspalierError(code as ErrorCode, '').kind;
    const rows = Object.entries(catalogue).map(
      ([code, [meaning, remedy]]) => `| \`${code}\` | ${kindOf(code)} | ${meaning} | ${remedy} |`,
    );
    const table = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => /^\| (`|code)/.test(line));
    expect(table).toEqual(['| code | kind | what it means | what to do |', ...rows]);
  });

  it('gives every error just one kind, and docs/errors.md says what each means', () => {
    expect(Object.values(codesByKind).flat().sort()).toEqual(Object.keys(catalogue).sort());
    const documented = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8').matchAll(
      /^\| ([a-z]+) \| .* \| \d{3} \|$/gm,
    );
    expect([...documented].map(([, kind]) => kind)).toEqual(Object.keys(codesByKind));
  });

  it('says everything in whole sentences', () => {
    for (const [code, [meaning, remedy]] of Object.entries(catalogue)) {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(meaning).toMatch(/^\S.*\.$/);
      expect(remedy).toMatch(/^[A-Z].*\.$/);
      expect(`${meaning}${remedy}`).not.toContain('|');
    }
  });
});

describe('EspalierError', () => {
  it('advises what the catalogue does when its thrower knows nothing better', () => {
    const error = new EspalierError('DISK_FULL', 'no space left');
    expect(error.hint).toBe(catalogue.DISK_FULL[1]);
    expect(error).toMatchObject({ name: 'EspalierError', code: 'DISK_FULL', message: 'no space left', at: undefined });
    expect('cause' in error).toBe(false);
  });

  it('keeps place, hint and cause', () => {
    const cause = new Error('below');
    const error = new EspalierError('USAGE', 'what', { at: { file: 'a', line: 2 }, hint: 'Do this.', cause });
    expect(error).toMatchObject({ at: { file: 'a', line: 2 }, hint: 'Do this.', cause });
  });
});

describe('describePlace', () => {
  it.each([
    [undefined, ''],
    [{}, ''],
    [{ file: 'a.jsonl' }, 'a.jsonl'],
    [{ file: 'a.jsonl', line: 3 }, 'a.jsonl, line 3'],
    [{ file: 'a.jsonl', line: 3, field: 'label' }, 'a.jsonl, line 3, field label'],
    [{ field: 'gate' }, 'field gate'],
  ])('%j -> %j', (place, words) => {
    expect(describePlace(place)).toBe(words);
  });
});

describe('what anything that was thrown says', () => {
  it('messageOf', () => {
    expect(messageOf(new Error('words'))).toBe('words');
    expect(messageOf('words')).toBe('words');
    expect(messageOf(undefined)).toBe('undefined');
  });

  it('systemCodeOf', () => {
    expect(systemCodeOf(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toBe('ENOSPC');
    expect(systemCodeOf(Object.assign(new Error('x'), { code: 5 }))).toBeUndefined();
    expect(systemCodeOf(null)).toBeUndefined();
  });
});
