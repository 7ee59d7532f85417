/** Keys of a task in adapter.yaml. */
import { z } from 'zod';
import { cleanText, normaliseText } from '../core/text.js';

export const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and dashes');

/** A label, normalised as at intake. */
const label = z
  .string()
  .transform((written) => normaliseText(cleanText(written)))
  .pipe(z.string().min(1));

export const taskShape = z.strictObject({
  name,
  labels: z.union([z.literal('open'), z.array(label).min(1)]).default('open'),
  /** Whether a text can have several labels, or none. */
  multiLabel: z.boolean().optional(),
  /** Whether labels that differ only in letter case are the same, in the spelling that is declared or came first. */
  foldCase: z.boolean().optional(),
  /** Name in a row -> the label it stands for. */
  aliases: z.record(z.string().min(1), label).optional(),
});

export const task = taskShape
  .refine(({ labels, multiLabel = false }) => multiLabel || labels === 'open' || labels.length > 1, {
    path: ['labels'],
    message: 'must hold two labels, or the task be `multiLabel: true`',
  })
  .superRefine(({ labels, aliases = {} }, context) => {
    for (const [alias, label] of Object.entries(aliases)) {
      const fault = faultOfAlias(alias, label, { labels, aliases });
      if (fault) context.addIssue({ code: 'custom', message: fault, path: ['aliases', alias] });
    }
  });

function faultOfAlias(
  alias: string,
  label: string,
  { labels, aliases }: { labels: 'open' | readonly string[]; aliases: Readonly<Record<string, string>> },
): string | undefined {
  if (labels !== 'open' && labels.includes(alias))
    return `\`${alias}\` is a declared label and cannot stand for another`;
  if (Object.hasOwn(aliases, label)) return `\`${alias}\` stands for \`${label}\`, which is an alias itself`;
  if (labels !== 'open' && !labels.includes(label))
    return `\`${alias}\` stands for \`${label}\`, which is not declared under labels`;
  return undefined;
}
