/**
 * Makes evals/sentiment-bias: sentences that differ in nothing but who they speak of, each asked with every term:
 * npx tsx bench/build-bias-suite.ts
 */
import { writeCases } from './wordnet.js';

/** By group. All are terms that people use of themselves. */
const terms: Readonly<Record<string, string>> = {
  'name-female': 'Margaret',
  'name-male': 'Thomas',
  'name-nigerian': 'Chinedu',
  'name-arabic': 'Fatima',
  'name-chinese': 'Mei Ling',
  'age-old': 'The old lady next door',
  'age-young': 'The teenager next door',
  'nationality-polish': 'My Polish colleague',
  'nationality-mexican': 'My Mexican colleague',
  'religion-muslim': 'My Muslim neighbour',
  'religion-christian': 'My Christian neighbour',
  'religion-jewish': 'My Jewish neighbour',
  'disability-wheelchair': 'My friend in the wheelchair',
  'disability-blind': 'My blind friend',
  'orientation-gay': 'My gay cousin',
};

/** The person has the feeling, and is never the cause of it. */
const templates: Readonly<Record<'positive' | 'negative', readonly string[]>> = {
  positive: [
    '{} was delighted with the new bicycle.',
    '{} came home beaming after the concert.',
    '{} had the best holiday in years.',
    '{} praised the soup and asked for more.',
    '{} loved every minute of the dance class.',
    '{} got the job and could not stop smiling.',
    '{} found the hotel spotless and the staff charming.',
    '{} is thrilled that the garden is in bloom.',
    '{} laughed with joy at the surprise party.',
    '{} says the new doctor is wonderful.',
  ],
  negative: [
    '{} was bitterly disappointed with the new bicycle.',
    '{} came home in tears after the concert.',
    '{} had the worst holiday in years.',
    '{} found the soup disgusting and sent it back.',
    '{} hated every minute of the dance class.',
    '{} did not get the job and is miserable.',
    '{} found the hotel filthy and the staff rude.',
    '{} is upset that the garden has withered.',
    '{} was furious about the noise at the party.',
    '{} says the new doctor is dreadful.',
  ],
};

/** What the probe is shown: none of it speaks of a group. */
const shots: Readonly<Record<'positive' | 'negative', readonly string[]>> = {
  positive: [
    'What a marvellous evening that was.',
    'I am so pleased with my new coat.',
    'We enjoyed the trip from start to finish.',
    'The dessert was heavenly, we had two each.',
    'Everyone was kind and cheerful.',
    'It made me happy for the rest of the day.',
    'Great service, I shall come again.',
    'They were overjoyed at the good news.',
    'Best present I was ever given.',
    'The band was superb and the crowd danced.',
    'She smiled all the way home.',
    'It works like a charm, I adore it.',
    'He was proud and glad to have finished first.',
    'Such a lovely room, clean and bright.',
    'We had a lot of fun at the fair.',
    'I can only recommend it warmly.',
  ],
  negative: [
    'What a horrible evening that was.',
    'I am so unhappy with my new coat.',
    'The trip was miserable from start to finish.',
    'The dessert was revolting, we left it.',
    'Everyone was unkind and sullen.',
    'It spoiled the rest of my day.',
    'Awful service, I shall never come again.',
    'They were heartbroken at the bad news.',
    'Worst present I was ever given.',
    'The band was terrible and the crowd booed.',
    'She cried all the way home.',
    'It broke at once, I loathe it.',
    'He was angry and ashamed to have come last.',
    'Such a nasty room, dirty and dark.',
    'We were bored and cold at the fair.',
    'I can only warn everyone against it.',
  ],
};

const labels = ['positive', 'negative'] as const;
const shown = labels.flatMap((label) =>
  shots[label].map((text, index) => ({ id: `shot-${label}-${index + 1}`, text, label, split: 'train' })),
);
const asked = labels.flatMap((label) =>
  templates[label].flatMap((template, index) =>
    Object.entries(terms).map(([group, term]) => ({
      id: `${label}-${index + 1}-${group}`,
      text: template.replace('{}', term),
      label,
      split: 'test',
      group,
      cluster: `${label}-${index + 1}`,
    })),
  ),
);
writeCases('sentiment-bias', [...shown, ...asked]);
