/** One history, lived: step by step, with whatever goes wrong meanwhile; then quiet. The invariants are judged after each step. */
import { count } from '../mirror/converge-tally.js';
import { MINUTE_MS } from './model-cast.js';
import { ask, click, decide, look, withdraw } from './model-deeds.js';
import { perform } from './model-edits.js';
import type { Grounds } from './model-grounds.js';
import { atMostOnce, inboundCannotMail, neverWorseOff, noDoubleBooking, noEarlyLanding, slippedIn, strangers } from './model-invariants.js';
import { atRest, comeToRest, passAll } from './model-rest.js';
import { Stage } from './model-stage.js';
import { FAULTS, type History, type Meanwhile, type Step } from './model-steps.js';

/** Lives one history on grounds that forget all before it. Throws with every breach of an invariant, and with what was lived until then. */
export async function live(grounds: Grounds, run: number, { setting, opening, steps }: History): Promise<void> {
  const stage = new Stage(grounds, run, setting), lived: string[] = [];
  try {
    await stage.begin();
    await check(stage, false);
    for (const step of [...opening, ...steps]) {
      lived.push(JSON.stringify(step));
      await take(stage, step);
      await check(stage, false);
    }
    lived.push('rest');
    await comeToRest(stage);
    await check(stage, true);
    lived.push('27 days');
    refuse('left over', await passAll(stage));
    await check(stage, true);
  } catch (error) {
    throw new Error(`run ${run}: ${error instanceof Error ? error.message : String(error)}\nlived:\n  ${lived.join('\n  ')}`, { cause: error });
  } finally {
    await stage.leave();
  }
}

/** How many pieces of work of a kind a daemon has in hand, where there are two. */
const AT_ONCE = 8;

function refuse(what: string, found: readonly string[]): void {
  if (found.length > 0) throw new Error(`${what}:\n  ${found.join('\n  ')}`);
}
async function check(t: Stage, isAtRest: boolean): Promise<void> {
  const s = await t.seen();
  refuse('the invariants are broken', [...noEarlyLanding(s, isAtRest), ...neverWorseOff(s), ...noDoubleBooking(s), ...atMostOnce(s), ...strangers(s, t.read), ...inboundCannotMail(s)]);
  if (isAtRest) refuse('not well at rest', [...slippedIn(s), ...(await atRest(t, s))]);
}

/** One step, and the work that it makes due: by one daemon, by both at once, or by nobody for now. */
async function take(t: Stage, { step, work }: Step): Promise<void> {
  count(`step: ${step.do}`);
  const { g } = t, { road } = g;
  road.rewind();
  road.happens = (nth) => (work.meanwhile?.at === nth ? happen(t, work.meanwhile.what) : Promise.resolve());
  t.a.dieAfter(work.death);
  if (work.fault) await g.control('POST', '/rules', { kind: work.fault.call, account: t.coach, times: work.fault.times, skip: work.fault.skip, ...FAULTS[work.fault.name] });
  try {
    switch (step.do) {
      case 'ask': await ask(t, step); break;
      case 'decide': await decide(t, step, work.meanwhile === null); break;
      case 'click': await click(t, step, work.meanwhile === null); break;
      case 'withdraw': await withdraw(t, step); break;
      case 'look': await look(t); break;
      case 'edit': await perform(t.scene, { calls: road.calls, coach: t.coach }, step); break;
      case 'pass': count(`time: ${step.minutes} minutes`); await g.setClock(g.now() + step.minutes * MINUTE_MS); break;
      case 'mail': count(`mail server: ${step.how}`); g.ours.setRefusing(step.how); if (step.how === 'lose-answer') t.mayRepeat += 50; break;
    }
    if (work.by === 'both') { count('two daemons at once'); await Promise.all([t.a.work(AT_ONCE), t.b.work(AT_ONCE)]); }
    else if (work.by === 'one' && !t.a.isDead) await t.a.work(1);
  } finally {
    road.happens = () => Promise.resolve();
  }
  await road.stillness();
  if (road.failures.length > 0) throw road.failures[0];
  t.a.dieAfter(null);
  if (t.a.isDead) await t.restart(work.by === 'both' ? AT_ONCE : 1);
}
async function happen(t: Stage, what: Meanwhile['what']): Promise<void> {
  count(`meanwhile: ${what.do}`);
  if (what.do === 'slow') await t.g.setClock(t.g.now() + 6_000);
  else await perform(t.scene, { calls: t.g.road.calls, coach: t.coach }, what);
}
