/** All that reaches each person, noted while a story goes on. `look` reads it again and says where one person's words reach another. */
import { pino } from 'pino';
import { vi } from 'vitest';
import { logRuns } from '../../src/ops/logger.js';
import { judge } from './leaks.js';
import { ALL_MARKS, KIMS_OWN } from './marked.js';
import { foreignIds, allLinks } from './reach-rows.js';
import { PERSONAL, publicPages, type Answer, type Kind, type Looking } from './surfaces.js';
import { KIM, type World } from './world.js';

/** The log of this process, as the daemon writes it, at its most talkative. */
const lines: string[] = [];
export const LOG = pino({ level: 'trace' }, { write: (line: string) => { lines.push(line); } });
logRuns(LOG);

export interface Reach {
  /** Reads all that each person can see now, and adds to `leaks`. */
  look(when: string, isSettled: boolean): Promise<void>;
  /** The same of what everybody can see. */
  lookAtPublic(when: string): Promise<void>;
  /** From here on the guests of an event know each other: Kim made it a group. */
  knowEachOther(eventId: string): void;
  readonly leaks: string[];
  /** How much was read, of each kind. */
  readonly read: Readonly<Record<Kind, number>>;
  lines(): readonly string[];
  end(): void;
}

/** Where it led, status, headers and body. The date is left out, so that what has not changed is the same text. */
async function asText(answer: Response): Promise<string> {
  const headers = [...answer.headers].filter(([name]) => name !== 'date').map(([name, value]) => `${name}: ${value}`);
  return [answer.redirected ? answer.url : '', String(answer.status), ...headers, '', await answer.text()].join('\n');
}

/** Watches a world from here on: what any test sends to its web server is noted with the answer. */
export function watch(w: World): Reach {
  const plain = globalThis.fetch, leaksIn = judge(w.url);
  const answers: Answer[] = [], leaks: string[] = [], judged = new Map<string, Set<string>>(), groups = new Set<string>();
  const read: Record<Kind, number> = { mail: 0, page: 0, answer: 0, copy: 0, event: 0, public: 0 };
  let calls = 0, writesSeen = -1;
  lines.length = 0;

  vi.stubGlobal('fetch', async (to: string | URL, init?: RequestInit): Promise<Response> => {
    const answer = await plain(to, init), url = to.toString();
    if (!url.startsWith(w.url)) return answer;
    const { pathname } = new URL(url);
    // What one asked for says nothing new in the answer.
    const text = (await asText(answer.clone())).replaceAll(pathname, '').replaceAll(encodeURIComponent(pathname), '');
    answers.push({ path: pathname, sent: typeof init?.body === 'string' ? init.body : '', hasCookie: new Headers(init?.headers).has('cookie'), text });
    return answer;
  });
  /** Without being noted, from ever new places, since a stranger is not to meet the limit on calls. */
  const open = async (url: string, method = 'GET'): Promise<string> => {
    calls += 1;
    const from = `203.0.${String((calls >> 7) & 255)}.${String(calls & 127)}`;
    return asText(await plain(url, { method, redirect: 'manual', headers: { 'x-forwarded-for': from } }));
  };

  /** Who has seen this text? What was seen once is not judged again. */
  const isNewTo = (email: string, text: string): boolean => {
    const seers = judged.get(text) ?? new Set();
    judged.set(text, seers);
    return !seers.has(email) && Boolean(seers.add(email));
  };
  async function lookingAt(when: string, isSettled: boolean): Promise<Looking> {
    const foreign = await foreignIds(w);
    return {
      w, open, groups, foreign, isSettled, links: await allLinks(w), answers,
      see(kind, what, text, seer, allowed) {
        read[kind] += 1;
        const isNew = isNewTo(seer?.email ?? '', text);
        if (isNew) leaks.push(...leaksIn(text, seer, foreign, allowed).map((told) => `${when}: ${what} ${told}`));
        return isNew;
      },
      async isGoogleNew() {
        const before = writesSeen;
        writesSeen = (await w.writes()).length;
        return writesSeen !== before;
      },
      complain: (what) => { leaks.push(`${when}: ${what}`); },
    };
  }
  return {
    async look(when, isSettled) {
      const looking = await lookingAt(when, isSettled);
      for (const surface of PERSONAL) await surface(looking);
    },
    lookAtPublic: async (when) => publicPages(await lookingAt(when, true)),
    leaks, read, lines: () => lines, knowEachOther: (id) => { groups.add(id); }, end: () => { vi.unstubAllGlobals(); },
  };
}

/** A link that acts; its token is a secret. */
const TOKEN = /\.[a-z0-9]{16}\.[A-Za-z0-9_-]{22}/;
/** What nobody is to find in the log: names and their like, addresses, titles, and links that act. */
export const inLog = (log: readonly string[]): string[] =>
  log.filter((line) => [...ALL_MARKS, ...KIMS_OWN].some((mark) => line.toLowerCase().includes(mark)) || line.includes(KIM.email) || TOKEN.test(line));
