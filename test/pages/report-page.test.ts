import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReport } from '#espalier/gate/read-report.js';
import type { Report } from '#espalier/gate/report.js';
import { renderReportPage } from '#espalier/pages/report/page.js';
import { expectNoControls } from '../support/plain.js';
import { flipsOf, pageOf, reportOf, row, type Say } from '../support/report.js';

const asIs: Say = (name) => name;
const page = renderReportPage(pageOf(asIs));

const withReport = (report: Report) => {
  const whole = pageOf(asIs);
  return renderReportPage({ ...whole, candidate: { ...whole.candidate, report } });
};

/** The tags, what stands in their attributes blotted out: what a browser would build, less the words. */
const skeletonOf = (source: string) =>
  [...source.slice(source.indexOf('<body>')).matchAll(/<[^>]*>/g)]
    .map(([tag]) => tag.replace(/"[^"]*"/g, '""').replace(/\s+/g, ' '))
    .join('');

const drawnOf = (source: string, suite: string) =>
  source
    .split('<svg class="forest"')
    .find((svg) => svg.includes(`aria-label="${suite}:`))!
    .split('</td>')[0]!;

const placesIn = (svg: string, pattern: RegExp) => [...(pattern.exec(svg) ?? [])].slice(1).map(Number);

describe('the page of a report', () => {
  it('takes whatever data says as words, wherever it says it', () => {
    const plain = skeletonOf(page);
    const hostile = fc.oneof(
      fc.string({ minLength: 1, unit: 'binary' }),
      fc.constantFrom(
        '</style><script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onload='x",
        'javascript:alert(1)',
        '<!--',
        '&lt;',
      ),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const spoilt = renderReportPage(pageOf((name) => `${text}${name}`));
        expect(skeletonOf(spoilt)).toBe(plain);
        expect(spoilt).not.toMatch(/\s(?:href|src|on\w+)=["']?\s*javascript:/i);
        expectNoControls(spoilt);
      }),
      { numRuns: 60 },
    );
  });

  it('needs nothing from outside and runs nothing', () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<script|<img|<link|\s(?:src|href|on\w+)=|https?:|url\(|@import/);
  });

  it('shows every row, and says of an override for ever that it was one', () => {
    for (const { suite } of reportOf(asIs).rows) expect(page).toContain(`<th scope="row">${suite}<small>`);
    expect(page).toContain('by override</b>');
  });

  it('puts the dot between its whiskers, all on one axis, and the loss left of zero', () => {
    for (const { suite, lower, difference, upper } of reportOf(asIs).rows.filter(
      (one) => one.upper !== null && one.upper < 0.3,
    )) {
      const svg = drawnOf(page, suite);
      const [zero] = placesIn(svg, /class="zero" x1="([\d.]+)%/);
      const [from, to] = placesIn(svg, /class="whisker" x1="([\d.]+)%" x2="([\d.]+)%/);
      const [dot] = placesIn(svg, /class="dot \w+" x="([\d.]+)%/);
      // The axis goes from -10 to +5 points.
      const place = (value: number) => ((value + 0.1) / 0.15) * 100;
      for (const [drawn, value] of [
        [zero, 0],
        [from, lower],
        [dot, difference],
        [to, upper],
      ] as const)
        expect(drawn).toBeCloseTo(place(value!), 1);
      expect(from! <= dot! && dot! <= to!).toBe(true);
    }
  });

  it('cuts what reaches beyond the axis with an arrow, and draws no dot there', () => {
    const svg = drawnOf(page, 'holdout/travel');
    expect(svg).toContain('class="arrow"');
    expect(svg).not.toContain('class="dot');
  });

  describe('of a loss beyond 30 points', () => {
    const lossOf = (lower: number, difference: number, upper: number) => {
      const lost = row('holdout/gone', { lower, difference, upper });
      const source = withReport({ ...reportOf(asIs), rows: [lost, row('moderation-lines')] });
      return { svg: drawnOf(source, 'holdout/gone'), source };
    };
    /** The axis goes from -30 to +10 points. */
    const place = (value: number) => Math.round(((value + 0.3) / 0.4) * 10_000) / 100;

    it('gives the axis no more than 30, so that what is small can be seen beside it', () => {
      expect(lossOf(-0.55, -0.2, 0.05).source).toContain('aria-label="Axis from −30 to +10 points"');
    });

    it('cuts the whisker with an arrow at the edge, keeps its other end, and says the number in full', () => {
      const { svg, source } = lossOf(-0.55, -0.2, 0.05);
      expect(placesIn(svg, /class="whisker" x1="([\d.]+)%" x2="([\d.]+)%/)).toEqual([0, place(0.05)]);
      expect(svg.match(/class="arrow" x="0%"/g)).toHaveLength(1);
      expect([...svg.matchAll(/class="cap" x1="([\d.]+)%/g)].map(([, x]) => Number(x))).toEqual([place(0.05)]);
      expect(placesIn(svg, /class="dot \w+" x="([\d.]+)%/)).toEqual([place(-0.2)]);
      expect(source).toContain('<b>−20.0</b><small>−55.0 to +5.0</small>');
    });

    it('draws no end of a whisker that lies beyond as a whole, and says both of its bounds', () => {
      const { svg, source } = lossOf(-0.7, -0.6, -0.5);
      expect(svg).toContain('class="arrow" x="0%"');
      expect(svg).not.toMatch(/class="(cap|dot)/);
      expect(source).toContain('<b>−60.0</b><small>−70.0 to −50.0</small>');
    });
  });

  it('shows 200 flips at most, and says how many more there are', () => {
    const whole = renderReportPage({
      ...pageOf(asIs),
      flips: { lost: flipsOf(asIs, 230, 'lost'), gained: flipsOf(asIs, 5, 'gained') },
    });
    expect(whole.match(/<td class="answer soft">/g)).toHaveLength(200);
    expect(whole).toContain('30 more that were lost are not on this page');
    expect(whole).toContain('5 more that were gained are not on this page');
  });

  it('renders what an earlier Espalier stored, and what JSON has made of numbers that are none', () => {
    const { suite, metric, cases, champion, candidate, difference, lower, upper, gained, lost, findings } = row('old');
    const older = { suite, metric, cases, champion, candidate, difference, lower, upper, gained, lost, findings };
    const { slices: _s, calibration: _c, findings: _f, notes: _n, ...rest } = reportOf(asIs);
    const unmeasured = { ...row('empty'), candidate: Number.NaN, difference: Number.NaN, lower: -1, upper: 1 };
    const continual = { ...rest.continual, averageAccuracy: Number.NaN };
    const stored = JSON.parse(JSON.stringify({ ...rest, continual, rows: [older, unmeasured] })) as unknown;
    const old = withReport(readReport(stored));
    expect(old).toContain('<th scope="row">old<small>');
    for (const source of [old, page])
      expect(source.slice(source.indexOf('<body>'))).not.toMatch(/\b(NaN|undefined|null|Infinity)\b/);
  });
});
