/** The report of an intake, as people read it. */
import { clip, printable } from '../../core/text.js';
import { noteCoverage } from '../../encoder/coverage.js';
import type { IntakeReport, NearPair } from '../../intake/intake-report.js';
import type { NewLabel } from '../../intake/label-book.js';

export function describeIntake(report: IntakeReport): string {
  const {
    accepted,
    heldOut,
    duplicates,
    twins,
    filtered,
    rejected,
    contradictions,
    leaked,
    cleanedTexts,
    cleanedLabels,
  } = report;
  return [
    `${accepted} accepted: ${accepted - heldOut} to learn from, ${heldOut} held out`,
    duplicates > 0 && `${duplicates} skipped: there already${twins > 0 ? `, ${twins} of them in other letters` : ''}`,
    filtered > 0 && `${filtered} left out by --where`,
    rejected > 0 && `${rejected} rejected: ${report.rejectsFile}`,
    report.relabelled > 0 && `${counted(report.relabelled, 'example')} relabelled: there already, with another label`,
    contradictions > 0 && `  of these ${contradictions} say another label of a text that is there already`,
    leaked > 0 && `  of these ${leaked} occur in an eval suite`,
    ...describeNear(report),
    cleanedTexts > 0 && `${counted(cleanedTexts, 'text')} held invisible or control characters, which were removed`,
    cleanedLabels > 0 && `${counted(cleanedLabels, 'label')} held invisible or control characters, which were removed`,
    ...describeRedacted(report),
    ...describeLabels(report.newLabels),
    report.notRead.length > 0 && `not read: ${report.notRead.map(printable).join(', ')}`,
    ...describeReading(report),
    ...report.warnings.map((warning) => `warning: ${printable(warning)}`),
  ]
    .filter((line) => line !== false)
    .join('\n');
}

/** The first pairs follow the counts. */
function describeNear({ nearDuplicates, rejectsFile }: IntakeReport): string[] {
  if (!nearDuplicates || nearDuplicates.pairs.length === 0) return [];
  const { skipped, linked, contradictions, pairs } = nearDuplicates;
  const isLinked = linked > 0;
  const lines = [
    skipped > 0 && `${skipped} skipped: they resemble an earlier example with the same label: ${rejectsFile}`,
    isLinked && `${linked} of the accepted resemble an earlier example; they are linked to it, in its split`,
    contradictions > 0 &&
      `  of ${isLinked ? 'these' : 'the rejected'} ${contradictions} have another label than that example`,
  ].filter((line) => line !== false);
  return [...lines, ...pairs.map(describePair)];
}

function describePair({ similarity, text, label, near }: NearPair): string {
  const labels = near.label === label ? '' : ` (\`${clip(label, 20)}\`, not \`${clip(near.label, 20)}\`)`;
  return `  ${similarity.toFixed(2)} ${clip(text, 60)}${labels}\n       ${clip(near.text, 60)}`;
}

const counted = (count: number, thing: string) => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** "replaced: 3 x <email>, 1 x <phone>" */
function describeRedacted({ redacted }: IntakeReport): string[] {
  const found = Object.entries(redacted).map(([kind, count]) => `${count} x <${kind}>`);
  return found.length === 0 ? [] : [`replaced: ${found.join(', ')}`];
}

/** An input of which nothing was accepted has nothing to be read. */
function describeReading({ accepted, coverage }: IntakeReport): string[] {
  if (coverage) return noteCoverage(coverage).map((note) => `warning: ${note}`);
  return accepted === 0
    ? []
    : ['how much of the texts the encoder can read is not known: its tokenizer is not there yet, or cannot be loaded'];
}

const mostShown = 12;

function describeLabels(labels: readonly NewLabel[]): string[] {
  if (labels.length === 0) return [];
  const shown = labels.slice(0, mostShown).map(({ label, count }) => `${printable(label)} (${count})`);
  const more = labels.length > mostShown ? `, and ${labels.length - mostShown} more` : '';
  const near = labels.flatMap(({ label, count, near }) =>
    near
      ? `  \`${printable(label)}\` (${count}) differs from \`${printable(near.label)}\` by ${near.differsBy} only`
      : [],
  );
  const advice = 'If they mean the same, map them with `aliases` in adapter.yaml before you train.';
  return [
    `${counted(labels.length, 'new label')}: ${shown.join(', ')}${more}`,
    ...(near.length > 0
      ? [`warning: ${near.length} of them may be misspelt`, ...near.slice(0, mostShown), `  ${advice}`]
      : []),
  ];
}

/** What must not be overlooked. */
export function lastWord({
  accepted,
  duplicates,
  nearDuplicates,
  rejected,
  rejectsFile,
}: IntakeReport): string | undefined {
  const rows = accepted + duplicates + (nearDuplicates?.skipped ?? 0) + rejected;
  if (2 * rejected <= rows) return undefined;
  return `most rows were rejected: ${rejected} of ${rows}. Read ${printable(rejectsFile ?? '')}; --max-rejected makes it an error.`;
}
