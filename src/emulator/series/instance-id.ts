import type { EventTime } from '../store/model.js';
import { icalTime } from './zone-time.js';

const SUFFIX = /_R-?\d{8,10}(T\d{6})?$/;

const rootOf = (masterId: string): string => masterId.replace(SUFFIX, '');

/** Id of the instance of `masterId` in a slot (sheet 2.1). A split series (`root_R…`) names its instances after the root alone. */
export const instanceId = (masterId: string, slotMs: number, allDay: boolean): string =>
  `${rootOf(masterId)}_${allDay ? icalTime(slotMs).slice(0, -'T000000'.length) : `${icalTime(slotMs)}Z`}`;

/** True for the id of a part that was split off a series. */
export const isPartId = (masterId: string): boolean => SUFFIX.test(masterId);

/** Takes an instance id apart; undefined if it has not the form of one. */
export function parseInstanceId(id: string): { root: string; slotMs: number; allDay: boolean } | undefined {
  const parts = /^(.+)_(-?\d{4,6})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z)?$/.exec(id);
  if (parts === null) return undefined;
  const [, root = '', year = '', month, day, hour, minute, second] = parts;
  const isFourDigit = year.length === 4;
  const isoYear = isFourDigit ? year : `${year.startsWith('-') ? '-' : '+'}${year.replace('-', '').padStart(6, '0')}`;
  const slotMs = Date.parse(`${isoYear}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}Z`);
  return Number.isNaN(slotMs) ? undefined : { root, slotMs, allDay: hour === undefined };
}

/** Id of the master that a "this and following" split makes (sheet 2.1): the root with the new part's first start in UTC, or its date. */
export function splitMasterId(masterId: string, firstStart: EventTime): string {
  return `${rootOf(masterId)}_R${'date' in firstStart ? firstStart.date.replaceAll('-', '') : icalTime(firstStart.atMs)}`;
}
