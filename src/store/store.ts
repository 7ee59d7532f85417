/**
 * The store as the rest of Espalier sees it, whichever database is behind it.
 *
 * `Queries` asks. A `Transaction` is one more thing: what must happen all or nothing takes that type, so that it does
 * not compile outside of `transact`. What the databases do not share is an `Engine`: store/sqlite and store/postgres
 * have one each, and the tests of the store run on both.
 */
import type { Kysely, RawBuilder } from 'kysely';
import type { NewExample } from './example.js';
import type { Schema } from './schema.js';

export type Queries = Kysely<Schema>;

declare const isOpen: unique symbol;

/** Queries within an open transaction. Only `transact` gives one. */
export type Transaction = Queries & { readonly [isOpen]: true };

export interface Store {
  /** Path of the file, or address of the server without the password; named in errors. */
  readonly location: string;
  readonly queries: Queries;
  readonly engine: Engine;
  close(): Promise<void>;
}

/** What an example is called that the store has already. */
export interface KnownExample {
  readonly id: number;
  readonly arrival: number;
  readonly hash: string;
  readonly label: string;
}

/** Finds and inserts examples of one task, many at a time. What was inserted is found at once. */
export interface ExampleWriter {
  /** Makes ready to find these; to be awaited before `find` is asked for one of them. */
  prepare(twins: readonly string[]): Promise<void>;
  /** The examples that are the same text, the first one first. */
  find(twin: string): readonly KnownExample[];
  /** @param arrival one more than that of the example before */
  insert(example: NewExample, arrival: number): void;
  /** Writes what was inserted since the last time, where the database takes rows in parcels. */
  flush(): Promise<void>;
}

export interface WriterOf {
  readonly adapter: string;
  readonly task: string;
}

/** The place of an opened store, compared by identity: what is opened twice is two places. */
export interface Place {
  readonly location: string;
}

/** Table -> number. */
export type LastIds = ReadonlyMap<string, number>;

export interface Engine {
  readonly name: 'sqlite' | 'postgres';
  readonly place: Place;
  /** Begins a transaction that nobody else writes beside. @throws what `errorOf` makes a STORE_BUSY of */
  begin(transaction: Transaction): Promise<void>;
  /** Begins a transaction that only reads, and sees the database as of one moment. Others write meanwhile. */
  beginReading(transaction: Queries): Promise<void>;
  /**
   * Writes the database as of one moment into a new SQLite file, without the space of what was deleted; absent where
   * rows have to be copied.
   */
  readonly saveTo?: (queries: Queries, file: string) => Promise<void>;
  /** What is damaged in the database's own structure, and rows that point to no row, in words; empty: nothing. */
  findDamage(queries: Queries): Promise<string[]>;
  /** @throws STORE_GONE where the opened database is not where it was */
  requireInPlace(): void;
  /** The clock that leases go by: one for all processes that share the database. */
  now(queries: Queries): Promise<Date>;
  openExampleWriter(transaction: Transaction, of: WriterOf): ExampleWriter;
  /** Whether a JSON array of strings in the column `label` contains one. */
  isInSet(label: string): RawBuilder<boolean>;
  /** Of each table that numbers its rows: the last number that was ever given. Rows may be gone since. */
  readLastIds(queries: Queries): Promise<LastIds>;
  /** No number up to these is given again. */
  saveLastIds(transaction: Transaction, ids: LastIds): Promise<void>;
  /** An error of the database or of the disk as one of Espalier's catalogue; anything else is returned as it is. */
  errorOf(thrown: unknown): unknown;
}

/** For what is reported of a store elsewhere than in a transaction. */
export const storeError = (thrown: unknown, { engine }: Pick<Store, 'engine'>): unknown => engine.errorOf(thrown);

/** The time that leases go by. */
export const storeTime = ({ engine, queries }: Store): Promise<Date> => engine.now(queries);
