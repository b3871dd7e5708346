import { z } from 'zod';
import type { Answer } from '../http/answer.js';
import { badRequest } from '../http/api-error.js';
import type { Emulator } from '../emulator.js';
import { accountControls } from '../calendars/controls.js';
import { eventControls } from '../events/controls.js';
import { uiControls } from '../events/ui-controls.js';
import { ROUTES } from '../http/routes.js';
import { OAUTH_KINDS } from '../http/oauth-kinds.js';
import { grantControls } from '../oauth/controls.js';
import { copyControls } from '../people/controls.js';
import { pushControls } from '../push/controls.js';
import { logControls } from './log-controls.js';
import { quotaControls } from './quota-controls.js';
import { ok, type Control } from './route.js';
import { ruleControls } from './rule-controls.js';
import { sceneControls } from './scene-controls.js';

const KINDS = [...ROUTES.map(({ id }) => id), ...OAUTH_KINDS];

const listing: Control = {
  method: 'GET', path: '', says: '{calls, kinds}: the calls of the control API, and the kinds of call that rules may name',
  answer: () => ok({ calls: CONTROLS.map(({ method, path, says }) => ({ call: `${method} /control${path}`, says })), kinds: KINDS }),
};

const CONTROLS = [
  listing, ...accountControls, ...ruleControls(KINDS), ...quotaControls, ...pushControls, ...eventControls, ...uiControls, ...grantControls, ...copyControls, ...logControls, ...sceneControls,
].map((each) => ({ ...each, pattern: new RegExp(`^/control${each.path.replaceAll(/:\w+/g, '([^/]+)')}$`) }));

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest('malformed percent-encoding in the path');
  }
}

/**
 * Answers a call under /control: how tests and the sandbox set the scene and read what happened. A wrong body is a 400
 * that says what is wrong; refusals of the API that a control call runs into are thrown.
 */
export function answerControlCall(emulator: Emulator, method: string, url: URL, body: unknown): Answer {
  for (const control of CONTROLS) {
    const match = control.method === method ? control.pattern.exec(url.pathname) : null;
    if (match === null) continue;
    try {
      return control.answer({ emulator, url, body, path: match.slice(1).map(decodePart) });
    } catch (error) {
      if (error instanceof z.ZodError) return { status: 400, json: { error: z.prettifyError(error) } };
      throw error;
    }
  }
  return { status: 404, json: { error: 'no such control call: GET /control lists them' } };
}
