/**
 * The tokenizer of the original encoder, as a plain forward search written for this test from its description: a
 * lattice of all vocabulary pieces, best sum of scores at each character, walked back from the end. Shares nothing with
 * the tokenizer under test.
 *
 * Two habits of the original matter and are kept: an end that no piece reaches counts as score 0 and as one unknown
 * character, and a best score of exactly 0 counts as "nothing found yet".
 */
export type Vocabulary = readonly (readonly [piece: string, score: number | null])[];

const reservedPieces = 6;
const unknownId = 0;

export function originalTokenizer(vocabulary: Vocabulary): (text: string) => number[] {
  const pieces = new Map<string, { id: number; score: number }>();
  let longest = 1;
  for (const [id, [piece, score]] of vocabulary.entries()) {
    if (id < reservedPieces) continue;
    // null + number is number in the original's arithmetic.
    pieces.set(piece, { id, score: score ?? 0 });
    longest = Math.max(longest, [...piece].length);
  }
  return (text) => {
    const characters = charactersOf(text);
    const best = new Array<number>(characters.length + 1).fill(0);
    const chosen = Array.from({ length: characters.length + 1 }, () => ({ id: unknownId, length: 1 }));
    for (let end = 1; end <= characters.length; end++) {
      for (let start = Math.max(0, end - longest); start < end; start++) {
        const piece = pieces.get(characters.slice(start, end).join(''));
        if (!piece) continue;
        const score = piece.score + best[start]!;
        if (best[end] === 0 || score >= best[end]!) {
          best[end] = score;
          chosen[end] = { id: piece.id, length: end - start };
        }
      }
    }
    return withoutRepeatedUnknowns(walkBack(chosen));
  };
}

function charactersOf(text: string): string[] {
  const normalised = text.normalize('NFKC');
  return normalised === '' ? [] : [...`\u2581${normalised.replaceAll(' ', '\u2581')}`];
}

function walkBack(chosen: readonly { id: number; length: number }[]): number[] {
  const ids: number[] = [];
  for (let end = chosen.length - 1; end > 0; end -= chosen[end]!.length) ids.unshift(chosen[end]!.id);
  return ids;
}

function withoutRepeatedUnknowns(ids: readonly number[]): number[] {
  return ids.filter((id, index) => !(id === unknownId && ids[index - 1] === unknownId));
}
