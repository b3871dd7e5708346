import { html, type Html } from '../../kernel/html.js';
import { zoneInWords } from '../../kernel/zone.js';

/** Names of today that Intl lists by an older one. Browsers differ in which of the two they tell, so both are choices. */
const RENAMED = ['Africa/Asmara', 'America/Argentina/Buenos_Aires', 'America/Argentina/Cordoba', 'America/Argentina/Mendoza', 'America/Atikokan', 'America/Indiana/Indianapolis', 'America/Kentucky/Louisville',
  'America/Nuuk', 'Asia/Ho_Chi_Minh', 'Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Yangon', 'Atlantic/Faroe', 'Europe/Kyiv', 'Pacific/Chuuk', 'Pacific/Kanton', 'Pacific/Pohnpei', 'UTC'];
let known: readonly string[] | null = null;
/** Every zone that this process knows by its IANA name. */
const zones = (): readonly string[] => (known ??= [...new Set([...Intl.supportedValuesOf('timeZone'), ...RENAMED])]);

const REST = 'Other';
const regionOf = (zone: string): string => (zone.includes('/') && !zone.startsWith('Etc/') ? zone.slice(0, zone.indexOf('/')) : REST);
const nameOf = (zone: string): string => (regionOf(zone) === REST ? zoneInWords(zone).replace(/ time$/, '') : zone.slice(zone.indexOf('/') + 1).replaceAll('_', ' ').replaceAll('/', ', '));

/** A form that shows the same page in another zone. `kept`: what else stands in the page's address. `always`: zones that are a
 *  choice even if they are spelled in another way than the process spells them. */
export function zoneChoice(path: string, zone: string, kept: Readonly<Record<string, string>>, always: readonly string[]): Html {
  const groups = new Map<string, string[]>();
  for (const each of new Set([...zones(), zone, ...always])) groups.set(regionOf(each), [...(groups.get(regionOf(each)) ?? []), each]);
  const regions = [...groups.keys()].sort((a, b) => Number(a === REST) - Number(b === REST) || (a < b ? -1 : 1));
  return html`<form class="zone" method="get" action="${path}" data-zone>
${Object.entries(kept).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label class="field" for="zone">Times are shown in <strong>${zoneInWords(zone)}</strong>. Somewhere else?</label>
<div class="beside">
<select id="zone" name="zone">${regions.map((region) => html`
<optgroup label="${region}">${(groups.get(region) ?? []).sort().map((each) => html`<option value="${each}"${each === zone && html` selected`}>${nameOf(each)}</option>`)}</optgroup>`)}
</select>
<button class="quiet">Show</button>
</div>
</form>`;
}
