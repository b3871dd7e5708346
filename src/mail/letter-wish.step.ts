import type { Coach } from '../coach/coach.store.js';
import { intervalFrom, MINUTE } from '../kernel/interval.js';
import { wishById } from '../requests/wish.store.js';
import type { Shell } from '../work/shell.port.js';
import type { Written } from './envelope.js';
import { wishPath } from './link.store.js';
import type { OutboxRow } from './outbox.store.js';

/** What the letter says that asks a visitor to confirm; null once they have, or cannot any more. */
export async function aboutWish(shell: Shell, coach: Coach, row: OutboxRow): Promise<Written | null> {
  if (row.letter !== 'confirm' || row.wish_id === null) return null;
  const wish = await wishById(shell.db, coach.id, row.wish_id);
  if (wish.email === null || shell.clock.now() >= wish.expires_at) return null;
  const link = shell.publicUrl + await wishPath(shell.db, shell.keys, { coachId: coach.id, wishId: wish.id });
  const wanted = wish.starts.map((start) => intervalFrom(start, wish.length_minutes * MINUTE));
  return {
    facts: { letter: 'confirm', coachName: coach.name, zone: wish.time_zone, coachZone: coach.zone, sessionType: wish.session_type, wanted, until: wish.expires_at, link },
    to: { name: '', address: wish.email }, entry: null,
  };
}
