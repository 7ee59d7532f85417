/**
 * Checks that a gate's policy names only things that exist: a rule for an unknown name would guard nothing, unnoticed.
 */

import { EspalierError } from '../core/errors.js';
import { nearestName } from '../core/text.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { GatePolicy } from '../declaration/gate-policy.js';
import type { Suite } from '../evaluation/suites.js';
import { answersFamily } from '../gate/paired.js';
import { listDecisions } from '../store/candidates.js';
import type { Queries } from '../store/database.js';
import { findChangedSuite } from '../store/eval-suites.js';
import { refusePruned } from '../versions/sound-version.js';
import { isMadeOfHoldout } from './asked-suite.js';

/** @throws DECLARATION_INVALID, SUITE_INVALID */
export async function checkPolicy(
  queries: Queries,
  { name, gate }: AdapterDeclaration,
  suites: readonly Suite[],
): Promise<void> {
  const policy = gate!;
  checkNames(policy, suites);
  await checkAnchor(queries, name, policy);
  for (const suite of suites) {
    const judged = { suite: suite.name, version: suite.version, contentHash: suite.contentHash };
    if ((await findChangedSuite(queries, judged)) === undefined) continue;
    throw new EspalierError(
      'SUITE_INVALID',
      `the cases of ${suite.name} have changed, and it is still version ${suite.version}`,
      {
        hint: 'Raise `version` in its suite.yaml: figures of different cases must not be compared.',
      },
    );
  }
}

function checkNames({ suites: lines, groups, slices }: GatePolicy, suites: readonly Suite[]): void {
  const names = suites.map((suite) => suite.name);
  const families = suites.map(({ group }) => group);
  for (const name of Object.keys(lines)) if (!isMadeOfHoldout(name)) requireKnown(name, names, `gate.suites.${name}`);
  for (const [index, { suite }] of slices.entries())
    if (suite !== undefined && !isMadeOfHoldout(suite)) requireKnown(suite, names, `gate.slices.${index}.suite`);
  const groupOf = new Map<string, string>();
  for (const [group, { suites: members }] of Object.entries(groups)) {
    for (const member of members.filter((one) => !isMadeOfHoldout(one)))
      requireKnown(member, [...names, ...families, answersFamily], `gate.groups.${group}.suites`);
    for (const member of members) {
      const other = groupOf.get(member);
      if (other !== undefined)
        throw invalid(`\`${member}\` is in two groups, ${other} and ${group}`, 'gate.groups', undefined);
      groupOf.set(member, group);
    }
  }
}

function requireKnown(name: string, known: readonly string[], field: string): void {
  if (known.includes(name)) return;
  const near = nearestName(name, known);
  const hint = near === undefined ? 'Name suites that adapter.yaml lists under `suites`.' : `Did you mean \`${near}\`?`;
  throw invalid(`\`${name}\` is none of the adapter's suites`, field, hint);
}

/** Only a version that has served, and that was not pruned, can be the anchor. */
async function checkAnchor(queries: Queries, adapter: string, { anchor }: GatePolicy): Promise<void> {
  if (anchor?.version === undefined) return;
  const served = (await listDecisions(queries, adapter))
    .filter(({ act }) => act !== 'reject')
    .map(({ toVersion }) => toVersion!);
  if (served.includes(anchor.version)) return refusePruned(queries, { adapter, version: anchor.version });
  const hint =
    served.length === 0
      ? 'Take `anchor` out until a first version serves.'
      : `Versions that served: ${[...new Set(served)].join(', ')}.`;
  throw invalid(`version ${anchor.version} of ${adapter} never served`, 'gate.anchor.version', hint);
}

function invalid(message: string, field: string, hint: string | undefined): EspalierError {
  return new EspalierError('DECLARATION_INVALID', message, {
    at: { file: 'adapter.yaml', field },
    ...(hint !== undefined && { hint }),
  });
}
