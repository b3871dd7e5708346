const PREFIX = 'https://www.googleapis.com/auth/';
const SHORT: Readonly<Record<string, string>> = { email: `${PREFIX}userinfo.email`, profile: `${PREFIX}userinfo.profile` };
/** Scopes that only say who somebody is. */
export const IDENTITY: readonly string[] = ['openid', ...Object.values(SHORT)];

/** Every scope of the Calendar API and of Calendar add-ons, without the common prefix. */
const CALENDAR = new Set([
  'calendar', 'calendar.readonly', 'calendar.acls', 'calendar.acls.readonly', 'calendar.app.created', 'calendar.calendarlist', 'calendar.calendarlist.readonly',
  'calendar.calendars', 'calendar.calendars.readonly', 'calendar.events', 'calendar.events.freebusy', 'calendar.events.owned', 'calendar.events.owned.readonly',
  'calendar.events.public.readonly', 'calendar.events.readonly', 'calendar.freebusy', 'calendar.settings.readonly',
  'calendar.addons.execute', 'calendar.addons.current.event.read', 'calendar.addons.current.event.write',
]);

/** The scopes of a request, each once, in the form in which Google names them in its answers: `email` becomes `…/userinfo.email`. */
export const readScopes = (text: string): string[] => [...new Set(text.split(/\s+/).filter((each) => each !== '').map((each) => SHORT[each] ?? each))];

export const isIdentity = (scope: string): boolean => IDENTITY.includes(scope);

/** True for a scope that Google knows: a misspelt calendar scope is refused, those of its other products are taken as they come. */
export const isKnown = (scope: string): boolean => {
  if (isIdentity(scope) || scope === 'https://mail.google.com/') return true;
  if (!scope.startsWith(PREFIX)) return false;
  const name = scope.slice(PREFIX.length);
  return /^calendar\b/.test(name) ? CALENDAR.has(name) : /^[a-z][a-z0-9._-]*$/.test(name);
};

/** True for scopes whose grants end with a change of password (sheet 7.3). */
export const isOfGmail = (scope: string): boolean => scope === 'https://mail.google.com/' || scope.startsWith(`${PREFIX}gmail.`);

/** Both lists, each scope once, in order. */
export const union = (one: readonly string[], other: readonly string[]): string[] => [...new Set([...one, ...other])];
