/** Acts that are kept for ever need a reason, so that they can be understood later. */
import { EspalierError } from './errors.js';

export interface ReasonAsked {
  /** What needs it: "a decision". */
  readonly what: string;
  /** What a dry run would show: "change"; absent if there is no dry run. */
  readonly preview?: string;
}

/** @throws USAGE where there is none */
export function requireReason(reason: string, { what, preview }: ReasonAsked): void {
  if (reason.trim() !== '') return;
  const look = preview === undefined ? '' : `, or look at what would ${preview} with \`dryRun\``;
  throw new EspalierError('USAGE', `${what} needs a reason`, {
    hint: `Say why with \`reason\`${look}.`,
    parameters: ['reason', ...(preview === undefined ? [] : ['dryRun'])],
  });
}
