/**
 * A report with something of everything, every text of which is named by `say`, so that a test can put what it likes
 * there.
 */

import type { CalibrationSide, Finding, Report, ReportRow, SliceRow } from '#espalier/gate/report.js';
import type { Flip } from '#espalier/measuring/flips.js';
import type { ReportPage } from '#espalier/pages/report/page.js';

export type Say = (name: string) => string;

export const finding = (
  rule: Finding['rule'],
  verdict: Finding['verdict'],
  value: number,
  limit: number,
  reason: string,
): Finding => ({
  ...{ rule, verdict, value, limit, reason },
  needed: verdict === 'inconclusive' ? 1240 : null,
});

export function row(suite: string, change: Partial<ReportRow> = {}): ReportRow {
  return {
    ...{
      suite,
      scope: 'suite',
      metric: 'accuracy',
      cases: 240,
      leftOut: 0,
      champion: 0.91,
      candidate: 0.905,
      difference: -0.005,
    },
    ...{
      lower: -0.018,
      upper: 0.008,
      worse: 0.41,
      better: 0.72,
      gained: 3,
      lost: 4,
      detectable: 0.021,
      anchor: null,
      uses: 0,
    },
    findings: [
      finding('not-inferior', 'pass', -0.018, -0.03, 'with 95 % confidence not worse by more than 3.0 points'),
    ],
    ...change,
  };
}

export function slice(by: string, value: string, change: Partial<ReportRow> = {}): SliceRow {
  return { ...row(`holdout ${by}=${value}`, { cases: 20, findings: [], ...change }), scope: 'slice', by, value };
}

function side(cases: number, shift: number): CalibrationSide {
  const bins = Array.from({ length: 15 }, (_, index) => {
    const [from, to] = [index / 15, (index + 1) / 15];
    const count = Math.round((cases * (index + 1) ** 3) / 14400);
    const confidence = (from + to) / 2;
    return count === 0
      ? { from, to, count, confidence: null, accuracy: null }
      : { from, to, count, confidence, accuracy: Math.min(1, Math.max(0, confidence + shift * Math.sin(index))) };
  });
  const riskCoverage = Array.from({ length: 100 }, (_, index) => {
    const coverage = (index + 1) / 100;
    return { coverage, risk: (0.1 + shift) * coverage ** 2, confidence: 1 - coverage / 2 };
  });
  return { cases, error: 0.03 + shift, brier: 0.08 + shift, riskCoverageArea: 0.02 + shift / 4, bins, riskCoverage };
}

export function reportOf(say: Say): Report {
  const loss = say('shown worse: between 2.1 points and 8.9 points lost; the limit is 3.0 points');
  const unclear = say(
    'cannot tell: up to 4.4 points may be lost, the limit is 3.0 points; about 1240 cases like these would decide',
  );
  return {
    unchanged: [{ suite: say('wordnet-supersense'), version: 2, metric: say('accuracy'), score: 0.786 }],
    tasks: [
      {
        ...{ task: say('intent'), majority: say('refund'), cases: 240, labels: 12, baseline: 0.31, candidate: 0.92 },
        ...{
          difference: 0.61,
          lower: 0.55,
          upper: 0.66,
          macro: 0.84,
          unheld: [say('fraud'), say('theft')],
          findings: [],
        },
        worst: [
          { label: say('safety'), right: 0, cases: 1 },
          { label: say('parcel'), right: 7, cases: 12 },
        ],
      },
    ],
    newLabels: {
      ...{ labels: 2, toNew: 9, toOld: 2 },
      pairs: [
        { older: say('late_parcel'), newer: say('delivery'), cases: 6, caseId: 'x7', expected: say('late_parcel') },
      ],
    },
    unknown: [
      { task: say('intent'), threshold: 0.31, share: 0.05, inScope: 240, refused: 12, outOfScope: 300, accepted: 41 },
    ],
    verdict: 'fail',
    sentence: say(
      'Not improved: lost 5.4 points [2.1, 8.9] on holdout/billing, and 1 more, while gaining 9.2 points on holdout/travel.',
    ),
    rows: [
      row(say('holdout/earlier domains'), {
        scope: 'whole',
        cases: 1800,
        difference: -0.012,
        lower: -0.021,
        upper: -0.003,
        worse: 0.03,
      }),
      row(say('group/bias'), {
        ...{ scope: 'whole', metric: 'mean of metrics', cases: 620, gained: null, lost: null },
        ...{ champion: 0.842, candidate: 0.848, difference: 0.006, lower: -0.011, upper: 0.023 },
      }),
      row(say('holdout/billing'), {
        ...{
          champion: 0.944,
          candidate: 0.89,
          difference: -0.054,
          lower: -0.089,
          upper: -0.021,
          worse: 0.0004,
          lost: 15,
          gained: 2,
        },
        findings: [
          finding('not-inferior', 'fail', -0.089, -0.03, loss),
          finding('floor', 'pass', 0.85, 0.8, '89.0 points is not under its floor'),
        ],
      }),
      row(say('helpdesk-retrieval'), {
        ...{
          metric: 'ndcg@10',
          cases: 60,
          champion: 0.71,
          candidate: 0.706,
          difference: -0.004,
          lower: -0.044,
          upper: 0.036,
          gained: null,
          lost: null,
        },
        findings: [finding('not-inferior', 'inconclusive', -0.044, -0.03, unclear)],
      }),
      row(say('holdout/shipping')),
      row(say('moderation-lines'), {
        champion: 0.88,
        candidate: 0.9,
        difference: 0.02,
        lower: 0.004,
        upper: 0.036,
        better: 0.02,
        anchor: 0.87,
        uses: 12,
        leftOut: 3,
      }),
      row(say('paraphrase-pairs'), {
        difference: 0,
        lower: -0.008,
        upper: 0.008,
        gained: 0,
        lost: 0,
        champion: 0.93,
        candidate: 0.93,
      }),
      row(say('holdout/travel'), {
        champion: 0,
        candidate: 0.92,
        difference: 0.92,
        lower: 0.86,
        upper: 0.96,
        findings: [],
        gained: 220,
        lost: 0,
      }),
      row(say('smoke'), {
        ...{
          champion: null,
          difference: null,
          lower: null,
          upper: null,
          worse: null,
          better: null,
          gained: null,
          lost: null,
          detectable: null,
        },
        findings: [finding('floor', 'pass', 0.9, 0.5, 'is not under its floor')],
      }),
    ],
    slices: [
      ...Array.from({ length: 22 }, (_, index) =>
        slice('label', say(`intent ${index + 1}`), {
          champion: 0.95 - index * 0.01,
          candidate: 0.95 - index * 0.011 - (index % 5) * 0.03,
          difference: -index * 0.001 - (index % 5) * 0.03,
        }),
      ),
      ...['short', 'middle', 'long'].map((length, index) =>
        slice('length', say(length), { candidate: 0.88 + index * 0.03, difference: -0.03 + index * 0.03 }),
      ),
      slice('source', say('mail'), {
        findings: [
          finding('not-worse', 'fail', 0.003, 0.05, say('shown worse: between 1.0 points and 9.0 points lost')),
        ],
      }),
      slice('source', say('chat')),
    ],
    calibration: {
      candidate: side(2400, 0.02),
      champion: side(2100, 0.035),
      difference: { cases: 2100, value: 0.011, lower: 0.004, upper: 0.018 },
      findings: [
        finding(
          'calibration',
          'pass',
          0.004,
          -0.02,
          say('in its confidence with 95 % confidence not worse by more than 2.0 points'),
        ),
      ],
    },
    findings: [
      finding(
        'budget',
        'fail',
        2_400_000,
        2_000_000,
        say('2,400,000 bytes of adapter.onnx are over the budget of 2,000,000'),
      ),
    ],
    notes: [
      say(
        'moderation-lines has decided 52 updates on the same cases (gate.reuse: 50): bring fresh cases, and raise its version.',
      ),
    ],
    domains: [say('billing'), say('shipping'), say('travel')].map((domain, index) => ({
      ...{ domain, learned: { task: 'intent', domain }, cases: 200 + index },
      ...{ champion: index === 2 ? null : 0.94 - index * 0.03, candidate: 0.89 + index * 0.02 },
    })),
    continual: { averageAccuracy: 0.906, forgetting: 0.031, backwardTransfer: -0.024, forwardTransfer: 0 },
  };
}

export function flipsOf(say: Say, count: number, name: string): Flip[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{
      suite: say('holdout/billing'),
      caseId: say(`${name} case ${index}`),
      confidence: index % 7 === 3 ? null : 0.97 - index / 400,
    },
    text:
      index % 6 === 5
        ? null
        : say(`${name} ${index}: my card was charged twice and the second charge is from a shop that I do not know`),
    ...{
      expected: say('charge_dispute'),
      champion: say('charge_dispute'),
      candidate: index % 9 === 8 ? null : say('lost_card'),
    },
  }));
}

export function pageOf(say: Say): ReportPage {
  const base = { seconds: 12.4, bytesKept: 38_000_000, error: null, chosen: false };
  return {
    candidate: {
      ...{ id: 7, adapter: say('support'), version: 4, championVersion: 3, status: 'approved', verdict: 'fail' },
      ...{ createdAt: say('2026-11-24T09:00:00.000Z'), report: reportOf(say) },
    },
    strategy: say('analytic'),
    field: [
      {
        ...{
          ...base,
          strategy: say('analytic'),
          chosen: true,
          verdict: 'fail',
          averageAccuracy: 0.906,
          forgetting: 0.031,
        },
        ...{
          sentence: say('Not improved: lost 5.4 points on holdout/billing.'),
          worstDomain: { domain: say('billing'), loss: 0.05 },
        },
      },
      {
        ...base,
        strategy: say('replay'),
        verdict: 'inconclusive',
        averageAccuracy: null,
        forgetting: null,
        sentence: say('Not decided.'),
        worstDomain: null,
      },
      {
        ...{
          ...base,
          strategy: say('derpp'),
          seconds: null,
          bytesKept: null,
          verdict: null,
          averageAccuracy: null,
          forgetting: null,
        },
        ...{
          sentence: null,
          worstDomain: null,
          error: { code: 'TRAINING_DIVERGED', message: say('the loss is 1e+9'), hint: say('Lower learningRate.') },
        },
      },
    ],
    decisions: [
      {
        ...{ id: 1, adapter: say('support'), candidateId: 7, act: 'override', fromVersion: 3, toVersion: 4 },
        ...{
          actor: say('anna'),
          reason: say('billing moves to another desk next week'),
          at: say('2026-11-24T10:12:00.000Z'),
        },
      },
    ],
    flips: { lost: flipsOf(say, 40, 'lost'), gained: flipsOf(say, 12, 'gained') },
    texts: new Map([['x7', say('Where is my kettle <b>?')]]),
  };
}
