/** Runs the contract suite against Google itself, with an account made for it. `npm run contract:google` explains. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const TITLE = 'makeway contract suite', NAME = `${TITLE} (may be deleted)`, EVENTS = 'mkct';
const NEEDED = ['GOOGLE_CONTRACT_CLIENT_ID', 'GOOGLE_CONTRACT_CLIENT_SECRET', 'GOOGLE_CONTRACT_REFRESH_TOKEN'];
const SCOPES = ['openid', 'email', 'https://www.googleapis.com/auth/calendar'];
const NOTICE = `The contract suite against Google Calendar: it proves the fact sheet, and with it the emulator.

  Use a throw-away account. In it this creates and deletes
    - calendars whose title begins with "${TITLE}", or whose location is "${NAME}"; and access rules, list entries and channels of theirs
    - events on the primary calendar whose ids begin with "${EVENTS}"
    - watch channels
  and it touches nothing else. What a broken run left of it is deleted by the next, or by --sweep.

  variables
    GOOGLE_CONTRACT_CLIENT_ID, GOOGLE_CONTRACT_CLIENT_SECRET   an OAuth client
    GOOGLE_CONTRACT_REFRESH_TOKEN                              of the account, for: ${SCOPES.join(' ')}
    GOOGLE_CONTRACT_GUEST_REFRESH_TOKEN                        of a second throw-away account (without it facts of two people are skipped)
    GOOGLE_CONTRACT_ROOT                                       another server in Google's place, such as http://127.0.0.1:4010
  options
    --yes           run; nothing is done without it (or --sweep)
    --only 3        one section of the sheet; may be repeated
    --grep TEXT     only facts whose name contains TEXT
    --fresh         a new calendar for each fact. Without it facts take over each other's calendars, emptied, because Google
                    stops accounts that make more than 60 in a short time. A fact that fails on a used one: try it with --fresh
    --sweep         only delete what earlier runs left
  exit: 0 all facts hold, 1 some do not, 2 wrong or missing settings, 3 no --yes, 4 Google refused the credentials or the sweep
`;

const root = process.env.GOOGLE_CONTRACT_ROOT ?? 'https://www.googleapis.com';
const tokenUrl = process.env.GOOGLE_CONTRACT_ROOT === undefined ? 'https://oauth2.googleapis.com/token' : `${root}/token`;

function end(code, message) {
  (code === 0 ? process.stdout : process.stderr).write(`${message}\n`);
  process.exit(code);
}

function options() {
  try {
    return parseArgs({
      options: {
        yes: { type: 'boolean', default: false }, only: { type: 'string', multiple: true, default: [] }, grep: { type: 'string' },
        fresh: { type: 'boolean', default: false }, sweep: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return end(2, `${error.message}\n\n${NOTICE}`);
  }
}

/** An access token of the account behind a refresh token. */
async function signIn(variable) {
  const form = new URLSearchParams({
    grant_type: 'refresh_token', refresh_token: process.env[variable], client_id: process.env.GOOGLE_CONTRACT_CLIENT_ID, client_secret: process.env.GOOGLE_CONTRACT_CLIENT_SECRET,
  });
  const answer = await fetch(tokenUrl, { method: 'POST', body: form }).catch((error) => end(4, `${tokenUrl} cannot be reached: ${error.cause?.message ?? error.message}`));
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) end(4, `${variable} was refused: ${answer.status} ${body.error ?? ''} ${body.error_description ?? ''}`.trimEnd());
  return body.access_token;
}

async function call(token, method, path) {
  const answer = await fetch(`${root}/calendar/v3${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok && answer.status !== 404 && answer.status !== 410) throw new Error(`${method} ${path}: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
  return answer.status === 200 ? answer.json() : {};
}

async function* itemsOf(token, path) {
  let page = '';
  do {
    const { items = [], nextPageToken } = await call(token, 'GET', `${path}&maxResults=250${page}`);
    yield* items;
    page = nextPageToken === undefined ? '' : `&pageToken=${encodeURIComponent(nextPageToken)}`;
  } while (page !== '');
}

/** Deletes the suite's calendars and its events on the primary calendar. Returns how many there were. */
async function sweep(token) {
  let calendars = 0, events = 0;
  for await (const { id, summary, location, accessRole, primary } of itemsOf(token, '/users/me/calendarList?showHidden=true')) {
    if (primary === true || accessRole !== 'owner' || (!summary.startsWith(TITLE) && location !== NAME)) continue;
    await call(token, 'DELETE', `/calendars/${encodeURIComponent(id)}`);
    calendars++;
  }
  for await (const { id, status, recurringEventId } of itemsOf(token, '/calendars/primary/events?showDeleted=false')) {
    if (!id.startsWith(EVENTS) || status === 'cancelled' || recurringEventId !== undefined) continue;
    await call(token, 'DELETE', `/calendars/primary/events/${id}?sendUpdates=none`);
    events++;
  }
  return { calendars, events };
}

const { yes, only, grep, fresh, sweep: sweepOnly } = options();
const missing = NEEDED.filter((name) => (process.env[name] ?? '') === '');
if (missing.length > 0) end(2, `${NOTICE}\nNot set: ${missing.join(', ')}`);
if (only.some((each) => !/^\d$/.test(each))) end(2, `--only takes the number of a section\n\n${NOTICE}`);
if (!yes && !sweepOnly) end(3, `${NOTICE}\nNothing was done. Run it with --yes if this is what you want: npm run contract:google -- --yes`);

const token = await signIn('GOOGLE_CONTRACT_REFRESH_TOKEN');
const accounts = [token];
if ((process.env.GOOGLE_CONTRACT_GUEST_REFRESH_TOKEN ?? '') !== '') accounts.push(await signIn('GOOGLE_CONTRACT_GUEST_REFRESH_TOKEN'));
const { id } = await call(token, 'GET', '/calendars/primary').catch((error) => end(4, error.message));
process.stdout.write(`${NOTICE}\nAccount ${id} at ${root}\n`);

let code = 0;
if (!sweepOnly) {
  const files = only.length === 0 ? ['test/contracts/google/'] : only.map((each) => `test/contracts/google/${each}-`);
  const run = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--config', 'config/vitest.contract.config.ts', ...files, ...(grep === undefined ? [] : ['-t', grep])], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)), stdio: 'inherit',
    env: { ...process.env, CONTRACT_TARGET: 'google', ...(fresh ? { GOOGLE_CONTRACT_FRESH: '1' } : {}) },
  });
  code = run.status === 0 ? 0 : 1;
}
for (const each of accounts) {
  const { calendars, events } = await sweep(each).catch((error) => end(4, `The sweep failed, run it again with --sweep: ${error.message}`));
  process.stdout.write(`Swept: ${calendars} calendars, ${events} events.\n`);
}
process.exit(code);
