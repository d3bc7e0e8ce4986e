import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimSocketPath } from './unix-socket';

let directory: string;
let path: string;
const servers: Server[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'slmbx-socket-'));
  path = join(directory, 's.sock');
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function listen(): Promise<Server> {
  const server = createServer().listen(path);
  servers.push(server);
  await once(server, 'listening');
  return server;
}

/** What a process that was killed leaves behind. */
function leaveStaleSocket(): void {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  expect(existsSync(path)).toBe(true);
}

it('has nothing to do where nothing is', async () => {
  await claimSocketPath(path);
  expect(readdirSync(directory)).toEqual([]);
});

it('removes a socket nobody listens on', async () => {
  leaveStaleSocket();
  await claimSocketPath(path);
  expect(readdirSync(directory)).toEqual([]);
});

it('refuses a socket somebody listens on, and leaves it in use', async () => {
  const server = await listen();
  await expect(claimSocketPath(path)).rejects.toThrow(
    `Another process listens on ${path} already: stop it, or choose another path with SLMBX_UNIX.`,
  );
  expect(server.listening && readdirSync(directory)).toEqual(['s.sock']);
  await expect(claimSocketPath(path)).rejects.toThrow('already');
});

it('refuses what is no socket, a link to one among it', async () => {
  writeFileSync(path, 'precious');
  await expect(claimSocketPath(path)).rejects.toThrow('is in the way and is no socket');
  const link = join(directory, 'link');
  symlinkSync(path, link);
  await expect(claimSocketPath(link)).rejects.toThrow('is in the way and is no socket');
  expect(readdirSync(directory).sort()).toEqual(['link', 's.sock']);
});

it('gives back a socket that another service has put there meanwhile', async () => {
  leaveStaleSocket();
  const claim = claimSocketPath(path);
  rmSync(path);
  const server = await listen();
  await expect(claim).rejects.toThrow('already');
  const client = connect(path);
  await once(server, 'connection');
  client.destroy();
  expect(readdirSync(directory)).toEqual(['s.sock']);
});

it('lets several that start at once take one stale socket over without harm to each other', async () => {
  leaveStaleSocket();
  await Promise.all(Array.from({ length: 8 }, () => claimSocketPath(path)));
  expect(readdirSync(directory)).toEqual([]);
});
