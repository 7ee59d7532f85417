/** What each seam asks of the members that a workspace adds: the configuration is loaded by these rules. */
import type { Extensions, Seam } from '../core/extensions.js';
import { loadConfig, type SeamRules } from '../declaration/config.js';
import { faultOfKind } from '../evaluation/added-kind.js';
import { kinds } from '../evaluation/kinds.js';
import { replayPolicies } from '../replay/policies.js';
import { faultOfHead, headKinds } from '../training/heads.js';
import { strategies } from '../training/strategies.js';
import { faultOfTrigger, takenTriggers } from '../triggers/triggers.js';

const namesOf = (members: readonly { readonly name: string }[]) => members.map(({ name }) => name);

const seamRules: Readonly<Record<Seam, SeamRules>> = {
  strategy: { taken: namesOf(strategies) },
  head: { taken: namesOf(headKinds), faultOf: faultOfHead },
  policy: { taken: namesOf(replayPolicies) },
  'suite kind': { taken: namesOf(kinds), faultOf: faultOfKind },
  trigger: { taken: takenTriggers, faultOf: faultOfTrigger },
};

/** @throws CONFIG_INVALID */
export const loadMembers = (file: string): Promise<Extensions> => loadConfig(file, seamRules);
