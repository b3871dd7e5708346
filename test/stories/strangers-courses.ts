/** Every course that a request can take (docs/settling.md, docs/overlaps.md, docs/booking.md, docs/inbox.md), as its
 *  steps, and how its requests end. */
import { DAY } from '../../src/kernel/interval.js';
import type { Policy } from '../../src/kernel/policy.js';
import { titledOnly } from '../support/marked.js';
import type { EventIn } from '../support/world.js';
import * as door from './strangers-entries.js';
import * as google from './strangers-google.js';
import type { Step } from './strangers-stage.js';
import * as s from './strangers-steps.js';

/** `ends`: the states of the requests at the end, oldest first. `existing`: what stands on Monday 13:00, if not Brunhild's series. */
export interface Course {
  readonly steps: readonly Step[]; readonly ends: readonly string[];
  readonly policy?: Partial<Policy>; readonly existing?: EventIn;
}
const P = 'pending_resolution', B = 'booked', W = 'withdrawn', D = 'declined', X = 'expired';
const often = { asksPerClient: { count: 9, days: 30 } };
const course = (ends: readonly string[], ...steps: Step[]): Course => ({ ends, steps });
const under = (policy: Partial<Policy>, made: Course): Course => ({ ...made, policy });
const titled = (made: Course): Course => ({ ...made, existing: titledOnly });

export const SETTLING: Readonly<Record<string, Course>> = {
  'what is free is booked at once; their own session; by hand': course([B, B, B], s.asksFree, s.ownTime, s.asksOneFree, s.programLooks, s.asks, s.byHand),
  'option 2, a reminder, chosen, landed; then strangers try the links':
    course([B], s.asks, s.programLooks, s.option2, s.halfADay, s.chooses, s.chooses, s.strangerTries),
  'option 2, chosen in a zone of one\'s own': course([B], s.asks, s.option2, s.choosesInOwnZone),
  'option 1, withdrawn on the offer; again, none of these, picked':
    course([W, B], s.asks, s.option1, s.withdrawsOnOffer, s.asks, s.option1, s.halfADay, s.incomingNone, s.picksOnPage, s.picks),
  'option 1, silence, and the last wanted time passes': course([X], s.asks, s.option1, s.halfADay, s.halfADay, s.toTheEnd),
  'none of these, twice, then chosen': course([B], s.asks, s.option2, s.noneMornings, s.noneOthers, s.choosesOnPage),
  'a lost choice, kept, then option 1': course([B], s.asks, s.option2, s.losesChoice, s.keeps, s.option1, s.picks),
  'a choice lost to another booking, then another one': course([B, B], s.asks, s.option2, s.losesToSecond, s.choosesOnPage),
  'kept, and never again; the next one cannot ask':
    under(often, course([D, D], s.asks, s.option2, s.mutes, s.declines, s.secondAsksLater, s.option2Refused, s.declines)),
  'kept, and asked lately':
    course([D, P], s.asks, s.option2, s.keeps, s.programLooks, s.declines, s.secondAsksLater, s.option2Refused, s.newestOption1),
  'silence': course([P], s.asks, s.option2, s.halfADay, s.halfADay, s.chooses),
  'silence leads on to option 1': under({ afterSilence: 'option1' }, course([B], s.asks, s.option2, s.aDay, s.picks)),
  'declined anew, withdrawn by the program, by the page, always while asked': under(often, course([D, W, W],
    s.asks, s.option2, s.firstDeclined, s.chooses, s.asks, s.option2, s.withdrawsByProgram, s.chooses, s.asks, s.option2, s.statusWithdraws)),
  'option 1 anew while asked': course([B], s.asks, s.option2, s.newestOption1, s.picks),
  'by hand elsewhere while asked': course([B], s.asks, s.option2, s.byHandOnPage),
  'another time that is taken, too; later one that is free': course([B], s.asks, s.addsTaken, s.option2, s.addsFree),
  'what stands there cannot be asked: another calendar, a group, an event of somebody else, a private appointment': course([B, D, B, B],
    s.asksForFamily, s.option2Refused, s.option1, s.picks,
    google.groupStands, s.asksForGroup, s.option2Refused, s.declines,
    google.invitedStands, s.asksForInvited, s.option2Refused, s.option1, s.picks,
    s.asksForPrivate, s.option2Refused, google.privateGoes),
  'too soon to ask, and declined': under({ freezeMs: 40 * DAY }, course([D], s.asks, s.option2Refused, s.declines)),
  'no slot to offer': under({ workingHours: [{ weekday: 1, from: '13:00', to: '14:00' }], horizonMs: 16 * DAY },
    course([D], s.asks, s.option2Refused, s.option1Refused, s.declines)),
  'an all-day event is ticked as not mattering': course([B], google.allDayStands, s.asks, s.option2Refused, s.option2AllTicked, s.chooses),
  'several wanted times, the second is asked for': course([B], s.asksSeveral, s.aboutNeighbour, s.neighbourChooses),
};

export const TURNS: Readonly<Record<string, Course>> = {
  'promised: a second one waits, and gets the turn after a keep':
    under(often, course([D, B], s.asks, s.option2, s.secondAsks, s.programLooks, s.keeps, s.firstDeclined, s.newestOption1, s.secondPicks)),
  'promised: the first lands, the second meets it': course([B, P], s.asks, s.option2, s.secondAsks, s.chooses, s.programLooks),
  'promised: the second takes other times meanwhile':
    course([B, B], s.asks, s.option2, s.secondAsks, s.newestOption1, s.secondPicks, s.choosesTooLate, s.choosesOnPage),
  'the address is refused': course([P], s.asks, google.asksUndeliverably, s.programLooks),
  'known by the title: the address is typed; kept; asked again, and ours is the mail about the new time':
    titled(under(often, course([D, B], s.asks, s.typesAddress, s.keeps, s.declines, s.asks, s.option2, s.chooses))),
  'a link to pass on: kept; again, chosen':
    titled(under(often, course([D, B], s.asks, s.passesOn, s.keepsByLink, s.declines, s.asks, s.passesOn, s.choosesByLink))),
  'Google hangs at the move': course([B], s.asks, s.option2, google.choosesSlowly, google.goesOn),
  'Google hangs at the booking': course([B], google.asksFreeSlowly, google.goesOn),
  'a clash slips in before the booking': course([P], google.asksFreeSlowly, google.slipsIntoFree, google.goesOn),
  'something slips into the new window': course([P], s.asks, s.option2, google.choosesSlowly, google.slipsIntoNew, google.goesOn),
  'something slips into both windows': course([P], s.asks, s.option2, google.choosesSlowly, google.slipsIntoNew, google.slipsIntoOld, google.goesOn),
  'vacated, but something else took the time': course([P], s.asks, s.option2, google.choosesSlowly, google.slipsIntoOld, google.goesOn),
  'Google refuses the move; the coach moves it': course([B], s.asks, s.option2, google.choosesInVain, google.drags),
  'answers of Google are lost': course([B], s.asks, s.option2, google.answersAreLost),
  'edited between the choice and the move': course([B], s.asks, s.option2, google.editedMeanwhile),
  'the permission dies while asked': course([P], s.asks, s.option2, google.grantDies, s.programLooks),
  'dragged away while asked': course([B], s.asks, s.option2, google.drags),
  'deleted while asked': course([B], s.asks, s.option2, google.deletes),
  'set free while asked': course([B], s.asks, s.option2, google.setsFree),
  'the series ends while asked': course([B], s.asks, s.option2, google.endsSeries),
  'no guest any more while asked': course([P], s.asks, s.option2, google.removesGuest),
  'a group while asked': course([P], s.asks, s.option2, google.makesGroup),
  'the client declines in Google': course([B], s.asks, s.option2, google.declinesInGoogle, s.option1, s.picks),
  'free after all, while others are offered': course([B], s.asks, s.option1, google.drags),
  'after landing the event is moved, then deleted': course([B], s.asks, s.option2, s.chooses, google.dragsLanded, google.deletesLanded),
  'land by hand': under({ land: 'manual' }, course([B], s.asks, s.option2, s.chooses, s.landsByHand)),
  'land by hand, and nobody does; chosen after the session began': under({ land: 'manual' }, course([X], s.asks, s.option2, s.chooses, s.toTheEnd, s.chooses)),
  'option 1 by itself': under({ byItself: 'option1' }, course([B], s.asks, s.picks)),
  'option 2 by itself, for a known client': under({ byItself: 'option2' }, course([B], s.bystanderAsks, s.chooses)),
};

export const DOORS: Readonly<Record<string, Course>> = {
  'booking page: confirmed, option 2, landed': course([B], door.visitorErrs, door.visitorLeaves, door.visitorConfirms, s.option2, s.chooses),
  'booking page: confirmed, another time too, withdrawn': course([W], door.visitorLeaves, door.visitorConfirms, s.addsTaken, s.option2, s.statusWithdraws),
  'booking page: never confirmed; their own session; a free time':
    course([B], door.visitorLeaves, s.aDay, s.aDay, door.existingLeavesOwn, door.existingConfirmsOwn, door.visitorLeavesFree, door.visitorConfirms),
  'requests calendar: option 2': course([B], door.opensInbox, door.dropsOnTaken, s.option2, s.chooses),
  'requests calendar: a free time; moved and removed while asked; declined': course([B, W, D],
    door.opensInbox, door.dropsOnFree, door.dropsOnTaken, s.option2, door.movesDropped, door.removesDropped, door.dropsOnTaken, s.declines, s.aDay),
  'requests calendar: an event with a guest': course([B], door.opensInbox, door.dropsWithGuest, s.option2, s.chooses),
  'requests calendar: a guest is added to what was annotated': course([B], door.opensInbox, door.dropsPlain, s.option2, door.addsGuestToDropped, s.chooses),
  'by hand on top of each other: kept; asked again, and moved': under(often, course([W, B],
    door.putsOnTop, door.asksExistingToMove, s.keeps, door.noticed, door.asksExistingToMove, s.chooses)),
  'by hand on top of each other: the incoming one moves': course([B], door.putsOnTop, door.asksIncomingToMove, s.picks),
  'by hand on top of each other from the start: both stay, then it goes away by itself': course([], door.stoodOnTop, door.leavesBoth, door.removesOnTop),
  'an invitation over a session: kept; asked again, and moved': under(often, course([W, B],
    door.invitesOver, door.asksExistingToMove, s.keeps, door.noticed, door.asksExistingToMove, s.chooses)),
  'a calendar holds the working hours': course([B], door.hoursRule, s.asks, s.option2, s.chooses),
};
