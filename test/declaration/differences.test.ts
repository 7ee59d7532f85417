import { describe, expect, it } from 'vitest';
import { parseDeclaration, withUsualSettings } from '#espalier/declaration/declaration.js';
import { differencesBetween } from '#espalier/declaration/differences.js';
import { headSettings } from '#espalier/training/heads.js';

const sentences = (planned: unknown, now: unknown) =>
  differencesBetween(planned, now, '', new Set(['encoder.pooling'])).map(({ sentence }) => sentence);

describe('what differs between two readings of adapter.yaml', () => {
  it('is nothing between equal ones, in whatever order their keys and their sets are', () => {
    const planned = {
      training: { seed: 7, width: 64 },
      suites: ['a', 'b'],
      tasks: [{ name: 'x', labels: ['p', 'q'] }],
    };
    expect(
      sentences(planned, {
        suites: ['b', 'a'],
        tasks: [{ labels: ['q', 'p'], name: 'x' }],
        training: { width: 64, seed: 7 },
      }),
    ).toEqual([]);
  });

  it.each([
    [{ training: { seed: 7 } }, { training: { seed: 9 } }, 'training.seed 7 -> 9'],
    [{ training: { width: 4096 } }, { training: {} }, 'training.width 4096 -> not set'],
    [{ suites: ['a', 'b'] }, { suites: ['b', 'c', 'd'] }, 'suites: a removed; c, d added'],
    [{ gate: { margin: 0.1 } }, { gate: { margin: 0.1, macro: { floor: 0.5 } } }, 'gate.macro.floor not set -> 0.5'],
    [{ gate: {} }, { gate: { calibration: {} } }, 'gate.calibration not set -> {}'],
    [{ gate: { anchor: {} } }, { gate: { anchor: null } }, 'gate.anchor {} -> off'],
    [{ gate: { slices: [] } }, { gate: { slices: [{ by: 'label' }] } }, 'gate.slices [] -> [{"by":"label"}]'],
    [
      { gate: { groups: { g: { suites: ['a'] } } } },
      { gate: { groups: { g: { suites: ['b'] } } } },
      'gate.groups.g.suites: a removed; b added',
    ],
    [
      { encoder: { pooling: ['cls', 'mean'] } },
      { encoder: { pooling: ['mean', 'cls'] } },
      'encoder.pooling ["cls","mean"] -> ["mean","cls"]',
    ],
    [{ encoder: { model: 'one' } }, { encoder: { model: 'other' } }, 'encoder.model one -> other'],
    [{ tasks: [{ name: 'x' }] }, { tasks: [{ name: 'x' }, { name: 'y' }] }, 'tasks: y added'],
    [
      { tasks: [{ name: 'x', labels: 'open' }] },
      { tasks: [{ name: 'x', labels: ['a'] }] },
      'tasks.x.labels open -> ["a"]',
    ],
    [
      { tasks: [{ name: 'x', labels: ['a'] }] },
      { tasks: [{ name: 'x', labels: ['a', 'b'] }] },
      'tasks.x.labels: b added',
    ],
    [{ training: { prior: 'observed' } }, { training: { prior: { a: 0.5 } } }, 'training.prior observed -> {"a":0.5}'],
  ])('%j and %j', (planned, now, sentence) => {
    expect(sentences(planned, now)).toEqual([sentence]);
  });

  it('names a few of many, and how many more there are', () => {
    const labels = Array.from({ length: 3000 }, (_, index) => `l${index}`);
    expect(sentences({ labels: [] }, { labels })).toEqual(['labels: l0, l1, l2, l3, l4 and 2995 more added']);
  });

  it('is no key that came to adapter.yaml after the older was stored, at its usual value', () => {
    const now = parseDeclaration(
      'name: desk\ntasks: [{ name: intent }]\nbuffer: { bytes: 5000 }\ngate: { margin: 0.1, anchor: false }\n',
      'a',
      headSettings,
    );
    const {
      answers: _,
      training: { prior: __, ...training },
      ...stored
    } = now;
    expect(sentences(withUsualSettings({ ...stored, training } as unknown as typeof now, headSettings), now)).toEqual(
      [],
    );
    const { gate: ___, ...ungated } = now;
    expect(sentences(withUsualSettings(ungated as typeof now, headSettings), ungated)).toEqual([]);
  });
});
