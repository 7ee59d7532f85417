/**
 * What is asked at every command, every look of the schedule or every row, as the store's functions ask it, and a store
 * to ask it of.
 */
import { findAnswerForm } from '#espalier/store/answer-forms.js';
import { holdArrivals, lastArrival, saveLastArrival } from '#espalier/store/arrivals.js';
import { recordAct } from '#espalier/store/audit.js';
import { checkAuditChain } from '#espalier/store/audit-chain.js';
import { findMembership, listOffered, saveMemberships, summariseBuffer } from '#espalier/store/buffer.js';
import { countOffered, countOfferedByAge, countStored, countStoredByAge } from '#espalier/store/buffer-stats.js';
import * as candidates from '#espalier/store/candidates.js';
import { listContenders } from '#espalier/store/contenders.js';
import { findMarks, readMarks } from '#espalier/store/curation.js';
import { type Store, transact } from '#espalier/store/database.js';
import { listDomainAccuracies } from '#espalier/store/domain-accuracies.js';
import { listEdits, listRenames } from '#espalier/store/edits.js';
import { findEmbeddings } from '#espalier/store/embeddings.js';
import {
  countEarlierUses,
  findChangedSuite,
  listJudgedSuites,
  listSuitesOfVersion,
} from '#espalier/store/eval-suites.js';
import { countAnswers } from '#espalier/store/example-counts.js';
import { type ExampleFilter, wasOffered } from '#espalier/store/example-filter.js';
import * as examples from '#espalier/store/examples.js';
import { countMatching, listMatching } from '#espalier/store/find-examples.js';
import { countUnlearned, listUnlearned, readLearned, saveLearned } from '#espalier/store/learned.js';
import * as near from '#espalier/store/near-duplicates.js';
import * as past from '#espalier/store/past-results.js';
import * as results from '#espalier/store/results.js';
import {
  lastRevision,
  listMended,
  listRevisions,
  listRevisionsOfEdit,
  listRevisionsOfExample,
} from '#espalier/store/revisions.js';
import { beginRun, listRuns, readRun, renewLease, takeOverRun } from '#espalier/store/runs.js';
import { findLastSettled, listChecks, listMissingChecks, readSettledChecks } from '#espalier/store/schedule.js';
import { parseSearch } from '#espalier/store/search-terms.js';
import { listStrata } from '#espalier/store/strata.js';
import { findUnfinishedRun } from '#espalier/store/unfinished.js';
import { findUnreadable } from '#espalier/store/unreadable.js';
import { findVersionScore, listVersionScores } from '#espalier/store/version-scores.js';
import { insertExamples, newExample, now } from './store.js';

const adapter = 'desk';
const version = { adapter, version: 1 };
const tasks = ['intent', 'tone'];
const range = { adapter, tasks, split: 'train', afterArrival: 3, throughArrival: 90 } as const;
const recorded = { adapter, version: 1, suite: 's', suiteVersion: 1, contentHash: 'h' };

/** A few rows of each kind. @returns the number of a run that has begun */
export async function fillForPlans(store: Store): Promise<number> {
  const texts = Array.from({ length: 40 }, (_, index) => index);
  const membership = { state: 'member', policy: 'p', score: 0.5, reason: '', since: '' } as const;
  await transact(store, async (transaction) => {
    await insertExamples(
      transaction,
      adapter,
      texts.map((index) =>
        newExample({ text: `${index}`, task: tasks[index % 2]!, split: index % 5 === 0 ? 'holdout' : 'train' }),
      ),
    );
    await saveMemberships(
      transaction,
      adapter,
      [2, 3, 5].map((exampleId) => ({ ...membership, exampleId })),
    );
    await saveLearned(transaction, version, {
      through: new Map([['intent', 20]]),
      throughRevision: 0,
      leftOut: new Map([[5, 'leaked']]),
    });
  });
  const run = await beginRun(store, {
    adapter,
    stage: 'encode',
    plan: {},
    trigger: 'ann',
    owner: 'one',
    startedAt: now,
    now,
  });
  return run.id;
}

/** @param runId of the run that `fillForPlans` has begun */
export type Ask = (store: Store, runId: number) => Promise<unknown>;
/** `by`: what its plan on SQLite must say, where an index would also serve with fewer of its columns. */
export type Hot = readonly [name: string, ask: Ask, by?: string];

const revised = { adapter, after: 0, through: 9 } as const;

const ofCuration: readonly Hot[] = [
  ['the last revision', ({ queries }) => lastRevision(queries, adapter)],
  ['revisions since a version', ({ queries }) => listRevisions(queries, revised)],
  ['revisions of an edit', ({ queries }) => listRevisionsOfEdit(queries, 1)],
  ['revisions of an example', ({ queries }) => listRevisionsOfExample(queries, 1)],
  ['mended labels', ({ queries }) => listMended(queries, revised)],
  ['renames since a version', ({ queries }) => listRenames(queries, revised)],
  ['the last edits', ({ queries }) => listEdits(queries, adapter, 5)],
  ['marks of examples', ({ queries }) => findMarks(queries, [1, 2, 3])],
  ['marks of an adapter', ({ queries }) => readMarks(queries, adapter)],
  [
    'an example by its text',
    ({ queries }) => examples.findExampleByText(queries, { adapter, task: 'intent', twin: 'x' }),
  ],
];

const ofIntake: readonly Hot[] = [
  [
    'same texts, and an insert',
    (asked) =>
      transact(asked, async (transaction) => {
        const writer = asked.engine.openExampleWriter(transaction, { adapter, task: 'intent' });
        await writer.prepare(['twin']);
        writer.find('twin');
      }),
    'examples_by_twin (adapter=? AND task=? AND twin=?)',
  ],
  [
    'the last arrival, held and saved',
    (asked) =>
      transact(asked, async (transaction) =>
        saveLastArrival(transaction, adapter, await holdArrivals(transaction, adapter)),
      ),
  ],
  ['the form of answers', ({ queries }) => findAnswerForm(queries, adapter, 'intent')],
  ['an answer of a task', ({ queries }) => examples.findSampleAnswer(queries, adapter, 'intent')],
  [
    'an act of the audit',
    (asked) =>
      transact(asked, (transaction) =>
        recordAct(transaction, {
          at: now,
          principal: { name: 'a', via: 'cli' },
          act: 'ingested',
          adapter,
          subject: '',
        }),
      ),
  ],
];

const ofNearDuplicates: readonly Hot[] = [
  [
    'examples that share a band, and bands',
    (asked) =>
      transact(asked, async (transaction) => {
        const index = asked.engine.openBandIndex(transaction);
        await index.find([Int32Array.of(3, -4)], 32);
        await index.add([{ id: 5, bands: Int32Array.of(3, -4) }]);
      }),
  ],
  ['how far a task has bands', ({ queries }) => near.readNearMark(queries, adapter, 'intent')],
  ['candidates by their ids', ({ queries }) => near.readCompared(queries, { adapter, task: 'intent' }, [1, 2])],
  ['ids of what arrived last', ({ queries }) => near.readIdsByArrival(queries, adapter, 30)],
  ['links of examples', ({ queries }) => near.readNearLinks(queries, [1, 2])],
  [
    'texts in order of arrival',
    async ({ queries }) => {
      for await (const slice of near.readComparedSlices(queries, { adapter, task: 'intent' }, 3)) void slice;
    },
    'examples_by_arrival (adapter=? AND arrival>?)',
  ],
  ['how many arrived after a number', ({ queries }) => near.countCompared(queries, { adapter, task: 'intent' }, 3)],
];

const ofExamples: readonly Hot[] = [
  ['the last arrival', ({ queries }) => lastArrival(queries, adapter)],
  [
    'one task by split and arrival',
    (asked) => examples.listExamples(asked, { ...range, tasks: ['intent'] }),
    'examples_by_split (adapter=? AND task=? AND split=? AND arrival>? AND arrival<?)',
  ],
  ['several tasks by split and arrival', (asked) => examples.listExamples(asked, range)],
  ['held-out rows', (asked) => examples.listExamples(asked, { ...range, split: 'holdout', afterArrival: 0 })],
  ['the first few', (asked) => examples.listExamples(asked, { ...range, most: 7 })],
  ['by their ids', (asked) => examples.listExamplesById(asked, [1, 2, 3])],
  ['texts by their ids', ({ queries }) => examples.readExampleTexts(queries, [1, 2, 3])],
  ['one by its id', ({ queries }) => examples.findExample(queries, adapter, 3)],
  [
    'how many arrived later',
    ({ queries }) => examples.countExamplesAfter(queries, adapter, 20),
    'examples_by_arrival (adapter=? AND arrival>?)',
  ],
  ['what a version has learned', ({ queries }) => readLearned(queries, version)],
  ['what it has not learned', (asked) => listUnlearned(asked, { ...version, tasks, throughArrival: 90 })],
  [
    'how much it has not learned',
    ({ queries }) => countUnlearned(queries, { ...version, tasks }),
    'COVERING INDEX examples_by_split (adapter=? AND task=? AND split=? AND arrival>?)',
  ],
  [
    'vectors by hash',
    (asked) => findEmbeddings(asked, { fingerprint: 'f', dimension: 2 }, ['a', 'b']),
    '(fingerprint=? AND hash=?)',
  ],
  ['unreadable texts by hash', ({ queries }) => findUnreadable(queries, 'f', ['a', 'b'])],
];

const members: ExampleFilter = { conditions: [{ field: 'state', is: '=', value: 'member' }] };
const ofLabel: ExampleFilter = {
  conditions: [
    { field: 'task', is: '=', value: 'intent' },
    { field: 'label', is: '=', value: 'balance' },
  ],
};
const page = { after: { id: 3, arrival: 3 }, limit: 10 };

const ofLists: readonly Hot[] = [
  [
    'a page of everything stored',
    (asked) => listMatching(asked, adapter, {}, page),
    'examples_by_arrival (adapter=? AND arrival>?)',
  ],
  [
    'a search',
    (asked) => listMatching(asked, adapter, { search: parseSearch('1') }, page),
    'SCAN found VIRTUAL TABLE INDEX 64:M1>',
  ],
  [
    'how many have a label',
    (asked) => countMatching(asked, adapter, { conditions: [{ field: 'task', is: '=', value: 'intent' }] }),
    'COVERING INDEX',
  ],
];

const ofBuffer: readonly Hot[] = [
  ['members', (asked) => listMatching(asked, adapter, members), 'buffer_by_state (adapter=? AND state=?)'],
  ['the first members', (asked) => listMatching(asked, adapter, members, { limit: 10 })],
  [
    'a later page of members',
    (asked) => listMatching(asked, adapter, members, page),
    'buffer_by_state (adapter=? AND state=? AND example_id>?)',
  ],
  ['everything that was offered', (asked) => listMatching(asked, adapter, { conditions: [wasOffered] })],
  ['everything that was offered, without texts', ({ queries }) => listOffered(queries, adapter)],
  ['why an example is in', ({ queries }) => findMembership(queries, adapter, 3), '(adapter=? AND example_id=?)'],
];

const ofRuns: readonly Hot[] = [
  ['the latest of an adapter', ({ queries }) => listRuns(queries, adapter, 1)],
  ['the unfinished one', ({ queries }) => findUnfinishedRun(queries, adapter)],
  ['taking one over', (asked) => takeOverRun(asked, adapter, { owner: 'one', now, isAlive: () => false })],
  ['renewing a lease', async (asked, runId) => renewLease(asked, await readRun(asked.queries, runId), now)],
  ['checks of the schedule', ({ queries }) => listChecks(queries, adapter, 10)],
  ['what the checks settled', ({ queries }) => readSettledChecks(queries, adapter)],
  ['when a trigger last settled', ({ queries }) => findLastSettled(queries, { adapter, trigger: 'cron' })],
  [
    'checks that are missing',
    ({ queries }) => listMissingChecks(queries, adapter),
    'schedule_checks_by_run (run_id=?)',
  ],
];

const ofCandidates: readonly Hot[] = [
  [
    'those that wait, of an adapter',
    ({ queries }) => candidates.listCandidates(queries, { adapter, status: 'waiting' }),
  ],
  [
    'those that wait, of all adapters',
    ({ queries }) => candidates.listCandidates(queries, { status: 'waiting' }),
    'candidates_by_status (status=?)',
  ],
  ['all of an adapter', ({ queries }) => candidates.listCandidates(queries, { adapter })],
  ['one by its number', ({ queries }) => candidates.findCandidate(queries, 1).catch(() => undefined)],
  [
    'the champion',
    ({ queries }) => candidates.findChampionVersion(queries, adapter),
    'decisions_by_adapter (adapter=?)',
  ],
  ['since when it serves', ({ queries }) => candidates.findChampionSince(queries, adapter)],
  ['the hash of its manifest', ({ queries }) => candidates.findManifestHash(queries, adapter, 1)],
  ['the next version', ({ queries }) => candidates.nextVersion(queries, adapter)],
  ['parents', ({ queries }) => candidates.listParents(queries, adapter)],
  ['decisions', ({ queries }) => candidates.listDecisions(queries, adapter)],
];

const ofResults: readonly Hot[] = [
  ['suites of a version', ({ queries }) => listSuitesOfVersion(queries, adapter, 1)],
  ['a suite that changed', ({ queries }) => findChangedSuite(queries, { suite: 's', version: 1, contentHash: 'h' })],
  [
    'results of a run, a contender and a suite',
    ({ queries }, runId) => results.listResults(queries, runId, { contender: 'replay', suite: 's' }),
    '(run_id=? AND contender=? AND suite=?)',
  ],
  ['scores of a lineage', ({ queries }) => past.listLineageScores(queries, { ...recorded, versions: [1, 2] })],
  ['recorded cases of a version', ({ queries }) => past.listRecordedCases(queries, recorded)],
  ['accuracies by domain', ({ queries }) => listDomainAccuracies(queries, adapter)],
  [
    'scores of a suite apart from updates',
    ({ queries }) => listVersionScores(queries, 's'),
    'version_scores_by_suite (suite=?)',
  ],
  ['the score of a version on a suite', ({ queries }) => findVersionScore(queries, recorded)],
  ['the chain of the audit', ({ queries }) => checkAuditChain(queries)],
];

/**
 * These order, group or count rows of one run, task or suite, which no index has in that order; what they read is still
 * found by an index.
 */
export const sortingQueries: readonly Hot[] = [
  ['strata of a task', ({ queries }) => listStrata(queries, adapter, 'intent')],
  ['contenders of a run', ({ queries }, runId) => listContenders(queries, runId)],
  ['suites of a run', ({ queries }, runId) => listJudgedSuites(queries, runId)],
  ['judged cases of a suite', ({ queries }) => past.listJudgedCases(queries, 's')],
  ['cells of the buffer', (asked) => summariseBuffer(asked, adapter)],
  ['examples of a label', (asked) => listMatching(asked, adapter, ofLabel, page)],
  ['everything stored, by source', ({ queries }) => countStored(queries, { adapter, task: undefined }, 'source')],
  [
    'everything stored, by age',
    ({ queries }) => countStoredByAge(queries, { adapter, task: 'intent' }, ['2026-01-01']),
  ],
  ['everything offered, by domain', ({ queries }) => countOffered(queries, { adapter, task: undefined }, 'domain')],
  [
    'everything offered, by age',
    ({ queries }) => countOfferedByAge(queries, { adapter, task: 'intent' }, ['2026-01-01']),
  ],
  ['answers of a task', ({ queries }) => examples.listAnswers(queries, adapter, 'intent')],
  ['how often each answer was given', ({ queries }) => countAnswers(queries, adapter, 90)],
  ['earlier uses of suites', ({ queries }, runId) => countEarlierUses(queries, adapter, runId)],
];

/** Of each part of the store. */
export const hotQueries: readonly (readonly [part: string, queries: readonly Hot[]])[] = [
  ['intake', ofIntake],
  ['curation', ofCuration],
  ['near-duplicates', ofNearDuplicates],
  ['examples', ofExamples],
  ['lists', ofLists],
  ['the buffer', ofBuffer],
  ['runs and the schedule', ofRuns],
  ['candidates and decisions', ofCandidates],
  ['results', ofResults],
];
