/** Shows how SQLite answers what the functions of the store really ask. */
import type SqliteDatabase from 'better-sqlite3';
import { type CompiledQuery, Kysely, SqliteDialect } from 'kysely';
import type { Queries, Store } from '#espalier/store/database.js';
import { openBandIndex } from '#espalier/store/sqlite/band-index.js';
import { openExampleWriter } from '#espalier/store/sqlite/example-writer.js';

export interface AskedQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The same store, whose queries and prepared statements, on a connection to its file, are written down in `asked`. */
export function eavesdrop(
  store: Store,
  connection: SqliteDatabase.Database,
): { readonly store: Store; readonly asked: AskedQuery[] } {
  const asked: AskedQuery[] = [];
  const hear = ({ sql, parameters }: Pick<CompiledQuery, 'sql' | 'parameters'>) => asked.push({ sql, parameters });
  const dialect = new SqliteDialect({ database: connection });
  const queries: Queries = new Kysely({ dialect, log: ({ query }) => void hear(query) });
  const database = new Proxy(connection, {
    get(target, name) {
      if (name === 'prepare')
        return (sql: string) => {
          asked.push({ sql, parameters: Array.from(sql.matchAll(/\?/g), () => '') });
          return target.prepare(sql);
        };
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const openWriter: Store['engine']['openExampleWriter'] = (_transaction, of) => openExampleWriter(database, of);
  const engine = { ...store.engine, openExampleWriter: openWriter, openBandIndex: () => openBandIndex(database) };
  return { store: { ...store, queries, engine }, asked };
}

/** The steps of the plan of a query, such as `SEARCH examples USING INDEX examples_by_split (adapter=? AND task=?)`. */
export function planOf(database: SqliteDatabase.Database, { sql, parameters }: AskedQuery): string[] {
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as { detail: string }[];
  return steps.map(({ detail }) => detail);
}
