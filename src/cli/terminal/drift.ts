/** Batches compared with what was learned, as people read them. */
import { percent } from '../../core/numbers.js';
import { clip, wrap } from '../../core/text.js';
import {
  type BatchDrift,
  isMeasured,
  type LabelReport,
  type LabelShare,
  type ScopeCheck,
} from '../../drift/drift-check.js';
import { effectInWords } from '../../drift/effect-words.js';
import type { Queued } from '../../drift/queue-unknown.js';
import type { EstimatedShare } from '../../drift/statistics/label-shift.js';
import type { DriftReport } from '../../library/drift.js';
import { type Output, tableOf } from '../output.js';

export function describeDrift(report: DriftReport, output: Output): string {
  const { adapter, version, batches, passed, queued = [] } = report;
  const { colours } = output;
  const head = `${colours.bold(clip(adapter, 60))}, champion version ${version}`;
  const nothing = batches.length + passed.length === 0 ? ['nothing arrived that it has not learned'] : [];
  const left = passed.map(({ number, task, reason }) => `batch ${number} (${clip(task, 30)}): not compared, ${reason}`);
  return [
    head,
    ...nothing,
    ...batches.map((batch) => `\n${describeBatch(batch, output)}`),
    ...(left.length > 0 ? ['', ...left] : []),
    ...(queued.length > 0 ? ['', ...queued.map(describeQueued)] : []),
  ].join('\n');
}

export function describeQueued({ task, texts, unknown, added, known }: Queued): string {
  const already = known > 0 ? `; ${known} are examples already` : '';
  return `${clip(task, 30)}: ${unknown} of ${texts} texts are unknown, ${added} new in the queue${already}`;
}

function describeBatch(check: BatchDrift, output: Output): string {
  const { number, batch, task, texts, drifted, scopes, labels } = check;
  const { colours } = output;
  const name = number === undefined ? batch : `batch ${number}: ${batch}`;
  const verdict = drifted ? colours.yellow('drifted') : verdictOf(scopes);
  const notes = reasonsIn(scopes).map((reason) => wrap(reason, output.width));
  return [
    `${colours.bold(name)}, ${texts} texts for ${clip(task, 24)}: ${verdict}`,
    tableOf(columns, scopes.map(rowOf), colours),
    ...notes,
    ...(isMeasured(labels) ? describeLabels(labels, output) : [wrap(`labels: ${labels.reason}`, output.width)]),
  ].join('\n');
}

const verdictOf = (scopes: readonly ScopeCheck[]) =>
  scopes.some(({ decides, p }) => decides && p !== null) ? 'no drift found' : 'too few texts to tell';

const columns = [
  { title: 'texts' },
  { title: 'n', align: 'right' },
  { title: 'effect', align: 'right' },
  { title: 'p', align: 'right' },
  { title: 'scores p', align: 'right' },
  { title: 'unknown', align: 'right' },
  { title: 'was', align: 'right' },
  { title: 'p', align: 'right' },
  { title: 'adjusted', align: 'right' },
] as const;

function rowOf({ domain, against, decides, compared, inputs, scores, novelty, p }: ScopeCheck): string[] {
  const name = domain === null ? 'all' : `${clip(domain, 14)}${against === 'the same domain' ? '' : ' *'}`;
  const effect = isMeasured(inputs) && inputs.effect !== null ? inputs.effect.toFixed(2) : '-';
  return [
    name,
    String(compared),
    effect,
    isMeasured(inputs) ? shortP(inputs.p) : '-',
    isMeasured(scores) ? shortP(scores.p) : '-',
    isMeasured(novelty) ? `${percent(novelty.share)} %` : '-',
    isMeasured(novelty) && novelty.heldShare !== null ? `${percent(novelty.heldShare)} %` : '-',
    isMeasured(novelty) && novelty.p !== null ? shortP(novelty.p) : '-',
    p === null ? '-' : `${shortP(p)}${decides ? '' : ' (mix)'}`,
  ];
}

const shortP = (p: number) => (p < 0.001 ? '<0.001' : p.toFixed(3));

/** The effect in words, and why tests are missing. */
function reasonsIn(scopes: readonly ScopeCheck[]): string[] {
  const [whole] = scopes;
  const effect = whole && isMeasured(whole.inputs) ? whole.inputs.effect : null;
  const words =
    effect === null
      ? []
      : [
          `effect ${effect.toFixed(2)} is ${effectInWords(effect)}: the mean text has moved by ${percent(effect)} % of the spread of what was learned`,
        ];
  const missing = scopes.flatMap(({ inputs, scores }) => [
    ...(isMeasured(inputs) ? [] : [`inputs not compared: ${inputs.reason}`]),
    ...(isMeasured(scores) ? [] : [`scores not compared: ${scores.reason}`]),
  ]);
  const foreign = scopes.some(({ domain, against }) => domain !== null && against === 'everything learned');
  const star = foreign ? ['* not learned as a domain: compared with everything learned'] : [];
  return [...words, ...new Set(missing), ...star];
}

/** Labels are told from this change of their share on, those that changed most first. */
const smallestChange = 0.01;
const mostLabels = 8;

function describeLabels({ shares, notes, distance, byChance }: LabelReport, output: Output): string[] {
  const changed = shares
    .filter((own) => isOutside(own) || isNew(own))
    .sort((a, b) => changeOf(b) - changeOf(a) || (a.label < b.label ? -1 : 1));
  const rows = changed
    .slice(0, mostLabels)
    .map(({ label, learned, likelihood, confusion, observed }) => [
      clip(label, 24),
      percent(learned),
      likelihood ? intervalOf(likelihood) : '-',
      confusion ? intervalOf(confusion) : '-',
      observed === undefined ? '-' : percent(observed),
    ]);
  const more = changed.length > mostLabels ? [`  and ${changed.length - mostLabels} more labels`] : [];
  const head =
    distance === null
      ? []
      : [
          wrap(
            `label shares moved by ${percent(distance)} % in all, ${percent(byChance ?? 0)} % are usual by chance (estimated without labels, never applied)`,
            output.width,
          ),
        ];
  const table = rows.length > 0 ? [tableOf(labelColumns, rows, output.colours)] : [];
  return [...head, ...table, ...more, ...notes.map((note) => wrap(note, output.width))];
}

const labelColumns = [
  { title: 'label' },
  { title: 'learned %', align: 'right' },
  { title: 'estimated %', align: 'right' },
  { title: 'confusion %', align: 'right' },
  { title: 'observed %', align: 'right' },
] as const;

const intervalOf = ({ share, lower, upper }: EstimatedShare) =>
  `${percent(share)} [${wholePercent(lower)}, ${wholePercent(upper)}]`;

const wholePercent = (share: number) => (share * 100).toFixed(0);

const changeOf = ({ learned, likelihood, observed }: LabelShare) =>
  Math.abs((likelihood?.share ?? observed ?? learned) - learned);

const isNew = ({ learned, observed = 0 }: LabelShare) => learned === 0 && observed > 0;

function isOutside(own: LabelShare): boolean {
  const { learned, likelihood } = own;
  if (!likelihood || changeOf(own) < smallestChange) return false;
  return learned < likelihood.lower || learned > likelihood.upper;
}
