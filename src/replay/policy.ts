/**
 * The seam of replay policies. A policy says which of all examples that were ever offered the buffer holds. It is asked
 * before the store is locked, so it may take its time; what it chose is then written within the approval.
 */
import type { BufferBudget } from '../declaration/declaration.js';
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
  /** Size of the text in UTF-8 bytes. */
  readonly bytes: number;
  /** Its dense sentence vector, for policies that want vectors; undefined: the store has none. */
  readonly vector?: Float32Array | undefined;
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
}

/** What a policy decided. */
export interface Choice<T extends Offer> {
  /** A part of the offers, within the budget. */
  readonly members: readonly T[];
  /** The number by which an offer stood where it did; it is kept with the row, under the policy's `score`. */
  scoreOf(offer: T): number;
  /** Why an offer that is not a member is none, after "evicted: the buffer was full, ...". */
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
  /** The same offers in any order, the same budget and seed: the same members. */
  choose<T extends Offer>(selection: Selection<T>): Choice<T>;
}
