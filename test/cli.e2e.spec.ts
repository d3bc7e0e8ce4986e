import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SlmbxClient } from '../src/client';
import { VERSION } from '../src/package-info';
import { behindTheService } from './support/api';
import { Cli, type CliResult, finish } from './support/cli';
import { type Engine, ENGINE, SCALE, startEngine } from './support/engine';
import { startTcpServer } from './support/faulty';
import { type Service, startService } from './support/service';
import { itAsNobody, itAsRoot, NOBODY } from './support/uids';

const MIB = 1024 * 1024;
const LIMIT = SCALE.maxMessage;
const BOX = 42;

let engine: Engine;
let service: Service;
/** Looks at what the command did, past the command. */
let client: SlmbxClient;
let cli: Cli;
/** A directory of the test's own. */
let scratch: string;

beforeAll(async () => {
  engine = await startEngine();
  service = await startService({ engine });
  client = new SlmbxClient({ address: service.unix });
  cli = new Cli(service.unix);
});

afterAll(async () => {
  await client?.close();
  await service?.stop();
  await engine?.stop();
});

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'slmbx-cli-'));
  await client.initialize();
  await client.createMailbox(BOX);
});

afterEach(async () => {
  await client.shutdown().catch(() => undefined);
  await rm(scratch, { recursive: true });
});

function done(stdout: string): Partial<CliResult> {
  return { code: 0, stdout, stderr: '' };
}

/** A failure of one sentence on standard error, and nothing else. */
function failed(code: number, message: string): Partial<CliResult> {
  return { code, stdout: '', stderr: `slmbx: ${message}\n` };
}

function json(text: string): unknown {
  expect(text.endsWith('\n')).toBe(true);
  expect(text.slice(0, -1)).not.toContain('\n');
  return JSON.parse(text) as unknown;
}

async function waiting(id = BOX): Promise<string[]> {
  const all: string[] = [];
  for (let message = await client.receive(id); message !== undefined; message = await client.receive(id)) {
    all.push(message.data.toString());
  }
  return all;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000 * SCALE.patience;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it never came about');
    await delay(10);
  }
}

describe('create', () => {
  it('makes a mailbox', async () => {
    expect(await cli.run(['create', '7'])).toMatchObject(done('Created mailbox 7.\n'));
    expect(await client.getMailbox(7)).toMatchObject({ protected: false, messageCount: 0n });
    expect(await cli.run(['create', '4294967294', '--protected'])).toMatchObject(
      done('Created protected mailbox 4294967294.\n'),
    );
    expect(await client.getMailbox(4294967294)).toMatchObject({ protected: true });
  });

  it('fails if it is there', async () => {
    await client.send(BOX, 'kept');
    expect(await cli.run(['create', '42'])).toMatchObject(failed(4, 'There is a mailbox 42 already.'));
    expect(await waiting()).toEqual(['kept']);
  });

  it('prints JSON', async () => {
    const { stdout, code } = await cli.run(['create', '7', '--protected', '--json']);
    expect(code).toBe(0);
    expect(json(stdout)).toEqual({ id: 7, protected: true });
  });
});

describe('send', () => {
  it('takes a word', async () => {
    expect(await cli.run(['send', '42', 'hello'])).toMatchObject(done('Sent 5 bytes to mailbox 42.\n'));
    expect(await cli.run(['send', '42', ''])).toMatchObject(done('Sent 0 bytes to mailbox 42.\n'));
    expect(await cli.run(['send', '42', '--', '-5'])).toMatchObject(done('Sent 2 bytes to mailbox 42.\n'));
    expect(await cli.run(['send', '42', 'zwei Wörter\n'])).toMatchObject({ code: 0 });
    expect(await waiting()).toEqual(['hello', '', '-5', 'zwei Wörter\n']);
  });

  it('takes standard input', async () => {
    const input = Buffer.from([0, 255, 10]);
    expect(await cli.run(['send', '42'], { input })).toMatchObject(done('Sent 3 bytes to mailbox 42.\n'));
    expect(await cli.run(['send', '42', '-'], { input })).toMatchObject({ code: 0 });
    expect(await cli.run(['send', '42', '--file', '-'], { input })).toMatchObject({ code: 0 });
    for (let i = 0; i < 3; i++) expect((await client.receive(BOX))?.data).toEqual(input);
    expect(await cli.shell('slmbx send 42 <<< "from a file"; slmbx send 42 - </dev/null')).toMatchObject({ code: 0 });
    expect(await waiting()).toEqual(['from a file\n', '']);
  });

  it('takes a file', async () => {
    const path = join(scratch, 'a file');
    await writeFile(path, Buffer.from([1, 0, 2]));
    expect(await cli.run(['send', '42', '--file', path])).toMatchObject(done('Sent 3 bytes to mailbox 42.\n'));
    expect((await client.receive(BOX))?.data).toEqual(Buffer.from([1, 0, 2]));
    const fifo = join(scratch, 'fifo');
    const fed = await cli.shell(`mkfifo ${fifo}; (sleep 0.5; echo hi) > ${fifo} & slmbx send 42 --file ${fifo}; wait`);
    expect(fed).toMatchObject(done('Sent 3 bytes to mailbox 42.\n'));
    expect(await waiting()).toEqual(['hi\n']);
  });

  it(`takes ${LIMIT / MIB} MiB and not a byte more`, async () => {
    const path = join(scratch, 'big');
    await writeFile(path, '');
    await truncate(path, LIMIT);
    expect(await cli.run(['send', '42', '--file', path])).toMatchObject(done(`Sent ${LIMIT} bytes to mailbox 42.\n`));
    expect((await client.receive(BOX))?.data.equals(Buffer.alloc(LIMIT))).toBe(true);
    const over = LIMIT + MIB / 4;
    await truncate(path, over);
    // It is told by its size, without being read.
    expect(await cli.run(['send', '42', '--file', path])).toMatchObject(
      failed(10, `"${path}" has ${over} bytes and a message may have ${LIMIT} at most. Nothing was sent.`),
    );
    const tooMuch = `has more than ${LIMIT} bytes and a message may have ${LIMIT} at most. Nothing was sent.`;
    expect(await cli.shell(`slmbx send 42 < ${path}`)).toMatchObject(failed(10, `Standard input ${tooMuch}`));
    expect(await cli.shell(`cat ${path} | slmbx send 42`)).toMatchObject(failed(10, `Standard input ${tooMuch}`));
    expect(await cli.run(['send', '42', '--file', '/dev/zero'])).toMatchObject(failed(10, `"/dev/zero" ${tooMuch}`));
    const allowed = { env: { SLMBX_MAX_MESSAGE_BYTES: String(over) } };
    const refused = await cli.run(['send', '42', '--file', path], allowed);
    expect(refused).toMatchObject({ code: 10, stdout: '' });
    expect(refused.stderr).toMatch(new RegExp(`^slmbx: .*${over} bytes.*${LIMIT} at most.*\n$`));
    expect(await waiting()).toEqual([]);
  });

  it('takes its limit from an option', async () => {
    const limited = ['send', '42', '--max-message-bytes', '3'];
    expect(await cli.run([...limited, 'four'])).toMatchObject(
      failed(10, 'TEXT has 4 bytes and a message may have 3 at most. Nothing was sent.'),
    );
    expect(await cli.run([...limited, 'two'])).toMatchObject({ code: 0 });
    expect(await waiting()).toEqual(['two']);
  });

  it('refuses what it is not sure of', async () => {
    const none = 'There is no message: give TEXT, --file FILE, or - to read standard input.';
    expect(await cli.run(['send', '42'])).toMatchObject(failed(2, none));
    expect(await cli.shell('slmbx send 42 <&-')).toMatchObject(failed(2, none));
    expect(await cli.run(['send', '42', 'a', '--file', 'b'])).toMatchObject(
      failed(2, 'Give the message as TEXT or with --file, not both: "a" and "b".'),
    );
    expect(await cli.run(['send', '42', 'two', 'words'])).toMatchObject({ code: 2 });
    expect(await cli.shell(`slmbx send 42 $'\\xff'`)).toMatchObject(
      failed(2, 'TEXT is not UTF-8: send these bytes with --file, or through standard input.'),
    );
    expect(await waiting()).toEqual([]);
    expect(await cli.shell(`slmbx send 42 $'\\xef\\xbf\\xbd'`)).toMatchObject({ code: 0 });
    expect(await waiting()).toEqual(['\uFFFD']);
  });

  it.each([
    ['/nonexistent/file', 'no such file or directory (ENOENT)'],
    ['/', 'illegal operation on a directory (EISDIR)'],
  ])('says why %s can’t be read', async (path, reason) => {
    expect(await cli.run(['send', '42', '--file', path])).toMatchObject(
      failed(11, `"${path}" can't be read: ${reason}. Nothing was sent.`),
    );
    expect(await waiting()).toEqual([]);
  });

  it('says so if standard input can’t be read', async () => {
    expect(await cli.shell('slmbx send 42 - < /')).toMatchObject(
      failed(11, "Standard input can't be read: illegal operation on a directory (EISDIR). Nothing was sent."),
    );
  });

  it('prints JSON', async () => {
    expect(json((await cli.run(['--json', 'send', '42', 'hello'])).stdout)).toEqual({ id: 42, bytes: 5 });
  });
});

describe('recv', () => {
  it('writes the bytes as they are', async () => {
    const data = Buffer.from([0, 255, 10, 27]);
    await client.send(BOX, data);
    const { code, bytes, stderr } = await cli.run(['recv', '42']);
    expect({ code, bytes, stderr }).toEqual({ code: 0, bytes: data, stderr: '' });
    await client.send(BOX, '');
    expect(await cli.run(['recv', '42', '--out', '-'])).toMatchObject(done(''));
    await client.send(BOX, data);
    expect(await cli.run(['recv', '42', '--hex'])).toMatchObject(done('00ff0a1b\n'));
    await client.send(BOX, data);
    const path = join(scratch, 'redirected');
    expect(await cli.shell(`slmbx recv 42 > ${path}`)).toMatchObject(done(''));
    expect(await readFile(path)).toEqual(data);
  });

  it('has a code of its own for an empty mailbox', async () => {
    expect(await cli.run(['recv', '42'])).toMatchObject(failed(7, 'Mailbox 42 is empty.'));
  });

  it('cuts a message, and says so', async () => {
    await client.send(BOX, 'truncated');
    const cut = await cli.run(['recv', '42', '--max', '3']);
    expect(cut).toMatchObject({
      code: 0,
      stdout: 'tru',
      stderr: 'slmbx: The message was longer than 3 bytes: the rest of it is gone.\n',
    });
    await client.send(BOX, 'gone');
    expect(await cli.run(['recv', '42', '--max', '0'])).toMatchObject({ code: 0, stdout: '' });
    await client.send(BOX, 'kept');
    const tooMany = await cli.run(['recv', '42', '--max', '4294967295']);
    expect(tooMany).toMatchObject({ code: 2, stdout: '' });
    expect(tooMany.stderr).toMatch(/^slmbx: .*max_bytes.*\n$/);
    expect(await waiting()).toEqual(['kept']);
  });

  it('prints JSON', async () => {
    await client.send(BOX, 'grüße');
    expect(json((await cli.run(['recv', '42', '--json'])).stdout)).toEqual({
      id: 42,
      bytes: 7,
      truncated: false,
      base64: Buffer.from('grüße').toString('base64'),
      utf8: 'grüße',
    });
    await client.send(BOX, Buffer.from([255, 254, 253]));
    const cut = await cli.run(['recv', '42', '--json', '--max', '2']);
    expect(json(cut.stdout)).toEqual({ id: 42, bytes: 2, truncated: true, base64: '//4=' });
    expect(cut.stderr).toBe('');
    const empty = await cli.run(['recv', '42', '--json']);
    expect(empty).toMatchObject({ code: 7, stdout: '' });
    expect(json(empty.stderr)).toEqual({
      error: { kind: 'empty', exitCode: 7, message: 'Mailbox 42 is empty.', mayHaveTakenEffect: false },
    });
  });

  it(`writes ${LIMIT / MIB} MiB to a pipe, in full`, async () => {
    const data = Buffer.alloc(LIMIT, 'slmbx\0');
    await client.send(BOX, data);
    expect((await cli.run(['recv', '42'])).bytes.equals(data)).toBe(true);
    await client.send(BOX, data);
    const { base64, utf8 } = json((await cli.run(['recv', '42', '--json'])).stdout) as Record<string, string>;
    expect(Buffer.from(base64 ?? '', 'base64').equals(data)).toBe(true);
    expect(Buffer.from(utf8 ?? '').equals(data)).toBe(true);
  });

  describe('into a file', () => {
    it('makes it, or replaces what it holds', async () => {
      const path = join(scratch, 'out');
      await client.send(BOX, 'long enough');
      expect(await cli.run(['recv', '42', '--out', path])).toMatchObject(
        done(`Received 11 bytes from mailbox 42 into "${path}".\n`),
      );
      expect(await readFile(path, 'utf8')).toBe('long enough');
      await client.send(BOX, 'short');
      const second = await cli.run(['recv', '42', '--out', path, '--json']);
      expect(json(second.stdout)).toEqual({ id: 42, bytes: 5, truncated: false, out: path });
      expect(await readFile(path, 'utf8')).toBe('short');
      await client.send(BOX, 'hex');
      expect(await cli.run(['recv', '42', '--out', path, '--hex'])).toMatchObject({ code: 0 });
      expect(await readFile(path, 'utf8')).toBe('686578\n');
    });

    it('follows a link to nowhere', async () => {
      await symlink(join(scratch, 'target'), join(scratch, 'link'));
      await client.send(BOX, 'linked');
      expect(await cli.run(['recv', '42', '--out', join(scratch, 'link')])).toMatchObject({ code: 0 });
      expect(await readFile(join(scratch, 'target'), 'utf8')).toBe('linked');
    });

    it('leaves everything as it was if there is no message', async () => {
      const old = join(scratch, 'old');
      const fresh = join(scratch, 'fresh');
      await writeFile(old, 'old');
      for (const out of [old, fresh]) {
        expect(await cli.run(['recv', '42', '--out', out])).toMatchObject({ code: 7 });
        expect(await cli.run(['recv', '43', '--out', out])).toMatchObject({ code: 3 });
      }
      expect(await readFile(old, 'utf8')).toBe('old');
      expect(existsSync(fresh)).toBe(false);
    });

    it.each([
      ['/nonexistent/out', 'no such file or directory (ENOENT)'],
      ['/', 'illegal operation on a directory (EISDIR)'],
    ])('takes no message if %s can’t be written', async (path, reason) => {
      await client.send(BOX, 'kept');
      expect(await cli.run(['recv', '42', '--out', path])).toMatchObject(
        failed(11, `"${path}" can't be written: ${reason}. Nothing was received.`),
      );
      expect(await waiting()).toEqual(['kept']);
    });

    it('takes no message for a named pipe that nobody reads', async () => {
      await client.send(BOX, 'kept');
      expect(await cli.shell(`mkfifo ${scratch}/fifo; slmbx recv 42 --out ${scratch}/fifo`)).toMatchObject({
        code: 11,
      });
      expect(await waiting()).toEqual(['kept']);
      await client.send(BOX, 'read');
      const read = await cli.shell(`cat ${scratch}/fifo & sleep 0.5; slmbx recv 42 --out ${scratch}/fifo >&2; wait`);
      expect(read).toMatchObject({ code: 0, stdout: 'read' });
    });
  });

  describe('says that the message was taken', () => {
    const taken = (length: string): string =>
      `A message of ${length} was taken from mailbox 42, and what wasn't written of it is lost.`;

    it('if the disk is full', async () => {
      await client.send(BOX, 'x');
      expect(await cli.shell('slmbx recv 42 > /dev/full')).toMatchObject(
        failed(11, `Standard output can't be written: no space left on device (ENOSPC). ${taken('1 byte')}`),
      );
      await client.send(BOX, 'y');
      expect(await cli.run(['recv', '42', '--out', '/dev/full'])).toMatchObject(
        failed(11, `"/dev/full" can't be written: no space left on device (ENOSPC). ${taken('1 byte')}`),
      );
      expect(await waiting()).toEqual([]);
    });

    it('if only a part of it fits', async () => {
      // A file of 8 KiB at most, as on a disk that fills up halfway.
      const data = Buffer.alloc(100_000, 'abc');
      const limit = "trap '' XFSZ; ulimit -f 8;";
      await client.send(BOX, data);
      const redirected = await cli.shell(`${limit} slmbx recv 42 > ${scratch}/part`);
      expect(redirected).toMatchObject({ code: 11 });
      expect(redirected.stderr).toContain(taken('100000 bytes'));
      await client.send(BOX, data);
      const out = await cli.shell(`${limit} slmbx recv 42 --out ${scratch}/part`);
      expect(out).toMatchObject({ code: 11, stdout: '' });
      expect(out.stderr).toContain(taken('100000 bytes'));
    });

    it('if the reader has gone', async () => {
      await client.send(BOX, Buffer.alloc(MIB, 'x'));
      const { stdout, stderr } = await cli.shell('{ slmbx recv 42; echo "code $?" >&2; } | head -c 3');
      expect(stdout).toBe('xxx');
      expect(stderr).toBe(`slmbx: Standard output can't be written: write EPIPE. ${taken('1048576 bytes')}\ncode 11\n`);
    });

    it('if it is interrupted while the reader is slow', async () => {
      await client.send(BOX, Buffer.alloc(MIB, 'x'));
      const child = cli.startCommand(['recv', '42']);
      let stderr = '';
      child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
      // Something has arrived, and nothing is read.
      await once(child.stdout!, 'readable');
      child.kill('SIGINT');
      expect(await once(child, 'exit')).toEqual([130, null]);
      await until(() => stderr.endsWith('\n'));
      expect(stderr).toBe(`slmbx: Ended by SIGINT. ${taken('1048576 bytes')}\n`);
    });
  });
});

describe('stat', () => {
  it('prints what the mailbox holds, plainly where there is no terminal', async () => {
    await client.send(BOX, 'hello');
    await client.send(BOX, 'you');
    const { stdout, code } = await cli.run(['stat', '42']);
    expect(code).toBe(0);
    expect(stdout.replace(/[\d.]+ s ago/, 'T s ago')).toBe(
      [
        'Mailbox          42',
        'Messages         2',
        'Bytes            8',
        'Next message     5 bytes',
        'Oldest message   T s ago',
        'Leased           0',
        'Delayed          0',
        'Ever sent        2',
        'Expired          0',
        'Dead letters     0',
        'Max messages     none',
        'Max bytes        none',
        'Max deliveries   none',
        'Dead letters to  none',
        'Protected        no',
        `Owner            uid ${process.getuid?.()}`,
        '',
      ].join('\n'),
    );
    expect(await waiting()).toEqual(['hello', 'you']);
  });

  it('prints JSON', async () => {
    const empty = {
      id: 42,
      messages: 0,
      bytes: 0,
      headLength: null,
      protected: false,
      ownerUid: process.getuid?.(),
      leased: 0,
      delayed: 0,
      sent: 0,
      expired: 0,
      deadLettered: 0,
      oldestAgeMs: null,
      maxMessages: 0,
      maxBytes: 0,
      maxDeliveries: 0,
      deadLetterMailboxId: 0,
    };
    expect(json((await cli.run(['stat', '42', '--json'])).stdout)).toEqual(empty);
    await client.send(BOX, '');
    expect(json((await cli.run(['stat', '42', '--json'])).stdout)).toEqual({
      ...empty,
      messages: 1,
      headLength: 0,
      sent: 1,
      oldestAgeMs: expect.any(Number) as unknown,
    });
  });

  it('draws a box on a terminal, unless it is told not to', async () => {
    const onTerminal = `script -qec '"$TEST_NODE" "$TEST_MAIN" stat 42' /dev/null`;
    const boxed = await cli.shell(onTerminal);
    expect(boxed.stdout).toContain('│ Messages        │ 0     │');
    const plain = await cli.shell(onTerminal, { env: { NO_COLOR: '1' } });
    expect(plain.stdout).toContain('Messages         0');
    for (const { stdout } of [boxed, plain]) expect(stdout).not.toContain('\x1b');
    expect(plain.stdout).not.toMatch(/[│─]/);
  });
});

it('recv ends the line on a terminal', async () => {
  await client.send(BOX, 'hello');
  const { stdout } = await cli.shell(`script -qec '"$TEST_NODE" "$TEST_MAIN" recv 42; echo end' /dev/null`);
  expect(stdout).toBe('hello\r\nend\r\n');
});

describe('ls', () => {
  it('lists mailboxes, plainly everywhere', async () => {
    await client.createMailbox(7, { protected: true });
    await client.send(7, 'hello');
    const uid = String(process.getuid?.());
    const { stdout, code } = await cli.run(['ls']);
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.trim().split(/ +/))).toEqual([
      ['MAILBOX', 'MESSAGES', 'BYTES', 'LEASED', 'DELAYED', 'OWNER', 'PROTECTED'],
      ['7', '1', '5', '0', '0', uid, 'yes'],
      ['42', '0', '0', '0', '0', uid, 'no'],
      [''],
    ]);
    const { mailboxes } = json((await cli.run(['ls', '--json'])).stdout) as { mailboxes: object[] };
    expect(mailboxes).toMatchObject([{ id: 7, messages: 1 }, { id: 42 }]);
  });

  it('lists more than a page', async () => {
    for (let id = 1000; id < 2001; id++) await client.createMailbox(id);
    expect((await cli.run(['ls'])).stdout.trim().split('\n')).toHaveLength(1 + 1 + 1001);
  });
});

describe('peek', () => {
  it('writes the next message and leaves it', async () => {
    await client.send(BOX, 'hello');
    for (let i = 0; i < 2; i++) expect(await cli.run(['peek', '42'])).toMatchObject(done('hello'));
    expect(await cli.run(['peek', '42', '--hex'])).toMatchObject(done('68656c6c6f\n'));
    expect(json((await cli.run(['peek', '42', '--json'])).stdout)).toMatchObject({ id: 42, bytes: 5, utf8: 'hello' });
    expect(await cli.run(['peek', '42', '--json', '--hex'])).toMatchObject({ code: 2 });
    expect(await waiting()).toEqual(['hello']);
  });

  it('finds nothing in an empty mailbox', async () => {
    expect(await cli.run(['peek', '42'])).toMatchObject(failed(7, 'Mailbox 42 is empty.'));
  });

  it('says what a full disk says', async () => {
    await client.send(BOX, 'hello');
    expect(await cli.shell('slmbx peek 42 > /dev/full')).toMatchObject({ code: 11 });
    expect(await waiting()).toEqual(['hello']);
  });
});

describe('set', () => {
  it('sets what it is told and nothing else', async () => {
    const limits = ['--max-messages', '5', '--max-bytes', '6', '--max-deliveries', '7', '--dead-letter', '43'];
    expect(await cli.run(['set', '42', ...limits])).toMatchObject(done('Updated mailbox 42.\n'));
    expect(await client.getMailbox(BOX)).toMatchObject({
      maxMessages: 5n,
      maxBytes: 6n,
      maxDeliveries: 7,
      deadLetterMailboxId: 43,
      protected: false,
    });
    expect(json((await cli.run(['set', '42', '--protected', '--max-bytes', '0', '--json'])).stdout)).toEqual({
      id: 42,
      protected: true,
      maxBytes: 0,
    });
    expect(await client.getMailbox(BOX)).toMatchObject({ maxMessages: 5n, maxBytes: 0n, protected: true });
    expect(await cli.run(['set', '42', '--no-protected'])).toMatchObject({ code: 0 });
    expect(await client.getMailbox(BOX)).toMatchObject({ maxMessages: 5n, protected: false });
  });

  it('refuses what makes no sense, and changes nothing', async () => {
    const before = await client.getMailbox(BOX);
    for (const words of [
      [],
      ['--max-messages', '-1'],
      ['--max-bytes', '1k'],
      ['--max-deliveries', '65536'],
      ['--dead-letter', '4294967295'],
      ['--owner', '4294967295'],
      ['--dead-letter', '42'],
    ]) {
      expect(await cli.run(['set', '42', ...words])).toMatchObject({ code: 2 });
    }
    expect(await client.getMailbox(BOX)).toEqual(before);
  });
});

it('purge drops messages', async () => {
  await client.sendMany(BOX, ['a', 'b', 'c']);
  const [leased] = await client.receiveMany(BOX, { leaseMs: 600_000 });
  expect(await cli.run(['purge', '42'])).toMatchObject(done('Dropped 2 messages from mailbox 42.\n'));
  expect(json((await cli.run(['purge', '42', '--json'])).stdout)).toEqual({ id: 42, purged: 0 });
  await leased?.release();
  expect(await waiting()).toEqual(['a']);
  expect(await cli.run(['purge', '43'])).toMatchObject({ code: 3 });
});

describe('rm', () => {
  it('deletes mailboxes', async () => {
    await client.createMailbox(43);
    await client.send(43, 'dropped');
    expect(await cli.run(['rm', '42', '43'])).toMatchObject(done('Deleted mailbox 42.\nDeleted mailbox 43.\n'));
    expect(await cli.run(['stat', '43'])).toMatchObject({ code: 3 });
  });

  it('goes on past one that isn’t there', async () => {
    await client.createMailbox(43);
    expect(await cli.run(['rm', '1', '42', '2', '43'])).toMatchObject({
      code: 3,
      stdout: 'Deleted mailbox 42.\nDeleted mailbox 43.\n',
      stderr: 'slmbx: There is no mailbox 2.\nslmbx: There is no mailbox 1.\n',
    });
  });

  it('deletes nothing if a word is wrong', async () => {
    expect(await cli.run(['rm', '42', 'x'])).toMatchObject({ code: 2 });
    expect(await client.getMailbox(BOX)).toMatchObject({ id: BOX });
    expect(await cli.run(['rm'])).toMatchObject(failed(2, "Missing required argument 'id'."));
  });

  it('prints JSON', async () => {
    expect(json((await cli.run(['rm', '42', '--json'])).stdout)).toEqual({ deleted: [42], failed: [] });
    await client.createMailbox(BOX);
    const { code, stdout, stderr } = await cli.run(['rm', '1', '42', '--json']);
    const error = {
      kind: 'not_found',
      exitCode: 3,
      message: 'There is no mailbox 1.',
      mayHaveTakenEffect: false,
      code: 'NOT_FOUND',
      reason: 'MAILBOX_NOT_FOUND',
      errno: 'ENOENT',
    };
    expect(code).toBe(3);
    expect(json(stdout)).toEqual({ deleted: [42], failed: [{ id: 1, error }] });
    expect(json(stderr)).toEqual({ error });
  });
});

describe('system', () => {
  it('is set up, looked at and shut down', async () => {
    expect(await cli.run(['system', 'shutdown', '--yes'])).toMatchObject(done('Shut the system down.\n'));
    expect(await cli.run(['system', 'status'])).toMatchObject(
      done(`Address      ${service.unix}\nEngine       ${ENGINE}\nInitialized  no\nVersion      ${VERSION}\n`),
    );
    expect(await cli.run(['create', '1'])).toMatchObject(
      failed(6, "The mailbox system isn't initialized: run slmbx system init first."),
    );
    expect(await cli.run(['system', 'shutdown', '--yes'])).toMatchObject({ code: 6 });
    const init = ['system', 'init', '--max-pointers', '4294967295', '--inverse-probability', '16'];
    expect(await cli.run(init)).toMatchObject(done('Initialized the system.\n'));
    expect(await cli.run(['system', 'init'])).toMatchObject(failed(4, 'The mailbox system is initialized already.'));
  });

  it('prints JSON', async () => {
    expect(json((await cli.run(['system', 'shutdown', '--yes', '--json'])).stdout)).toEqual({ initialized: false });
    expect(json((await cli.run(['system', 'init', '--json'])).stdout)).toEqual({
      initialized: true,
      maxPointers: 16,
      inverseProbability: 4,
    });
    expect(json((await cli.run(['system', 'status', '--json'])).stdout)).toEqual({
      address: service.unix,
      engine: ENGINE,
      initialized: true,
      version: VERSION,
    });
  });

  it('asks before it shuts down, and deletes nothing without a yes', async () => {
    expect(await cli.run(['system', 'shutdown'])).toMatchObject(
      failed(2, 'This deletes every mailbox and every message: say so with --yes.'),
    );
    const ask = async (keys: string): Promise<string> => {
      const command = '"$TEST_NODE" "$TEST_MAIN" system shutdown; echo code $?';
      const child = cli.start(['-qec', command, '/dev/null'], 'script', { input: '' });
      let typed = false;
      child.stdout?.on('data', (chunk: Buffer) => {
        if (!typed && chunk.includes('[y/N]')) child.stdin?.write(keys);
        typed ||= chunk.includes('[y/N]');
      });
      return (await finish(child)).stdout;
    };
    for (const keys of ['n\n', '\n', 'yesterday\n', '\x04']) {
      const terminal = await ask(keys);
      expect(terminal).toContain('Delete every mailbox and every message? [y/N]');
      expect(terminal).toContain('slmbx: Nothing was deleted.');
      expect(terminal).toContain('code 1\r\n');
    }
    expect(await ask('\x03')).toContain('code 130');
    expect(await client.getMailbox(BOX)).toMatchObject({ id: BOX });
    expect(await ask('y\n')).toContain('code 0');
    expect(await client.getSystem()).toMatchObject({ initialized: false });
  });
});

describe('bad words', () => {
  const sentence = (id: string): string =>
    `${JSON.stringify(id)} is not a mailbox id: give a whole number from 1 to 4294967294.`;

  it('as ids', async () => {
    const server = await startTcpServer();
    const lonely = new Cli(server.address);
    for (const id of ['0', '4294967295', '4294967296', '-1', '1.5', 'x', '', '042', '1e3', ' 1', '+1', '0x2a']) {
      expect(await lonely.run(['create', id])).toMatchObject(failed(2, sentence(id)));
    }
    for (const words of [['send'], ['recv'], ['stat'], ['rm', '1']]) {
      expect(await lonely.run([...words, '-1'])).toMatchObject(failed(2, sentence('-1')));
    }
    expect(server.connections).toBe(0);
    await server.close();
  });

  it.each([
    [['recv', '42', '--max', '-1'], '"-1" is not a number of bytes: give a whole number from 0 to 4294967295.'],
    [['recv', '42', '--max', '1k'], '"1k" is not a number of bytes: give a whole number from 0 to 4294967295.'],
    [['recv', '42', '--json', '--hex'], '--json and --hex are two forms of one message: give one of them.'],
    [['stat', '42', '--timeout', '0'], '"0" is no time-out: give seconds from 0.001 to 2000000, such as 10 or 2.5.'],
    [
      ['system', 'init', '--max-pointers', '0'],
      '"0" is not a number of pointers: give a whole number from 1 to 4294967295.',
    ],
    [['system', 'init', '--inverse-probability', '3'], '"3" is no inverse probability: give 2, 4, 8 or 16.'],
    [['completion', 'tcsh'], '"tcsh" is no shell with a completion script here: give bash, zsh or fish.'],
    [
      ['stat', '42', '--address', 'foo'],
      '"foo" is no address: give unix:PATH, or HOST:PORT with a port from 1 to 65535.',
    ],
    [['stat', '42', '--adress', 'foo'], "Unknown option '--adress' (Did you mean --address?)"],
    [['stat', '42', '43'], "Too many arguments for 'stat'. Expected 1 argument but got 2."],
    [['recv', '42', '--max'], "Option '--max <n>' argument missing."],
    [['sned', '42', 'x'], "Unknown command 'sned' (Did you mean send?)"],
    [['create'], "Missing required argument 'id'."],
  ])('%p', async (words, message) => {
    const run = await cli.run(words);
    if (words.includes('--json')) {
      expect(json(run.stderr)).toMatchObject({ error: { kind: 'usage', exitCode: 2, message } });
    } else {
      expect(run).toMatchObject(failed(2, message));
    }
  });

  it('in the environment', async () => {
    expect(await cli.run(['stat', '42'], { env: { SLMBX_ADDRESS: 'nowhere' } })).toMatchObject({ code: 2 });
    expect(await cli.run(['send', '42', 'x'], { env: { SLMBX_MAX_MESSAGE_BYTES: 'lots' } })).toMatchObject({ code: 2 });
    expect(await waiting()).toEqual([]);
  });

  it('as JSON', async () => {
    const run = await cli.run(['--json', 'create', 'x']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(json(run.stderr)).toEqual({
      error: {
        kind: 'usage',
        exitCode: 2,
        message: '"x" is not a mailbox id: give a whole number from 1 to 4294967294.',
        mayHaveTakenEffect: false,
      },
    });
    expect((await cli.run(['send', 'x', '--', '--json'])).stderr).toMatch(/^slmbx: /);
  });

  it('none at all', async () => {
    const bare = await cli.run([]);
    expect(bare).toMatchObject({ code: 2, stdout: '' });
    expect(bare.stderr).toContain('Usage: slmbx [options] [command]');
    expect((await cli.run(['system'])).stderr).toContain('Usage: slmbx system');
    expect(json((await cli.run(['--json'])).stderr)).toMatchObject({ error: { kind: 'usage' } });
  });
});

describe('failures', () => {
  itAsRoot('another user’s mailbox', async () => {
    await behindTheService(engine, `slmbx.create(9, true, { uid: ${NOBODY} })`);
    for (const words of [
      ['send', '9', 'x'],
      ['recv', '9'],
      ['stat', '9'],
      ['rm', '9'],
    ]) {
      expect(await cli.run(words)).toMatchObject(failed(5, 'Mailbox 9 is protected and belongs to another uid.'));
    }
  });

  it('no such mailbox', async () => {
    for (const words of [
      ['send', '9', 'x'],
      ['recv', '9'],
      ['stat', '9'],
      ['rm', '9'],
    ]) {
      expect(await cli.run(words)).toMatchObject(failed(3, 'There is no mailbox 9.'));
    }
  });

  it('no service', async () => {
    const address = 'unix:/nonexistent/slmbx.sock';
    const message =
      "The service at unix:/nonexistent/slmbx.sock can't be reached: connect ENOENT /nonexistent/slmbx.sock. " +
      'Start it, or give its address.';
    const start = performance.now();
    expect(await cli.run(['stat', '42', '--address', address])).toMatchObject(failed(8, message));
    // It waits for nothing: a call may take 10 seconds.
    expect(performance.now() - start).toBeLessThan(8000 * SCALE.patience);
    const run = await cli.run(['send', '42', 'x', '--json', '--address', address]);
    expect(json(run.stderr)).toEqual({
      error: { kind: 'unavailable', exitCode: 8, message, mayHaveTakenEffect: false, code: 'UNAVAILABLE' },
    });
  });

  it('no answer', async () => {
    const server = await startTcpServer();
    const deaf = new Cli(server.address);
    const late = `No answer came from the service at ${server.address} before the deadline.`;
    const run = async (...words: string[]): Promise<CliResult> => await deaf.run([...words, '--timeout', '0.2']);
    expect(await run('stat', '42')).toMatchObject(failed(9, late));
    const doubts: [string[], string][] = [
      [['create', '42'], 'Mailbox 42 may have been created all the same.'],
      [['send', '42', 'x'], 'The message may be in mailbox 42 all the same.'],
      [['recv', '42'], 'A message may have been taken from mailbox 42 all the same, and be lost.'],
      [['rm', '42', '43'], 'Mailbox 42 may have been deleted all the same.'],
      [['system', 'init'], 'The system may have been initialized all the same.'],
      [['system', 'shutdown', '--yes'], 'The system may have been shut down all the same.'],
    ];
    for (const [words, doubt] of doubts) {
      expect(await run(...words)).toMatchObject(failed(9, `${late} ${doubt}`));
    }
    expect(json((await run('send', '42', 'x', '--json')).stderr)).toMatchObject({
      error: { kind: 'deadline', mayHaveTakenEffect: true },
    });
    await server.close();
  });

  describe('of standard output', () => {
    it('says what was done all the same', async () => {
      const full = "Standard output can't be written: no space left on device (ENOSPC).";
      expect(await cli.shell('slmbx send 42 x > /dev/full')).toMatchObject(
        failed(11, `Sent 1 byte to mailbox 42. ${full}`),
      );
      expect(await waiting()).toEqual(['x']);
      expect(await cli.shell('slmbx stat 42 > /dev/full')).toMatchObject(failed(11, full));
      expect(await cli.shell('slmbx --help > /dev/full')).toMatchObject(failed(11, full));
    });

    it('is silent if the reader has gone', async () => {
      for (const words of ['stat 42', 'send 42 x', '--help', 'completion bash']) {
        const run = await cli.shell(`{ sleep 0.2; slmbx ${words}; echo "code $?" >&2; } | true`);
        expect(run.stderr).toBe('code 141\n');
      }
    });

    it('is no failure if it goes nowhere', async () => {
      await client.send(BOX, 'x');
      expect(await cli.shell('slmbx stat 42 >&- && slmbx recv 42 > /dev/null')).toMatchObject(done(''));
      expect(await cli.shell('slmbx stat 43 2>&-')).toMatchObject({ code: 3, stdout: '' });
    });
  });
});

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends a call cleanly', async (signal, code) => {
    const server = await startTcpServer();
    const child = new Cli(server.address).startCommand(['send', '42', 'x']);
    await until(() => server.connections > 0);
    child.kill(signal);
    expect(await finish(child)).toMatchObject(
      failed(code, `Ended by ${signal}. The message may be in mailbox 42 all the same.`),
    );
    await server.close();
  });

  it('ends the wait for standard input, and nothing is sent', async () => {
    const child = cli.startCommand(['send', '42']);
    // More than a pipe holds: once it is written, the command is reading.
    await new Promise((written) => child.stdin?.write(Buffer.alloc(4 * MIB), written));
    child.kill('SIGINT');
    expect(await finish(child)).toMatchObject(failed(130, 'Ended by SIGINT.'));
    expect(await waiting()).toEqual([]);
  });

  it('ends the wait for a named pipe', async () => {
    const fifo = join(scratch, 'fifo');
    await cli.shell(`mkfifo ${fifo}`);
    const child = cli.startCommand(['send', '42', '--file', fifo]);
    // This waits until the command has it open too.
    const writer = await open(fifo, 'w');
    child.kill('SIGINT');
    expect(await finish(child)).toMatchObject(failed(130, 'Ended by SIGINT.'));
    await writer.close();
    expect(await waiting()).toEqual([]);
  });
});

describe('help, version, completion', () => {
  it('print and end well', async () => {
    expect(await cli.run(['--version'])).toMatchObject(done(`${VERSION}\n`));
    for (const words of [['--help'], ['help'], ['send', '--help'], ['help', 'system']]) {
      const run = await cli.run(words);
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(run.stdout).toMatch(/^Usage: slmbx /);
      expect(run.stdout).not.toContain('\x1b');
    }
  });

  it('need no service and load no server', async () => {
    const source = `
      process.on('exit', () => console.error(Object.keys(require.cache).join('\\n')));
      process.argv.splice(1, 0, process.env.TEST_MAIN);
      require(process.env.TEST_MAIN);`;
    const loadedBy = async (...words: string[]): Promise<string[]> => {
      const { stderr } = await finish(cli.start(['-e', source, '--', ...words], process.execPath, {}));
      const files = stderr.trim().split('\n');
      expect(files.some((file) => file.endsWith('/dist/cli/main.js'))).toBe(true);
      return files;
    };
    expect((await loadedBy('--help')).filter((file) => /grpc|\/dist\/client\/|cli-table3/.test(file))).toEqual([]);
    const calling = await loadedBy('stat', '42');
    expect(calling.some((file) => file.endsWith('/dist/client/index.js'))).toBe(true);
    expect(calling.filter((file) => /@nestjs|reflect-metadata|rxjs|\/dist\/modules\//.test(file))).toEqual([]);
  });

  it.each(['bash', 'zsh', 'fish'])('%s takes the script', async (shell) => {
    const { code, stdout, stderr } = await cli.run(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const path = join(scratch, `completion.${shell}`);
    await writeFile(path, stdout);
    expect(await cli.shell(`${shell} -n ${path}`)).toMatchObject(done(''));
    expect(json((await cli.run(['completion', shell, '--json'])).stdout)).toEqual({ shell, script: stdout });
  });

  it('bash completes', async () => {
    const expected: [string, string][] = [
      ["slmbx ''", 'create send recv peek stat ls set purge rm system completion'],
      ['slmbx s', 'send stat set system'],
      ["slmbx system ''", 'init shutdown status'],
      // As readline parts the words.
      ['slmbx --timeout 5 --address unix : /x system s', 'shutdown status'],
      ['slmbx --address = unix : /x sy', 'system'],
      ['slmbx send 42 --f', '--file'],
      ['slmbx recv 42 --file', ''],
      ['slmbx recv 42 --out file_', 'file_a'],
      ['slmbx recv 42 --out = file_', 'file_a'],
      ["slmbx system init --inverse-probability ''", '2 4 8 16'],
      ["slmbx completion ''", 'bash zsh fish'],
      ["slmbx --timeout ''", ''],
      ["slmbx create ''", ''],
    ];
    const { stdout } = await cli.shell(
      `cd ${scratch}; touch file_a other; source <(slmbx completion bash)
       complete_line() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _slmbx; echo "\${COMPREPLY[*]}"; }
       ${expected.map(([line]) => `complete_line ${line}`).join('\n')}`,
    );
    const completed = stdout.split('\n').slice(0, -1);
    expect(expected.map(([line], i) => [line, completed[i]])).toEqual(expected);
  });

  it('fish completes', async () => {
    const expected: [string, string][] = [
      ['slmbx s', 'send set stat system'],
      ['slmbx system ', 'init shutdown status'],
      ['slmbx send 42 --f', '--file'],
      ['slmbx completion ', 'bash fish zsh'],
      ['slmbx system init --inverse-probability ', '16 2 4 8'],
    ];
    const { stdout } = await cli.shell(
      `slmbx completion fish > ${scratch}/c.fish
       export HOME=${scratch}
       fish --no-config -c "source ${scratch}/c.fish
         ${expected.map(([line]) => `complete -C '${line}' | cut -f1 | sort | string join ' '`).join('\n')}"`,
    );
    const completed = stdout.split('\n').slice(0, -1);
    expect(expected.map(([line], i) => [line, completed[i]])).toEqual(expected);
  });
});

describe('as another user', () => {
  itAsNobody('uses the service through TCP, and is told about a socket it may not use', async () => {
    const overTcp = new Cli(service.tcp);
    expect(await overTcp.run(['send', '42', 'from nobody'], { uid: NOBODY })).toMatchObject({ code: 0 });
    expect(await overTcp.run(['recv', '42'], { uid: NOBODY })).toMatchObject(done('from nobody'));
    const refused = await cli.run(['stat', '42'], { uid: NOBODY });
    expect(refused).toMatchObject({ code: 8, stdout: '' });
    expect(refused.stderr).toMatch(/^slmbx: The service at unix:.* can't be reached: connect EACCES .*\n$/);
  });

  itAsNobody('finds its service in its own runtime directory', async () => {
    const its = join(scratch, 'slmbx');
    await mkdir(its);
    await chmod(scratch, 0o755);
    const socket = join(its, 'slmbx.sock');
    const own = await startService({ engine, unix: socket });
    const { stderr } = await cli.run(['system', 'status'], {
      uid: NOBODY,
      env: { SLMBX_ADDRESS: '', XDG_RUNTIME_DIR: scratch },
    });
    // Found, and refused: the socket is its service's user's alone.
    expect(stderr).toContain(`unix:${socket}`);
    const found = await cli.run(['system', 'status', '--json'], {
      env: { SLMBX_ADDRESS: '', SLMBX_RUNTIME_DIR: its },
    });
    expect(json(found.stdout)).toMatchObject({ address: `unix:${socket}` });
    await own.stop();
  });
});
