import { Problem } from '../kernel/problem.js';
import { DAY, plus } from '../kernel/interval.js';
import { inTx } from '../postgres/transaction.js';
import { holdLease, notifyDue, type Claim } from '../work/due.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { authenticPush, channelRow, channelToken, countMessage, insertChannel, OVERLAP_MS, renewAt, setChannelState, setOpen } from './channel.store.js';
import { calendarRow, markDirty } from './mirror.store.js';

/** The worker of channels: opens one, opens its successor before it ends, closes it when it is no longer needed.
 *  A calendar that cannot be watched is polled, and asked again in a week. */
export async function tendChannel(shell: Shell, claim: Claim): Promise<Report> {
  const channel = await channelRow(shell.db, claim.coachId, claim.id);
  const calendar = channel && (await calendarRow(shell.db, claim.coachId, channel.calendar_id));
  if (!channel || !calendar) return { outcome: 'nothing' };
  const google = await shell.google(claim.coachId);
  switch (channel.state) {
    case 'opening': {
      try {
        const open = await google.watch(calendar.google_id, { id: channel.id, token: channelToken(shell.keys, channel.id), address: channel.address });
        await inTx(shell.db, 'commit channel', async (tx) => {
          await holdLease(tx, claim);
          await setOpen(tx, channel, open.resourceId, open.expiresAt, renewAt(open.expiresAt, shell.clock.now()));
          await markDirty(tx, claim.coachId, calendar.id, shell.clock.now()); // what changed before the channel stood
        });
        return { outcome: 'done', did: 'channel opened' };
      } catch (error) {
        if (!(error instanceof Problem) || (error.code !== 'GOOGLE_REFUSED' && error.code !== 'GOOGLE_NOT_FOUND')) throw error;
        // Also the way out after a crash between call and commit: the id is used up, the next row has a new one.
        const isUsedUp = error.facts.reason === 'channelIdNotUnique';
        await inTx(shell.db, 'commit channel', async (tx) => {
          await holdLease(tx, claim);
          await setChannelState(tx, channel, isUsedUp ? 'closed' : 'refused', isUsedUp ? null : plus(shell.clock.now(), 7 * DAY));
          if (isUsedUp) await insertChannel(tx, shell.keys, { coachId: claim.coachId, calendarId: calendar.id, address: channel.address }, shell.clock.now());
        });
        return { outcome: isUsedUp ? 'again' : 'stopped', did: isUsedUp ? 'channel id was used up' : 'this calendar cannot be watched; it is polled' };
      }
    }
    case 'open':
      await inTx(shell.db, 'commit channel', async (tx) => {
        await holdLease(tx, claim);
        await setChannelState(tx, channel, 'closing', plus(shell.clock.now(), OVERLAP_MS));
        await insertChannel(tx, shell.keys, { coachId: claim.coachId, calendarId: calendar.id, address: channel.address }, shell.clock.now());
      });
      return { outcome: 'done', did: 'channel renewed' };
    case 'closing':
      if (channel.resource_id) await google.stopChannel({ id: channel.id, resourceId: channel.resource_id });
      await inTx(shell.db, 'commit channel', async (tx) => { await holdLease(tx, claim); await setChannelState(tx, channel, 'closed', null); });
      return { outcome: 'done', did: 'channel closed' };
    case 'refused':
      await inTx(shell.db, 'commit channel', async (tx) => {
        await holdLease(tx, claim);
        await setChannelState(tx, channel, 'closed', null);
        await insertChannel(tx, shell.keys, { coachId: claim.coachId, calendarId: calendar.id, address: channel.address }, shell.clock.now());
      });
      return { outcome: 'done', did: 'trying a channel again' };
    case 'closed':
      return { outcome: 'nothing' };
  }
}

/** A push from Google: never data, only a nudge. Marks the calendar dirty and wakes its pull. False if it is not authentic. */
export async function hearPush(shell: Shell, push: { channelId: string; token: string; resourceId: string; state: string; messageNumber: number }): Promise<boolean> {
  const channel = await authenticPush(shell.db, push);
  if (!channel) return false;
  if (push.state === 'sync') return true;
  const now = shell.clock.now();
  await inTx(shell.db, 'commit push', async (tx) => {
    await countMessage(tx, channel, push.messageNumber, now);
    await markDirty(tx, channel.coach_id, channel.calendar_id, now);
    await notifyDue(tx, 'calendars');
  });
  return true;
}
