import { describe, expect, it } from 'vitest';
import { NearLabels } from '#espalier/intake/near-labels.js';

describe('a label is near to a known one', () => {
  it.each([
    ['Refund', 'refund', 'letter case'],
    ['late parcel', 'late_parcel', 'separators'],
    ['late-Parcel', 'late_parcel', 'separators'],
    ['lateparcel', 'late_parcel', 'separators'],
    ['r\u0435fund', 'refund', 'look-alike letters'],
    ['\u0420efund', 'Pefund', 'look-alike letters'],
    ['\uff52efund', 'refund', 'look-alike letters'],
    ['caf\u00e9', 'cafe', 'accents'],
    ['parcel_late', 'late_parcel', 'order of words'],
    ['ParcelLate', 'late_parcel', 'order of words'],
    ['refnud', 'refund', 'one letter'],
    ['refunds', 'refund', 'one letter'],
    ['refnd', 'refund', 'one letter'],
    ['rafund', 'refund', 'one letter'],
  ])('%j to %j by %s', (label, known, differsBy) => {
    expect(new NearLabels(['cancel', known, 'invoice']).find(label)).toEqual({ label: known, differsBy });
  });

  it.each([
    ['refund', 'refund'],
    ['plan 1', 'plan 2'],
    ['q10', 'q11'],
    ['up', 'us'],
    ['refund', 'cancel'],
    ['card lost', 'card stolen'],
    ['\u9000\u6b3e', '\u53d6\u6d88'],
  ])('%j not to %j', (label, known) => {
    expect(new NearLabels([known]).find(label)).toBeUndefined();
  });
});

it('finds among five thousand labels', () => {
  const labels = Array.from({ length: 5000 }, (_, index) => `label of number ${index} and more`);
  const known = new NearLabels(labels);
  expect(labels.flatMap((label) => known.find(label) ?? [])).toEqual([]);
  expect(known.find('labels of number 77 and more')).toEqual({ label: labels[77], differsBy: 'one letter' });
});
