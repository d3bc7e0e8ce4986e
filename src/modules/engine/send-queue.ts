/** A message on its way to a mailbox. */
export interface Outgoing {
  readonly id: number;
  readonly data: Uint8Array;
}

interface Waiting extends Outgoing {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Sends messages in their order; for each in turn `undefined`, or why it was not sent. */
export type SendMany = (messages: readonly Outgoing[]) => readonly unknown[];

/**
 * Gathers what is sent within one turn of the event loop, so that the engine is asked once for all of it: a round trip
 * to the daemon costs as much as everything else in a call. Messages keep the order in which they came; whoever asks the
 * engine for anything else flushes first, so that all calls do.
 */
export class SendQueue {
  private waiting: Waiting[] = [];

  constructor(private readonly sendMany: SendMany) {}

  /** Resolves once the message is in its mailbox. */
  send(id: number, data: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.waiting.push({ id, data, resolve, reject }) === 1) {
        setImmediate(() => this.flush());
      }
    });
  }

  /** Sends what waits. */
  flush(): void {
    const batch = this.waiting;
    if (batch.length === 0) {
      return;
    }
    this.waiting = [];
    let failures: readonly unknown[];
    try {
      failures = this.sendMany(batch);
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
      return;
    }
    batch.forEach(({ resolve, reject }, i) => {
      if (failures[i] === undefined) {
        resolve();
      } else {
        reject(failures[i]);
      }
    });
  }
}
