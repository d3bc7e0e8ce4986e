import { parseArgs } from 'node:util';
import { ensureBuilt } from './build-steps';
import { ensureEngine } from './engine';
import { ensureRuntimeDirectory, runtimeDirectory } from './runtime-directory';
import { shellWord } from './text';

function tell(line: string): void {
  console.log(`slmbx: ${line}`);
}

/** What the command must be told, before it is named, to find a service that was given an address of its own. */
function clientSetting(serviceArguments: readonly string[]): string {
  const { values } = parseArgs({
    args: [...serviceArguments],
    options: { unix: { type: 'string' }, host: { type: 'string' }, port: { type: 'string' } },
    strict: false,
  });
  const given = (key: 'unix' | 'host' | 'port'): string | undefined => {
    const value = values[key] ?? process.env[`SLMBX_${key.toUpperCase()}`];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const set = (name: string, value: string): string => `export ${name}=${shellWord(value)}; `;
  const unix = given('unix');
  if (unix === 'off') return set('SLMBX_ADDRESS', `${given('host') ?? '127.0.0.1'}:${given('port') ?? '50051'}`);
  if (unix !== undefined) return set('SLMBX_ADDRESS', `unix:${unix}`);
  const directory = process.env['SLMBX_RUNTIME_DIR'];
  return directory ? set('SLMBX_RUNTIME_DIR', directory) : '';
}

/** Everything up to the service itself, which run.sh then puts in this process's place. */
export async function prepareStart(serviceArguments: readonly string[]): Promise<void> {
  await ensureBuilt();
  if (serviceArguments.some((argument) => /^(-h|--help|--version)$/.test(argument))) return;
  ensureRuntimeDirectory(runtimeDirectory());
  await ensureEngine(tell);
  tell(
    `try, in another terminal: ${clientSetting(serviceArguments)}npx slmbx create 42 && npx slmbx send 42 hello && npx slmbx recv 42`,
  );
}
