/**
 * The store as the rest of Espalier sees it, whichever database is behind it.
 *
 * `Queries` reads and writes. A `Transaction` is a narrower type: functions that must run all or nothing require it, so
 * that they do not compile outside of `transact`. Differences between the databases are in an `Engine`: store/sqlite
 * and store/postgres have one each, and the tests of the store run on both.
 */
import type { Kysely, RawBuilder, SelectQueryBuilder } from 'kysely';
import type { NewExample } from './example.js';
import type { QueryRequest, QueryResult } from './read-only-query.js';
import type { Schema } from './schema.js';
import type { SearchTerm } from './search-terms.js';

export type Queries = Kysely<Schema>;

declare const isOpen: unique symbol;

/** Queries within an open transaction. Only `transact` provides one. */
export type Transaction = Queries & { readonly [isOpen]: true };

export interface Store {
  /** Path of the file, or address of the server without the password; used in errors. */
  readonly location: string;
  readonly queries: Queries;
  readonly engine: Engine;
  close(): Promise<void>;
}

/** An example that is already in the store. */
export interface KnownExample {
  readonly id: number;
  readonly arrival: number;
  readonly hash: string;
  readonly label: string;
}

/** Finds and inserts examples of one task, many at a time. Inserted examples are found at once. */
export interface ExampleWriter {
  /** Prepares to find these; await it before calling `find` for one of them. */
  prepare(twins: readonly string[]): Promise<void>;
  /** The examples with the same text, the first one first. */
  find(twin: string): readonly KnownExample[];
  /** @param arrival one more than that of the previous example */
  insert(example: NewExample, arrival: number): void;
  /** Writes pending inserts, if the database writes in batches. */
  flush(): Promise<void>;
}

/** The MinHash bands of an example. */
export interface BandsOfExample {
  readonly id: number;
  /** [bands] int32, see src/core/min-hash.ts */
  readonly bands: Int32Array;
}

/** Finds and saves the bands of examples, many at a time. */
export interface BandIndex {
  /**
   * For each text, by its bands: the ids of the examples that share a band with it, of each band the `most` smallest
   * ones, so that a text that resembles a million others costs no more than one that resembles a few.
   */
  find(texts: readonly Int32Array[], most: number): Promise<number[][]>;
  add(examples: readonly BandsOfExample[]): Promise<void>;
}

export interface WriterOf {
  readonly adapter: string;
  readonly task: string;
}

/** Identifies an opened store, compared by identity: a store that is opened twice has two places. */
export interface Place {
  readonly location: string;
}

/** A query on `examples` joined with their rows of `buffer`. */
export type ExampleSelection = SelectQueryBuilder<Schema, 'examples' | 'buffer', object>;

/** Table -> number. */
export type LastIds = ReadonlyMap<string, number>;

export interface Unindexed {
  /** Examples that a search cannot find. */
  readonly missing: number;
  /** Indexed texts that are no example any more. */
  readonly surplus: number;
}

export interface TextIndex {
  /** Cost: one scan of examples and index. */
  countUnindexed(queries: Queries): Promise<Unindexed>;
  /** Makes the index again from the rows. */
  rebuild(transaction: Transaction): Promise<void>;
}

/** The operations of the store that differ between databases. docs/extending.md adds a database step by step. */
export interface Engine {
  readonly name: 'sqlite' | 'postgres';
  readonly place: Place;
  /** Begins a transaction that excludes all other writers. @throws errors that `errorOf` turns into STORE_BUSY */
  begin(transaction: Transaction): Promise<void>;
  /** Brings indexes up to date that are kept once a transaction instead of once a row; called before it is committed. */
  beforeCommit(transaction: Transaction): Promise<void>;
  /** Begins a read-only transaction on a snapshot of the database. Others can write meanwhile. */
  beginReading(transaction: Queries): Promise<void>;
  /**
   * Writes a snapshot of the database into a new SQLite file, without the space of deleted rows; absent if rows have to
   * be copied one by one.
   */
  readonly saveTo?: (queries: Queries, file: string) => Promise<void>;
  /** Describes damage to the database's own structure, and rows that refer to missing rows; empty if there is none. */
  findDamage(queries: Queries): Promise<string[]>;
  /** @throws STORE_GONE if the opened database is no longer at its path */
  requireInPlace(): void;
  /** The clock that leases use: one for all processes that share the database. */
  now(queries: Queries): Promise<Date>;
  openExampleWriter(transaction: Transaction, of: WriterOf): ExampleWriter;
  openBandIndex(transaction: Transaction): BandIndex;
  /** Whether the JSON array of strings in the column `label` contains a label. */
  isInSet(label: string): RawBuilder<boolean>;
  /** The name of the file that an example came from, in its column `provenance`. */
  readonly provenanceFile: RawBuilder<string>;
  /** In a query that `withMatches` restricted, the id by which matches come in order and a page ends early. */
  readonly matchId: RawBuilder<number>;
  /** Restricts a query to the examples whose text has all terms. */
  withMatches(query: ExampleSelection, terms: readonly SearchTerm[]): ExampleSelection;
  /** The full-text index; absent if the database itself keeps it true to the rows. */
  readonly textIndex?: TextIndex;
  /**
   * Runs one statement of a person's that only reads, apart from the store's own connections.
   * @throws SQL_INVALID, SQL_WRITES, SQL_TOO_SLOW, INTERRUPTED
   */
  query(request: QueryRequest): Promise<QueryResult>;
  /** For each table with numbered rows: the last number ever issued, even if that row was removed. */
  readLastIds(queries: Queries): Promise<LastIds>;
  /** Ensures that no number up to these is issued again. */
  saveLastIds(transaction: Transaction, ids: LastIds): Promise<void>;
  /**
   * Gives up the space of removed rows, so that nothing of them is left in the database's own files. It runs outside of
   * a transaction, and keeps writers out while it runs; cost: every row is written anew.
   */
  reclaim(queries: Queries): Promise<void>;
  /**
   * Translates an error of the database or of the disk to one of Espalier's catalogue; any other is returned unchanged.
   */
  errorOf(thrown: unknown): unknown;
}

/** Translates an error of a store outside of a transaction. */
export const storeError = (thrown: unknown, { engine }: Pick<Store, 'engine'>): unknown => engine.errorOf(thrown);

/** The present time by the clock that leases use. */
export const storeTime = ({ engine, queries }: Store): Promise<Date> => engine.now(queries);
