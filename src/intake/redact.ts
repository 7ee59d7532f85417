/**
 * Takes personal data and secrets out of texts: what is found is replaced by `<email>`, `<phone>` and so on. Patterns
 * with check digits, so that order numbers and names stay.
 */
import { cleanText } from '../core/text.js';
import { findCards, findEmails, findKeys, type Span } from './personal-data.js';

export const redactedKinds = ['email', 'phone', 'card', 'iban', 'key'] as const;
export type RedactedKind = (typeof redactedKinds)[number];

type Find = (text: string) => readonly Span[];

export interface RedactSettings {
  readonly redact?: readonly RedactedKind[] | undefined;
  /** Countries (ISO 3166) whose phone numbers are found without their international prefix. */
  readonly phoneCountries?: readonly string[] | undefined;
}

/** In this order: a card number may contain what looks like a phone number. */
const finders: readonly [kind: RedactedKind, open: (countries: readonly string[]) => Promise<Find>][] = [
  ['key', async () => findKeys],
  ['email', async () => findEmails],
  ['iban', async () => (await import('./ibans.js')).findIbans],
  ['card', async () => findCards],
  ['phone', async (countries) => (await import('./phones.js')).phoneFinder(countries)],
];

export class Redactor {
  readonly #finders: readonly (readonly [RedactedKind, Find])[];
  /** Kind -> how many were replaced. */
  readonly counts = new Map<RedactedKind, number>();

  constructor(finders: readonly (readonly [RedactedKind, Find])[]) {
    this.#finders = finders;
  }

  /** The text itself where nothing is found in it, also not between its invisible characters. */
  text(written: string): string {
    const clean = cleanText(written);
    let text = clean;
    for (const [kind, find] of this.#finders) text = this.#replace(text, kind, find(text));
    return text === clean ? written : text;
  }

  /** With every text and number in it redacted. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') {
      const text = this.text(String(value));
      return text === String(value) ? value : text;
    }
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.value(item)]));
  }

  #replace(text: string, kind: RedactedKind, spans: readonly Span[]): string {
    if (spans.length === 0) return text;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + spans.length);
    let redacted = '';
    let after = 0;
    for (const { start, end } of spans) {
      redacted += `${text.slice(after, start)}<${kind}>`;
      after = end;
    }
    return redacted + text.slice(after);
  }
}

/** Undefined where nothing is to be redacted. Loads what the declared kinds need, and nothing else. */
export async function openRedactor({
  redact = [],
  phoneCountries = [],
}: RedactSettings): Promise<Redactor | undefined> {
  if (redact.length === 0) return undefined;
  const declared = finders.filter(([kind]) => redact.includes(kind));
  return new Redactor(
    await Promise.all(declared.map(async ([kind, open]) => [kind, await open(phoneCountries)] as const)),
  );
}
