/** `judge` as a task for a worker thread: bootstrapping many cases takes seconds. */
import { currentExtensions } from '../core/extensions.js';
import { withConfig } from '../declaration/config.js';
import type { GatePolicy } from '../declaration/gate-policy.js';
import type { Task } from '../work/task.js';
import { type Evaluation, type Judgement, judge } from './gate.js';

export interface JudgeRequest {
  readonly evaluation: Evaluation;
  readonly policy: GatePolicy;
  readonly seed: number;
  /** Path of the workspace's configuration file; undefined if it has none. */
  readonly config: string | undefined;
}

export const task: Task<JudgeRequest, Judgement> = {
  name: 'judging',
  module: import.meta.url,
  stops: 'anywhere',
  run: ({ evaluation, policy, seed, config }) => withConfig(config, () => judge(evaluation, policy, seed)),
};

export function judgeRequest(evaluation: Evaluation, policy: GatePolicy, seed: number): JudgeRequest {
  return { evaluation, policy, seed, config: currentExtensions().file };
}
