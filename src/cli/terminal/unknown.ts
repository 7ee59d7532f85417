/** What became of texts of the queue, as people read it. */
import { clip } from '../../core/text.js';
import type { DroppedTexts, NamedTexts } from '../../library/unknown.js';
import { describeIntake } from './intake.js';

/** Texts that are shown; the others are told with --json. */
const mostShown = 10;

export function describeNamed({ label, applied, texts, intake, removed }: NamedTexts): string {
  const refused = texts.filter((text) => text.refused !== undefined);
  const head = applied
    ? `${removed} texts are named ${clip(label, 40)} and left the queue`
    : `${texts.length - refused.length} of ${texts.length} texts would be taken in as ${clip(label, 40)}`;
  return [
    head,
    ...(intake ? [describeIntake(intake)] : listOf(texts)),
    ...(refused.length > 0 ? [`${refused.length} stay in the queue:`] : []),
    ...listOf(refused.map(({ text, refused: why }) => ({ text, why }))),
  ].join('\n');
}

export function describeDropped({ applied, texts }: DroppedTexts): string {
  const head = applied ? `${texts.length} texts left the queue` : `${texts.length} texts would leave the queue`;
  return [head, ...listOf(texts)].join('\n');
}

function listOf(texts: readonly { readonly text: string; readonly why?: string | undefined }[]): string[] {
  const shown = texts
    .slice(0, mostShown)
    .map(({ text, why }) => `  ${clip(text, why === undefined ? 76 : 40)}${why === undefined ? '' : `: ${why}`}`);
  return texts.length > mostShown ? [...shown, `  and ${texts.length - mostShown} more`] : shown;
}
