import { ensureBuilt } from './build-steps';
import { ensureEngine } from './engine';
import { ensureRuntimeDirectory, runtimeDirectory } from './runtime-directory';
import { addressWords, clientSetting, serviceAddress } from './service-address';

function tell(line: string): void {
  console.log(`slmbx: ${line}`);
}

/** Everything up to the service itself, which run.sh then puts in this process's place. */
export async function prepareStart(serviceArguments: readonly string[]): Promise<void> {
  await ensureBuilt();
  if (serviceArguments.some((argument) => /^(-h|--help|--version)$/.test(argument))) return;
  ensureRuntimeDirectory(runtimeDirectory());
  await ensureEngine(tell);
  const address = serviceAddress(serviceArguments, process.env);
  const setting = clientSetting(address, process.env);
  tell(`service: on ${addressWords(address)}; Ctrl-C ends it`);
  tell(`try, in another terminal: ${setting}npx slmbx create 42 && npx slmbx send 42 hello && npx slmbx recv 42`);
}
