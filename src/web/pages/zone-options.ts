import { html, type Html } from '../../kernel/html.js';

let known: readonly string[] | null = null;
/** Every zone that this process knows, as choices under their regions; `chosen` is one of them, however it is spelled. */
export function zoneOptions(chosen: string): Html {
  known ??= [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'])];
  const groups = new Map<string, string[]>();
  for (const zone of new Set([...known, chosen])) {
    const region = zone.includes('/') ? zone.slice(0, zone.indexOf('/')) : 'Other';
    groups.set(region, [...(groups.get(region) ?? []), zone]);
  }
  return html`${[...groups].map(([region, zones]) => html`<optgroup label="${region}">${zones.sort().map((zone) => html`<option value="${zone}"${zone === chosen && html` selected`}>${(zone.slice(zone.indexOf('/') + 1)).replaceAll('_', ' ')}</option>`)}</optgroup>`)}`;
}
