import type { Logger } from 'pino';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** As a shell reports a process that a signal ended. */
const EXIT_BY_SIGNAL = 128;
const SIGNAL_NUMBERS = { SIGTERM: 15, SIGINT: 2 } as const;

/** Stops the service at the first signal and ends the process; at the second one the process ends at once. */
export function stopOnSignals(stop: () => Promise<void>, logger: Logger): void {
  let stopping = false;
  const onSignal = (signal: (typeof SIGNALS)[number]): void => {
    if (stopping) {
      logger.warn({ signal }, 'stopped at once');
      process.exit(EXIT_BY_SIGNAL + SIGNAL_NUMBERS[signal]);
    }
    stopping = true;
    logger.info({ signal }, 'stopping');
    void stop().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.fatal({ err: error }, "the service couldn't stop in order");
        process.exit(1);
      },
    );
  };
  for (const signal of SIGNALS) {
    process.on(signal, onSignal);
  }
}
