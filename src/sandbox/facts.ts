/** What `GET /sandbox/state.json` tells the sandbox page. Times are RFC 3339. */
export interface SandboxState {
  readonly now: string;
  readonly coach: { readonly name: string; readonly email: string; readonly slug: string; readonly timeZone: string };
  /** The three people whose inboxes are shown: Kim (coach), Dana (existing), Sam (incoming). */
  readonly people: readonly { readonly name: string; readonly email: string; readonly role: 'coach' | 'existing' | 'incoming' }[];
  readonly emulatorUrl: string;
  readonly calendarId: string;
  readonly pending: readonly { readonly id: string; readonly who: string; readonly wanted: string; readonly state: string; readonly reason: string | null; readonly standing: string }[];
  readonly jobs: readonly { readonly id: number; readonly at: string; readonly job: string; readonly subject: string; readonly outcome: string; readonly detail: string; readonly durationMs: number }[];
  /** What the button asks for: Dana's next session at least seven days ahead, Monday 13:00. */
  readonly danasTime: string;
}
