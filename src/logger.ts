import { Logger as NestLogger, type Params } from 'nestjs-pino';
import pino, { type Logger } from 'pino';
import type { LogLevel } from './config/service-config';

/**
 * The log: JSON, a line each, on standard output. Each is written at once: of two that are written at their leisure, an
 * exit between them could turn the order around.
 */
export function createLogger(level: LogLevel): Logger {
  const options = { level, base: { pid: process.pid }, formatters: { level: (label: string) => ({ level: label }) } };
  return pino(options, pino.destination({ dest: process.stdout.fd, sync: true }));
}

/** The same log for nestjs-pino. */
export function loggerParams(logger: Logger): Params {
  return { pinoHttp: { logger } };
}

/** Nest's own remarks on how it starts are of no use to who runs the service: debug. */
export class FrameworkLogger extends NestLogger {
  override log(message: unknown, ...optionalParams: unknown[]): void {
    this.debug(message, ...optionalParams);
  }
}
