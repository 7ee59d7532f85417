/** How much of its texts an encoder can read: input that is lost inside the encoder must be seen. */
import { setImmediate as letEventsThrough } from 'node:timers/promises';
import type { Tokeniser } from './tokeniser.js';

/** How many texts an encoder could not read whole, among those that were looked at. */
export interface Coverage {
  readonly texts: number;
  /** How many there were, of which the texts that were looked at are a part; absent: all were looked at. */
  readonly among?: number;
  /** Longer than the encoder reads. */
  readonly cut: number;
  /** Without a token that it knows. */
  readonly unknown: number;
}

/** A share of so many texts has a standard error of at most 1.1 points. */
export const mostTexts = 2000;
/** Long texts are tokenised at a million characters a second or more. */
const mostCharacters = 1_000_000;
const textsPerTurn = 128;

/** Looks at the texts from the first on, up to 2,000 of them or a million characters: less than a second. */
export async function coverTexts(
  { readingOf }: Pick<Tokeniser, 'readingOf'>,
  texts: readonly string[],
  among = texts.length,
): Promise<Coverage> {
  let [looked, characters, cut, unknown] = [0, 0, 0, 0];
  for (const text of texts) {
    if (looked === mostTexts || characters >= mostCharacters) break;
    if (looked % textsPerTurn === textsPerTurn - 1) await letEventsThrough();
    const { isCut, knowsAny } = readingOf(text);
    looked++;
    characters += text.length;
    if (isCut) cut++;
    if (!knowsAny) unknown++;
  }
  return { texts: looked, ...(among > looked && { among }), cut, unknown };
}

/** What was not read whole; nothing where every text was. */
export function describeCoverage(coverage: Coverage | undefined): string[] {
  return losses(coverage).map(({ what }) => what);
}

/** The same as sentences, with what follows from it. */
export function noteCoverage(coverage: Coverage | undefined): string[] {
  return losses(coverage).map(({ what, consequence }) => `${what}; ${consequence}.`);
}

function losses({ texts, among, cut, unknown }: Coverage = { texts: 0, cut: 0, unknown: 0 }) {
  const looked = among === undefined ? `${texts} texts` : `${texts} texts looked at, of ${among},`;
  const share = (count: number) => `${count} of ${looked} (${((100 * count) / texts).toFixed(1)} %)`;
  return [
    {
      count: cut,
      what: `${share(cut)} are longer than the encoder reads`,
      consequence: 'their ends were cut off, and what stands there cannot be learned',
    },
    {
      count: unknown,
      what: `${share(unknown)} have no token that the encoder knows`,
      consequence: 'nothing of their meaning can be learned',
    },
  ].filter(({ count }) => count > 0);
}
