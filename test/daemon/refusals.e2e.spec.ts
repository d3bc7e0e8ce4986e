import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, told } from '../support/api';
import { type Daemon, startDaemon } from '../support/daemon';
import { type Service, startService } from '../support/service';
import { stopAll } from '../support/stop-all';
import { itAsNobody, NOBODY } from '../support/uids';

/* What keeps a service from its daemon while both are there. */

let daemon: Daemon;
let services: Service[] = [];
let apis: Api[] = [];

afterEach(async () => {
  await stopAll(...apis, ...services, daemon);
  services = [];
  apis = [];
});

async function start(uid?: number): Promise<Api> {
  const service = await startService({ engine: daemon, ...(uid === undefined ? {} : { uid }) });
  services.push(service);
  const api = new Api(service.tcp);
  apis.push(api);
  return api;
}

itAsNobody('a socket that is closed to the service is PERMISSION_DENIED', async () => {
  daemon = await startDaemon({ args: ['--mode', '0600'] });
  const shut = await start(NOBODY);
  expect(await told(shut.create(42))).toEqual({
    code: 'PERMISSION_DENIED',
    message: "The service may not use the mailbox engine: check the mode and owner of slmbxd's socket.",
    reason: 'ENGINE_ACCESS_DENIED',
    domain: 'slmbx',
    metadata: { errno: 'EACCES', syscall: 'slmbx_create', mailbox_id: '42' },
  });
  expect(await shut.healthOf()).toBe('NOT_SERVING');
});

it('no connection left is UNAVAILABLE until there is one', async () => {
  daemon = await startDaemon({ args: ['--max-connections', '1'] });
  // The first service holds the only connection; a second one gets none.
  await start();
  const crowded = await start();
  expect(await told(crowded.create(42))).toEqual({
    code: 'UNAVAILABLE',
    message: 'The mailbox engine takes no further connection: call again later.',
    reason: 'ENGINE_BUSY',
    domain: 'slmbx',
    metadata: { errno: 'EUSERS', syscall: 'slmbx_create', mailbox_id: '42' },
  });
});

it('no daemon at all is no reason not to start', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'slmbx-alone-'));
  try {
    await mkdir(join(directory, 'd'));
    await chmod(join(directory, 'd'), 0o700);
    const env = { SLMBX_SOCKET: join(directory, 'none.sock') };
    const service = await startService({ engine: { env }, unix: join(directory, 'd', 's') });
    await service.stop();
    expect(service.log().some(({ level, msg }) => level === 'warn' && msg?.includes('engine'))).toBe(true);
  } finally {
    await rm(directory, { recursive: true });
  }
});
