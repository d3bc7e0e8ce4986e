/** What a test started and has to end. */
export type Stoppable = { stop(): Promise<void> } | { close(): void };

/** Ends each in turn, those that failed to start left out. One that won't end keeps none of the others alive. */
export async function stopAll(...things: (Stoppable | undefined)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const thing of things) {
    try {
      if (thing === undefined) continue;
      if ('stop' in thing) await thing.stop();
      else thing.close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
}
