import { readMask, type Selection } from './fields.js';

/** What each resource may contain, written as masks; `*` stands for names that callers choose. */
const TIME = '(date,dateTime,timeZone)', PERSON = '(id,email,displayName,self)', REMINDERS = '(method,minutes)';
const EVENT = [
  'kind,etag,id,status,htmlLink,created,updated,summary,description,location,colorId,eventLabelId',
  `creator${PERSON},organizer${PERSON},start${TIME},end${TIME},endTimeUnspecified,recurrence,recurringEventId,originalStartTime${TIME}`,
  'transparency,visibility,iCalUID,sequence,attendeesOmitted,hangoutLink,anyoneCanAddSelf,guestsCanInviteOthers,guestsCanModify,guestsCanSeeOtherGuests',
  'attendees(id,email,displayName,organizer,self,resource,optional,responseStatus,comment,additionalGuests,asyncOperation)',
  'conferenceData(createRequest(requestId,conferenceSolutionKey/type,status/statusCode),conferenceSolution(key/type,name,iconUri),conferenceId,signature,notes,parameters/*)',
  'conferenceData/entryPoints(entryPointType,uri,label,pin,accessCode,meetingCode,passcode,password,entryPointFeatures,regionCode)',
  `gadget(type,title,link,iconLink,width,height,display,preferences/*),privateCopy,locked,reminders(useDefault,overrides${REMINDERS}),source(url,title)`,
  'extendedProperties(private/*,shared/*),attachments(fileUrl,title,mimeType,iconLink,fileId),eventType',
  'workingLocationProperties(type,homeOffice/*,customLocation/label,officeLocation(buildingId,floorId,floorSectionId,deskId,label))',
  'outOfOfficeProperties(autoDeclineMode,declineMessage),focusTimeProperties(autoDeclineMode,declineMessage,chatStatus),birthdayProperties(contact,type,customTypeName)',
].join(',');
const LABELS = 'labelProperties/*,conferenceProperties/allowedConferenceSolutionTypes';
const ENTRY = [
  'kind,etag,id,summary,description,location,timeZone,dataOwner,summaryOverride,colorId,backgroundColor,foregroundColor,hidden,selected,accessRole',
  `defaultReminders${REMINDERS},notificationSettings/notifications(type,method),primary,deleted,autoAcceptInvitations,${LABELS}`,
].join(',');
const CALENDAR = `kind,etag,id,summary,description,location,timeZone,dataOwner,autoAcceptInvitations,${LABELS}`;
const RULE = 'kind,etag,id,scope(type,value),role', SETTING = 'kind,etag,id,value';
const EVENTS = `kind,etag,summary,description,updated,timeZone,accessRole,defaultReminders${REMINDERS},nextPageToken,nextSyncToken,items(${EVENT})`;
const CHANNEL = 'kind,id,resourceId,resourceUri,token,expiration,type,address,payload,params/*';
const page = (item: string): string => `kind,etag,nextPageToken,nextSyncToken,items(${item})`;

const OF_RESOURCE: Readonly<Record<string, string>> = { events: EVENT, calendarList: ENTRY, calendars: CALENDAR, acl: RULE, settings: SETTING };
const OF_METHOD: Readonly<Record<string, string>> = {
  'events.list': EVENTS, 'events.instances': EVENTS, 'calendarList.list': page(ENTRY), 'acl.list': page(RULE), 'settings.list': page(SETTING),
  'colors.get': 'kind,updated,calendar/*,event/*',
  'freebusy.query': 'kind,timeMin,timeMax,groups/*,calendars/*',
  'events.watch': CHANNEL, 'calendarList.watch': CHANNEL, 'acl.watch': CHANNEL, 'settings.watch': CHANNEL,
};

const read = new Map<string, Selection>();

/** Every field that the answer of a method may have; undefined for methods that answer nothing. */
export function fieldsOf(method: string): Selection | undefined {
  const text = OF_METHOD[method] ?? OF_RESOURCE[method.slice(0, method.indexOf('.'))];
  if (text === undefined) return undefined;
  const known = read.get(method) ?? readMask(text);
  read.set(method, known);
  return known;
}
