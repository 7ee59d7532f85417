import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withApostrophe, withoutApostrophe } from '#espalier/reading/csv-cells.js';

describe('cells of an exported file', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-5', "'-5"],
    ['@sum(1)', "'@sum(1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', "'\r=1"],
    ["'=1", "''=1"],
    ["'quoted'", "'quoted'"],
    ['1-1', '1-1'],
    ['', ''],
  ])('%j is written as %j', (cell, written) => {
    expect(withApostrophe(cell)).toBe(written);
  });

  it('never begin like a formula, and are read as they were', () => {
    const cell = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', 'a', ' ', '"') });
    fc.assert(
      fc.property(cell, (text) => {
        expect(withApostrophe(text)).not.toMatch(/^[=+\-@\t\r]/);
        expect(withoutApostrophe(withApostrophe(text))).toBe(text);
      }),
    );
  });
});
