import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** nobody. */
export const NOBODY = 65534;

/** Command that runs another as `uid`. */
export function asUid(uid: number, ...command: string[]): [string, ...string[]] {
  return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--', ...command];
}

/** Why tests can't run the service as nobody, or undefined if they can. */
export function noOtherUid(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can start a process as nobody';
  const files = [process.execPath, resolve(__dirname, '../../package.json')];
  const unreadable = files.find((file) => {
    const [command, ...args] = asUid(NOBODY, 'test', '-r', file);
    return spawnSync(command, args).status !== 0;
  });
  return unreadable === undefined ? undefined : `nobody can't read ${unreadable}`;
}

/** `it`, or a skipped test that says why, where there is no second uid to run as. */
export function itAsNobody(name: string, test: () => Promise<void>): void {
  const reason = noOtherUid();
  if (reason === undefined) it(name, test);
  else it.skip(`${name} (${reason})`, test);
}

/** As `itAsNobody` for what needs root alone. */
export function itAsRoot(name: string, test: () => Promise<void>): void {
  if (process.getuid?.() === 0) it(name, test);
  else it.skip(`${name} (needs root)`, test);
}
