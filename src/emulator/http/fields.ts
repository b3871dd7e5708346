import { ApiError } from './api-error.js';
import type { Json, JsonObject } from '../store/model.js';

/** A `fields` selection: names with what to keep below them; an empty tree keeps everything. */
interface Tree { [name: string]: Tree }

/** Without a prototype: a mask may name `constructor`. */
const leaf = (): Tree => Object.create(null) as Tree;

/** Parses `a,b(c,d),e/f`. Throws Google's 400 for a malformed mask. */
function parse(mask: string): Tree {
  const bad = new ApiError(400, 'invalidParameter', `Invalid field selection ${mask}`, { locationType: 'parameter', location: 'fields' });
  let at = 0;
  const list = (): Tree => {
    const tree = leaf();
    for (;;) {
      let node = tree;
      for (;;) {
        const name = /^[A-Za-z*][A-Za-z0-9_.-]*/.exec(mask.slice(at))?.[0];
        if (name === undefined) throw bad;
        at += name.length;
        node = node[name] ??= leaf();
        if (mask[at] !== '/') break;
        at++;
      }
      if (mask[at] === '(') {
        at++;
        Object.assign(node, list());
        if (mask[at] !== ')') throw bad;
        at++;
      }
      if (mask[at] !== ',') return tree;
      at++;
    }
  };
  const tree = list();
  if (at !== mask.length) throw bad;
  return tree;
}

function pick(value: Json, tree: Tree): Json {
  const names = Object.keys(tree);
  if (names.length === 0 || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((each) => pick(each, tree));
  const kept: JsonObject = {};
  for (const [name, inner] of Object.entries(value)) {
    const below = tree[name] ?? tree['*'];
    if (below !== undefined) kept[name] = pick(inner, below);
  }
  return kept;
}

/** Partial response: only what the mask names. */
export const pickFields = (value: Json, mask: string): Json => pick(value, parse(mask));
