import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { OauthPort } from '../google/oauth.port.js';
import type { Claim } from '../work/claim.js';
import type { Shell } from '../work/shell.port.js';

/** What the doors are given. */
export interface Web {
  readonly shell: Shell;
  readonly oauth: OauthPort;
  /** Goes on at once with work that a click has claimed, while the person waits. A failure stays with the row. */
  readonly goOn: (claim: Claim) => Promise<void>;
  readonly isReady: () => Promise<boolean>;
  readonly log: FastifyBaseLogger;
  /** The sandbox adds doors of its own; its pages may be framed by itself. */
  readonly sandbox: ((app: FastifyInstance) => void) | null;
}
