import { type Outgoing, SendQueue } from './send-queue';

const REFUSED = new Error('refused');

/** Queue over a record of what was asked for at once; a message of the byte 0 is refused. */
function recorded(): { asked: string[]; queue: SendQueue } {
  const asked: string[] = [];
  const queue = new SendQueue((messages: readonly Outgoing[]) => {
    asked.push(messages.map(({ id, data }) => `${id}:${data[0]}`).join(' '));
    return messages.map(({ data }) => (data[0] === 0 ? REFUSED : undefined));
  });
  return { asked, queue };
}

it('asks once for what one turn of the event loop brings, in order', async () => {
  const { asked, queue } = recorded();
  await Promise.all([1, 2, 3].map((byte) => queue.send(byte % 2, Uint8Array.of(byte))));
  await queue.send(9, Uint8Array.of(4));
  expect(asked).toEqual(['1:1 0:2 1:3', '9:4']);
});

it('lets one fail without the others', async () => {
  const { asked, queue } = recorded();
  const outcomes = await Promise.allSettled([1, 0, 2].map((byte) => queue.send(7, Uint8Array.of(byte))));
  expect(outcomes).toEqual([
    { status: 'fulfilled', value: undefined },
    { status: 'rejected', reason: REFUSED },
    { status: 'fulfilled', value: undefined },
  ]);
  expect(asked).toEqual(['7:1 7:0 7:2']);
});

it('fails all of them if the engine throws, and goes on', async () => {
  let broken = true;
  const queue = new SendQueue((messages) => {
    if (broken) throw REFUSED;
    return messages.map(() => undefined);
  });
  const outcomes = await Promise.allSettled([queue.send(1, new Uint8Array()), queue.send(2, new Uint8Array())]);
  expect(outcomes).toEqual([1, 2].map(() => ({ status: 'rejected', reason: REFUSED })));
  broken = false;
  await expect(queue.send(1, new Uint8Array())).resolves.toBeUndefined();
});

it('sends at once what waits when it is told to', async () => {
  const { asked, queue } = recorded();
  const sent = queue.send(1, Uint8Array.of(1));
  queue.flush();
  expect(asked).toEqual(['1:1']);
  await sent;
  queue.flush();
  expect(asked).toEqual(['1:1']);
});
