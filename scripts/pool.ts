import { availableParallelism } from 'node:os';

/** How much may run at the same time. */
export const CPUS = availableParallelism();

/** Runs the tasks, begun in their order, `width` at a time. Once one has failed, none begins. */
export async function inPool(tasks: readonly (() => Promise<void>)[], width = CPUS): Promise<void> {
  const waiting = [...tasks];
  const lane = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await task();
  };
  const lanes = Array.from({ length: width }, () =>
    lane().catch((error: unknown) => {
      waiting.length = 0;
      throw error;
    }),
  );
  // To the end of those that run, even then: nobody else would wait for them.
  const ends = await Promise.allSettled(lanes);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** A function that runs what it is given one after the other, in the order it is asked. */
export function oneByOne(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task);
    last = next.catch(() => undefined);
    return next;
  };
}
