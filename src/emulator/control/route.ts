import type { Answer } from '../http/answer.js';
import type { Emulator } from '../emulator.js';
import type { Json } from '../store/model.js';

/** A call of the control API; `body` is what came, or undefined, to be parsed with zod. */
export interface ControlCall {
  readonly emulator: Emulator;
  readonly url: URL;
  readonly path: readonly string[];
  readonly body: unknown;
}

/** One call that the control API offers, below `/control`; `:name` stands for a path parameter. */
export interface Control {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** What it takes and does, in a line: `GET /control` lists them. */
  readonly says: string;
  readonly answer: (call: ControlCall) => Answer;
}

export const ok = (json: Json): Answer => ({ status: 200, json });
