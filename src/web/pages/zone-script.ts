/** The script's address: pages that can show the visitor's own zone load it from there. */
export const ZONE_SCRIPT_PATH = '/zone.js';

/**
 * An enhancement, never needed: a form marked `data-zone` has a `select name="zone"`. If the address does not name a zone yet and
 * the visitor's own is one of the choices, the page is asked for once more in that zone. Nothing is stored, nothing is sent elsewhere.
 */
export const ZONE_SCRIPT = `(() => {
  const form = document.querySelector('form[data-zone]');
  const choice = form && form.elements.namedItem('zone');
  const here = new URL(location.href);
  if (!choice || here.searchParams.has('zone')) return;
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!own || own === choice.value || ![...choice.options].some((option) => option.value === own)) return;
  here.searchParams.set('zone', own);
  location.replace(here.href);
})();
`;
