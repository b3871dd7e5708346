// The launcher as it is built, with the small children of this folder.
import { fileURLToPath } from 'node:url';
import { runAtTerminal } from '../../../dist/src/launcher/terminal.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
await runAtTerminal({
  postgresKeeper: here('../../../dist/src/launcher/postgres-keeper.js'),
  mailCatcher: here('../../../dist/src/launcher/mail-catcher-main.js'),
  emulator: here('speaker.mjs'),
  daemon: here('speaker.mjs'),
});
