/** What is done after each answer of Google's to each call: the whole policy in one table (sheet section 6, 0.6, 3.7).
 *  The client library repeats nothing by itself. docs/retries.md shows the same table; a test compares them. */

/** `no answer`: it was sent, and then silence. `fault`: a 5xx. `slow down`: 429, or 403 for a rate. `spent`: 403 for a usage
 *  limit that lasts hours. `refused`: another 4xx. `signed out`: 401, or the token endpoint ended the grant.
 *  `gone`: 410. `changed`: 412. `taken`: 409, or a channel id that is in use. */
export const ANSWERS = ['never left', 'no answer', 'fault', 'slow down', 'spent', 'refused', 'signed out', 'not found', 'gone', 'changed', 'taken'] as const;
export type Answer = (typeof ANSWERS)[number];

/** `repeat`: the same again, backing off. `look`: it may have taken effect: read first, then decide. `hours`: again in hours.
 *  `anew`: our picture is old; read it and decide again. `done`: as good as success. `other`: another way is taken, which the
 *  caller knows. `person`: tried once an hour, and shown to the operator. `reconnect`: the coach has to give permission again. */
export type Next = 'repeat' | 'look' | 'hours' | 'anew' | 'done' | 'other' | 'person' | 'reconnect';

type Row = Readonly<Record<Answer, Next>>;
const row = (...next: readonly [Next, Next, Next, Next, Next, Next, Next, Next, Next, Next, Next]): Row =>
  Object.fromEntries(ANSWERS.map((answer, i) => [answer, next[i]])) as unknown as Row;

export const RETRIES = {
  //                        never left  no answer  fault     slow down  spent    refused   signed out   not found  gone    changed  taken
  'calendarList.list': row('repeat',   'repeat',  'repeat', 'repeat',  'hours', 'person', 'reconnect', 'person',  'anew', 'anew',  'anew'),
  'events.list':       row('repeat',   'repeat',  'repeat', 'repeat',  'hours', 'other',  'reconnect', 'other',   'anew', 'anew',  'anew'),
  'events.get':        row('repeat',   'repeat',  'repeat', 'repeat',  'hours', 'person', 'reconnect', 'other',   'anew', 'anew',  'anew'),
  'calendars.insert':  row('repeat',   'look',    'look',   'repeat',  'hours', 'person', 'reconnect', 'person',  'anew', 'anew',  'anew'),
  'events.insert':     row('repeat',   'look',    'look',   'repeat',  'hours', 'person', 'reconnect', 'person',  'anew', 'anew',  'look'),
  'events.patch':      row('repeat',   'look',    'look',   'repeat',  'hours', 'person', 'reconnect', 'person',  'anew', 'anew',  'anew'),
  'events.delete':     row('repeat',   'look',    'look',   'repeat',  'hours', 'person', 'reconnect', 'done',    'done', 'anew',  'anew'),
  'events.watch':      row('repeat',   'repeat',  'repeat', 'repeat',  'hours', 'other',  'reconnect', 'other',   'anew', 'anew',  'other'),
  'channels.stop':     row('repeat',   'repeat',  'repeat', 'repeat',  'hours', 'done',   'reconnect', 'done',    'done', 'anew',  'anew'),
  'token exchange':    row('repeat',   'repeat',  'repeat', 'repeat',  'hours', 'person', 'reconnect', 'person',  'anew', 'anew',  'anew'),
} as const satisfies Readonly<Record<string, Row>>;
/** True if a call that ended so may have taken effect, and must be looked for before it is repeated. A method that is not in
 *  the table is taken for an insert if it writes. */
export function mustLook(method: string, answer: Answer, isWrite: boolean): boolean {
  const known = (RETRIES as Readonly<Record<string, Row>>)[method];
  return (known ?? RETRIES[isWrite ? 'events.insert' : 'events.get'])[answer] === 'look';
}
