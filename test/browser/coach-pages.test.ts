/** The coach's pages in a real browser: rules of accessibility, a narrow window, the keyboard alone, no script. */
import { browserBed, browserTest, drawn } from '../support/browser.js';
import { DRAWN_FOR_COACH } from './drawn-coach.js';

const { checkPage } = browserBed();

browserTest.for(DRAWN_FOR_COACH)('%s', async ([, html]) => { await checkPage(drawn(html)); });
