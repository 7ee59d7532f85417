/**
 * Probably wrong labels among the examples that the champion has learned, by doubts.ts: the champion is asked what it
 * would answer had it not learned an example, and the nearest other examples what their labels are. In a multi-label
 * task each label of an example is a question of its own, with the answers no and yes, and the most doubtful one is told.
 */
import { readLabelSet, writeLabelSet } from '../core/label-sets.js';
import type { Progress } from '../core/progress.js';
import type { StandingExample } from '../store/standings.js';
import { type Answered, type Doubt, doubtsByBoth, doubtsByNeighbours, type Probabilities } from './doubts.js';
import { type ExaminedTask, presentAnswer, readExamined } from './examined-labels.js';
import type { InspectedChampion } from './inspected.js';
import { leftOutAnswers } from './left-out-answers.js';
import { findNeighbourhoods, type Neighbourhoods } from './near-labels.js';

export interface Suspect {
  readonly id: number;
  readonly task: string;
  readonly text: string;
  readonly domain: string;
  readonly source: string;
  /** The given label; of a multi-label task the set, as a JSON array. */
  readonly label: string;
  /** The label that it may be instead; of a multi-label task the set with one label more or less. */
  readonly proposed: string;
  /** The label of the set that is in doubt; null in a single-label task. */
  readonly about: string | null;
  /** Probabilities of the given and of the proposed answer by a head that never learned the example; null without one. */
  readonly labelProbability: number | null;
  readonly proposedProbability: number | null;
  /** Share of the nearest other examples that bear another answer; null if there are none. */
  readonly disagreement: number | null;
  /** Whether the proposed label reaches the threshold of confident learning. */
  readonly isConfident: boolean;
  /** The larger, the more doubtful. It compares suspects of one task. */
  readonly score: number;
}

export interface SuspectsOfTask {
  readonly task: string;
  /** Number of examples that were examined, and of those that neighbours were sought among. */
  readonly examined: number;
  readonly references: number;
  /** Examined examples that were relabelled or quarantined since the champion learned them; they are not told. */
  readonly revised: number;
  /** Number of wrong labels that confident learning estimates among the examined; null without left-out probabilities. */
  readonly estimate: number | null;
  /** Why only neighbours were asked; null if the champion was asked, too. */
  readonly neighboursAlone: string | null;
  /** The most doubtful first. */
  readonly suspects: readonly Suspect[];
}

export interface SuspectSearch {
  readonly task: string;
  /** Examines only these; neighbours are sought among all learned ones. */
  readonly ids?: ReadonlySet<number> | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** @throws INTERRUPTED */
export async function findSuspects(champion: InspectedChampion, search: SuspectSearch): Promise<SuspectsOfTask> {
  const { progress, signal } = search;
  const task = await readExamined(champion, search.task);
  // Sorted by text, so that most near-duplicates are left out together.
  const examples = task.examples
    .filter(({ id }) => search.ids?.has(id) ?? true)
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.arrival - b.arrival));
  const source = { store: champion.store, encoder: champion.encoder, signal, progress };
  progress.begin(`neighbours of ${search.task}`);
  const hoods = await findNeighbourhoods(source, task.examples, examples);
  progress.end(`among ${hoods.references.length} examples`);
  progress.begin(`labels of ${search.task}`);
  const answers = await leftOutAnswers(champion, task, examples, { signal, progress });
  progress.end(`${examples.length} examples`);
  const probabilities = 'why' in answers ? undefined : answers.probabilities;
  const { doubts, estimate } = askEach({ task, examples, hoods, probabilities });
  const suspects = doubts
    .filter(({ example }) => !task.revised.has(example.id))
    .map((doubt) => suspectOf(champion, task, doubt))
    .filter(({ label, proposed }) => label !== proposed)
    .sort((a, b) => b.score - a.score || a.id - b.id);
  return {
    ...{ task: task.name, examined: examples.length, references: hoods.references.length, estimate, suspects },
    revised: examples.filter(({ id }) => task.revised.has(id)).length,
    neighboursAlone: 'why' in answers ? answers.why : null,
  };
}

interface Examined {
  readonly task: ExaminedTask;
  readonly examples: readonly StandingExample[];
  readonly hoods: Neighbourhoods;
  /** [examples, labels] of a head that never learned the example; absent if there is none. */
  readonly probabilities: Float32Array | undefined;
}

interface LabelInDoubt extends Doubt {
  readonly example: StandingExample;
  /** Single-label: the proposed label; multi-label: the label that may be missing, or one too many. */
  readonly subject: string;
}

function askEach(examined: Examined): { doubts: LabelInDoubt[]; estimate: number | null } {
  const { task, examples } = examined;
  const strongest = new Map<number, LabelInDoubt>();
  let estimate: number | null = null;
  for (const question of questionsOf(task)) {
    const answered = answersTo(question, examined);
    const probabilities = question.probabilitiesIn(examined.probabilities);
    const found = probabilities ? doubtsByBoth(answered, probabilities) : doubtsByNeighbours(answered);
    if (found.estimate !== null) estimate = (estimate ?? 0) + found.estimate;
    for (const doubt of found.doubts) {
      const example = examples[doubt.row]!;
      const before = strongest.get(doubt.row);
      if (before === undefined || doubt.score > before.score)
        strongest.set(doubt.row, { ...doubt, example, subject: question.subjectOf(doubt.proposed) });
    }
  }
  return { doubts: [...strongest.values()], estimate };
}

interface Question {
  /** Number of the answer that a label, or a set, gives to it. */
  readonly answerOf: (label: string) => number;
  readonly subjectOf: (answer: number) => string;
  readonly probabilitiesIn: (all: Float32Array | undefined) => Probabilities | undefined;
}

/** Which label; or, of each label of a multi-label task, whether it is there: 1 for yes. */
function questionsOf({ isMultiLabel, labels }: ExaminedTask): Question[] {
  if (isMultiLabel) return labels.map((label, column) => questionAbout(label, { column, labels: labels.length }));
  const numbers = new Map(labels.map((label, number) => [label, number]));
  return [
    {
      answerOf: (label) => numbers.get(label)!,
      subjectOf: (answer) => labels[answer]!,
      probabilitiesIn: (all) => all && { probabilities: all, classes: labels.length },
    },
  ];
}

function questionAbout(
  label: string,
  { column, labels }: { readonly column: number; readonly labels: number },
): Question {
  return {
    answerOf: (set) => (readLabelSet(set).includes(label) ? 1 : 0),
    subjectOf: () => label,
    probabilitiesIn: (all) => all && { probabilities: noAndYes(all, labels, column), classes: 2 },
  };
}

/** One column of [n, labels] as [n, 2]. */
function noAndYes(probabilities: Float32Array, labels: number, column: number): Float32Array {
  const both = new Float32Array((probabilities.length / labels) * 2);
  for (let row = 0; row * 2 < both.length; row++) {
    const yes = probabilities[row * labels + column]!;
    both[row * 2] = 1 - yes;
    both[row * 2 + 1] = yes;
  }
  return both;
}

function answersTo({ answerOf }: Question, { examples, hoods }: Examined): Answered {
  const answers = hoods.references.map(({ label }) => answerOf(label));
  const near = examples.map(({ id }) => {
    const neighbours = hoods.neighbours.get(id) ?? [];
    return {
      answers: neighbours.map(({ reference }) => answers[reference]!),
      cosines: neighbours.map(({ cosine }) => cosine),
    };
  });
  return { given: Int32Array.from(examples, ({ label }) => answerOf(label)), near };
}

function suspectOf(champion: InspectedChampion, task: ExaminedTask, doubt: LabelInDoubt): Suspect {
  const { example, subject, row: _, proposed: __, ...found } = doubt;
  const { id, text, domain, source } = example;
  const { isMultiLabel } = task;
  const changed = isMultiLabel ? writeLabelSet(toggled(readLabelSet(example.label), subject)) : subject;
  return {
    ...{ id, task: task.name, text, domain, source },
    label: presentAnswer(champion, task, example.label),
    proposed: presentAnswer(champion, task, changed),
    about: isMultiLabel ? presentAnswer(champion, { ...task, isMultiLabel: false }, subject) : null,
    ...found,
  };
}

const toggled = (labels: readonly string[], label: string) =>
  labels.includes(label) ? labels.filter((own) => own !== label) : [...labels, label];
