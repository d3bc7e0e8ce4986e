import { Logger as NestLogger, type Params } from 'nestjs-pino';
import pino, { type Logger } from 'pino';
import type { LogLevel } from './config/service-config';

/** The log: JSON, a line each, on standard output. */
export function createLogger(level: LogLevel): Logger {
  return pino({ level, base: { pid: process.pid }, formatters: { level: (label) => ({ level: label }) } });
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
