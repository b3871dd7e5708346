import type { Instant } from '../kernel/interval.js';
import type { AskView, Fault } from './pages/book-views.js';

const MOST_OTHERS = 9;
const ADDRESS = /^(?!\.)(?!.*\.\.)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}(?<!\.)@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;

/** What a visitor has typed, if it is whole; else all that is wrong with it, told at once. `view` is the form as it now would be:
 *  its times are the ones that can be asked for. `starts`: those that the form names, the chosen one first. */
export function readAsk(view: Pick<AskView, 'wanted' | 'given'>, starts: readonly (Instant | null)[], isKnown: (start: Instant) => boolean): { readonly name: string; readonly email: string; readonly starts: readonly Instant[] } | { readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const name = view.given.name.trim().replace(/\s+/gu, ' ');
  const email = view.given.email.trim().toLowerCase();
  if (view.wanted === null) faults.push({ field: 'start', text: 'That time can no longer be asked for. Please choose another one.' });
  if (name === '') faults.push({ field: 'name', text: 'Please write your name.' });
  else if ([...name].length > 100) faults.push({ field: 'name', text: 'Please write your name in at most 100 characters.' });
  else if (/[\p{Cc}\p{Cs}]/u.test(name)) faults.push({ field: 'name', text: 'There is a character in your name that cannot be shown.' });
  if (email === '') faults.push({ field: 'email', text: 'Please write your e-mail address.' });
  else if (email.length > 254 || !ADDRESS.test(email)) faults.push({ field: 'email', text: 'Please check your e-mail address: it should look like name@example.com.' });
  const good = starts.filter((start): start is Instant => start !== null && isKnown(start));
  if (view.wanted !== null && good.length < starts.length) faults.push({ field: 'also', text: 'One of the other times can no longer be asked for.' });
  if (starts.length - 1 > MOST_OTHERS) faults.push({ field: 'also', text: `Please name at most ${String(MOST_OTHERS)} other times.` });
  return faults.length > 0 ? { faults } : { name, email, starts: good };
}
