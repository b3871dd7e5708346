import { anything, bool, listOf, mapOf, oneOf, shape, text, whole } from '../http/body-schema.js';

const time = shape({ date: text, dateTime: text, timeZone: text });
const declineMode = oneOf('declineNone', 'declineAllConflictingInvitations', 'declineOnlyNewConflictingInvitations');
const person = shape({ id: text, email: text, displayName: text, self: bool });

/** Every field of the event resource; those that only the server sets are accepted and ignored, as a PUT of a read event needs. */
export const eventBody = shape({
  kind: text, etag: text, id: text, htmlLink: text, created: text, updated: text, creator: person, organizer: person,
  recurringEventId: text, originalStartTime: time, iCalUID: text, sequence: whole, hangoutLink: text, locked: bool,
  privateCopy: bool, attendeesOmitted: bool, gadget: anything,
  status: oneOf('confirmed', 'tentative', 'cancelled'),
  summary: text, description: text, location: text, colorId: text, eventLabelId: text,
  start: time, end: time, endTimeUnspecified: bool, recurrence: listOf(text),
  transparency: oneOf('opaque', 'transparent'),
  visibility: oneOf('default', 'public', 'private', 'confidential'),
  attendees: listOf(shape({
    id: text, email: text, displayName: text, organizer: bool, self: bool, resource: bool, optional: bool,
    responseStatus: oneOf('needsAction', 'declined', 'tentative', 'accepted'),
    comment: text, additionalGuests: whole, asyncOperation: text,
  })),
  anyoneCanAddSelf: bool, guestsCanInviteOthers: bool, guestsCanModify: bool, guestsCanSeeOtherGuests: bool,
  extendedProperties: shape({ private: mapOf(text), shared: mapOf(text) }),
  reminders: shape({ useDefault: bool, overrides: listOf(shape({ method: oneOf('email', 'popup'), minutes: whole })) }),
  conferenceData: shape({
    createRequest: shape({
      requestId: text, conferenceSolutionKey: shape({ type: text }), status: shape({ statusCode: text }),
    }),
    entryPoints: listOf(shape({
      entryPointType: text, uri: text, label: text, pin: text, accessCode: text, meetingCode: text, passcode: text,
      password: text, entryPointFeatures: listOf(text), regionCode: text,
    })),
    conferenceSolution: shape({ key: shape({ type: text }), name: text, iconUri: text }),
    conferenceId: text, signature: text, notes: text, parameters: anything,
  }),
  attachments: listOf(shape({ fileUrl: text, title: text, mimeType: text, iconLink: text, fileId: text })),
  source: shape({ url: text, title: text }),
  outOfOfficeProperties: shape({ autoDeclineMode: declineMode, declineMessage: text }),
  focusTimeProperties: shape({ autoDeclineMode: declineMode, declineMessage: text, chatStatus: oneOf('available', 'doNotDisturb') }),
  workingLocationProperties: shape({
    type: oneOf('homeOffice', 'officeLocation', 'customLocation'), homeOffice: anything,
    officeLocation: shape({ buildingId: text, floorId: text, floorSectionId: text, deskId: text, label: text }),
    customLocation: shape({ label: text }),
  }),
  birthdayProperties: shape({ contact: text, type: oneOf('anniversary', 'birthday', 'custom', 'other', 'self'), customTypeName: text }),
  eventType: oneOf('default', 'outOfOffice', 'focusTime', 'workingLocation', 'birthday', 'fromGmail'),
});
