/** The worker of resolutions: takes one from where it stands to where it has to wait. Each step ends in one commit;
 *  a crash between two costs a repeat of the look, never of the effect. */
import { lockCoach } from '../coach/coach.store.js';
import { plus } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { markDirty } from '../mirror/calendar.store.js';
import { inTx } from '../postgres/transaction.js';
import { holdLease, renewLease, type Claim } from '../work/due.store.js';
import type { Line } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { liveLanding } from './landing.store.js';
import { seenFree } from './live-look.js';
import { lookLive } from './look-live.step.js';
import { move } from './move.step.js';
import { forgetVacancy, restResolution } from './resolution.store.js';
import { keyOf, movingScene, sceneOf, sightOf, type MovingScene, type Scene } from './scene.step.js';
import { needOf, type FactName, type Need } from './states.js';
import { take, type Fact } from './take.step.js';
import { checkVacated } from './vacate.step.js';

const MOST_STEPS = 12;
/** While its landing is at work, a vacated resolution is not looked at. */
const WHILE_LANDING_MS = 3_600_000;

export async function advanceResolution(shell: Shell, claim: Claim): Promise<Report> {
  const done: string[] = [];
  const report = (): Report => (done.length > 0 ? { outcome: 'done', did: done.join(', ') } : { outcome: 'nothing' });
  for (let i = 0; i < MOST_STEPS; i++) {
    const scene = await sceneOf(shell, claim);
    const { resolution } = scene;
    if (resolution.state === 'ended' || resolution.state === 'landed') return report();
    const moving = resolution.option === 2 ? await movingScene({ ...scene, resolution }) : null;
    const need = await needNow(scene, moving);
    if ('restUntil' in need) {
      if (await rest(scene, moving, need)) return report();
      continue;
    }
    done.push('fact' in need ? await takeSeen(scene, need.fact) : await DO[need.do](ofMoving(moving, need.do)));
    await renewLease(shell.db, claim, shell.clock.now(), shell.leaseMs);
  }
  throw new Problem('IMPOSSIBLE_STATE', 'A resolution does not come to rest.', { id: claim.id, done });
}
const DO = { look, move, check: checkVacated } as const;

async function needNow(scene: Scene, moving: MovingScene | null): Promise<Need> {
  const { shell, coach, resolution, offer, now } = scene;
  // A timer does not end what is being written.
  if (resolution.state === 'vacated' && (await liveLanding(shell.db, coach.id, resolution.requestId))) return { restUntil: plus(now, WHILE_LANDING_MS) };
  const sight = moving && resolution.state === 'asked' ? await sightOf(shell.db, moving) : null;
  return needOf(resolution, offer, sight, coach.policy.settleMs, now);
}
function ofMoving(moving: MovingScene | null, what: string): MovingScene {
  if (!moving) throw new Problem('IMPOSSIBLE_STATE', 'Option 1 moves nothing.', { what });
  return moving;
}

/** Sleeps, unless a pull has changed the picture while we looked: that is seen here, under the row's lock. */
const rest = (scene: Scene, moving: MovingScene | null, need: { restUntil: Parameters<typeof restResolution>[2] }): Promise<boolean> =>
  inTx(scene.shell.db, 'commit wait', async (tx) => {
    await holdLease(tx, scene.claim);
    if (moving && moving.resolution.state === 'asked') {
      const still = needOf(moving.resolution, moving.offer, await sightOf(tx, moving), moving.coach.policy.settleMs, moving.now);
      if (!('restUntil' in still)) return false;
    }
    await restResolution(tx, scene.resolution, need.restUntil);
    return true;
  });

const EFFECT: Readonly<Partial<Record<FactName, 'commit remind' | 'commit notice-freed' | 'commit fresh-choices'>>> = { 'reminder due': 'commit remind', left: 'commit notice-freed', 'came back': 'commit notice-freed', 'length changed': 'commit fresh-choices' };
const BY: Readonly<Partial<Record<FactName, Line['by']>>> = { 'declined in Google': 'client', 'reminder due': 'makeway', 'no answer': 'makeway', 'time passed': 'makeway' };

/** What time or the mirror has brought is taken as it is. */
async function takeSeen({ shell, claim, coach, resolution, now }: Scene, fact: FactName): Promise<string> {
  await inTx(shell.db, EFFECT[fact] ?? 'commit end-ask', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    await take(tx, shell, coach, resolution, { is: fact } as Fact, BY[fact] ?? 'google', now);
  });
  return fact;
}

/** The session left the original time without our doing, and the vacancy has settled: it is believed only if Google itself
 *  says so. */
async function look({ shell, claim, coach, resolution, session, now }: MovingScene): Promise<string> {
  const looked = await lookLive(shell, await shell.google(coach.id), coach.id, resolution.interval);
  if (looked.seen.some((s) => s.key === keyOf(session))) {
    await inTx(shell.db, 'commit notice-freed', async (tx) => {
      await holdLease(tx, claim);
      await forgetVacancy(tx, resolution, now);
      await markDirty(tx, coach.id, session.calendar_id, now);
    });
    return 'Google says the session is still there';
  }
  const free = seenFree(looked, resolution.interval, new Set(resolution.tolerated), null);
  await inTx(shell.db, 'commit settle', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    await take(tx, shell, coach, resolution, free ? { is: 'seen free', seen: free } : { is: 'seen taken' }, 'google', now);
  });
  return free ? 'vacated' : 'something else stands there now';
}
