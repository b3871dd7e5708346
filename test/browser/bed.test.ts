/** The bed itself: a page that breaks one thing is found out. */
import { expect } from 'vitest';
import { html } from '../../src/kernel/html.js';
import { layout } from '../../src/web/pages/index.js';
import { askDana, linkTo, worlds } from '../support/story.js';
import { browserBed, browserTest, drawn } from '../support/browser.js';
import { DANA } from '../support/world.js';

const { checkPage, looksOnly } = browserBed();
const open = worlds();
const faultsOf = (body: string): Promise<string> =>
  checkPage(drawn(layout('A page', html`<h1>A page</h1>BODY`).replace('BODY', body))).then(() => 'none', (fault: unknown) => `${String(fault)} ${JSON.stringify(fault)}`);

browserTest('a page without fault passes', async () => {
  expect(await faultsOf('<p><a href="/x">A link</a></p><button>A button</button>')).toBe('none');
});

browserTest.for<[string, string, RegExp]>([
  ['a field without a label', '<input type="text" name="x">', /label \(light/],
  ['text as pale as its ground', '<p class="primary"><span class="soft">Pale</span></p>', /color-contrast \(dark/],
  ['a wide thing', `<p class="together">${'wide '.repeat(60)}</p>`, /sticksOut[^\]]*px/],
  ['a focus that is not seen', '<p><a class="unseen" href="/x">A link</a></p>', /the focus is not seen/],
  ['a link that Tab passes over', '<p inert><a href="/x">A link</a></p>', /Tab never comes to/],
  ['what is only there without script', '<noscript><p>Without script you see nothing.</p></noscript>', /without script/],
  ['a script of its own', '<script>document.title = 1</script>', /policy: script-src/],
  ['a picture from elsewhere', '<p><img alt="" src="http://tracker.example/x.png"></p>', /policy: img-src/],
])('%s is found out', async ([, body, fault]) => { expect(await faultsOf(body)).toMatch(fault); });

browserTest('an address that changes something when looked at is found out', async () => {
  const w = await open();
  await askDana(w);
  const link = await linkTo(w, DANA.email);
  await looksOnly(w, [link]);
  let looks = 0;
  await expect(looksOnly({ ...w, fingerprint: async () => String(looks++) }, [link])).rejects.toThrow('rows');
});
