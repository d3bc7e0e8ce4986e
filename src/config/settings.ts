import type { ServiceConfig } from './service-config';

/** How one setting is given from outside. */
export interface Setting {
  readonly key: keyof ServiceConfig;
  readonly env: string;
  readonly flag: string;
  /** What `--help` calls the value. */
  readonly value: string;
  readonly help: string;
  /** From text to what the schema judges. Text that makes no sense is handed on for the schema to refuse. */
  readonly parse: (text: string) => unknown;
}

const text = (value: string): string => value;
const whole = (value: string): unknown => (/^\d{1,15}$/.test(value) ? Number(value) : value);

/** What turns a listener off. */
export const OFF = 'off';

export const SETTINGS: readonly Setting[] = [
  {
    key: 'host',
    env: 'SLMBX_HOST',
    flag: 'host',
    value: 'ADDRESS',
    help: 'loopback address or name to listen on (127.0.0.1)',
    parse: text,
  },
  {
    key: 'port',
    env: 'SLMBX_PORT',
    flag: 'port',
    value: 'PORT',
    help: 'TCP port, 0 for any free one, "off" for none (50051)',
    parse: (value) => (value === OFF ? undefined : whole(value)),
  },
  {
    key: 'unix',
    env: 'SLMBX_UNIX',
    flag: 'unix',
    value: 'PATH',
    help: 'Unix socket, "off" for none (slmbx.sock in the runtime directory)',
    parse: text,
  },
  {
    key: 'maxMessageBytes',
    env: 'SLMBX_MAX_MESSAGE_BYTES',
    flag: 'max-message-bytes',
    value: 'BYTES',
    help: 'largest message, 1 to 1073741824 (67108864)',
    parse: whole,
  },
  {
    key: 'logLevel',
    env: 'SLMBX_LOG_LEVEL',
    flag: 'log-level',
    value: 'LEVEL',
    help: 'trace, debug, info, warn, error, fatal or silent (info)',
    parse: text,
  },
  {
    key: 'shutdownTimeoutMs',
    env: 'SLMBX_SHUTDOWN_TIMEOUT_MS',
    flag: 'shutdown-timeout-ms',
    value: 'MS',
    help: 'how long a stop waits for calls in flight (10000)',
    parse: whole,
  },
];
