import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isGone, markInWords, ownMark, parseMark } from '#espalier/core/process-mark.js';

const tellsStarts = existsSync('/proc/self/stat');

describe('the mark of a process', () => {
  it('is read back from its words, and anything else is no mark', () => {
    const mark = ownMark();
    expect(parseMark(markInWords(mark))).toEqual(mark);
    for (const words of ['', '4711', '4711-12', '4711-12-xyz', 'a-12-0a1b2c3d4e5f', `${markInWords(mark)}.part`])
      expect(parseMark(words)).toBeUndefined();
  });

  it('of a process that runs is not gone, of one that has ended it is', async () => {
    expect(isGone(ownMark())).toBe(false);
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'close');
    expect(isGone({ ...ownMark(), pid: child.pid!, started: '-' })).toBe(true);
  });

  it.skipIf(!tellsStarts)('is gone where another process has its number by now', () => {
    const mark = ownMark();
    expect(isGone({ ...mark, started: String(Number(mark.started) - 1) })).toBe(true);
  });

  it('of another place tells nothing, whatever its number is', () => {
    expect(isGone({ pid: 2 ** 22 + 1, started: '1', place: '0'.repeat(12) })).toBe(false);
  });
});
