import { ApiError, invalid, required } from '../http/api-error.js';
import type { EventContent, Json } from '../store/model.js';
import { asObject, asText } from './json.js';

const MOST = 5, FURTHEST_MINUTES = 40_320;

/** Reminders of a body (sheet 2), `isDefault` if it names none. Throws 400 beyond five overrides or four weeks. */
export function readReminders(value: Json | undefined, isDefault: boolean): EventContent['reminders'] {
  const reminders = asObject(value);
  if (reminders === undefined) return { useDefault: isDefault };
  const overrides = (Array.isArray(reminders['overrides']) ? reminders['overrides'] : []).map((each) => {
    const override = asObject(each) ?? {};
    const method = asText(override['method']), minutes = override['minutes'];
    if (method === undefined || typeof minutes !== 'number') throw required('Missing reminder method or minutes.');
    if (minutes < 0 || minutes > FURTHEST_MINUTES) throw invalid('Invalid reminder minutes.');
    return { method, minutes };
  });
  const useDefault = reminders['useDefault'] === true;
  if (overrides.length > MOST) throw invalid('Too many reminder overrides.');
  if (useDefault && overrides.length > 0) {
    throw new ApiError(400, 'cannotUseDefaultRemindersAndSpecifyOverride', 'Cannot specify both default reminders and overrides at the same time.', { domain: 'calendar' });
  }
  return { useDefault, ...(overrides.length === 0 ? {} : { overrides }) };
}
