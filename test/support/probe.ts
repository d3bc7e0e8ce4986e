import { spawn } from 'node:child_process';
import { type CliResult, finish } from './cli';
import { type Engine, SCALE } from './engine';
import { nativeProgram } from './native';
import { cleanEnvironment } from './service';
import { asUid } from './uids';

/** Makes one call of libslmbx in a C program, past the service, as `uid`: `recv 42 --hex` and the like. */
export async function probe(engine: Engine, uid: number, call: string, ...args: string[]): Promise<CliResult> {
  const [command, ...words] = asUid(uid, nativeProgram('proj1tests', `slmbx_${call}`), ...args);
  const child = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...engine.env },
    timeout: 20_000 * SCALE.patience,
    killSignal: 'SIGKILL',
  });
  return await finish(child);
}
