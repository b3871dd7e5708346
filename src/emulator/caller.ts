/** Who makes a call. */
export interface Caller {
  readonly account: string;
  readonly clientId: string;
  /** Granted scopes; undefined means all (the sandbox header). */
  readonly scopes?: ReadonlySet<string>;
  /** Set if a service account calls: as itself, or for `account` by delegation (sheet 7.6). */
  readonly serviceAccount?: { readonly email: string; readonly isDelegated: boolean };
}

/** The project behind an OAuth client, which may have several: Google's client ids begin with its number. */
export const projectOf = (clientId: string): string => /^(\d+)-/.exec(clientId)?.[1] ?? clientId;
