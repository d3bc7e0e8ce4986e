import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type * as Bindings from 'slmbx-bindings';
import { answers, daemonProcess, startDaemon } from './daemon';
import { Failure } from './failure';
import { withLock } from './lock';
import { daemonSockets, ensureRuntimeDirectory } from './runtime-directory';

/** Shape of the skip list for a system that nobody initialised: good for millions of mailboxes. */
const POINTERS = 16;
const PROBABILITY = 4;

async function firstThatAnswers(sockets: readonly string[]): Promise<string | undefined> {
  for (const socket of sockets) if (await answers(socket)) return socket;
  return undefined;
}

/** Leaves a daemon listening, and says which. */
async function ensureDaemon(tell: (line: string) => void): Promise<void> {
  const sockets = daemonSockets();
  const [own] = sockets;
  ensureRuntimeDirectory(dirname(own));
  await withLock(`${own}.start`, 'waiting for another start', async () => {
    const socket = await firstThatAnswers(sockets);
    if (socket === undefined) {
      const pid = await startDaemon(own);
      tell(`engine: slmbxd, started, pid ${pid}, on ${own}`);
      tell(`it keeps the mailboxes when the service stops; \`npm run stop\` or \`kill ${pid}\` ends it and drops them`);
      return;
    }
    const found = daemonProcess(socket);
    tell(`engine: slmbxd, already running${found ? `, pid ${found.pid}` : ''}, on ${socket}`);
    if (found?.outdated) tell('it is of an older build; `npm run stop` ends it (and drops its messages)');
  });
}

/** The mailbox system is of no use before init: does that, unless somebody did. */
function ensureInitialised(bindings: typeof Bindings, tell: (line: string) => void): void {
  try {
    bindings.init(POINTERS, PROBABILITY);
    tell(`initialised the mailbox system: init(${POINTERS}, ${PROBABILITY})`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'EPERM') throw new Failure(`the mailbox system can't be initialised: ${message}`);
    tell('this user may not initialise the mailbox system; until somebody who may does, calls answer NOT_INITIALIZED');
  }
}

/** Leaves an initialised engine there for the service, and says which. */
export async function ensureEngine(tell: (line: string) => void): Promise<void> {
  const wanted = process.env['SLMBX_ENGINE'] ?? 'auto';
  // Not imported above: it is built by the steps before this one.
  const bindings = createRequire(__filename)('slmbx-bindings') as typeof Bindings;
  const engine = bindings.engine();
  if (engine === 'syscall' || engine === 'device') tell(`engine: ${engine}`);
  else if (wanted === 'auto' || wanted === 'daemon') await ensureDaemon(tell);
  else throw new Failure(`SLMBX_ENGINE=${wanted} is no engine of this machine; unset it to have one chosen`);
  ensureInitialised(bindings, tell);
}
