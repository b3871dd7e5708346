import type { GoogleCalendar } from '../google/google.port.js';
import { tookEffect } from '../kernel/effects.js';
import { Problem } from '../kernel/problem.js';
import { plus, type Instant } from '../kernel/interval.js';
import { inTx, type Tx } from '../postgres/transaction.js';
import { holdLease, notifyDue, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { isMirrored } from './access-role.js';
import { LOST_LIVES_MS, OVERLAP_MS, REFUSED_FOR_MS, renewAt } from './channel.js';
import { besides, channelRow, channelToken, insertSuccessor, setChannelState, setOpen, takePush, type Channel } from './channel.store.js';
import { calendarRow, markDirty, type CalendarRow } from './calendar.store.js';

interface Scene { readonly shell: Shell; readonly claim: Claim; readonly channel: Channel; readonly calendar: CalendarRow; readonly now: Instant }

/** The worker of channels. A channel is opened; its successor is opened before it ends; it is stopped when the successor has
 *  stood a while. A calendar that cannot be watched is polled, and asked again in a week. Each step begins by reading the
 *  row and ends in one commit: a crash costs a repeat, and an answer that was lost leaves a channel that is found again. */
export async function tendChannel(shell: Shell, claim: Claim): Promise<Report> {
  const channel = await channelRow(shell.db, claim.coachId, claim.id);
  const calendar = channel && (await calendarRow(shell.db, claim.coachId, channel.calendar_id));
  if (!channel || !calendar) return { outcome: 'nothing' };
  const scene: Scene = { shell, claim, channel, calendar, now: shell.clock.now() };
  switch (channel.state) {
    case 'opening': return open(scene);
    case 'open': return attend(scene);
    case 'closing': return close(scene);
    case 'refused': return succeed(scene, 'closed', null, 'trying a channel again');
    case 'closed': return { outcome: 'nothing' };
  }
}

/** One commit of this channel's work. */
const commit = (scene: Scene, write: (tx: Tx) => Promise<unknown>): Promise<void> =>
  inTx(scene.shell.db, 'commit channel', async (tx) => { await holdLease(tx, scene.claim); await write(tx); });

const isWanted = (scene: Scene): boolean => scene.shell.pushAddress !== null && isMirrored(scene.calendar.role);

/** The channel goes to `state`, and a new one is written down in its place while the calendar should have one. */
async function succeed(scene: Scene, state: 'closing' | 'closed', wakeAt: Instant | null, did: string): Promise<Report> {
  const { shell, channel, now } = scene;
  await commit(scene, async (tx) => {
    await setChannelState(tx, channel, state, wakeAt);
    if (isWanted(scene)) await insertSuccessor(tx, shell.keys, channel, shell.pushAddress ?? channel.address, now);
  });
  return { outcome: 'done', did };
}

async function open(scene: Scene): Promise<Report> {
  const { shell, claim, channel, calendar } = scene;
  if (!isWanted(scene)) return close(scene);
  const google = await shell.google(claim.coachId);
  let stands: Awaited<ReturnType<GoogleCalendar['watch']>>;
  try {
    stands = await google.watch(calendar.google_id, { id: channel.id, token: channelToken(shell.keys, channel.id), address: channel.address });
  } catch (error) {
    if (!(error instanceof Problem) || (error.code !== 'GOOGLE_REFUSED' && error.code !== 'GOOGLE_NOT_FOUND')) throw error;
    // After a lost answer or a crash: it stands at Google, but we do not know until when. Another takes its place, and then it is stopped.
    if (error.facts.reason === 'channelIdNotUnique') return succeed(scene, 'closing', plus(scene.now, OVERLAP_MS), 'this channel stands already; another one takes its place');
    const reason = String(error.facts.reason || error.code);
    await commit(scene, async (tx) => {
      await setChannelState(tx, channel, 'refused', plus(scene.now, REFUSED_FOR_MS), reason);
      await remember(tx, { coachId: claim.coachId, at: scene.now, what: 'calendar cannot be watched', by: 'google', calendarId: calendar.id, facts: { reason } });
    });
    return { outcome: 'stopped', did: `this calendar cannot be watched (${reason}); it is polled` };
  }
  const now = shell.clock.now();
  await commit(scene, async (tx) => {
    await setOpen(tx, channel, { ...stands, renewAt: renewAt(stands.expiresAt, now, Math.random()) }, now);
    await markDirty(tx, claim.coachId, calendar.id, now); // what changed before the channel stood
    await notifyDue(tx, 'calendars');
  });
  return { outcome: 'done', did: 'channel opened' };
}

/** An open channel is renewed in time. */
async function attend(scene: Scene): Promise<Report> {
  const { channel, now } = scene;
  if (channel.expires_at !== null && channel.expires_at <= now) return succeed(scene, 'closed', null, 'channel had ended; a new one is opened');
  return succeed(scene, 'closing', plus(now, OVERLAP_MS), 'channel renewed');
}

/** Stops a channel, but not before its successor has stood a while: until then pushes by either count. */
async function close(scene: Scene): Promise<Report> {
  const { shell, claim, channel, now } = scene;
  const other = await besides(shell.db, channel);
  const isOver = (channel.expires_at ?? plus(channel.created_at, LOST_LIVES_MS)) <= now;
  const waits = isWanted(scene) && (other.isComing || (other.openSince !== null && now < other.openSince + OVERLAP_MS));
  if (!isOver && waits) {
    await commit(scene, (tx) => setChannelState(tx, channel, 'closing', plus(now, OVERLAP_MS)));
    return { outcome: 'nothing' };
  }
  const resourceId = channel.resource_id ?? other.resourceId;
  if (!isOver && resourceId === null && channel.state === 'closing') {
    // It may stand at Google, and we have no name to stop it by: its next push, or its successor, tells one.
    await commit(scene, (tx) => setChannelState(tx, channel, 'closing', plus(now, 6 * OVERLAP_MS)));
    return { outcome: 'nothing' };
  }
  let did = 'channel closed';
  if (!isOver && resourceId !== null) {
    try {
      await (await shell.google(claim.coachId)).stopChannel({ id: channel.id, resourceId });
    } catch (error) {
      // Somebody else's by now (another client, another grant): it ends by itself.
      if (!(error instanceof Problem) || (error.code !== 'GOOGLE_REFUSED' && error.code !== 'GOOGLE_CURSOR_GONE')) throw error;
      did = 'channel left to end by itself';
    }
  }
  await commit(scene, (tx) => setChannelState(tx, channel, 'closed', null));
  return { outcome: 'done', did };
}

/** What a push of ours can look like at all: else it is not looked up. */
const CHANNEL_ID = /^[0-9a-f-]{36}$/;

/** A push from Google: never data, only a nudge. Marks the calendar dirty and wakes its pull. One statement is its whole
 *  transaction, since Google waits, and many come at once. False if the push is not authentic. */
export async function hearPush(shell: Shell, push: { channelId: string; token: string; resourceId: string; state: string; messageNumber: number }): Promise<boolean> {
  if (!CHANNEL_ID.test(push.channelId) || push.token.length !== 43) return false;
  const isOurs = await takePush(shell.db, push, shell.clock.now());
  if (isOurs) tookEffect('commit push');
  return isOurs;
}
