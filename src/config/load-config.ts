import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { validateSync } from 'class-validator';
import { ConfigError } from './config.error';
import { editDistance } from './edit-distance';
import { SERVICE_SOCKET_NAME, runtimeDirectory } from './runtime-dir';
import { ServiceConfig } from './service-config';
import { OFF, SETTINGS, type Setting } from './settings';

/** What the command line asks for. */
export type Invocation =
  { readonly kind: 'help' } | { readonly kind: 'version' } | { readonly kind: 'serve'; readonly config: LoadedConfig };

export interface LoadedConfig extends ServiceConfig {
  /** The runtime directory, if the Unix socket is to be at its default place there. */
  readonly runtimeDirectory: string | undefined;
}

interface Given {
  readonly text: string;
  /** The flag or variable it came by. */
  readonly source: string;
}

const ENGINES: readonly string[] = ['auto', 'syscall', 'device', 'daemon'];

/** Settings from flags, else the environment, else the defaults. Throws ConfigError for the first bad one. */
export function loadConfig(args: readonly string[], env: NodeJS.ProcessEnv, uid: number): Invocation {
  const flags = readFlags(args);
  if (flags === 'help' || flags === 'version') {
    return { kind: flags };
  }
  refuseMisspelt(env);
  checkEngine(env['SLMBX_ENGINE']);

  const given = new Map<keyof ServiceConfig, Given>();
  for (const setting of SETTINGS) {
    const flag = flags.get(setting.flag);
    const variable = env[setting.env];
    if (flag !== undefined) {
      given.set(setting.key, { text: flag, source: `--${setting.flag}` });
    } else if (variable !== undefined && variable !== '') {
      given.set(setting.key, { text: variable, source: setting.env });
    }
  }

  const config = new ServiceConfig();
  for (const setting of SETTINGS) {
    const value = given.get(setting.key);
    if (value !== undefined) {
      Object.assign(config, { [setting.key]: setting.parse(value.text) });
    }
  }
  const directory = placeUnixSocket(config, given.has('unix'), env, uid);

  const [failure] = validateSync(config, { forbidUnknownValues: true });
  if (failure !== undefined) {
    throw badValue(failure.property, Object.values(failure.constraints ?? {}), failure.value, given);
  }
  if (config.port === undefined && config.unix === undefined) {
    throw new ConfigError(
      'SLMBX_PORT and SLMBX_UNIX are both "off", so nobody could call the service: leave one of them on.',
    );
  }
  return { kind: 'serve', config: Object.assign(config, { runtimeDirectory: directory }) };
}

/** Text of `--help`. */
export function usage(): string {
  const rows = SETTINGS.map((setting): [flag: string, help: string] => [
    `--${setting.flag} ${setting.value}`,
    `${setting.help}; ${setting.env}`,
  ]);
  rows.push(['--help', 'this text'], ['--version', 'the version']);
  const width = Math.max(...rows.map(([flag]) => flag.length));
  const lines = rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`);
  return [
    'Usage: node dist/main.js [flags]',
    '',
    'The mailbox service over gRPC. A flag wins over its variable.',
    '',
    ...lines,
    '',
  ].join('\n');
}

function readFlags(args: readonly string[]): Map<string, string> | 'help' | 'version' {
  const known = new Map<string, Setting>(SETTINGS.map((setting) => [setting.flag, setting]));
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries([...known.keys()].map((flag) => [flag, { type: 'string' as const }])),
    strict: false,
    tokens: true,
  });
  const flags = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw new ConfigError(`${quote(token.value)} is no flag: give settings as --name value, see --help.`);
    }
    if (token.kind === 'option-terminator') {
      continue;
    }
    if (token.name === 'help' || token.name === 'version') {
      return token.name;
    }
    if (!known.has(token.name)) {
      throw new ConfigError(
        `${token.rawName} is no setting${suggest(token.name, [...known.keys()], '--')}: see --help.`,
      );
    }
    if (token.value === undefined) {
      throw new ConfigError(`${token.rawName} needs a value: see --help.`);
    }
    flags.set(token.name, token.value);
  }
  return flags;
}

/** A variable that looks like a setting with a slip in it would else be ignored without a word. */
function refuseMisspelt(env: NodeJS.ProcessEnv): void {
  const elsewhere = ['SLMBX_SOCKET', 'SLMBX_ENGINE', 'SLMBX_RUNTIME_DIR', 'SLMBX_ADDRESS'];
  const known = [...SETTINGS.map((setting) => setting.env), ...elsewhere];
  for (const name of Object.keys(env)) {
    const hint = name.startsWith('SLMBX_') && !known.includes(name) ? suggest(name, known) : '';
    if (hint !== '') {
      throw new ConfigError(`${name} is no setting${hint}?`);
    }
  }
}

/** libslmbx reads it at every call; a bad one would make each of them fail. */
function checkEngine(engine: string | undefined): void {
  if (engine && !ENGINES.includes(engine)) {
    throw new ConfigError(`SLMBX_ENGINE must be one of ${ENGINES.join(', ')}, not ${quote(engine)}.`);
  }
}

function suggest(name: string, known: readonly string[], prefix = ''): string {
  const near = known.find((candidate) => editDistance(name, candidate) <= 2);
  return near === undefined ? '' : `, did you mean ${prefix}${near}`;
}

/** Settles where the Unix socket is; returns the runtime directory if it is there by default. */
function placeUnixSocket(
  config: ServiceConfig,
  given: boolean,
  env: NodeJS.ProcessEnv,
  uid: number,
): string | undefined {
  if (given) {
    if (config.unix === OFF) {
      config.unix = undefined;
    } else if (config.unix) {
      config.unix = resolve(config.unix);
    }
    return undefined;
  }
  const directory = runtimeDirectory(env, uid);
  if (directory === undefined) {
    throw new ConfigError(
      'There is no place for the Unix socket: set SLMBX_UNIX to a path or "off", or set HOME or XDG_RUNTIME_DIR.',
    );
  }
  config.unix = join(directory, SERVICE_SOCKET_NAME);
  return directory;
}

function badValue(
  property: string,
  reasons: readonly string[],
  value: unknown,
  given: ReadonlyMap<string, Given>,
): ConfigError {
  const source = given.get(property);
  const name = source?.source ?? SETTINGS.find((setting) => setting.key === property)?.env ?? property;
  return new ConfigError(`${name} ${reasons[0] ?? "isn't valid"}, not ${quote(source?.text ?? String(value))}.`);
}

/** As it was given, cut where it gets long and with control characters escaped. */
function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
