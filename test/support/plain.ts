/** What everything that is printed where there is no terminal must keep to. */
import { expect } from 'vitest';

/** Control characters but line feeds: escape sequences begin with one of them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;

export function expectNoControls(printed: string): void {
  expect(JSON.stringify(controls.exec(printed)?.[0] ?? 'none')).toBe('"none"');
}

/** A report: no escape sequences, and no line that an 80-column terminal would break. */
export function expectReport(printed: string): void {
  expectNoControls(printed);
  const tooLong = printed.split('\n').filter((line) => [...line].length > 80);
  expect(tooLong).toEqual([]);
}
