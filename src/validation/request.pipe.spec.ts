import { ValidationError } from '../errors/rpc.errors';
import { CreateMailboxDto } from '../modules/mailbox/dto/create-mailbox.dto';
import { ReceiveMessageDto } from '../modules/mailbox/dto/receive-message.dto';
import { SendMessageDto } from '../modules/mailbox/dto/send-message.dto';
import { InitializeDto } from '../modules/system/dto/initialize.dto';
import { RequestPipe } from './request.pipe';

const pipe = new RequestPipe();

function violations(dto: new () => object, value: object): unknown {
  try {
    pipe.transform(value, { type: 'body', metatype: dto });
  } catch (error) {
    if (error instanceof ValidationError) return error.violations;
    throw error;
  }
  return undefined;
}

it('hands on what is good', () => {
  const value = { id: 1, protected: true };
  expect(pipe.transform(value, { type: 'body', metatype: CreateMailboxDto })).toBe(value);
});

it.each([1, 42, 4294967294])('id %p is good', (id) => {
  expect(violations(CreateMailboxDto, { id, protected: false })).toBeUndefined();
});

it.each([0, -1, 1.5, NaN, Infinity, 4294967295, 4294967296, '1', 1n, null, undefined, {}, [1], true])(
  'id %p is not',
  (id) => {
    expect(violations(CreateMailboxDto, { id, protected: false })).toEqual([
      { field: 'id', description: 'must be a whole number from 1 to 4294967294' },
    ]);
  },
);

it('names fields as the proto does, all of them', () => {
  expect(violations(ReceiveMessageDto, { mailboxId: 0, maxBytes: -1 })).toEqual([
    { field: 'mailbox_id', description: 'must be a whole number from 1 to 4294967294' },
    { field: 'max_bytes', description: 'must be a whole number from 0 to 4294967295' },
  ]);
});

it.each([undefined, 0, 4294967295])('max_bytes %p is good', (maxBytes) => {
  expect(violations(ReceiveMessageDto, { mailboxId: 1, maxBytes })).toBeUndefined();
});

it('keeps the bytes of a message as they are, however many', () => {
  const data = Buffer.alloc(64 * 1024 * 1024);
  const started = Date.now();
  const request = pipe.transform({ mailboxId: 1, data }, { type: 'body', metatype: SendMessageDto }) as SendMessageDto;
  expect(request.data).toBe(data);
  expect(Date.now() - started).toBeLessThan(1_000);
});

it.each(['text', [1, 2], {}, undefined])('%p is no message', (data) => {
  expect(violations(SendMessageDto, { mailboxId: 1, data })).toEqual([{ field: 'data', description: 'must be bytes' }]);
});

it.each([2, 4, 8, 16, undefined])('inverse_probability %p is good', (inverseProbability) => {
  expect(violations(InitializeDto, { maxPointers: 1, inverseProbability })).toBeUndefined();
});

it.each([0, 1, 3, 32, '4'])('inverse_probability %p is not', (inverseProbability) => {
  expect(violations(InitializeDto, { maxPointers: undefined, inverseProbability })).toEqual([
    { field: 'inverse_probability', description: 'must be one of 2, 4, 8, 16' },
  ]);
});

it('leaves alone what has no class of its own', () => {
  const value = { anything: 1 };
  expect(pipe.transform(value, { type: 'custom' })).toBe(value);
  expect(pipe.transform(value, { type: 'body', metatype: Object })).toBe(value);
});
