import { anything, bool, listOf, oneOf, shape, text, whole } from '../http/body-schema.js';
import { ROLES } from '../store/model.js';

/** The calendar resource; what only the server sets is accepted and ignored, as a PUT of a read one needs. */
export const calendarBody = shape({
  kind: text, etag: text, id: text, summary: text, description: text, location: text, timeZone: text, dataOwner: text,
  autoAcceptInvitations: bool, conferenceProperties: anything,
  labelProperties: shape({ eventLabels: listOf(shape({ id: text, name: text, backgroundColor: text })) }),
});

/** An entry of the calendar list. */
export const entryBody = shape({
  kind: text, etag: text, id: text, summary: text, description: text, location: text, timeZone: text, dataOwner: text, accessRole: text,
  primary: bool, deleted: bool, autoAcceptInvitations: bool, conferenceProperties: anything,
  summaryOverride: text, colorId: text, backgroundColor: text, foregroundColor: text, hidden: bool, selected: bool,
  defaultReminders: listOf(shape({ method: oneOf('email', 'popup'), minutes: whole })),
  notificationSettings: shape({
    notifications: listOf(shape({ type: oneOf('eventCreation', 'eventChange', 'eventCancellation', 'eventResponse', 'agenda'), method: oneOf('email') })),
  }),
});

/** An access rule. */
export const ruleBody = shape({
  kind: text, etag: text, id: text, role: oneOf('none', ...ROLES),
  scope: shape({ type: oneOf('default', 'user', 'group', 'domain'), value: text }),
});

export const freeBusyBody = shape({
  timeMin: text, timeMax: text, timeZone: text, calendarExpansionMax: whole, groupExpansionMax: whole, items: listOf(shape({ id: text })),
});
