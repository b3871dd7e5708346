import { html, type Html } from '../../kernel/html.js';
import { zoneInWords } from '../../kernel/zone.js';

/** Spellings of today that browsers use and this runtime's list does not have. */
const OF_TODAY = ['Africa/Asmara', 'America/Nuuk', 'Asia/Ho_Chi_Minh', 'Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Yangon', 'Atlantic/Faroe', 'Europe/Kyiv', 'Pacific/Chuuk', 'Pacific/Pohnpei'];
const ZONES: readonly string[] = [...new Set([...Intl.supportedValuesOf('timeZone'), ...OF_TODAY])].filter((zone) => zone.includes('/')).sort();
const regionOf = (zone: string): string => zone.split('/')[0] ?? zone;
const REGIONS = [...new Set(ZONES.map(regionOf))].map((region) => ({ region, zones: ZONES.filter((zone) => regionOf(zone) === region) }));
const placeOf = (zone: string): string => zone.split('/').slice(1).reverse().join(', ').replaceAll('_', ' ');

/** Every zone as a choice under its region, and UTC; `chosen` is one of them even if the list lacks it. Null: none is chosen. */
export const zoneOptions = (chosen: string | null): Html => html`${[...new Set([...(chosen === null ? [] : [chosen]), 'UTC'])].filter((zone) => !ZONES.includes(zone)).map((zone) => option(zone, zoneInWords(zone), chosen))}${REGIONS.map(({ region, zones }) =>
  html`<optgroup label="${region}">${zones.map((zone) => option(zone, placeOf(zone), chosen))}</optgroup>`)}`;
const option = (zone: string, text: string, chosen: string | null): Html => html`<option value="${zone}"${zone === chosen && html` selected`}>${text}</option>`;

/** A choice of the zone in which a page shows its times: works without script, and is where the visitor's own is put in by it
 *  (`zone.js`). `also`: what else stands behind the page's "?", so that it is still there after. */
export const zoneForm = (action: string, zone: string, also: Readonly<Record<string, string>> = {}): Html => html`<details class="none zone">
<summary>Times are in ${zoneInWords(zone)}. Change</summary>
<form method="get" action="${action}" data-zone>
${Object.entries(also).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label class="field">Your time zone
<select name="zone" autocomplete="off">${zoneOptions(zone)}</select></label>
<button>Show my times</button>
</form>
</details>`;
