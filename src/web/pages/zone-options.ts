import { html, type Html } from '../../kernel/html.js';

let known: readonly string[] | null = null;
/** Every zone that this process knows, as choices under their regions; `zone` is one of them, however it is spelled, and chosen unless told otherwise. */
export function zoneOptions(zone: string, isChosen = true): Html {
  const chosen = isChosen ? zone : null;
  known ??= [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'])];
  const groups = new Map<string, string[]>();
  for (const each of new Set([...known, zone])) {
    const region = each.includes('/') ? each.slice(0, each.indexOf('/')) : 'Other';
    groups.set(region, [...(groups.get(region) ?? []), each]);
  }
  return html`${[...groups].map(([region, zones]) => html`<optgroup label="${region}">${zones.sort().map((each) => html`<option value="${each}"${each === chosen && html` selected`}>${(each.slice(each.indexOf('/') + 1)).replaceAll('_', ' ')}</option>`)}</optgroup>`)}`;
}
