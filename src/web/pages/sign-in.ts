import { html } from '../../kernel/html.js';
import { layout } from './layout.js';

/** The coach's door. `start` is a plain link (GET), because `form-action 'self'` would also forbid a form's redirect to Google. */
export interface SignIn {
  readonly start: string;
  /** Why the coach is here: "You are signed out." Null on a first visit. */
  readonly note: string | null;
}

/** The page that sends a coach to Google and back. */
export function signInPage(view: SignIn): string {
  return layout('Sign in', html`<article class="card">
<h1>Sign in</h1>
${view.note !== null && html`<p class="note">${view.note}</p>`}
<p>These pages are for coaches. Sign in with the Google account whose calendar is connected.</p>
<p><a class="button primary" href="${view.start}">Sign in with Google</a></p>
<p class="soft small">Not connected yet, or no longer? <a href="/connect">Connect your calendar</a></p>
</article>`);
}
