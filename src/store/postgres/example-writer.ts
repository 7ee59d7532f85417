/** Finds and inserts examples in batches: individual queries would each cost a round trip to the server. */
import { type NewExample, sealOf } from '../example.js';
import type { ExampleWriter, KnownExample, Transaction, WriterOf } from '../store.js';

export class ParcelWriter implements ExampleWriter {
  readonly #transaction: Transaction;
  readonly #of: WriterOf;
  /** Twin -> the prepared examples with the same text. */
  #known = new Map<string, KnownExample[]>();
  #waiting: (NewExample & { readonly arrival: number })[] = [];

  constructor(transaction: Transaction, of: WriterOf) {
    this.#transaction = transaction;
    this.#of = of;
  }

  async prepare(twins: readonly string[]): Promise<void> {
    this.#known = new Map(twins.map((twin) => [twin, []]));
    const rows = await this.#transaction
      .selectFrom('examples')
      .select(['id', 'arrival', 'hash', 'label', 'twin'])
      .where('adapter', '=', this.#of.adapter)
      .where('task', '=', this.#of.task)
      .where('twin', 'in', [...this.#known.keys()])
      .orderBy('id')
      .execute();
    for (const { twin, ...example } of rows) this.#known.get(twin)!.push(example);
  }

  find(twin: string): readonly KnownExample[] {
    return this.#known.get(twin)!;
  }

  insert(example: NewExample, arrival: number): void {
    this.#waiting.push({ ...example, arrival });
    // The id is assigned when the row is written; until then only its label and arrival are read.
    this.#known.get(example.twin)!.push({ id: 0, arrival, hash: example.hash, label: example.label });
  }

  async flush(): Promise<void> {
    const rows = this.#waiting.map(({ receivedAt, provenance, ...example }) => ({
      ...example,
      ...this.#of,
      ...{ received_at: receivedAt, provenance: JSON.stringify(provenance) },
      seal: sealOf({ ...example, task: this.#of.task }),
    }));
    this.#waiting = [];
    if (rows.length > 0) await this.#transaction.insertInto('examples').values(rows).execute();
  }
}
