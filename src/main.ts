/** Entry of `npm start`. */
import { fileURLToPath } from 'node:url';
import { runAtTerminal } from './launcher/terminal.js';

const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

await runAtTerminal({
  postgresKeeper: beside('launcher/postgres-keeper.js'),
  mailCatcher: beside('launcher/mail-catcher-main.js'),
  emulator: beside('emulator/main.js'),
  daemon: beside('daemon.js'),
});
