/** The stages of an update in order, except the last, which proposes the candidate and ends the run. */

import { task as judging } from '../gate/judge-task.js';
import type { Mix, Mixes } from './context.js';
import { noteSizes } from './size-note.js';
import { defineStage, type Outputs, type UpdateStage } from './stage.js';
import { describeEncoded, encodeTexts } from './stages/encode.js';
import { evaluateField } from './stages/evaluate.js';
import { judgeField } from './stages/judge.js';
import { mixField } from './stages/mix.js';
import { trainField } from './stages/train.js';

export const updateStages: readonly UpdateStage[] = [
  defineStage({
    name: 'encode',
    needs: [],
    async run({ context, plan }) {
      const output = await encodeTexts(context, plan);
      return { output, summary: describeEncoded(output) };
    },
  }),
  defineStage({
    name: 'mix',
    needs: [],
    async run({ context, plan }) {
      const output = await mixField(context, plan);
      return { output, summary: [describeMixes(output), ...(await noteSizes(context, plan, output))].join('; ') };
    },
  }),
  defineStage({
    name: 'train',
    needs: ['mix'],
    async run({ context, run, plan }, { mix }) {
      const { trained, failed, save } = await trainField(context, run, plan, mix);
      const summary = [
        `version ${plan.version} by ${Object.keys(trained).join(', ')}`,
        ...failed.map((name) => `${name} failed`),
      ];
      return { output: trained, summary: summary.join('; '), save };
    },
  }),
  defineStage({
    name: 'evaluate',
    needs: ['encode', 'mix', 'train'],
    async run({ context, run, plan }, { encode: { coverage }, mix, train }) {
      // Start the judging thread now: it is ready by the time scoring is done.
      context.work.prepare(judging);
      const evaluated = await evaluateField(context, run, plan, {
        mixes: trainedMixes({ mix, train }),
        trained: train,
      });
      // The report of a candidate also shows the coverage.
      return { output: { ...evaluated, ...(coverage && { coverage }) }, summary: `${evaluated.cases} cases` };
    },
  }),
  defineStage({
    name: 'gate',
    needs: ['mix', 'train', 'evaluate'],
    async run({ context, run, plan }, { mix, train, evaluate: evaluated }) {
      const strategies = Object.keys(trainedMixes({ mix, train }));
      const { store, work, signal } = context;
      const site = { queries: store.queries, work, signal };
      const { chosen, save } = await judgeField(site, { id: run.id, plan, evaluated, strategies });
      const summary = plan.field.length === 1 ? chosen.report.verdict : `${chosen.report.verdict}: ${chosen.strategy}`;
      return { output: chosen, summary, save };
    },
  }),
];

function describeMixes(mixes: Mixes): string {
  const words = ({ fresh, replayedIds, classes }: Mix) =>
    `${fresh} new and ${replayedIds.length} replayed examples, ${classes.length} classes`;
  return [...new Set(Object.values(mixes).map(words))].join('; ');
}

/** The mixes of the contenders that are still in the field. */
function trainedMixes({ mix, train }: Pick<Outputs, 'mix' | 'train'>): Mixes {
  return Object.fromEntries(Object.keys(train).map((strategy) => [strategy, mix[strategy]!]));
}
