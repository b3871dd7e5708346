import { Problem } from '../kernel/problem.js';

const BUSY = new Set(['40001', '40P01', '55P03']);
/** Class 08 (connection), 53 (out of resources), 57014 (statement timeout), 57P01-57P05 (shutdown, starting), 25P03 and 25006
 *  (idle transaction ended; read-only during a switch-over), 3D000 (not created yet): all pass. */
const AWAY = /^(08...|53...|57014|57P0[1-5]|25P03|25006|3D000)$/;
const SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

/** What was prepared before a migration gives other columns now. Postgres has no code of its own for it. */
export const isOutdated = (error: unknown): boolean =>
  error instanceof Error && (error as { code?: unknown }).code === '0A000' && error.message.includes('cached plan must not change result type');

/** The Problem that a driver's error means, or the error itself if it is none of the expected ones.
 *  By SQLSTATE and socket code; the pool's own two errors have only a name or a text. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  const code = String((error as { code?: unknown }).code ?? '');
  if (BUSY.has(code) || isOutdated(error)) return new Problem('DATABASE_BUSY', 'The database asked to try again.', { sqlstate: code }, error);
  const lost = error.name === 'KnexTimeoutError' || /^(Connection terminated|Client has encountered a connection error|timeout expired|Unable to acquire a connection|aborted)/.test(error.message);
  if (AWAY.test(code) || SOCKET.has(code) || lost) return new Problem('DATABASE_AWAY', 'The database cannot be reached.', { cause: code || error.name }, error);
  if (error instanceof AggregateError && error.errors.some((e) => SOCKET.has(String((e as { code?: unknown }).code)))) {
    return new Problem('DATABASE_AWAY', 'The database cannot be reached.', {}, error);
  }
  return error;
}

/** True if `error` says that the named constraint refused a row. */
export const refusedBy = (error: unknown, constraint: string): boolean =>
  error instanceof Error && (error as { constraint?: unknown }).constraint === constraint;
