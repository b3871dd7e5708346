/** Markup that is already safe. Only `html` makes it. */
export class Html {
  readonly markup: string;
  constructor(markup: string) { this.markup = markup; }
  toString(): string { return this.markup; }
}
type Part = string | number | Html | null | false | undefined | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c);

function render(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Html) return part.markup;
  if (Array.isArray(part)) return (part as readonly Part[]).map(render).join('');
  return escapeHtml(String(part));
}

/** A template whose every value is escaped, unless it is itself `Html`. Attributes must be quoted. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, s, i) => text + render(parts[i - 1]) + s));
}
