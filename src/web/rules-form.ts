/** The coach's rules as fields of a form: what each is called, does and is by default; how a value is written and read. Pure. */
import { DAY, HOUR, MINUTE } from '../kernel/interval.js';
import { DEFAULT_POLICY, type Policy } from '../kernel/policy.js';
import { checkRules, type RuleFault } from '../kernel/policy-schema.js';

export type Section = 'sessions' | 'hours' | 'spacing' | 'asking';
export const SECTIONS: readonly Section[] = ['sessions', 'hours', 'spacing', 'asking'];
/** The rules that a section holds: what "back to the defaults" takes back. */
export const RULES_OF: Readonly<Record<Section, readonly (keyof Policy)[]>> = {
  sessions: ['lengthMs', 'sessionTypes'], hours: ['workingHours'], spacing: ['bufferMs', 'minimumNoticeMs', 'horizonMs', 'maxPerDay', 'maxPerWeek', 'gridMs'],
  asking: ['byItself', 'afterSilence', 'land', 'choicesPerOffer', 'offerLifetimeMs', 'reminderAt', 'freezeMs', 'asksPerClient', 'settleMs'],
};

/** A field with a number, written in `words`, each of `unit`. `part`: one number of a rule that has two. `none`: what an empty field means. */
interface NumberField { readonly id: string; readonly rule: keyof Policy; readonly part?: 'count' | 'days'; readonly label: string; readonly does: string; readonly unit: number; readonly words: string; readonly none?: string }
interface ChoiceField { readonly id: string; readonly rule: 'byItself' | 'afterSilence' | 'land'; readonly label: string; readonly does: string; readonly choices: Readonly<Record<string, string>> }
export type Field = NumberField | ChoiceField;

export const FIELDS: Readonly<Record<'sessions' | 'spacing' | 'asking', readonly Field[]>> = {
  sessions: [{ id: 'length', rule: 'lengthMs', label: 'Usual length', does: 'How long a session is if nothing else is said.', unit: MINUTE, words: 'minutes' }],
  spacing: [
    { id: 'buffer', rule: 'bufferMs', label: 'Pause around sessions', does: 'Kept free before and after everything else in your calendar.', unit: MINUTE, words: 'minutes' },
    { id: 'notice', rule: 'minimumNoticeMs', label: 'Shortest notice', does: 'Nobody can book a time that begins sooner than this.', unit: HOUR, words: 'hours' },
    { id: 'horizon', rule: 'horizonMs', label: 'How far ahead', does: 'Nobody can book a time later than this.', unit: DAY, words: 'days' },
    { id: 'perDay', rule: 'maxPerDay', label: 'Most sessions on one day', does: 'A day that has so many takes no more. Empty: no limit.', unit: 1, words: 'sessions', none: 'no limit' },
    { id: 'perWeek', rule: 'maxPerWeek', label: 'Most sessions in one week', does: 'A week, from Monday, that has so many takes no more. Empty: no limit.', unit: 1, words: 'sessions', none: 'no limit' },
    { id: 'grid', rule: 'gridMs', label: 'Times begin every', does: 'Counted from the start of your working hours: 30 gives 9:00, 9:30, 10:00.', unit: MINUTE, words: 'minutes' },
  ],
  asking: [
    { id: 'byItself', rule: 'byItself', label: 'When a wanted time is taken', does: 'What Makeway does before it asks you.', choices: { none: 'Ask me what to do', option1: 'Offer other times by itself', option2: 'Ask the client who stands there to move, for people I know; else ask me' } },
    { id: 'afterSilence', rule: 'afterSilence', label: 'After a no, or no answer', does: 'What follows when the client who was asked keeps the time.', choices: { coach: 'Ask me what to do', option1: 'Offer other times to the one who asked' } },
    { id: 'land', rule: 'land', label: 'When the time has become free', does: 'Who writes the session into your calendar.', choices: { automatic: 'Book it by itself', manual: 'Let me book it by hand' } },
    { id: 'choices', rule: 'choicesPerOffer', label: 'Times in an offer', does: 'How many times a client gets to choose from.', unit: 1, words: 'times' },
    { id: 'lifetime', rule: 'offerLifetimeMs', label: 'Time to answer', does: 'An offer ends after this, or when the session comes too close to move.', unit: HOUR, words: 'hours' },
    { id: 'reminder', rule: 'reminderAt', label: 'Reminder', does: 'One reminder, after this share of the time to answer. Empty: none.', unit: 0.01, words: 'percent', none: 'no reminder' },
    { id: 'freeze', rule: 'freezeMs', label: 'Too close to move', does: 'Nobody is asked to move a session that begins sooner than this.', unit: HOUR, words: 'hours' },
    { id: 'asks', rule: 'asksPerClient', part: 'count', label: 'Questions to one client: at most', does: 'No client is asked to move more often than this. 0: never.', unit: 1, words: 'times' },
    { id: 'asksDays', rule: 'asksPerClient', part: 'days', label: 'Questions to one client: within', does: 'The days over which the questions to one client are counted.', unit: 1, words: 'days' },
    { id: 'settle', rule: 'settleMs', label: 'Second look', does: 'A time that became free in Google by itself is looked at again after this, in case it was a slip.', unit: MINUTE, words: 'minutes' },
  ],
};

/** A number as people write it: "1.5", "24", without needless digits. */
const written = (n: number): string => String(Math.round(n * 10_000) / 10_000);
/** What stands in the field for a policy. */
export function shown(field: Field, policy: Policy): string {
  if ('choices' in field) return policy[field.rule];
  const value = field.part ? policy.asksPerClient[field.part] : (policy[field.rule] as number | null);
  return value === null ? '' : written(value / field.unit);
}
/** The default, in words. */
export function defaultOf(field: Field): string {
  const text = shown(field, DEFAULT_POLICY);
  return 'choices' in field ? `“${field.choices[text] ?? text}”` : text === '' ? (field.none ?? '') : `${text} ${text === '1' ? field.words.replace(/s$/, '') : field.words}`;
}

/** What came in: each field's text as it was typed. */
export type Typed = Readonly<Record<string, string>>;
/** `rules`: what is other than in `policy`. `faults`: by the field's id, in words. */
export type ReadSection = { readonly rules: Partial<Policy> } | { readonly faults: Readonly<Record<string, string>> };

/** Reads one section of the form over `policy`. A text that was left as it was keeps its value to the millisecond. */
export function readSection(section: Section, typed: Typed, policy: Policy): ReadSection {
  const draft = section === 'hours' ? readHours(typed, policy) : section === 'sessions' ? both(readFields(FIELDS.sessions, typed, policy), readTypes(typed, policy)) : readFields(FIELDS[section], typed, policy);
  const checked = checkRules(draft.rules);
  const faults = 'faults' in checked ? { ...inWords(section, checked.faults), ...draft.faults } : draft.faults;
  if (Object.keys(faults).length > 0) return { faults };
  return { rules: Object.fromEntries(Object.entries(draft.rules).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(policy[name as keyof Policy]))) };
}

interface Draft { readonly rules: Readonly<Record<string, unknown>>; readonly faults: Readonly<Record<string, string>> }
const both = (a: Draft, b: Draft): Draft => ({ rules: { ...a.rules, ...b.rules }, faults: { ...a.faults, ...b.faults } });

function readFields(fields: readonly Field[], typed: Typed, policy: Policy): Draft {
  const rules: Record<string, unknown> = {};
  const faults: Record<string, string> = {};
  for (const field of fields) {
    const text = (typed[field.id] ?? shown(field, policy)).trim();
    if ('choices' in field) {
      if (Object.hasOwn(field.choices, text)) rules[field.rule] = text;
      else faults[field.id] = 'Choose one of these.';
      continue;
    }
    const value = numberOf(field, text, policy);
    if (value === undefined) faults[field.id] = text === '' ? 'A number is needed here.' : `“${text.slice(0, 40)}” is no number. Write, for example, ${shown(field, DEFAULT_POLICY) || '4'}.`;
    else rules[field.rule] = field.part ? { ...policy.asksPerClient, ...(rules[field.rule] as object | undefined), [field.part]: value } : value;
  }
  return { rules, faults };
}
/** Undefined: it cannot be read. */
function numberOf(field: NumberField, text: string, policy: Policy): number | null | undefined {
  if (text === '') return field.none === undefined ? undefined : null;
  if (text === shown(field, policy)) return field.part ? policy.asksPerClient[field.part] : (policy[field.rule] as number);
  if (!/^\d{1,7}([.,]\d{1,4})?$/.test(text)) return undefined;
  const value = Number(text.replace(',', '.')) * field.unit;
  return field.unit < 1 ? Math.round(value * 10_000) / 10_000 : field.unit === 1 ? value : Math.round(value);
}

/** The session types as rows of two fields; a row without a name is none. */
export const MOST_TYPES = 20;
function readTypes(typed: Typed, policy: Policy): Draft {
  if (typed.typeName0 === undefined) return { rules: {}, faults: {} };
  const sessionTypes: { name: string; lengthMs: number }[] = [];
  const faults: Record<string, string> = {};
  for (let i = 0; i < MOST_TYPES; i++) {
    const name = (typed[`typeName${i}`] ?? '').trim();
    const minutes = (typed[`typeMinutes${i}`] ?? '').trim();
    if (name === '' && minutes === '') continue;
    const known = policy.sessionTypes[i];
    const lengthMs = known && minutes === written(known.lengthMs / MINUTE) ? known.lengthMs : /^\d{1,4}$/.test(minutes) ? Number(minutes) * MINUTE : null;
    if (name === '') faults[`typeName${i}`] = 'This kind of session needs a name. To remove it, empty both fields.';
    else if (name.length > 100) faults[`typeName${i}`] = 'A name has at most 100 characters.';
    else if (sessionTypes.some((t) => t.name.toLowerCase() === name.toLowerCase())) faults[`typeName${i}`] = `“${name}” stands here twice.`;
    if (lengthMs === null || lengthMs < HOUR / 12 || lengthMs > 12 * HOUR) faults[`typeMinutes${i}`] = 'The length is 5 to 720 minutes.';
    else sessionTypes.push({ name, lengthMs });
  }
  return { rules: Object.keys(faults).length > 0 ? {} : { sessionTypes }, faults };
}

export const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
/** "09:00–12:00, 13:00–17:00": one weekday of a policy; 1 is Monday. */
export const hoursOf = (policy: Policy, weekday: number): string =>
  policy.workingHours.filter((h) => h.weekday === weekday).map((h) => `${h.from}–${h.to}`).join(', ');

const SPAN = /^(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|—|to)\s*(\d{1,2})(?:[:.](\d{2}))?$/i;
function readHours(typed: Typed, policy: Policy): Draft {
  const workingHours: { weekday: number; from: string; to: string }[] = [];
  const faults: Record<string, string> = {};
  DAYS.forEach((_, i) => {
    const text = (typed[`hours${i + 1}`] ?? hoursOf(policy, i + 1)).trim();
    const spans = (text === '' ? [] : text.split(/\s*[,;]\s*/)).map(spanOf).sort((a, b) => ((a?.from ?? '') < (b?.from ?? '') ? -1 : 1));
    const bad = spans.some((span) => span === null) ? 'Write it like 09:00–12:00, 13:00–17:00. Empty: no working hours.'
      : spans.some((span) => span !== null && span.from >= span.to) ? 'Each span ends later than it begins. For a night, end at 24:00 and go on the next day.'
      : spans.some((span, n) => n > 0 && (span?.from ?? '') < (spans[n - 1]?.to ?? '')) ? 'These spans overlap.' : spans.length > 7 ? 'At most 7 spans on one day.' : null;
    if (bad !== null) faults[`hours${i + 1}`] = bad;
    for (const span of spans) if (span) workingHours.push({ weekday: i + 1, ...span });
  });
  return { rules: Object.keys(faults).length > 0 ? {} : { workingHours }, faults };
}
function spanOf(text: string): { from: string; to: string } | null {
  const [, fromHour, fromMinute = '00', toHour, toMinute = '00'] = SPAN.exec(text) ?? [];
  if (fromHour === undefined || toHour === undefined) return null;
  const [from, to] = [`${fromHour.padStart(2, '0')}:${fromMinute}`, `${toHour.padStart(2, '0')}:${toMinute}`];
  return Number(fromHour) > 23 || Number(fromMinute) > 59 || Number(toMinute) > 59 || to > '24:00' ? null : { from, to };
}

/** Bounds that a value breaks, told in the field's own unit. */
function inWords(section: Section, faults: readonly RuleFault[]): Record<string, string> {
  const fields = section === 'hours' ? [] : FIELDS[section];
  return Object.fromEntries(faults.map((fault) => {
    const field = fields.find((f) => f.rule === fault.path.split('.')[0] && (!('part' in f) || f.part === fault.path.split('.')[1]));
    if (!field || 'choices' in field) return [field?.id ?? fault.path, fault.message];
    const says = fault.least !== null ? `At least ${written(fault.least / field.unit)} ${field.words}.` : fault.most !== null ? `At most ${written(fault.most / field.unit)} ${field.words}.` : 'A whole number is needed here.';
    return [field.id, says];
  }));
}
