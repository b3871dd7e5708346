import { html } from '../../kernel/html.js';
import { layout } from './layout.js';

/** A page that only tells: not found, signed out, an error, the front page. */
export interface Message {
  readonly title: string;
  /** One paragraph each, plain text. */
  readonly lines: readonly string[];
  readonly tone: 'good' | 'neutral' | 'bad';
  readonly link?: { readonly href: string; readonly text: string };
}

/** The document for `message`. */
export function messagePage(message: Message): string {
  return layout(message.title, html`<article class="card tone-${message.tone}">
<h1>${message.title}</h1>
${message.lines.map((line) => html`<p>${line}</p>`)}
${message.link && html`<p><a class="button plain" href="${message.link.href}">${message.link.text}</a></p>`}
</article>`);
}
