/** Groups of connected numbers (union-find with path halving: Tarjan and van Leeuwen, 1984). */
export class DisjointSets {
  readonly #parents = new Map<number, number>();

  /** The smallest number of the group. */
  find(number: number): number {
    let current = number;
    for (;;) {
      const parent = this.#parents.get(current) ?? current;
      if (parent === current) return current;
      const next = this.#parents.get(parent) ?? parent;
      this.#parents.set(current, next);
      current = next;
    }
  }

  connect(one: number, other: number): void {
    const [first, second] = [this.find(one), this.find(other)];
    if (first !== second) this.#parents.set(Math.max(first, second), Math.min(first, second));
  }

  areConnected(one: number, other: number): boolean {
    return this.find(one) === this.find(other);
  }

  /** Groups of at least two, each ascending. */
  groups(): number[][] {
    const groups = new Map<number, number[]>();
    for (const number of this.#parents.keys()) {
      const first = this.find(number);
      const group = groups.get(first) ?? [first];
      groups.set(first, group);
      if (number !== first) group.push(number);
    }
    return Array.from(groups.values(), (group) => group.sort((a, b) => a - b));
  }
}
