/** The mail catcher as a program of its own. Arguments: --dir <folder> [--port <port>]. Tells {ready, url, port}. */
import { parseArgs } from 'node:util';
import { endWithLauncher, tellLauncher } from './leash.js';
import { startMailCatcher } from './mail-catcher.js';

const { values } = parseArgs({ options: { dir: { type: 'string' }, port: { type: 'string' } } });
if (values.dir === undefined) throw new Error('mail-catcher-main needs --dir <folder>.');
const catcher = await startMailCatcher({ dir: values.dir, port: Number(values.port ?? 0) });
endWithLauncher(() => catcher.close());
tellLauncher({ ready: true, url: catcher.url, port: catcher.port });
