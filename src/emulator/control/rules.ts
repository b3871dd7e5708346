/** A fault or delay that the control API asks for. */
export interface Rule {
  readonly id: number;
  readonly method?: string;
  /** Regular expression, searched in the path with its query. */
  readonly pathPattern?: string;
  /** How many calls it still meets. */
  remaining: number;
  readonly status?: number;
  readonly reason?: string;
  /** Raw body instead of a Google error, e.g. the HTML of a gateway. */
  readonly body?: string;
  readonly delayMs?: number;
  readonly mode?: 'dropAnswer' | 'dropRequest' | 'hold';
}

/** The live rules, in memory: they belong to one run of one test and do not outlive the emulator. */
export class Rules {
  private rules: Rule[] = [];
  private waiting: { ruleId: number; release: () => void }[] = [];
  private lastId = 0;

  add(rule: Omit<Rule, 'id'>): Rule {
    const added = { id: ++this.lastId, ...rule };
    this.rules.push(added);
    return added;
  }

  all(): readonly Rule[] {
    return this.rules;
  }

  /** How many calls a `hold` keeps waiting now. */
  held(): number {
    return this.waiting.length;
  }

  /** Removes one rule, or all, and lets go the calls it holds. */
  remove(id?: number): void {
    this.rules = id === undefined ? [] : this.rules.filter((each) => each.id !== id);
    const freed = this.waiting.filter((each) => id === undefined || each.ruleId === id);
    this.waiting = this.waiting.filter((each) => !freed.includes(each));
    for (const each of freed) each.release();
  }

  /** The first rule that a call meets; the meeting is counted. */
  meet(method: string, path: string): Rule | undefined {
    const met = this.rules.find((rule) =>
      (rule.method === undefined || rule.method === method) && (rule.pathPattern === undefined || new RegExp(rule.pathPattern).test(path)));
    if (met === undefined) return undefined;
    met.remaining--;
    if (met.remaining <= 0) this.rules = this.rules.filter((each) => each !== met);
    return met;
  }

  /** Waits until the rule is removed. */
  hold(rule: Rule): Promise<void> {
    return new Promise((release) => this.waiting.push({ ruleId: rule.id, release }));
  }
}
