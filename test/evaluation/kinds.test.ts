/** What each kind asks, on vectors small enough to work out by hand. */
import { describe, expect, it } from 'vitest';
import { writeLabelSet } from '#espalier/core/label-sets.js';
import { sameTextHash } from '#espalier/core/text.js';
import type { Case } from '#espalier/evaluation/kind.js';
import { kindNamed, kinds } from '#espalier/evaluation/kinds.js';
import { metricNamed, metricValue } from '#espalier/evaluation/metrics.js';
import { askedCases, scoreSuite } from '#espalier/evaluation/score-suite.js';
import { type Suite, textsOf } from '#espalier/evaluation/suites.js';
import type { AdapterOutput } from '#espalier/versions/adapter-session.js';
import { suiteOf } from '../support/suite.js';

/** A direction in the plane, in degrees. */
const at = (degrees: number): AdapterOutput => ({
  answers: new Map(),
  probabilities: new Float32Array(0),
  adapted: Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)),
});
const score = (suite: Suite, ...degrees: number[]) => scoreSuite(suite, degrees.map(at), 'intent');
const scores = async (suite: Suite, ...degrees: number[]) => (await score(suite, ...degrees)).map((one) => one.score);
const metricOf = async (suite: Suite, ...degrees: number[]) => {
  const scored = await score(suite, ...degrees);
  return metricValue(
    metricNamed(suite.metric),
    scored.map((one) => one.score),
    scored.map(({ gold }) => gold),
  );
};

const shot = (id: string, label: string) => ({ id, text: `shot ${id}`, label, split: 'train' as const });
const asked = (id: string, label: string) => ({ id, text: `asked ${id}`, label, split: 'test' as const });

describe('every kind', () => {
  it('has a name of its own, and a metric that is known', () => {
    expect(new Set(kinds.map(({ name }) => name)).size).toBe(kinds.length);
    expect(kinds.map(({ metric }) => metricNamed(metric.name))).toEqual(kinds.map(({ metric }) => metric));
  });

  it('says what it knows of a case before anybody answers: what it is held against, and by what it can be told apart', () => {
    const item = {
      ...asked('a', 'glad'),
      group: 'letters',
      cluster: 'one author',
      text: 'nine words of text that nobody has read yet',
    };
    const [known] = askedCases(suiteOf('probe', [shot('s', 'glad'), shot('t', 'sad'), item]));
    expect(known).toEqual({
      caseId: 'a',
      gold: null,
      tags: { label: 'glad', group: 'letters', length: 'medium' },
      textHash: sameTextHash(item.text).slice(0, 16),
      cluster: 'one author',
    });
  });

  it.each([
    [1, 'short'],
    [8, 'short'],
    [9, 'medium'],
    [20, 'medium'],
    [21, 'long'],
  ])('a text of %i words is %s', (words, length) => {
    const text = Array<string>(words).fill('word').join('  ');
    expect(askedCases(suiteOf('classification', [{ id: '1', text, label: 'a' }]))[0]!.tags).toEqual({
      label: 'a',
      length,
    });
  });

  it('of two texts the longer one counts', () => {
    const long = Array<string>(30).fill('word').join(' ');
    expect(askedCases(suiteOf('sts', [{ id: '1', a: 'word', b: long, score: 1 }]))[0]!.tags).toEqual({
      length: 'long',
    });
  });
});

describe('a kind that scores case by case', () => {
  const letters = [...'abcdefg'];
  const casesOf: Readonly<Record<string, (id: string) => Case>> = {
    classification: (id: string) => ({ id, text: `text ${id}`, label: id < 'd' ? 'glad' : 'sad' }),
    'multi-label': (id: string) => ({ id, text: `text ${id}`, labels: id < 'd' ? ['glad'] : ['glad', 'sad'] }),
    contrast: (id: string) => ({ id, text: `text ${id}`, label: 'glad', other: `other ${id}`, otherLabel: 'sad' }),
    stability: (id: string) => ({ id, group: 'case', text: `text ${id}`, changed: `TEXT ${id}` }),
    scope: (id: string) => ({ id, text: `text ${id}`, scope: id < 'd' ? 'in' : 'out' }),
    sts: (id: string) => ({ id, a: `text ${id}`, b: `other ${id}`, score: id.charCodeAt(0) }),
    'pair-classification': (id: string) => ({
      id,
      a: `text ${id}`,
      b: `other ${id}`,
      label: id < 'd' ? 'same' : 'different',
    }),
  };
  const outputOf = (text: string): AdapterOutput => {
    const share = [...text].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) / 2000;
    const label = text.startsWith('text') && text.at(-1)! < 'e' ? 'glad' : 'sad';
    const answers = new Map([
      ['intent', { label, confidence: share }],
      ['tags', { label: writeLabelSet([label]), confidence: share }],
    ]);
    const adapted = Float32Array.of(Math.cos(share), Math.sin(share));
    return { probabilities: Float32Array.of(share, 1 - share), answers, adapted };
  };

  it('is one of these, and no other kind is', () => {
    const kindsByCase = kinds.filter(({ scoring }) => scoring === 'case by case').map(({ name }) => name);
    expect([...kindsByCase].sort()).toEqual(Object.keys(casesOf).sort());
  });

  it.each(Object.entries(casesOf))('%s gives in any slices what it gives at once', async (name, caseOf) => {
    const kind = kindNamed(name as Suite['kind']);
    const task = kind.asks === 'a set of labels' ? 'tags' : 'intent';
    const cases = letters.map(caseOf);
    const outputsOf = (some: readonly Case[]) => some.flatMap((item) => kind.texts(item)).map(outputOf);
    const whole = await kind.score(cases, outputsOf(cases), task);
    expect(new Set(whole.map(({ score, confidence }) => `${score} ${confidence}`)).size).toBeGreaterThan(1);
    for (const size of [1, 3]) {
      const starts = letters.map((_, index) => index).filter((index) => index % size === 0);
      const slices = starts.map((start) => cases.slice(start, start + size));
      const scored = await Promise.all(slices.map((slice) => kind.score(slice, outputsOf(slice), task)));
      expect(scored.flat()).toEqual(whole);
      expect(slices.flatMap((slice) => kind.asked(slice))).toEqual(kind.asked(cases));
    }
  });
});

describe('classification', () => {
  it('lets a case bring tags of its own', () => {
    const [known] = askedCases(
      suiteOf('classification', [{ id: '1', text: 'a', label: 'x', tags: { source: 'chat' } }]),
    );
    expect(known!.tags).toEqual({ source: 'chat', label: 'x', length: 'short' });
  });
});

describe('probe', () => {
  it('answers by what was shown, and says how sure it is', async () => {
    const suite = suiteOf('probe', [shot('s1', 'east'), shot('s2', 'north'), asked('a', 'east'), asked('b', 'east')]);
    const [right, wrong] = await score(suite, 0, 90, 10, 80);
    expect([right, wrong]).toMatchObject([
      { caseId: 'a', score: 1, answer: 'east' },
      { caseId: 'b', score: 0, answer: 'north' },
    ]);
    expect(right!.confidence).toBeGreaterThan(0.5);
    expect(right!.confidence).toBeCloseTo(wrong!.confidence!, 6);
  });
});

describe('knn', () => {
  const shots = [shot('1', 'b'), shot('2', 'b'), shot('3', 'a'), shot('4', 'a'), shot('5', 'c'), shot('6', 'c')];
  const suite = suiteOf('knn', [...shots, asked('x', 'a')]);
  const answer = async (...degrees: number[]) => (await score(suite, ...degrees))[0]!.answer;

  it('the five nearest vote', async () => {
    // The nearest of all is a b, and the other b is the sixth.
    expect(await answer(15, 195, 17, 21, 100, 105, 15)).toBe('a');
  });

  it('of as many votes the more similar win, and of those still equal the first by name', async () => {
    expect(await answer(10, -10, 4, -4, 30, 90, 0)).toBe('a');
    expect(await answer(4, -4, 10, -10, 30, 90, 0)).toBe('b');
    expect(await answer(5, 5, 5, 5, 30, 90, 0)).toBe('a');
  });
});

describe('sts', () => {
  it('holds the order of the cosines against the order of the grades', async () => {
    const suite = suiteOf('sts', [
      { id: '1', a: 'a', b: 'b', score: 5 },
      { id: '2', a: 'c', b: 'd', score: 1 },
      { id: '3', a: 'e', b: 'f', score: 0 },
    ]);
    expect(textsOf(suite)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    const scored = await score(suite, 0, 0, 0, 60, 0, 90);
    expect(scored.map((one) => [Math.round(one.score * 1e6) / 1e6, one.gold])).toEqual([
      [1, 5],
      [0.5, 1],
      [0, 0],
    ]);
    expect(await metricOf(suite, 0, 0, 0, 60, 0, 90)).toBe(1);
    expect(await metricOf(suite, 0, 90, 0, 60, 0, 0)).toBe(-1);
  });
});

describe('pair-classification', () => {
  it('ranks the pairs that mean the same above the others', async () => {
    const suite = suiteOf('pair-classification', [
      { id: '1', a: 'a', b: 'b', label: 'same' },
      { id: '2', a: 'c', b: 'd', label: 'different' },
      { id: '3', a: 'e', b: 'f', label: 'same' },
    ]);
    expect((await score(suite, 0, 10, 0, 50, 0, 20)).map(({ gold }) => gold)).toEqual([1, 0, 1]);
    expect(await metricOf(suite, 0, 10, 0, 50, 0, 20)).toBe(1);
    // The pair that differs comes second: precision 1 at half the recall, 2/3 at the other half.
    expect(await metricOf(suite, 0, 10, 0, 15, 0, 20)).toBeCloseTo(1 / 2 + 2 / 6, 12);
  });
});

describe('retrieval', () => {
  const document = (id: string) => ({ id, kind: 'document' as const, text: id });
  const suite = suiteOf('retrieval', [
    document('z'),
    document('y'),
    { id: 'q', kind: 'query', text: 'q', relevant: { y: 1 } },
    document('x'),
  ]);

  it('ranks documents by cosine to the query', async () => {
    expect(await score(suite, 80, 10, 0, 40)).toMatchObject([{ caseId: 'q', score: 1, answer: 'y', gold: null }]);
    expect(await scores(suite, 10, 80, 0, 40)).toEqual([1 / Math.log2(4)]);
  });

  it('of equal documents the first in the file comes first', async () => {
    expect(await score(suite, 30, 30, 0, 30)).toMatchObject([{ answer: 'z', score: 1 / Math.log2(3) }]);
  });
});

describe('clustering', () => {
  it('scores a case by its cluster, and holds it against its class', async () => {
    const cases = ['a', 'b', 'a', 'b', 'a', 'b'].map((label, index) => ({ id: `${index}`, text: `${index}`, label }));
    const suite = suiteOf('clustering', cases);
    expect(askedCases(suite).map(({ gold }) => gold)).toEqual([0, 1, 0, 1, 0, 1]);
    expect(await metricOf(suite, 0, 90, 5, 95, 2, 88)).toBeCloseTo(1, 12);
    expect(await metricOf(suite, 0, 0, 90, 90, 2, 88)).toBeLessThan(0.5);
  });
});

describe('out-of-scope', () => {
  it('scores a text by the largest cosine to what was shown', async () => {
    const suite = suiteOf('out-of-scope', [
      { id: 's1', text: 's1', scope: 'in', split: 'train' },
      { id: 's2', text: 's2', scope: 'in', split: 'train' },
      { id: 'i', text: 'i', scope: 'in', split: 'test' },
      { id: 'o', text: 'o', scope: 'out', split: 'test' },
    ]);
    expect((await scores(suite, 0, 90, 30, 180))[0]).toBeCloseTo(Math.cos(Math.PI / 6), 6);
    expect(await metricOf(suite, 0, 90, 80, 180)).toBe(1);
    expect(await metricOf(suite, 0, 90, 45, 100)).toBe(0);
  });
});

describe('robustness', () => {
  const suite = suiteOf('robustness', [
    { id: '1', text: 'one', perturbed: 'oen', group: 'typo' },
    { id: '2', text: 'two', perturbed: 'TWO', group: 'case' },
  ]);

  it('asks whether the nearest clean text is the own one', async () => {
    expect(textsOf(suite)).toEqual(['one', 'oen', 'two', 'TWO']);
    expect(await scores(suite, 0, 20, 90, 100)).toEqual([1, 1]);
    expect(await score(suite, 0, 70, 90, 100)).toMatchObject([
      { caseId: '1', score: 0, answer: '2', tags: { group: 'typo', length: 'short' } },
      { caseId: '2', score: 1, answer: '2', tags: { group: 'case', length: 'short' } },
    ]);
  });

  it('an adapter that makes all texts alike is right once at most', async () => {
    expect(await scores(suite, 0, 0, 0, 0)).toEqual([1, 0]);
  });
});

describe('calibration', () => {
  const suite = suiteOf('calibration', [shot('s1', 'east'), shot('s2', 'north'), asked('a', 'east')]);

  it('is the higher, the more of the probability was on what is right', async () => {
    const [sure] = await score(suite, 0, 90, 0);
    expect(sure!.score).toBeCloseTo(1 - (1 - sure!.confidence!) ** 2, 12);
    expect((await scores(suite, 0, 90, 0))[0]).toBeGreaterThan((await scores(suite, 0, 90, 45))[0]!);
    expect((await scores(suite, 0, 90, 45))[0]).toBeCloseTo(0.75, 6);
    expect((await scores(suite, 0, 90, 45))[0]).toBeGreaterThan((await scores(suite, 0, 90, 90))[0]!);
  });
});

describe('bias', () => {
  it('is right or wrong, group by group', async () => {
    const suite = suiteOf('bias', [
      shot('s1', 'glad'),
      shot('s2', 'sad'),
      { ...asked('a', 'glad'), group: 'old' },
      { ...asked('b', 'glad'), group: 'young' },
    ]);
    expect((await score(suite, 0, 90, 10, 80)).map((one) => [one.tags.group, one.score])).toEqual([
      ['old', 1],
      ['young', 0],
    ]);
  });
});

/** An output that gives one answer in the task `intent`. */
const said = (label: string, confidence = 0.9): AdapterOutput => ({
  answers: new Map([['intent', { label, confidence }]]),
  probabilities: new Float32Array(0),
  adapted: Float32Array.of(1, 0),
});

describe('stability', () => {
  const suite = suiteOf('stability', [
    { id: '1', text: 'a', changed: 'b', group: 'typo' },
    { id: '2', text: 'c', changed: 'd', group: 'name: English' },
  ]);

  it('is right where the changed text has the answer of the text, whatever that is', async () => {
    const scored = await scoreSuite(suite, [said('x'), said('x'), said('x'), said('y', 0.4)], 'intent');
    expect(scored).toMatchObject([
      { caseId: '1', score: 1, answer: 'x', tags: { group: 'typo' } },
      { caseId: '2', score: 0, answer: 'y', confidence: 0.4 },
    ]);
  });

  it('can be asked of every version: it needs no label', () => {
    expect(askedCases(suite).map(({ labels }) => labels)).toEqual([undefined, undefined]);
  });
});

describe('contrast', () => {
  const suite = suiteOf('contrast', [{ id: '1', text: 'a', label: 'on', other: 'b', otherLabel: 'off' }]);

  it('is right where both texts have their labels', async () => {
    const scoreOf = async (...outputs: AdapterOutput[]) => (await scoreSuite(suite, outputs, 'intent'))[0]!.score;
    expect([await scoreOf(said('on'), said('off')), await scoreOf(said('on'), said('on'))]).toEqual([1, 0]);
    expect(askedCases(suite)[0]!.labels).toEqual(['on', 'off']);
  });
});

describe('scope', () => {
  it('ranks by the probability of the answer', async () => {
    const suite = suiteOf('scope', [
      { id: '1', text: 'a', scope: 'in' },
      { id: '2', text: 'b', scope: 'out' },
    ]);
    const scored = await scoreSuite(suite, [said('x', 0.8), said('x', 0.3)], 'intent');
    expect(scored.map(({ score: own, gold, tags }) => [own, gold, tags.scope])).toEqual([
      [0.8, 1, 'in'],
      [0.3, 0, 'out'],
    ]);
  });
});
