import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeHtml, Html, html } from '../../src/kernel/html.js';

test('every value is escaped, in text and in a quoted attribute', () => {
  const name = `<script>alert("x")</script>&'`;
  expect(html`<p title="${name}">${name}</p>`.toString())
    .toBe('<p title="&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;">&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;</p>');
});
test('no text gets out of where it was put, and it can be read back', () => {
  const unescape = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    const escaped = escapeHtml(text);
    expect(escaped).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
    expect(unescape(escaped)).toBe(text);
  }));
});
test('markup of ours is not escaped again; text that looks like it is', () => {
  expect(html`${html`<b>${'<'}</b>`}`.markup).toBe('<b>&lt;</b>');
  expect(html`${JSON.parse('{"markup":"<b>"}') as string}`.markup).not.toContain('<b>');
  expect(html`${new Html('<hr>')}`.markup).toBe('<hr>');
});
test('lists stand one after the other; what is not there leaves nothing; 0 is there', () => {
  expect(html`<ul>${['a', '<b>'].map((t) => html`<li>${t}</li>`)}</ul>`.markup).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul>');
  expect(html`[${null}${undefined}${false}${''}${0}${[null, 'x', [html`<i>y</i>`]]}]`.markup).toBe('[0x<i>y</i>]');
});
