import knex, { type Knex } from 'knex';
import pg from 'pg';

const TIMESTAMPTZ = 1184;
const INT8 = 20;

/** Opens a pool on `url`. `timestamptz` is read as epoch milliseconds, `bigint` as a number.
 *  Every connection keeps to UTC, and a statement that hangs is ended after 30 s. */
export function openPool(url: string, max = 4): Knex {
  const types = new pg.TypeOverrides();
  types.setTypeParser(TIMESTAMPTZ, (text) => new Date(text).getTime());
  types.setTypeParser(INT8, (text) => Number(text));
  return knex({
    client: 'pg',
    connection: {
      connectionString: url, types, application_name: 'makeway', connectionTimeoutMillis: 5_000,
      keepAlive: true, options: '-c timezone=UTC -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000',
    } as Knex.PgConnectionConfig,
    pool: { min: 0, max, idleTimeoutMillis: 30_000 },
    acquireConnectionTimeout: 10_000,
  });
}

/** Opens one listening connection; `heard` gets each notification's payload, `lost` the end of the connection.
 *  The caller opens a new one after that. Rejects when the database is away. */
export async function listen(url: string, channel: string, heard: (payload: string) => void, lost: () => void): Promise<{ close(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url, application_name: 'makeway-listen', keepAlive: true, connectionTimeoutMillis: 5_000 });
  let open = true;
  const end = (): void => { if (open) { open = false; lost(); } };
  client.on('error', end);
  client.on('end', end);
  client.on('notification', (n) => heard(n.payload ?? ''));
  try {
    await client.connect();
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
  } catch (error) {
    open = false;
    await client.end();
    throw error;
  }
  return { close: async () => { open = false; await client.end(); } };
}
