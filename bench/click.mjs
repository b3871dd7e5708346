/**
 * A click on a time: until Google's mails are out to both people, the one who moved and the one who came in. Google answers each
 * call after 50 ms. Beside it the calls that must follow one another, made by hand in their order: what no program can save.
 */
import { openHouse } from './house.mjs';

const DELAY_MS = 50, HOUR = 3_600_000;
/** Each waits for the one before it; what stands in one line is asked at once. */
export const MUST = [
  ['get the session, and list the chosen window', 'its etag, time and guests as they are; is the chosen time free in Google?'],
  ['patch it there', 'the move itself, under that etag; Google tells its guest'],
  ['list both windows', 'did anything slip into the new one? is the old one free? This look is also the one before the insert'],
  ['insert the incoming event', 'without guests: nobody hears of it yet'],
  ['list its window', 'did anything slip in? If so it is undone before anybody heard'],
  ['patch in the guest', 'only now Google tells them'],
];

async function byHand({ google, inbox }, start, n) {
  const iso = (ms) => new Date(ms).toISOString();
  const list = (from) => google('GET', `/events?singleEvents=true&timeMin=${iso(from)}&timeMax=${iso(from + HOUR)}&maxResults=250`);
  const times = (from) => ({ start: { dateTime: iso(from) }, end: { dateTime: iso(from + HOUR) } });
  const began = performance.now();
  const [event] = await Promise.all([google('GET', `/events/chain${n}`), list(start + HOUR)]);
  await google('PATCH', `/events/chain${n}?sendUpdates=all`, times(start + HOUR), { 'if-match': event.etag });
  await Promise.all([list(start), list(start + HOUR)]);
  const made = await google('POST', '/events?sendUpdates=none', { summary: 'by hand', ...times(start) });
  await list(start);
  await google('PATCH', `/events/${made.id}?sendUpdates=all`, { attendees: [{ email: `chain${n}@client.example` }] }, { 'if-match': made.etag });
  return (await inbox.next(`chain${n}@client.example`, began)) - began;
}

export async function figures(runs, clicks = 4) {
  const total = (runs + 1) * clicks;
  const house = await openHouse(total);
  try {
    const far = Date.now() - (Date.now() % HOUR) + 200 * 24 * HOUR;
    for (let n = 0; n < total; n++) {
      await house.google('POST', '/events?sendUpdates=none', { id: `chain${n}`, summary: 'by hand', start: { dateTime: new Date(far + n * 24 * HOUR).toISOString() }, end: { dateTime: new Date(far + n * 24 * HOUR + HOUR).toISOString() } });
    }
    await house.bed.control('/rules', { pathPattern: '^/calendar/v3/', forever: true, delayMs: DELAY_MS });
    const [ours, theirs, page] = [[], [], []];
    const middle = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
    let calls = '';
    for (let run = 0; run < runs + 1; run++) {
      const [clicked, hand, answered] = [[], [], []];
      for (let i = 0; i < clicks; i++) {
        const n = run * clicks + i;
        const asked = await house.ask(n, await house.request(n));
        hand.push(await byHand(house, far + n * 24 * HOUR, n));
        const since = (await house.bed.control('/log?since=0')).requests.at(-1)?.seq ?? 0;
        const began = performance.now();
        const answer = await fetch(asked.link, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ start: new Date(asked.slot.start).toISOString() }).toString() });
        await answer.text();
        answered.push(performance.now() - began);
        if (answer.status !== 200) throw new Error(`the click was not taken: ${answer.status}`);
        const told = await Promise.all([house.inbox.next(`dana${n}@client.example`, began), house.inbox.next(`sam${n}@client.example`, began)]);
        clicked.push(Math.max(...told) - began);
        const { requests } = await house.bed.control(`/log?since=${since}`);
        calls = requests.map((r) => r.kind).join(' ');
        if (process.env.BENCH_TRACE) console.error(clicked.at(-1).toFixed(0), requests.map((r) => `${r.kind}@${r.timeMs - requests[0].timeMs}`).join(' '));
      }
      if (run === 0) continue; // warms the caches
      ours.push(middle(clicked));
      theirs.push(middle(hand));
      page.push(middle(answered));
    }
    return [{
      what: `click -> both people told, Google answering in ${DELAY_MS} ms (median of ${clicks})`, against: `the ${MUST.length} rounds of calls that must follow one another, by hand`, goal: '<= 1.3 x', unit: 'ms', ours, theirs,
      note: `${MUST.map(([what, why], n) => `${n + 1}. ${what}: ${why}`).join('; ')}. The page answers after ${middle(page).toFixed(0)} ms. Calls made: ${calls}`,
    }];
  } finally {
    await house.close();
  }
}

if (import.meta.filename === process.argv[1]) console.log(JSON.stringify(await figures(Number(process.argv[2] ?? 3)), null, 1));
