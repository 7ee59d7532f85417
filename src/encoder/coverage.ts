/** Measures how much of its texts an encoder can read, so that the user sees input that is lost inside the encoder. */
import { setImmediate as letEventsThrough } from 'node:timers/promises';
import type { Tokeniser } from './tokeniser.js';

/** Number of texts that an encoder could not read whole, among the texts examined. */
export interface Coverage {
  readonly texts: number;
  /** Total number of texts, if only some were examined; absent when all were. */
  readonly among?: number;
  /** Number of texts longer than the encoder reads. */
  readonly cut: number;
  /** Number of texts without any token that the encoder knows. */
  readonly unknown: number;
}

/** A share measured on this many texts has a standard error of at most 1.1 points. */
export const mostTexts = 2000;
/** Long texts are tokenised at a million characters per second or more. */
const mostCharacters = 1_000_000;
const textsPerTurn = 128;

/** Examines the first texts, up to 2,000 of them or a million characters, in less than a second. */
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

/** Describes the texts that were not read whole; empty when every text was. */
export function describeCoverage(coverage: Coverage | undefined): string[] {
  return losses(coverage).map(({ what }) => what);
}

/** The same as sentences, each with its consequence. */
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
