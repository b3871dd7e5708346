import type { Store } from '../store/store.js';

/** What a rule looks for in a call; what it does not name may be anything. */
export interface Matcher {
  /** The method in Google's API, `events.insert`, or of OAuth, `oauth.token`. */
  readonly kind?: string;
  readonly method?: string;
  /** Regular expression, searched in the path with its query. */
  readonly pathPattern?: string;
  /** Address of the account that the bearer token speaks for. */
  readonly account?: string;
}

/** A fault or delay that the control API asks for. */
export interface Rule extends Matcher {
  readonly id: number;
  /** How many calls it still meets; null: all that come. */
  readonly remaining: number | null;
  /** Calls that matched so far, met or passed by. */
  readonly seen: number;
  /** So many matching calls pass first. */
  readonly skip: number;
  /** Of the others, the first of each so many is met. */
  readonly everyNth: number;
  readonly status?: number;
  readonly reason?: string;
  readonly message?: string;
  /** Raw body instead of a Google error, e.g. the HTML of a gateway, and its content type. */
  readonly body?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The call is done, and then answered with `status`: for the client its outcome is unknown. */
  readonly applied?: boolean;
  readonly delayMs?: number;
  readonly mode?: 'dropAnswer' | 'dropRequest' | 'hold' | 'truncate';
}

/** What a rule is matched with. */
export interface Arrival { readonly kind: string | null; readonly method: string; readonly path: string; readonly account: string | null }

/** True if a rule looks for such calls. */
export const matches = (rule: Matcher, call: Arrival): boolean =>
  (rule.kind === undefined || rule.kind === call.kind) && (rule.method === undefined || rule.method === call.method) &&
  (rule.account === undefined || rule.account === call.account) && (rule.pathPattern === undefined || new RegExp(rule.pathPattern).test(call.path));

/** True if a rule that has seen `seen` matching calls before meets the next one. */
export const isTurn = ({ seen, skip, everyNth }: Pick<Rule, 'seen' | 'skip' | 'everyNth'>): boolean => seen >= skip && (seen - skip) % everyNth === 0;

const KEY = 'rules';

/** The live rules, in the store: they survive a kill. Calls that a `hold` keeps waiting do not. */
export class Rules {
  private waiting: { ruleId: number; release: () => void }[] = [];

  constructor(private readonly store: Store) {}

  all(): readonly Rule[] {
    return (this.store.meta.get(KEY) as Rule[] | undefined) ?? [];
  }

  add(rule: Omit<Rule, 'id' | 'seen'>): Rule {
    return this.store.transact(() => {
      const added: Rule = { id: this.store.nextNumber('rule'), seen: 0, ...rule };
      this.store.meta.putSync(KEY, [...this.all(), added]);
      return added;
    });
  }

  /** How many calls a `hold` keeps waiting now. */
  held(): number {
    return this.waiting.length;
  }

  /** Removes one rule, or all, and lets go the calls it holds. */
  remove(id?: number): void {
    this.store.meta.putSync(KEY, id === undefined ? [] : this.all().filter((each) => each.id !== id));
    this.letGo(id);
  }

  /** Lets go the calls that one rule holds, or that any does. */
  letGo(id?: number): void {
    const freed = this.waiting.filter((each) => id === undefined || each.ruleId === id);
    this.waiting = this.waiting.filter((each) => !freed.includes(each));
    for (const each of freed) each.release();
  }

  /** The rule that a call meets: the oldest that looks for it and whose turn it is. The meeting is counted. */
  meet(call: Arrival): Rule | undefined {
    const rules = this.all();
    let met: Rule | undefined;
    const kept = rules.flatMap((rule) => {
      if (met !== undefined || !matches(rule, call)) return [rule];
      const next = { ...rule, seen: rule.seen + 1 };
      if (!isTurn(rule)) return [next];
      met = rule;
      if (rule.remaining === null) return [next];
      return rule.remaining > 1 ? [{ ...next, remaining: rule.remaining - 1 }] : [];
    });
    if (rules.some((rule, i) => rule !== kept[i])) this.store.meta.putSync(KEY, kept);
    return met;
  }

  /** Waits until the rule is removed. */
  hold(rule: Rule): Promise<void> {
    return new Promise((release) => this.waiting.push({ ruleId: rule.id, release }));
  }
}
