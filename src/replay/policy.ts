/**
 * The seam of replay policies. A policy says which of all examples that were ever offered the buffer holds. It is asked
 * before the store is locked, so it may take its time; what it chose is then written within the approval.
 */
import type { BufferBudget, SettingsShape } from '../declaration/declaration.js';
import type { MembershipState } from '../store/buffer.js';

/** An example as policies see it. */
export interface Offer {
  readonly exampleId: number;
  /** Of the text: what a draw depends on. */
  readonly hash: string;
  /** Names the label among those of all tasks: two labels never share it. */
  readonly label: string;
  /** The label as people read it. */
  readonly shown: string;
  readonly domain: string;
  /** Who sent it. */
  readonly source: string;
  /** When it was received: ISO 8601, in UTC. */
  readonly receivedAt: string;
  /** Size of the text in UTF-8 bytes. */
  readonly bytes: number;
  /** Its dense sentence vector, for policies that want vectors; undefined: the store has none. */
  readonly vector?: Float32Array | undefined;
  /**
   * How sure the champion is of its label, in [-1, 1], for policies that want scores: the label's probability minus that
   * of the likeliest other label of the task. Of a label set: the smallest margin of its labels, each from a probability
   * of a half. Undefined: the champion could not score it.
   */
  readonly margin?: number | undefined;
}

/** An example that was offered before has a state already. */
export interface KnownOffer extends Offer {
  readonly state?: MembershipState | undefined;
}

export interface Selection<T extends Offer> {
  /** Everything that was ever offered, each example once. */
  readonly offers: readonly T[];
  readonly budget: BufferBudget;
  readonly seed: number;
  /** `buffer.options` of adapter.yaml; without them the usual values of the policy's options. */
  readonly options?: PolicyOptions | undefined;
}

export type PolicyOptions = Readonly<Record<string, unknown>>;

/** What a policy decided. */
export interface Choice<T extends Offer> {
  /** A part of the offers, within the budget. */
  readonly members: readonly T[];
  /** The number by which an offer stood where it did; it is kept with the row, under the policy's `score`. */
  scoreOf(offer: T): number;
  /** The reason why an offer is no member, as the end of the sentence "evicted: the buffer was full, ...". */
  readonly whyNot: string;
}

export interface ReplayPolicy {
  /** As adapter.yaml names it. */
  readonly name: string;
  readonly summary: string;
  /** What `scoreOf` gives, in one word. */
  readonly score: string;
  /** Whether offers must come with their vectors. */
  readonly wantsVectors: boolean;
  /** Whether offers must come with the margins by which the champion scores them. */
  readonly wantsScores?: boolean;
  /** It may leave room in the buffer although there are more offers. */
  readonly mayLeaveRoom?: boolean;
  /** Keys under `buffer.options` in adapter.yaml, with bounds and usual values. `readOptions` reads them. */
  readonly options?: SettingsShape;
  /** What it wants under these options, where that depends on them; otherwise the keys above hold. */
  readonly wantsFor?: (options: PolicyOptions) => Pick<ReplayPolicy, 'wantsVectors' | 'wantsScores' | 'mayLeaveRoom'>;
  /** The same offers in any order, the same budget, seed and options: the same members. */
  choose<T extends Offer>(selection: Selection<T>): Choice<T> | Promise<Choice<T>>;
}
