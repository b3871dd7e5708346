/** Every page in every state, in a real browser: rules of accessibility, a narrow window, the keyboard alone, no script. */
import { browserBed, browserTest, drawn } from '../support/browser.js';
import { DRAWN } from './drawn.js';

const { checkPage } = browserBed();

browserTest.for(DRAWN)('%s', async ([, html]) => { await checkPage(drawn(html)); });
