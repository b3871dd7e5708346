/** The pages, as the routes see them: views in, complete HTML documents out. */
export { layout, STYLESHEET_PATH, type LayoutOptions } from './layout.js';
export { STYLESHEET } from './stylesheet.js';
export { decisionPage } from './decision.js';
export { offerPage } from './offer.js';
export { pendingPage } from './pending.js';
export { messagePage, type Message } from './message.js';
export { signInPage, type SignIn } from './sign-in.js';
