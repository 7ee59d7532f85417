/** The type of an example, and the checksum that detects changes of it. */
import { checksum } from '../core/checksum.js';

export interface Example {
  readonly id: number;
  /** Position in the order in which the adapter's examples arrived; see arrivals.ts. */
  readonly arrival: number;
  readonly task: string;
  readonly text: string;
  readonly hash: string;
  readonly label: string;
  readonly domain: string;
  readonly source: string;
  readonly receivedAt: string;
  readonly split: Split;
  readonly provenance: Provenance;
}

export type Split = 'train' | 'holdout';
export interface NewExample extends Omit<Example, 'id' | 'arrival'> {
  /** sameTextHash of the text: equal for texts that count as the same. */
  readonly twin: string;
}

/** Where an example came from. Lines count from 1. */
export interface Provenance {
  readonly file: string;
  readonly line: number;
  /** Set if annotators disagreed: how many answered, and how many of them gave the label. */
  readonly agreement?: { readonly annotators: number; readonly agreed: number };
}

/** CRC-32 of the fields that training uses: it detects an example that was changed outside of Espalier. */
export function sealOf({
  task,
  hash,
  label,
  domain,
  split,
}: Pick<Example, 'task' | 'hash' | 'label' | 'domain' | 'split'>): number {
  return checksum(JSON.stringify([task, hash, label, domain, split]));
}
