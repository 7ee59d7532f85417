/**
 * The suites of an update: the declared suites, and the holdout of every domain ever learned. Each is about one task of
 * the adapter.
 */

import { EspalierError } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import { readLabelSet } from '../core/label-sets.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import {
  type Class,
  classesAmong,
  classKey,
  type Domain,
  domainKey,
  nameWithin,
  type Task,
} from '../declaration/tasks.js';
import { chanceOf } from '../evaluation/chance.js';
import type { Case } from '../evaluation/kind.js';
import { examinesAnswers, kindNamed, kindsThatAsk } from '../evaluation/kinds.js';
import { readSuites, type Suite } from '../evaluation/suites.js';
import type { Store } from '../store/database.js';
import { type Example, listExamples } from '../store/examples.js';
import { listMended } from '../store/revisions.js';
import { answerSuites } from './answer-suites.js';
import { type AskedSuite, holdoutPrefix } from './asked-suite.js';
import type { Known } from './contest.js';
import type { Plan, UpdateContext } from './context.js';
import { keepReadable, type PlannedMoment, standingsOf } from './fresh.js';
import { outOfScopeTexts } from './out-of-scope.js';

/** @throws SUITE_NOT_FOUND, SUITE_INVALID, also for a suite of a task that the adapter does not have */
export async function readDeclaredSuites(
  { suiteFolders }: UpdateContext['workspace'],
  { name, tasks, suites }: AdapterDeclaration,
): Promise<AskedSuite[]> {
  const names = tasks.map((task) => task.name);
  return (await readSuites(suiteFolders, suites)).map((suite) => {
    const task = suite.task ?? names[0]!;
    if (examinesAnswers(suite.kind) && !names.includes(task)) {
      throw new EspalierError(
        'SUITE_INVALID',
        `the suite ${suite.name} asks the task \`${task}\`, which ${name} does not declare`,
        {
          hint: `Set \`task\` in its suite.yaml to ${names.join(' or ')}, or take it out of adapter.yaml.`,
        },
      );
    }
    requireKindOfTask(suite, tasks.find((one) => one.name === task)!);
    return { suite, task, domain: undefined, leftOut: 0 };
  });
}

/** Single-label suites need a single-label task, multi-label suites a multi-label task. @throws SUITE_INVALID */
function requireKindOfTask({ name, kind }: Suite, { name: task, multiLabel = false }: Task): void {
  const { asks } = kindNamed(kind);
  const wanted = multiLabel ? 'a set of labels' : 'one label';
  if (asks === undefined || asks === wanted) return;
  throw new EspalierError(
    'SUITE_INVALID',
    `the suite ${name} is of kind ${kind}, and asks the ${multiLabel ? '' : 'single-label '}task \`${task}\``,
    {
      hint: `Suites of these kinds ask it: ${kindsThatAsk(wanted).join(', ')}; see docs/suites.md.`,
    },
  );
}

/**
 * What a version had been shown when it was made: it can lose held-out rows of these labels that had arrived by then.
 */
export interface Shown {
  readonly classes: readonly Class[];
  /** Arrival number of the last example that it learned from, or could have. */
  readonly throughExample: number;
}

/**
 * Lists the holdouts of domains that have one, then suites about the head's own answers, then the declared ones. Cases
 * whose class no contender knows are left out, and counted.
 * @param shown of the champion, whose held-out rows make the suites about answers; of the version itself if there is no
 * champion
 */
export async function listAsked(
  context: Pick<UpdateContext, 'store' | 'workspace' | 'encoder'>,
  plan: Pick<Plan, 'declaration' | 'throughExample' | 'throughRevision'>,
  known: Known,
  shown: Shown,
): Promise<AskedSuite[]> {
  const { store, workspace, encoder } = context;
  const { declaration, throughExample } = plan;
  const isKnown = knowing(known.classes);
  const declared = (await readDeclaredSuites(workspace, declaration)).map((asked) => withKnownLabels(asked, isKnown));
  const tasks = declaration.tasks.map(({ name }) => name);
  const range = {
    adapter: declaration.name,
    tasks,
    split: 'holdout',
    afterArrival: 0,
    throughArrival: throughExample,
  } as const;
  const standing = (await standingsOf(store, plan)).among(await listExamples(store, range));
  const held = await keepReadable(store, encoder, standing);
  const caseOf = await casesOf(store, plan);
  const holdouts = known.domains.map((domain) => {
    const own = held.filter(
      (example) =>
        domainKey(example) === domainKey(domain) && classesAmong(declaration.tasks, [example]).every(isKnown),
    );
    return {
      suite: holdoutOf(declaration, known, domain, { held: own, caseOf }),
      task: domain.task,
      domain,
      leftOut: 0,
    };
  });
  const wasLearned = knowing(shown.classes);
  const losable = held.filter(
    (example) =>
      example.arrival <= shown.throughExample && classesAmong(declaration.tasks, [example]).every(wasLearned),
  );
  const outOfScope = declaration.answers.scope ? await outOfScopeTexts(context, declaration) : [];
  return [
    ...holdouts.filter(({ suite }) => suite.cases.length > 0),
    ...answerSuites(declaration, { held: losable, outOfScope }),
    ...declared,
  ];
}

function knowing(classes: readonly Class[]): (one: Class) => boolean {
  const keys = new Set(classes.map(classKey));
  return (one) => keys.has(classKey(one));
}

/**
 * Leaves out cases whose label no contender has learned, since they measure nothing. Cases of encoder suites have no
 * label to learn.
 */
function withKnownLabels(asked: AskedSuite, isKnown: (one: Class) => boolean): AskedSuite {
  const { suite, task } = asked;
  if (!examinesAnswers(suite.kind)) return asked;
  const kind = kindNamed(suite.kind);
  const labelsOf = (item: Case) => kind.asked([item]).flatMap(({ labels }) => labels ?? []);
  const cases = (suite.cases as readonly Case[]).filter((item) =>
    labelsOf(item).every((label) => isKnown({ task, label })),
  );
  if (cases.length === suite.cases.length) return asked;
  // The cases are a subset of the suite's own; the compiler cannot infer this through the union of kinds.
  return { ...asked, suite: { ...suite, cases } as unknown as Suite, leftOut: suite.cases.length - cases.length };
}

/** Names the case of a held-out example. One whose label was mended is another case: earlier scores do not hold for it. */
type CaseOf = (example: Pick<Example, 'id'>) => string;

async function casesOf({ queries }: Store, plan: PlannedMoment): Promise<CaseOf> {
  const { declaration, throughRevision: through = 0 } = plan;
  const mended = await listMended(queries, { adapter: declaration.name, through });
  return ({ id }) => (mended.has(id) ? `${id}r${mended.get(id)}` : String(id));
}

/** `holdout/<domain>`, or `holdout/<task>/<domain>` where the adapter has several tasks. */
function holdoutOf(
  { tasks }: AdapterDeclaration,
  { classes }: Known,
  { task, domain }: Domain,
  { held, caseOf }: { readonly held: readonly Example[]; readonly caseOf: CaseOf },
): Suite {
  const name = nameWithin(tasks, task, domain);
  const shared = {
    name: `${holdoutPrefix}${name}`,
    version: 1,
    capability: `What was learned of ${name}.`,
    group: 'holdout',
    ceiling: 1,
    contentHash: sha256(held.map(caseOf).join()),
  };
  const shown = ({ arrival, text, source, ...example }: Example) => ({
    id: caseOf(example),
    text,
    tags: { domain: name, source, arrival: String(arrival) },
  });
  // A task that was removed from adapter.yaml is not scored.
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
