import { IsOptional } from 'class-validator';
import { IsHost, IsOneOf, IsPort, IsUnixSocketPath, IsWholeNumber } from '../validation/validators';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const MIB = 1024 * 1024;

/** Settings of the service. Each is an environment variable and a flag: settings.ts names them. */
export class ServiceConfig {
  /**
   * Address or host name to listen on; loopback only.
   * @default '127.0.0.1'
   */
  @IsHost()
  host = '127.0.0.1';

  /**
   * TCP port; 0 takes any free one, undefined none.
   * @default 50051
   */
  @IsOptional()
  @IsPort()
  port: number | undefined = 50051;

  /**
   * Path of the Unix socket, undefined for none.
   * @default slmbx.sock in the runtime directory
   */
  @IsOptional()
  @IsUnixSocketPath()
  unix: string | undefined;

  /**
   * Largest message in bytes, 1 GiB at most.
   * @default 67108864
   */
  @IsWholeNumber(1, 1024 * MIB, ' of bytes')
  maxMessageBytes = 64 * MIB;

  /**
   * Least severe level that is logged; `debug` adds a line per call.
   * @default 'info'
   */
  @IsOneOf(LOG_LEVELS)
  logLevel: LogLevel = 'info';

  /**
   * Milliseconds a stop waits for the calls in flight before it drops them.
   * @default 10000
   */
  @IsWholeNumber(0, 3_600_000, ' of milliseconds')
  shutdownTimeoutMs = 10_000;
}
