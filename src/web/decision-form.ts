import { z } from 'zod';
import type { Instant } from '../kernel/interval.js';
import { atWallClock, readRfc3339 } from '../kernel/zone.js';
import type { Decision } from '../resolution/decision.js';

const text = (max: number) => z.string().max(max).regex(/^[^\p{Cc}]*$/u).optional();
const Form = z.object({
  do: z.enum(['option1', 'option2', 'pass-on', 'decline', 'manual', 'not-a-client']),
  tick: z.union([z.string().max(3000), z.array(z.string().max(3000)).max(50)]).optional(),
  about: text(3000), address: text(320), client_name: text(200), start: text(40), wanted: text(40), start_local: text(40),
});

/** Reads the decision form; `zone` is the coach's, for the time typed in by hand. */
export function readDecision(body: unknown, zone: string): { decision: Decision } | { fault: string } {
  const form = Form.safeParse(body ?? {});
  if (!form.success) return { fault: 'Please choose one of the buttons.' };
  const { do: what, tick, address, client_name: clientName } = form.data;
  switch (what) {
    case 'option1':
    case 'decline': return { decision: { do: what } };
    case 'not-a-client': return { decision: { do: what, about: form.data.about ?? null } };
    case 'option2':
    case 'pass-on': return { decision: { ...(what === 'pass-on' && { passOn: true }), wanted: form.data.wanted === undefined ? null : readRfc3339(form.data.wanted), do: 'option2', about: form.data.about ?? null, ticks: tick === undefined ? [] : [tick].flat(), address: address ?? null, clientName: clientName ?? null } };
    case 'manual': {
      const start = startByHand(form.data.start, form.data.start_local, zone);
      return start === null ? { fault: 'Choose a time, or type one in.' } : { decision: { do: 'manual', start } };
    }
  }
}

function startByHand(chosen: string | undefined, typed: string | undefined, zone: string): Instant | null {
  const [, date, time] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2})?$/.exec(typed ?? '') ?? [];
  if (date && time) {
    try {
      return atWallClock(date, time, zone);
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }
  return chosen ? readRfc3339(chosen) : null;
}
