/** What an update is measured on: the declared suites, and the holdout of every domain ever learned. Each asks one task of the adapter. */
import type { AdapterDeclaration } from '../core/declaration.js';
import { EspalierError } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import { type Class, classKey, type Domain, domainKey, nameWithin } from '../core/tasks.js';
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
    if (suite.kind === 'classification' && !names.includes(task)) {
      throw new EspalierError('SUITE_INVALID', `the suite ${suite.name} asks the task \`${task}\`, which ${name} does not declare`, {
        hint: `Set \`task\` in its suite.yaml to ${names.join(' or ')}, or take it out of adapter.yaml.`,
      });
    }
    return { suite, task, domain: undefined, leftOut: 0 };
  });
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
    if (suite.kind !== 'classification') return asked;
    const cases = suite.cases.filter(({ label }) => isKnown({ task, label }));
    return { ...asked, suite: { ...suite, cases }, leftOut: suite.cases.length - cases.length };
  });
  const tasks = declaration.tasks.map(({ name }) => name);
  const held = await listExamples(store, { adapter: declaration.name, tasks, split: 'holdout', afterId: 0, throughId: throughExample });
  const holdouts = known.domains.map((domain) => {
    const own = held.filter((example) => domainKey(example) === domainKey(domain) && isKnown(example));
    return { suite: holdoutOf(declaration, known, domain, own), task: domain.task, domain, leftOut: 0 };
  });
  return [...holdouts.filter(({ suite }) => suite.cases.length > 0), ...declared];
}

/** `holdout/<domain>`, or `holdout/<task>/<domain>` where the adapter has several tasks. */
function holdoutOf({ tasks }: AdapterDeclaration, { classes }: Known, { task, domain }: Domain, held: readonly Example[]): Suite {
  const name = nameWithin(tasks, task, domain);
  return {
    name: `${holdoutPrefix}${name}`,
    version: 1,
    kind: 'classification',
    capability: `What was learned of ${name}.`,
    group: 'holdout',
    metric: 'accuracy',
    ceiling: 1,
    chance: 1 / classes.filter((one) => one.task === task).length,
    contentHash: sha256(held.map(({ id }) => id).join()),
    cases: held.map(({ id, text, label, source }) => ({ id: String(id), text, label, tags: { domain: name, source } })),
  };
}
