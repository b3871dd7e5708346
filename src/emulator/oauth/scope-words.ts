const PREFIX = 'https://www.googleapis.com/auth/';

/** What a person is asked to allow, by scope without its prefix. */
const WORDS: Readonly<Record<string, string>> = {
  'openid': 'Know who you are on Google',
  'userinfo.email': 'See your email address',
  'userinfo.profile': 'See your name',
  'calendar': 'See, change, share and delete all your calendars',
  'calendar.readonly': 'See all your calendars and what is in them',
  'calendar.events': 'See and change events on all your calendars',
  'calendar.events.readonly': 'See events on all your calendars',
  'calendar.events.owned': 'See and change events on calendars you own',
  'calendar.events.owned.readonly': 'See events on calendars you own',
  'calendar.events.public.readonly': 'See events on public calendars',
  'calendar.events.freebusy': 'See when your calendars are busy',
  'calendar.freebusy': 'See when your calendars are busy',
  'calendar.calendarlist': 'See, add and remove calendars on your list',
  'calendar.calendarlist.readonly': 'See the list of your calendars',
  'calendar.calendars': 'See and change the properties of your calendars, and make new ones',
  'calendar.calendars.readonly': 'See the name and time zone of your calendars',
  'calendar.acls': 'See and change who may use your calendars',
  'calendar.acls.readonly': 'See who may use your calendars',
  'calendar.app.created': 'Make calendars of its own, and see and change events on them',
  'calendar.settings.readonly': 'See your calendar settings',
  'calendar.addons.execute': 'Run as an add-on in Google Calendar',
  'calendar.addons.current.event.read': 'See the event that you have open',
  'calendar.addons.current.event.write': 'Change the event that you have open',
};

const withoutPrefix = (scope: string): string => (scope.startsWith(PREFIX) ? scope.slice(PREFIX.length) : scope);

/** A scope as a person reads it, with its short name; scopes of other products have only that. */
export function sayScope(scope: string): { readonly words: string; readonly name: string } {
  const name = withoutPrefix(scope);
  return { words: WORDS[name] ?? name, name };
}
