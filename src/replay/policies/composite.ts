/**
 * Composite: other policies, one after another, each with a share of the budget: it chooses among the examples that the
 * parts before it left, for its share and for the room that they left free. So a part keeps what it is for, whatever
 * the others prefer: a buffer may hold what is typical, what is difficult and what is new side by side, as a portfolio
 * of selection rules does (Baram et al., "Online choice of active learning algorithms", JMLR 2004, who learn the shares;
 * here they are declared). Where a part may leave room, such as a quota of sources, put it last to keep its bound for
 * the whole of its share.
 *
 * For buffers that have to serve several purposes. Cost: the sum of that of the parts.
 */
import { z } from 'zod';
import { EspalierError } from '../../core/errors.js';
import type { BufferBudget } from '../../declaration/declaration.js';
import { costOf, limitOf } from '../budget.js';
import { checkOptions, readOptions } from '../options.js';
import type { Choice, Offer, PolicyOptions, ReplayPolicy, Selection } from '../policy.js';

const name = 'composite';

const partShape = z.strictObject({
  policy: z.string().min(1),
  /** Of the budget. */
  share: z.number().gt(0).lte(1),
  options: z.record(z.string(), z.unknown()).default({}),
});

type Part = z.infer<typeof partShape>;

const usualParts: Part[] = [
  { policy: 'herding', share: 0.5, options: {} },
  { policy: 'margin', share: 0.3, options: {} },
  { policy: 'recency', share: 0.2, options: {} },
];

const options = {
  parts: z
    .array(partShape)
    .min(1)
    .refine((parts) => Math.abs(sharesOf(parts) - 1) < 1e-9, { error: 'the shares of the parts must sum to 1' })
    .refine((parts) => parts.every(({ policy }) => policy !== name), { error: `${name} is no part of itself` })
    .default(usualParts),
};

const sharesOf = (parts: readonly Part[]) => parts.reduce((sum, { share }) => sum + share, 0);

/** @param policyNamed finds the policy of a part, also one that the workspace adds */
export function compositeOf(policyNamed: (name: string) => ReplayPolicy): ReplayPolicy {
  return {
    name,
    summary: 'what other policies choose, each for its share of the budget',
    score: 'score',
    wantsVectors: true,
    wantsScores: true,
    options,
    wantsFor: (given) => {
      const parts = readParts(given, policyNamed).map(({ policy }) => policy);
      return {
        wantsVectors: parts.some(({ wantsVectors }) => wantsVectors),
        wantsScores: parts.some(({ wantsScores }) => wantsScores === true),
        // Room that is left goes to the next part, so only the last one leaves it free.
        mayLeaveRoom: parts.at(-1)!.mayLeaveRoom === true,
      };
    },
    choose: (selection) => chooseByParts(readParts(selection.options, policyNamed), selection),
  };
}

interface SharingPolicy {
  readonly policy: ReplayPolicy;
  readonly share: number;
  readonly options: PolicyOptions;
}

/** @throws POLICY_UNKNOWN, DECLARATION_INVALID */
function readParts(
  given: PolicyOptions | undefined,
  policyNamed: (name: string) => ReplayPolicy,
): readonly SharingPolicy[] {
  return readOptions(options, given).parts.map(({ policy: partName, share, options: own }, index) => {
    const policy = policyNamed(partName);
    try {
      checkOptions(policy, own);
    } catch (thrown) {
      throw inPart(thrown, index);
    }
    // Its own options may change what it wants, too.
    return { policy: { ...policy, ...policy.wantsFor?.(own) }, share, options: own };
  });
}

/** The same error, at the place of the part. */
function inPart(thrown: unknown, index: number): unknown {
  if (!(thrown instanceof EspalierError) || thrown.at?.field === undefined) return thrown;
  const field = thrown.at.field.replace('buffer.options', `buffer.options.parts.${index}.options`);
  return new EspalierError(thrown.code, thrown.message, {
    at: { field },
    ...(thrown.hint !== undefined && { hint: thrown.hint }),
  });
}

async function chooseByParts<T extends Offer>(
  parts: readonly SharingPolicy[],
  { offers, budget, seed }: Selection<T>,
): Promise<Choice<T>> {
  const members: T[] = [];
  const choices: { readonly name: string; readonly choice: Choice<T> }[] = [];
  const chosenBy = new Map<T, Choice<T>>();
  let share = 0;
  for (const [index, part] of parts.entries()) {
    share += part.share;
    const isLast = index === parts.length - 1;
    const own = restOf(budget, { share: isLast ? 1 : share, used: costOf(members, budget) });
    if (limitOf(own) <= 0) continue;
    const others = offers.filter((offer) => !chosenBy.has(offer));
    const choice = await part.policy.choose({ offers: others, budget: own, seed, options: part.options });
    for (const member of choice.members) {
      members.push(member);
      chosenBy.set(member, choice);
    }
    choices.push({ name: part.policy.name, choice });
  }
  const last = choices.at(-1)!.choice;
  return {
    members,
    scoreOf: (offer) => (chosenBy.get(offer) ?? last).scoreOf(offer),
    whyNot: `no part chose it (${choices.map((one) => `${one.name}: ${one.choice.whyNot}`).join('; ')})`,
  };
}

/** What the parts through one may take up together, without what those before it took. */
function restOf(
  budget: BufferBudget,
  { share, used }: { readonly share: number; readonly used: number },
): BufferBudget {
  const left = Math.round(limitOf(budget) * share) - used;
  return 'bytes' in budget ? { bytes: left } : { examples: left };
}
