import { QuotaExceededError, SlmbxClient } from '../src/client';
import { Api, told } from './support/api';
import { Cli } from './support/cli';
import { type Engine, type Quotas, startEngine } from './support/engine';
import { type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';

const MAILBOX = 42;

let engine: Engine;
let service: Service;
let api: Api;

async function start(quotas: Quotas): Promise<void> {
  engine = await startEngine(quotas);
  service = await startService({ engine });
  api = new Api(service.tcp);
  await api.initialize();
}

afterEach(() => stopAll(api, service, engine));

describe('of 65,536 bytes', () => {
  beforeEach(async () => {
    await start({ maxBytesPerUid: 65_536 });
    await api.create(MAILBOX);
  });

  it('is RESOURCE_EXHAUSTED, and a receive makes room', async () => {
    let sent = 0;
    const refusal = await told(
      (async () => {
        for (; sent < 100; sent++) await api.send(MAILBOX, Buffer.alloc(4096, sent));
      })(),
    );
    expect(refusal).toEqual({
      code: 'RESOURCE_EXHAUSTED',
      message:
        'The quota, or a limit of the mailbox, is used up: receive messages, delete mailboxes, or have it raised.',
      reason: 'QUOTA_EXCEEDED',
      domain: 'slmbx',
      metadata: { errno: 'EDQUOT', syscall: 'slmbx_send', mailbox_id: '42' },
    });
    expect(sent).toBeGreaterThan(0);
    expect((await api.get(MAILBOX)).messageCount).toBe(BigInt(sent));
    await api.receive(MAILBOX);
    await api.send(MAILBOX, Buffer.alloc(4096));
  });

  it('has a name in the client', async () => {
    const client = new SlmbxClient({ address: service.unix });
    try {
      const error = await client.send(MAILBOX, Buffer.alloc(70_000)).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(QuotaExceededError);
      expect(error).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'QUOTA_EXCEEDED', errno: 'EDQUOT' });
      expect((await client.getMailbox(MAILBOX)).messageCount).toBe(0n);
      await client.send(MAILBOX, 'fits');
    } finally {
      await client.close();
    }
  });

  it('has an exit code in the command', async () => {
    const full = await new Cli(service.unix).shell(`head -c 70000 /dev/zero | slmbx send ${MAILBOX}`);
    expect(full).toMatchObject({ code: 10, stdout: '' });
    expect(full.stderr).toMatch(/^slmbx: The quota, or a limit of the mailbox, is used up: .*\n$/);
    expect((await api.get(MAILBOX)).messageCount).toBe(0n);
  });
});

it('of mailboxes is RESOURCE_EXHAUSTED', async () => {
  await start({ maxMailboxesPerUid: 2 });
  await api.create(1);
  await api.create(2);
  expect(await told(api.create(3))).toMatchObject({
    code: 'RESOURCE_EXHAUSTED',
    reason: 'QUOTA_EXCEEDED',
    metadata: { errno: 'EDQUOT', syscall: 'slmbx_create', mailbox_id: '3' },
  });
  expect(await told(api.get(3))).toMatchObject({ code: 'NOT_FOUND' });
  await api.delete(1);
  await api.create(3);
});
