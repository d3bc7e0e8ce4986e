import { bench } from './bench';
import { ensureBuilt } from './build-steps';
import { Failure, reasonOf } from './failure';
import { lint } from './lint';
import { prepareStart } from './start';
import { stop } from './stop';
import { test } from './test';

/** What each npm script does, and its exit code. */
const verbs: Record<string, (args: readonly string[]) => Promise<number>> = {
  start: async (args) => {
    await prepareStart(args);
    return 0;
  },
  stop: async () => {
    await stop();
    return 0;
  },
  build: async () => {
    await ensureBuilt();
    return 0;
  },
  test,
  lint,
  bench,
};

async function main([verb = '', ...args]: readonly string[]): Promise<number> {
  const action = verbs[verb];
  if (action === undefined) throw new Failure(`"${verb}" is none of ${Object.keys(verbs).join(', ')}`, 2);
  return action(args);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const { code, path } = error as NodeJS.ErrnoException;
    if (error instanceof Failure) console.error(`slmbx: ${error.message}`);
    else if (code !== undefined && path !== undefined) console.error(`slmbx: ${path}: ${reasonOf(error)}`);
    else throw error;
    process.exitCode = error instanceof Failure ? error.exitCode : 1;
  },
);
