#!/usr/bin/env node
/** `makeway …`: what operators do by hand. Reads the same settings as the daemon; in the sandbox, those of the last start. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot, readDaemonSettings, SettingsProblem, type DaemonSettings } from '../config/settings.js';
import { readRules } from '../config/policy.js';
import { coachById, coachBySlug, saveApiKey, saveCoach } from './coach/coach.store.js';
import { changeRules } from './coach/rules.flow.js';
import { sha256 } from './work/hash.js';
import { Problem } from './kernel/problem.js';
import { plus } from './kernel/interval.js';
import { knownZone, momentInWords, readRfc3339 } from './kernel/zone.js';
import { calendarCommand } from './ops/calendar-command.js';
import { compose, type Composed, WORKERS } from './ops/compose.js';
import { reconcile as reconcileCalendars } from './ops/reconcile.js';
import { keptLead } from './ops/sandbox-clock.js';
import { statusLines } from './ops/status.js';
import { systemClock } from './ops/system-clock.js';
import { explain as explained } from './cli/explain.js';
import { clientCommand } from './cli/clients.js';
import { leave, rotate } from './cli/grants.js';
import { simulate as simulated } from './cli/simulate.js';
import { inTx } from './postgres/transaction.js';
import { translateDatabaseError } from './postgres/translate-error.js';
import { allOpenRequests, requestAnywhere } from './requests/request.store.js';
import { clientById } from './requests/client.store.js';
import { pictureOf, wantedBy } from './conflicts/picture.store.js';
import { needsCoach } from './requests/request.js';
import { decide } from './resolution/decide.flow.js';
import type { Decision } from './resolution/decision.js';
import { standingOf } from './web/decision-view.step.js';
import { readRuns, type RunRow } from './work/job-run.store.js';
import { work } from './work/run-due.flow.js';

const HELP = `makeway: settles booking conflicts in a coach's Google Calendar

  makeway pending                       requests that are not settled, the coach's turn first
  makeway resolve <request> --option 1|2|decline|manual
                                        settle one for the coach:
          --start <RFC 3339>            the time, for manual; for 2, which of several wanted times
          --address <e-mail>            option 2, if the address is missing
          --tick <key>                  option 2: this blocker does not matter here (repeatable)
  makeway simulate --coach <slug> --start <RFC 3339> [--length <minutes>] [--client <e-mail>]
                                        what would happen if that time were wanted: booked at once, or for each
                                        option who would be mailed, with which times and why; writes nothing
  makeway explain <request|session|mail> [--at <RFC 3339>]
                                        why it is, or was at that moment, as it is; a mail by its Message-ID
  makeway explain <resolution|offer> --start <RFC 3339>
                                        why that slot is offered, or not, and what became of it
  makeway jobs [--failed] [--follow]    the job log
  makeway status                        coaches, calendars, what waits
  makeway reconcile [<coach>] [--accept]
                                        compares the mirror with Google, tells every difference, repairs;
                                        --accept also believes that most of a frozen calendar is gone
  makeway coach add --slug S --name N --email E --time-zone Z
                                        adds a coach and says how to connect
  makeway coach set <slug> --policy '{"land":"manual"}'
                                        sets rules of a coach's policy (see README)
  makeway coach disconnect <slug>       gives the permission back to Google and forgets the copy
                                        of the calendar; the coach's events stay as they are
  makeway calendar list <coach>         their calendars, with role, access and state
  makeway calendar role <coach> <calendar> sessions|busy|hours|requests|ignored
                                        what a calendar is for: sessions live and land there; it takes time; its
                                        events are the working hours; the inbox for requests; or nothing
  makeway client export <coach> <client>
                                        all that is kept about a client (id or address), as JSON
  makeway client erase <coach> <client> takes their name and address away for good
  makeway key create [--name N]         makes an API key, shown once
  makeway keys rotate [--dry-run]       seals all secrets anew under the first of SECRET_KEYS, and
                                        says which older keys are still needed

Settings come from the environment (see README), or from the sandbox's data folder.`;

class Usage extends Error {}
const say = (line: string): void => { process.stdout.write(`${line}\n`); };

const [command = 'help', ...rest] = process.argv.slice(2);

async function main(): Promise<number> {
  try {
    if (['help', '--help', '-h'].includes(command)) { say(HELP); return 0; }
    const run = COMMANDS[command];
    if (!run) throw new Usage(`There is no command "${command}".`);
    const settings = settingsHere();
    const ahead = settings.sandbox ? { clock: { now: () => plus(systemClock.now(), keptLead(settings.dataDir)) } } : {};
    const composed = compose(settings, 'command', { connections: 2, ...ahead });
    try {
      return await run(composed, rest, settings);
    } finally {
      await composed.close();
    }
  } catch (thrown) {
    const error = translateDatabaseError(thrown);
    if (error instanceof Usage || isParseFault(error)) { process.stderr.write(`${error.message}\nAll commands: makeway help\n`); return 2; }
    if (error instanceof SettingsProblem || error instanceof Problem) { process.stderr.write(`${error.message}\n`); return 1; }
    throw error;
  }
}
const isParseFault = (error: unknown): error is Error => error instanceof Error && String((error as { code?: unknown }).code ?? '').startsWith('ERR_PARSE_ARGS');

/** The environment; what it lacks comes from what the launcher made for the sandbox. */
function settingsHere(): DaemonSettings {
  const folder = process.env.MAKEWAY_DATA_DIR ?? join(projectRoot(), '.makeway');
  const file = join(folder, 'launched-environment.json');
  const made = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  return readDaemonSettings({ ...made, ...process.env });
}

type Command = (composed: Composed, args: string[], settings: DaemonSettings) => Promise<number>;
const COMMANDS: Readonly<Record<string, Command>> = { pending, resolve, simulate, explain, jobs, status, reconcile, coach, calendar, client, key, keys };

async function pending({ shell }: Composed): Promise<number> {
  const open = await allOpenRequests(shell.db);
  if (open.length === 0) { say('Nothing is pending.'); return 0; }
  const lines: { mine: boolean; line: string }[] = [];
  for (const request of open) {
    const coach = await coachById(shell.db, request.coach_id);
    const client = await clientById(shell.db, coach.id, request.client_id);
    const mine = request.pending_reason !== null && needsCoach(request.pending_reason);
    const blockers = mine ? (await pictureOf(shell.db, coach, wantedBy(request), shell.clock.now())).blockers.map((b) => `\n    stands there: ${b.title}  (--tick ${b.key})`).join('') : '';
    lines.push({ mine, line: `${request.id}  ${coach.slug}  ${client.name} wants ${momentInWords(request.wanted_at, coach.zone)}\n    ${mine ? 'the coach decides: ' : ''}${await standingOf(shell.db, coach, request)}${blockers}` });
  }
  for (const { line } of lines.sort((a, b) => Number(b.mine) - Number(a.mine))) say(line);
  return 0;
}

async function resolve({ shell }: Composed, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: {
    option: { type: 'string' }, start: { type: 'string' }, address: { type: 'string' }, name: { type: 'string' }, tick: { type: 'string', multiple: true },
  } });
  const [id] = positionals;
  if (!id || positionals.length > 1) throw new Usage('Name one request: makeway resolve <request> --option …');
  const request = await requestAnywhere(shell.db, id);
  if (!request) throw new Problem('REQUEST_UNKNOWN', `There is no request ${id}. See: makeway pending`);
  const answer = await decide(shell, { coachId: request.coach_id, requestId: request.id, revision: null, by: 'operator' }, decisionOf(values));
  if ('refused' in answer) { process.stderr.write(`Not done: ${answer.why}\n`); return 1; }
  if (answer.landing?.claim) await work(shell, WORKERS, answer.landing.claim);
  const now = await requestAnywhere(shell.db, id);
  if (now) say(`${now.id}: ${await standingOf(shell.db, await coachById(shell.db, now.coach_id), now)}`);
  return 0;
}

function decisionOf(values: { option?: string | undefined; start?: string | undefined; address?: string | undefined; name?: string | undefined; tick?: string[] | undefined }): Decision {
  switch (values.option) {
    case '1': return { do: 'option1' };
    case '2': {
      const wanted = values.start === undefined ? null : readRfc3339(values.start);
      if (values.start !== undefined && wanted === null) throw new Usage('--start must be a time in RFC 3339, such as 2026-11-30T13:00:00+01:00.');
      return { do: 'option2', about: null, ticks: values.tick ?? [], address: values.address ?? null, clientName: values.name ?? null, wanted };
    }
    case 'decline': return { do: 'decline' };
    case 'manual': {
      const start = values.start === undefined ? null : readRfc3339(values.start);
      if (start === null) throw new Usage('manual needs --start with a time in RFC 3339, such as 2026-11-30T13:00:00+01:00.');
      return { do: 'manual', start };
    }
    case undefined:
    default: throw new Usage('--option must be 1, 2, decline or manual.');
  }
}

async function simulate({ shell }: Composed, args: string[]): Promise<number> {
  const answer = await simulated(shell, args);
  if ('fault' in answer) throw new Usage(answer.fault);
  answer.lines.forEach(say);
  return 0;
}

async function explain({ shell }: Composed, args: string[]): Promise<number> {
  const answer = await explained(shell, args);
  if ('fault' in answer) throw new Usage(answer.fault);
  answer.lines.forEach(say);
  return 0;
}

async function jobs({ shell }: Composed, args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { failed: { type: 'boolean' }, follow: { type: 'boolean' } } });
  let after = 0;
  for (;;) {
    const runs = await readRuns(shell.db, { failedOnly: values.failed === true, after, limit: 100 });
    for (const r of runs) say(runLine(r));
    after = runs.at(-1)?.id ?? after;
    if (!values.follow) { if (runs.length === 0) say(values.failed ? 'No failed runs.' : 'No runs yet.'); return 0; }
    await new Promise((wake) => setTimeout(wake, 1_000));
  }
}
function runLine(r: RunRow): string {
  const { did, ...counts } = r.counts;
  const details = [typeof did === 'string' ? did : '', ...Object.entries(counts).map(([k, v]) => `${k}=${String(v)}`), r.error_code ?? '', r.runs > 1 ? `${r.runs} runs` : ''].filter(Boolean).join(', ');
  return `${new Date(r.ended_at).toISOString()}  ${r.outcome.padEnd(7)}  ${r.job.padEnd(11)}  ${r.subject ?? ''}  ${details}  ${r.duration_ms} ms`;
}

async function status({ shell }: Composed): Promise<number> {
  for (const line of await statusLines(shell)) say(line);
  return 0;
}

async function reconcile({ shell }: Composed, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { accept: { type: 'boolean' } } });
  const [slug] = positionals;
  const known = slug === undefined ? null : await coachBySlug(shell.db, slug);
  if (slug !== undefined && !known) throw new Usage(`There is no coach "${slug}".`);
  let isWell = true;
  for await (const { calendar, differences, left, problem } of reconcileCalendars(shell, known?.id ?? null, values.accept === true)) {
    isWell &&= left.length === 0 && !problem;
    const verdict = problem ? `cannot be compared: ${problem.message}` : differences.length === 0 ? 'as in Google' : left.length === 0 ? `${differences.length} differences, repaired` : `${differences.length} differences, ${left.length} left`;
    say(`${calendar.coach_id}  calendar ${calendar.id}  ${verdict}`);
    const kept = new Set(left.map((d) => `${d.of} ${d.id}`));
    for (const d of differences) say(`    ${d.of} ${d.id}: ${DIFFERENCE[d.kind]}${kept.has(`${d.of} ${d.id}`) ? ', still' : ''}`);
  }
  return isWell ? 0 : 1;
}
const DIFFERENCE = { missing: 'Google has it, the mirror had not', extra: 'the mirror had it, Google has not', different: 'not as in Google' } as const;

async function coach({ shell }: Composed, args: string[], settings: DaemonSettings): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { slug: { type: 'string' }, name: { type: 'string' }, email: { type: 'string' }, 'time-zone': { type: 'string' }, policy: { type: 'string' } } });
  if (positionals[0] === 'set') return setRules(shell, positionals[1], values.policy);
  if (positionals[0] === 'disconnect') return disconnect(shell, positionals[1]);
  if (positionals[0] !== 'add') throw new Usage('makeway coach add --slug S --name N --email E --time-zone Z');
  const { slug, name, email, 'time-zone': zone } = values;
  if (!slug || !name || !email || !zone) throw new Usage('A coach needs --slug, --name, --email and --time-zone.');
  if (!/^[a-z0-9][a-z0-9-]{1,62}$/.test(slug)) throw new Usage('--slug is 2 to 63 of a-z, 0-9 and "-".');
  if (knownZone(zone) === null) throw new Usage(`${zone} is not a time zone we know; use an IANA name such as Europe/Berlin.`);
  await inTx(shell.db, 'commit coach', (tx) => saveCoach(tx, { slug, name, email, zone, policy: {} }, shell.clock.now()));
  say(`Added ${name}. To connect their calendar they open: ${settings.publicUrl}/connect`);
  return 0;
}

async function setRules(shell: Composed['shell'], slug: string | undefined, policy: string | undefined): Promise<number> {
  const known = slug ? await coachBySlug(shell.db, slug) : null;
  if (!known || policy === undefined) throw new Usage(slug && !known ? `There is no coach "${slug}".` : 'makeway coach set <slug> --policy \'{"land":"manual"}\'');
  const read = readRules(policy);
  if ('fault' in read) throw new Usage(read.fault);
  await changeRules(shell, { coachId: known.id, by: 'operator' }, { set: read.rules, drop: [] });
  say(`${known.slug}: ${JSON.stringify((await coachById(shell.db, known.id)).policy)}`);
  return 0;
}

async function calendar({ shell }: Composed, args: string[]): Promise<number> {
  const { positionals } = parseArgs({ args, allowPositionals: true, options: {} });
  const answer = await calendarCommand(shell, positionals);
  if (!answer) throw new Usage('makeway calendar list <coach>, or makeway calendar role <coach> <calendar> sessions|busy|hours|requests|ignored');
  (answer.isRefused ? process.stderr : process.stdout).write(`${answer.lines.join('\n')}\n`);
  return answer.isRefused ? 1 : 0;
}

async function client({ shell }: Composed, args: string[]): Promise<number> {
  const { positionals } = parseArgs({ args, allowPositionals: true, options: {} });
  const answer = await clientCommand(shell, positionals);
  if (!answer) throw new Usage('makeway client export <coach> <client>, or makeway client erase <coach> <client>');
  (answer.isRefused ? process.stderr : process.stdout).write(answer.text);
  return answer.isRefused ? 1 : 0;
}

async function disconnect(shell: Composed['shell'], slug: string | undefined): Promise<number> {
  if (!slug) throw new Usage('makeway coach disconnect <slug>');
  const { lines, exitCode } = await leave(shell, slug);
  lines.forEach(say);
  return exitCode;
}

async function keys({ shell }: Composed, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { 'dry-run': { type: 'boolean' } } });
  if (positionals[0] !== 'rotate' || positionals.length > 1) throw new Usage('makeway keys rotate [--dry-run]');
  const { lines, exitCode } = await rotate(shell, values['dry-run'] === true);
  lines.forEach(say);
  return exitCode;
}

async function key({ shell }: Composed, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { name: { type: 'string' } } });
  if (positionals[0] !== 'create') throw new Usage('makeway key create [--name N]');
  const secret = `mwk_${randomBytes(24).toString('base64url')}`;
  await inTx(shell.db, 'commit coach', (tx) => saveApiKey(tx, values.name ?? 'API key', sha256(secret), shell.clock.now()));
  say(`${secret}\nKeep it: it is not shown again.`);
  return 0;
}

process.exitCode = await main();
