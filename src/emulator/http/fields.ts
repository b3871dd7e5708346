import { invalidParameter } from './api-error.js';
import type { Json, JsonObject } from '../store/model.js';

/** What a `fields` mask keeps at one level: everything, or what it names. */
export interface Selection {
  whole: boolean;
  readonly names: Map<string, Selection>;
}

const none = (): Selection => ({ whole: false, names: new Map() });
const refused = (what: string): Error => invalidParameter(`Invalid field selection ${what}`, 'fields');

/**
 * Reads a mask: `a,b(c,d),e/f,g/*`; naming a thing twice keeps both parts. Throws Google's 400 `invalidParameter` for
 * anything else, also for spaces.
 */
export function readMask(mask: string): Selection {
  let at = 0;
  const list = (into: Selection): void => {
    do {
      let node = into;
      do {
        const name = /^(\*|[A-Za-z_][\w-]*)/.exec(mask.slice(at))?.[0];
        if (name === undefined) throw refused(mask);
        at += name.length;
        const next = node.names.get(name) ?? none();
        node.names.set(name, next);
        node = next;
      } while (mask[at] === '/' && ++at > 0);
      if (mask[at] !== '(') node.whole = true;
      else {
        at++;
        list(node);
        if (mask[at++] !== ')') throw refused(mask);
      }
    } while (mask[at] === ',' && ++at > 0);
  };
  const selection = none();
  list(selection);
  if (at !== mask.length) throw refused(mask);
  return selection;
}

/** Throws Google's 400 for the first name in `asked` that a resource made of `known` cannot have; `*` in `known` takes any name. */
export function checkMask(asked: Selection, known: Selection): void {
  for (const [name, below] of asked.names) {
    if (name === '*' || known.names.has('*')) continue;
    const inner = known.names.get(name);
    if (inner === undefined) throw refused(name);
    if (below.names.size > 0) checkMask(below, inner);
  }
}

/** Partial response: only what the mask names, in the order in which it was. */
export function pick(value: Json, selection: Selection): Json {
  if (selection.whole || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((each) => pick(each, selection));
  const kept: JsonObject = {};
  for (const [name, inner] of Object.entries(value)) {
    const below = selection.names.get(name), any = selection.names.get('*');
    if (below === undefined && any === undefined) continue;
    kept[name] = pick(inner, below !== undefined && any !== undefined ? joined(below, any) : below ?? any ?? selection);
  }
  return kept;
}

/** What either of two selections keeps. */
function joined(a: Selection, b: Selection): Selection {
  const names = new Map(a.names);
  for (const [name, below] of b.names) {
    const other = names.get(name);
    names.set(name, other === undefined ? below : joined(other, below));
  }
  return { whole: a.whole || b.whole, names };
}
