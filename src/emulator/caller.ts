/** Who makes a call. */
export interface Caller {
  readonly account: string;
  readonly clientId: string;
  /** Granted scopes; undefined means all (the sandbox header). */
  readonly scopes?: ReadonlySet<string>;
  /** Set if a service account calls: as itself, or for `account` by delegation (sheet 7.6). */
  readonly serviceAccount?: { readonly email: string; readonly isDelegated: boolean };
}
