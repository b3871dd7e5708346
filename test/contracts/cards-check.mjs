/**
 * What the project promises about its packages:
 * the eight of its card do real work, nothing it locks needs a newer Node than 20, and its lock names no host but the public registry.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Packages of the card, and where each must be at work. */
const CARD = {
  googleapis: ['src'], 'google-auth-library': ['src'], bree: ['src'], knex: ['src'], pg: ['src'], rrule: ['src'], nodemailer: ['src'], vitest: ['test'],
};
/** The Node that production may run, at least: the last minor of 20 to which a dependency of ours was seen to ask. */
const NODE = [20, 19, 0];
const REGISTRY = 'registry.npmjs.org';

function* sources(folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.(ts|mjs|js)$/.test(entry.name) && !entry.name.endsWith('.d.ts')) yield path;
  }
}

/** The files in `folders` with an import of `name` that is there at run time: a type alone does no work. */
function whereImported(name, folders) {
  const imported = new RegExp(String.raw`^(?:import|export)\s+(?!type\b)(?:[^;'"]*?\bfrom\s*)?['"]${name}(?:/[^'"]*)?['"]|\bimport\(\s*['"]${name}(?:/[^'"]*)?['"]`, 'm');
  return folders.flatMap((folder) => [...sources(folder)]).filter((path) => imported.test(readFileSync(join(root, path), 'utf8')));
}

const numbers = (version) => version.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : undefined));
const compare = (a, b) => { for (let i = 0; i < 3; i++) { const d = (a[i] ?? 0) - (b[i] ?? 0); if (d !== 0) return Math.sign(d); } return 0; };

/** Whether `version` lies in an `engines` range, as far as such ranges are written: comparators, carets, tildes, plain and x versions. */
function admits(range, version) {
  return range.split('||').some((part) => {
    const bounds = part.trim().replaceAll(/(>=|<=|>|<|\^|~|=)\s+/g, '$1').split(/\s+/).filter((bound) => bound !== '' && bound !== '*' && bound !== 'x');
    return bounds.every((bound) => {
      const [, sign = '', text = ''] = /^(>=|<=|>|<|\^|~|=)?v?(\d[\w.-]*)$/.exec(bound) ?? [];
      if (text === '') throw new Error(`cannot read the range "${range}"`);
      const at = numbers(text.replace(/-.*$/, ''));
      const order = compare(version, at);
      switch (sign) {
        case '>=': return order >= 0;
        case '>': return order > 0;
        case '<=': return order <= 0;
        case '<': return order < 0;
        case '^': return order >= 0 && version[0] === at[0];
        case '~': return order >= 0 && version[0] === at[0] && (at[1] === undefined || version[1] === at[1]);
        default: return at.every((n, i) => n === undefined || n === version[i]);
      }
    });
  });
}

const faults = [];
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const work = {};
for (const [name, folders] of Object.entries(CARD)) {
  if (!(name in manifest.dependencies) && !(name in manifest.devDependencies)) faults.push(`${name} is not in package.json`);
  work[name] = whereImported(name, folders);
  if (work[name].length === 0) faults.push(`${name} is imported by no file in ${folders.join(', ')}`);
}
let packages = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  packages++;
  // An optional package that does not fit this Node is left out by npm, and its owner does without.
  const node = entry.optional ? undefined : entry.engines?.node;
  if (node !== undefined && !admits(node, NODE)) faults.push(`${path || 'the project'} ${entry.version} wants Node ${node}`);
  if (entry.resolved !== undefined && !entry.link && new URL(entry.resolved).host !== REGISTRY) faults.push(`${path} is locked to the host ${new URL(entry.resolved).host}`);
  if (path !== '' && !entry.link && entry.integrity === undefined) faults.push(`${path} is locked without a checksum`);
}
for (const text of JSON.stringify(lock).matchAll(/https?:\/\/([^/"]+)\/[^"]*\.tgz/g)) if (text[1] !== REGISTRY) faults.push(`package-lock.json names the host ${text[1]}`);

for (const fault of faults) console.error(fault);
console.log(`cards: ${Object.entries(work).map(([name, files]) => `${name} in ${String(files.length)}`).join(', ')}; ${String(packages)} packages locked, ${String(faults.length)} faults`);
if (faults.length > 0) process.exitCode = 1;
