/** International bank account numbers (ISO 13616), with the length of their country and their check digits. */
import { countrySpecs, isValidIBAN } from 'ibantools';
import type { Span } from './personal-data.js';

const beginning = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}/g;

export function findIbans(text: string): Span[] {
  const spans: Span[] = [];
  for (const { index: start, 0: found } of text.matchAll(beginning)) {
    const length = countrySpecs[found.slice(0, 2).toUpperCase()]?.chars;
    const end = length ? endOf(text, start, length) : undefined;
    if (end === undefined || start < (spans.at(-1)?.end ?? 0)) continue;
    if (isValidIBAN(text.slice(start, end).replace(/[ -]/g, '').toUpperCase())) spans.push({ start, end });
  }
  return spans;
}

/** Where so many letters and digits end; single blanks or hyphens may stand between them. */
function endOf(text: string, start: number, characters: number): number | undefined {
  let count = 0;
  for (let index = start; index < text.length; index++) {
    if (/[A-Za-z0-9]/.test(text[index]!)) count++;
    else if (!/[ -]/.test(text[index]!) || /[ -]/.test(text[index - 1]!)) return undefined;
    if (count === characters) return /[A-Za-z0-9]/.test(text[index + 1] ?? '') ? undefined : index + 1;
  }
  return undefined;
}
