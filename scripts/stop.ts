import { stopDaemon } from './daemon';
import { daemonSockets } from './runtime-directory';

/** Ends the daemon that `npm start` began for this user. */
export async function stop(): Promise<void> {
  const [own] = daemonSockets();
  const stopped = await stopDaemon(own);
  console.log(stopped ? 'slmbx: slmbxd has ended' : `slmbx: no slmbxd started by \`npm start\` runs on ${own}`);
}
