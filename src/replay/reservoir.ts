/**
 * The class x domain balanced reservoir: a budgeted sample of a stream that keeps every cell (label x domain) as large as the budget
 * lets all cells be, and each cell a uniform sample of what it was offered.
 *
 * As in class-balancing reservoir sampling (Chrysakis & Moens, "Online continual learning from imbalanced data", ICML 2020, alg. 1)
 * the largest cell gives way; within a cell the sample is bottom-k (each example has a fixed random score, the smallest stay), which
 * unlike Vitter's algorithm R needs no counter of what has passed and does not depend on the order within the cell.
 *
 * Cost: O(cells + log members) an offer, memory O(members).
 */
import type { BufferBudget } from '../core/declaration.js';
import { uniformOf } from '../core/random.js';
import type { Membership } from '../store/buffer.js';

export const reservoirPolicy = 'balanced-reservoir';

export interface Offer {
  readonly exampleId: number;
  readonly hash: string;
  /** With its task, where there are several. */
  readonly label: string;
  readonly domain: string;
  /** Size of the text in UTF-8 bytes. */
  readonly bytes: number;
}

interface Member extends Offer {
  readonly score: number;
}

/** Members of one cell in ascending order of score: the last is the first to go. */
interface Cell {
  readonly name: string;
  readonly members: Member[];
  weight: number;
}

export interface Reservoir {
  /** The change of membership this offer makes: of the example itself, and of those it displaces. */
  offer(offer: Offer): Membership[];
  readonly weight: number;
}

/** A reservoir that goes on from `members`. Same members, offers and seed: same result. */
export function openReservoir(budget: BufferBudget, seed: number, members: readonly Offer[], now: Date): Reservoir {
  const cells = new Map<string, Cell>();
  const inBytes = 'bytes' in budget;
  const limit = inBytes ? budget.bytes : budget.examples;
  const costOf = (member: Offer) => (inBytes ? member.bytes : 1);
  const reservoir = {
    weight: 0,
    offer(offer: Offer): Membership[] {
      const own = add(offer);
      const removed: { victim: Member; cell: Cell }[] = [];
      while (reservoir.weight > limit) {
        const cell = largestOf(cells.values());
        const victim = remove(cell);
        if (victim.exampleId === offer.exampleId) {
          // Room was made in vain (a byte budget): those who made it stay.
          for (const { victim: restored } of removed) add(restored);
          return [declined(victim, cell)];
        }
        removed.push({ victim, cell });
      }
      return [...removed.map(({ victim, cell }) => evicted(victim, cell, own)), admitted(offer, own)];
    },
  };
  for (const member of members) add(member);
  return reservoir;

  function add(offer: Offer): Cell {
    const name = `${offer.label} in ${offer.domain}`;
    const cell = cells.get(name) ?? { name, members: [], weight: 0 };
    cells.set(name, cell);
    const member = { ...offer, score: uniformOf(seed, offer.hash) };
    cell.members.splice(placeOf(cell.members, member.score), 0, member);
    cell.weight += costOf(member);
    reservoir.weight += costOf(member);
    return cell;
  }

  function remove(cell: Cell): Member {
    const victim = cell.members.pop()!;
    cell.weight -= costOf(victim);
    reservoir.weight -= costOf(victim);
    if (cell.members.length === 0) cells.delete(cell.name);
    return victim;
  }

  function describe(state: Membership['state'], member: Offer, reason: string): Membership {
    return {
      exampleId: member.exampleId,
      state,
      policy: reservoirPolicy,
      score: uniformOf(seed, member.hash),
      reason,
      since: now.toISOString(),
    };
  }

  function admitted(offer: Offer, cell: Cell): Membership {
    const unit = inBytes ? 'bytes' : 'examples';
    const reason = `admitted: ${cell.name} holds ${cell.weight} ${unit} with it, the buffer ${reservoir.weight} of ${limit}`;
    return describe('member', offer, reason);
  }

  function evicted(victim: Member, cell: Cell, own: Cell): Membership {
    const reason = `evicted: the buffer was full, ${cell.name} was its largest cell, and this had the cell's highest draw; made room for ${own.name}`;
    return describe('evicted', victim, reason);
  }

  function declined(victim: Member, cell: Cell): Membership {
    const reason = `declined: the buffer is full, ${cell.name} is its largest cell already, and this had the cell's highest draw`;
    return describe('declined', victim, reason);
  }
}

/** Ties are broken by name, so that the order in which cells were first seen does not matter. */
function largestOf(cells: Iterable<Cell>): Cell {
  let largest: Cell | undefined;
  for (const cell of cells) {
    if (!largest || cell.weight > largest.weight || (cell.weight === largest.weight && cell.name > largest.name)) largest = cell;
  }
  return largest!;
}

function placeOf(members: readonly Member[], score: number): number {
  let [low, high] = [0, members.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (members[middle]!.score < score) low = middle + 1;
    else high = middle;
  }
  return low;
}
