import { html, type Html } from '../../kernel/html.js';
import { MINUTE } from '../../kernel/interval.js';
import { DEFAULT_POLICY, type Policy } from '../../kernel/policy.js';
import { DAYS, defaultOf, FIELDS, hoursOf, MOST_TYPES, shown, type Field, type Section, type Typed } from '../rules-form.js';
import { coachLayout, guardField, toldBox, type Told } from './coach-layout.js';
import { zoneOptions } from './zone-choice.js';

/** The coach's rules. `sent`: the section that was just sent and refused, as it was typed, and what is wrong with it. */
export interface RulesView {
  readonly guard: string; readonly policy: Policy; readonly name: string; readonly zone: string; readonly slug: string; readonly bookingUrl: string;
  /** A calendar holds the working hours. */
  readonly hasHoursCalendar: boolean;
  readonly told: Told;
  readonly sent: { readonly section: Section | 'you'; readonly typed: Typed; readonly faults: Readonly<Record<string, string>> } | null;
}

export const rulesPage = (view: RulesView): string => coachLayout('Rules', { page: '/rules', guard: view.guard }, html`<h1>Your rules</h1>
${toldBox(view.told)}
<p class="lead">Everything here works as it stands. Change what does not suit you; each part is saved by itself.</p>
${part(view, 'sessions', 'Sessions', html`${FIELDS.sessions.map((f) => field(view, 'sessions', f))}${types(view)}`)}
${part(view, 'hours', 'Working hours', hours(view))}
${part(view, 'spacing', 'Room around sessions', html`<div class="pair">${FIELDS.spacing.map((f) => field(view, 'spacing', f))}</div>`)}
${part(view, 'asking', 'When somebody wants a taken time', html`${FIELDS.asking.slice(0, 3).map((f) => field(view, 'asking', f))}<div class="pair">${FIELDS.asking.slice(3).map((f) => field(view, 'asking', f))}</div>`)}
${you(view)}`);

const part = (view: RulesView, section: Section, title: string, fields: Html): Html => html`<section class="card" aria-labelledby="part-${section}">
<h2 id="part-${section}">${title}</h2>
<form method="post" action="/rules/${section}">${guardField(view.guard)}${fields}
<div class="actions"><button class="primary" name="do" value="save">Save<span class="unseen"> ${title}</span></button><button class="quiet" name="do" value="defaults">Back to the defaults<span class="unseen"> of ${title}</span></button></div></form>
</section>`;

/** What to show in a field: what was typed and refused, else what is stored; and what is wrong with it. */
const inField = (view: RulesView, section: Section | 'you', id: string, stored: string): { text: string; wrong: string | null } =>
  view.sent?.section === section ? { text: view.sent.typed[id] ?? stored, wrong: view.sent.faults[id] ?? null } : { text: stored, wrong: null };

/** One labelled text field; the hint and the fault are read out with it. */
function textField(id: string, label: string, hint: Html | string | null, { text, wrong }: { text: string; wrong: string | null }, how: { words?: string; numeric?: boolean; short?: boolean; max?: number } = {}): Html {
  const described = [hint !== null && `${id}-hint`, wrong !== null && `${id}-wrong`].filter((d) => d !== false).join(' ');
  return html`<label class="field" for="${id}">${label}${how.words !== undefined && ` (${how.words})`}<input type="text" id="${id}" name="${id}" value="${text}" maxlength="${how.max ?? 100}" autocomplete="off"${how.numeric && html` inputmode="decimal"`}${how.short && html` class="short"`}${described !== '' && html` aria-describedby="${described}"`}${wrong !== null && html` aria-invalid="true"`}>
${wrong !== null && html`<span class="wrong" id="${id}-wrong">${wrong}</span>`}${hint !== null && html`<span class="hint" id="${id}-hint">${hint}</span>`}</label>`;
}

function field(view: RulesView, section: Section, f: Field): Html {
  const { text, wrong } = inField(view, section, f.id, shown(f, view.policy));
  const hint = `${f.does} Default: ${defaultOf(f)}.`;
  if (!('choices' in f)) return textField(f.id, f.label, hint, { text, wrong }, { words: f.words, numeric: true, short: true, max: 12 });
  return html`<label class="field" for="${f.id}">${f.label}<select id="${f.id}" name="${f.id}" aria-describedby="${f.id}-hint"${wrong !== null && html` aria-invalid="true"`}>${Object.entries(f.choices).map(([value, words]) => html`<option value="${value}"${value === text && html` selected`}>${words}</option>`)}</select>
${wrong !== null && html`<span class="wrong">${wrong}</span>`}<span class="hint" id="${f.id}-hint">${hint}</span></label>`;
}

/** Three rows more than there are, so that no script is needed to add one. */
function types(view: RulesView): Html {
  const typed = view.sent?.section === 'sessions' ? Object.keys(view.sent.typed).filter((k) => /^typeName\d+$/.test(k) && view.sent?.typed[k] !== '').length : 0;
  const rows = Math.min(MOST_TYPES, Math.max(view.policy.sessionTypes.length, typed) + 3);
  return html`<fieldset><legend>Kinds of sessions</legend>
<p class="soft small">What visitors choose from on your booking page. Empty: one kind, “Session”, of the usual length. Default: empty.</p>
${Array.from({ length: rows }, (_, i) => {
    const known = view.policy.sessionTypes[i];
    return html`<div class="trio">${textField(`typeName${i}`, `Name ${i + 1}`, null, inField(view, 'sessions', `typeName${i}`, known?.name ?? ''))}${textField(`typeMinutes${i}`, 'Minutes', null, inField(view, 'sessions', `typeMinutes${i}`, known ? String(known.lengthMs / MINUTE) : ''), { numeric: true, max: 12 })}</div>`;
  })}
</fieldset>`;
}

const hours = (view: RulesView): Html => html`${view.hasHoursCalendar && html`<p class="note">A calendar of yours holds your working hours, so what stands here does not count now. You can change that under <a href="/calendars">Calendars</a>.</p>`}
<p class="soft small">The times in which sessions are offered, by your clocks. One or more spans, like 09:00–12:00, 13:00–17:00; empty for a day off. Default: Monday to Friday, ${hoursOf(DEFAULT_POLICY, 1)}. If you keep your hours in a calendar, give it the role “Working hours” under <a href="/calendars">Calendars</a>.</p>
${view.policy.workingHours.length === 0 && !view.hasHoursCalendar && html`<p class="note">You have no working hours, so no time is offered to anybody.</p>`}
<div class="pair">${DAYS.map((day, i) => textField(`hours${i + 1}`, day, null, inField(view, 'hours', `hours${i + 1}`, hoursOf(view.policy, i + 1)), { max: 120 }))}</div>`;

function you(view: RulesView): Html {
  const zone = inField(view, 'you', 'zone', view.zone);
  return html`<section class="card" aria-labelledby="part-you">
<h2 id="part-you">You</h2>
<form method="post" action="/rules/you">${guardField(view.guard)}
${textField('name', 'Your name', 'Clients see it in mails and on your booking page.', inField(view, 'you', 'name', view.name), { max: 200 })}
<label class="field" for="zone">Your time zone<select id="zone" name="zone"${zone.wrong !== null && html` aria-invalid="true"`}>${zoneOptions(zone.text)}</select>${zone.wrong !== null && html`<span class="wrong">${zone.wrong}</span>`}<span class="hint">Your working hours and all times on these pages are read in it.</span></label>
${textField('slug', 'Address of your booking page', html`Now: ${view.bookingUrl}. If you change it, links that you gave away no longer work.`, inField(view, 'you', 'slug', view.slug), { max: 63 })}
<div class="actions"><button class="primary">Save<span class="unseen"> what is about you</span></button></div></form>
</section>`;
}
