/** The pages, as the routes see them: views in, complete HTML documents out. */
export { layout } from './layout.js';
export { STYLESHEET } from './stylesheet.js';
export { decisionPage } from './decision.js';
export { offerPage } from './offer.js';
export { calendarsPage, ROLE_IN_WORDS, type CalendarView } from './calendars.js';
export { NOTHING_TOLD, type Told } from './coach-layout.js';
export { rulesPage, type RulesView } from './rules.js';
export { clientsPage, type ClientsView } from './clients.js';
export { clientPage, erasePage, type ClientView } from './client.js';
export { historyPage, type HistoryRow } from './history.js';
export { pendingPage } from './pending.js';
export { overlapPage, overlapsPage } from './overlaps.js';
export { messagePage } from './message.js';
export { connectPage } from './connect.js';
export { signInPage } from './sign-in.js';
export { ZONE_SCRIPT, ZONE_SCRIPT_PATH } from './zone-script.js';
