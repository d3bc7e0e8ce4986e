import { ServiceConfig } from '../../config/service-config';
import { MessageTooLargeError, ValidationError } from '../../errors/rpc.errors';
import type { Engine } from '../engine/engine';
import { engineError } from '../engine/engine.errors';
import { DeliveryService } from './delivery.service';

function serviceOf(limit: number): { deliveries: DeliveryService; asked: unknown[][] } {
  const asked: unknown[][] = [];
  const failed = (errno: string): Error => engineError({ errno, syscall: 'slmbx_settle', mailboxId: 1 });
  const engine = {
    sendBatch: (...args: unknown[]) => void asked.push(args),
    receiveBatch: (...args: unknown[]) => {
      asked.push(args);
      return [];
    },
    settle: (...args: unknown[]) => {
      asked.push(args);
      return [undefined, failed('ESTALE'), failed('EINVAL')];
    },
  };
  const config = Object.assign(new ServiceConfig(), { maxMessageBytes: limit });
  return { deliveries: new DeliveryService(engine as unknown as Engine, config), asked };
}

it('sends messages that are together within the limit', () => {
  const { deliveries, asked } = serviceOf(10);
  const five = { data: Buffer.alloc(5) };
  deliveries.send(1, [five, five]);
  expect(asked).toEqual([[1, [five, five]]]);
  expect(() => deliveries.send(1, [five, five, { data: Buffer.alloc(1) }])).toThrow(MessageTooLargeError);
  expect(asked).toHaveLength(1);
});

it('receives one message within the limit by default', () => {
  const { deliveries, asked } = serviceOf(10);
  deliveries.receive(1, {});
  deliveries.receive(1, { maxMessages: 3, maxBytes: 4 }, 5n);
  deliveries.peek(1, { maxBytes: 0 });
  expect(asked).toEqual([
    [1, { maxMessages: 1, maxBytes: 10 }],
    [1, { maxMessages: 3, maxBytes: 4, lease: 5n }],
    [1, { maxMessages: 1, maxBytes: 0, peek: true }],
  ]);
  expect(() => deliveries.receive(1, { maxBytes: 11 })).toThrow(ValidationError);
  expect(() => deliveries.peek(1, { maxBytes: 11 })).toThrow(ValidationError);
  expect(asked).toHaveLength(3);
});

it('tells what became of each lease', () => {
  expect(serviceOf(10).deliveries.settle(1, [])).toEqual(['settled', 'expired', 'refused']);
});

it('gives leases back, if there are any', () => {
  const { deliveries, asked } = serviceOf(10);
  deliveries.release(1, []);
  expect(asked).toEqual([]);
  deliveries.release(1, [{ data: Buffer.alloc(0), sequence: 2n, token: 3n, deliveries: 1, age: 0n }]);
  expect(asked).toEqual([[1, [{ sequence: 2n, token: 3n, action: 'release' }]]]);
});
