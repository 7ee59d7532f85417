/** The table `buffer_cells`: counts of the buffer, which triggers of the database keep true to its rows. */
import { sql } from 'kysely';
import type { Queries, Transaction } from './store.js';

const counted = sql`
  select buffer.adapter, task, label, domain, source, state, substr(received_at, 1, 10) as day, count(*) as examples, sum(octet_length(text)) as bytes
  from buffer inner join examples on examples.id = buffer.example_id
  group by buffer.adapter, task, label, domain, source, state, substr(received_at, 1, 10)`;

const kept = sql`select adapter, task, label, domain, source, state, day, examples, bytes from buffer_cells where examples <> 0 or bytes <> 0`;

/** Number of cells whose count differs from the rows. Cost: every row of the buffer is read. */
export async function countWrongCells(queries: Queries): Promise<number> {
  const { rows } = await sql<{ wrong: number }>`
    select count(*) as wrong from (
      select * from (select * from (${kept}) as kept except select * from (${counted}) as counted) as surplus
      union
      select * from (select * from (${counted}) as counted except select * from (${kept}) as kept) as missing
    ) as cells`.execute(queries);
  return rows[0]!.wrong;
}

export async function rebuildCells(transaction: Transaction): Promise<void> {
  await transaction.deleteFrom('buffer_cells').execute();
  await sql`insert into buffer_cells (adapter, task, label, domain, source, state, day, examples, bytes) ${counted}`.execute(
    transaction,
  );
}
