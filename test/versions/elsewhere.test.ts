/**
 * The whole life of an adapter with its versions in a place that has no folders of versions: whatever opened a path of
 * its own making would find nothing there.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { approve, rollBackTo } from '#espalier/library/candidates.js';
import { evaluateAdapter } from '#espalier/library/evaluate.js';
import { exportVersion } from '#espalier/library/export.js';
import { OpenWorkspace } from '#espalier/library/open-workspace.js';
import { ServedChampion } from '#espalier/library/served-champion.js';
import type { Site } from '#espalier/library/site.js';
import { readStatus } from '#espalier/library/status.js';
import { updateAdapter } from '#espalier/library/update.js';
import { openTestWorkspace, type TestWorkspace, testRows } from '#espalier/testing/testing.js';
import { HashedVersions } from '../support/hashed-versions.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const root = temporaryFolder();
const versions = new HashedVersions(root);
let desk: TestWorkspace;
let opened: OpenWorkspace;
beforeAll(async () => {
  desk = await openTestWorkspace();
  opened = new OpenWorkspace({ folder: desk.folder, access: 'write', environment: {}, actor: 'test' });
});
afterAll(async () => {
  await opened.close();
  await desk.close();
});

let day = 0;
/** A day later than the work before it. */
const onSite = <T>(work: (site: Site) => Promise<T>): Promise<T> =>
  opened.run({ at: new Date(Date.UTC(2026, 10, ++day)) }, (site) => work({ ...site, versions }));

async function champion(labels: readonly string[], field: readonly string[]): Promise<number> {
  const triage = await desk.espalier.adapter();
  await triage.ingest(testRows(labels, 24), { domain: labels.join(' '), at: new Date(Date.UTC(2026, 10, ++day)) });
  const { candidateId } = await onSite((site) => updateAdapter(site, 'triage', { field }));
  return (await onSite((site) => approve(site, candidateId, { reason: 'a test', override: true }))).champion;
}

it('two updates, approvals, an evaluation, answers, an export and a rollback need no path of a version', async () => {
  expect(await champion(['refund', 'shipping'], ['analytic'])).toBe(1);
  expect(await champion(['invoice'], ['analytic', 'finetune'])).toBe(2);
  expect(await versions.list('triage')).toEqual([1, 2]);
  const status = await onSite(readStatus);
  expect(status.adapters).toMatchObject([{ champion: 2, damage: null, trouble: null }]);
  const evaluation = await onSite((site) => evaluateAdapter(site, 'triage', { version: 1 }));
  expect(evaluation.measured.length).toBeGreaterThan(0);
  const file = join(root, 'exported.onnx');
  const exported = await onSite((site) => exportVersion(site, 'triage', { file, what: 'adapter' }));
  expect(exported.bytes).toBe(statSync(file).size);
  expect(await onSite((site) => rollBackTo(site, 'triage', { reason: 'a test' }))).toMatchObject({ from: 2, to: 1 });
  const answers = await onSite(async (site) => {
    await using served = await ServedChampion.open(site, 'triage', {});
    return served.predict(['refund'], { alwaysAnswer: true });
  });
  expect(answers).toMatchObject([{ version: 1, label: expect.stringMatching(/^(refund|shipping)$/) }]);
});

it('nothing of it was kept in the folder of the adapter, and no contender is left', () => {
  expect(readdirSync(join(desk.folder, 'adapters', 'triage'))).toEqual(['adapter.yaml']);
  expect(existsSync(join(root, 'runs', 'triage'))).toBe(true);
  expect(readdirSync(join(root, 'runs', 'triage'))).toEqual([]);
});
