/** What an update is measured on: the declared suites, and the holdout of every domain ever learned. Each asks one task of the adapter. */
import type { AdapterDeclaration } from '../core/declaration.js';
import { EspalierError } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import { readLabelSet } from '../core/label-sets.js';
import { type Class, classesAmong, classKey, type Domain, domainKey, nameWithin, type Task } from '../core/tasks.js';
import { chanceOf } from '../evaluation/chance.js';
import { asksHead } from '../evaluation/kinds.js';
import { readSuites, type Suite } from '../evaluation/suites.js';
import { type Example, listExamples } from '../store/examples.js';
import type { Plan, UpdateContext } from './context.js';
import type { Known } from './field.js';

export const holdoutPrefix = 'holdout/';

export interface AskedSuite {
  readonly suite: Suite;
  /** Which answer counts, where it asks for one. */
  readonly task: string;
  /** Whose holdout it is; undefined: a declared suite. */
  readonly domain: Domain | undefined;
  /** Cases that are not asked, since no contender knows their label. */
  readonly leftOut: number;
}

/** @throws SUITE_NOT_FOUND, SUITE_INVALID, also where a suite asks a task that the adapter has not */
export async function readDeclaredSuites(
  { suiteFolders }: UpdateContext['workspace'],
  { name, tasks, suites }: AdapterDeclaration,
): Promise<AskedSuite[]> {
  const names = tasks.map((task) => task.name);
  return (await readSuites(suiteFolders, suites)).map((suite) => {
    const task = suite.task ?? names[0]!;
    if (asksHead(suite.kind) && !names.includes(task)) {
      throw new EspalierError('SUITE_INVALID', `the suite ${suite.name} asks the task \`${task}\`, which ${name} does not declare`, {
        hint: `Set \`task\` in its suite.yaml to ${names.join(' or ')}, or take it out of adapter.yaml.`,
      });
    }
    requireKindOfTask(suite, tasks.find((one) => one.name === task)!);
    return { suite, task, domain: undefined, leftOut: 0 };
  });
}

/** A set of labels is no answer to a question that has one, nor the other way. @throws SUITE_INVALID */
function requireKindOfTask({ name, kind }: Suite, { name: task, multiLabel = false }: Task): void {
  const wanted = multiLabel ? 'multi-label' : 'classification';
  if (kind === wanted || !asksHead(kind)) return;
  throw new EspalierError(
    'SUITE_INVALID',
    `the suite ${name} is of kind ${kind}, and asks the ${multiLabel ? '' : 'single-label '}task \`${task}\``,
    {
      hint: `A suite that asks it is of kind ${wanted}; see docs/suites.md.`,
    },
  );
}

/** Holdouts first, of domains that have one; cases whose class no contender has ever seen are left out, and counted. */
export async function listAsked(
  { store, workspace }: Pick<UpdateContext, 'store' | 'workspace'>,
  plan: Pick<Plan, 'declaration' | 'throughExample'>,
  known: Known,
): Promise<AskedSuite[]> {
  const { declaration, throughExample } = plan;
  const keys = new Set(known.classes.map(classKey));
  const isKnown = (one: Class) => keys.has(classKey(one));
  const declared = (await readDeclaredSuites(workspace, declaration)).map((asked) => {
    const { suite, task } = asked;
    const isLearned = (label: string) => isKnown({ task, label });
    if (suite.kind === 'classification') return asking(asked, { ...suite, cases: suite.cases.filter(({ label }) => isLearned(label)) });
    if (suite.kind === 'multi-label')
      return asking(asked, { ...suite, cases: suite.cases.filter(({ labels }) => labels.every(isLearned)) });
    return asked;
  });
  const tasks = declaration.tasks.map(({ name }) => name);
  const held = await listExamples(store, { adapter: declaration.name, tasks, split: 'holdout', afterId: 0, throughId: throughExample });
  const holdouts = known.domains.map((domain) => {
    const own = held.filter(
      (example) => domainKey(example) === domainKey(domain) && classesAmong(declaration.tasks, [example]).every(isKnown),
    );
    return { suite: holdoutOf(declaration, known, domain, own), task: domain.task, domain, leftOut: 0 };
  });
  return [...holdouts.filter(({ suite }) => suite.cases.length > 0), ...declared];
}

/** The same with fewer cases. */
const asking = (asked: AskedSuite, suite: Suite): AskedSuite => ({
  ...asked,
  suite,
  leftOut: asked.suite.cases.length - suite.cases.length,
});

/** `holdout/<domain>`, or `holdout/<task>/<domain>` where the adapter has several tasks. */
function holdoutOf({ tasks }: AdapterDeclaration, { classes }: Known, { task, domain }: Domain, held: readonly Example[]): Suite {
  const name = nameWithin(tasks, task, domain);
  const shared = {
    name: `${holdoutPrefix}${name}`,
    version: 1,
    capability: `What was learned of ${name}.`,
    group: 'holdout',
    ceiling: 1,
    contentHash: sha256(held.map(({ id }) => id).join()),
  };
  const shown = ({ id, text, source }: Example) => ({ id: String(id), text, tags: { domain: name, source } });
  // A task that adapter.yaml has no more is not asked.
  if (!tasks.find((one) => one.name === task)?.multiLabel) {
    const chance = 1 / classes.filter((one) => one.task === task).length;
    return {
      ...shared,
      kind: 'classification',
      metric: 'accuracy',
      chance,
      cases: held.map((example) => ({ ...shown(example), label: example.label })),
    };
  }
  const cases = held.map((example) => ({ ...shown(example), labels: readLabelSet(example.label) }));
  const suite: Suite = { ...shared, kind: 'multi-label', metric: 'jaccard', chance: 0, cases };
  return cases.length === 0 ? suite : { ...suite, chance: chanceOf(suite) };
}
