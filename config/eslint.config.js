/** Rules about meaning only: how code is laid out is nobody's business here. Every exception carries its reason. */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const root = fileURLToPath(new URL('..', import.meta.url));

const CLOCK = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Time is injected: take `now`, or a Clock (src/ops/system-clock.ts).' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time is injected: take `now`, or a Clock (src/ops/system-clock.ts).' },
  { selector: "CallExpression[callee.name='Date']", message: 'Time is injected: take `now`, or a Clock (src/ops/system-clock.ts).' },
  { selector: "MemberExpression[object.name='performance'][property.name='now']", message: 'Time is injected: take `now`, or a Clock (src/ops/system-clock.ts).' },
  { selector: "MemberExpression[object.object.name='Temporal'][object.property.name='Now'], MemberExpression[object.name='Temporal'][property.name='Now']", message: 'Time is injected: take `now`, or a Clock (src/ops/system-clock.ts).' },
];
const ENVIRONMENT = [
  { selector: "MemberExpression[object.name='process'][property.name='env']", message: 'Settings come from config/settings.ts and are handed down.' },
];
const CHANCE = [
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Pure code gives the same answer every time; ids are minted in src/postgres/rows.ts.' },
  { selector: "ImportSpecifier[imported.name=/^(randomBytes|randomInt|randomUUID)$/]", message: 'Pure code gives the same answer every time; ids are minted in src/postgres/rows.ts.' },
];
const SQL_CLOCK = [
  { selector: "TemplateElement[value.raw=/\\b(now\\(\\)|current_timestamp|clock_timestamp|statement_timestamp|localtimestamp)/i], Literal[value=/\\b(now\\(\\)|current_timestamp|clock_timestamp|statement_timestamp)/i]", message: 'SQL gets the instant as a parameter.' },
];
const restrict = (...lists) => ['error', ...lists.flat()];

/** One idea in a name (style, 3.6). The words say nothing about what is inside. */
const REFUSED = /(^|[-.])(utils?|helpers?|common|managers?|services?|handlers?|handles?|process|data)([-.]|$)/;
const house = {
  rules: {
    'file-name': {
      meta: { type: 'problem', docs: { description: 'refused words, and the suffixes that are ranks' }, schema: [], messages: { refused: '"{{name}}": say what is inside. Refused in names: util, helper, common, manager, service, handle, process, data.', suffix: '"{{name}}": unknown rank ".{{suffix}}".' } },
      create: (context) => ({
        Program(node) {
          const name = basename(context.filename);
          if (REFUSED.test(name)) context.report({ node, messageId: 'refused', data: { name } });
          const suffix = /\.([a-z]+)\.ts$/.exec(name)?.[1];
          if (suffix && !['port', 'store', 'adapter', 'step', 'flow', 'route', 'test', 'property', 'd', 'config'].includes(suffix)) context.report({ node, messageId: 'suffix', data: { name, suffix } });
        },
      }),
    },
  },
};

/** Files that may know what time it is, and who run in an environment of their own. */
const OUTSIDE_TIME = ['src/ops/system-clock.ts', 'src/launcher/**', 'src/emulator/**', 'src/sandbox/**', 'test/**', 'bench/**'];
const OUTERMOST = ['config/**', 'src/main.ts', 'src/daemon.ts', 'src/cli.ts', 'src/ops/**', 'src/launcher/**', 'src/emulator/main.ts', 'test/**', 'bench/**', 'migrations/**', 'jobs/**'];

export default defineConfig(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', '.makeway/**', 'docs/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: [`${root}test/tsconfig.json`], tsconfigRootDir: root } },
    plugins: { house },
    rules: {
      'house/file-name': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      // `== null` asks for null and undefined in one.
      'eqeqeq': ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': restrict(CLOCK, ENVIRONMENT),

      // `${count} sessions` is how people write; objects in templates are still refused.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // What a vendor sent is `unknown`: an object in place of a code becomes a text that matches nothing, which is right.
      '@typescript-eslint/no-base-to-string': 'off',
      // `return send(…)` ends a branch in one line, and says that there is nothing to return.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Characters are counted by code point here: `[...text]` is the way to do it.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
    },
  },
  { files: ['src/{calendar,conflicts,slots,requests,resolution,mail,google,mirror,coach,web,kernel,work}/**/*.ts'], ignores: ['**/*.{store,adapter,step,flow,route}.ts'],
    rules: { 'no-restricted-syntax': restrict(CLOCK, ENVIRONMENT, CHANCE) } },
  { files: ['**/*.store.ts', 'src/postgres/**'], rules: { 'no-restricted-syntax': restrict(CLOCK, ENVIRONMENT, SQL_CLOCK) } },
  { files: OUTERMOST, rules: { 'no-restricted-syntax': restrict(CLOCK), 'no-console': 'off' } },
  { files: OUTSIDE_TIME, rules: { 'no-restricted-syntax': restrict(ENVIRONMENT) } },
  { files: ['src/launcher/**', 'src/emulator/main.ts', 'test/**', 'bench/**', 'src/ops/system-clock.ts'], rules: { 'no-restricted-syntax': 'off' } },
  // Fastify takes an async function as a promise of an answer, also where there is nothing to wait for.
  { files: ['**/*.route.ts'], rules: { '@typescript-eslint/require-await': 'off' } },
  // Event resources are JSON with keys that callers choose; a patch takes keys away.
  { files: ['src/emulator/**'], rules: { '@typescript-eslint/no-dynamic-delete': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // A test speaks to the outside in JSON and looks into it; what is not there fails the test.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A stand-in keeps the promise of the port also where it has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // What a `world` or a `server` hands out are closures.
      '@typescript-eslint/unbound-method': 'off',
      // The page's script is checked by building a function from it.
      '@typescript-eslint/no-implied-eval': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
  { files: ['**/*.{js,mjs,cjs}'], plugins: { house }, rules: { 'house/file-name': 'error', 'no-unused-vars': 'error', 'no-undef': 'off', 'eqeqeq': 'error' } },
);
