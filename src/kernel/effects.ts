import { channel } from 'node:diagnostics_channel';

/** Every side effect Makeway has, by name: a commit, a call that changes Google, a mail handed to SMTP.
 *  Each is announced right after it took effect, so that a test can end the process between any two. */
export const EFFECTS = [
  'commit receive', 'commit assess', 'commit expire-request', 'commit look-out', 'commit settle-finding',
  'commit decide', 'commit withdraw', 'commit wish', 'commit confirm', 'commit add-wishes',
  'commit choose', 'commit keep', 'commit fresh-choices', 'commit remind', 'commit end-ask', 'commit settle', 'commit notice-freed',
  'commit inbox-read', 'commit inbox-told', 'commit inbox-wanted', 'commit inbox-sent', 'commit inbox-made',
  'commit intend-move', 'commit moved', 'commit moved-back', 'commit vacated',
  'commit send-insert', 'commit inserted', 'commit intend-undo', 'commit undone', 'commit verified', 'commit landed', 'commit wait',
  'commit pull-page', 'commit pull', 'commit calendar-list', 'commit calendar-role', 'commit channel', 'commit push', 'commit connect', 'commit sign-in',
  'commit refresh-lease', 'commit refresh', 'commit grant-broken', 'commit disconnect', 'commit forget', 'commit left', 'commit reseal',
  'commit mail-sent', 'commit mail-refused', 'commit mail-pointless', 'commit prune', 'commit coach', 'commit rules', 'commit client', 'commit sweep', 'commit horizon', 'commit reconcile',
  'google calendar', 'google insert', 'google patch', 'google delete', 'google watch', 'google stop', 'google refresh', 'google revoke',
  'smtp send',
] as const;
export type Effect = (typeof EFFECTS)[number];

export const effectChannel = channel('makeway:effect');

/** Says that `effect` has just happened and can no longer be taken back. */
export const tookEffect = (effect: Effect): void => effectChannel.publish(effect);
