/** Finds and inserts examples in batches: individual queries would each cost a round trip to the server. */
import { sql } from 'kysely';
import { type NewExample, sealOf } from '../example.js';
import type { ExampleWriter, KnownExample, Transaction, WriterOf } from '../store.js';

export class ParcelWriter implements ExampleWriter {
  readonly #transaction: Transaction;
  readonly #of: WriterOf;
  /** Twin -> the prepared examples with the same text. */
  #known = new Map<string, KnownExample[]>();
  /** Number of rows written, and the number at which the table is analysed next. */
  #written = 0;
  #analyseAt = 2000;
  #waiting: (NewExample & { readonly arrival: number })[] = [];

  constructor(transaction: Transaction, of: WriterOf) {
    this.#transaction = transaction;
    this.#of = of;
  }

  async prepare(twins: readonly string[]): Promise<void> {
    this.#known = new Map(twins.map((twin) => [twin, []]));
    if (twins.length === 0) return;
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
    if (rows.length === 0) return;
    await this.#transaction.insertInto('examples').values(rows).execute();
    this.#written += rows.length;
    if (this.#written < this.#analyseAt) return;
    // Without statistics the planner expects so few rows that it would read the whole table for each batch.
    await sql`analyze examples`.execute(this.#transaction);
    this.#analyseAt *= 4;
  }
}
