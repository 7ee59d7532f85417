/** The units that a bootstrap draws and a jackknife leaves out: single cases, or clusters of related cases. */

/** The cases of unit u are members[starts[u]] ... members[starts[u + 1] - 1]. */
export interface Units {
  readonly count: number;
  readonly starts: Int32Array;
  readonly members: Int32Array;
}

/**
 * Cases of one text, user or document are correlated and carry less information than their number suggests, so they are
 * drawn whole (Field & Welsh, "Bootstrapping clustered data", J. R. Stat. Soc. B 2007).
 * @param clusters name of each case's cluster; without it each case is a unit
 */
export function unitsOf(cases: number, clusters?: ArrayLike<string | number>): Units {
  const numbers = new Map<string | number, number>();
  const unitOf = Int32Array.from({ length: cases }, (_, index) => {
    const name = clusters ? clusters[index]! : index;
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    return known;
  });
  return gather(unitOf, numbers.size);
}

/**
 * Merges many units into at most `most` groups: unit u goes into group u modulo `most`, so that neighbours, which
 * suites sort together, are separated.
 */
export function groupUnits({ count, starts, members }: Units, most: number): Units {
  const groups = Math.min(count, most);
  const groupOf = new Int32Array(members.length);
  for (let unit = 0; unit < count; unit++) {
    for (let at = starts[unit]!; at < starts[unit + 1]!; at++) groupOf[members[at]!] = unit % groups;
  }
  return gather(groupOf, groups);
}

/** Sorts the cases by unit with a counting sort. */
function gather(unitOf: Int32Array, count: number): Units {
  const starts = new Int32Array(count + 1);
  for (const unit of unitOf) starts[unit + 1]!++;
  for (let unit = 0; unit < count; unit++) starts[unit + 1]! += starts[unit]!;
  const next = starts.slice();
  const members = new Int32Array(unitOf.length);
  unitOf.forEach((unit, index) => {
    members[next[unit]!++] = index;
  });
  return { count, starts, members };
}
