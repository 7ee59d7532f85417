/**
 * Makes evals/perturbed-lines: a seeded draw of lines that stand in the suites written by hand, each with a perturbed
 * twin: npx tsx bench/build-perturbed-suite.ts
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mulberry32, type Random, shuffle, suitesFolder, writeCases } from './wordnet.js';

const sources = ['sentiment-lines', 'topic-lines', 'question-type', 'moderation-lines', 'urgency-lines'];
const perGroup = 60;

type Perturbation = (line: string, random: Random) => string;

const openings = [
  'ok so listen,',
  'right, well,',
  'um, I mean,',
  'hey, so basically,',
  'honestly, like,',
  'er, you know,',
];
const closings = [
  'if you see what I mean',
  'or whatever, I guess',
  'and so on and so forth',
  'anyway, that is that',
  'just saying, you know',
  'sort of, more or less',
];
const preambles = [
  'I am writing this on my phone while I wait for the kettle, so please forgive me if it comes out in a strange order.',
  'My cousin told me to note things down as they come to mind, which is what I am doing now on the back of an envelope.',
  'It is a quiet afternoon here, the cat is asleep on the printer, and I have finally found a moment to sit down at my desk.',
  'Before anything else, greetings from the whole family, and thank you for the postcard that came on Wednesday.',
];

const pick = <T>(from: readonly T[], random: Random): T => from[Math.floor(random() * from.length)]!;

/** One slip in every long word but a third of them: two letters swapped, one lost, or one struck twice. */
const typo: Perturbation = (line, random) =>
  line.replace(/[A-Za-z]{4,}/g, (word) => {
    if (random() < 1 / 3) return word;
    const at = 1 + Math.floor(random() * (word.length - 2));
    const [before, letter, next, after] = [word.slice(0, at), word[at]!, word[at + 1]!, word.slice(at + 2)];
    return pick(
      [`${before}${next}${letter}${after}`, `${before}${next}${after}`, `${before}${letter}${letter}${next}${after}`],
      random,
    );
  });

/** Capitals by chance, as from a broken shift key. */
const letterCase: Perturbation = (line, random) => {
  const changed = line.replace(/[A-Za-z]/g, (letter) => (random() < 0.5 ? letter.toUpperCase() : letter.toLowerCase()));
  return changed === line ? line.toUpperCase() : changed;
};

/** None of its own; others between the words. */
const punctuation: Perturbation = (line, random) =>
  line
    .replace(/[^\w\s']/g, '')
    .split(/\s+/)
    .map((word) => word + pick(['', ',', ' -', '...', '!', ' /'], random))
    .join(' ')
    .concat(pick(['!!!', ' ???', ' ...', ' ;'], random));

const filler: Perturbation = (line, random) => `${pick(openings, random)} ${line} ${pick(closings, random)}`;

/** Much talk before it comes to the point. */
const preamble: Perturbation = (line, random) => `${pick(preambles, random)} ${line}`;

/** Every third word is lost. */
const gaps: Perturbation = (line, random) => {
  const words = line.split(/\s+/);
  const lost = Math.floor(random() * 3);
  return words.filter((_, index) => index % 3 !== lost).join(' ');
};

const perturbations: Readonly<Record<string, Perturbation>> = {
  typo,
  case: letterCase,
  punctuation,
  filler,
  length: preamble,
  gaps,
};

const random = mulberry32(1511);
const lines = sources.flatMap((suite) =>
  readFileSync(join(suitesFolder, suite, 'cases.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const { id, text } = JSON.parse(line) as { id: string; text: string };
      return { id: `${suite}-${id}`, text };
    }),
);
const drawn = shuffle(
  lines.filter(({ text }) => text.split(/\s+/).length >= 5),
  random,
);
/** Drawn anew where chance left the line as it was. */
function perturbed(line: string, perturb: Perturbation): string {
  for (;;) {
    const changed = perturb(line, random);
    if (changed !== line) return changed;
  }
}

const cases = Object.entries(perturbations).flatMap(([group, perturb], number) =>
  drawn
    .slice(number * perGroup, (number + 1) * perGroup)
    .map(({ id, text }) => ({ id, text, perturbed: perturbed(text, perturb), group })),
);
writeCases('perturbed-lines', cases);
