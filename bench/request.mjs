/**
 * A request for a taken time: from the call of the API until the mail server has the mail that asks the coach to decide. Beside
 * it, handing a mail of that size to the same server: the last step alone.
 */
import { createTransport } from 'nodemailer';
import { openHouse, sleep } from './house.mjs';

export async function figures(runs, requests = 8) {
  const house = await openHouse((runs + 1) * requests);
  const smtp = createTransport(house.inbox.url);
  try {
    const middle = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
    const [ours, theirs, answers] = [[], [], []];
    for (let run = 0; run < runs + 1; run++) {
      const [took, alone, answered] = [[], [], []];
      for (let i = 0; i < requests; i++) {
        const began = performance.now();
        const accepted = house.request(run * requests + i).then(() => answered.push(performance.now() - began));
        took.push((await house.inbox.next(house.coach.email, began)) - began);
        await accepted;
        await sleep(20);
        const handed = performance.now();
        await smtp.sendMail({ from: 'bench@makeway.example', to: 'nobody@client.example', subject: 'A mail of that size', html: 'x'.repeat(6_000), text: 'x'.repeat(2_000) });
        alone.push((await house.inbox.next('nobody@client.example', handed)) - handed);
      }
      if (run === 0) continue; // warms the caches
      ours.push(middle(took));
      theirs.push(middle(alone));
      answers.push(middle(answered));
    }
    return [{ what: `request -> decision mail handed to SMTP (median of ${requests})`, against: 'handing over a mail of that size', goal: 'median < 1,000 ms', unit: 'ms', ours, theirs, note: `the API answers after ${middle(answers).toFixed(0)} ms` }];
  } finally {
    smtp.close();
    await house.close();
  }
}

if (import.meta.filename === process.argv[1]) console.log(JSON.stringify(await figures(Number(process.argv[2] ?? 3)), null, 1));
