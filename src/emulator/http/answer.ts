import type { Json } from '../store/model.js';

/** What a route gives back; the server adds the rest. Without a body it is an empty 204-like answer of its status. */
export interface Answer {
  readonly status: number;
  readonly json?: Json;
  readonly html?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** It is held back until this resolves. */
  readonly after?: Promise<void>;
}
