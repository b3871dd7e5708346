/** The keeper of the ranks is itself kept: a small house with one break of every rule, and each must be named. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rulesFile = join(root, 'config/dependency-cruiser.cjs');
const { forbidden } = createRequire(import.meta.url)(rulesFile) as { forbidden: { name: string }[] };

/** The rule, the file that breaks it, and what that file imports. `type` imports break it as well as others do. */
const BREAKS: readonly (readonly [rule: string, file: string, line: string])[] = [
  ['kernel-stands-alone', 'src/kernel/a1.ts', `import type { x } from '../calendar/event.js';`],
  ['kernel-does-no-io', 'src/kernel/a2.ts', `import 'node:fs';`],
  ['postgres-knows-no-room', 'src/postgres/a3.ts', `import type { x } from '../mail/outbox.store.js';`],
  ['pure-files-see-pure-files', 'src/slots/b1.ts', `import type { x } from './hold.store.js';`],
  ['pure-files-see-pure-files', 'src/web/pages/b2.ts', `import '../../resolution/decide.flow.js';`],
  ['pure-files-do-no-io', 'src/mail/b3.ts', `import 'node:fs';`],
  ['pure-files-have-no-vendor', 'src/slots/b4.ts', `import 'zod';`],
  ['story-order-calendar', 'src/calendar/c1.ts', `import type { x } from '../conflicts/blocker.js';`],
  ['story-order-mirror', 'src/mirror/c2.ts', `import '../slots/search.js';`],
  ['story-order-conflicts', 'src/conflicts/c3.ts', `import '../slots/search.js';`],
  ['story-order-slots', 'src/slots/c4.ts', `import '../requests/request.js';`],
  ['story-order-requests', 'src/requests/c5.ts', `import '../resolution/resolution.js';`],
  ['story-order-resolution', 'src/resolution/c6.ts', `import '../mail/letters.js';`],
  ['story-order-mail', 'src/mail/c7.ts', `import '../web/views.js';`],
  ['story-order-google', 'src/google/c8.ts', `import '../mail/letters.js';`],
  ['ports-are-types', 'src/work/d1.port.ts', `import '../calendar/event.js';`],
  ['ports-name-no-part', 'src/work/d2.port.ts', `import type { x } from '../mail/outbox.store.js';`],
  ['store-sees-nothing-above', 'src/mail/e1.store.ts', `import './smtp.adapter.js';`],
  ['store-sees-nothing-above', 'src/mail/e2.store.ts', `import type { x } from '../ops/compose.js';`],
  ['adapter-sees-nothing-above', 'src/mail/e3.adapter.ts', `import './deliver.flow.js';`],
  ['step-sees-nothing-above', 'src/resolution/e4.step.ts', `import './decide.flow.js';`],
  ['flow-sees-nothing-above', 'src/resolution/e5.flow.ts', `import './decide.flow.js';`],
  ['flow-sees-nothing-above', 'src/resolution/e6.flow.ts', `import '../google/google.adapter.js';`],
  ['no-flow-calls-a-flow', 'src/ops/e7.flow.ts', `import '../resolution/decide.flow.js';`],
  ['doors-write-through-flows', 'src/web/e8.route.ts', `import '../postgres/transaction.js';`],
  ['doors-do-not-meet-outermost', 'src/web/e9.route.ts', `import '../ops/compose.js';`],
  ['jobs-are-thin', 'jobs/f1.ts', `import '../src/mail/outbox.store.js';`],
  ['nobody-imports-an-entry', 'src/ops/f2.ts', `import '../daemon.js';`],
  ['web-is-a-door', 'src/work/f3.flow.ts', `import '../web/views.js';`],
  ['only-ops-meets-adapters', 'src/web/f4.route.ts', `import type { x } from '../mail/smtp.adapter.js';`],
  ['adapters-meet-in-their-room', 'src/google/f5.adapter.ts', `import '../mail/smtp.adapter.js';`],
  ['settings-are-read-outermost', 'src/work/f6.flow.ts', `import type { x } from '../../config/settings.js';`],
  ['emulator-stands-alone', 'src/emulator/g1.ts', `import '../kernel/interval.js';`],
  ['nobody-imports-the-emulator', 'src/launcher/g2.ts', `import '../emulator/emulator.js';`],
  ['emulator-series-are-pure', 'src/emulator/series/g7.ts', `import 'node:crypto';`],
  ['emulator-store-is-the-floor', 'src/emulator/store/g8.ts', `import '../emulator.js';`],
  ['launcher-stands-alone', 'src/launcher/g3.ts', `import '../kernel/interval.js';`],
  ['launcher-is-for-entries', 'src/ops/g4.ts', `import '../launcher/files.js';`],
  ['sandbox-pages-only-draw', 'src/sandbox/g5.ts', `import '../mail/outbox.store.js';`],
  ['sandbox-does-not-act', 'src/sandbox/sandbox.ts', `import '../resolution/decide.flow.js';`],
  ['sandbox-is-for-doors', 'src/work/g6.flow.ts', `import '../sandbox/page.js';`],
  ['home-of-knex', 'src/work/h1.flow.ts', `import 'pg';`],
  ['home-of-knex', 'src/work/h2.step.ts', `import type { Knex } from 'knex';`],
  ['home-of-googleapis', 'src/google/h3.flow.ts', `import 'google-auth-library';`],
  ['home-of-nodemailer', 'src/mail/h4.flow.ts', `import 'nodemailer';`],
  ['home-of-bree', 'jobs/h5.ts', `import 'bree';`],
  ['home-of-rrule', 'src/slots/h6.ts', `import 'rrule';`],
  ['home-of-temporalpolyfill', 'src/kernel/h7.ts', `import 'temporal-polyfill';`],
  ['home-of-fastify', 'src/work/h8.flow.ts', `import 'fastify';`],
  ['home-of-pino', 'src/web/h9.route.ts', `import 'pino';`],
  ['home-of-lmdb', 'src/ops/h10.ts', `import 'lmdb';`],
  ['home-of-smtpserver', 'src/emulator/h11.ts', `import 'smtp-server';`],
  ['home-of-zod', 'src/requests/h12.flow.ts', `import 'zod';`],
  ['no-cycles', 'src/calendar/i1.ts', `import type { x } from './i2.js';`],
  ['nothing-from-tests', 'src/ops/i3.ts', `import '../../test/world.js';`],
  ['nothing-for-development', 'src/ops/i4.ts', `import 'vitest';`],
  ['everything-is-there', 'src/ops/i5.ts', `import './nowhere.js';`],
];

/** A house in order: what stands here breaks nothing. */
const HOUSE: Readonly<Record<string, string>> = {
  'src/kernel/interval.ts': '', 'src/kernel/effects.ts': `import 'node:diagnostics_channel';`, 'src/kernel/zone.ts': `import 'temporal-polyfill';`,
  'src/calendar/event.ts': `import '../kernel/interval.js'; import 'rrule';`,
  'src/conflicts/blocker.ts': `import '../calendar/event.js'; import 'node:crypto';`,
  'src/slots/search.ts': `import '../conflicts/blocker.js';`, 'src/slots/hold.store.ts': `import './search.js'; import '../postgres/transaction.js';`,
  'src/requests/request.ts': `import type { x } from '../slots/search.js';`,
  'src/resolution/resolution.ts': `import '../requests/request.js'; import type { x } from '../work/shell.port.js';`,
  'src/resolution/turn.step.ts': `import '../mail/outbox.store.js'; import '../work/shell.port.js';`,
  'src/resolution/decide.flow.ts': `import './turn.step.js'; import './resolution.js'; import type { x } from '../google/google.port.js'; import '../postgres/transaction.js';`,
  'src/mail/letters.ts': `import '../resolution/resolution.js';`, 'src/mail/outbox.store.ts': `import 'knex'; import '../postgres/transaction.js';`,
  'src/mail/smtp.adapter.ts': `import 'nodemailer'; import '../postgres/transaction.js';`, 'src/mail/deliver.flow.ts': `import './outbox.store.js';`,
  'src/google/google.port.ts': `import type { x } from '../calendar/event.js';`, 'src/google/google.adapter.ts': `import 'googleapis'; import '../calendar/event.js';`,
  'src/google/oauth.adapter.ts': `import './google.adapter.js';`,
  'src/work/shell.port.ts': `import type { x } from '../google/google.port.js'; import type { y } from '../postgres/transaction.js';`,
  'src/postgres/transaction.ts': `import '../kernel/interval.js'; import 'knex';`,
  'src/web/views.ts': `import '../kernel/interval.js';`, 'src/web/pages/layout.ts': `import '../views.js'; import '../../mail/letters.js';`,
  'src/web/offer.route.ts': `import '../resolution/decide.flow.js'; import './pages/layout.js'; import 'zod'; import '../mail/outbox.store.js';`,
  'src/ops/compose.ts': `import '../mail/smtp.adapter.js'; import '../google/oauth.adapter.js'; import '../../config/settings.js'; import 'pino';`,
  'src/launcher/files.ts': `import '../../config/settings.js';`, 'src/emulator/emulator.ts': `import 'lmdb';`, 'src/sandbox/page.ts': `import '../web/pages/layout.js';`,
  'src/daemon.ts': `import './ops/compose.js'; import 'bree'; import './web/offer.route.js';`,
  'jobs/deliver.ts': `import '../src/mail/deliver.flow.js'; import '../src/ops/compose.js';`, 'config/settings.ts': `import 'zod';`, 'test/world.ts': '',
  'src/calendar/i2.ts': `import './i1.js';`, // the other half of the cycle, which is named once
};
const VENDORS = ['knex', 'pg', 'googleapis', 'google-auth-library', 'nodemailer', 'bree', 'rrule', 'temporal-polyfill', 'fastify', 'pino', 'lmdb', 'smtp-server', 'zod'];

const house = mkdtempSync(join(tmpdir(), 'makeway-house-'));
afterAll(() => { rmSync(house, { recursive: true, force: true }); });

const put = (file: string, content: string): void => {
  mkdirSync(dirname(join(house, file)), { recursive: true });
  writeFileSync(join(house, file), content);
};

let named: { rule: { name: string }; from: string }[] = [];
beforeAll(() => {
  for (const [file, content] of Object.entries(HOUSE)) put(file, `${content}\nexport const x = 1, y = 2;\n`);
  for (const [, file, line] of BREAKS) put(file, `${line}\nexport const x = 1;\n`);
  for (const name of [...VENDORS, 'vitest']) {
    put(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    put(`node_modules/${name}/index.js`, 'exports.x = 1;\n');
  }
  const versions = Object.fromEntries(VENDORS.map((name) => [name, '1.0.0']));
  put('package.json', JSON.stringify({ name: 'house', type: 'module', dependencies: versions, devDependencies: { vitest: '1.0.0' } }));
  put('tsconfig.json', JSON.stringify({ compilerOptions: { module: 'nodenext', moduleResolution: 'nodenext', verbatimModuleSyntax: true } }));
  const run = spawnSync(process.execPath, [join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'), '--config', rulesFile, '--output-type', 'json', 'src', 'jobs', 'config'], { cwd: house, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (!run.stdout.startsWith('{')) throw new Error(`the cruiser did not run: ${run.stderr}`);
  named = (JSON.parse(run.stdout) as { summary: { violations: typeof named } }).summary.violations;
});

test.each(BREAKS)('%s names %s', (rule, file) => {
  expect(named.filter((v) => v.from === file).map((v) => v.rule.name)).toContain(rule);
});

test('a house in order breaks nothing', () => {
  expect(named.filter((v) => v.from in HOUSE).map((v) => `${v.rule.name}: ${v.from}`)).toEqual([]);
});

test('every rule has a break that proves it', () => {
  const proven = new Set(BREAKS.map(([rule]) => rule));
  expect(forbidden.map((rule) => rule.name).filter((name) => !proven.has(name))).toEqual([]);
});
