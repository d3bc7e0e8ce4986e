import { EXIT_KINDS, type ExitKind } from './exit-codes';
import { CommandError } from './failures';

const SIGNALS: readonly (readonly [NodeJS.Signals, ExitKind])[] = [
  ['SIGINT', EXIT_KINDS.interrupted],
  ['SIGTERM', EXIT_KINDS.terminated],
  ['SIGHUP', EXIT_KINDS.hangup],
];

/** Turns the first signal of each kind into an abort. A second one ends the process as if nobody listened. */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const [signal, exit] of SIGNALS) {
    process.once(signal, () => {
      controller.abort(new CommandError(exit, `Ended by ${signal}.`));
    });
  }
  return controller.signal;
}
