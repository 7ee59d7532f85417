/** Finds and inserts examples in parcels: asked for one by one, each would cost the way to the server and back. */
import { sql } from 'kysely';
import { type NewExample, sealOf } from '../example.js';
import type { ExampleWriter, KnownExample, Transaction, WriterOf } from '../store.js';

export class ParcelWriter implements ExampleWriter {
  readonly #transaction: Transaction;
  readonly #of: WriterOf;
  /** Twin -> the examples that are the same text, of those that were made ready. */
  #known = new Map<string, KnownExample[]>();
  /** Rows that were written, and at how many the database is next asked to look at them. */
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
    // Its id is given when it is written; until then nobody asks for more than its label and its arrival.
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
    // Of a table that has no statistics the planner expects so few rows that it would read all of them for each parcel.
    await sql`analyze examples`.execute(this.#transaction);
    this.#analyseAt *= 4;
  }
}
