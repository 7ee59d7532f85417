/**
 * The section `gate` of adapter.yaml: what an update may lose, what it must gain, and how inconclusive results count.
 * Pure data.
 */
import { z } from 'zod';

/** A share on the metric's own scale: 0.03 is 3 points. */
const margin = z.number().gt(0).max(1);
const floor = z.number().min(0).max(1);

const limits = z.strictObject({
  /** Largest loss that still counts as "not worse". */
  margin: margin.optional(),
  /** Smallest score of a candidate, whatever the champion's score. */
  floor: floor.optional(),
});

/** Limits of several suites that are judged as one. */
const whole = {
  /** Largest loss of their mean. */
  margin: margin.optional(),
  /** Largest loss of each member; without it a member fails only if it is shown worse. */
  harm: margin.optional(),
  /** Smallest score of each member. */
  floor: floor.optional(),
};

const domains = z.strictObject(whole);

const group = z.strictObject({
  /** Names of suites, or of families of suites (`group` in suite.yaml). */
  suites: z.array(z.string().min(1)).min(1),
  ...whole,
});

const slice = z.strictObject({
  by: z.enum(['label', 'domain', 'source', 'length', 'group']),
  /** The suite that is cut; without it, the held-out examples that the champion knows. */
  suite: z.string().optional(),
  /** Largest loss of each slice; without it a slice fails only if it is shown worse. */
  margin: margin.optional(),
  floor: floor.optional(),
  /** Slices with fewer cases are shown but not judged. */
  atLeast: z.number().int().min(1).default(20),
});

const calibration = z.strictObject({
  /** Largest rise of the Brier score on cases that the champion knows. */
  margin: margin.optional(),
  /** Largest rise of the Brier score on out-of-scope texts, where every answer is wrong. */
  scope: margin.optional(),
  /** Largest expected calibration error of the candidate. */
  error: margin.optional(),
});

const budgets = z.strictObject({
  /** Largest size of adapter.onnx, in bytes. */
  bytes: z.number().int().min(1).optional(),
  /** Longest time from vector to answer, for one text, on this machine. */
  milliseconds: z.number().gt(0).optional(),
});

const anchorLines = z.strictObject({
  /**
   * A version of the adapter that has served. Without it every case has its own anchor: the version that was first
   * scored on it.
   */
  version: z.number().int().min(1).optional(),
  /** The largest loss against the anchor, as a multiple of the margin against the champion. */
  factor: z.number().min(1).max(4).optional(),
  /** The largest loss against the anchor, as a share. It replaces the factor. */
  margin: margin.optional(),
});

/** `false` in adapter.yaml becomes null: there is no anchor. */
const anchor = z.union([z.literal(false).transform(() => null), anchorLines]).default({});

const macro = z.strictObject({
  /** Largest loss of the macro accuracy; without it the macro accuracy fails only if it is shown worse. */
  margin: margin.optional(),
  /** Smallest macro accuracy of a candidate. */
  floor: floor.optional(),
});

export const gatePolicy = z.strictObject({
  confidence: z.number().gt(0.5).lt(1).default(0.95),
  margin,
  /** Limits of the holdouts of domains that the champion learned earlier, as one and individually. */
  domains: domains.default({}),
  suites: z.record(z.string(), limits).default({}),
  groups: z.record(z.string(), group).default({}),
  slices: z.array(slice).default([]),
  /** Smallest gain on domains that are new to the champion. */
  gain: margin.optional(),
  calibration: calibration.optional(),
  budgets: budgets.optional(),
  anchor,
  /** Limits of the macro accuracy (mean recall of the labels) on what the champion had learned. */
  macro: macro.optional(),
  /**
   * Whether a first version must be shown to be above always giving the label that is commonest among the learned
   * examples.
   */
  majority: z.boolean().default(true),
  /** When a suite's cases have judged this many contenders on average, the report asks for fresh cases. */
  reuse: z.number().int().min(1).default(50),
  /** Suites that judged earlier versions and may be missing now. */
  retired: z.array(z.string()).default([]),
  /** hold: only an override approves it; allow: a person may approve it; fail: it counts as a fail. */
  inconclusive: z.enum(['hold', 'allow', 'fail']).default('hold'),
});

/** @example const policy: GatePolicy = gatePolicy.parse({ margin: 0.03, confidence: 0.95 }); */
export type GatePolicy = z.infer<typeof gatePolicy>;
export type GroupPolicy = GatePolicy['groups'][string];
export type SlicePolicy = GatePolicy['slices'][number];

/** Every key of the section, at any depth. */
export const gateKeys: readonly string[] = [
  gatePolicy,
  limits,
  domains,
  group,
  slice,
  calibration,
  budgets,
  anchorLines,
  macro,
].flatMap((schema) => Object.keys(schema.shape));
